'use strict';

// The pages draw the view and hand on taps: what they name must be there, and what is there must be
// drawn.

const assert = require('node:assert/strict');
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const vm = require('node:vm');

const { scanned, setUp, settle } = require('./harness');
const { SCANNED, ok, refusal } = require('./scripted-server');
const { parse, paths } = require('./wxml');

const ROOT = path.join(__dirname, '..');
const read = (file) => readFileSync(path.join(ROOT, file), 'utf8');
const json = (file) => JSON.parse(read(file));

function files(folder, ending) {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return files(file, ending);
    return file.endsWith(ending) ? [file] : [];
  });
}

const WXML = ['pages', 'components'].flatMap((folder) => files(folder, '.wxml'));
const SCREEN = parse(read('components/screen/screen.wxml'));
const PRIVACY = parse(read('components/privacy/privacy.wxml'));

/** What a page or component file gives to Page or Component. */
function definition(file) {
  let given = null;
  const take = (it) => { given = it; };
  vm.runInNewContext(read(file), { Page: take, Component: take, getApp: () => null, wx: {} });
  return given;
}

/** Every path there is in any view: as `view.card.[].label`. */
async function everyPath() {
  const { program, server, phone, timers } = setUp();
  const all = new Set();
  const walk = (value, at) => {
    all.add(at);
    if (Array.isArray(value)) {
      all.add(`${at}.length`);
      value.forEach((one) => walk(one, `${at}.[]`));
    } else if (value && typeof value === 'object') {
      Object.entries(value).forEach(([key, one]) => walk(one, `${at}.${key}`));
    }
  };
  program.subscribe((view) => walk(view, 'view'));
  phone.needConsent();
  phone.setNetwork('4g');
  server.next('/mp/scan', ok({ ...SCANNED, number_required: true, warnings: ['network'] }));
  await program.show(scanned());
  timers.advance(700);
  await program.input('number', '42');
  await program.tap('confirm');
  await program.tap('logins');
  await program.tap('revoke:login-1');
  await program.tap('back');
  await program.tap('profile');
  await settle();
  phone.tapAgree('privacy-agree');
  await program.tap('privacy-agree');
  await program.tap('nickname', { nickName: 'Al' });
  server.next('/mp/scan', refusal(500, 'internal'));
  await program.show(scanned('scene-2'));
  return all;
}

test('every {{ }} of the screen names something of the view', async () => {
  const known = await everyPath();
  const used = SCREEN.uses.flatMap(paths);
  assert.ok(used.length > 40);
  used.forEach((one) => assert.ok(known.has(one), one));
});

test('every {{ }} of the question for consent names something of it', async () => {
  const known = await everyPath();
  PRIVACY.uses.flatMap(paths).forEach((one) => {
    assert.ok(known.has(one.replace(/^question/, 'view.privacy')), one);
  });
});

test('everything in the view is drawn', async () => {
  const used = new Set([...SCREEN.uses, ...PRIVACY.uses].flatMap(paths)
    .map((one) => one.replace(/^question/, 'view.privacy')));
  // Known to the page before anything is drawn, or what the parts above have in one.
  const elsewhere = ['view.lang', 'view.site', 'view.logins.[].id', 'view.profile.avatarButton.id', 'view.profile.nickNameButton.id'];
  const parts = [...await everyPath()].filter((one) => !one.endsWith('.length'));
  for (const one of parts.filter((it) => !parts.some((other) => other.startsWith(`${it}.`)))) {
    const isState = /^view\.privacy\.\w+\.(kind|enabled)$/.test(one);
    assert.ok(used.has(one) || elsewhere.includes(one) || isState, one);
  }
});

for (const [name, wxml] of [['screen', SCREEN], ['privacy', PRIVACY]]) {
  test(`what ${name} binds is a method of it, and every method is bound`, () => {
    const { methods } = definition(`components/${name}/${name}.js`);
    const bound = wxml.tags.flatMap(({ attributes }) => Object.entries(attributes))
      .filter(([key]) => /^(bind|catch)/.test(key))
      .map(([, value]) => value);
    assert.deepEqual([...new Set(bound)].sort(), Object.keys(methods).sort());
  });
}

