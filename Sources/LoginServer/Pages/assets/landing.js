// The landing page: the log-out button, and small things that the HTML cannot do alone.

const root = document.documentElement;
const logout = document.getElementById('logout');
const avatar = document.getElementById('avatar');

/** A language that was picked by hand goes along to the next page. */
function carry(path) {
  const picked = new URLSearchParams(location.search).has('lang');
  return picked ? `${path}?lang=${root.lang.slice(0, 2)}` : path;
}

for (const link of document.querySelectorAll('a[data-carry]')) {
  link.href = carry(link.getAttribute('href'));
}

// The initial behind a picture that does not load shows through once the picture is gone.
avatar?.addEventListener('error', () => avatar.remove());
if (avatar?.complete && avatar.naturalWidth === 0) avatar.remove();

logout?.addEventListener('click', async () => {
  const alert = document.getElementById('alert');
  alert.textContent = '';
  try {
    const init = { method: 'POST', headers: { 'X-SL': '1' }, credentials: 'same-origin' };
    const answer = await fetch('/session/logout', init);
    if (!answer.ok) throw new Error();
    location.assign(carry(root.dataset.after ?? '/'));
  } catch {
    alert.textContent = document.getElementById('sentence').content.textContent;
  }
});

// The page behind the back button may show someone who has logged out since.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
