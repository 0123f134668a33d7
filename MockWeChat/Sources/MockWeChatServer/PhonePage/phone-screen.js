// Elements, and how a screen becomes the next one without losing what a finger is on.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element. `parts` are its attributes: `true` writes an empty one, `false`, null and undefined
 * none; `key` says which old element it continues; `value` and `checked` are set as properties.
 */
export function el(name, parts = {}, ...children) {
  const tag = name.startsWith('svg:') ? name.slice(4) : name;
  const element = name.startsWith('svg:')
    ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [part, value] of Object.entries(parts)) {
    if (value === false || value === null || value === undefined) continue;
    if (part === 'value') element.value = value;
    element.setAttribute(part, value === true ? '' : value);
  }
  element.append(...children.flat(9).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** A drawing of lines on a field of 24 by 24. */
export function icon(...paths) {
  return el(
    'svg:svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' },
    paths.map((d) => el('svg:path', { d })),
  );
}

export const ICONS = {
  scan: ['M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2M8 20H6a2 2 0 0 1-2-2v-2', 'M4 12h16'],
  back: ['m14.5 5-7 7 7 7'],
  more: ['M6 12h.01M12 12h.01M18 12h.01'],
  close: ['M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16', 'M12 12h.01'],
  wifi: ['M3.5 9.500c5-4.5 12-4.5 17 0M6.5 13c3.3-2.9 7.7-2.9 11 0M9.5 16.300c1.5-1.2 3.5-1.2 5 0', 'M12 19.500h.01'],
  noWifi: ['M3.5 9.500c5-4.5 12-4.5 17 0M6.5 13c3.3-2.9 7.7-2.9 11 0M9.5 16.300c1.5-1.2 3.5-1.2 5 0', 'M12 19.500h.01M4.5 4l15 16'],
  picture: ['M5 4.500h14a1.5 1.5 0 0 1 1.5 1.500v12a1.5 1.5 0 0 1-1.5 1.500H5A1.5 1.5 0 0 1 3.5 18V6A1.5 1.5 0 0 1 5 4.5', 'm4 17 5-5 4 4 3-3 4.5 4.500M15.5 9h.01'],
  gear: ['M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h11M19 17h1M17 15v4'],
  check: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18', 'm8 12.3 2.9 2.9 5.3-6'],
  cross: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18', 'm9 9 6 6m0-6-6 6'],
  alert: ['M10.3 4.300a2 2 0 0 1 3.4 0l7.5 13a2 2 0 0 1-1.7 3h-15a2 2 0 0 1-1.7-3z', 'M12 9.500v4.500m0 3h.01'],
  app: ['M9 4h6a5 5 0 0 1 5 5v6a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5V9a5 5 0 0 1 5-5', 'm8.5 12.2 2.4 2.4 4.6-5.2'],
  person: ['M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8', 'M4.5 20c.8-4 3.8-5.5 7.5-5.500s6.7 1.5 7.5 5.5'],
};

/** Makes the children of `old` those of `wanted`, keeping every element that goes on. */
export function patch(old, wanted) {
  const kept = new Map();
  for (const child of old.children) {
    const key = child.getAttribute('key');
    if (key !== null) kept.set(key, child);
  }
  let at = old.firstChild;
  for (const next of [...wanted.childNodes]) {
    const key = next.nodeType === Node.ELEMENT_NODE ? next.getAttribute('key') : null;
    const same = key === null ? at : kept.get(key);
    if (same && goesOn(same, next)) {
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      update(same, next);
    } else {
      old.insertBefore(next, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function goesOn(old, next) {
  return old.nodeType === next.nodeType && old.nodeName === next.nodeName
    && (old.nodeType !== Node.ELEMENT_NODE || old.getAttribute('key') === next.getAttribute('key'));
}

function update(old, next) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  const drawn = old.getAttribute('value');
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // What a person types stays theirs until there is another value to show; `data-forced` allows nothing
  // else.
  if (old instanceof HTMLInputElement && next.hasAttribute('value')) {
    const isNews = next.hasAttribute('data-forced') || next.getAttribute('value') !== drawn;
    if (isNews && old.value !== next.value) old.value = next.value;
  }
  // Somebody else draws inside of it.
  if (!next.hasAttribute('data-own')) patch(old, next);
}
