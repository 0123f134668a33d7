'use strict';

// The mini-program against the real login server and the real stand-in for WeChat. Only the phone
// itself is made up here.

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const test = require('node:test');

const { createProgram } = require('../lib/program');
const { createBrowser } = require('./browser');
const { createFakeTimers } = require('./fake-timers');
const { createFakeWx } = require('./fake-wx');
const { buttonOf, settle } = require('./harness');
const { exchange } = require('./http');
const { startPrograms } = require('./programs');

const APPID = 'wx0123456789abcdef';
const READING_MS = 5000;

/** Somebody's phone with the mini-program on it: `{program, scan, read}`. */
function createPhone(programs, person, { spoil = () => false } = {}) {
  const mock = async (path, header, body) => {
    const answer = await exchange({
      method: 'POST',
      url: `${programs.wechat}/_mock/phones/${person}/${path}`,
      header: { ...header, 'content-length': body.length },
      body,
    });
    return JSON.parse(answer.body);
  };
  // A phone session ends in the middle when the bearer is spoilt on its way.
  const transport = (request) => {
    const { pathname } = new URL(request.url);
    const header = spoil(pathname) ? { ...request.header, authorization: 'Bearer spoilt' } : request.header;
    return exchange({ ...request, header });
  };
  const timers = createFakeTimers();
  const { wx, phone } = createFakeWx({
    appid: APPID,
    domains: [programs.login],
    language: 'en',
    jsCode: async () => {
      const body = Buffer.from(JSON.stringify({ appid: APPID }));
      return (await mock('login', { 'content-type': 'application/json' }, body)).code;
    },
    timers,
    transport,
  });
  const program = createProgram({ wx, config: { origin: programs.login, site: 'Shop' }, timers });
  return {
    program,
    phone,
    /** Holds the phone before a picture; WeChat opens the mini-program with what it says. */
    async scan(picture, how = 'camera') {
      await program.show(await mock(`scan?how=${how}`, { 'content-type': 'image/png' }, picture));
    },
    /** The person taps WeChat's phone-number button and agrees: the event's detail. */
    shareNumber: () => mock('phone-number', { 'content-type': 'application/json' }, Buffer.from(JSON.stringify({ appid: APPID }))),
    /** The person reads what is on the screen. */
    read: () => timers.advance(READING_MS),
  };
}

const labelled = ({ card }) => Object.fromEntries(card.map(({ label, value }) => [label, value]));

