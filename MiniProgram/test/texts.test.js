'use strict';

const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { FAILURES } = require('../lib/failures');
const { TEXTS, languageOf, speak } = require('../lib/texts');

const LIB = path.join(__dirname, '../lib');
const SOURCE = readdirSync(LIB)
  .filter((file) => file.endsWith('.js') && file !== 'texts.js')
  .map((file) => readFileSync(path.join(LIB, file), 'utf8'))
  .join('\n');
const placeholders = (text) => (text.match(/\{\w+\}/g) || []).sort();

test('every sentence is there in both languages, with the same to fill in', () => {
  for (const [key, texts] of Object.entries(TEXTS)) {
    assert.deepEqual(Object.keys(texts), ['zh', 'en'], key);
    assert.ok(texts.zh && texts.en, key);
    assert.deepEqual(placeholders(texts.zh), placeholders(texts.en), key);
    assert.match(texts.zh, /\p{Script=Han}/u, key);
    assert.doesNotMatch(texts.en, /\p{Script=Han}/u, key);
  }
});

test('every failure has a title and a text', () => {
  for (const [text] of [...Object.values(FAILURES), ['server']]) {
    assert.ok(TEXTS[`${text}_title`] && TEXTS[`${text}_text`], text);
  }
});

test('every sentence is used', () => {
  const told = new Set([...Object.values(FAILURES).map(([text]) => text), 'server']
    .flatMap((text) => [`${text}_title`, `${text}_text`]));
  for (const key of Object.keys(TEXTS)) {
    assert.ok(told.has(key) || SOURCE.includes(`'${key}'`), key);
  }
});

test('a sentence that is not there is an error of ours, not an empty screen', () => {
  assert.throws(() => speak('zh')('nothing'), /nothing/);
});

test('what is filled in is not filled in again', () => {
  assert.equal(speak('en')('confirm_title', { client: '{client}' }), 'Log in to {client}?');
});

test('Chinese is spoken to every kind of Chinese, English to everybody else', () => {
  const languages = ['zh_CN', 'zh_TW', 'zh_HK', 'ZH', 'en', 'ja', '', undefined, null];
  assert.deepEqual(languages.map(languageOf), ['zh', 'zh', 'zh', 'zh', 'en', 'en', 'en', 'en', 'en']);
});

// The words of the login page, which the person sees at the same time.
test('the words are those of the login page', () => {
  const page = readFileSync(path.join(__dirname, '../../Sources/LoginServer/Pages/PageTexts.swift'), 'utf8');
  const same = [
    'welcome_title', 'welcome_hint', 'cancel_button', 'retry_button', 'cancelled_title', 'cancelled_text',
    'confirmed_title', 'support_label', 'expired_title', 'rate_title', 'rate_text', 'down_title', 'down_text',
  ];
  for (const key of same) {
    assert.ok(page.includes(TEXTS[key].zh), TEXTS[key].zh);
    assert.ok(page.includes(TEXTS[key].en), TEXTS[key].en);
  }
});
