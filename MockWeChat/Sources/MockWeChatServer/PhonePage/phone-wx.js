// WeChat as a mini-program meets it, on a phone that is held inside the mock: the calls that a login
// needs, with WeChat's words and limits. What goes to the mini-program's server goes through the mock,
// which calls registered domains alone.

const REQUESTS_AT_ONCE = 10;
const BACKGROUND_PATIENCE_MS = 5000;
const TIMEOUT_MS = 60000;
// After a refusal WeChat does not ask again for so long.
const REFUSAL_REST_MS = 10000;
const STORAGE_KEY_PREFIX = 'mock-phone';

const chromium = (number, name) => `errcode:${number} cronet_error_code:${number} error_msg:net::ERR_${name}`;
const DISCONNECTED = chromium(-106, 'INTERNET_DISCONNECTED');
const REFUSED = chromium(-102, 'CONNECTION_REFUSED');

/**
 * @param {object} phone
 * @param {string} phone.person whose phone it is
 * @param {{appid: string, version: string}} phone.app
 * @param {string} phone.language `zh_CN` or `en`
 * @param {() => boolean} phone.isOnline
 * @param {object} phone.launch the options of the launch
 * @param {(call: {api, what, status, ms}) => void} phone.note hears of every call that ended
 * @param {() => Promise<boolean>} phone.askForConsent WeChat's own question, where the mini-program
 *   has none
 * @param {() => Promise<boolean>} phone.askForNumber whether the number may be given
 * @param {() => void} phone.openContract
 * @param {() => void} phone.exit
 */