test('against the real programs', { timeout: 60000 }, async (t) => {
  const programs = await startPrograms();
  t.after(() => programs.stop());

  await t.test('a number is shared on the confirm screen, known the next time, and taken back', async () => {
    const redirect = 'https://tea.example/cb';
    const asking = new URLSearchParams({
      client_id: programs.register(redirect, '--share', 'phone'),
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid phone',
      code_challenge: 'A'.repeat(43),
      code_challenge_method: 'S256',
    });
    const browser = createBrowser(programs.login);
    assert.equal(await browser.visit(`/authorize?${asking}`), 200);
    const alice = createPhone(programs, 'alice');
    await alice.scan(await browser.open());
    assert.equal(labelled(alice.program.view)['It will learn'], 'your phone number, if you share it');
    const detail = await alice.shareNumber();
    await alice.program.tap('phone', detail);
    assert.equal(alice.program.view.note.tone, 'good');
    assert.equal(labelled(alice.program.view)['It will learn'], 'your phone number (+*********0001)');
    alice.read();
    await alice.program.tap('confirm');
    assert.equal(alice.program.view.outcome, 'confirmed');
    assert.equal((await browser.complete()).data.redirect, '/authorize/resume');

    const again = createPhone(programs, 'alice');
    await again.program.show({ query: {}, scene: 1001 });
    await again.program.tap('profile');
    assert.equal(again.program.view.phone.text, 'Phone number: +*********0001');
    await again.program.tap('phone-remove');
    assert.deepEqual([again.program.view.phone, again.program.view.note.tone], [null, 'good']);
  });

  await t.test('scanned by camera, confirmed, and the browser is logged in', async () => {
    const browser = createBrowser(programs.login);
    const alice = createPhone(programs, 'alice');
    await alice.scan(await browser.open());
    assert.equal(alice.program.view.title, 'Log in to 示例网站?');
    assert.deepEqual(alice.program.view.warnings, []);
    const card = labelled(alice.program.view);
    assert.deepEqual([card.Browser, card.System, card['IP address']], ['Firefox', 'Linux', '127.0.0.1']);
    assert.equal(card.Address, new URL(programs.login).host);
    assert.equal((await browser.look()).state, 'scanned');
    alice.read();
    await alice.program.tap('confirm');
    assert.equal(alice.program.view.outcome, 'confirmed');
    assert.equal((await browser.complete()).status, 200);
    assert.equal((await browser.session()).status, 200);
  });

  await t.test('cancelled, and the browser is told and stays out', async () => {
    const browser = createBrowser(programs.login);
    const bob = createPhone(programs, 'bob');
    await bob.scan(await browser.open());
    await bob.program.tap('cancel');
    assert.equal(bob.program.view.outcome, 'cancelled');
    assert.equal((await browser.look()).state, 'cancelled');
    assert.equal((await browser.complete()).status, 409);
  });

  await t.test('T04 a long press is warned of', async () => {
    const browser = createBrowser(programs.login);
    const alice = createPhone(programs, 'alice');
    await alice.scan(await browser.open(), 'longpress');
    assert.match(alice.program.view.warnings[0], /read from a picture/);
    assert.equal(buttonOf(alice.program.view, 'cancel').enabled, true);
    await alice.program.tap('cancel');
  });

  await t.test('T10 a second phone is refused', async () => {
    const browser = createBrowser(programs.login);
    const picture = await browser.open();
    const alice = createPhone(programs, 'alice');
    const bob = createPhone(programs, 'bob');
    await alice.scan(picture);
    await bob.scan(picture);
    assert.equal(bob.program.view.title, 'This code is no longer valid');
    assert.match(bob.program.view.supportCode, /^SCAN-410-/);
    alice.read();
    await alice.program.tap('confirm');
    assert.equal(alice.program.view.outcome, 'confirmed');
  });

  await t.test('T14 a code that was used is refused', async () => {
    const browser = createBrowser(programs.login);
    const picture = await browser.open();
    const alice = createPhone(programs, 'alice');
    await alice.scan(picture);
    alice.read();
    await alice.program.tap('confirm');
    await browser.complete();
    const again = createPhone(programs, 'alice');
    await again.scan(picture);
    assert.equal(again.program.view.title, 'This code is no longer valid');
  });

  for (const path of ['/mp/scan', '/mp/confirm', '/mp/cancel']) {
    await t.test(`a phone session that ends at ${path} is renewed, and nobody notices`, async () => {
      const browser = createBrowser(programs.login);
      const spoilt = new Set([path]);
      const carol = createPhone(programs, 'carol', { spoil: (it) => spoilt.delete(it) });
      await carol.scan(await browser.open());
      carol.read();
      await carol.program.tap(path === '/mp/cancel' ? 'cancel' : 'confirm');
      assert.equal(carol.program.view.page, 'done');
      assert.equal(spoilt.size, 0);
      assert.equal((await browser.look()).state, path === '/mp/cancel' ? 'cancelled' : 'confirmed');
    });
  }

  await t.test('picture and name reach the browser', async () => {
    const browser = createBrowser(programs.login);
    const picture = await browser.open();
    const alice = createPhone(programs, 'alice');
    await alice.scan(picture);
    alice.read();
    await alice.program.tap('confirm');
    await browser.complete();
    await alice.program.tap('profile');
    await settle();
    // The code itself is a PNG like any other.
    await alice.program.tap('avatar', alice.phone.chooseAvatar(picture));
    assert.equal(alice.program.view.note.text, 'Saved.');
    await alice.program.tap('nickname', { nickName: '爱丽丝' });
    assert.equal(alice.program.view.note.text, 'Saved.');
    const { user } = (await browser.session()).data;
    assert.equal(user.nickName, '爱丽丝');
    const stored = await exchange({ method: 'GET', url: new URL(user.avatarUrl, programs.login).href, header: {} });
    assert.deepEqual([stored.status, stored.header['content-type']], [200, 'image/png']);
  });

  await t.test('T26 a name and a picture that the server refuses are told', async () => {
    const alice = createPhone(programs, 'alice');
    await alice.program.show({ path: 'pages/index/index', query: {}, scene: 1001 });
    await alice.program.tap('profile');
    await settle();
    await alice.program.tap('nickname', { nickName: 'a\u202Eb' });
    assert.match(alice.program.view.note.text, /This name cannot be used/);
    await alice.program.tap('avatar', alice.phone.chooseAvatar(Buffer.from('GIF89a')));
    assert.match(alice.program.view.note.text, /PNG, JPEG or WebP/);
    await alice.program.tap('avatar', alice.phone.chooseAvatar(randomBytes(513 * 1024)));
    assert.match(alice.program.view.note.text, /too large/);
  });

  await t.test('T04 a recent login is shown, and ending it logs the browser out', async () => {
    const browser = createBrowser(programs.login);
    const mallory = createPhone(programs, 'mallory');
    await mallory.scan(await browser.open());
    mallory.read();
    await mallory.program.tap('confirm');
    await browser.complete();
    await mallory.program.tap('logins');
    assert.equal(mallory.program.view.logins.length, 1);
    const [login] = mallory.program.view.logins;
    assert.deepEqual([login.title, login.lines[0]], ['示例网站', 'Firefox on Linux']);
    assert.equal((await browser.session()).status, 200);
    await mallory.program.tap(login.button.id);
    assert.equal((await browser.session()).status, 401);
    assert.equal(mallory.program.view.logins[0].button, null);
  });

  await t.test('T13 reopened from the recent ones, nothing is asked', async () => {
    const browser = createBrowser(programs.login);
    const picture = await browser.open();
    const bob = createPhone(programs, 'bob');
    await bob.scan(picture);
    const later = createPhone(programs, 'bob');
    await later.program.show({ path: 'pages/confirm/confirm', query: { scene: 'x' }, scene: 1089 });
    assert.deepEqual(later.phone.calls, []);
    assert.equal((await browser.look()).state, 'scanned');
  });

  // The last one: it stops the server.
  await t.test('a server that is down is told, and works again afterwards', async () => {
    const browser = createBrowser(programs.login);
    const picture = await browser.open();
    const alice = createPhone(programs, 'alice');
    await programs.stopLogin();
    await alice.scan(picture);
    assert.equal(alice.program.view.title, 'The server cannot be reached');
    await programs.startLogin();
    await alice.program.tap('retry');
    assert.equal(alice.program.view.page, 'confirm');

    await programs.stopLogin();
    alice.read();
    await alice.program.tap('confirm');
    assert.equal(alice.program.view.title, 'The server cannot be reached');
    await programs.startLogin();
    await alice.program.tap('retry');
    assert.equal(alice.program.view.outcome, 'confirmed');
    assert.equal((await browser.complete()).status, 200);
  });
});

