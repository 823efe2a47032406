/**
 * Words in the place of pictures and recordings that did not come with this copy.  `canoa.js` asks for it at the first
 * file that does not load, pages with recordings always do.
 */
(() => {
  "use strict";
  const base = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  /** @type {(path: string) => Promise<unknown>} */
  const load = (path) =>
    new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = base + path;
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });
  const number = (/** @type {number} */ value, /** @type {number} */ digits) =>
    value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });
  const shownSize = (/** @type {number} */ bytes) => (bytes < 999500 ? `${number(bytes / 1000, 0)} kB` : `${number(bytes / 1e6, 1)} MB`);

  /**
   * What is missing, with its size where that is known.
   * @type {(address: string, isPicture: boolean) => string}
   */
  const reason = (address, isPicture) => {
    const facts = window.canoaCopia;
    if (!address.startsWith(base) || !facts?.release) return _("it could not be loaded");
    const path = decodeURIComponent(address.slice(base.length).split(/[?#]/)[0]);
    const own = window.canoaAusentes?.files[path];
    if (own !== undefined) return `${_("not included in this copy")} (${shownSize(own)})`;
    const folder = path.split("/")[0];
    const unit = facts.courses.find(({ unit }) => unit === folder) || facts.courses.find(({ unit }) => unit === "site");
    const layer = unit?.away[isPicture ? "imagens" : "midia"];
    if (layer === undefined) return _("it should be in this copy, but it is missing or damaged");
    const all = isPicture ? _("all pictures of this course: {size}") : _("all recordings of this course: {size}");
    return `${_("not included in this copy")} (${all.replace("{size}", shownSize(layer))})`;
  };

  /** @type {(element: Element, words: string) => void} */
  const replace = (element, words) => {
    const note = document.createElement(element.matches("img") ? "span" : "p");
    note.dataset.ausente = "";
    note.style.cssText = "display:inline-block;padding:.4rem .6rem;border:1px dashed var(--c-traco)";
    note.textContent = words;
    element.replaceWith(note);
  };

  /** @param {EventTarget | null} element  That did not load; something else than pictures and recordings is left alone. */
  const tell = (element) => {
    if (element instanceof HTMLSourceElement) element = element.parentElement;
    if (element instanceof HTMLImageElement) {
      // A picture that says nothing to those who do not see it is not missed.
      if (element.alt) replace(element.closest("picture") || element, `${element.alt} — ${reason(element.currentSrc || element.src, true)}`);
      else element.hidden = true;
    }
    if (!(element instanceof HTMLMediaElement)) return;
    if (element.error || element.networkState === element.NETWORK_NO_SOURCE) tellMedia(element);
  };

  /** @param {HTMLMediaElement} element */
  const tellMedia = (element) => {
    const block = element.closest("section");
    const words = block?.querySelector("details.transcricao");
    const kind = element.matches("video") ? _("Video") : _("Audio");
    replace(element, `${kind}: ${reason(element.currentSrc || element.src, false)}.${words ? " " + _("Read the transcript.") : ""}`);
    words?.setAttribute("open", "");
  };

  /** Recordings load only when they are played, and links when they are followed: what is known not to be here is told before. */
  const tellKnown = () => {
    const away = window.canoaAusentes?.files || {};
    /** @type {(address: string) => boolean} */
    const isAway = (address) => {
      const path = decodeURIComponent(address.slice(base.length));
      const unit = window.canoaCopia?.courses?.find(({ unit }) => unit === path.split("/")[0]);
      return address.startsWith(base) && (path in away || unit?.away.midia !== undefined);
    };
    /** @type {NodeListOf<HTMLMediaElement>} */
    const players = document.querySelectorAll("audio[src], video[src]");
    for (const player of players) if (isAway(player.src)) tellMedia(player);
    /** @type {NodeListOf<HTMLAnchorElement>} */
    const links = document.querySelectorAll("a[download]");
    for (const link of links) if (isAway(link.href)) link.removeAttribute("href");
  };

  const start = async () => {
    if (!window.canoaCopia) await load("canoa/copia.js");
    if (window.canoaCopia?.release) await load("canoa/copia/ausentes.js");
    // Some browsers give drawings no width: only decoding tells whether one is there.
    for (const image of document.images) if (image.complete && !image.naturalWidth && image.src) image.decode().catch(() => tell(image));
    for (const media of document.querySelectorAll("audio, video")) tell(media);
    addEventListener("error", (event) => tell(event.target), true);
    tellKnown();
  };
  start();
})();