export function createWeChat(phone) {
  const { person, app, note } = phone;
  const calls = new Set();
  const queue = [];
  const networkListeners = new Set();
  const files = new Map();
  let launch = phone.launch;
  let isHidden = false;
  let backgroundTimer = null;
  let consentListener = null;
  let refusedAt = -Infinity;
  let agreedBy = '';

  // --- Callbacks, or a promise where there are none

  function settle(options = {}, work) {
    const { success, fail, complete } = options;
    const result = Promise.resolve().then(work);
    if (!success && !fail && !complete) return result;
    result.then(
      (value) => { success?.(value); complete?.(value); },
      (problem) => { fail?.(problem); complete?.(problem); },
    );
    return undefined;
  }

  // --- The network

  function begin(api, options, send) {
    const call = {
      api,
      what: pathOf(options.url),
      started: performance.now(),
      controller: new AbortController(),
      timers: [],
    };
    const result = new Promise((resolve, reject) => {
      call.end = (value) => {
        if (!calls.has(call) && !queue.includes(call)) return;
        calls.delete(call);
        const place = queue.indexOf(call);
        if (place >= 0) queue.splice(place, 1);
        call.timers.forEach(clearTimeout);
        const ok = value.errMsg === `${api}:ok`;
        note({
          api,
          what: call.what,
          status: ok ? String(value.statusCode ?? 'ok') : value.errMsg.replace(`${api}:`, ''),
          isBad: !ok || value.statusCode >= 400,
          ms: Math.round(performance.now() - call.started),
        });
        (ok ? resolve : reject)(value);
        next();
      };
    });
    call.fail = (why) => {
      call.end({ errMsg: `${api}:fail ${why}` });
      call.controller.abort();
    };
    call.send = () => {
      calls.add(call);
      if (!phone.isOnline()) {
        call.fail(DISCONNECTED);
        return;
      }
      const timeout = Math.min(Math.max(1, options.timeout || TIMEOUT_MS), TIMEOUT_MS);
      call.timers.push(setTimeout(() => call.fail('timeout'), timeout));
      if (isHidden) interruptLater(call);
      send(call.controller.signal, timeout).then(call.end, (error) => {
        call.fail(error instanceof Refusal ? error.message : REFUSED);
      });
    };
    queue.push(call);
    next();
    settle(options, () => result)?.catch(() => {});
    result.catch(() => {});
    return { abort: () => call.fail('abort'), onHeadersReceived() {}, offHeadersReceived() {} };
  }

  function next() {
    while (calls.size < REQUESTS_AT_ONCE && queue.length > 0) queue.shift().send();
  }

  function interruptLater(call) {
    call.timers.push(setTimeout(() => isHidden && call.fail('interrupted'), BACKGROUND_PATIENCE_MS));
  }

  function request(options) {
    const header = { ...options.header };
    const method = (options.method || 'GET').toUpperCase();
    const type = Object.entries(header).find(([name]) => name.toLowerCase() === 'content-type');
    const [url, data] = dressed(options, method, type?.[1] ?? 'application/json');
    return begin('request', options, async (signal, timeout) => {
      const answer = await ask(`phones/${encodeURIComponent(person)}/request`, {
        signal,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          appid: app.appid,
          env_version: app.version,
          url: encodedOnce(url),
          method,
          header: texts(header),
          data,
          timeout,
          response_type: options.responseType || 'text',
        }),
      });
      if (answer.statusCode === undefined) return answer;
      if (options.responseType === 'arraybuffer') return { ...answer, data: bytes(answer.data).buffer };
      return (options.dataType ?? 'json') === 'json' ? { ...answer, data: parsed(answer.data) } : answer;
    });
  }

  function uploadFile(options) {
    return begin('uploadFile', options, async (signal, timeout) => {
      const file = files.get(options.filePath);
      if (!file) throw new Refusal('file not found');
      const call = {
        appid: app.appid,
        env_version: app.version,
        url: encodedOnce(options.url),
        name: options.name,
        file_name: options.filePath.split('/').pop(),
        content_type: file.type || 'application/octet-stream',
        form_data: texts(options.formData),
        header: texts(options.header),
        timeout,
      };
      const query = encodeURIComponent(JSON.stringify(call));
      return ask(`phones/${encodeURIComponent(person)}/upload?call=${query}`, {
        signal,
        headers: { 'Content-Type': 'application/octet-stream' },
        body: file,
      });
    });
  }

  function login(options = {}) {
    const started = performance.now();
    return settle(options, async () => {
      try {
        if (!phone.isOnline()) throw new Refusal(DISCONNECTED);
        const answer = await ask(`phones/${encodeURIComponent(person)}/login`, {
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ appid: app.appid }),
        });
        note({ api: 'login', what: '', status: 'ok', ms: Math.round(performance.now() - started) });
        return answer;
      } catch (error) {
        const why = error instanceof Refusal ? error.message : REFUSED;
        note({ api: 'login', what: '', status: `fail ${why}`, isBad: true, ms: 0 });
        // eslint-disable-next-line no-throw-literal -- WeChat's own form of a failure
        throw { errMsg: `login:fail ${why}` };
      }
    });
  }

  /**
   * `<button open-type="getPhoneNumber">`: the detail of its event. Whose phone it is decides on WeChat's
   * own sheet, and before that, where it is needed, on the privacy guide.
   */
  async function phoneNumber() {
    const started = performance.now();
    const told = (detail, status) => {
      note({
        api: 'getPhoneNumber', what: '', status, isBad: !detail.code, ms: Math.round(performance.now() - started),
      });
      return detail;
    };
    const failed = (why, errno) => told({ errMsg: `getPhoneNumber:fail ${why}`, ...(errno && { errno }) }, why);
    if (!hasConsent() && !await wasGranted('getPhoneNumber')) return failed('privacy permission is not authorized', 104);
    if (!await phone.askForNumber()) return failed('user deny');
    try {
      if (!phone.isOnline()) throw new Refusal(DISCONNECTED);
      return told(await ask(`phones/${encodeURIComponent(person)}/phone-number`, {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ appid: app.appid }),
      }), 'ok');
    } catch (error) {
      return failed(error instanceof Refusal ? error.message : REFUSED);
    }
  }

  const networkType = () => (phone.isOnline() ? 'wifi' : 'none');

  // --- Storage

  const prefix = storagePrefix(app.appid, person);

  function setStorageSync(key, data) {
    localStorage.setItem(`${prefix}data/${key}`, JSON.stringify({ data }));
  }

  function getStorageSync(key) {
    const text = localStorage.getItem(`${prefix}data/${key}`);
    return text === null ? '' : JSON.parse(text).data;
  }

  function removeStorageSync(key) {
    localStorage.removeItem(`${prefix}data/${key}`);
  }

  // --- Consent

  const hasConsent = () => localStorage.getItem(`${prefix}consent`) === 'yes';

  function requirePrivacyAuthorize(options) {
    return settle(options, async () => {
      if (!hasConsent() && !(await wasGranted('requirePrivacyAuthorize'))) {
        // eslint-disable-next-line no-throw-literal
        throw {
          errMsg: 'requirePrivacyAuthorize:fail privacy permission is not authorized',
          errno: 104,
        };
      }
      return { errMsg: 'requirePrivacyAuthorize:ok' };
    });
  }

  async function wasGranted(referrer) {
    if (performance.now() - refusedAt < REFUSAL_REST_MS) return false;
    const answer = consentListener
      ? await new Promise((resolve) => {
        consentListener((said) => said.event !== 'exposureAuthorization' && resolve(said), { referrer });
      })
      : { event: await phone.askForConsent() ? 'agree' : 'disagree', isWeChats: true };
    // Only a person's own tap on the button with this id agrees.
    const isAgreed = answer.event === 'agree' && (answer.isWeChats || answer.buttonId === agreedBy);
    if (isAgreed) localStorage.setItem(`${prefix}consent`, 'yes');
    else refusedAt = performance.now();
    return isAgreed;
  }

  // --- What the mini-program gets

  const appBaseInfo = () => ({
    SDKVersion: '3.7.1',
    version: '8.0.50',
    language: phone.language,
    theme: 'light',
    host: { appId: '', env: 'WeChat' },
    enableDebug: false,
  });

  const ok = (api, more = {}) => ({ ...more, errMsg: `${api}:ok` });

  const wx = {
    getEnterOptionsSync: () => ({ ...launch, referrerInfo: {} }),
    getLaunchOptionsSync: () => ({ ...phone.launch, referrerInfo: {} }),
    getAppBaseInfo: appBaseInfo,
    getSystemInfoSync: () => ({ ...appBaseInfo(), platform: 'android', system: 'Android 14' }),
    getDeviceInfo: () => ({ platform: 'android', system: 'Android 14', model: 'virtual phone' }),
    getAccountInfoSync: () => ({ miniProgram: { appId: app.appid, envVersion: app.version, version: '' } }),
    login,
    checkSession: (options) => settle(options, () => ok('checkSession')),
    request,
    uploadFile,
    getNetworkType: (options) => (
      settle(options, () => ok('getNetworkType', { networkType: networkType() }))),
    onNetworkStatusChange: (listener) => networkListeners.add(listener),
    offNetworkStatusChange: (listener) => (
      listener ? networkListeners.delete(listener) : networkListeners.clear()),
    setStorageSync,
    getStorageSync,
    removeStorageSync,
    getPrivacySetting: (options) => settle(options, () => ok('getPrivacySetting', {
      needAuthorization: !hasConsent(),
      privacyContractName: '《小程序隐私保护指引》',
    })),
    onNeedPrivacyAuthorization: (listener) => { consentListener = listener; },
    requirePrivacyAuthorize,
    openPrivacyContract: (options) => settle(options, () => {
      phone.openContract();
      return ok('openPrivacyContract');
    }),
    vibrateShort: (options) => settle(options, () => {
      navigator.vibrate?.(15);
      return ok('vibrateShort');
    }),
    exitMiniProgram: (options) => settle(options, () => {
      phone.exit();
      return ok('exitMiniProgram');
    }),
  };

  return {
    wx,
    /** The mini-program comes to the front. */
    show(options) {
      launch = options;
      isHidden = false;
      clearTimeout(backgroundTimer);
    },
    /** It goes to the background, where a request is broken off after a while. */
    hide() {
      isHidden = true;
      backgroundTimer = setTimeout(() => failAll('interrupted'), BACKGROUND_PATIENCE_MS);
    },
    /** The phone's network came or went. */
    networkChanged() {
      if (!phone.isOnline()) failAll(DISCONNECTED);
      const news = { isConnected: phone.isOnline(), networkType: networkType() };
      networkListeners.forEach((listener) => listener(news));
    },
    /** The mini-program was killed: nothing answers it any more. */
    end() {
      clearTimeout(backgroundTimer);
      networkListeners.clear();
      queue.length = 0;
      for (const call of [...calls]) {
        calls.delete(call);
        call.timers.forEach(clearTimeout);
        call.controller.abort();
      }
    },
    /** Keeps a picture under a temporary path, as a chooser gives it. */
    keepFile(blob) {
      const path = `wxfile://tmp_${crypto.getRandomValues(new Uint32Array(2)).join('')}.png`;
      files.set(path, blob);
      return path;
    },
    file: (path) => files.get(path),
    phoneNumber,
    /** A person tapped an agreeing button. */
    agreed(buttonID) { agreedBy = buttonID; },
  };

  function failAll(why) {
    for (const call of [...calls]) call.fail(why);
  }
}