test('T04 confirm and cancel are drawn by one tag: one class, one size', () => {
  const choices = SCREEN.tags.filter(({ attributes }) => /\bchoice\b/.test(attributes.class || ''));
  assert.equal(choices.length, 1);
  assert.equal(choices[0].attributes['wx:for'], '{{view.buttons}}');
  const style = read('components/screen/screen.wxss');
  assert.match(style, /\.choices \.choice \{ flex: 1 1 0; \}/);
  const aboutOne = [...style.matchAll(/\.choice:first-child \{([^}]*)\}/g)].map(([, body]) => body.trim());
  assert.deepEqual(aboutOne, ['margin-right: 12px;']);
});

test('the agreeing button has the id that WeChat is told', () => {
  const { AGREE_BUTTON } = require('../lib/privacy');
  const button = PRIVACY.tags.find(({ attributes }) => attributes['open-type'] === 'agreePrivacyAuthorization');
  assert.equal(button.attributes.id, '{{question.agree.id}}');
  assert.equal(button.attributes.bindagreeprivacyauthorization, 'tap');
  const { draw } = require('../lib/view');
  const state = { page: 'busy', busyText: 'x', isAskedForConsent: true };
  assert.equal(draw(state, { say: (key) => key }).privacy.agree.id, AGREE_BUTTON);
});

test('a name is collected by a form, and a picture by its own button', () => {
  const by = (key, value) => SCREEN.tags.find(({ attributes }) => attributes[key] === value);
  assert.equal(by('type', 'nickname').attributes.name, 'nickName');
  assert.equal(by('form-type', 'submit').name, 'button');
  assert.equal(by('bindsubmit', 'submitNickName').name, 'form');
  assert.equal(by('open-type', 'chooseAvatar').attributes.bindchooseavatar, 'chooseAvatar');
});

test('what a person does reaches the program', () => {
  const heard = [];
  const program = {
    tap: (...detail) => heard.push(['tap', ...detail]),
    input: (...detail) => heard.push(['input', ...detail]),
  };
  const { methods } = definition('components/screen/screen.js');
  const page = { program };
  methods.tap.call(page, { currentTarget: { dataset: { id: 'confirm' } } });
  methods.typeNumber.call(page, { detail: { value: '42' } });
  methods.chooseAvatar.call(page, { detail: { avatarUrl: 'wxfile://tmp' } });
  methods.submitNickName.call(page, { detail: { value: { nickName: 'Al' } } });
  methods.reviewNickName.call(page, { detail: { pass: true, timeout: false } });
  assert.deepEqual(heard, [
    ['tap', 'confirm'], ['input', 'number', '42'], ['tap', 'avatar', { avatarUrl: 'wxfile://tmp' }],
    ['tap', 'nickname', { nickName: 'Al' }], ['input', 'nickname-review', { pass: true, timeout: false }],
  ]);
});

test('a title that cannot be set is nobody\'s failure', () => {
  for (const page of ['confirm', 'index']) {
    const titles = [];
    let given = null;
    const context = {
      Page: (it) => { given = it; },
      getApp: () => ({ program: { view: { site: 'Shop' } } }),
      wx: { setNavigationBarTitle: (options) => titles.push(options) },
    };
    vm.runInNewContext(read(`pages/${page}/${page}.js`), context);
    given.onReady();
    assert.equal(titles[0].title, 'Shop');
    assert.equal(typeof titles[0].fail, 'function');
  }
});

