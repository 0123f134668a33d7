'use strict';

// The person's phone number: WeChat's button gives a code for it, the server gets the number for that
// code, and only its end comes back here.

const { explain } = require('./failures');
const { remark } = require('./view');

// WeChat's errno for an app that has used up the numbers it has paid for.
const NO_QUOTA = 1400001;

// WeChat's errno for a use that the privacy guide of the mini-program does not name.
const UNDECLARED = 112;

/**
 * `{give, remove}`.
 *
 * @param {object} parts
 * @param {Function} parts.perform does one thing at a time; see program.js
 * @param {(news: object) => void} parts.change changes the state
 * @param {(bearer: string) => Promise} parts.rescan scans the code on the screen once more, for a new
 *   phone session
 */
function createPhoneNumber({
  server, session, perform, change, rescan,
}) {
  /** What the `getphonenumber` event said: a code, or why there is none. */
  function give(detail) {
    if (!detail.code) {
      change({ note: remark(refusal(detail), 'warn') });
      return undefined;
    }
    return perform(async (current) => {
      change({ busyText: 'busy_phone', note: null });
      const answer = await current(session.call(async (bearer, isRenewed) => {
        // An answer to the code on the screen belongs to the phone session that scanned it.
        if (isRenewed) await rescan(bearer);
        return server.post('/mp/phone', { code: detail.code }, bearer);
      }));
      keep(answer.phone_number, 'phone_given');
    }, explained);
  }

  function remove() {
    return perform(async (current) => {
      await current(session.call((bearer) => server.remove('/mp/phone', bearer)));
      keep('', 'phone_removed');
    }, explained);
  }

  function keep(phoneNumber, text) {
    session.setPhoneNumber(phoneNumber);
    change({ phoneNumber, note: remark(text, 'good') });
  }

  /** A failure beside the page instead of in its place: a login goes on without a number. */
  function explained(failure) {
    // The code that was on the screen is gone: that is more than the number's affair.
    if (failure.name === 'scene_unavailable') return null;
    // WeChat's code is good for one try: the next one begins with the button.
    const text = failure.name === 'invalid_code' ? 'phone_failed' : `${explain(failure).text}_text`;
    return { note: remark(text, 'warn') };
  }

  return { give, remove };
}

/** Why the button gave no code. */
function refusal({ errMsg, errno }) {
  const text = String(errMsg);
  if (errno === NO_QUOTA) return 'phone_no_quota';
  // A personal mini-program, or one that is not verified, has no permission.
  if (errno === UNDECLARED || /no permission|not declared/.test(text)) return 'phone_not_allowed';
  // Before base library 2.21.2 there are encrypted data, and no code.
  if (/:ok$/.test(text)) return 'phone_too_old';
  return 'phone_refused';
}

module.exports = { createPhoneNumber };
