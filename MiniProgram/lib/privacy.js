'use strict';

// WeChat's consent to use picture and name (base library 2.32.3). Whoever refuses logs in as before.

// The id of the agreeing button in the page: WeChat checks that it was really tapped.
const AGREE_BUTTON = 'privacy-agree';

// WeChat's errno for a use that the privacy guide of the mini-program does not name.
const UNDECLARED = 112;

/**
 * `{isAsking, ready, answer}`.
 *
 * @param {() => void} changed called when WeChat begins to wait for the person's answer
 */
function createPrivacy({ wx, changed }) {
  // WeChat's continuations: one for each use that waits for the answer.
  let waiting = [];

  if (wx.onNeedPrivacyAuthorization) {
    wx.onNeedPrivacyAuthorization((resolve) => {
      waiting.push(resolve);
      changed();
    });
  }

  /**
   * `granted`, `refused` or `undeclared`, once the person has answered where they are asked; `too_old`
   * where WeChat has no avatar and nickname filling (before base library 2.21.2), so nothing is asked.
   */
  async function ready() {
    if (wx.canIUse && !wx.canIUse('button.open-type.chooseAvatar')) return 'too_old';
    // A base library without these calls asks for no consent.
    if (!wx.getPrivacySetting || !wx.requirePrivacyAuthorize) return 'granted';
    if (!await needsConsent()) return 'granted';
    return new Promise((resolve) => {
      wx.requirePrivacyAuthorize({
        success: () => resolve('granted'),
        fail: ({ errno }) => resolve(errno === UNDECLARED ? 'undeclared' : 'refused'),
      });
    });
  }

  function needsConsent() {
    return new Promise((resolve) => {
      wx.getPrivacySetting({
        success: ({ needAuthorization }) => resolve(needAuthorization),
        fail: () => resolve(true),
      });
    });
  }

  function answer(isAgreed) {
    const all = waiting;
    waiting = [];
    const event = isAgreed ? { event: 'agree', buttonId: AGREE_BUTTON } : { event: 'disagree' };
    all.forEach((resolve) => resolve(event));
  }

  return { isAsking: () => waiting.length > 0, ready, answer };
}

module.exports = { AGREE_BUTTON, createPrivacy };
