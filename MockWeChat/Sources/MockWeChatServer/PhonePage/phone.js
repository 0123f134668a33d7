// The virtual phone: what is on its screen, and what the person who holds it does.
//
// `state` is everything that shows; `draw` makes the page of it. The mini-program draws nothing and
// the page decides nothing of a login.

import { loadMiniProgram } from './phone-loader.js';
import { ICONS, el, icon, patch } from './phone-screen.js';
import { drawView } from './phone-view.js';
import { isWord, speak } from './phone-words.js';
import { createWeChat, deleteData } from './phone-wx.js';

// How often the list of codes is asked for while it is on the screen.
const CODES_EVERY_MS = 2000;
const CODES_SHOWN = 6;
const FILM_EVERY_MS = 600;
const TOAST_MS = 4000;
const ALBUM_MAX = 6;
const CALLS_SHOWN = 8;
// What the mock reads; a larger picture is drawn smaller.
const PIXELS_MAX = 16_000_000;
// WeChat's launch value for the list of recent mini-programs.
const FROM_RECENT = 1089;

const state = {
  // loading, failed, who, home, scan, app
  screen: 'loading',
  failure: '',
  lang: navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
  person: null,
  isOnline: true,
  world: { apps: [], people: [] },
  how: 'camera',
  codes: [],
  codesAt: '',
  album: [],
  isFilming: false,
  isScanning: false,
  // {appid, version, launch, wechat, program, error}
  app: null,
  recent: null,
  calls: [],
  source: '',
  // {kind, resolve}
  sheet: null,
  toast: '',
  isDeskOpen: false,
};

let start = null;
let codeToScan = new URLSearchParams(location.search).get('code');
let film = null;
let toastTimer = null;

const phone = document.querySelector('#phone');
const desk = document.querySelector('#desk');
const screenshotInput = document.querySelector('#screenshot');
const faceInput = document.querySelector('#face');

const say = (key, values) => speak(state.lang)(key, values);
const personName = (name) => state.world.people.find((one) => one.name === name)?.nickname ?? name;

// --- State

function change(news) {
  Object.assign(state, news);
  draw();
}

function toast(text) {
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => change({ toast: '' }), TOAST_MS);
  change({ toast: text });
}

function remember(key, value) {
  try {
    localStorage.setItem(`mock-phone/${key}`, value);
  } catch {
    // A browser that keeps nothing: the phone is a new one each time.
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(`mock-phone/${key}`);
  } catch {
    return null;
  }
}

// --- The mock

async function get(path) {
  const answer = await fetch(`/_mock/${path}`, { cache: 'no-store' });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer.json();
}

async function lookAtWorld() {
  state.world = await get('world');
}

async function lookAtCodes() {
  try {
    const { codes, now } = await get('codes');
    change({ codes: codes.slice(0, CODES_SHOWN), codesAt: now });
  } catch {
    // The next look may find it again.
  }
}

// --- Scanning

/** Holds the phone over a picture, and opens what its code leads to. */
async function scan(picture, how, isQuiet = false) {
  if (state.isScanning) return false;
  // WeChat has to ask its servers what a code means.
  if (!state.isOnline) {
    if (!isQuiet) toast(say('scan_offline'));
    return false;
  }
  change({ isScanning: true });
  try {
    const body = picture.type === 'image/png' && isQuiet ? picture : await pngOf(picture);
    const path = `/_mock/phones/${encodeURIComponent(state.person)}/scan?how=${how}`;
    const answer = await fetch(path, { method: 'POST', body, headers: { 'Content-Type': 'image/png' } });
    const launch = await answer.json();
    if (answer.ok) {
      change({ isScanning: false });
      stopFilm();
      await open(launch);
      return true;
    }
    if (!isQuiet) {
      toast(isWord(launch.error) ? say(launch.error, { name: personName(state.person) }) : launch.detail);
    }
  } catch (error) {
    if (!isQuiet) toast(say(error instanceof TypeError ? 'mock_gone' : 'not_png'));
  }
  change({ isScanning: false });
  return false;
}

