'use strict';

// The mini-program without its pages: what a launch, a tap or the network cause, and what is on the
// screen then. It knows WeChat by the `wx` it is given, so it runs in WeChat, in a web page and in a
// test alike.

const { createServer } = require('./server');
const { createPhoneSession } = require('./phone-session');
const { createPrivacy } = require('./privacy');
const { createProfile } = require('./profile');
const { LINK_LAUNCH, readLaunch } = require('./launch');
const { Failure, explain, supportCode } = require('./failures');
const { languageOf, speak } = require('./texts');
const { DIGITS, draw, remark } = require('./view');

// The server refuses a confirm sooner after its scan; it may be set otherwise there.
const CONFIRM_DELAY_MS = 700;
const SECOND_MS = 1000;

// Without a callback WeChat answers with a promise, and reports it as a fault when that is rejected.
const ignore = () => {};

// Something newer has begun: what is left of the old is not for the screen.
class Outdated extends Error {}

/**
 * @param {object} options
 * @param {object} options.wx WeChat
 * @param {{origin: string, site: string | {zh: string, en: string}}} options.config config.js
 * @param {object} [options.launch] the options of App.onLaunch; default wx.getEnterOptionsSync()
 * @param {{setTimeout, clearTimeout, now}} [options.timers] the time; for tests
 */