test('T04 number matching against the real programs', { timeout: 60000 }, async (t) => {
  const programs = await startPrograms({ NUMBER_MATCHING: 'always' });
  t.after(() => programs.stop());

  await t.test('the number of the page logs in', async () => {
    const browser = createBrowser(programs.login);
    const alice = createPhone(programs, 'alice');
    await alice.scan(await browser.open());
    alice.read();
    assert.equal(buttonOf(alice.program.view, 'confirm').enabled, false);
    await alice.program.input('number', (await browser.look()).number);
    await alice.program.tap('confirm');
    assert.equal(alice.program.view.outcome, 'confirmed');
    assert.equal((await browser.complete()).status, 200);
  });

  await t.test('a wrong number ends the attempt', async () => {
    const browser = createBrowser(programs.login);
    const alice = createPhone(programs, 'alice');
    await alice.scan(await browser.open());
    alice.read();
    const { number } = await browser.look();
    await alice.program.input('number', number === 10 ? 11 : number - 1);
    await alice.program.tap('confirm');
    assert.equal(alice.program.view.title, 'Not logged in');
    assert.equal((await browser.look()).state, 'cancelled');
  });
});

test('T04 where the camera is demanded, a picture cannot be confirmed', { timeout: 60000 }, async (t) => {
  const programs = await startPrograms({ LAUNCH_POLICY: 'strict', LIFETIMES_CONFIRM_DELAY_MS: 10000 });
  t.after(() => programs.stop());

  await t.test('read from the album: confirm stays shut', async () => {
    const browser = createBrowser(programs.login);
    const alice = createPhone(programs, 'alice');
    await alice.scan(await browser.open(), 'album');
    alice.read();
    assert.match(alice.program.view.warnings[0], /must be scanned by the camera/);
    assert.equal(buttonOf(alice.program.view, 'confirm').enabled, false);
    await alice.program.tap('cancel');
    assert.equal((await browser.look()).state, 'cancelled');
  });

  await t.test('T11 a server that wants more time to read says so, and the code stays alive', async () => {
    const browser = createBrowser(programs.login);
    const alice = createPhone(programs, 'alice');
    await alice.scan(await browser.open());
    alice.read();
    await alice.program.tap('confirm');
    assert.match(alice.program.view.note.text, /too fast/);
    assert.equal((await browser.look()).state, 'scanned');
  });
});

test('T13 a code that expired is refused by the real server', { timeout: 60000 }, async (t) => {
  const programs = await startPrograms({ LIFETIMES_SCENE_SECONDS: 1 });
  t.after(() => programs.stop());
  const browser = createBrowser(programs.login);
  const picture = await browser.open();
  assert.equal((await browser.wait(1)).state, 'expired');
  const alice = createPhone(programs, 'alice');
  await alice.scan(picture);
  assert.equal(alice.program.view.title, 'This code is no longer valid');
  assert.equal(buttonOf(alice.program.view, 'retry'), undefined);
});