/** Any picture that this browser can show, as a PNG. */
async function pngOf(picture) {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.min(1, Math.sqrt(PIXELS_MAX / (bitmap.width * bitmap.height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(bitmap.width * scale));
  canvas.height = Math.max(1, Math.floor(bitmap.height * scale));
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
}

async function scanCode(id, how) {
  const answer = await fetch(`/_mock/c/${encodeURIComponent(id)}/picture`).catch(() => null);
  if (!answer) toast(say('mock_gone'));
  else if (!answer.ok) toast(say('code_unknown'));
  else await scan(await answer.blob(), how);
}

/** A screenshot was given: it is kept in the album, and looked at. */
async function take(picture) {
  if (!picture || !state.person) return;
  if (!picture.type.startsWith('image/')) {
    toast(say('not_png'));
    return;
  }
  const shot = { picture, address: URL.createObjectURL(picture) };
  for (const old of state.album.slice(ALBUM_MAX - 1)) URL.revokeObjectURL(old.address);
  change({ album: [shot, ...state.album].slice(0, ALBUM_MAX) });
  await scan(picture, state.how);
}

/** Looks at what a camera or a shared window shows, until there is a code in it. */
async function watch(ask) {
  let stream;
  try {
    stream = await ask();
  } catch {
    toast(say('no_camera'));
    return;
  }
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  film = { stream, video, timer: null };
  const mine = film;
  stream.getTracks().forEach((track) => track.addEventListener('ended', () => mine === film && stopFilm()));
  change({ isFilming: true });
  document.querySelector('#finder')?.replaceChildren(video);
  await video.play();
  const look = async () => {
    if (film !== mine) return;
    const frame = await pngOf(video).catch(() => null);
    if (frame && film === mine && await scan(frame, 'camera', true)) return;
    if (film === mine) mine.timer = setTimeout(look, FILM_EVERY_MS);
  };
  await look();
}

function stopFilm() {
  if (!film) return;
  clearTimeout(film.timer);
  film.stream.getTracks().forEach((track) => track.stop());
  film = null;
  change({ isFilming: false });
}

// --- The mini-program

/** Opens a mini-program as WeChat does: a running one comes to the front, another starts. */
async function open({ appid, env_version: version, path, query, scene }) {
  const launch = { path, query, scene };
  const isRunning = state.app && !state.app.error
    && state.app.appid === appid && state.app.version === version;
  if (!isRunning) {
    kill();
    startApp(appid, version, launch);
  }
  const { app } = state;
  state.recent = { appid, env_version: version, path, query };
  change({ screen: 'app', sheet: null });
  if (app.error) return;
  app.isHidden = false;
  app.wechat.show(launch);
  await guarded(app, () => app.program.show(launch));
}

function startApp(appid, version, launch) {
  const app = { appid, version, launch, error: '', isHidden: false };
  const registered = state.world.apps.find((one) => one.appid === appid)?.request_domains ?? [];
  app.wechat = createWeChat({
    person: state.person,
    app: { appid, version },
    language: state.lang === 'zh' ? 'zh_CN' : 'en',
    launch,
    isOnline: () => state.isOnline,
    note: (call) => change({ calls: [call, ...state.calls].slice(0, CALLS_SHOWN) }),
    askForConsent: () => ask('consent'),
    askForNumber: () => ask('number'),
    openContract: () => { ask('contract'); },
    exit: kill,
  });
  state.app = app;
  try {
    app.program = start().createProgram({
      wx: app.wechat.wx,
      // The address of config.js is each developer's own: here it is the one that is registered.
      config: {
        origin: registered[0] ?? 'http://127.0.0.1:8080',
        site: { zh: '您的网站', en: 'your website' },
      },
      launch,
    });
    app.program.subscribe(() => state.app === app && draw());
  } catch (error) {
    app.error = String(error?.stack ?? error);
  }
}

/** What a mini-program throws, it shows; the phone goes on. */
async function guarded(app, work) {
  try {
    await work();
  } catch (error) {
    app.error = String(error?.stack ?? error);
    draw();
  }
}

function hide() {
  const { app } = state;
  if (app && !app.error && !app.isHidden) {
    app.isHidden = true;
    app.wechat.hide();
    guarded(app, () => app.program.hide());
  }
  change({ screen: 'home', sheet: null });
}

function kill() {
  const { app } = state;
  if (!app) return;
  app.wechat.end();
  // Whatever is still under way in it is nobody's any more.
  if (app.program && !app.error) guarded(app, () => app.program.hide());
  change({ app: null, screen: state.screen === 'app' ? 'home' : state.screen, sheet: null });
}

function comeBack() {
  if (state.recent) open({ ...state.recent, scene: FROM_RECENT });
}

function ask(kind) {
  return new Promise((resolve) => { change({ sheet: { kind, resolve } }); });
}

function answer(value) {
  const { sheet } = state;
  change({ sheet: null });
  sheet?.resolve(value);
}

function tapView(id) {
  const { app } = state;
  // Only the tap itself can agree to something.
  if (app.program.view.privacy?.agree.id === id) app.wechat.agreed(id);
  guarded(app, () => app.program.tap(id));
}

async function chooseFace(how) {
  const { app } = state;
  if (!app) return;
  const picture = how === 'wechat' ? await weChatFace(state.person) : how;
  const avatarUrl = app.wechat.keepFile(picture);
  await guarded(app, () => app.program.tap('avatar', { avatarUrl }));
}

async function givePhoneNumber() {
  const { app } = state;
  if (!app) return;
  const detail = await app.wechat.phoneNumber();
  await guarded(app, () => app.program.tap('phone', detail));
}

const FACES = ['#0a7d45', '#1c63b8', '#9a5b00', '#8a3ea8', '#b3261e', '#356a73'];

function faceColour(name) {
  const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0), 0);
  return sum % FACES.length;
}

