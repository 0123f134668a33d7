'use strict';

// The login server's calls for phones, over wx.request and wx.uploadFile. WeChat hands every HTTP
// status to `success`; here a status that is none becomes a Failure.

const { Failure, transportFailure } = require('./failures');

// WeChat's own limit is 60 s, which nobody waits for.
const TIMEOUT_MS = 10000;
// A picture over a slow line.
const UPLOAD_TIMEOUT_MS = 30000;

const isText = (value) => typeof value === 'string';
const isObject = (value) => value !== null && typeof value === 'object';
const isWebsite = (client) => isObject(client) && isText(client.name) && isText(client.host);
const isBrowser = (browser) => isObject(browser) && isText(browser.ip) && isText(browser.ua);
const isUser = (user) => isObject(user) && isText(user.nickName) && isText(user.avatarUrl);
const isLogin = (login) => isObject(login) && isText(login.id) && isText(login.at)
  && isWebsite(login.client) && isBrowser(login.browser);
const hasUser = ({ user }) => isUser(user);

// What the answer of a call must have, so that the screen can be drawn. A server of another version
// is told of, as any other bad answer.
const NEEDED = {
  '/mp/session': ({ token, user }) => isText(token) && token !== '' && isUser(user),
  '/mp/scan': (scan) => isText(scan.nonce) && Number.isFinite(scan.expires_in)
    && isWebsite(scan.client) && isBrowser(scan.browser)
    && Array.isArray(scan.warnings) && scan.warnings.every(isText),
  '/mp/profile': hasUser,
  '/mp/avatar': hasUser,
  '/mp/phone': ({ phone_number: number }) => isText(number) && number !== '',
  '/mp/logins': ({ logins }) => Array.isArray(logins) && logins.every(isLogin),
};

/** `{post, get, remove, upload}`, each a promise of the answer's `data`, or a Failure. */
function createServer({ wx, origin }) {
  function send(method, path, bearer, data) {
    return new Promise((resolve, reject) => {
      const step = stepOf(path);
      wx.request({
        url: origin + path,
        method,
        data,
        header: fields(bearer, { 'content-type': 'application/json' }),
        dataType: 'json',
        timeout: TIMEOUT_MS,
        success: (answer) => settle(answer, answer.data, { step, needed: needed(method, path) }, resolve, reject),
        fail: (problem) => reject(transportFailure(problem.errMsg, step)),
      });
    });
  }

  function upload(path, bearer, filePath) {
    return new Promise((resolve, reject) => {
      const step = stepOf(path);
      wx.uploadFile({
        url: origin + path,
        filePath,
        name: 'file',
        header: fields(bearer, {}),
        timeout: UPLOAD_TIMEOUT_MS,
        // Unlike wx.request it leaves the answer as text.
        success: (answer) => settle(answer, parsed(answer.data), { step, needed: NEEDED[path] }, resolve, reject),
        fail: (problem) => reject(transportFailure(problem.errMsg, step)),
      });
    });
  }

  return {
    post: (path, data, bearer) => send('POST', path, bearer, data),
    get: (path, bearer) => send('GET', path, bearer),
    remove: (path, bearer) => send('DELETE', path, bearer),
    upload,
  };
}

const stepOf = (path) => path.slice(path.lastIndexOf('/') + 1);

function fields(bearer, others) {
  return bearer ? Object.assign({ Authorization: `Bearer ${bearer}` }, others) : others;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (_) {
    return null;
  }
}

/** What was taken away is not answered with. */
const needed = (method, path) => (method === 'DELETE' ? undefined : NEEDED[path]);

function settle(answer, body, { step, needed: isWholeData }, resolve, reject) {
  const status = answer.statusCode;
  const isEnvelope = body !== null && typeof body === 'object' && body.code === status;
  const isWhole = !isWholeData || (isEnvelope && isObject(body.data) && isWholeData(body.data));
  if (status === 200 && isEnvelope && isWhole) {
    resolve(body.data);
    return;
  }
  // A proxy's page, or a server that is not ours.
  const name = isEnvelope && typeof body.error === 'string' ? body.error : 'bad_answer';
  reject(new Failure(name, { step, status, waitSeconds: waitSeconds(answer.header) }));
}

/** `Retry-After`; phones spell header names as they like. */
function waitSeconds(header) {
  const name = Object.keys(header || {}).find((key) => key.toLowerCase() === 'retry-after');
  const seconds = name ? Number.parseInt(header[name], 10) : 0;
  return seconds > 0 ? seconds : 0;
}

module.exports = { createServer };