test('the app hands on how it was opened', () => {
  const heard = [];
  let app = null;
  const program = {
    show: (options) => heard.push(['show', options]),
    hide: () => heard.push(['hide']),
  };
  const wx = {};
  vm.runInNewContext(read('app.js'), {
    App: (it) => { app = it; },
    require: (name) => (name === './lib/program'
      ? { createProgram: (options) => { heard.push(['create', options.wx === wx, options.launch]); return program; } }
      : { origin: 'x' }),
    wx,
  });
  app.onLaunch({ scene: 1047 });
  app.onShow({ scene: 1047 });
  app.onHide();
  assert.deepEqual(heard, [['create', true, { scene: 1047 }], ['show', { scene: 1047 }], ['hide']]);
});

test('every page and component has its files, and every file its place', () => {
  const { pages } = json('app.json');
  const components = new Set();
  for (const file of files('pages', '.json').concat(files('components', '.json'))) {
    Object.values(json(file).usingComponents || {}).forEach((one) => components.add(one.slice(1)));
  }
  for (const one of [...pages, ...components]) {
    for (const ending of ['.js', '.json', '.wxml']) assert.ok(existsSync(path.join(ROOT, one + ending)), one + ending);
  }
  const named = [...pages, ...components].map((one) => `${one}.wxml`).sort();
  assert.deepEqual(WXML.slice().sort(), named);
  // What the login server asks WeChat to open (SCAN_LOGIN_WECHAT_PAGE).
  assert.ok(pages.includes('pages/confirm/confirm'));
});

test('every class is styled, and every style is used', () => {
  for (const name of ['screen', 'privacy']) {
    const wxml = read(`components/${name}/${name}.wxml`);
    const style = read(`components/${name}/${name}.wxss`);
    const styled = new Set([...style.matchAll(/\.([a-z][\w-]*)/g)].map(([, one]) => one));
    const used = [...wxml.matchAll(/class="([^"]*)"/g)].flatMap(([, all]) => all.split(/ (?![^{]*\}\})/));
    const plain = used.filter((one) => !one.includes('{{'));
    const stems = used.filter((one) => one.includes('{{')).map((one) => one.slice(0, one.indexOf('{{')));
    plain.forEach((one) => assert.ok(styled.has(one), `${name}: ${one}`));
    styled.forEach((one) => {
      assert.ok(plain.includes(one) || stems.some((stem) => one.startsWith(stem)), `${name}: .${one}`);
    });
  }
});

