'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const {
  CONFIRM_DELAY_MS, ORIGIN, buttonOf, scanned, setUp, setUpScanned, settle,
} = require('./harness');
const {
  SCANNED, broken, ok, page, refusal, silence,
} = require('./scripted-server');
const { createProgram } = require('../lib/program');

// --- Launches

test('opened without a code: how to use it, and no call', async () => {
  const { program, server, phone } = setUp();
  await program.show({ path: 'pages/index/index', query: {}, scene: 1001 });
  assert.equal(program.view.page, 'welcome');
  assert.match(program.view.text, /Open the login page of Shop/);
  assert.deepEqual(program.view.buttons.map((button) => button.id), ['logins', 'profile']);
  assert.deepEqual(server.requests, []);
  assert.deepEqual(phone.calls, []);
});

test('the way in is asked of WeChat when nobody tells it', async () => {
  const { wx, phone, server } = setUp();
  phone.enter(scanned());
  const program = createProgram({ wx, config: { origin: ORIGIN, site: 'Shop' }, timers: fakeTime() });
  await program.show();
  assert.equal(server.requests[1].json.scene, 'scene-1');
});

test('what App.onLaunch was given is the way in', async () => {
  const { wx, server } = setUp();
  const program = createProgram({
    wx, config: { origin: ORIGIN, site: 'Shop' }, launch: scanned('scene-2'), timers: fakeTime(),
  });
  await program.show();
  assert.equal(server.requests[1].json.scene, 'scene-2');
});

const fakeTime = () => ({ now: () => 0, setTimeout: () => 0, clearTimeout: () => {} });

test('a scanned code logs the phone in and tells the server', async () => {
  const { program, server } = setUp();
  const shown = program.show(scanned('a=1'));
  assert.equal(program.view.page, 'busy');
  await shown;
  assert.deepEqual(server.requests.map(({ method, path, json }) => [method, path, json]), [
    ['POST', '/mp/session', { js_code: 'js-code-1' }],
    ['POST', '/mp/scan', { scene: 'a=1', launch: 1047 }],
  ]);
  assert.equal(server.requests[0].header.authorization, undefined);
  assert.equal(server.requests[1].header.authorization, 'Bearer bearer-1');
  assert.equal(program.view.page, 'confirm');
});

test('T08 the js_code goes in the body, never in an address', async () => {
  const { program, phone } = setUp();
  await program.show(scanned());
  phone.calls.filter((call) => call.url).forEach((call) => assert.doesNotMatch(call.url, /\?/));
});

test('a code that cannot be decoded is told, without a call', async () => {
  const { program, server } = setUp();
  await program.show({ path: 'pages/confirm/confirm', query: { scene: '%E4%' }, scene: 1047 });
  assert.deepEqual([program.view.page, program.view.title], ['error', 'This code cannot be read']);
  assert.deepEqual([program.view.buttons, program.view.supportCode], [[], '']);
  assert.deepEqual(server.requests, []);
});

test('T13 reopened with an old code: no call, and what to do', async () => {
  const { program, server } = setUp();
  await program.show(scanned('scene-1', 1089));
  assert.equal(program.view.page, 'welcome');
  assert.match(program.view.text, /old code is not used/);
  assert.deepEqual(server.requests, []);
});

test('T13 coming back with the same code changes nothing', async () => {
  const { program, server } = await setUpScanned();
  const before = server.paths();
  for (const launch of [1047, 1089, 1038]) {
    program.hide();
    await program.show(scanned('scene-1', launch));
    assert.equal(program.view.page, 'confirm');
  }
  await program.tap('confirm');
  program.hide();
  await program.show(scanned());
  assert.equal(program.view.page, 'done');
  assert.deepEqual(server.paths(), [...before, '/mp/confirm']);
});

test('a new code is a new scan, and needs no second login', async () => {
  const { program, server } = await setUpScanned();
  await program.tap('confirm');
  await program.show(scanned('scene-2'));
  assert.equal(program.view.page, 'confirm');
  assert.deepEqual(server.paths(), ['/mp/session', '/mp/scan', '/mp/confirm', '/mp/scan']);
  assert.equal(server.requests[3].json.scene, 'scene-2');
});

test('the same code read in another way is a new scan', async () => {
  const { program, server } = setUp();
  await program.show(scanned('scene-1', 1048));
  await program.show(scanned('scene-1', 1047));
  assert.deepEqual(server.requests.slice(1).map(({ json }) => json.launch), [1048, 1047]);
});

test('the answer to an older code comes too late', async () => {
  const { program, server } = setUp();
  const release = server.hold('/mp/scan');
  const first = program.show(scanned('scene-1'));
  await settle();
  await program.show(scanned('scene-2'));
  const { title } = program.view;
  release(ok({ ...SCANNED, client: { name: 'Old', host: 'old.test' } }));
  await first;
  assert.equal(program.view.title, title);
  assert.equal(program.view.card[0].value, 'Shop');
});

