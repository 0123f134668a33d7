'use strict';

// The login server's calls for phones, over wx.request and wx.uploadFile. WeChat hands every HTTP
// status to `success`; here a status that is none becomes a Failure.

const { Failure, transportFailure } = require('./failures');

// WeChat's own limit is 60 s, which nobody waits for.
const TIMEOUT_MS = 10000;
// A picture over a slow line.
const UPLOAD_TIMEOUT_MS = 30000;

/** `{post, get, upload}`, each a promise of the answer's `data`, or a Failure. */
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
        success: (answer) => settle(answer, answer.data, step, resolve, reject),
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
        success: (answer) => settle(answer, parsed(answer.data), step, resolve, reject),
        fail: (problem) => reject(transportFailure(problem.errMsg, step)),
      });
    });
  }

  return {
    post: (path, data, bearer) => send('POST', path, bearer, data),
    get: (path, bearer) => send('GET', path, bearer),
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

function settle(answer, body, step, resolve, reject) {
  const status = answer.statusCode;
  const isEnvelope = body !== null && typeof body === 'object' && body.code === status;
  if (status === 200 && isEnvelope) {
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
