'use strict';

// How the mini-program was opened. Two things are called scene: `options.scene` is WeChat's number
// for how, our launch value; `options.query.scene` is the string in the code.

// A code was read: an ordinary QR code by camera, long press, album; a mini-program code likewise.
// Everything else (1089 and its like from the list of recent ones, a card in a chat, the way back
// from another mini-program) can bring along a query that nobody scanned just now, or that a
// stranger wrote.
const CODE_LAUNCHES = [1011, 1012, 1013, 1047, 1048, 1049];

// A link of a login page on this very phone (WeChat's plain URL scheme) was opened just now. The server
// lets nobody confirm by it what was begun elsewhere.
const LINK_LAUNCH = 1286;

/**
 * What the options say: `{kind: 'none'}` no code; `{kind: 'stale'}` a code that nobody scanned just
 * now; `{kind: 'malformed', raw, launch}`; `{kind: 'scan', raw, scene, launch}`.
 */
function readLaunch(options) {
  const raw = options && options.query ? options.query.scene : undefined;
  if (raw === undefined || raw === '') return { kind: 'none' };
  const launch = options.scene;
  if (!CODE_LAUNCHES.includes(launch) && launch !== LINK_LAUNCH) return { kind: 'stale' };
  const scene = decodedOnce(raw);
  return scene ? { kind: 'scan', raw, scene, launch } : { kind: 'malformed', raw, launch };
}

/** WeChat encodes the scene once, so it is decoded once; '' for what cannot be decoded. */
function decodedOnce(raw) {
  try {
    return decodeURIComponent(raw);
  } catch (_) {
    return '';
  }
}

module.exports = { LINK_LAUNCH, readLaunch };
