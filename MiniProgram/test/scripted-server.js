'use strict';

// A login server that says what a test wants, as a `transport` of the fake wx.

const USER = { userid: '17', role: 'user', nickName: '', avatarUrl: '' };

const SCANNED = {
  nonce: 'nonce-1',
  expires_in: 60,
  client: { name: 'Shop', host: 'shop.test', shares: [] },
  browser: {
    ip: '198.51.100.7',
    ip_area: null,
    network: null,
    ua: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    age_s: 12,
  },
  number_required: false,
  confirm_allowed: true,
  warnings: [],
};

const LOGIN = {
  id: 'login-1',
  client: SCANNED.client,
  at: '2026-01-31T08:05:07.000Z',
  browser: { ip: '198.51.100.7', ip_area: null, network: null, ua: SCANNED.browser.ua },
  current: true,
};

const ok = (data = null) => ({ status: 200, header: {}, json: { code: 200, data, msg: 'ok' } });

function refusal(status, error, header = {}) {
  return { status, header, json: { code: status, data: null, msg: 'a sentence of the server', error } };
}

/** No answer, and why, in the words of the phone's network. */
const broken = (reason) => ({ reason });

/** An answer that never comes. */
const silence = { isSilent: true };

/** An answer that is no envelope. */
const page = (status, text) => ({ status, header: { 'content-type': 'text/html' }, text });

/**
 * `{transport, requests, next, held}`. Every call succeeds unless told otherwise.
 *
 * `next(path, ...answers)`: what the following calls of that path get, in order.
 * `hold(path)`: the next call of that path is answered when the returned function is called.
 */
function createScriptedServer() {
  const requests = [];
  const scripts = {};
  const usual = {
    '/mp/session': () => ok({ token: `bearer-${count('/mp/session')}`, expires_in: 900, is_new: true, user: USER }),
    '/mp/scan': () => ok({ ...SCANNED, nonce: `nonce-${count('/mp/scan')}` }),
    '/mp/confirm': () => ok(),
    '/mp/cancel': () => ok(),
    '/mp/profile': ({ json }) => ok({ user: { ...USER, nickName: json.nickName } }),
    '/mp/avatar': () => ok({ user: { ...USER, avatarUrl: 'https://login.test/avatars/a' } }),
    '/mp/logins': () => ok({ logins: [LOGIN, { ...LOGIN, id: 'login-0', current: false }] }),
    '/mp/logins/revoke': () => ok(),
  };

  const count = (path) => requests.filter((request) => request.path === path).length;

  async function transport({ method, url, header, body, signal }) {
    const path = new URL(url).pathname;
    const isJSON = header['content-type'] === 'application/json' && body !== null;
    const request = { method, path, header, body, json: isJSON ? JSON.parse(body.toString()) : null };
    requests.push(request);
    const script = scripts[path] || [];
    const answer = script.length > 0 ? await script.shift() : usual[path](request);
    if (answer.isSilent) await aborted(signal);
    if (answer.reason) throw new Error(answer.reason);
    const text = 'json' in answer ? JSON.stringify(answer.json) : answer.text;
    return { status: answer.status, header: answer.header, body: text };
  }

  const next = (path, ...answers) => {
    scripts[path] = (scripts[path] || []).concat(answers);
  };

  function hold(path) {
    let release;
    next(path, new Promise((resolve) => { release = resolve; }));
    return (answer = usual[path]({ json: {} })) => release(answer);
  }

  return {
    transport, requests, next, hold, paths: () => requests.map((request) => request.path),
  };
}

const aborted = (signal) => new Promise((_, reject) => {
  signal.addEventListener('abort', () => reject(new Error('aborted')));
});

module.exports = {
  LOGIN, SCANNED, USER, broken, createScriptedServer, ok, page, refusal, silence,
};
