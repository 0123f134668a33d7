'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const {
  buttonOf, scanned, setUp, setUpScanned, settle,
} = require('./harness');
const { USER, broken, ok, page, refusal } = require('./scripted-server');

const PICTURE = Buffer.from('picture');

/** The page for picture and name, opened from the page for nobody's code. */
async function setUpProfile(prepare = () => {}, options = {}) {
  const made = setUp(options);
  prepare(made);
  await made.program.show({ query: {}, scene: 1001 });
  await made.program.tap('profile');
  await settle();
  return made;
}

test('picture and name are shown as the server has them', async () => {
  const { program } = await setUpProfile(({ server }) => server.next('/mp/session', ok({
    token: 't', expires_in: 900, is_new: false, user: { ...USER, nickName: '爱丽丝', avatarUrl: 'https://login.test/avatars/x' },
  })));
  assert.equal(program.view.page, 'profile');
  const { nickName, avatarUrl, isFillable } = program.view.profile;
  assert.deepEqual([nickName, avatarUrl, isFillable], ['爱丽丝', 'https://login.test/avatars/x', true]);
});

test("a picture is uploaded with the phone's bearer", async () => {
  const { program, server, phone } = await setUpProfile();
  const detail = phone.chooseAvatar(PICTURE);
  await program.tap('avatar', detail);
  const sent = server.requests.at(-1);
  assert.deepEqual([sent.path, sent.header.authorization], ['/mp/avatar', 'Bearer bearer-1']);
  assert.match(sent.body.toString(), /name="file"; filename=/);
  assert.deepEqual([program.view.note.text, program.view.profile.avatarUrl], ['Saved.', detail.avatarUrl]);
});

test('a picture that the server refuses is told, and the old one stays', async () => {
  const { program, server, phone } = await setUpProfile();
  for (const [status, error, text] of [
    [413, 'too_large', /too large/], [415, 'unsupported_media', /PNG, JPEG or WebP/],
  ]) {
    server.next('/mp/avatar', refusal(status, error));
    await program.tap('avatar', phone.chooseAvatar(PICTURE));
    assert.match(program.view.note.text, text);
    assert.equal(program.view.profile.avatarUrl, '');
    assert.equal(buttonOf(program.view, 'retry'), undefined);
  }
});

test('an upload that did not arrive can be sent again', async () => {
  const { program, server, phone } = await setUpProfile();
  for (const problem of [broken('ERR_CONNECTION_RESET'), page(502, '<html>'), refusal(401, 'no_phone_session')]) {
    server.next('/mp/avatar', problem, ...(problem.json ? [refusal(401, 'no_phone_session')] : []));
    await program.tap('avatar', phone.chooseAvatar(PICTURE));
    assert.equal(program.view.note.tone, 'warn');
    await program.tap('retry');
    assert.equal(program.view.note.text, 'Saved.');
  }
});

test('a name is sent and shown', async () => {
  const { program, server, phone } = await setUpProfile();
  const { value, review } = phone.typeNickName('爱丽丝');
  await program.input('nickname-review', review);
  await program.tap('nickname', { nickName: value });
  assert.deepEqual(server.requests.at(-1).json, { nickName: '爱丽丝' });
  assert.deepEqual([program.view.profile.nickName, program.view.note.text], ['爱丽丝', 'Saved.']);
});

test('a name that WeChat emptied is never sent as no name', async () => {
  const { program, server, phone } = await setUpProfile();
  const { value, review } = phone.typeNickName('rude', { isRefused: true });
  await program.tap('nickname', { nickName: value });
  assert.match(program.view.note.text, /WeChat does not accept/);
  await program.input('nickname-review', { pass: true, timeout: false });
  assert.equal(program.view.note, null);
  await program.input('nickname-review', review);
  assert.match(program.view.note.text, /WeChat does not accept/);
  assert.ok(!server.paths().includes('/mp/profile'));
});

test('a name that WeChat had no time to look at is taken', async () => {
  const { program, phone } = await setUpProfile();
  const { value, review } = phone.typeNickName('Al', { isTimeout: true });
  await program.input('nickname-review', { ...review, pass: false });
  assert.equal(program.view.note, null);
  await program.tap('nickname', { nickName: value });
  assert.equal(program.view.note.text, 'Saved.');
});

test('what WeChat finds of a name, told late, does not hide that it was saved', async () => {
  const { program, phone } = await setUpProfile();
  const { value, review } = phone.typeNickName('Al');
  await program.tap('nickname', { nickName: value });
  await program.input('nickname-review', review);
  assert.equal(program.view.note.text, 'Saved.');
});

