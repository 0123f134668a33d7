'use strict';

// WeChat's side of a mini-program, as its API documentation has it: what `wx` does, and what a person
// and the phone can do to it.

const { exchange } = require('./http');

const BACKGROUND_MS = 5000; // then WeChat breaks unfinished requests off
const AT_ONCE_MAX = 10; // requests and uploads together; more wait
const TIMEOUT_MS = 60000;
const DEFAULTS = { language: 'zh_CN', version: 0, transport: exchange };

/**
 * @param {object} options
 * @param {string} options.appid
 * @param {string[]} options.domains origins registered for request and uploadFile
 * @param {string} [options.language] as in wx.getAppBaseInfo
 * @param {() => Promise<string>} options.jsCode what wx.login gives
 * @param {{setTimeout, clearTimeout}} options.timers
 * @param {Function} [options.transport] as `exchange`
 * @returns `{wx, phone}`: what the mini-program sees, and what the world does to it
 */
function createFakeWx(options) {
  const { appid, domains, language, version, jsCode, timers, transport } = {
    ...DEFAULTS, ...options,
  };
  const files = new Map();
  const storage = new Map();
  const calls = []; // `{api, url, data}`: everything that was asked of WeChat, in order
  let enterOptions = { path: '', query: {}, scene: 1001 };
  let network = 'wifi';
  let isInBackground = false;
  let running = 0;
  const waiting = [];
  const open = new Set();
  const networkListeners = [];
  const exits = [];

  // --- Settling: WeChat calls back later, never inside of the call

  function succeed(api, handlers, result) {
    queueMicrotask(() => {
      const answer = { errMsg: `${api}:ok`, ...result };
      if (handlers.success) handlers.success(answer);
      if (handlers.complete) handlers.complete(answer);
    });
  }

  function fail(api, handlers, reason, more = {}) {
    queueMicrotask(() => {
      const problem = { errMsg: `${api}:fail ${reason}`, ...more };
      if (handlers.fail) handlers.fail(problem);
      if (handlers.complete) handlers.complete(problem);
    });
  }

  // --- Network

  function start(job) {
    if (running >= AT_ONCE_MAX) {
      waiting.push(job);
      return;
    }
    running += 1;
    job().then(() => {
      running -= 1;
      const next = waiting.shift();
      if (next) start(next);
    });
  }

  function send(api, handlers, toRequest, toResult) {
    const { origin } = new URL(handlers.url);
    if (!domains.includes(origin)) {
      fail(api, handlers, 'url not in domain list');
      return;
    }
    start(async () => {
      if (network === 'none') {
        fail(api, handlers, '');
        return;
      }
      const stop = new AbortController();
      const exchangeUnderWay = {
        reason: '',
        timer: null,
        break(reason) {
          exchangeUnderWay.reason = reason;
          stop.abort();
        },
      };
      const limit = Math.min(handlers.timeout || TIMEOUT_MS, TIMEOUT_MS);
      exchangeUnderWay.timer = timers.setTimeout(() => exchangeUnderWay.break('timeout'), limit);
      if (isInBackground) countDown(exchangeUnderWay);
      open.add(exchangeUnderWay);
      try {
        const answer = await transport({ ...toRequest(), url: handlers.url, signal: stop.signal });
        // Any status is a success.
        succeed(api, handlers, {
          statusCode: answer.status,
          header: answer.header,
          cookies: [].concat(answer.header['set-cookie'] || []),
          data: toResult(answer.body),
        });
      } catch (error) {
        fail(api, handlers, exchangeUnderWay.reason || error.message);
      } finally {
        timers.clearTimeout(exchangeUnderWay.timer);
        timers.clearTimeout(exchangeUnderWay.background);
        open.delete(exchangeUnderWay);
      }
    });
  }

  function countDown(exchangeUnderWay) {
    exchangeUnderWay.background = timers.setTimeout(
      () => exchangeUnderWay.break('interrupted'),
      BACKGROUND_MS,
    );
  }

  /** Referer is WeChat's own and cannot be set. */
  function headerFields(header = {}) {
    const own = Object.entries(header)
      .map(([name, value]) => [name.toLowerCase(), value])
      .filter(([name]) => name !== 'referer');
    return {
      ...Object.fromEntries(own),
      referer: `https://servicewechat.com/${appid}/${version}/page-frame.html`,
    };
  }

  function request(handlers) {
    calls.push({ api: 'request', url: handlers.url, data: handlers.data });
    send('request', handlers, () => {
      const header = { 'content-type': 'application/json', ...headerFields(handlers.header) };
      const hasBody = handlers.data !== undefined && (handlers.method || 'GET') !== 'GET';
      const body = hasBody ? Buffer.from(JSON.stringify(handlers.data)) : null;
      if (body) header['content-length'] = body.length;
      return { method: handlers.method || 'GET', header, body };
    }, (text) => ((handlers.dataType || 'json') === 'json' ? parsed(text) : text));
  }

  function uploadFile(handlers) {
    calls.push({ api: 'uploadFile', url: handlers.url, data: { filePath: handlers.filePath } });
    const file = files.get(handlers.filePath);
    if (!file) {
      fail('uploadFile', handlers, 'file not found');
      return;
    }
    send('uploadFile', handlers, () => {
      const boundary = '----fake-wx';
      const fields = Object.entries(handlers.formData || {}).map(([name, value]) => (
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
      const body = Buffer.concat([
        Buffer.from(`${fields.join('')}--${boundary}\r\nContent-Disposition: form-data; `
          + `name="${handlers.name}"; filename="tmp.png"\r\nContent-Type: image/png\r\n\r\n`),
        file,
        Buffer.from(`\r\n--${boundary}--\r\n`),
      ]);
      return {
        method: 'POST',
        header: {
          ...headerFields(handlers.header),
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'content-length': body.length,
        },
        body,
      };
    }, (text) => text);
  }

  // --- Login and profile

  function login(handlers) {
    calls.push({ api: 'login' });
    jsCode().then(
      (code) => succeed('login', handlers, { code }),
      (error) => fail('login', handlers, error.message),
    );
  }

  /** Anonymous since 2022: the same name and the same picture for everybody. */
  function getUserProfile(handlers) {
    succeed('getUserProfile', handlers, {
      userInfo: {
        nickName: '微信用户',
        gender: 0,
        language: '',
        city: '',
        province: '',
        country: '',
        avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132',
        is_demote: true,
      },
    });
  }

  // --- Privacy

  const privacy = { needs: false, declared: true, asks: [], listener: null, tapped: '' };

  function getPrivacySetting(handlers) {
    succeed('getPrivacySetting', handlers, {
      needAuthorization: privacy.needs,
      privacyContractName: '《小程序隐私保护指引》',
    });
  }

  /** Runs a private use: at once with consent, else when the person has answered. */
  function usePrivately(api, handlers, use) {
    if (!privacy.declared) {
      fail(api, handlers, 'api scope is not declared in the privacy agreement', { errno: 112 });
      return;
    }
    if (!privacy.needs) {
      use();
      return;
    }
    const refuse = () => fail(api, handlers, 'privacy permission is not authorized', { errno: 104 });
    privacy.asks.push({ use, refuse });
    queueMicrotask(() => privacy.listener(settlePrivacy, { referrer: api }));
  }

  /** Agreeing counts only after a real tap on the button with that id. */
  function settlePrivacy({ event, buttonId }) {
    const isAgreed = event === 'agree' && buttonId !== '' && buttonId === privacy.tapped;
    const asks = privacy.asks;
    privacy.asks = [];
    if (isAgreed) privacy.needs = false;
    asks.forEach((ask) => (isAgreed ? ask.use() : ask.refuse()));
  }

  const wx = {
    getEnterOptionsSync: () => enterOptions,
    getAppBaseInfo: () => ({ SDKVersion: '3.5.0', language, theme: 'light' }),
    login,
    request,
    uploadFile,
    getUserProfile,
    getStorageSync: (key) => (storage.has(key) ? storage.get(key) : ''),
    setStorageSync: (key, value) => storage.set(key, value),
    removeStorageSync: (key) => storage.delete(key),
    getPrivacySetting,
    onNeedPrivacyAuthorization: (listener) => { privacy.listener = listener; },
    requirePrivacyAuthorize: (handlers) => usePrivately(
      'requirePrivacyAuthorize',
      handlers,
      () => succeed('requirePrivacyAuthorize', handlers, {}),
    ),
    openPrivacyContract: (handlers) => {
      calls.push({ api: 'openPrivacyContract' });
      succeed('openPrivacyContract', handlers, {});
    },
    onNetworkStatusChange: (listener) => networkListeners.push(listener),
    getNetworkType: (handlers) => succeed('getNetworkType', handlers, { networkType: network }),
    vibrateShort: () => calls.push({ api: 'vibrateShort' }),
    exitMiniProgram: () => exits.push(true),
  };

  const phone = {
    calls,
    storage,
    exits,
    enter: (entry) => { enterOptions = entry; },
    /** The mini-program goes to the background. */
    leave() {
      isInBackground = true;
      open.forEach(countDown);
    },
    comeBack() {
      isInBackground = false;
      open.forEach((one) => timers.clearTimeout(one.background));
    },
    /** `none`, `wifi`, `4g`… */
    setNetwork(type) {
      network = type;
      networkListeners.forEach((listener) => listener({ isConnected: type !== 'none', networkType: type }));
    },
    needConsent: () => { privacy.needs = true; },
    undeclare: () => { privacy.declared = false; },
    /** The person taps `<button open-type="agreePrivacyAuthorization" id=…>`. */
    tapAgree: (id) => { privacy.tapped = id; },
    /**
     * The person takes a picture by `<button open-type="chooseAvatar">`: the event's detail with a
     * temporary path, or null because WeChat fires no event for a picture it refuses.
     */
    chooseAvatar(bytes, { isRefused = false } = {}) {
      if (isRefused || privacy.needs) return null;
      const path = `wxfile://tmp_${files.size + 1}.png`;
      files.set(path, bytes);
      return { avatarUrl: path };
    },
    /**
     * The person taps `<button open-type="getPhoneNumber">`: the event's detail, once they have said
     * what they want. Without consent they are asked for that first.
     */
    sharePhoneNumber(code, { isRefused = false, errno, errMsg } = {}) {
      return new Promise((resolve) => {
        const refused = { errMsg: 'getPhoneNumber:fail user deny' };
        const answer = isRefused ? refused : { code, errMsg: 'getPhoneNumber:ok', encryptedData: 'x', iv: 'x' };
        usePrivately('getPhoneNumber', { fail: resolve }, () => resolve(errMsg ? { errMsg, errno } : answer));
      });
    },
    /**
     * The person types into `<input type="nickname">` and leaves it: what a form's submit then gives,
     * and the detail of `nicknamereview`. A refused name is emptied; without consent nobody looks.
     */
    typeNickName(text, { isRefused = false, isTimeout = false } = {}) {
      if (privacy.needs) return { value: text, review: null };
      return { value: isRefused ? '' : text, review: { pass: !isRefused, timeout: isTimeout } };
    },
  };
  return { wx, phone };
}

/** Text that is no JSON is handed over as it is. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (_) {
    return text;
  }
}

module.exports = { createFakeWx };
