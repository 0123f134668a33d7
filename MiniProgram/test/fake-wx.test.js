'use strict';

// The stand-in for WeChat behaves as WeChat does; otherwise the other tests prove nothing.

const assert = require('node:assert/strict');
const test = require('node:test');

const { createFakeTimers } = require('./fake-timers');
const { createFakeWx } = require('./fake-wx');
const { broken, createScriptedServer, ok, page, refusal, silence } = require('./scripted-server');

const ORIGIN = 'https://login.test';

function setUp(options = {}) {
  const server = createScriptedServer();
  const timers = createFakeTimers();
  const made = createFakeWx({
    appid: 'wx0123456789abcdef',
    domains: [ORIGIN],
    jsCode: async () => 'js-code',
    timers,
    transport: server.transport,
    ...options,
  });
  return { ...made, server, timers };
}

/** What a call of wx gives to `success` or `fail`; `complete` must follow with the same. */
function ask(call, options = {}) {
  return new Promise((resolve) => {
    let how;
    call({
      ...options,
      success: (result) => { how = ['success', result]; },
      fail: (result) => { how = ['fail', result]; },
      complete: (result) => resolve([...how, how[1] === result]),
    });
  });
}

const turns = () => new Promise((resolve) => { setImmediate(resolve); });

test('every HTTP status goes to success', async () => {
  const { wx, server } = setUp();
  for (const status of [200, 401, 410, 429, 500, 503]) {
    server.next('/mp/logins', status === 200 ? ok({ a: 1 }) : refusal(status, 'x'));
    const [how, result, isComplete] = await ask(wx.request, { url: `${ORIGIN}/mp/logins` });
    assert.deepEqual([how, result.statusCode, isComplete], ['success', status, true]);
    assert.equal(result.errMsg, 'request:ok');
  }
});

test('the answer of a request is parsed as JSON, and text that is none stays text', async () => {
  const { wx, server } = setUp();
  server.next('/mp/logins', ok({ a: 1 }), page(502, '<html>'), ok({ a: 1 }));
  const get = (more) => ask(wx.request, { url: `${ORIGIN}/mp/logins`, ...more });
  assert.deepEqual((await get())[1].data.data, { a: 1 });
  assert.equal((await get())[1].data, '<html>');
  assert.equal(typeof (await get({ dataType: 'text' }))[1].data, 'string');
});

test('only a broken transport goes to fail', async () => {
  const { wx, server } = setUp();
  server.next('/mp/logins', broken('connect ECONNREFUSED'));
  const [how, result] = await ask(wx.request, { url: `${ORIGIN}/mp/logins` });
  assert.deepEqual([how, result.errMsg], ['fail', 'request:fail connect ECONNREFUSED']);
});

test('a domain that is not registered is refused, and no byte leaves the phone', async () => {
  const { wx, server, phone } = setUp();
  const path = phone.chooseAvatar(Buffer.from('x')).avatarUrl;
  for (const origin of ['https://other.test', 'https://sub.login.test', 'http://login.test', `${ORIGIN}:8443`]) {
    const [how, result] = await ask(wx.request, { url: `${origin}/mp/logins` });
    assert.deepEqual([how, result.errMsg], ['fail', 'request:fail url not in domain list']);
    const [, upload] = await ask(wx.uploadFile, { url: `${origin}/a`, filePath: path, name: 'file' });
    assert.equal(upload.errMsg, 'uploadFile:fail url not in domain list');
  }
  assert.deepEqual(server.requests, []);
});

test('ten requests run at once, and the eleventh waits', async () => {
  const { wx, server } = setUp();
  const releases = Array.from({ length: 12 }, () => server.hold('/mp/logins'));
  const answers = releases.map(() => ask(wx.request, { url: `${ORIGIN}/mp/logins` }));
  await turns();
  assert.equal(server.requests.length, 10);
  releases[0]();
  await answers[0];
  await turns();
  assert.equal(server.requests.length, 11);
  releases.forEach((release) => release());
  await Promise.all(answers);
  assert.equal(server.requests.length, 12);
});

test('in the background a request is broken off after five seconds, and not sooner', async () => {
  const { wx, server, phone, timers } = setUp();
  server.next('/mp/logins', silence);
  const answer = ask(wx.request, { url: `${ORIGIN}/mp/logins` });
  await turns();
  phone.leave();
  timers.advance(4999);
  phone.comeBack();
  timers.advance(10000);
  phone.leave();
  timers.advance(5000);
  const [how, result] = await answer;
  assert.deepEqual([how, result.errMsg], ['fail', 'request:fail interrupted']);
  assert.equal(timers.pendingCount(), 0);
});

test('a request has a minute at most, whatever was asked for', async () => {
  const { wx, server, timers } = setUp();
  server.next('/mp/logins', silence, silence);
  const short = ask(wx.request, { url: `${ORIGIN}/mp/logins`, timeout: 2000 });
  const long = ask(wx.request, { url: `${ORIGIN}/mp/logins`, timeout: 600000 });
  await turns();
  timers.advance(2000);
  assert.equal((await short)[1].errMsg, 'request:fail timeout');
  timers.advance(58000);
  assert.equal((await long)[1].errMsg, 'request:fail timeout');
});