test('T11 a slow login for an older code is the login for the newer one, too', async () => {
  const { program, server, timers } = setUp();
  const release = server.hold('/mp/session');
  const first = program.show(scanned('scene-1'));
  await settle();
  const second = program.show(scanned('scene-2'));
  await settle();
  release();
  await Promise.all([first, second]);
  // Nobody looks at the older code any more: it is not told to the server.
  assert.deepEqual(server.paths(), ['/mp/session', '/mp/scan']);
  assert.equal(server.requests[1].json.scene, 'scene-2');
  timers.advance(CONFIRM_DELAY_MS);
  await program.tap('confirm');
  const bearers = server.requests.slice(1).map(({ header }) => header.authorization);
  assert.deepEqual(bearers, ['Bearer bearer-1', 'Bearer bearer-1']);
  assert.equal(program.view.outcome, 'confirmed');
});

test('T11 two calls that find the phone session ended log in once, and stay in one session', async () => {
  const { program, server, timers } = await setUpScanned();
  const confirm = server.hold('/mp/confirm');
  const scan = server.hold('/mp/scan');
  const confirmed = program.tap('confirm');
  await settle();
  const shown = program.show(scanned('scene-2'));
  await settle();
  scan(refusal(401, 'no_phone_session'));
  await settle();
  confirm(refusal(401, 'no_phone_session'));
  await Promise.all([confirmed, shown]);
  await settle();
  assert.equal(server.paths().filter((path) => path === '/mp/session').length, 2);
  timers.advance(CONFIRM_DELAY_MS);
  await program.tap('confirm');
  assert.equal(server.requests.at(-1).json.scene, 'scene-2');
  assert.equal(server.requests.at(-1).header.authorization, 'Bearer bearer-2');
});

test('T11 a confirm under way never reaches a code that was scanned meanwhile', async () => {
  const { program, server } = await setUpScanned();
  const release = server.hold('/mp/confirm');
  const confirmed = program.tap('confirm');
  await settle();
  await program.show(scanned('scene-2'));
  // The phone session ends in between: the old confirm scans again, and must scan its own code.
  release(refusal(401, 'no_phone_session'));
  await confirmed;
  await settle();
  const confirms = server.requests.filter(({ path }) => path === '/mp/confirm');
  assert.deepEqual(confirms.map(({ json }) => json.scene), ['scene-1', 'scene-1']);
  assert.equal(program.view.page, 'confirm');
});

// --- The confirm screen

test('T04 the confirm screen shows who asks, as the server saw them', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', ok({
    ...SCANNED, browser: { ...SCANNED.browser, ip_area: '浙江杭州', network: '中国电信' },
  }));
  await program.show(scanned());
  assert.equal(program.view.title, 'Log in to Shop?');
  assert.deepEqual(program.view.card, [
    { label: 'Website', value: 'Shop', tone: 'plain' },
    { label: 'Address', value: 'shop.test', tone: 'plain' },
    { label: 'Browser', value: 'Chrome', tone: 'plain' },
    { label: 'System', value: 'Windows', tone: 'plain' },
    { label: 'Place', value: '浙江杭州 · 中国电信', tone: 'plain' },
    { label: 'IP address', value: '198.51.100.7', tone: 'plain' },
    { label: 'Code shown', value: '12 s ago', tone: 'plain' },
  ]);
  assert.match(program.view.text, /If you did not open this page yourself/);
});

test('the confirm screen says what the website will learn', async () => {
  for (const [language, label, words] of [
    ['en', 'It will learn', 'your WeChat id (openid, unionid), who you are, later also without a scan, horoscope'],
    ['zh_CN', '将获知', '您的微信身份标识（openid、unionid）、您的身份，以后无需再次扫码、horoscope'],
  ]) {
    const { program, server } = setUp({ language });
    server.next('/mp/scan', ok({
      ...SCANNED, client: { ...SCANNED.client, shares: ['wechat', 'offline_access', 'horoscope'] },
    }));
    await program.show(scanned());
    const row = program.view.card.find((each) => each.label === label);
    assert.deepEqual(row, { label, value: words, tone: 'warn' });
    const place = program.view.card.indexOf(row);
    assert.equal(place, 2, 'right behind the website');
  }
});

test('a server that says nothing of it shares nothing', async () => {
  const { program, server } = setUp();
  const { shares: _, ...client } = SCANNED.client;
  server.next('/mp/scan', ok({ ...SCANNED, client }));
  await program.show(scanned());
  assert.ok(!program.view.card.some(({ label }) => label === 'It will learn'));
});

