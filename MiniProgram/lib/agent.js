'use strict';

// A browser's own description in words that a person knows. It is written by whoever asks to be
// logged in, so only our own words come out of it, never its text.

// The first that fits: Edge and Opera also say Chrome, Chrome also says Safari.
const BROWSERS = [
  [/MicroMessenger\//, { zh: '微信', en: 'WeChat' }],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/QQBrowser\//, { zh: 'QQ 浏览器', en: 'QQ Browser' }],
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/(HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/Version\/.*Safari\//, 'Safari'],
];

const SYSTEMS = [
  [/iPhone|iPad/, 'iOS'],
  [/HarmonyOS|OpenHarmony/, { zh: '鸿蒙', en: 'HarmonyOS' }],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux|X11/, 'Linux'],
];

function named(table, text, lang) {
  const found = table.find(([pattern]) => pattern.test(text));
  if (!found) return null;
  return typeof found[1] === 'string' ? found[1] : found[1][lang];
}

/** `{browser, system}`, null for what is not known. */
function readAgent(ua, lang) {
  return { browser: named(BROWSERS, String(ua), lang), system: named(SYSTEMS, String(ua), lang) };
}

module.exports = { readAgent };