function weChatFace(name) {
  const canvas = document.createElement('canvas');
  canvas.width = 132;
  canvas.height = 132;
  const pen = canvas.getContext('2d');
  pen.fillStyle = FACES[faceColour(name)];
  pen.fillRect(0, 0, 132, 132);
  pen.fillStyle = '#fff';
  pen.font = '600 64px sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(initial(name), 66, 70);
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
}

const initial = (name) => [...personName(name)][0]?.toUpperCase() ?? '';

// --- Pictures that a view names: what the phone holds, and what the mini-program's server has

const pictures = new Map();

function picture(address) {
  if (!address) return '';
  const known = pictures.get(address);
  if (known !== undefined) return known;
  pictures.set(address, '');
  const { app } = state;
  const file = app.wechat.file(address);
  if (file) {
    pictures.set(address, URL.createObjectURL(file));
    return pictures.get(address);
  }
  app.wechat.wx.request({
    url: address,
    responseType: 'arraybuffer',
    success: ({ statusCode, data, header }) => {
      if (statusCode !== 200) return;
      const type = Object.entries(header).find(([name]) => name.toLowerCase() === 'content-type');
      pictures.set(address, URL.createObjectURL(new Blob([data], { type: type?.[1] ?? 'image/png' })));
      draw();
    },
    fail: () => pictures.delete(address),
  });
  return '';
}

// --- Drawing

function draw() {
  document.documentElement.lang = state.lang === 'zh' ? 'zh-CN' : 'en';
  document.title = `${say('title')} · mock-wechat`;
  const view = state.screen === 'app' && !state.app.error ? state.app.program.view : null;
  patch(phone, el('main', {}, drawPhone(view)));
  patch(desk, el('aside', {}, drawDesk()));
  desk.classList.toggle('open', state.isDeskOpen);
  document.documentElement.dataset.state = view ? view.page : state.screen;
}

function drawPhone(view) {
  return [
    el(
      'div',
      { class: 'glass', key: 'glass' },
      drawStatusBar(),
      state.screen === 'app' ? drawCapsule() : null,
      el('div', { class: `screen ${state.screen}`, key: `screen-${state.screen}` }, SCREENS[state.screen](view)),
      drawSheet(),
      state.toast ? el('p', { class: 'toast', role: 'alert', key: 'toast' }, state.toast) : null,
      el(
        'button',
        { type: 'button', class: 'homebar', 'data-do': 'home', key: 'homebar', 'aria-label': say('home'), title: say('home') },
        el('span', {}),
      ),
    ),
  ];
}

function drawStatusBar() {
  const now = new Date();
  const time = `${now.getHours()}:${String(now.getMinutes()).padStart(2, '0')}`;
  return el(
    'div',
    { class: 'status', key: 'status' },
    el('span', { class: 'time' }, time),
    el(
      'span',
      { class: 'signs' },
      el('span', { class: 'wifi', title: say(state.isOnline ? 'online' : 'offline') }, icon(...(state.isOnline ? ICONS.wifi : ICONS.noWifi))),
      el('span', { class: 'battery' }),
      el(
        'button',
        { type: 'button', class: 'gear', 'data-do': 'desk', 'aria-label': say('tools'), title: say('tools') },
        icon(...ICONS.gear),
      ),
    ),
  );
}

