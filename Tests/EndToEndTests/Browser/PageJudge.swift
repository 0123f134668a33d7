/// Scripts that judge a page as it is displayed.
enum PageJudge {
    /// The names of the login page's states, from the page itself.
    static let states = """
        [...document.querySelector('#sentences').content.children].map((one) => one.dataset.state)
        """

    /// Displays a state of the login page without living through it.
    static let show = """
        const named = document.querySelector('#sentences').content
          .querySelector(`[data-state="${arguments[0]}"]`);
        document.documentElement.dataset.state = arguments[0];
        document.querySelector('#status').replaceChildren(...named.cloneNode(true).childNodes);
        for (const place of document.querySelectorAll('[data-seconds]')) place.textContent = '120';

        """

    /// Answers `faults`, a list of sentences, and `places`, where the parts are that must not move.
    ///
    /// Contrast as in WCAG 2.2, 1.4.3 (texts, 4.5 or 3 when large) and 1.4.11 (pictures, 3).
    static let judge = """
        const faults = [];
        const card = document.querySelector('main').getBoundingClientRect();

        const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const linear = (part) =>
          part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4;
        const luminance = ([r, g, b]) =>
          0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        const ground = (element) => {
          const colour = rgb(getComputedStyle(element).backgroundColor);
          return colour[3] === 0 ? ground(element.parentElement) : colour;
        };
        const demand = (what, colour, element, least) => {
          const [a, b] = [luminance(rgb(colour)), luminance(ground(element))];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (!(ratio >= least)) faults.push(`${what}: contrast ${ratio.toFixed(2)}`);
        };

        const range = document.createRange();
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const element = walker.currentNode.parentElement;
          const text = walker.currentNode.data.trim();
          if (!text || !element.checkVisibility({ visibilityProperty: true })) continue;
          const style = getComputedStyle(element);
          const size = parseFloat(style.fontSize);
          const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
          demand(text, style.color, element, isLarge ? 3 : 4.5);
          range.selectNodeContents(walker.currentNode);
          const box = range.getBoundingClientRect();
          const room = element.closest('main') ? card : { left: 0, right: innerWidth };
          if (box.left < room.left || box.right > room.right) faults.push(`${text}: cut`);
          if (element.scrollWidth > element.clientWidth && element.clientWidth > 0) {
            faults.push(`${text}: wider than its place`);
          }
        }
        for (const part of document.querySelectorAll('.sign > *')) {
          if (!part.checkVisibility({ visibilityProperty: true })) continue;
          demand('sign', getComputedStyle(part).stroke, part.closest('.tile'), 3);
        }
        for (const button of document.querySelectorAll('button.second, button.quiet')) {
          demand('edge', getComputedStyle(button).borderTopColor, button.parentElement, 3);
        }
        const page = document.documentElement;
        if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) faults.push('scrolls');

        const places = ['main', 'h1', '.tile', '.track', '#status strong', '.hint'].map((part) => {
          const box = document.querySelector(part)?.getBoundingClientRect();
          return box && `${part} ${box.top} ${part === '#status strong' ? '' : box.bottom}`;
        });
        return { faults, places: places.join(', ') };
        """
}
