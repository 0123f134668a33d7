'use strict';

const { createProgram } = require('../lib/program');
const { createFakeTimers } = require('./fake-timers');
const { createFakeWx } = require('./fake-wx');
const { createScriptedServer } = require('./scripted-server');

const ORIGIN = 'https://login.test';
const CONFIRM_DELAY_MS = 700;

/** Launch options as WeChat gives them for a code. */
const scanned = (scene = 'scene-1', launch = 1047) => (
  { path: 'pages/confirm/confirm', query: { scene: encodeURIComponent(scene) }, scene: launch });

/** A program on a phone, against a server that says what the test wants. */
function setUp(options = {}) {
  const server = createScriptedServer();
  const timers = createFakeTimers();
  let codes = 0;
  const { wx, phone } = createFakeWx({
    appid: 'wx0123456789abcdef',
    domains: [ORIGIN],
    language: 'en',
    jsCode: async () => {
      codes += 1;
      return `js-code-${codes}`;
    },
    timers,
    transport: server.transport,
    ...options,
  });
  const program = createProgram({
    wx, config: { origin: ORIGIN, site: 'Shop', ...options.config }, timers,
  });
  return { program, server, timers, phone, wx };
}

/** The same, with the confirm screen open and its delay over. */
async function setUpScanned(options = {}) {
  const made = setUp(options);
  await made.program.show(scanned());
  made.timers.advance(CONFIRM_DELAY_MS);
  return made;
}

const buttonOf = (view, id) => view.buttons.find((button) => button.id === id);

/** Lets everything happen that waits for nothing. */
async function settle() {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => { setImmediate(resolve); });
}

module.exports = { CONFIRM_DELAY_MS, ORIGIN, buttonOf, scanned, setUp, setUpScanned, settle };
