'use strict';

const { exchange } = require('./http');

/** A browser with the login page open, without its pictures: cookies, Origin and the page's calls. */
function createBrowser(origin, { userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' } = {}) {
  const cookies = new Map();

  async function send(method, path) {
    const header = {
      'user-agent': userAgent,
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    };
    if (method === 'POST') Object.assign(header, { origin, 'x-sl': '1', 'content-length': 0 });
    const answer = await exchange({ method, url: origin + path, header });
    for (const line of answer.header['set-cookie'] || []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    return answer;
  }

  async function call(method, path) {
    const answer = await send(method, path);
    return { status: answer.status, ...JSON.parse(answer.body) };
  }

  return {
    /** Goes to a page, such as the one that a website sends it to: the status. */
    visit: async (path) => (await send('GET', path)).status,
    /** A new code: the picture's bytes. */
    async open() {
      const { data } = await call('POST', '/attempt');
      return Buffer.from(data.image.slice(data.image.indexOf(',') + 1), 'base64');
    },
    look: async () => (await call('GET', '/attempt')).data,
    /** Waits until the attempt is no longer as it was at `seq`. */
    wait: async (seq) => (await call('GET', `/attempt?after=${seq}&wait=25`)).data,
    complete: () => call('POST', '/attempt/complete'),
    session: () => call('GET', '/session'),
  };
}

module.exports = { createBrowser };
