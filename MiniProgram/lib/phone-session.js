'use strict';

// Our login state for the mini-program: the bearer, and who the server says this is.
//
// It lives in memory alone. A bearer in the phone's storage would outlive the run it belongs to, and
// a new one costs one silent wx.login.

const { Failure, transportFailure } = require('./failures');

const WX_LOGIN_TIMEOUT_MS = 10000;

/** `{open, call, user, setUser}`. */
function createPhoneSession({ wx, server }) {
  let bearer = '';
  let user = null;
  // The login under way: whoever needs one meanwhile waits for the same.
  let pending = null;

  /** A js_code is good for one call, so each login asks for a fresh one (T8). */
  function freshCode() {
    return new Promise((resolve, reject) => {
      wx.login({
        timeout: WX_LOGIN_TIMEOUT_MS,
        success: ({ code }) => (code ? resolve(code) : reject(new Failure('wx_login', { step: 'login' }))),
        fail: ({ errMsg }) => {
          const failure = transportFailure(errMsg, 'login');
          reject(failure.name === 'network' ? new Failure('wx_login', { step: 'login' }) : failure);
        },
      });
    });
  }

  function logIn() {
    if (!pending) {
      const end = () => { pending = null; };
      pending = freshSession();
      pending.then(end, end);
    }
    return pending;
  }

  async function freshSession() {
    const session = await server.post('/mp/session', { js_code: await freshCode() });
    bearer = session.token;
    user = session.user;
  }

  /** Logs in, unless that is done already. */
  async function open() {
    if (!bearer) await logIn();
  }

  /**
   * Sends something with the bearer, logging in first when needed. When the server no longer knows
   * the bearer, logs in again and sends once more, once. A scan and its answer belong to one phone
   * session, so there is never a second one beside.
   *
   * @param {(bearer: string, isRenewed: boolean) => Promise} send
   */
  async function call(send) {
    await open();
    const used = bearer;
    try {
      return await send(used, false);
    } catch (failure) {
      if (failure.name !== 'no_phone_session') throw failure;
      // Another call may have logged in again meanwhile.
      if (bearer === used) bearer = '';
      await open();
      return send(bearer, true);
    }
  }

  return {
    call,
    open,
    user: () => user,
    setUser: (newer) => { user = newer; },
  };
}

module.exports = { createPhoneSession };