/** The bar that WeChat puts over every mini-program, with its own two buttons. */
function drawCapsule() {
  return el(
    'div',
    { class: 'bar', key: 'bar' },
    el(
      'span',
      { class: 'capsule' },
      el('button', { type: 'button', 'data-do': 'desk', 'aria-label': say('menu') }, icon(...ICONS.more)),
      el('button', { type: 'button', 'data-do': 'home', 'aria-label': say('close') }, icon(...ICONS.close)),
    ),
  );
}

const SCREENS = {
  loading: () => el('div', { class: 'center' }, el('div', { class: 'spinner' }), el('p', {}, say('loading'))),

  failed: () => el(
    'div',
    { class: 'center' },
    el('div', { class: 'emblem bad' }, icon(...ICONS.alert)),
    el('p', { class: 'why' }, state.failure),
  ),

  who: () => [
    el('h1', {}, say('who_title')),
    el('p', { class: 'lead' }, say('who_text')),
    el('ul', { class: 'people' }, state.world.people.map(({ name }) => el(
      'li',
      {},
      el('button', { type: 'button', class: 'row-button', 'data-person': name }, face(name), el('span', {}, personName(name)), el('small', {}, name)),
    ))),
  ],

  home: () => [
    el(
      'div',
      { class: 'owner' },
      face(state.person),
      el('strong', {}, say('owner', { name: personName(state.person) })),
      el('small', {}, say('testing')),
    ),
    el(
      'button',
      { type: 'button', class: 'big', 'data-do': 'scan', key: 'scan' },
      icon(...ICONS.scan),
      el('span', {}, el('strong', {}, say('scan')), el('small', {}, say('scan_text'))),
    ),
    state.recent
      ? el(
        'button',
        { type: 'button', class: 'row-button', 'data-do': 'back-to-app', key: 'recent' },
        el('span', { class: 'app-icon' }, icon(...ICONS.app)),
        el(
          'span',
          {},
          el('strong', {}, say('recent_app')),
          el('small', {}, say(state.app ? 'app_running' : 'app_closed')),
        ),
      )
      : null,
  ],

  scan: () => [
    el(
      'div',
      { class: 'head', key: 'head' },
      el('button', { type: 'button', class: 'plain-icon', 'data-do': 'home', 'aria-label': say('back') }, icon(...ICONS.back)),
      el('h1', {}, say('scan')),
    ),
    el(
      'div',
      { class: 'segments', role: 'radiogroup', 'aria-label': say('how'), key: 'how' },
      ['camera', 'longpress', 'album'].map((how) => segment('how', how, say(`how_${how}`), state.how === how)),
    ),
    state.isFilming
      ? el(
        'div',
        { class: 'drop filming', key: 'film' },
        el('div', { id: 'finder', 'data-own': true }),
        el('p', {}, say('filming')),
        el('button', { type: 'button', class: 'button plain small', 'data-do': 'stop' }, say('stop')),
      )
      : el(
        'div',
        { class: `drop ${state.isScanning ? 'busy' : ''}`, id: 'drop', key: 'drop' },
        icon(...ICONS.picture),
        el('strong', {}, say('drop_title')),
        el('small', {}, say('drop_text')),
        el(
          'span',
          { class: 'ways' },
          el('button', { type: 'button', class: 'button primary small', 'data-do': 'choose' }, say('choose')),
          canShare() ? el('button', { type: 'button', class: 'button plain small', 'data-do': 'share' }, say('share')) : null,
          canFilm() ? el('button', { type: 'button', class: 'button plain small', 'data-do': 'film' }, say('film')) : null,
        ),
      ),
    el('h2', { key: 'made' }, say('just_made')),
    state.codes.length
      ? el('ul', { class: 'codes', key: 'codes' }, state.codes.map(drawCode))
      : el('p', { class: 'none', key: 'none' }, say('none_made')),
    state.album.length
      ? [
        el('h2', { key: 'album-title' }, say('album')),
        el('ul', { class: 'codes album', key: 'album' }, state.album.map((shot, index) => el(
          'li',
          {},
          el(
            'button',
            { type: 'button', 'data-shot': index, 'aria-label': say('album_alt', { n: index + 1 }) },
            el('img', { src: shot.address, alt: '' }),
          ),
        ))),
      ]
      : null,
  ].flat(),

  app: (view) => {
    if (!view) return drawCrash();
    return drawView(view, { say, picture, weChatName: personName(state.person) });
  },
};

