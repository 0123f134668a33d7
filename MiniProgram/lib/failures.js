'use strict';

// What can go wrong, what it is called to a person, and whether trying again can help.

/** Why a call gave nothing. */
class Failure extends Error {
  /**
   * @param {string} name the server's `error` (wire.md), or one of ours: `offline`, `network`,
   *   `timeout`, `interrupted`, `domain`, `bad_answer`, `wx_login`, `malformed_code`, `config`…
   * @param {{step?: string, status?: number, waitSeconds?: number}} facts the last part of the path
   *   that was called, its HTTP status (0: no answer), and `Retry-After`
   */
  constructor(name, { step = '', status = 0, waitSeconds = 0 } = {}) {
    super(name);
    this.name = name;
    this.step = step;
    this.status = status;
    this.waitSeconds = waitSeconds;
  }

  /** Whether the call may have been done although no good answer came. */
  get isUncertain() {
    return this.status === 0 || this.status >= 500;
  }
}

// name: [key of its sentences, whether a retry can help]. A server chooses the name: it finds nothing
// here that every object has.
const FAILURES = Object.assign(Object.create(null), {
  // The server's
  no_phone_session: ['phone_login', true],
  invalid_code: ['phone_login', true],
  user_blocked: ['user_blocked', false],
  confirm_blocked: ['blocked', false],
  number_required: ['number_needed', false],
  scene_unavailable: ['gone', false],
  rate_limited: ['rate', true],
  wechat_unavailable: ['down', true],
  unavailable: ['down', true],
  internal: ['server', true],
  too_slow: ['timeout', true],
  not_found: ['mismatch', false],
  malformed: ['mismatch', false],
  unknown_member: ['mismatch', false],
  // Ours
  wx_login: ['phone_login', true],
  offline: ['offline', true],
  network: ['network', true],
  interrupted: ['network', true],
  timeout: ['timeout', true],
  bad_answer: ['server', true],
  domain: ['domain', false],
  config: ['config', false],
  malformed_code: ['malformed_code', false],
  expired: ['expired', false],
  wrong_number: ['wrong_number', false],
  unsure: ['unsure', false],
  gone_login: ['gone_login', false],
});

/** `{text, canRetry}`: the key of a failure's sentences, and whether a retry can help. */
function explain(failure) {
  const [text, canRetry] = FAILURES[failure.name]
    // Whatever else a server says: ours to mend with 4xx, its own with the rest.
    || (failure.status >= 400 && failure.status < 500 ? ['mismatch', false] : ['server', true]);
  return { text, canRetry };
}

/** What wx.request, wx.uploadFile or wx.login gave to `fail`. */
function transportFailure(errMsg, step) {
  const text = String(errMsg);
  if (/not in domain list/.test(text)) return new Failure('domain', { step });
  if (/interrupted/.test(text)) return new Failure('interrupted', { step });
  if (/time[d_ ]*out/i.test(text)) return new Failure('timeout', { step });
  return new Failure('network', { step });
}

/**
 * What a person reads out to the operator: the step, the HTTP status (0: no answer came) and the
 * time in UTC. It opens nothing, and finds the line in the server's log.
 */
function supportCode(failure, now) {
  const time = new Date(now).toISOString().slice(11, 19).replace(/:/g, '');
  return `${(failure.step || 'phone').toUpperCase()}-${failure.status}-${time}`;
}

module.exports = { FAILURES, Failure, explain, supportCode, transportFailure };