function createProgram({ wx, config, launch, timers = realTimers() }) {
  const lang = languageOf(baseInfo(wx).language);
  const say = speak(lang);
  const { origin } = config;
  const site = (config.site && typeof config.site === 'object' ? config.site[lang] : config.site) || '';
  // Base library 2.17.3; before, WeChat's own button is the only way out.
  const canClose = Boolean(wx.exitMiniProgram);
  const server = createServer({ wx, origin });
  const session = createPhoneSession({ wx, server });
  const privacy = createPrivacy({
    wx,
    changed: () => change({ isAskedForConsent: privacy.isAsking() }),
  });

  const listeners = new Set();
  let state = {
    page: 'busy',
    busyText: 'busy_login',
    isStale: false,
    isWorking: false,
    isOffline: false,
    isAskedForConsent: false,
    // The confirm screen: the server's answer to the scan; milliseconds.
    scanned: null,
    // Whether the browser is on this phone.
    isByLink: false,
    confirmableAt: 0,
    endsAt: 0,
    isTooFast: false,
    number: '',
    outcome: null,
    // {text, canRetry, mayCancel, isOfNetwork, retryAt, supportCode}
    failure: null,
    // What `back` goes back to.
    home: null,
    logins: [],
    note: null,
    user: null,
    consent: null,
    avatarPath: '',
  };
  let view = null;
  let timer = null;
  let isHidden = false;
  // The code that was last read, as WeChat gave it.
  let reading = null;
  // Grows with every code: answers to an older one come too late.
  let run = 0;
  // The one thing under way, and what to do again: by the person, or by itself on the way back
  // from the background.
  let underWay = null;
  let again = null;
  let paused = null;
  // Whether a confirm was sent whose answer never came.
  let isUnsure = false;
  let confirmDelay = CONFIRM_DELAY_MS;
  const profile = createProfile({
    server, session, privacy, perform, change, read: () => state,
  });

  change({});
  wx.getNetworkType({ success: ({ networkType }) => change({ isOffline: networkType === 'none' }), fail: ignore });
  wx.onNetworkStatusChange(({ isConnected }) => {
    change({ isOffline: !isConnected });
    if (!isConnected || state.page !== 'error' || !state.failure.isOfNetwork || underWay) return;
    // Nobody looks: it is done when the person comes back.
    if (isHidden) paused = again;
    else again();
  });

  // --- The screen

  function change(news) {
    state = Object.assign({}, state, news);
    redraw();
  }

  function redraw() {
    const now = timers.now();
    if (state.page === 'confirm' && now >= state.endsAt && !state.isWorking) {
      state = Object.assign({}, state, failed(new Failure('expired')));
    }
    const newer = draw(state, {
      lang, say, site, origin, now, canClose,
    });
    schedule(now);
    if (JSON.stringify(newer) === JSON.stringify(view)) return;
    view = newer;
    listeners.forEach((listener) => listener(view));
  }

  /** Redraws when time alone changes the screen: seconds that are counted, a button that opens. */
  function schedule(now) {
    timers.clearTimeout(timer);
    if (isHidden) return;
    const counted = state.page === 'confirm' ? state.endsAt : failureEnd();
    const waits = [];
    if (counted > now) waits.push((counted - now) % SECOND_MS || SECOND_MS);
    if (state.page === 'confirm' && state.confirmableAt > now) waits.push(state.confirmableAt - now);
    if (waits.length > 0) timer = timers.setTimeout(redraw, Math.min(...waits));
  }

  function failureEnd() {
    return state.page === 'error' ? state.failure.retryAt : 0;
  }

  function failed(failure, { mayCancel = false } = {}) {
    const { text, canRetry } = explain(failure);
    // A confirm may be taken back: then the person decides, and not the network.
    const isOfNetwork = failure.status === 0 && canRetry && !mayCancel;
    const hasCode = failure.step !== '' && failure.name !== 'offline';
    return {
      page: 'error',
      failure: {
        text,
        canRetry,
        mayCancel,
        isOfNetwork,
        retryAt: timers.now() + failure.waitSeconds * SECOND_MS,
        supportCode: hasCode ? supportCode(failure, timers.now()) : '',
      },
    };
  }

  // --- Work: one thing at a time

  /**
   * Does something that asks the server. While it is under way the view has no button that does
   * anything.
   *
   * @param {(current: (promise: Promise) => Promise) => Promise} action `current` passes a result on
   *   only while nothing newer has begun
   * @param {(failure: Failure) => object | null} [show] what a failure changes, where it is not the
   *   page for failures
   */
  function perform(action, show = () => null) {
    const mine = run;
    const current = async (promise) => {
      try {
        return await promise;
      } finally {
        if (mine !== run) throw new Outdated();
      }
    };
    const redo = () => perform(action, show);
    again = redo;
    change({ isWorking: true });
    const work = attempt({ action, show, current, redo }, true).then(
      () => end(work),
      (error) => {
        end(work);
        if (!(error instanceof Outdated)) throw error;
      },
    );
    underWay = work;
    return work;
  }

  function end(work) {
    if (underWay !== work) return;
    underWay = null;
    change({ isWorking: false });
  }

  async function attempt(work, mayRepeat) {
    const { action, show, current, redo } = work;
    try {
      await action(current);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.name === 'interrupted' && isHidden) {
        // Done again when the person comes back.
        paused = redo;
        return;
      }
      // They are back already: WeChat tells late what it broke off meanwhile.
      if (error.name === 'interrupted' && mayRepeat) {
        await attempt(work, false);
        return;
      }
      const failure = error.name === 'network' && await current(isOffline())
        ? new Failure('offline', error)
        : error;
      change(show(failure) || failed(failure));
    }
  }

  function isOffline() {
    return new Promise((resolve) => {
      wx.getNetworkType({
        success: ({ networkType }) => resolve(networkType === 'none'),
        fail: () => resolve(false),
      });
    });
  }

  // --- Launches

  /** App.onShow: at the start, at every new scan, and when the person comes back. */
  async function show(options = launch || wx.getEnterOptionsSync()) {
    isHidden = false;
    if (!isConfigured(config)) {
      change(failed(new Failure('config')));
      return undefined;
    }
    const news = readLaunch(options);
    const isNew = (news.kind === 'scan' || news.kind === 'malformed')
      && !(reading && reading.raw === news.raw && reading.launch === news.launch);
    if (isNew) return open(news);
    if (state.page === 'busy' && !underWay && !paused) {
      change({ page: 'welcome', isStale: news.kind === 'stale' });
    }
    return comeBack();
  }

  function open(news) {
    reading = news;
    run += 1;
    underWay = null;
    again = null;
    paused = null;
    isUnsure = false;
    confirmDelay = CONFIRM_DELAY_MS;
    if (privacy.isAsking()) profile.answer(false);
    change({
      page: 'busy', busyText: 'busy_login', home: null, number: '', isTooFast: false, note: null,
    });
    if (news.kind === 'malformed') {
      change(failed(new Failure('malformed_code')));
      return undefined;
    }
    return perform((current) => scan(news, current));
  }

  /** The same code, or none: what was on the screen stays, and what was broken off is done again. */
  function comeBack() {
    redraw();
    const redo = paused;
    paused = null;
    return redo ? redo() : undefined;
  }

  function hide() {
    isHidden = true;
    timers.clearTimeout(timer);
  }

  async function scan(code, current) {
    // Also when the person tries again.
    change({ page: 'busy', busyText: 'busy_login' });
    // By itself, so that a code which is no longer looked at when the login comes is not scanned.
    await current(session.open());
    const scanned = await current(session.call((bearer) => sendScan(code, bearer)));
    const now = timers.now();
    change({
      page: 'confirm',
      scanned,
      isByLink: code.launch === LINK_LAUNCH,
      confirmableAt: now + confirmDelay,
      endsAt: now + scanned.expires_in * SECOND_MS,
    });
  }

  function sendScan({ scene, launch: how }, bearer) {
    return server.post('/mp/scan', { scene, launch: how }, bearer);
  }

  // --- The answer

  function confirm() {
    const decision = decide('/mp/confirm', state.scanned.number_required ? state.number : null);
    // Whether an earlier confirm was sent whose answer never came.
    let wasUnsure = false;
    return perform(async (current) => {
      wasUnsure = isUnsure;
      isUnsure = true;
      change({ page: 'confirm', busyText: 'busy_confirm', isTooFast: false });
      await current(decision());
      if (wx.vibrateShort) wx.vibrateShort({ type: 'light', fail: ignore });
      change({ page: 'done', outcome: 'confirmed' });
    }, (failure) => {
      if (failure.isUncertain) return failed(failure, { mayCancel: true });
      isUnsure = wasUnsure;
      return confirmRefused(failure);
    });
  }

  function confirmRefused(failure) {
    if (failure.name === 'too_fast') {
      confirmDelay *= 2;
      return { isTooFast: true, confirmableAt: timers.now() + confirmDelay };
    }
    if (failure.name !== 'scene_unavailable') return null;
    // A browser that has collected its login leaves a dead code behind.
    if (isUnsure) return failed(new Failure('unsure', failure));
    // One wrong number ends an attempt.
    return state.scanned.number_required ? failed(new Failure('wrong_number', failure)) : null;
  }

  function cancel() {
    const decision = decide('/mp/cancel', null);
    return perform(async (current) => {
      change({ page: 'confirm', busyText: 'busy_cancel', isTooFast: false });
      await current(decision());
      change({ page: 'done', outcome: 'cancelled' });
    }, (failure) => {
      if (failure.name !== 'scene_unavailable') return null;
      // A code that is gone and that was never confirmed logs nobody in.
      return isUnsure ? failed(new Failure('unsure', failure)) : { page: 'done', outcome: 'cancelled' };
    });
  }

  /**
   * A function that sends the person's answer, and can be called again. It answers for the code that
   * is on the screen now, whatever is scanned later.
   */
  function decide(path, number) {
    const code = reading;
    let { nonce } = state.scanned;
    return () => session.call(async (bearer, isRenewed) => {
      // An answer belongs to the phone session that scanned: a new one has to scan again first.
      if (isRenewed) {
        const scanned = await sendScan(code, bearer);
        ({ nonce } = scanned);
        // The next answer to the same code needs the new nonce, too.
        if (reading === code) change({ scanned });
      }
      const body = { scene: code.scene, nonce };
      return server.post(path, number === null ? body : Object.assign(body, { number }), bearer);
    });
  }

  // --- Recent logins

  function leaveFor(action, onFailure) {
    const { page, failure } = state;
    change({ home: { page, failure }, note: null });
    return perform(action, onFailure);
  }

  async function showLogins(current) {
    change({ page: 'busy', busyText: 'busy_logins' });
    const { logins } = await current(session.call((bearer) => server.get('/mp/logins', bearer)));
    change({ page: 'logins', logins });
  }

  function revoke(id) {
    return perform(async (current) => {
      const send = (bearer) => server.post('/mp/logins/revoke', { id }, bearer);
      await current(session.call(send));
      const logins = state.logins.map((login) => (
        login.id === id ? Object.assign({}, login, { current: false }) : login));
      change({ page: 'logins', logins, note: remark('revoked', 'good') });
    }, (failure) => (failure.name === 'not_found' ? failed(new Failure('gone_login', failure)) : null));
  }

  // --- Taps

  const TAPS = {
    confirm,
    cancel,
    retry: () => again(),
    logins: () => leaveFor(showLogins),
    profile: () => leaveFor(profile.show),
    back: () => change(Object.assign({ home: null, note: null }, state.home)),
    close: () => wx.exitMiniProgram({ fail: ignore }),
    avatar: ({ avatarUrl }) => profile.upload(avatarUrl),
    nickname: ({ nickName }) => profile.rename(nickName),
    'privacy-ask': () => profile.ask(),
    'privacy-agree': () => profile.answer(true),
    'privacy-refuse': () => profile.answer(false),
    'privacy-contract': () => wx.openPrivacyContract && wx.openPrivacyContract({ fail: ignore }),
  };

  /** A button that is not on the screen, or not enabled, does nothing. */
  async function tap(id, detail = {}) {
    // A timer may be late where a person is not.
    redraw();
    if (!buttons(view).some((button) => button.id === id && button.enabled)) return underWay;
    return id.startsWith('revoke:') ? revoke(id.slice('revoke:'.length)) : TAPS[id](detail);
  }

  /** What a person types, and what WeChat says of it. */
  async function input(name, value) {
    if (name === 'number') change({ number: String(value).replace(/\D/g, '').slice(0, DIGITS) });
    if (name === 'nickname-review') profile.review(value);
  }

  return {
    get view() { return view; },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show,
    hide,
    tap,
    input,
  };
}