/** What a rule of a stylesheet is for, and what it sets. */
const rules = (style) => [...style.replace(/\/\*[^]*?\*\//g, '').matchAll(/([^{}]+)\{([^}]*)\}/g)]
  .flatMap(([, selectors, body]) => selectors.split(',').map((selector) => ({ selector: selector.trim(), body })));

/** How many classes a selector has, with states such as :first-child. */
const weight = (selector) => (selector.match(/\.[\w-]+|(?<!:):(?!:)[\w-]+/g) || []).length;

test('WeChat\'s own look of buttons does not win over ours', () => {
  // "style": "v2" has `wx-button:not([size=mini])` with a width of 184px and margins, and
  // `wx-button[disabled]:not([type])` with colours: a class and a tag, two of the one and the other.
  assert.equal(json('app.json').style, 'v2');
  for (const name of ['screen', 'privacy']) {
    const wxml = name === 'screen' ? SCREEN : PRIVACY;
    const all = rules(read(`components/${name}/${name}.wxss`));
    const buttons = wxml.tags.filter((tag) => tag.name === 'button');
    const classes = new Set(buttons.flatMap(({ attributes }) => attributes.class.split(/[ {]/)[0]));
    classes.forEach((one) => {
      const own = all.filter(({ selector }) => new RegExp(`\\.${one}(:[\\w-]+)?$`).test(selector));
      assert.ok(own.some(({ body }) => /width: 100%/.test(body)), `${name}: ${one}`);
      own.forEach(({ selector }) => assert.ok(weight(selector) >= 2, `${name}: ${selector}`));
      // The older look draws a line around a button by its ::after.
      const line = all.find(({ selector }) => selector.endsWith(`.${one}::after`));
      assert.match(line ? line.body : '', /border: 0/, `${name}: ${one}::after`);
    });
    if (!buttons.some(({ attributes }) => attributes.disabled)) continue;
    ['plain', 'primary', 'danger'].forEach((kind) => {
      const shut = all.find(({ selector }) => selector.endsWith(`.kind-${kind}.is-shut`));
      assert.ok(shut && weight(shut.selector) >= 3, kind);
      assert.match(shut.body, /background: [^;]+; color: /);
    });
  }
});

test('text is never smaller than 14 px', () => {
  for (const file of ['app.wxss', ...files('components', '.wxss')]) {
    for (const [, size] of read(file).matchAll(/font(?:-size)?: (\d+)px/g)) assert.ok(Number(size) >= 14, file);
  }
});

test('every colour of the light theme is there in the dark one', () => {
  const [light, dark] = read('app.wxss').split('@media');
  const names = (text) => [...text.matchAll(/(--[\w-]+):/g)].map(([, name]) => name).sort();
  assert.deepEqual(names(light), names(dark));
  const theme = json('theme.json');
  assert.deepEqual(Object.keys(theme.light), Object.keys(theme.dark));
});

// --- Rules of this folder

const SOURCES = ['.js', '.json', '.wxml', '.wxss'].flatMap((ending) => files('.', ending))
  .filter((file) => !file.startsWith('test/'));
const LIB = files('lib', '.js');

test('no file but config.js names a server', () => {
  assert.ok(SOURCES.length > 20);
  for (const file of SOURCES.filter((one) => one !== 'config.js')) {
    const names = (read(file).match(/(https?|wss?):\/\/[\w.-]+/g) || []);
    assert.deepEqual(names, [], file);
  }
  assert.match(read('config.js'), /https:\/\/login\.example\.com/);
});

test('the lib has no globals but require and module', () => {
  for (const file of LIB) {
    const source = read(file);
    assert.match(source, /^'use strict';/, file);
    assert.doesNotMatch(source, /\b(getApp|globalThis|window|document|process|localStorage|console|eval|Function)\b\s*[.(]/, file);
    const near = (name) => require(path.join(ROOT, 'lib', name));
    const context = vm.createContext({ require: near, module: { exports: {} } });
    vm.runInContext(`(function () { ${source} })()`, context);
    if (!/[{,]\s*wx\b/.test(source)) assert.doesNotMatch(source, /\bwx\./, file);
  }
});

test('T35 nothing is written to a log', () => {
  for (const file of SOURCES.filter((one) => one.endsWith('.js'))) assert.doesNotMatch(read(file), /console\./, file);
});

test('T36 no AppSecret is in what is uploaded', () => {
  for (const file of SOURCES) assert.doesNotMatch(read(file), /\b[0-9a-f]{32}\b/i, file);
});

test('the lib is written for the engines of older phones', () => {
  for (const file of SOURCES.filter((one) => one.endsWith('.js'))) {
    assert.doesNotMatch(read(file), /\?\.[\w([]|\?\?|\.replaceAll\(|\.at\(-|#\w+ ?[=(;]/, file);
  }
});

test('only code pictures lead here: nothing is found by a search', () => {
  assert.deepEqual(json('sitemap.json').rules, [{ action: 'disallow', page: '*' }]);
});

test('tests and documents are not uploaded', () => {
  const { packOptions, appid } = json('project.config.json');
  assert.deepEqual(packOptions.ignore, [{ type: 'folder', value: 'test' }, { type: 'suffix', value: '.md' }]);
  assert.equal(appid, 'touristappid');
});

test('the styles of components choose by class alone, as WeChat wants it', () => {
  for (const file of files('components', '.wxss')) {
    const selectors = rules(read(file)).map(({ selector }) => selector);
    assert.ok(selectors.length > 0);
    for (const selector of selectors) assert.doesNotMatch(selector, /\[|#|(^|[\s,>])[a-z]/, `${file}: ${selector}`);
  }
});
