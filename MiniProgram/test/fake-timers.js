'use strict';

/** A time that stands still until a test moves it: `{now, setTimeout, clearTimeout, advance}`. */
function createFakeTimers(start = Date.UTC(2026, 0, 31, 8, 5, 7)) {
  let now = start;
  let last = 0;
  const pending = new Map();

  function due(end) {
    return [...pending]
      .filter(([, { at }]) => at <= end)
      .sort(([, one], [, other]) => one.at - other.at)[0];
  }

  return {
    now: () => now,
    setTimeout(action, ms) {
      last += 1;
      pending.set(last, { action, at: now + ms });
      return last;
    },
    clearTimeout: (id) => pending.delete(id),
    pendingCount: () => pending.size,
    /** Moves the time, and does on the way what is due. */
    advance(ms) {
      const end = now + ms;
      for (let next = due(end); next; next = due(end)) {
        const [id, { action, at }] = next;
        pending.delete(id);
        now = at;
        action();
      }
      now = end;
    },
  };
}

module.exports = { createFakeTimers };