/** Deletes a mini-program from a person's phone, with its data and its consent. */
export function deleteData(appid, person) {
  const prefix = storagePrefix(appid, person);
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
}

const storagePrefix = (appid, person) => `${STORAGE_KEY_PREFIX}/${appid}/${person}/`;

class Refusal extends Error {}

/** A call to the mock; what it refuses is a `Refusal`. */
async function ask(path, { headers, body, signal }) {
  const answer = await fetch(`/_mock/${path}`, {
    method: 'POST',
    headers: { ...headers, 'X-Mock-Phone': '1' },
    body,
    signal,
    cache: 'no-store',
  });
  const json = await answer.json();
  if (!answer.ok) throw new Refusal(json.detail || json.error);
  return json;
}

/** The address and the body of a request, as WeChat makes them of `data`. */
function dressed({ url, data }, method, type) {
  if (data === undefined || data === null) return [String(url), ''];
  const isForm = type.includes('x-www-form-urlencoded');
  if (method === 'GET' && typeof data === 'object') {
    const query = new URLSearchParams(texts(data)).toString();
    return [query ? `${url}${String(url).includes('?') ? '&' : '?'}${query}` : String(url), ''];
  }
  if (typeof data === 'string') return [String(url), data];
  return [String(url), isForm ? new URLSearchParams(texts(data)).toString() : JSON.stringify(data)];
}

/** Letters that cannot stand in an address, encoded; what is encoded already stays. */
const encodedOnce = (url) => encodeURI(String(url)).replaceAll('%25', '%');

const texts = (object) => (
  Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [name, String(value)])));

function pathOf(url) {
  try {
    return new URL(url).pathname;
  } catch {
    return String(url);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
