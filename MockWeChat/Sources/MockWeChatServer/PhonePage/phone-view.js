// Draws the mini-program's view (MiniProgram/lib/README.md), as its pages do on a phone. It decides
// nothing.

import { ICONS, el, icon } from './phone-screen.js';

/**
 * The elements of a view.
 *
 * @param {object} view
 * @param {object} options
 * @param {Function} options.say the page's own words
 * @param {(address: string) => string} options.picture an address that the page may show, or ''
 * @param {string} options.weChatName what the keyboard offers for a nickname
 */
export function drawView(view, options) {
  const isConfirm = view.page === 'confirm';
  return el(
    'div',
    { class: `view ${view.page}`, lang: view.lang, key: `view-${view.page}` },
    view.offline ? el('p', { class: 'strip', key: 'offline', role: 'status' }, view.offline) : null,
    el('div', { class: 'body', key: 'body' }, ...bodyOf(view, options)),
    view.buttons.length || view.countdown
      ? el(
        'div',
        { class: 'foot', key: 'foot' },
        view.countdown ? el('p', { class: 'countdown', key: 'countdown' }, view.countdown) : null,
        el(
          'div',
          { class: isConfirm ? 'pair' : 'stack', key: 'buttons' },
          view.buttons.map((one) => drawButton(one, isConfirm ? 'even' : one.kind)),
        ),
      )
      : null,
    view.privacy ? drawPrivacy(view.privacy) : null,
  );
}

function bodyOf(view, options) {
  return [
    emblem(view),
    el('h1', { key: 'title', tabindex: '-1' }, view.title),
    view.text ? el('p', { class: 'lead', key: 'text' }, view.text) : null,
    view.warnings.map((text, index) => el(
      'p',
      { class: view.page === 'welcome' ? 'hint' : 'warning', key: `warning-${index}`, role: 'note' },
      view.page === 'welcome' ? null : icon(...ICONS.alert),
      el('span', {}, text),
    )),
    view.card.length
      ? el('dl', { class: 'card', key: 'card' }, view.card.map(({ label, value, tone }) => (
        el('div', { class: `row ${tone}` }, el('dt', {}, label), el('dd', {}, value)))))
      : null,
    view.number ? drawNumber(view.number) : null,
    view.profile ? drawProfile(view.profile, options) : null,
    view.phone ? drawPhoneNumber(view.phone) : null,
    view.logins.length
      ? el('ul', { class: 'login-list', key: 'logins' }, view.logins.map(drawLogin))
      : null,
    view.note ? el('p', { class: `note ${view.note.tone}`, key: 'note', role: 'status' }, view.note.text) : null,
    view.supportCode
      ? el('p', { class: 'support', key: 'support' }, `${view.supportLabel} `, el('code', {}, view.supportCode))
      : null,
  ].flat();
}

function emblem({ page, outcome }) {
  if (page === 'busy') return el('div', { class: 'spinner', key: 'spinner' });
  const [tone, paths] = {
    error: ['bad', ICONS.alert],
    welcome: ['good', ICONS.scan],
    done: outcome === 'confirmed' ? ['good', ICONS.check] : ['calm', ICONS.cross],
  }[page] ?? [];
  return tone ? el('div', { class: `emblem ${tone}`, key: `emblem-${tone}` }, icon(...paths)) : null;
}

function drawButton({ id, text, enabled }, kind) {
  return el(
    'button',
    { type: 'button', class: `button ${kind}`, 'data-tap': id, key: `tap-${id}`, disabled: !enabled },
    text,
  );
}

function drawNumber({ prompt, digits, value }) {
  return el(
    'label',
    { class: 'number', key: 'number' },
    el('span', {}, prompt),
    el('input', {
      type: 'text',
      inputmode: 'numeric',
      autocomplete: 'off',
      maxlength: digits,
      'data-input': 'number',
      'data-forced': true,
      value,
    }),
  );
}

function drawProfile(profile, { say, picture, weChatName }) {
  const address = picture(profile.avatarUrl);
  return el(
    'div',
    { class: 'profile-form', key: 'profile' },
    el(
      'button',
      {
        type: 'button',
        class: 'face',
        'data-open': 'avatar',
        disabled: !profile.avatarButton.enabled,
      },
      address
        ? el('img', { src: address, alt: profile.avatarAlt, key: 'face' })
        : el('span', { class: 'nobody', key: 'nobody' }, icon(...ICONS.person)),
      el('span', { key: 'word' }, profile.avatarButton.text),
    ),
    el(
      'form',
      { class: 'names', 'data-form': 'nickname', key: 'names' },
      el('label', { for: 'nickname' }, profile.nickNameLabel),
      el('input', {
        id: 'nickname',
        name: 'nickName',
        autocomplete: 'off',
        'data-review': true,
        maxlength: 64,
        value: profile.nickName,
      }),
      profile.isFillable
        ? el('button', { type: 'button', class: 'offer', 'data-offer': weChatName }, say('wechat_name', { name: weChatName }))
        : null,
      el('button', { class: 'button primary', disabled: !profile.nickNameButton.enabled, key: 'save' }, profile.nickNameButton.text),
    ),
  );
}

/** The number is asked for by a button of WeChat's own, and taken back by one of the view. */
function drawPhoneNumber({ text, button }) {
  return el(
    'div',
    { class: 'telephone', key: 'telephone' },
    el('p', {}, text),
    button.id === 'phone'
      ? el(
        'button',
        { type: 'button', class: 'button plain', 'data-open': 'phone-number', disabled: !button.enabled },
        button.text,
      )
      : drawButton(button, button.kind),
  );
}

function drawLogin({ id, title, lines, button }) {
  return el(
    'li',
    { key: `login-${id}` },
    el('strong', {}, title),
    lines.map((line) => el('span', {}, line)),
    button ? drawButton(button, `small ${button.kind}`) : null,
  );
}

function drawPrivacy({ title, text, contract, agree, refuse }) {
  return el(
    'div',
    { class: 'sheet', key: 'privacy', role: 'dialog', 'aria-modal': 'true', 'aria-label': title },
    el(
      'div',
      { class: 'panel' },
      el('h2', {}, title),
      el('p', {}, text),
      drawButton(contract, 'link'),
      el('div', { class: 'pair' }, drawButton(refuse, 'plain'), drawButton(agree, 'primary')),
    ),
  );
}
