// The login page. It asks for a code, shows it, listens to what becomes of it, and collects the
// login. It only names the state, in <html data-state>: every sentence comes with the HTML, and the
// style sheet decides what a state shows. Nothing here knows who is logging in.

const CODES_BY_ITSELF = 10; // then a person has to ask for the next one
const FIRST_WORD_MS = 6000; // a connection that says nothing for so long counts as failed
const GRACE_MS = 3000; // how long the server may be late in saying that a code has expired
const STATES = {
  created: 'waiting', scanned: 'scanned', confirmed: 'confirmed', redeemed: 'redeemed',
  cancelled: 'cancelled', expired: 'expired', superseded: 'superseded',
};

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const visible = () => document.visibilityState === 'visible';
const onPhone = /Mobi|Android/i.test(navigator.userAgent);

let codes = 0; // shown since a person last asked for one
let attempt = null; // {state, seq, deadline, total}: what the server last said about the code
let work = new AbortController(); // all that is under way for the code on display
let nudge = () => {}; // ends the present wait or connection, so that it is tried again

// --- What the page shows

function show(state) {
  if (root.dataset.state !== state || state === 'loading') {
    const focused = document.activeElement;
    root.dataset.state = state;
    const sentence = byId('sentences').content.querySelector(`[data-state="${state}"]`);
    byId('status').replaceChildren(...sentence.cloneNode(true).childNodes);
    // A button that goes away must not drop the keyboard's place on the page.
    if (focused instanceof HTMLButtonElement && !focused.offsetParent) {
      (byId('renew').offsetParent ? byId('renew') : byId('status')).focus();
    }
  }
  if (state !== 'scanned') delete root.dataset.number;
  tick();
}

function count(seconds) {
  for (const place of document.querySelectorAll('[data-seconds]')) place.textContent = seconds;
}

function tick() {
  if (!attempt || !['waiting', 'link', 'scanned'].includes(root.dataset.state)) return;
  const left = attempt.deadline - Date.now();
  count(Math.max(0, Math.ceil(left / 1000)));
  byId('bar').style.transform = `scaleX(${Math.min(1, Math.max(0, left / attempt.total))})`;
  if (left < -GRACE_MS) {
    // The connection may have died without a word: a new one begins with the present state.
    attempt.deadline = Date.now() + GRACE_MS;
    nudge();
  }
}

function draw(image) {
  const picture = new Image();
  picture.id = 'code';
  picture.alt = byId('tile').dataset.alt;
  picture.draggable = false;
  picture.addEventListener('load', () => {
    // Enlarged modules stay sharp; a reduced picture is better smoothed.
    picture.classList.toggle('sharp', picture.naturalWidth <= picture.width * devicePixelRatio);
  });
  picture.src = image;
  erase();
  byId('tile').prepend(picture);
}

function erase() {
  byId('code')?.remove();
  byId('open').removeAttribute('href');
}

// --- Talking to the server

/** Answers `{status, data, error, wait}`; status 0 when no answer came. */
async function call(method, path, signal, limit = 15000) {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, limit);
  signal.addEventListener('abort', abort);
  try {
    const headers = method === 'POST' ? { 'X-SL': '1' } : {};
    const init = { method, headers, credentials: 'same-origin', cache: 'no-store' };
    const answer = await fetch(path, { ...init, signal: stop.signal });
    const after = Number.parseInt(answer.headers.get('Retry-After'), 10);
    const wait = [429, 503].includes(answer.status) && after >= 0 ? Math.max(1, after) : null;
    // A gateway without its server is as good as no network.
    if ([502, 504].includes(answer.status)) return { status: 0, wait };
    let body = null;
    try {
      body = await answer.json();
    } catch {
      if (answer.ok) return { status: 0, wait };
    }
    return { status: answer.status, data: body?.data, error: body?.error, wait };
  } catch {
    return { status: 0, wait: null };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Waits; with `hasty`, news about the network or a look at the page ends the wait. */
function pause(ms, signal, hasty = true) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (hasty) nudge = done;
  });
}

/** Doubles from half a second to fifteen, each time up to half less, so that pages do not march. */
const backoff = (tries) => Math.min(15000, 500 * 2 ** tries) * (1 - Math.random() / 2);

/** Waits as long as the server asked for. */
async function hold(status, seconds, signal) {
  const end = Date.now() + seconds * 1000;
  count(seconds);
  show(status === 429 ? 'busy' : 'down');
  for (let left = seconds; left > 0 && !signal.aborted;) {
    await pause(Math.min(1000, end - Date.now()), signal, false);
    left = Math.ceil((end - Date.now()) / 1000);
    if (!signal.aborted) count(Math.max(0, left));
  }
}

// --- Other tabs: the newest one has the browser's attempt, and nobody takes it back unasked

const TAB_KEY = 'scan-login-tab';
const tab = `${Date.now()}-${Math.random()}`;

function claim() {
  try {
    localStorage.setItem(TAB_KEY, tab);
  } catch { /* no storage: the server's word alone has to do */ }
}