function drawCrash() {
  return el(
    'div',
    { class: 'view error' },
    el(
      'div',
      { class: 'body' },
      el('div', { class: 'emblem bad' }, icon(...ICONS.alert)),
      el('h1', {}, say('crashed')),
      el('p', { class: 'lead' }, say('crashed_text')),
      el('pre', { class: 'why' }, state.app.error),
    ),
    el('div', { class: 'foot' }, el('button', { type: 'button', class: 'button plain', 'data-do': 'kill' }, say('close'))),
  );
}

function drawCode({ id, at }) {
  const ago = agoText((Date.parse(state.codesAt) - Date.parse(at)) / 1000);
  return el(
    'li',
    { key: id },
    el(
      'button',
      { type: 'button', 'data-code': id, 'aria-label': say('code_alt', { ago }) },
      el('img', { src: `/_mock/c/${id}/picture`, alt: '', width: 96, height: 96 }),
      el('small', {}, ago),
    ),
  );
}

function agoText(seconds) {
  if (seconds < 60) return say('ago_s', { n: Math.max(0, Math.floor(seconds)) });
  if (seconds < 3600) return say('ago_min', { n: Math.floor(seconds / 60) });
  return say('ago_h', { n: Math.floor(seconds / 3600) });
}

const SHEETS = {
  avatar: () => [
    el('h2', {}, say('choose_avatar')),
    el('button', { type: 'button', class: 'row-button', 'data-answer': 'wechat' }, face(state.person), el('span', {}, say('wechat_avatar'))),
    el('button', { type: 'button', class: 'row-button', 'data-do': 'choose-face' }, icon(...ICONS.picture), el('span', {}, say('album_avatar'))),
    el('button', { type: 'button', class: 'button plain', 'data-answer': '' }, say('cancel')),
  ],
  consent: () => [
    el('h2', {}, say('consent_title')),
    el('p', {}, say('consent_text')),
    el(
      'div',
      { class: 'pair' },
      el('button', { type: 'button', class: 'button plain', 'data-answer': '' }, say('refuse')),
      el('button', { type: 'button', class: 'button primary', 'data-answer': 'yes' }, say('agree')),
    ),
  ],
  number: () => [
    el('h2', {}, say('number_title')),
    el('p', {}, say('number_text', { number: state.world.people.find(({ name }) => name === state.person)?.phone_number ?? '' })),
    el(
      'div',
      { class: 'pair' },
      el('button', { type: 'button', class: 'button plain', 'data-answer': '' }, say('refuse')),
      el('button', { type: 'button', class: 'button primary', 'data-answer': 'yes' }, say('allow')),
    ),
  ],
  contract: () => [
    el('h2', {}, say('contract_title')),
    el('p', {}, say('contract_text')),
    el('button', { type: 'button', class: 'button primary', 'data-answer': '' }, say('understood')),
  ],
};

function drawSheet() {
  if (!state.sheet) return null;
  const { kind } = state.sheet;
  return el(
    'div',
    { class: 'sheet', key: `sheet-${kind}`, role: 'dialog', 'aria-modal': 'true' },
    el('div', { class: 'panel' }, SHEETS[kind]()),
  );
}

function face(name) {
  return el('span', { class: `avatar colour-${faceColour(name)}`, 'aria-hidden': 'true' }, initial(name));
}

function segment(group, value, text, isChosen) {
  return el(
    'button',
    { type: 'button', role: 'radio', 'aria-checked': String(isChosen), [`data-${group}`]: value, key: value },
    text,
  );
}

// --- Beside the phone

