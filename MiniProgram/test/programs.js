'use strict';

// The real login-server and mock-wechat for tests: on free ports, in a temporary folder, ended by
// their ids. SCAN_LOGIN_BIN names the folder of the built programs.

const { execFileSync, spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

const BIN = process.env.SCAN_LOGIN_BIN || path.join(__dirname, '../../.build/debug');

// What is still there when a test run is broken off.
const children = new Set();
const folders = new Set();
process.on('exit', () => {
  children.forEach((child) => child.kill('SIGKILL'));
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});
['SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, () => process.exit(1)));

/** A developer's own settings must not leak in. */
function environment(settings) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SCAN_LOGIN_'));
  const ours = Object.entries(settings).map(([name, value]) => [`SCAN_LOGIN_${name}`, String(value)]);
  return { ...Object.fromEntries(own), ...Object.fromEntries(ours) };
}

/** Starts a program, and waits until it says where it listens: `{url, stop}`. */
function start(name, flags, settings = {}) {
  const child = spawn(path.join(BIN, name), flags, { env: environment(settings) });
  children.add(child);
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  ended.then(() => children.delete(child));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  let errors = '';
  child.stderr.on('data', (text) => { errors += text; });
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${name} ended with ${code}: ${errors.trim()}`)));
    child.stdout.on('data', (text) => {
      output += text;
      const found = /listening on (http:\/\/\S+)/.exec(output);
      if (found) resolve({ url: found[1], stop });
    });
  });
}

/**
 * Both programs: `{wechat, login, register, stop, stopLogin, startLogin}`, the first two their addresses. The
 * login server comes back on its port, with its database.
 */
async function startPrograms(settings = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mini-program-'));
  folders.add(folder);
  const mock = await start('mock-wechat', ['--port', '0']);
  let server = null;
  let port = 0;
  const programs = {
    wechat: mock.url,
    login: '',
    async startLogin() {
      server = await start('login-server', [
        'serve', '--mode', 'development', '--port', String(port), '--wechat', mock.url,
        '--database', path.join(folder, 'login.sqlite'),
      ], {
        OPERATIONS_PORT: 0, SITE_NAME: '示例网站', LIFETIMES_CONFIRM_DELAY_MS: 0, ...settings,
      });
      programs.login = server.url;
      port = Number(new URL(server.url).port);
    },
    /** Registers a website, as the operator does: its `client_id`. */
    register(redirect, ...flags) {
      const words = ['clients', 'add', '--mode', 'development', '--database', path.join(folder, 'login.sqlite'),
        '--name', 'Tea', '--redirect-uri', redirect, ...flags];
      const output = execFileSync(path.join(BIN, 'login-server'), words, { env: environment({}), encoding: 'utf8' });
      return JSON.parse(output).client_id;
    },
    async stopLogin() {
      if (server) await server.stop();
      server = null;
    },
    async stop() {
      await programs.stopLogin();
      await mock.stop();
      rmSync(folder, { recursive: true, force: true });
      folders.delete(folder);
    },
  };
  try {
    await programs.startLogin();
  } catch (error) {
    await programs.stop();
    throw error;
  }
  return programs;
}

module.exports = { startPrograms };