test('T04 who came by a link that was sent cannot confirm, and is told why', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', ok({ ...SCANNED, confirm_allowed: false, warnings: ['link', 'network'] }));
  await program.show(scanned('scene-1', 1286));
  assert.match(program.view.warnings[0], /whoever sent the link would be logged in as you/);
  assert.equal(program.view.warnings.length, 2);
  assert.equal(buttonOf(program.view, 'confirm').enabled, false);
  assert.equal(buttonOf(program.view, 'cancel').enabled, true);
});

test('who came by the link of this phone goes back to the browser', async () => {
  const { program, server, timers } = setUp();
  await program.show(scanned('scene-1', 1286));
  assert.deepEqual(program.view.warnings, []);
  timers.advance(CONFIRM_DELAY_MS);
  await program.tap('confirm');
  assert.match(program.view.text, /Go back to the browser/);
});

test('what is not known of a browser is said to be unknown, and a place is left out', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', ok({ ...SCANNED, browser: { ...SCANNED.browser, ua: 'curl' } }));
  await program.show(scanned());
  const values = Object.fromEntries(program.view.card.map(({ label, value }) => [label, value]));
  assert.deepEqual([values.Browser, values.System, values.Place], ['unknown', 'unknown', undefined]);
});

test('T04 confirm and cancel are alike, and cancel comes first', async () => {
  const { program } = await setUpScanned();
  const [cancel, confirm] = program.view.buttons;
  assert.deepEqual([cancel.id, confirm.id, program.view.buttons.length], ['cancel', 'confirm', 2]);
  assert.equal(cancel.kind, confirm.kind);
});

test('T04 nothing is confirmed unless the person taps', async () => {
  const { program, server, timers } = await setUpScanned();
  timers.advance(60000);
  await settle();
  assert.deepEqual(server.paths(), ['/mp/session', '/mp/scan']);
  assert.deepEqual([program.view.page, program.view.title], ['error', 'This code has expired']);
  assert.equal(buttonOf(program.view, 'retry'), undefined);
  assert.equal(timers.pendingCount(), 0);
});

test('T11 confirm opens once the person can have read, cancel at once', async () => {
  const { program, server, timers } = setUp();
  await program.show(scanned());
  assert.equal(buttonOf(program.view, 'cancel').enabled, true);
  assert.equal(buttonOf(program.view, 'confirm').enabled, false);
  await program.tap('confirm');
  timers.advance(CONFIRM_DELAY_MS - 1);
  assert.equal(buttonOf(program.view, 'confirm').enabled, false);
  await program.tap('confirm');
  assert.deepEqual(server.paths(), ['/mp/session', '/mp/scan']);
  timers.advance(1);
  assert.equal(buttonOf(program.view, 'confirm').enabled, true);
});

test('a confirm that the server finds too fast can be tapped again, later', async () => {
  const { program, server, timers } = await setUpScanned();
  server.next('/mp/confirm', refusal(409, 'too_fast'));
  await program.tap('confirm');
  assert.equal(program.view.page, 'confirm');
  assert.match(program.view.note.text, /too fast/);
  assert.equal(buttonOf(program.view, 'confirm').enabled, false);
  timers.advance(2 * CONFIRM_DELAY_MS);
  await program.tap('confirm');
  assert.equal(program.view.page, 'done');
});

test('the seconds left are counted', async () => {
  const { program, timers } = setUp();
  const counts = [];
  program.subscribe((view) => counts.push(view.countdown));
  await program.show(scanned());
  timers.advance(2000);
  assert.deepEqual([...new Set(counts)].filter(Boolean), [
    '60 s left to confirm', '59 s left to confirm', '58 s left to confirm',
  ]);
});

test('in the background no timer runs, and on the way back the time is right', async () => {
  const { program, timers } = await setUpScanned();
  program.hide();
  assert.equal(timers.pendingCount(), 0);
  timers.advance(30000);
  await program.show(scanned());
  assert.equal(program.view.countdown, '30 s left to confirm');
  program.hide();
  timers.advance(60000);
  await program.show(scanned());
  assert.equal(program.view.title, 'This code has expired');
});

test('T04 a code from a picture and a foreign network are warned of', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', ok({ ...SCANNED, warnings: ['picture', 'network'] }));
  await program.show(scanned('scene-1', 1048));
  const { view } = program;
  assert.match(view.warnings[0], /read from a picture/);
  assert.match(view.warnings[1], /another network/);
  assert.equal(view.card.find(({ label }) => label === 'IP address').tone, 'warn');
});

