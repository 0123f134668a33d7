'use strict';

// The phone number: given on the confirm screen by whoever wants to, and taken back.

const assert = require('node:assert/strict');
const test = require('node:test');

const {
  CONFIRM_DELAY_MS, buttonOf, scanned, setUp, settle,
} = require('./harness');
const {
  PHONE_NUMBER, SCANNED, USER, broken, ok, refusal,
} = require('./scripted-server');

const ASKING = { ...SCANNED, client: { ...SCANNED.client, shares: ['phone'] } };

/** The confirm screen of a website that asks for the number. */
async function setUpAsked({ number, ...options } = {}) {
  const made = setUp(options);
  if (number) {
    made.server.next('/mp/session', ok({
      token: 'bearer-1', expires_in: 900, is_new: false, user: USER, phone_number: number,
    }));
  }
  made.server.next('/mp/scan', ok(ASKING));
  await made.program.show(scanned());
  made.timers.advance(CONFIRM_DELAY_MS);
  return made;
}

const learns = ({ card }) => (card.find(({ label }) => /It will learn|将获知/.test(label)) || {}).value;
const sent = (server, path) => server.requests.filter((request) => request.path === path);

test('a website that asks for the number gets the button and a word about it, in both languages', async () => {
  for (const [language, button, words] of [
    ['en', 'Share my phone number', 'your phone number, if you share it'],
    ['zh_CN', '提供手机号', '您的手机号（如果您提供）'],
  ]) {
    const { program } = await setUpAsked({ language });
    assert.deepEqual([program.view.phone.button.id, program.view.phone.button.text], ['phone', button]);
    assert.equal(learns(program.view), words);
  }
});

test('no other website gets the button', async () => {
  const { program } = setUp();
  await program.show(scanned());
  assert.equal(program.view.phone, null);
  await program.tap('phone', { code: 'c', errMsg: 'getPhoneNumber:ok' });
  assert.equal(program.view.page, 'confirm');
});

test('a number is got by its code, sent once with the bearer, and then the person confirms', async () => {
  const { program, server, phone } = await setUpAsked();
  await program.tap('phone', await phone.sharePhoneNumber('number-code-1'));
  const [call] = sent(server, '/mp/phone');
  assert.deepEqual([call.method, call.json, call.header.authorization], ['POST', { code: 'number-code-1' }, 'Bearer bearer-1']);
  assert.equal(program.view.phone, null);
  assert.equal(learns(program.view), `your phone number (${PHONE_NUMBER})`);
  assert.deepEqual([program.view.note.tone, program.view.page], ['good', 'confirm']);
  assert.equal(sent(server, '/mp/confirm').length, 0);
  await program.tap('confirm');
  assert.deepEqual(sent(server, '/mp/confirm').map(({ json }) => json), [{ scene: 'scene-1', nonce: 'nonce-1' }]);
  assert.equal(program.view.outcome, 'confirmed');
});

test('who has given a number before sees which, and is not asked again', async () => {
  const { program } = await setUpAsked({ number: PHONE_NUMBER });
  assert.equal(program.view.phone, null);
  assert.equal(learns(program.view), `your phone number (${PHONE_NUMBER})`);
});

test('T04 a number is never needed: confirm and cancel stay as they are', async () => {
  const { program, server } = await setUpAsked();
  assert.deepEqual(program.view.buttons.map(({ id, enabled }) => [id, enabled]), [['cancel', true], ['confirm', true]]);
  await program.tap('confirm');
  assert.equal(program.view.outcome, 'confirmed');
  assert.equal(sent(server, '/mp/phone').length, 0);
});

test('who refuses is told that it is no matter, and nothing is sent', async () => {
  const { program, server, phone } = await setUpAsked();
  for (const [detail, words] of [
    [await phone.sharePhoneNumber('c', { isRefused: true }), /You did not share/],
    [{ errMsg: 'getPhoneNumber:fail', errno: 1400001 }, /right now/],
    [{ errMsg: 'getPhoneNumber:fail no permission' }, /^For the developer/],
    [{ errMsg: 'getPhoneNumber:ok', encryptedData: 'x', iv: 'x' }, /update WeChat/],
    [{}, /You did not share/],
  ]) {
    await program.tap('phone', detail);
    assert.match(program.view.note.text, words);
    assert.equal(program.view.note.tone, 'warn');
    assert.equal(program.view.phone.button.enabled, true);
    assert.equal(buttonOf(program.view, 'confirm').enabled, true);
  }
  assert.equal(sent(server, '/mp/phone').length, 0);
});

