'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const { readLaunch } = require('../lib/launch');
const { readAgent } = require('../lib/agent');
const { FAILURES, Failure, explain, supportCode, transportFailure } = require('../lib/failures');

const launched = (scene, ...launch) => readLaunch({
  path: 'pages/confirm/confirm', query: { scene }, scene: launch.length > 0 ? launch[0] : 1047,
});

test('a scene is decoded exactly once', () => {
  assert.equal(launched('a%3D1').scene, 'a=1');
  assert.equal(launched('a%253D1').scene, 'a%3D1');
  assert.equal(launched('Ab-_9').scene, 'Ab-_9');
});

test('a scene that cannot be decoded is malformed', () => {
  for (const raw of ['%', '%E4', 'a%ZZ', '%C0%80']) assert.equal(launched(raw).kind, 'malformed', raw);
});

test('a code is one that was read by camera, long press or album', () => {
  for (const launch of [1047, 1048, 1049, 1011, 1012, 1013]) {
    const { kind, scene, launch: how } = launched('x', launch);
    assert.deepEqual([kind, scene, how], ['scan', 'x', launch]);
  }
});

test('a link of the login page on this phone is read as a code is', () => {
  assert.deepEqual(launched('Ab-_9', 1286), {
    kind: 'scan', raw: 'Ab-_9', scene: 'Ab-_9', launch: 1286,
  });
});

test('T13 a query that was not scanned just now is no scan', () => {
  for (const launch of [1089, 1065, 1069, 1194, 1001, 1007, 1008, 1037, 1038, 1103, 1104, undefined, '1047']) {
    assert.equal(launched('x', launch).kind, 'stale', String(launch));
  }
});

test('without a scene there is no code', () => {
  for (const options of [undefined, {}, { query: undefined }, { query: {} }, { query: { scene: '' }, scene: 1047 }]) {
    assert.equal(readLaunch(options).kind, 'none');
  }
});

const AGENTS = [
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'Chrome', 'Windows'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0', 'Edge', 'Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari', 'macOS'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox', 'Linux'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1', 'Chrome', 'iOS'],
  ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36', 'Chrome', 'Android'],
  ['Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 OPR/111.0', 'Opera', 'ChromeOS'],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 QQBrowser/12.0', 'QQ Browser', 'Windows'],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 MicroMessenger/7.0 WindowsWechat', 'WeChat', 'Windows'],
  ['Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Mobile Safari/537.36', 'Chrome', 'HarmonyOS'],
];

test('browser and system are named', () => {
  for (const [ua, browser, system] of AGENTS) assert.deepEqual(readAgent(ua, 'en'), { browser, system });
  assert.deepEqual(readAgent(AGENTS[7][0], 'zh').browser, 'QQ 浏览器');
});

test('T26 a browser cannot put words of its own before the person', () => {
  for (const ua of ['Your bank', '', '\u202Egnp', '请确认', undefined]) {
    assert.deepEqual(readAgent(ua, 'zh'), { browser: null, system: null });
  }
});

test('every failure is told, and a retry is offered where it can help', () => {
  const retried = Object.keys(FAILURES).filter((name) => explain(new Failure(name)).canRetry);
  assert.deepEqual(retried.sort(), [
    'bad_answer', 'internal', 'interrupted', 'invalid_code', 'network', 'no_phone_session', 'offline',
    'rate_limited', 'timeout', 'too_slow', 'unavailable', 'wechat_unavailable', 'wx_login',
  ]);
});

test('a failure that nobody foresaw is told by its status', () => {
  const of = (status) => explain(new Failure('brand_new', { status }));
  assert.deepEqual(of(418), { text: 'mismatch', canRetry: false });
  assert.deepEqual(of(500), { text: 'server', canRetry: true });
});

test("the phone's own words for a broken connection are told apart", () => {
  const name = (errMsg) => transportFailure(errMsg, 'scan').name;
  assert.equal(name('request:fail url not in domain list'), 'domain');
  assert.equal(name('uploadFile:fail url not in domain list'), 'domain');
  assert.equal(name('request:fail timeout'), 'timeout');
  assert.equal(name('request:fail 请求超时, request timed out'), 'timeout');
  assert.equal(name('request:fail -118:net::ERR_CONNECTION_TIMED_OUT'), 'timeout');
  assert.equal(name('request:fail interrupted'), 'interrupted');
  assert.equal(name('request:fail errcode:-118 cronet_error_code:-118'), 'network');
  assert.equal(name(undefined), 'network');
});

test('a support code names step, status and time, and no secret', () => {
  const now = Date.UTC(2026, 0, 31, 8, 5, 7);
  assert.equal(supportCode(new Failure('scene_unavailable', { step: 'scan', status: 410 }), now), 'SCAN-410-080507');
  assert.equal(supportCode(new Failure('timeout', { step: 'confirm' }), now), 'CONFIRM-0-080507');
});