test('T04 where the camera is demanded confirm stays shut and cancel works', async () => {
  const { program, server, timers } = setUp();
  server.next('/mp/scan', ok({ ...SCANNED, confirm_allowed: false, warnings: ['picture'] }));
  await program.show(scanned('scene-1', 1049));
  timers.advance(CONFIRM_DELAY_MS);
  assert.match(program.view.warnings[0], /must be scanned by the camera/);
  assert.equal(program.view.warnings.length, 1);
  await program.tap('confirm');
  await program.tap('cancel');
  assert.equal(server.paths().at(-1), '/mp/cancel');
  assert.ok(!server.paths().includes('/mp/confirm'));
});

// --- The answer

test('confirm tells the server, once, and the person', async () => {
  const { program, server, phone } = await setUpScanned();
  const both = [program.tap('confirm'), program.tap('confirm'), program.tap('cancel')];
  assert.deepEqual(program.view.buttons.map((button) => button.enabled), [false, false]);
  await Promise.all(both);
  assert.deepEqual(server.requests.slice(2).map(({ path, json }) => [path, json]), [
    ['/mp/confirm', { scene: 'scene-1', nonce: 'nonce-1' }],
  ]);
  assert.deepEqual([program.view.page, program.view.outcome], ['done', 'confirmed']);
  assert.ok(phone.calls.some(({ api }) => api === 'vibrateShort'));
});

test('cancel tells the server, and the person', async () => {
  const { program, server } = await setUpScanned();
  await Promise.all([program.tap('cancel'), program.tap('cancel'), program.tap('confirm')]);
  assert.deepEqual(server.requests.slice(2).map(({ path, json }) => [path, json]), [
    ['/mp/cancel', { scene: 'scene-1', nonce: 'nonce-1' }],
  ]);
  assert.deepEqual([program.view.page, program.view.outcome], ['done', 'cancelled']);
  assert.match(program.view.title, /cancelled/);
});

test('cancelling a code that is gone is cancelled', async () => {
  const { program, server } = await setUpScanned();
  server.next('/mp/cancel', refusal(410, 'scene_unavailable'));
  await program.tap('cancel');
  assert.equal(program.view.outcome, 'cancelled');
});

test('an older base library says its language in another way, and cannot be left by a button', async () => {
  const { wx, server, timers } = setUp();
  const older = {
    ...wx, getAppBaseInfo: undefined, exitMiniProgram: undefined, getSystemInfoSync: () => ({ language: 'zh_CN' }),
  };
  const program = createProgram({ wx: older, config: { origin: ORIGIN, site: 'Shop' }, timers });
  await program.show(scanned());
  assert.equal(program.view.lang, 'zh');
  timers.advance(CONFIRM_DELAY_MS);
  await program.tap('confirm');
  assert.equal(server.paths().at(-1), '/mp/confirm');
  assert.deepEqual(program.view.buttons.map(({ id }) => id), ['profile', 'logins']);
});

test('a phone that says nothing of its language is spoken to in English', () => {
  const { wx } = setUp();
  const mute = { ...wx, getAppBaseInfo: undefined, getSystemInfoSync: undefined };
  const program = createProgram({ wx: mute, config: { origin: ORIGIN, site: undefined }, timers: fakeTime() });
  assert.equal(program.view.lang, 'en');
  // What a page hands to WeChat as its title must be a text.
  assert.equal(program.view.site, '');
});

test('what WeChat cannot do for a side thing is nobody\'s failure', async () => {
  const { wx, timers } = setUp();
  // Without a callback WeChat answers with a promise, whose rejection would be reported as a fault of ours.
  const asked = [];
  const cannot = (api) => (options = {}) => {
    asked.push(api);
    if (!options.fail) return Promise.reject(new Error(`${api}:fail not supported`));
    options.fail({ errMsg: `${api}:fail not supported` });
    return undefined;
  };
  const names = ['vibrateShort', 'exitMiniProgram', 'openPrivacyContract', 'getNetworkType'];
  const poor = { ...wx, ...Object.fromEntries(names.map((name) => [name, cannot(name)])) };
  const faults = [];
  const note = (fault) => faults.push(fault.message);
  process.on('unhandledRejection', note);
  const program = createProgram({ wx: poor, config: { origin: ORIGIN, site: 'Shop' }, timers });
  await program.show(scanned());
  timers.advance(CONFIRM_DELAY_MS);
  await program.tap('confirm');
  await program.tap('close');
  await settle();
  process.off('unhandledRejection', note);
  assert.deepEqual(asked, ['getNetworkType', 'vibrateShort', 'exitMiniProgram']);
  assert.deepEqual(faults, []);
  assert.equal(program.view.outcome, 'confirmed');
});

test('close leaves the mini-program', async () => {
  const { program, phone } = await setUpScanned();
  await program.tap('confirm');
  await program.tap('close');
  assert.equal(phone.exits.length, 1);
});

