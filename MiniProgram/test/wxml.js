'use strict';

// As much of WXML as tests need: tags with attributes, what stands in {{ }}, and which list an item
// of wx:for belongs to.

const TAG = /<!--[^]*?-->|<(\/?)([\w-]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/g;
const ATTRIBUTE = /([\w:-]+)(?:="([^"]*)")?/g;

/** `{tags: [{name, attributes, scope}], uses: [{expression, scope}]}`; scope: name of an item to its list. */
function parse(source) {
  const tags = [];
  const uses = [];
  const stack = [{ name: '', scope: {} }];
  let last = 0;
  const note = (text, scope) => {
    for (const [, expression] of text.matchAll(/\{\{([^}]*)\}\}/g)) uses.push({ expression, scope });
  };
  for (const found of source.matchAll(TAG)) {
    const [whole, isEnd, name, rest, isAlone] = found;
    note(source.slice(last, found.index), stack.at(-1).scope);
    last = found.index + whole.length;
    if (!name) continue;
    if (isEnd) {
      const begun = stack.pop().name;
      if (begun !== name) throw new Error(`<${begun}> is ended by </${name}>`);
      continue;
    }
    const attributes = Object.fromEntries([...rest.matchAll(ATTRIBUTE)].map(([, key, value = '']) => [key, value]));
    let { scope } = stack.at(-1);
    if (attributes['wx:for']) {
      const list = attributes['wx:for'].slice(2, -2);
      note(attributes['wx:for'], scope);
      scope = { ...scope, [attributes['wx:for-item'] || 'item']: `${resolve(list, scope)}.[]` };
    }
    Object.entries(attributes)
      .filter(([key]) => key !== 'wx:for')
      .forEach(([, value]) => note(value, scope));
    tags.push({ name, attributes, scope });
    if (!isAlone) stack.push({ name, scope });
  }
  if (stack.length > 1) throw new Error(`<${stack.at(-1).name}> is not ended`);
  return { tags, uses };
}

/** The path from the page's data: `item.label` in a loop over `view.card` is `view.card.[].label`. */
function resolve(path, scope) {
  const [first, ...rest] = path.split('.');
  return [scope[first] || first, ...rest].join('.');
}

/** The paths that an expression uses. */
function paths({ expression, scope }) {
  return [...expression.replace(/'[^']*'/g, '').matchAll(/[A-Za-z_][\w.]*/g)]
    .map(([path]) => path)
    .filter((path) => path !== 'true' && path !== 'false')
    .map((path) => resolve(path, scope));
}

module.exports = { parse, paths };
