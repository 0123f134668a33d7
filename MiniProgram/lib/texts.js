'use strict';

// Every sentence that the mini-program shows, side by side in both languages. The words are those of
// the login page: a person has both before their eyes.
//
// {name} is filled in. A failure has two keys, NAME_title and NAME_text; see failures.js.

const TEXTS = {
  // Opened without a code
  welcome_title: { zh: '微信扫码登录', en: 'Log in with WeChat' },
  welcome_text: {
    zh: '在电脑上打开{site}的登录页，再用微信“扫一扫”扫页面上的码。',
    en: 'Open the login page of {site} on a computer, then scan its code with WeChat.',
  },
  welcome_stale: {
    zh: '这个小程序是从最近使用中打开的，原来的码不再使用。要登录，请重新扫码。',
    en: 'This was reopened from your recent mini-programs, so the old code is not used. To log in, scan again.',
  },
  welcome_hint: {
    zh: '请只扫您自己打开的页面上的码，不要扫别人发来的码、图片或链接。',
    en: 'Only scan a code on a page you opened yourself, never one that somebody sent you.',
  },

  // Under way
  busy_login: { zh: '请稍候…', en: 'One moment…' },
  busy_confirm: { zh: '正在确认…', en: 'Confirming…' },
  busy_cancel: { zh: '正在取消…', en: 'Cancelling…' },
  busy_phone: { zh: '正在获取手机号…', en: 'Getting your phone number…' },
  busy_logins: { zh: '正在获取登录记录…', en: 'Getting your recent logins…' },

  // The confirm screen
  confirm_title: { zh: '确认登录{client}？', en: 'Log in to {client}?' },
  confirm_text: {
    zh: '如果不是您自己在面前的屏幕上打开了这个页面，请点“取消登录”。',
    en: 'If you did not open this page yourself on the screen in front of you, press Cancel.',
  },
  confirm_too_fast: {
    zh: '太快了，请先看清楚您要确认的内容。',
    en: 'That was too fast. Please look at what you confirm.',
  },
  confirm_left: { zh: '请在 {seconds} 秒内确认', en: '{seconds} s left to confirm' },
  confirm_button: { zh: '确认登录', en: 'Confirm' },
  cancel_button: { zh: '取消登录', en: 'Cancel' },
  card_site: { zh: '网站', en: 'Website' },
  card_host: { zh: '网址', en: 'Address' },
  card_shares: { zh: '将获知', en: 'It will learn' },
  share_wechat: { zh: '您的微信身份标识（openid、unionid）', en: 'your WeChat id (openid, unionid)' },
  share_phone: { zh: '您的手机号（{number}）', en: 'your phone number ({number})' },
  share_phone_later: { zh: '您的手机号（如果您提供）', en: 'your phone number, if you share it' },
  share_offline: { zh: '您的身份，以后无需再次扫码', en: 'who you are, later also without a scan' },
  card_browser: { zh: '浏览器', en: 'Browser' },
  card_system: { zh: '系统', en: 'System' },
  card_place: { zh: '位置', en: 'Place' },
  card_ip: { zh: 'IP 地址', en: 'IP address' },
  card_age: { zh: '码出现于', en: 'Code shown' },
  age_seconds: { zh: '{seconds} 秒前', en: '{seconds} s ago' },
  unknown: { zh: '未知', en: 'unknown' },
  warning_picture: {
    zh: '这个码不是用相机扫的，而是从图片中识别的。如果是别人发给您的，请取消：对方会以您的身份登录。',
    en: 'This code was read from a picture, not by the camera. If somebody sent it to you, cancel: they would be logged in as you.',
  },
  warning_link: {
    zh: '您是点链接打开的，但这次登录不是从这部手机、这个网络开始的，所以不能确认。请取消：发来链接的人会以您的身份登录。',
    en: 'You came by a link, but this login was not begun on this phone and its network, so you cannot confirm. Cancel: whoever sent the link would be logged in as you.',
  },
  warning_network: {
    zh: '这个浏览器和您的手机不在同一个网络。请确认它就在您面前。',
    en: 'This browser is on another network than your phone. Make sure that it is the one in front of you.',
  },
  warning_blocked: {
    zh: '这个码必须用相机对着面前的屏幕扫，所以现在不能确认。请取消，然后重新扫码。',
    en: 'This code must be scanned by the camera from the screen in front of you, so you cannot confirm now. Cancel, and scan again.',
  },
  number_prompt: {
    zh: '请输入电脑页面上显示的两位数字',
    en: 'Type the two digits that the page on the computer shows',
  },

  // How it ended
  confirmed_title: { zh: '已确认', en: 'Confirmed' },
  confirmed_text: {
    zh: '电脑上的页面正在登录，可以关闭小程序了。',
    en: 'The page on the computer is logging in. You can close this.',
  },
  confirmed_link_text: {
    zh: '请回到浏览器，页面正在登录。',
    en: 'Go back to the browser: its page is logging in.',
  },
  cancelled_title: { zh: '登录已取消', en: 'Login cancelled' },
  cancelled_text: { zh: '您没有登录。', en: 'You are not logged in.' },

  // Buttons
  retry_button: { zh: '重试', en: 'Try again' },
  retry_wait: { zh: '{seconds} 秒后可重试', en: 'Try again in {seconds} s' },
  close_button: { zh: '关闭', en: 'Close' },
  back_button: { zh: '返回', en: 'Back' },
  logins_button: { zh: '登录记录', en: 'Recent logins' },
  profile_button: { zh: '头像和昵称', en: 'Picture and name' },

  // Recent logins
  logins_title: { zh: '登录记录', en: 'Recent logins' },
  logins_text: {
    zh: '不认识的登录，请点“退出登录”。',
    en: 'If you do not recognise one, log it out.',
  },
  logins_none: { zh: '还没有登录过。', en: 'There are none yet.' },
  login_current: { zh: '登录中', en: 'Logged in' },
  login_ended: { zh: '已退出', en: 'Logged out' },
  revoke_button: { zh: '退出登录', en: 'Log out' },
  browser_on_system: { zh: '{system} 上的 {browser}', en: '{browser} on {system}' },
  revoked: { zh: '已退出登录。', en: 'It is logged out.' },

  // Picture and name
  profile_title: { zh: '头像和昵称', en: 'Picture and name' },
  profile_text: {
    zh: '网站会显示它们。不填也可以登录。',
    en: 'Websites show them. You can log in without them.',
  },
  avatar_button: { zh: '选择头像', en: 'Choose a picture' },
  avatar_alt: { zh: '您的头像', en: 'Your picture' },
  nickname_label: { zh: '昵称', en: 'Name' },
  nickname_button: { zh: '保存昵称', en: 'Save the name' },
  saved: { zh: '已保存。', en: 'Saved.' },
  saving: { zh: '正在保存…', en: 'Saving…' },
  nickname_rejected: {
    zh: '微信不接受这个昵称，请换一个。',
    en: 'WeChat does not accept this name. Please choose another.',
  },
  nickname_bad: {
    zh: '昵称不能用：最多 64 个字，首尾不能有空格，不能有看不见的字符。',
    en: 'This name cannot be used: at most 64 letters, no space at its ends, nothing invisible.',
  },
  avatar_too_large: { zh: '图片太大，最大 512 KB。', en: 'The picture is too large; at most 512 KB.' },
  avatar_bad: {
    zh: '这个图片不能用，请选 PNG、JPEG 或 WebP 图片。',
    en: 'This picture cannot be used. Choose a PNG, JPEG or WebP picture.',
  },
  profile_too_old: {
    zh: '请更新微信，再填写头像和昵称。登录不受影响。',
    en: 'Please update WeChat to fill in picture and name. Logging in works as before.',
  },

  // The phone number
  phone_ask: {
    zh: '这个网站想知道您的手机号。不提供也可以登录。',
    en: 'This website would like to know your phone number. You can log in without sharing it.',
  },
  phone_button: { zh: '提供手机号', en: 'Share my phone number' },
  phone_given: {
    zh: '手机号已保存。确认登录后，这个网站会得到它。',
    en: 'Your number is saved. This website gets it when you confirm.',
  },
  phone_known: { zh: '手机号：{number}', en: 'Phone number: {number}' },
  phone_remove_button: { zh: '删除手机号', en: 'Remove the number' },
  phone_removed: {
    zh: '手机号已删除，不再提供给任何网站。',
    en: 'The number is removed. No website is told it any more.',
  },
  phone_refused: {
    zh: '您没有提供手机号。登录不受影响。',
    en: 'You did not share your number. You can log in without it.',
  },
  phone_failed: {
    zh: '没有得到手机号，请再点一次。不提供也可以登录。',
    en: 'WeChat did not give your number. Please tap again, or log in without it.',
  },
  phone_no_quota: {
    zh: '暂时不能提供手机号。登录不受影响。',
    en: 'Numbers cannot be shared right now. You can log in without one.',
  },
  phone_too_old: {
    zh: '请更新微信，再提供手机号。登录不受影响。',
    en: 'Please update WeChat to share your number. You can log in without it.',
  },
  phone_not_allowed: {
    zh: '给开发者：小程序必须是已认证的非个人主体，并在用户隐私保护指引中声明手机号。',
    en: 'For the developer: the mini-program must be verified and not a personal one, and its privacy guide must name phone numbers.',
  },

  privacy_refused: {
    zh: '您没有同意隐私保护指引，所以不能填写头像和昵称。登录不受影响。',
    en: 'You did not agree to the privacy guide, so picture and name cannot be filled in. Logging in works as before.',
  },
  privacy_undeclared: {
    zh: '给开发者：请先在微信公众平台的用户隐私保护指引中声明头像和昵称。',
    en: 'For the developer: picture and name must first be declared in the privacy guide of this mini-program.',
  },
  privacy_ask_button: { zh: '查看并同意', en: 'Read and agree' },
  privacy_title: { zh: '用户隐私保护', en: 'Your privacy' },
  privacy_text: {
    zh: '使用头像、昵称或手机号前，请阅读并同意隐私保护指引。不同意也可以登录。',
    en: 'Before your picture, name or phone number is used, please read the privacy guide. You can log in without agreeing.',
  },
  privacy_contract_button: { zh: '阅读隐私保护指引', en: 'Read the privacy guide' },
  privacy_agree_button: { zh: '同意', en: 'Agree' },
  privacy_refuse_button: { zh: '不同意', en: 'Refuse' },

  support_label: { zh: '求助编号', en: 'Support code' },
  offline_note: { zh: '手机没有网络', en: 'Your phone is offline' },

  // Failures
  malformed_code_title: { zh: '这个码读不出来', en: 'This code cannot be read' },
  malformed_code_text: {
    zh: '它不是登录页上的码，或者没有扫完整。请重新扫码。',
    en: 'It is not a code of the login page, or was not read whole. Please scan again.',
  },
  gone_title: { zh: '登录码已失效', en: 'This code is no longer valid' },
  gone_text: {
    zh: '它已过期、已用过，或已被另一部手机扫过。您没有登录，请扫页面上的新码。',
    en: 'It has expired, was used, or another phone has scanned it. You are not logged in. Please scan the new code on the page.',
  },
  expired_title: { zh: '登录码已过期', en: 'This code has expired' },
  expired_text: {
    zh: '您没有登录，请扫页面上的新码。',
    en: 'You are not logged in. Please scan the new code on the page.',
  },
  wrong_number_title: { zh: '没有登录', en: 'Not logged in' },
  wrong_number_text: {
    zh: '数字不对，或者码已过期。请扫页面上的新码，再看清楚数字。',
    en: 'The number was wrong, or the code has expired. Please scan the new code on the page and look at its number.',
  },
  unsure_title: { zh: '请看电脑上的页面', en: 'Please look at the computer' },
  unsure_text: {
    zh: '网络中断了，不知道您的确认是否送到。如果页面没有登录，请扫页面上的新码。登录记录里也能看到。',
    en: 'The connection broke, so it is not known whether your answer arrived. If the page is not logged in, scan its new code. Recent logins show it too.',
  },
  number_needed_title: { zh: '请重新扫码', en: 'Please scan again' },
  number_needed_text: {
    zh: '网络变了，现在登录需要输入页面上的数字。请扫页面上的新码。',
    en: 'Your network has changed, and the login now needs a number. Please scan the new code on the page.',
  },
  blocked_title: { zh: '请用相机扫码', en: 'Please scan with the camera' },
  blocked_text: {
    zh: '这个码必须用相机对着面前的屏幕扫。您没有登录。',
    en: 'This code must be scanned by the camera from the screen in front of you. You are not logged in.',
  },
  user_blocked_title: { zh: '微信不允许这次登录', en: 'WeChat does not allow this login' },
  user_blocked_text: {
    zh: '微信把这个账号标为有风险。请稍后在微信中查看账号状态。',
    en: 'WeChat takes this account for a risk. Please look at its state in WeChat later.',
  },
  phone_login_title: { zh: '没有登录成功', en: 'WeChat login did not work' },
  phone_login_text: {
    zh: '微信没有认出这部手机，请重试。',
    en: 'WeChat did not recognise this phone. Please try again.',
  },
  rate_title: { zh: '请求太频繁', en: 'Too many requests' },
  rate_text: { zh: '请稍等片刻再试。', en: 'Please wait a moment and try again.' },
  down_title: { zh: '服务暂时不可用', en: 'Not available right now' },
  down_text: { zh: '请稍等片刻再试。', en: 'Please wait a moment and try again.' },
  server_title: { zh: '服务器出错', en: 'Something went wrong on the server' },
  server_text: {
    zh: '这不是您的问题，请稍后再试。',
    en: 'It is not your fault. Please try again a little later.',
  },
  offline_title: { zh: '手机没有网络', en: 'Your phone is offline' },
  offline_text: { zh: '连上网络后会自动重试。', en: 'It is tried again when the network is back.' },
  network_title: { zh: '连不上服务器', en: 'The server cannot be reached' },
  network_text: { zh: '请检查网络，然后重试。', en: 'Please check your connection and try again.' },
  timeout_title: { zh: '服务器没有回答', en: 'The server did not answer' },
  timeout_text: { zh: '请检查网络，然后重试。', en: 'Please check your connection and try again.' },
  domain_title: { zh: '服务器域名没有登记', en: 'The server is not a registered domain' },
  domain_text: {
    zh: '给开发者：请在微信公众平台把 {origin} 加入 request 和 uploadFile 合法域名。',
    en: 'For the developer: add {origin} to the legal domains for request and uploadFile of this mini-program.',
  },
  mismatch_title: { zh: '小程序和服务器不匹配', en: 'Mini-program and server do not fit' },
  mismatch_text: {
    zh: '给开发者：{origin} 不接受这个请求。请检查 config.js 和两边的版本。',
    en: 'For the developer: {origin} does not take this request. Check config.js and the versions of both.',
  },
  config_title: { zh: '小程序还没有设置', en: 'This mini-program is not set up' },
  config_text: {
    zh: '给开发者：请在 config.js 中写上登录服务器的地址，如 https:// 加域名，末尾没有斜杠。',
    en: 'For the developer: write the address of the login server into config.js: https:// and its domain, no slash at the end.',
  },
  gone_login_title: { zh: '没有这条登录记录', en: 'There is no such login' },
  gone_login_text: { zh: '它可能已被删除。', en: 'It may have been deleted.' },
};

/** The language of the pages for what WeChat calls it: `zh_CN`, `zh_TW`, `en`… */
function languageOf(name) {
  return /^zh/i.test(String(name)) ? 'zh' : 'en';
}

/** A function that answers the sentence of a key, with what is in braces filled in. */
function speak(lang) {
  return (key, values = {}) => {
    const sentence = TEXTS[key];
    if (!sentence) throw new Error(`there is no text ${key}`);
    return sentence[lang].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

module.exports = { TEXTS, languageOf, speak };