function drawDesk() {
  const app = state.world.apps.find((one) => one.appid === state.recent?.appid) ?? state.world.apps[0];
  const domains = app?.request_domains ?? [];
  return [
    el(
      'header',
      {},
      el('img', { src: '/_mock/phone/icon.svg', alt: '', width: 40, height: 40 }),
      el('div', {}, el('strong', {}, say('title')), el('small', {}, say('testing'))),
      el('button', { type: 'button', class: 'plain-icon shut', 'data-do': 'desk', 'aria-label': say('back') }, icon(...ICONS.cross)),
    ),
    group(say('desk_person'), [
      el(
        'div',
        { class: 'chips', role: 'radiogroup', 'aria-label': say('desk_person') },
        state.world.people.slice(0, 40).map(({ name }) => el(
          'button',
          { type: 'button', role: 'radio', class: 'chip', 'aria-checked': String(name === state.person), 'data-person': name, key: name },
          face(name),
          personName(name),
        )),
      ),
      el(
        'form',
        { class: 'adding', 'data-form': 'person' },
        el('input', { name: 'name', placeholder: say('desk_add'), 'aria-label': say('desk_add'), maxlength: 60, autocomplete: 'off' }),
        el('button', { class: 'button plain small' }, say('desk_add_button')),
      ),
    ]),
    group(say('desk_language'), [
      el(
        'div',
        { class: 'segments', role: 'radiogroup', 'aria-label': say('desk_language') },
        segment('lang', 'zh', '中文', state.lang === 'zh'),
        segment('lang', 'en', 'English', state.lang === 'en'),
      ),
    ]),
    group(say('desk_network'), [
      el(
        'div',
        { class: 'segments', role: 'radiogroup', 'aria-label': say('desk_network') },
        segment('network', 'on', say('online'), state.isOnline),
        segment('network', 'off', say('offline'), !state.isOnline),
      ),
    ]),
    group(say('desk_app'), [
      el('p', { class: 'fine' }, el('code', {}, app?.appid ?? ''), ` · ${state.source === 'built in' ? say('built_in') : state.source} · `, domains.length ? say('may_call', { list: domains.join(', ') }) : say('may_call_none')),
      el(
        'div',
        { class: 'tools' },
        state.screen === 'app'
          ? tool('home', say('to_background'), true)
          : tool('back-to-app', say('come_back'), Boolean(state.recent)),
        tool('kill', say('kill'), Boolean(state.app)),
        tool('delete', say('delete_data'), Boolean(state.recent)),
      ),
    ]),
    group(say('desk_calls'), [
      state.calls.length
        ? el('ol', { class: 'calls' }, state.calls.map((call) => el(
          'li',
          { class: call.isBad ? 'bad' : '' },
          el('code', {}, `${call.api} ${call.what}`),
          el('span', { title: call.status }, call.status),
          el('small', {}, `${call.ms} ms`),
        )))
        : el('p', { class: 'fine' }, say('no_calls')),
    ]),
  ];
}

function group(title, children) {
  return el('section', {}, el('h2', {}, title), children);
}

function tool(action, text, isEnabled) {
  return el('button', { type: 'button', class: 'button plain small', 'data-do': action, disabled: !isEnabled, key: action }, text);
}

// --- Hands

const canShare = () => Boolean(navigator.mediaDevices?.getDisplayMedia);
const canFilm = () => Boolean(navigator.mediaDevices?.getUserMedia) && matchMedia('(pointer: coarse)').matches;

const DEEDS = {
  home: () => {
    stopFilm();
    hide();
  },
  scan: () => {
    change({ screen: 'scan' });
    lookAtCodes();
  },
  'back-to-app': comeBack,
  kill,
  delete: () => {
    kill();
    deleteData(state.recent.appid, state.person);
    change({ recent: null });
  },
  desk: () => change({ isDeskOpen: !state.isDeskOpen }),
  choose: () => screenshotInput.click(),
  'choose-face': () => faceInput.click(),
  share: () => watch(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
  film: () => watch(() => navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })),
  stop: stopFilm,
};

function setPerson(name) {
  if (name === state.person) return;
  kill();
  state.recent = null;
  state.calls = [];
  remember('person', name);
  change({ person: name, screen: state.screen === 'scan' ? 'scan' : 'home' });
  if (codeToScan) scanWhatWasOpened();
}

function setLanguage(lang) {
  if (lang === state.lang) return;
  // WeChat starts anew in another language, and with it what runs inside.
  kill();
  remember('lang', lang);
  change({ lang });
}

function setNetwork(isOnline) {
  if (isOnline === state.isOnline) return;
  change({ isOnline });
  state.app?.wechat.networkChanged();
}