test('without consent WeChat asks for it first, over the confirm screen', async () => {
  const { program, phone } = await setUpAsked();
  phone.needConsent();
  const detail = phone.sharePhoneNumber('c');
  await settle();
  assert.match(program.view.privacy.text, /phone number/);
  await program.tap('privacy-refuse');
  await program.tap('phone', await detail);
  assert.deepEqual([program.view.privacy, program.view.page], [null, 'confirm']);
  assert.match(program.view.note.text, /You did not share/);
  const again = phone.sharePhoneNumber('c');
  await settle();
  phone.tapAgree('privacy-agree');
  await program.tap('privacy-agree');
  await program.tap('phone', await again);
  assert.equal(program.view.note.tone, 'good');
});

test('a use that is not declared is told to the developer', async () => {
  const { program, phone } = await setUpAsked();
  phone.undeclare();
  await program.tap('phone', await phone.sharePhoneNumber('c'));
  assert.match(program.view.note.text, /^For the developer/);
});

test('a number that did not come is told beside the confirm screen, which stays', async () => {
  for (const [problem, words] of [
    [refusal(401, 'invalid_code'), /tap again/], [refusal(429, 'rate_limited', { 'Retry-After': '60' }), /wait a moment/],
    [refusal(503, 'wechat_unavailable'), /wait a moment/], [broken('ERR_CONNECTION_RESET'), /connection/],
    [ok({ phone_number: 7 }), /not your fault/], [ok(null), /not your fault/],
  ]) {
    const { program, server } = await setUpAsked();
    server.next('/mp/phone', problem);
    await program.tap('phone', { code: 'c', errMsg: 'getPhoneNumber:ok' });
    assert.match(program.view.note.text, words);
    assert.equal(program.view.page, 'confirm');
    assert.equal(program.view.phone.button.enabled, true);
    await program.tap('confirm');
    assert.equal(program.view.outcome, 'confirmed');
  }
});

test('T08 two taps send one code', async () => {
  const { program, server } = await setUpAsked();
  const detail = { code: 'c', errMsg: 'getPhoneNumber:ok' };
  await Promise.all([program.tap('phone', detail), program.tap('phone', detail)]);
  assert.equal(sent(server, '/mp/phone').length, 1);
});

test('a phone session that ends meanwhile is renewed, and the confirm is its own', async () => {
  const { program, server } = await setUpAsked();
  server.next('/mp/phone', refusal(401, 'no_phone_session'));
  server.next('/mp/scan', ok({ ...ASKING, nonce: 'nonce-2' }));
  await program.tap('phone', { code: 'c', errMsg: 'getPhoneNumber:ok' });
  assert.deepEqual(server.paths(), ['/mp/session', '/mp/scan', '/mp/phone', '/mp/session', '/mp/scan', '/mp/phone']);
  await program.tap('confirm');
  const [confirm] = sent(server, '/mp/confirm');
  assert.deepEqual([confirm.json.nonce, confirm.header.authorization], ['nonce-2', 'Bearer bearer-2']);
});

test('a code that may not be confirmed does not ask for a number', async () => {
  const { program, server } = setUp();
  server.next('/mp/scan', ok({ ...ASKING, confirm_allowed: false, warnings: ['picture'] }));
  await program.show(scanned());
  assert.equal(program.view.phone, null);
});

test('a number can be taken back on the page for picture and name', async () => {
  const { program, server } = await setUpAsked({ number: PHONE_NUMBER });
  await program.tap('confirm');
  await program.tap('profile');
  await settle();
  assert.deepEqual([program.view.phone.text, program.view.phone.button.id], [`Phone number: ${PHONE_NUMBER}`, 'phone-remove']);
  server.next('/mp/phone', refusal(503, 'unavailable'));
  await program.tap('phone-remove');
  assert.equal(program.view.note.tone, 'warn');
  await program.tap('phone-remove');
  assert.deepEqual(sent(server, '/mp/phone').map(({ method, body }) => [method, body]), [['DELETE', null], ['DELETE', null]]);
  assert.equal(program.view.phone, null);
  assert.match(program.view.note.text, /No website is told/);
  // The next website asks anew.
  server.next('/mp/scan', ok(ASKING));
  await program.show(scanned('scene-2'));
  assert.equal(program.view.phone.button.id, 'phone');
});

test('who has given no number finds nothing about it on the page for picture and name', async () => {
  const { program } = setUp();
  await program.show({ query: {}, scene: 1001 });
  await program.tap('profile');
  await settle();
  assert.equal(program.view.phone, null);
});

test('T35 nothing of a number is kept on the phone', async () => {
  const { program, phone } = await setUpAsked({ number: PHONE_NUMBER });
  await program.tap('confirm');
  assert.equal(phone.storage.size, 0);
});
