'use strict';

// What is on the screen: a pure function of the state, of the language and of the time. A page draws
// it and decides nothing.

const { AGREE_BUTTON } = require('./privacy');
const { readAgent } = require('./agent');

const DIGITS = 2;

/** The view (see README.md) of a state (see program.js) at `now`, in milliseconds. */
function draw(state, {
  lang, say, site, origin, now, canClose = true,
}) {
  const view = {
    page: state.page,
    lang,
    site,
    title: '',
    text: '',
    outcome: null,
    card: [],
    warnings: [],
    number: null,
    countdown: '',
    note: null,
    buttons: [],
    logins: [],
    profile: null,
    phone: null,
    privacy: state.isAskedForConsent ? consent(say) : null,
    offline: state.isOffline ? say('offline_note') : '',
    supportCode: '',
    supportLabel: '',
  };
  // While something is under way no button does anything: a second tap sends nothing.
  const button = (id, text, { kind = 'plain', enabled = true } = {}) => (
    makeButton(id, text, kind, enabled && !state.isWorking));
  const tools = {
    lang, say, site, origin, now, canClose, button,
  };
  return Object.assign(view, PAGES[state.page](state, tools));
}

const PAGES = {
  welcome: (state, { say, site, button }) => ({
    title: say('welcome_title'),
    text: state.isStale ? say('welcome_stale') : say('welcome_text', { site }),
    warnings: [say('welcome_hint')],
    buttons: [button('logins', say('logins_button')), button('profile', say('profile_button'))],
  }),

  busy: (state, { say }) => ({ title: say(state.busyText) }),

  confirm: (state, { lang, say, now, button }) => {
    const { scanned } = state;
    const mayConfirm = scanned.confirm_allowed && now >= state.confirmableAt
      && (!scanned.number_required || state.number.length === DIGITS);
    return {
      title: say('confirm_title', { client: scanned.client.name }),
      text: say('confirm_text'),
      card: card(state, lang, say),
      warnings: warnings(scanned, say),
      phone: asksForPhone(scanned) && scanned.confirm_allowed && !state.phoneNumber
        ? { text: say('phone_ask'), button: button('phone', say('phone_button')) }
        : null,
      number: scanned.number_required && scanned.confirm_allowed
        ? { prompt: say('number_prompt'), digits: DIGITS, value: state.number }
        : null,
      countdown: say('confirm_left', { seconds: secondsUntil(state.endsAt, now) }),
      note: confirmNote(state, say),
      // Of one kind, so that they are drawn alike: neither is the obvious one (T4).
      buttons: [
        button('cancel', say('cancel_button')),
        button('confirm', say('confirm_button'), { enabled: mayConfirm }),
      ],
    };
  },

  done: (state, { say, canClose, button }) => ({
    title: say(state.outcome === 'confirmed' ? 'confirmed_title' : 'cancelled_title'),
    text: say(state.outcome === 'confirmed' ? confirmedText(state) : 'cancelled_text'),
    outcome: state.outcome,
    buttons: [
      ...(canClose ? [button('close', say('close_button'), { kind: 'primary' })] : []),
      button('profile', say('profile_button')),
      button('logins', say('logins_button')),
    ],
  }),

  error: (state, { say, origin, now, button }) => {
    const { failure } = state;
    const wait = secondsUntil(failure.retryAt, now);
    const retry = wait > 0
      ? button('retry', say('retry_wait', { seconds: wait }), { kind: 'primary', enabled: false })
      : button('retry', say('retry_button'), { kind: 'primary' });
    return {
      title: say(`${failure.text}_title`),
      text: say(`${failure.text}_text`, { origin }),
      buttons: [
        ...(failure.canRetry ? [retry] : []),
        ...(failure.mayCancel ? [button('cancel', say('cancel_button'))] : []),
        ...(failure.text === 'unsure' ? [button('logins', say('logins_button'))] : []),
        ...(state.home ? [button('back', say('back_button'))] : []),
      ],
      supportCode: failure.supportCode,
      supportLabel: failure.supportCode ? say('support_label') : '',
    };
  },

  logins: (state, { lang, say, button }) => ({
    title: say('logins_title'),
    text: say(state.logins.length > 0 ? 'logins_text' : 'logins_none'),
    note: state.note && note(say(state.note.text), state.note.tone),
    logins: state.logins.map((login) => loginEntry(login, lang, say, button)),
    buttons: [button('back', say('back_button'))],
  }),

  profile: (state, { say, button }) => {
    const { user, consent: answer } = state;
    const isFillable = answer === 'granted';
    return {
      title: say('profile_title'),
      text: say('profile_text'),
      note: profileNote(state, say),
      profile: {
        nickName: user.nickName,
        avatarUrl: state.avatarPath || user.avatarUrl,
        avatarAlt: say('avatar_alt'),
        isFillable,
        nickNameLabel: say('nickname_label'),
        avatarButton: button('avatar', say('avatar_button'), { enabled: isFillable }),
        nickNameButton: button('nickname', say('nickname_button'), { enabled: isFillable }),
      },
      phone: state.phoneNumber
        ? {
          text: say('phone_known', { number: state.phoneNumber }),
          button: button('phone-remove', say('phone_remove_button'), { kind: 'danger' }),
        }
        : null,
      buttons: [
        ...(state.note && state.note.canRetry
          ? [button('retry', say('retry_button'), { kind: 'primary' })]
          : []),
        ...(answer === 'refused' ? [button('privacy-ask', say('privacy_ask_button'))] : []),
        button('back', say('back_button')),
      ],
    };
  },
};