test('T04 number matching: two digits, typed by the person', async () => {
  const { program, server, timers } = setUp();
  server.next('/mp/scan', ok({ ...SCANNED, number_required: true }));
  await program.show(scanned());
  timers.advance(CONFIRM_DELAY_MS);
  assert.deepEqual(program.view.number, {
    prompt: 'Type the two digits that the page on the computer shows', digits: 2, value: '',
  });
  for (const [typed, kept] of [['4', '4'], ['4a', '4'], ['x', ''], ['421', '42']]) {
    await program.input('number', typed);
    assert.equal(program.view.number.value, kept);
    assert.equal(buttonOf(program.view, 'confirm').enabled, kept.length === 2);
  }
  await program.tap('confirm');
  assert.equal(server.requests.at(-1).json.number, '42');
  assert.equal(program.view.page, 'done');
});

test('T04 a wrong number is told, and the number is not kept for the next code', async () => {
  const { program, server, timers } = setUp();
  server.next('/mp/scan', ok({ ...SCANNED, number_required: true }));
  await program.show(scanned());
  timers.advance(CONFIRM_DELAY_MS);
  await program.input('number', '42');
  server.next('/mp/confirm', refusal(410, 'scene_unavailable'));
  await program.tap('confirm');
  assert.deepEqual([program.view.page, program.view.title], ['error', 'Not logged in']);
  server.next('/mp/scan', ok({ ...SCANNED, number_required: true }));
  await program.show(scanned('scene-2'));
  assert.equal(program.view.number.value, '');
});

// --- The phone session

test('T08 each login of the phone asks WeChat for a fresh code', async () => {
  const { program, server } = setUp();
  server.next('/mp/session', refusal(401, 'invalid_code'));
  await program.show(scanned());
  assert.equal(program.view.title, 'WeChat login did not work');
  await program.tap('retry');
  assert.deepEqual(
    server.requests.filter(({ path }) => path === '/mp/session').map(({ json }) => json.js_code),
    ['js-code-1', 'js-code-2'],
  );
  assert.equal(program.view.page, 'confirm');
});

test('a phone session that ended is renewed once, and the scan sent again', async () => {
  const { program, server } = setUp();
  await program.show(scanned());
  server.next('/mp/scan', refusal(401, 'no_phone_session'));
  await program.show(scanned('scene-2'));
  assert.equal(program.view.page, 'confirm');
  assert.equal(server.requests.at(-1).header.authorization, 'Bearer bearer-2');
  assert.equal(server.requests.at(-1).json.scene, 'scene-2');
});

test('a phone session that ends again at once is an error, and no loop', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', refusal(401, 'no_phone_session'), refusal(401, 'no_phone_session'));
  await program.show(scanned());
  assert.deepEqual(server.paths(), ['/mp/session', '/mp/scan', '/mp/session', '/mp/scan']);
  assert.equal(program.view.page, 'error');
  await program.tap('retry');
  assert.equal(program.view.page, 'confirm');
});

test('a phone session that ends before the confirm is renewed, and its code scanned again', async () => {
  const { program, server } = await setUpScanned();
  server.next('/mp/confirm', refusal(401, 'no_phone_session'));
  await program.tap('confirm');
  assert.deepEqual(server.paths().slice(2), ['/mp/confirm', '/mp/session', '/mp/scan', '/mp/confirm']);
  assert.deepEqual(server.requests.at(-1).json, { scene: 'scene-1', nonce: 'nonce-2' });
  assert.equal(program.view.outcome, 'confirmed');
});

test('T36 nothing is stored on the phone', async () => {
  const { program, phone } = await setUpScanned();
  await program.tap('confirm');
  await program.tap('profile');
  assert.equal(phone.storage.size, 0);
});

test('wx.login that fails is told, and can be tried again', async () => {
  let fails = 1;
  const { program } = setUp({
    jsCode: async () => {
      fails -= 1;
      if (fails >= 0) throw new Error('system error');
      return 'js-code';
    },
  });
  await program.show(scanned());
  assert.equal(program.view.title, 'WeChat login did not work');
  await program.tap('retry');
  assert.equal(program.view.page, 'confirm');
});

// --- Failures

const REFUSALS = [
  [410, 'scene_unavailable', 'This code is no longer valid', false],
  [403, 'user_blocked', 'WeChat does not allow this login', false],
  [400, 'malformed', 'Mini-program and server do not fit', false],
  [422, 'unknown_member', 'Mini-program and server do not fit', false],
  [404, 'not_found', 'Mini-program and server do not fit', false],
  [421, 'misdirected', 'Mini-program and server do not fit', false],
  [429, 'rate_limited', 'Too many requests', true],
  [503, 'wechat_unavailable', 'Not available right now', true],
  [503, 'unavailable', 'Not available right now', true],
  [500, 'internal', 'Something went wrong on the server', true],
  [408, 'too_slow', 'The server did not answer', true],
];