test('Referer is the mini-program, whatever it says itself, and JSON is the default', async () => {
  const { wx, server } = setUp();
  const header = { Referer: 'https://evil.test', 'X-Own': '1' };
  await ask(wx.request, { url: `${ORIGIN}/mp/confirm`, method: 'POST', data: { a: 1 }, header });
  const [{ header: sent, json }] = server.requests;
  assert.equal(sent.referer, 'https://servicewechat.com/wx0123456789abcdef/0/page-frame.html');
  assert.equal(sent['x-own'], '1');
  assert.equal(sent['content-type'], 'application/json');
  assert.deepEqual(json, { a: 1 });
});

test('without a network nothing is sent, and listeners are told', async () => {
  const { wx, server, phone } = setUp();
  const heard = [];
  wx.onNetworkStatusChange((news) => heard.push(news));
  phone.setNetwork('none');
  assert.equal((await ask(wx.getNetworkType))[1].networkType, 'none');
  assert.match((await ask(wx.request, { url: `${ORIGIN}/mp/logins` }))[1].errMsg, /^request:fail/);
  phone.setNetwork('4g');
  assert.deepEqual(heard.map((news) => news.isConnected), [false, true]);
  assert.deepEqual(server.requests, []);
});

test('an upload is a form with one file and its answer is text', async () => {
  const { wx, server, phone } = setUp();
  const { avatarUrl } = phone.chooseAvatar(Buffer.from('picture'));
  assert.match(avatarUrl, /^wxfile:\/\/tmp/);
  const options = { url: `${ORIGIN}/mp/avatar`, filePath: avatarUrl, name: 'file', formData: { a: 'b' } };
  const [how, result] = await ask(wx.uploadFile, options);
  assert.deepEqual([how, typeof result.data], ['success', 'string']);
  const [sent] = server.requests;
  assert.match(sent.header['content-type'], /^multipart\/form-data; boundary=/);
  assert.match(sent.body.toString(), /name="a"\r\n\r\nb\r\n[^]*name="file"; filename=[^]*\r\n\r\npicture\r\n--/);
  const [, missing] = await ask(wx.uploadFile, { ...options, filePath: 'wxfile://tmp_99.png' });
  assert.match(missing.errMsg, /^uploadFile:fail/);
});

test('wx.login gives a code, or says why not', async () => {
  const { wx } = setUp();
  assert.deepEqual((await ask(wx.login))[1], { errMsg: 'login:ok', code: 'js-code' });
  const broken1 = setUp({ jsCode: async () => { throw new Error('timeout'); } });
  assert.deepEqual((await ask(broken1.wx.login)).slice(0, 2), ['fail', { errMsg: 'login:fail timeout' }]);
});

test('a profile is anonymous', async () => {
  const [, result] = await ask(setUp().wx.getUserProfile);
  assert.equal(result.userInfo.nickName, '微信用户');
  assert.equal(result.userInfo.is_demote, true);
});

test('a refused picture fires no event and a refused name is emptied', () => {
  const { phone } = setUp();
  assert.equal(phone.chooseAvatar(Buffer.from('x'), { isRefused: true }), null);
  assert.deepEqual(
    phone.typeNickName('rude', { isRefused: true }),
    { value: '', review: { pass: false, timeout: false } },
  );
  assert.deepEqual(phone.typeNickName('爱丽丝'), { value: '爱丽丝', review: { pass: true, timeout: false } });
});

test('consent needs a real tap on the agreeing button', async () => {
  const { wx, phone } = setUp();
  assert.equal((await ask(wx.getPrivacySetting))[1].needAuthorization, false);
  assert.equal((await ask(wx.requirePrivacyAuthorize))[0], 'success');
  phone.needConsent();
  assert.equal((await ask(wx.getPrivacySetting))[1].needAuthorization, true);
  assert.equal(phone.chooseAvatar(Buffer.from('x')), null);
  assert.equal(phone.typeNickName('爱丽丝', { isRefused: true }).value, '爱丽丝');

  const settle = (answer) => wx.onNeedPrivacyAuthorization((resolve) => resolve(answer));
  settle({ event: 'agree', buttonId: 'agree' });
  const [how, refused] = await ask(wx.requirePrivacyAuthorize);
  assert.deepEqual([how, refused.errno], ['fail', 104]);
  assert.equal(refused.errMsg, 'requirePrivacyAuthorize:fail privacy permission is not authorized');
  phone.tapAgree('agree');
  settle({ event: 'disagree' });
  assert.equal((await ask(wx.requirePrivacyAuthorize))[0], 'fail');
  settle({ event: 'agree', buttonId: 'agree' });
  assert.equal((await ask(wx.requirePrivacyAuthorize))[0], 'success');
  assert.equal((await ask(wx.getPrivacySetting))[1].needAuthorization, false);
});

test('a use that is not declared is refused', async () => {
  const { wx, phone } = setUp();
  phone.undeclare();
  const [how, result] = await ask(wx.requirePrivacyAuthorize);
  assert.deepEqual([how, result.errno], ['fail', 112]);
});

test('storage keeps what it is given, and answers an empty text else', () => {
  const { wx } = setUp();
  assert.equal(wx.getStorageSync('a'), '');
  wx.setStorageSync('a', { b: 1 });
  assert.deepEqual(wx.getStorageSync('a'), { b: 1 });
  wx.removeStorageSync('a');
  assert.equal(wx.getStorageSync('a'), '');
});

test('the way in is what the person used last', () => {
  const { wx, phone } = setUp();
  phone.enter({ path: 'pages/confirm/confirm', query: { scene: 'x' }, scene: 1047 });
  assert.equal(wx.getEnterOptionsSync().scene, 1047);
});