const makeButton = (id, text, kind, enabled = true) => ({ id, text, kind, enabled });

/** What just happened, for the state's `note`: the key of a sentence, its tone, whether to try again. */
const remark = (text, tone, canRetry = false) => ({ text, tone, canRetry });

const note = (text, tone = 'plain') => ({ text, tone });

const secondsUntil = (moment, now) => Math.max(0, Math.ceil((moment - now) / 1000));

function confirmNote(state, say) {
  if (state.isWorking) return note(say(state.busyText));
  if (state.isTooFast) return note(say('confirm_too_fast'), 'warn');
  return state.note && note(say(state.note.text), state.note.tone);
}

function profileNote(state, say) {
  if (state.isWorking) return note(say('saving'));
  if (state.note) return note(say(state.note.text), state.note.tone);
  if (state.consent === 'too_old') return note(say('profile_too_old'), 'warn');
  if (state.consent === 'refused') return note(say('privacy_refused'), 'warn');
  return state.consent === 'undeclared' ? note(say('privacy_undeclared'), 'warn') : null;
}

/** Who asks: what the server saw of the browser, and nothing the browser says of itself in words. */
function card({ scanned, phoneNumber }, lang, say) {
  const { client, browser, warnings: names } = scanned;
  const agent = readAgent(browser.ua, lang);
  const place = [browser.ip_area, browser.network].filter(Boolean).join(' · ');
  const tone = names.includes('network') ? 'warn' : 'plain';
  // Older servers name none. What has no words here yet is named as the server does.
  const shares = (client.shares || []).map((name) => {
    if (name === 'phone') return phoneNumber ? say('share_phone', { number: phoneNumber }) : say('share_phone_later');
    return SHARES[name] ? say(SHARES[name]) : name;
  });
  return [
    row(say('card_site'), client.name),
    row(say('card_host'), client.host),
    ...(shares.length > 0
      ? [row(say('card_shares'), shares.join(lang === 'zh' ? '、' : ', '), 'warn')]
      : []),
    row(say('card_browser'), agent.browser || say('unknown')),
    row(say('card_system'), agent.system || say('unknown')),
    // Without a location database there is the address alone.
    ...(place ? [row(say('card_place'), place, tone)] : []),
    row(say('card_ip'), browser.ip, tone),
    row(say('card_age'), say('age_seconds', { seconds: browser.age_s })),
  ];
}

// What a website learns beyond name and picture: a confirm agrees to it.
const SHARES = { wechat: 'share_wechat', offline_access: 'share_offline' };

const asksForPhone = ({ client }) => (client.shares || []).includes('phone');

const row = (label, value, tone = 'plain') => ({ label, value, tone });

const confirmedText = ({ isByLink }) => (isByLink ? 'confirmed_link_text' : 'confirmed_text');

function warnings(scanned, say) {
  const texts = [];
  if (scanned.warnings.includes('link')) {
    texts.push(say('warning_link'));
  } else if (!scanned.confirm_allowed) {
    texts.push(say('warning_blocked'));
  } else if (scanned.warnings.includes('picture')) {
    texts.push(say('warning_picture'));
  }
  if (scanned.warnings.includes('network')) texts.push(say('warning_network'));
  return texts;
}

function loginEntry(login, lang, say, button) {
  const agent = readAgent(login.browser.ua, lang);
  const place = [login.browser.ip_area, login.browser.network, login.browser.ip];
  return {
    id: login.id,
    title: login.client.name,
    lines: [
      say('browser_on_system', {
        browser: agent.browser || say('unknown'),
        system: agent.system || say('unknown'),
      }),
      place.filter(Boolean).join(' · '),
      localTime(login.at),
      say(login.current ? 'login_current' : 'login_ended'),
    ],
    button: login.current
      ? button(`revoke:${login.id}`, say('revoke_button'), { kind: 'danger' })
      : null,
  };
}

/** The server's time in the phone's zone, as `2026-01-31 08:05`. */
function localTime(text) {
  const time = new Date(text);
  const two = (number) => String(number).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

function consent(say) {
  return {
    title: say('privacy_title'),
    text: say('privacy_text'),
    contract: makeButton('privacy-contract', say('privacy_contract_button'), 'plain'),
    agree: makeButton(AGREE_BUTTON, say('privacy_agree_button'), 'primary'),
    refuse: makeButton('privacy-refuse', say('privacy_refuse_button'), 'plain'),
  };
}

module.exports = { DIGITS, draw, remark };