for (const [status, error, title, canRetry] of REFUSALS) {
  test(`a scan refused with ${error}: ${canRetry ? 'told, and a retry works' : 'told, and no retry'}`, async () => {
    const { program, server } = setUp();
    server.next('/mp/scan', refusal(status, error));
    await program.show(scanned());
    assert.deepEqual([program.view.page, program.view.title], ['error', title]);
    assert.equal(program.view.supportCode, `SCAN-${status}-080507`);
    assert.equal(program.view.supportLabel, 'Support code');
    assert.equal(buttonOf(program.view, 'retry') !== undefined, canRetry);
    if (canRetry) {
      await program.tap('retry');
      assert.equal(program.view.page, 'confirm');
    }
  });
}

for (const [error, title] of [
  ['confirm_blocked', 'Please scan with the camera'],
  ['number_required', 'Please scan again'],
]) {
  test(`a confirm refused with ${error} is told, and a new code is needed`, async () => {
    const { program, server } = await setUpScanned();
    server.next('/mp/confirm', refusal(403, error));
    await program.tap('confirm');
    assert.deepEqual([program.view.page, program.view.title], ['error', title]);
    assert.deepEqual(program.view.buttons, []);
  });
}

test('the sentence of a server is never shown', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', refusal(500, 'internal'));
  await program.show(scanned());
  assert.doesNotMatch(JSON.stringify(program.view), /a sentence of the server/);
});

test('a server that asks to wait is waited for', async () => {
  const { program, server, timers } = setUp();
  server.next('/mp/scan', refusal(429, 'rate_limited', { 'Retry-After': '3' }));
  await program.show(scanned());
  assert.deepEqual(
    buttonOf(program.view, 'retry'),
    { id: 'retry', text: 'Try again in 3 s', kind: 'primary', enabled: false },
  );
  await program.tap('retry');
  timers.advance(2000);
  assert.equal(buttonOf(program.view, 'retry').text, 'Try again in 1 s');
  timers.advance(1000);
  assert.equal(buttonOf(program.view, 'retry').enabled, true);
  assert.equal(server.requests.length, 2);
  await program.tap('retry');
  assert.equal(program.view.page, 'confirm');
});

for (const [text, status] of [['<html>', 502], ['<html>', 200], ['{}', 200], ['null', 200]]) {
  test(`an answer that is none (${status} ${text}) is an error with a retry`, async () => {
    const { program, server } = setUp();
    server.next('/mp/session', page(status, text));
    await program.show(scanned());
    assert.equal(program.view.title, 'Something went wrong on the server');
    await program.tap('retry');
    assert.equal(program.view.page, 'confirm');
  });
}

test('a server that cannot be reached is an error with a retry', async () => {
  const { program, server } = setUp();
  server.next('/mp/session', broken('connect ECONNREFUSED'));
  await program.show(scanned());
  assert.equal(program.view.title, 'The server cannot be reached');
  assert.equal(program.view.supportCode, 'SESSION-0-080507');
  await program.tap('retry');
  assert.equal(program.view.page, 'confirm');
});

test('a server that does not answer is given up after ten seconds', async () => {
  const { program, server, timers } = setUp();
  server.next('/mp/session', silence);
  const shown = program.show(scanned());
  await settle();
  timers.advance(9999);
  await settle();
  assert.equal(program.view.page, 'busy');
  timers.advance(1);
  await shown;
  assert.equal(program.view.title, 'The server did not answer');
});

test('a domain that is not registered is told to the developer, by name', async () => {
  const { program } = setUp({ domains: [] });
  await program.show(scanned());
  assert.equal(program.view.title, 'The server is not a registered domain');
  assert.match(program.view.text, /For the developer: add https:\/\/login\.test to/);
  assert.equal(buttonOf(program.view, 'retry'), undefined);
});

for (const config of [
  { origin: 'https://login.example.com' }, { origin: 'https://login.test/' }, { origin: 'login.test' },
  { origin: undefined }, { site: '' }, { site: undefined }, { site: { zh: '商店' } }, { site: { zh: '商店', en: '' } },
  { site: { en: 'Shop' } }, { origin: 'https://login.test:443' }, { origin: 'https://login.example.com:8443' },
  { origin: 'https://login .test' },
]) {
  test(`a config.js that is not filled in is told: ${JSON.stringify(config)}`, async () => {
    const { program, server, phone } = setUp({ config });
    await program.show(scanned());
    assert.equal(program.view.title, 'This mini-program is not set up');
    assert.deepEqual([server.requests, phone.calls], [[], []]);
  });
}