/** Every button of a view. */
function buttons({ buttons: own, logins, profile, privacy }) {
  return [
    ...own,
    ...logins.map((login) => login.button).filter(Boolean),
    ...(profile ? [profile.avatarButton, profile.nickNameButton] : []),
    ...(privacy ? [privacy.contract, privacy.agree, privacy.refuse] : []),
  ];
}

/** Whether somebody has filled in config.js: the names there at first are nobody's. */
function isConfigured({ origin, site }) {
  const isOrigin = /^https?:\/\/[^/\s]+$/.test(origin) && !/\.example(\.com)?(:\d+)?$/.test(origin)
    // WeChat takes the port that is registered, and none where none is.
    && !/^https:.*:443$/.test(origin);
  const names = site && typeof site === 'object' ? [site.zh, site.en] : [site];
  return isOrigin && names.every((name) => typeof name === 'string' && name !== '');
}

/** What WeChat says of itself: getAppBaseInfo is there from base library 2.20.1. */
function baseInfo(wx) {
  if (wx.getAppBaseInfo) return wx.getAppBaseInfo();
  return wx.getSystemInfoSync ? wx.getSystemInfoSync() : {};
}

function realTimers() {
  return {
    setTimeout: (action, ms) => setTimeout(action, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    now: () => Date.now(),
  };
}

module.exports = { createProgram };
