'use strict';

const http = require('node:http');

/**
 * One exchange over HTTP/1.1: `{status, header, body}`, where body is text and header a plain object
 * with lower-case names.
 */
function exchange({ method, url, header, body = null, signal }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: header, signal, agent: false }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => resolve({
        status: answer.statusCode,
        header: answer.headers,
        body: Buffer.concat(pieces).toString('utf8'),
      }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

module.exports = { exchange };