// --- The network

test('without a network: told as that, and tried again by itself when it is back', async () => {
  const { program, phone, server } = setUp();
  phone.setNetwork('none');
  assert.equal(program.view.offline, 'Your phone is offline');
  await program.show(scanned());
  assert.deepEqual([program.view.title, program.view.supportCode], ['Your phone is offline', '']);
  assert.deepEqual(server.requests, []);
  phone.setNetwork('4g');
  await settle();
  assert.deepEqual([program.view.page, program.view.offline], ['confirm', '']);
});

test('the network coming back repeats nothing that the server refused', async () => {
  const { program, phone, server } = setUp();
  server.next('/mp/scan', refusal(500, 'internal'));
  await program.show(scanned());
  phone.setNetwork('none');
  phone.setNetwork('4g');
  await settle();
  assert.equal(server.requests.length, 2);
});

test('a request that the background broke off is made again on the way back', async () => {
  const { program, phone, server, timers } = setUp();
  server.next('/mp/scan', silence);
  const shown = program.show(scanned());
  await settle();
  program.hide();
  phone.leave();
  timers.advance(5000);
  await shown;
  assert.equal(program.view.page, 'busy');
  phone.comeBack();
  await program.show(scanned('scene-1', 1089));
  assert.equal(program.view.page, 'confirm');
});

test('what was broken off and is told late is made again once, and not for ever', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', broken('interrupted'));
  await program.show(scanned());
  assert.equal(program.view.page, 'confirm');
  server.next('/mp/scan', broken('interrupted'), broken('interrupted'));
  await program.show(scanned('scene-2'));
  assert.equal(program.view.title, 'The server cannot be reached');
});

test('a confirm whose answer was lost can be sent again', async () => {
  const { program, server } = await setUpScanned();
  server.next('/mp/confirm', broken('ERR_CONNECTION_RESET'));
  await program.tap('confirm');
  assert.equal(program.view.title, 'The server cannot be reached');
  await program.tap('retry');
  assert.deepEqual([program.view.page, program.view.outcome], ['done', 'confirmed']);
  assert.deepEqual(server.requests.at(-1).json, server.requests.at(-2).json);
});

test('T12 a confirm whose answer was lost can still be cancelled', async () => {
  for (const answer of [ok(), refusal(410, 'scene_unavailable')]) {
    const { program, server } = await setUpScanned();
    server.next('/mp/confirm', broken('ERR_CONNECTION_RESET'));
    await program.tap('confirm');
    assert.deepEqual(program.view.buttons.map(({ id }) => id), ['retry', 'cancel']);
    server.next('/mp/cancel', answer);
    await program.tap('cancel');
    // Gone may mean logged in: then nobody says that it was cancelled.
    assert.equal(program.view.title, answer.status === 200 ? 'Login cancelled' : 'Please look at the computer');
  }
});

test('a confirm whose answer was lost and whose code is gone is not called a failure', async () => {
  const { program, server } = await setUpScanned();
  server.next('/mp/confirm', broken('ERR_CONNECTION_RESET'), refusal(410, 'scene_unavailable'));
  await program.tap('confirm');
  await program.tap('retry');
  assert.equal(program.view.title, 'Please look at the computer');
  assert.deepEqual(program.view.buttons.map(({ id }) => id), ['logins']);
  await program.tap('logins');
  assert.equal(program.view.page, 'logins');
  await program.tap('back');
  assert.equal(program.view.title, 'Please look at the computer');
});

test('the same holds for a confirm that the background broke off', async () => {
  const { program, phone, server, timers } = await setUpScanned();
  server.next('/mp/confirm', silence, refusal(410, 'scene_unavailable'));
  const confirmed = program.tap('confirm');
  await settle();
  program.hide();
  phone.leave();
  timers.advance(5000);
  await confirmed;
  phone.comeBack();
  await program.show(scanned());
  assert.equal(program.view.title, 'Please look at the computer');
});

test('a code that a confirm finds gone, with every answer heard, is gone', async () => {
  const { program, server } = await setUpScanned();
  server.next('/mp/confirm', refusal(410, 'scene_unavailable'));
  await program.tap('confirm');
  assert.equal(program.view.title, 'This code is no longer valid');
});

// --- Recent logins

