'use strict';

const { createProgram } = require('./lib/program');
const config = require('./config');

App({
  onLaunch(options) {
    this.program = createProgram({ wx, config, launch: options });
  },

  // At the start, at every new scan, and when the person comes back.
  onShow(options) {
    this.program.show(options);
  },

  onHide() {
    this.program.hide();
  },
});