function claimed() {
  try {
    return (localStorage.getItem(TAB_KEY) ?? tab) === tab;
  } catch {
    return true;
  }
}

// --- A code, from its beginning to its end

function begin() {
  work.abort();
  work = new AbortController();
  return work.signal;
}

function end(state) {
  begin();
  attempt = null;
  erase();
  show(state);
  if (state === 'expired') renewByItself();
}

function renewByItself() {
  if (root.dataset.state === 'expired' && visible() && codes < CODES_BY_ITSELF) renew();
}

async function renew() {
  const signal = begin();
  codes += 1;
  attempt = null;
  erase();
  byId('support-code').textContent = '';
  show('loading');
  for (let tries = 0; ; tries += 1) {
    const { status, data, wait } = await call('POST', '/attempt', signal);
    if (signal.aborted) return;
    const link = String(data?.link ?? '');
    const isLink = link.startsWith('weixin://dl/business/?');
    if (status === 200 && (isLink || String(data?.image).startsWith('data:image/'))) {
      claim();
      // The server decides which: on a phone there is a link instead of a code.
      if (isLink) byId('open').href = link;
      else draw(data.image);
      byId('support-code').textContent = data.support_code ?? '';
      attempt = { seq: 0 };
      hear(data);
      if (!signal.aborted) watch(signal);
      return;
    }
    if (wait !== null) {
      // Ever longer: a server in trouble has many pages waiting.
      await hold(status, Math.max(wait, Math.ceil(backoff(tries) / 1000)), signal);
      if (!signal.aborted) show('loading');
    } else if (status === 0) {
      show('offline');
      await pause(backoff(tries), signal);
    } else {
      // 410: the website's request has waited too long; only the website can begin again.
      end(status === 410 ? 'over' : 'error');
    }
    if (signal.aborted) return;
  }
}

/** Takes a message or an answer of the server: `{type or state, seq, expires_in}`. */
function hear(news) {
  const state = STATES[news?.type ?? news?.state];
  if (!attempt || !state || !(news.seq >= attempt.seq)) return;
  const known = news.seq === attempt.seq;
  attempt.seq = news.seq;
  if (!known) attempt.state = state;
  if (news.expires_in > 0) {
    attempt.deadline = Date.now() + news.expires_in * 1000;
    if (!known) attempt.total = news.expires_in * 1000;
  }
  switch (attempt.state) {
    case 'waiting':
      return show(byId('open').hasAttribute('href') ? 'link' : 'waiting');
    case 'scanned':
      show('scanned');
      if (!('number' in root.dataset)) learnNumber(work.signal);
      return;
    case 'confirmed':
      show('confirmed');
      finish(begin());
      return;
    case 'redeemed':
      finish(begin(), true);
      return;
    default:
      end(attempt.state);
  }
}

/** Some logins make the phone type a number that only this page shows. */
async function learnNumber(signal) {
  for (let tries = 0; tries < 5; tries += 1) {
    const { status, data } = await call('GET', '/attempt', signal);
    if (signal.aborted || root.dataset.state !== 'scanned') return;
    if (status === 200) {
      if (data?.state === 'scanned' && (data.number ?? null) !== null) {
        root.dataset.number = '';
        byId('digits').textContent = String(data.number).padStart(2, '0');
      }
      return;
    }
    await pause(backoff(tries + 1), signal, false);
  }
}

// --- Three ways to listen. Each ends with `lost` (it had worked), `failed` (it never did),
// `replaced` (another tab listens now), `gone` (no such attempt) or nothing (no longer wanted).

function connection(signal, open) {
  return new Promise((resolve) => {
    let spoke = false;
    let close = () => {};
    const done = (outcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      close();
      resolve(outcome);
    };
    const abort = () => done();
    const timer = setTimeout(() => done('failed'), FIRST_WORD_MS);
    signal.addEventListener('abort', abort);
    nudge = () => done(spoke ? 'lost' : 'failed');
    const heard = (text) => {
      clearTimeout(timer);
      spoke = true;
      try {
        hear(JSON.parse(text));
      } catch { /* not a message of ours */ }
    };
    close = open(heard, (code) => done(code === 4001 ? 'replaced' : spoke ? 'lost' : 'failed'));
  });
}