test('recent logins are shown, and one can be ended', async () => {
  const { program, server } = setUp();
  await program.show({ query: {}, scene: 1001 });
  await program.tap('logins');
  const { logins } = program.view;
  assert.equal(program.view.page, 'logins');
  assert.deepEqual(logins.map(({ id, title }) => [id, title]), [['login-1', 'Shop'], ['login-0', 'Shop']]);
  assert.equal(logins[0].lines[0], 'Chrome on Windows');
  assert.equal(logins[0].lines[1], '198.51.100.7');
  assert.match(logins[0].lines[2], /^2026-01-3\d \d\d:05$/);
  assert.deepEqual(logins.map(({ lines }) => lines[3]), ['Logged in', 'Logged out']);
  assert.equal(logins[1].button, null);
  await program.tap(logins[0].button.id);
  assert.deepEqual(server.requests.at(-1).json, { id: 'login-1' });
  assert.equal(program.view.logins[0].button, null);
  assert.equal(program.view.note.text, 'It is logged out.');
  await program.tap('back');
  assert.equal(program.view.page, 'welcome');
});

test('no logins are said to be none', async () => {
  const { program, server } = setUp();
  server.next('/mp/logins', ok({ logins: [] }));
  await program.show({ query: {}, scene: 1001 });
  await program.tap('logins');
  assert.equal(program.view.text, 'There are none yet.');
});

test('logins that cannot be had: retry, or go back', async () => {
  const { program, server } = setUp();
  await program.show({ query: {}, scene: 1001 });
  server.next('/mp/logins', refusal(503, 'unavailable'), refusal(503, 'unavailable'));
  await program.tap('logins');
  assert.deepEqual(program.view.buttons.map(({ id }) => id), ['retry', 'back']);
  await program.tap('retry');
  await program.tap('back');
  assert.equal(program.view.page, 'welcome');
  await program.tap('logins');
  assert.equal(program.view.page, 'logins');
});

test('ending a login that is gone is told', async () => {
  const { program, server } = setUp();
  await program.show({ query: {}, scene: 1001 });
  await program.tap('logins');
  server.next('/mp/logins/revoke', refusal(404, 'not_found'));
  await program.tap('revoke:login-1');
  assert.equal(program.view.title, 'There is no such login');
});

test('a button that is not there does nothing', async () => {
  const { program, server } = setUp();
  await program.show({ query: {}, scene: 1001 });
  for (const id of ['confirm', 'revoke:login-1', 'toString', 'privacy-agree', 'back', 'avatar']) await program.tap(id);
  assert.equal(program.view.page, 'welcome');
  assert.deepEqual(server.requests, []);
});

// --- Subscribers and languages

test('a subscriber hears each change until it leaves', async () => {
  const { program } = setUp();
  const pages = [];
  const leave = program.subscribe((view) => pages.push(view.page));
  await program.show(scanned());
  assert.equal(pages.at(-1), 'confirm');
  leave();
  const { length } = pages;
  await program.tap('cancel');
  assert.equal(pages.length, length);
});

test('the view is plain JSON', async () => {
  const { program } = await setUpScanned();
  assert.deepEqual(JSON.parse(JSON.stringify(program.view)), program.view);
});

for (const [language, lang, title] of [
  ['zh_CN', 'zh', '确认登录Shop？'], ['zh_TW', 'zh', '确认登录Shop？'], ['en', 'en', 'Log in to Shop?'],
  ['ja', 'en', 'Log in to Shop?'], [undefined, 'en', 'Log in to Shop?'],
]) {
  test(`a phone in ${language} is spoken to in ${lang}`, async () => {
    const { program } = setUp({ language });
    await program.show(scanned());
    assert.deepEqual([program.view.lang, program.view.title], [lang, title]);
  });
}

test('the name of the site is of the language', async () => {
  const config = { site: { zh: '商店', en: 'Shop' } };
  assert.equal(setUp({ language: 'zh_CN', config }).program.view.site, '商店');
  assert.equal(setUp({ language: 'en', config }).program.view.site, 'Shop');
});

test('a code that cannot be read, in the middle of something, leaves nothing locked', async () => {
  const { program, server } = await setUpScanned();
  const release = server.hold('/mp/confirm');
  const confirmed = program.tap('confirm');
  await settle();
  await program.show({ query: { scene: '%' }, scene: 1047 });
  release();
  await confirmed;
  assert.equal(program.view.title, 'This code cannot be read');
  await program.show(scanned('scene-2', 1048));
  assert.equal(buttonOf(program.view, 'cancel').enabled, true);
});

test('while something is under way no button does anything', async () => {
  const { program, server } = setUp();
  await program.show({ query: {}, scene: 1001 });
  const seen = [];
  program.subscribe((view) => {
    seen.push(view);
    // Whoever is told of a change may tap at once.
    program.tap('logins');
    program.tap('profile');
  });
  const release = server.hold('/mp/logins');
  const opened = program.tap('logins');
  await settle();
  release();
  await opened;
  assert.deepEqual(server.paths(), ['/mp/session', '/mp/logins']);
});