test('a name that the server refuses is told in our own words', async () => {
  const { program, server } = await setUpProfile();
  server.next('/mp/profile', refusal(400, 'malformed'));
  await program.tap('nickname', { nickName: ' a' });
  assert.match(program.view.note.text, /at most 64 letters/);
});

test('two taps save once', async () => {
  const { program, server } = await setUpProfile();
  await Promise.all([program.tap('nickname', { nickName: 'a' }), program.tap('nickname', { nickName: 'a' })]);
  assert.equal(server.paths().filter((path) => path === '/mp/profile').length, 1);
});

test('a name and a picture that were saved are there the next time', async () => {
  const { program } = await setUpProfile();
  await program.tap('nickname', { nickName: 'Al' });
  await program.tap('back');
  assert.equal(program.view.page, 'welcome');
  await program.tap('profile');
  assert.equal(program.view.profile.nickName, 'Al');
});

// --- Consent

test('without consent the person is asked, and nothing can be filled in before', async () => {
  const { program, phone } = await setUpProfile(({ phone: it }) => it.needConsent());
  assert.deepEqual([program.view.privacy.agree.id, program.view.privacy.refuse.id], ['privacy-agree', 'privacy-refuse']);
  assert.equal(program.view.profile.isFillable, false);
  assert.equal(program.view.profile.avatarButton.enabled, false);
  await program.tap('privacy-contract');
  assert.ok(phone.calls.some(({ api }) => api === 'openPrivacyContract'));
  phone.tapAgree('privacy-agree');
  await program.tap('privacy-agree');
  assert.deepEqual([program.view.privacy, program.view.profile.isFillable], [null, true]);
});

test('who refuses fills nothing in, is told, and can change their mind', async () => {
  const { program, phone, server } = await setUpProfile(({ phone: it }) => it.needConsent());
  await program.tap('privacy-refuse');
  assert.deepEqual([program.view.privacy, program.view.profile.isFillable], [null, false]);
  assert.match(program.view.note.text, /Logging in works as before/);
  await program.tap('nickname', { nickName: 'Al' });
  assert.ok(!server.paths().includes('/mp/profile'));
  await program.tap('privacy-ask');
  await settle();
  phone.tapAgree('privacy-agree');
  await program.tap('privacy-agree');
  assert.equal(program.view.profile.isFillable, true);
});

test('T04 a new code is never hidden behind the question for consent', async () => {
  const { program } = await setUpProfile(({ phone: it }) => it.needConsent());
  assert.notEqual(program.view.privacy, null);
  await program.show(scanned());
  await settle();
  assert.deepEqual([program.view.page, program.view.privacy], ['confirm', null]);
});

test('who refuses logs in all the same', async () => {
  const { program, phone } = await setUpScanned();
  phone.needConsent();
  await program.tap('confirm');
  await program.tap('profile');
  await settle();
  await program.tap('privacy-refuse');
  await program.tap('back');
  assert.deepEqual([program.view.page, program.view.outcome], ['done', 'confirmed']);
});

test('a use that is not declared is told to the developer', async () => {
  const { program } = await setUpProfile(({ phone }) => {
    phone.needConsent();
    phone.undeclare();
  });
  assert.match(program.view.note.text, /^For the developer/);
  assert.equal(program.view.profile.isFillable, false);
});

test('a WeChat without avatar and nickname filling offers no button that does nothing', async () => {
  const { wx, timers } = setUp();
  const { createProgram } = require('../lib/program');
  const asked = [];
  const older = { ...wx, canIUse: (name) => { asked.push(name); return false; } };
  const program = createProgram({ wx: older, config: { origin: 'https://login.test', site: 'Shop' }, timers });
  await program.show({ query: {}, scene: 1001 });
  await program.tap('profile');
  await settle();
  assert.deepEqual(asked, ['button.open-type.chooseAvatar']);
  assert.equal(program.view.profile.isFillable, false);
  assert.equal(program.view.note.text, 'Please update WeChat to fill in picture and name. Logging in works as before.');
  assert.deepEqual(program.view.buttons.map(({ id }) => id), ['back']);
});

test('a phone without the calls for consent needs none', async () => {
  const { wx, timers } = setUp();
  const { createProgram } = require('../lib/program');
  const older = {
    ...wx, getPrivacySetting: undefined, onNeedPrivacyAuthorization: undefined, requirePrivacyAuthorize: undefined,
  };
  const program = createProgram({ wx: older, config: { origin: 'https://login.test', site: 'Shop' }, timers });
  await program.show({ query: {}, scene: 1001 });
  await program.tap('profile');
  await settle();
  assert.equal(program.view.profile.isFillable, true);
});
