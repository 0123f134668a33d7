// The login button for websites: `<scan-login href="/login"></scan-login>`.
//
// `href` is the website's own address that begins a login: there its OpenID Connect client makes
// `state`, `nonce` and the proof key, and sends the browser to /authorize. This file knows none of
// them, and no token ever comes near it.
//
// In a popup (`mode="popup"`) our login page cuts the tie between the two windows, as its
// Cross-Origin-Opener-Policy says. So the website's own page at the end of the login, in the popup,
// says `<scan-login done></scan-login>`: that tells the page that opened it, over a channel that only
// pages of the website have, and closes the window.

const CHANNEL = 'scan-login';
const WORDS = {
  zh: '微信扫码登录',
  en: 'Log in with WeChat',
};

const STYLE = `
:host { display: inline-block; }
:host([hidden]) { display: none; }
button {
  font: inherit; font-weight: 600; line-height: 1.5; padding: .5em 1.25em; min-height: 44px;
  color: var(--scan-login-color, #fff); background: var(--scan-login-background, #067a3d);
  border: 0; border-radius: var(--scan-login-radius, 8px); cursor: pointer;
}
button:hover { filter: brightness(1.08); }
button:focus-visible { outline: 3px solid var(--scan-login-focus, #0a5dc2); outline-offset: 2px; }
`;

/** An address of the web, or nothing: a `javascript:` one would run in the website's page. */
function address(text) {
  try {
    const url = new URL(text, document.baseURI);
    return ['http:', 'https:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * Notes whether the login that begins has a window of its own. That window forgets who opened it, and
 * a script that closes another one is reported on the console.
 */
function notePopup(isPopup) {
  try {
    if (isPopup) localStorage.setItem(CHANNEL, 'popup');
    else localStorage.removeItem(CHANNEL);
  } catch { /* Without storage `wasPopup` says yes. */ }
}

function wasPopup() {
  try {
    return localStorage.getItem(CHANNEL) === 'popup';
  } catch {
    return true;
  }
}

class ScanLogin extends HTMLElement {
  #channel = null;

  connectedCallback() {
    if (this.hasAttribute('done')) return this.#finish();
    if (!this.shadowRoot) this.#draw();
    if (this.getAttribute('mode') === 'popup') this.#listen();
    return undefined;
  }

  disconnectedCallback() {
    this.#channel?.close();
    this.#channel = null;
  }

  /** Begins the login, as a click does. */
  start() {
    const target = address(this.getAttribute('href') ?? '');
    if (!target) {
      throw new Error('<scan-login> needs href: the address of this website that begins a login.');
    }
    const isPopup = this.getAttribute('mode') === 'popup';
    notePopup(isPopup);
    if (!isPopup) return location.assign(target);
    this.#listen();
    const [width, height] = [480, 760];
    const left = Math.max(0, Math.round(screenX + (outerWidth - width) / 2));
    const top = Math.max(0, Math.round(screenY + (outerHeight - height) / 2));
    const place = `popup,width=${width},height=${height},left=${left},top=${top}`;
    // A browser that allows no popup does it in the page.
    if (!window.open(target, CHANNEL, place)) {
      notePopup(false);
      location.assign(target);
    }
    return undefined;
  }

  #draw() {
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const button = document.createElement('button');
    button.type = 'button';
    button.part = 'button';
    const slot = document.createElement('slot');
    const language = this.closest('[lang]')?.lang || navigator.language;
    slot.textContent = /^zh\b/i.test(language) ? WORDS.zh : WORDS.en;
    button.append(slot);
    button.addEventListener('click', () => this.start());
    root.append(button);
  }

  #listen() {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }) => {
      if (data !== 'done') return;
      const event = new CustomEvent(CHANNEL, { bubbles: true, cancelable: true });
      if (!this.dispatchEvent(event)) return;
      const after = this.getAttribute('after');
      const target = after === null ? null : address(after);
      if (target) location.assign(target);
      else location.reload();
    };
  }

  /** The end of a login, on the website's own page. */
  #finish() {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage('done');
    channel.close();
    // In a full page there is nothing to close, and the page goes where it says.
    const after = address(this.getAttribute('after') ?? '');
    if (wasPopup()) window.close();
    notePopup(false);
    if (after && this.hasAttribute('after')) location.replace(after);
  }
}

if (!customElements.get('scan-login')) customElements.define('scan-login', ScanLogin);
