'use strict';

// The only file to edit.

module.exports = {
  // Where your login server is: https:// and its domain, as in SCAN_LOGIN_ORIGIN. It must be among the
  // legal domains of your mini-program, for request and for uploadFile.
  origin: 'https://login.example.com',

  // What your website is called. One text, or one for each language.
  site: { zh: '示例网站', en: 'Example' },
};