const socket = (signal) => connection(signal, (heard, closed) => {
  const ws = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/attempt/events`);
  ws.onmessage = (event) => heard(event.data);
  ws.onclose = (event) => closed(event.code);
  return () => {
    ws.onmessage = ws.onclose = null;
    // Closing before the handshake is over would make the browser warn.
    if (ws.readyState === WebSocket.CONNECTING) ws.onopen = () => ws.close();
    else ws.close();
  };
});

const stream = (signal) => connection(signal, (heard, closed) => {
  const source = new EventSource('/attempt/events');
  source.onmessage = (event) => heard(event.data);
  source.onerror = () => closed();
  return () => source.close();
});

async function poll(signal) {
  let spoke = false;
  for (;;) {
    const asked = Date.now();
    const path = spoke ? `/attempt?after=${attempt.seq}&wait=25` : '/attempt';
    const { status, data, wait } = await call('GET', path, signal, spoke ? 40000 : FIRST_WORD_MS);
    if (signal.aborted) return undefined;
    if (status === 200) {
      const before = attempt.seq;
      hear(data);
      if (signal.aborted) return undefined;
      // An answer without news that came at once must not turn into a storm of questions.
      if (spoke && before === attempt.seq && Date.now() - asked < 1000) await pause(1000, signal);
      spoke = true;
    } else if (wait !== null) {
      await hold(status, wait, signal);
      spoke = false;
    } else if ([401, 403, 404, 410].includes(status)) {
      return spoke ? 'lost' : 'gone';
    } else {
      return spoke ? 'lost' : 'failed';
    }
    if (signal.aborted) return undefined;
  }
}

async function watch(signal) {
  const ways = [socket, stream, poll];
  let way = 0;
  let worked = false;
  for (let tries = 0; ;) {
    if (!claimed()) return end('superseded');
    const started = Date.now();
    const outcome = await ways[way](signal);
    if (signal.aborted) return undefined;
    if (outcome === 'replaced') return end('superseded');
    // Never known at all means that the cookie did not stay: another code would fare no better.
    if (outcome === 'gone') return end(worked ? 'expired' : 'error');
    if (outcome === 'lost') {
      worked = true;
      if (Date.now() - started > 10000) tries = 0;
      await pause(backoff(tries), signal);
      tries += 1;
    } else if (way + 1 < ways.length) {
      way += 1;
    } else {
      way = 0;
      show('offline');
      await pause(backoff(tries), signal);
      tries += 1;
    }
    if (signal.aborted) return undefined;
  }
}

// --- Collecting the login

/** Repeats until there is an answer. A lost answer may have brought the session, so that is asked. */
async function finish(signal, lost = false) {
  for (let tries = 0; ; tries += 1) {
    if (lost) {
      const { status } = await call('GET', '/session', signal);
      if (signal.aborted) return;
      if (status === 200) return go(null);
      if (status === 0) {
        show('offline');
        await pause(backoff(tries), signal);
        if (signal.aborted) return;
        continue;
      }
    }
    const { status, data, wait } = await call('POST', '/attempt/complete', signal);
    if (signal.aborted) return;
    if (status === 200) return go(data?.redirect);
    if (wait === null && status >= 400 && status < 500) return settle(signal);
    show(status === 0 ? 'offline' : 'confirmed');
    lost = wait === null;
    await pause(wait === null ? backoff(tries) : wait * 1000, signal, wait === null);
    if (signal.aborted) return;
  }
}

/** The server refused: either the login is here already, or the attempt has come to another end. */
async function settle(signal) {
  const session = await call('GET', '/session', signal);
  if (signal.aborted) return undefined;
  if (session.status === 200) return go(null);
  const { data } = await call('GET', '/attempt', signal);
  if (signal.aborted) return undefined;
  const state = STATES[data?.state];
  return end(['cancelled', 'expired', 'superseded'].includes(state) ? state : 'error');
}

function go(redirect) {
  begin();
  attempt = null;
  show('done');
  // A website's login waits for this browser at the resume address.
  let target = redirect ?? ('website' in root.dataset ? '/authorize/resume' : '/');
  const url = new URL(target, location.origin);
  if (url.origin !== location.origin) target = '/';
  location.assign(target === '/' ? carry('/') : target);
}

/** A language that was picked by hand goes along to the next page. */
function carry(path) {
  const picked = new URLSearchParams(location.search).has('lang');
  return picked ? `${path}?lang=${root.lang.slice(0, 2)}` : path;
}

// --- Events

byId('renew').addEventListener('click', () => {
  codes = 0;
  renew();
});

byId('cancel').addEventListener('click', async () => {
  // Not disabled meanwhile: that would drop the keyboard's place.
  const { signal } = work;
  const { status } = await call('POST', '/attempt/cancel', signal);
  if (!signal.aborted && status === 200) end('cancelled');
});

window.addEventListener('online', () => nudge());
window.addEventListener('offline', () => nudge());
document.addEventListener('visibilitychange', () => {
  if (!visible()) return;
  if (root.dataset.state === 'offline') nudge();
  renewByItself();
  tick();
});
window.addEventListener('storage', (event) => {
  const other = event.key === TAB_KEY && event.newValue !== null && event.newValue !== tab;
  // A tab whose code is still on its way is the newer one.
  if (other && (attempt || root.dataset.state === 'expired')) end('superseded');
});
// A page taken out of the back-forward cache has a dead code and no connection.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

for (const link of document.querySelectorAll('a[data-carry]')) {
  link.href = carry(link.getAttribute('href'));
}
setInterval(tick, 1000);
// A phone cannot scan its own screen (RFC 10027, 6.2): no code.
if (onPhone && !('sameDevice' in root.dataset)) show('phone');
else renew();
