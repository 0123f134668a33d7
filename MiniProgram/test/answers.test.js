'use strict';

// A server of another version, or one that lies: what it leaves out is told, and nothing breaks. And
// what a person has decided, no network decides for them.

const assert = require('node:assert/strict');
const test = require('node:test');

const { buttonOf, scanned, setUp, setUpScanned, settle } = require('./harness');
const { LOGIN, SCANNED, USER, broken, ok, refusal } = require('./scripted-server');

const without = (object, name) => {
  const copy = structuredClone(object);
  const path = name.split('.');
  const owner = path.slice(0, -1).reduce((value, key) => value[key], copy);
  delete owner[path.at(-1)];
  return copy;
};

const SESSION = { token: 'bearer', user: USER };

/** Answers with status 200 that cannot be used, for a call. */
const UNUSABLE = {
  '/mp/session': [null, 7, 'x', [], {}, without(SESSION, 'token'), { ...SESSION, token: 7 },
    { ...SESSION, token: '' }, without(SESSION, 'user'), { ...SESSION, user: null }],
  '/mp/scan': [null, [], ...['nonce', 'expires_in', 'client', 'client.name', 'client.host', 'browser',
    'browser.ip', 'browser.ua', 'warnings'].map((name) => without(SCANNED, name)),
  { ...SCANNED, nonce: 7 }, { ...SCANNED, expires_in: 'soon' }, { ...SCANNED, expires_in: null },
  { ...SCANNED, warnings: 'picture' }, { ...SCANNED, client: 'Shop' }],
};

for (const [path, answers] of Object.entries(UNUSABLE)) {
  answers.forEach((data, place) => {
    test(`an answer of ${path} that lacks something is told, and can be asked for again (${place})`, async () => {
      const { program, server } = setUp();
      server.next(path, ok(data));
      await program.show(scanned());
      assert.equal(program.view.page, 'error');
      assert.equal(buttonOf(program.view, 'retry').enabled, true);
      await program.tap('retry');
      assert.equal(program.view.page, 'confirm');
    });
  });
}

for (const [place, data] of [null, {}, { logins: {} }, { logins: [null] },
  { logins: [without(LOGIN, 'client')] }, { logins: [without(LOGIN, 'browser')] },
  { logins: [without(LOGIN, 'id')] }].entries()) {
  test(`logins that lack something are told, and there is a way back (${place})`, async () => {
    const { program, server } = setUp();
    await program.show({ path: 'pages/index/index', query: {}, scene: 1001 });
    server.next('/mp/logins', ok(data));
    await program.tap('logins');
    assert.equal(program.view.page, 'error');
    await program.tap('back');
    assert.equal(program.view.page, 'welcome');
  });
}

for (const path of ['/mp/profile', '/mp/avatar']) {
  test(`an answer of ${path} without a user is told beside the page`, async () => {
    const { program, server } = setUp();
    await program.show({ path: 'pages/index/index', query: {}, scene: 1001 });
    await program.tap('profile');
    await settle();
    server.next(path, ok({}));
    if (path === '/mp/profile') await program.tap('nickname', { nickName: 'Ann' });
    else await program.tap('avatar', { avatarUrl: 'wxfile://tmp_avatar' });
    assert.equal(program.view.page, 'profile');
    assert.equal(program.view.note.tone, 'warn');
  });
}

test('an error of a name that every object has is an error like any other', async () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const { program, server } = setUp();
    server.next('/mp/scan', refusal(400, name));
    await program.show(scanned());
    assert.equal(program.view.page, 'error');
    assert.notEqual(program.view.title, '');
  }
});

test('T04 the network coming back confirms nothing: the person decides again', async () => {
  const { program, phone, server } = await setUpScanned();
  server.next('/mp/confirm', broken('ERR_CONNECTION_RESET'));
  await program.tap('confirm');
  phone.setNetwork('none');
  phone.setNetwork('4g');
  await settle();
  assert.equal(server.paths().filter((path) => path === '/mp/confirm').length, 1);
  assert.deepEqual(program.view.buttons.map(({ id }) => id), ['retry', 'cancel']);
});

test('the network coming back in the background waits for the person', async () => {
  const { program, phone, server } = setUp();
  phone.setNetwork('none');
  await program.show(scanned());
  program.hide();
  phone.setNetwork('4g');
  await settle();
  assert.deepEqual(server.requests, []);
});

test('T09 after a renewed session and a confirm that was too fast, the next one has the new nonce', async () => {
  const { program, server, timers } = await setUpScanned();
  server.next('/mp/confirm', refusal(401, 'no_phone_session'), refusal(409, 'too_fast'));
  await program.tap('confirm');
  assert.equal(server.requests.at(-1).json.nonce, 'nonce-2');
  timers.advance(5000);
  await program.tap('confirm');
  assert.equal(server.requests.at(-1).json.nonce, 'nonce-2');
  assert.equal(program.view.outcome, 'confirmed');
});
