// Loads the mini-program: CommonJS files that the mock serves as functions, so that no text is ever
// turned into code here and the page's policy can stay strict.

const factories = new Map();

// The files call it as they arrive; see MiniProgramSource.swift.
globalThis.miniProgram = Object.freeze({
  define: (name, factory) => factories.set(name, factory),
});

/** Loads every file; answers `{source, start}`, and each `start()` is the first file run anew. */
export async function loadMiniProgram() {
  const answer = await fetch('/_mock/mini-program', { cache: 'no-store' });
  const list = await answer.json();
  if (!answer.ok) throw new Error(list.detail);
  await Promise.all(list.files.map(load));
  return { source: list.source, start: () => requirer(new Map(), '')(`./${list.entry}`) };
}

function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `/_mock/mini-program/${encodeURIComponent(name)}`;
    const failed = () => reject(new Error(`${name} cannot be loaded`));
    script.addEventListener('load', () => (factories.has(name) ? resolve() : failed()));
    script.addEventListener('error', failed);
    document.head.append(script);
  });
}

/** CommonJS's `require` for the files of one folder; `cache` is what has run in this start. */
function requirer(cache, folder) {
  return (path) => {
    const name = resolved(folder, path);
    const found = [name, `${name}.js`, `${name}/index.js`].find((one) => factories.has(one));
    if (!found) throw new Error(`cannot find ${path}, only files of the mini-program itself`);
    if (!cache.has(found)) {
      const module = { exports: {} };
      // Before it runs, so that files may require each other.
      cache.set(found, module);
      const own = found.split('/').slice(0, -1).join('/');
      factories.get(found).call(module.exports, requirer(cache, own), module, module.exports);
    }
    return cache.get(found).exports;
  };
}

function resolved(folder, path) {
  const parts = path.startsWith('.') && folder ? folder.split('/') : [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
