'use strict';

// The person's picture and name: consent to use them, and sending them to the server.

const { explain } = require('./failures');
const { remark } = require('./view');

const REJECTED = remark('nickname_rejected', 'warn');

/**
 * `{show, ask, answer, upload, rename, review}`.
 *
 * @param {object} parts
 * @param {Function} parts.perform does one thing at a time; see program.js
 * @param {(news: object) => void} parts.change changes the state
 * @param {() => object} parts.read the present state
 */
function createProfile({
  server, session, privacy, perform, change, read,
}) {
  // Ends when the person has answered the question for consent.
  let consenting = Promise.resolve();

  async function show(current) {
    change({ page: 'busy', busyText: 'busy_login' });
    await current(session.open());
    change({
      page: 'profile', user: session.user(), phoneNumber: session.phoneNumber(), consent: null, avatarPath: '',
    });
    ask();
  }

  /** Asks for consent where it is needed. Nobody waits for a person here. */
  function ask() {
    consenting = privacy.ready().then((consent) => {
      change({ consent, isAskedForConsent: privacy.isAsking() });
    });
  }

  function answer(isAgreed) {
    privacy.answer(isAgreed);
    change({ isAskedForConsent: false });
    return consenting;
  }

  function upload(path) {
    return perform(async (current) => {
      const send = (bearer) => server.upload('/mp/avatar', bearer, path);
      save((await current(session.call(send))).user, { avatarPath: path });
    }, (failure) => explained(failure, { too_large: 'avatar_too_large', unsupported_media: 'avatar_bad' }));
  }

  function rename(nickName) {
    // WeChat empties a name that it refuses; that is nobody's wish to have none.
    if (!nickName) {
      change({ note: REJECTED });
      return undefined;
    }
    return perform(async (current) => {
      const send = (bearer) => server.post('/mp/profile', { nickName }, bearer);
      save((await current(session.call(send))).user, {});
    }, (failure) => explained(failure, { malformed: 'nickname_bad' }));
  }

  function save(user, news) {
    session.setUser(user);
    change(Object.assign({ user, note: remark('saved', 'good') }, news));
  }

  /** A failure beside the page instead of in its place; `own` has the sentences of this call alone. */
  function explained(failure, own) {
    if (own[failure.name]) return { note: remark(own[failure.name], 'warn') };
    const { text, canRetry } = explain(failure);
    return { note: remark(`${text}_text`, 'warn', canRetry) };
  }

  /** WeChat's opinion of a name, which comes when it comes. */
  function review({ pass, timeout }) {
    const isRejected = !pass && !timeout;
    if (isRejected) change({ note: REJECTED });
    if (!isRejected && read().note === REJECTED) change({ note: null });
  }

  return {
    show, ask, answer, upload, rename, review,
  };
}

module.exports = { createProfile };