async function addPerson(form) {
  const name = form.elements.name.value.trim();
  if (!name) return;
  const response = await fetch('/_mock/people', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name }),
  }).catch(() => null);
  if (!response) {
    toast(say('mock_gone'));
    return;
  }
  const person = await response.json();
  if (!response.ok) {
    toast(person.detail);
    return;
  }
  form.reset();
  await lookAtWorld();
  setPerson(name);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { tap, code, shot, person, lang, network, how, answer: said, open: opens, offer } = button.dataset;
  if (button.dataset.do) DEEDS[button.dataset.do]();
  else if (tap) tapView(tap);
  else if (code) scanCode(code, state.how);
  else if (shot) scan(state.album[Number(shot)].picture, state.how);
  else if (person) setPerson(person);
  else if (lang) setLanguage(lang);
  else if (network) setNetwork(network === 'on');
  else if (how) change({ how });
  else if (opens === 'phone-number') givePhoneNumber();
  else if (opens === 'avatar') ask('avatar').then((choice) => choice && chooseFace(choice));
  else if (offer) {
    const field = button.form.elements.nickName;
    field.value = offer;
    field.focus();
  } else if (said !== undefined) answer(said || false);
});

document.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.form === 'person') addPerson(form);
  if (form.dataset.form === 'nickname') {
    const { app } = state;
    document.activeElement?.blur();
    guarded(app, () => app.program.tap('nickname', { nickName: form.elements.nickName.value }));
  }
});

document.addEventListener('input', ({ target }) => {
  const { app } = state;
  if (!target.dataset.input) return;
  guarded(app, async () => {
    await app.program.input(target.dataset.input, target.value);
    // A letter that changes nothing in there has to go from the field all the same.
    draw();
  });
});

// WeChat looks at a nickname when its field is left, and empties one that it refuses.
document.addEventListener('focusout', ({ target }) => {
  const { app } = state;
  if (!('review' in target.dataset) || !app?.program) return;
  const words = [...(state.world.risky_words ?? []), ...(state.world.review_words ?? [])];
  const pass = !words.some((word) => target.value.includes(word));
  if (!pass) target.value = '';
  guarded(app, () => app.program.input('nickname-review', { pass, timeout: false }));
});

screenshotInput.addEventListener('change', () => {
  const [file] = screenshotInput.files;
  screenshotInput.value = '';
  take(file);
});

faceInput.addEventListener('change', () => {
  const [file] = faceInput.files;
  faceInput.value = '';
  if (file) answer(file);
});

document.addEventListener('paste', ({ clipboardData }) => {
  const file = [...clipboardData.files].find((one) => one.type.startsWith('image/'));
  if (file) take(file);
});

document.addEventListener('dragover', (event) => {
  event.preventDefault();
  phone.classList.add('over');
});
document.addEventListener('dragleave', ({ relatedTarget }) => {
  if (!relatedTarget) phone.classList.remove('over');
});
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  phone.classList.remove('over');
  const { files } = event.dataTransfer;
  if (files.length > 0) {
    take(files[0]);
    return;
  }
  // The picture itself, dragged out of a login page.
  const address = event.dataTransfer.getData('text/uri-list').split('\n')[0];
  if (address.startsWith('data:image/png;base64,')) {
    const letters = atob(address.slice(address.indexOf(',') + 1));
    take(new Blob([Uint8Array.from(letters, (one) => one.charCodeAt(0))], { type: 'image/png' }));
  } else {
    toast(say('not_png'));
  }
});

document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && state.sheet) answer(false);
});

// --- Start

async function scanWhatWasOpened() {
  const id = codeToScan;
  codeToScan = null;
  history.replaceState(null, '', '/_mock/phone');
  // Whoever opens what a picture says has held a camera over it.
  await scanCode(id, 'camera');
}

async function begin() {
  state.lang = remembered('lang') ?? state.lang;
  draw();
  try {
    const [, loaded] = await Promise.all([lookAtWorld(), loadMiniProgram()]);
    start = loaded.start;
    state.source = loaded.source;
  } catch (error) {
    change({ screen: 'failed', failure: error.message });
    return;
  }
  const known = remembered('person');
  const isKnown = state.world.people.some(({ name }) => name === known);
  const first = state.world.people[0]?.name ?? null;
  if (codeToScan && !isKnown) {
    change({ screen: 'who' });
    return;
  }
  change({ person: isKnown ? known : first, screen: 'home' });
  if (codeToScan) await scanWhatWasOpened();
  else DEEDS.scan();
}

setInterval(() => {
  if (state.screen === 'scan' && !document.hidden) lookAtCodes();
}, CODES_EVERY_MS);

begin();
