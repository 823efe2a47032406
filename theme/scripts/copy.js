/**
 * What a copy says of itself on front pages and indexes (`canoa/copia.js`): edition, who signs, whether it is still good;
 * and marks on links to courses that are not in it.
 */
globalThis.canoaEdition = (() => {
  "use strict";
  const DAY = 86400000;

  /**
   * The same rule as `freshness` of `generator/release/trust.py`; one table of cases tests both.
   * @type {Edition["freshness"]}
   */
  const freshness = (facts, now) => {
    const floor = Date.parse(facts.notBefore);
    if (!(now >= floor - 2 * DAY && now <= floor + 366 * DAY)) return "relogio-suspeito";
    const moment = Math.max(now, floor);
    if (moment < Date.parse(facts.timestampExpires)) return "atual";
    return moment < Date.parse(facts.snapshotExpires) ? "atrasado" : "vencido";
  };

  const fill = globalThis.canoaFill;
  const shownDate = (/** @type {string} */ iso) =>
    new Date(iso).toLocaleDateString(document.documentElement.lang || undefined, { timeZone: "UTC" });

  /** @type {Edition["layers"]} */
  const layers = (sizes) => {
    const names = { texto: _("text"), imagens: _("pictures"), midia: _("audio and video") };
    const known = /** @type {Layer[]} */ (Object.keys(names)).filter((layer) => sizes[layer] !== undefined);
    return known.map((layer) => `${names[layer]} (${canoaSize(sizes[layer] || 0)})`).join(", ");
  };

  /** @type {Edition["line"]} */
  const line = (facts, course) => {
    const date = shownDate(facts.confirmed);
    const states = {
      atual: _("it is the current one"),
      atrasado: fill(_("not confirmed since {date}"), { date }),
      vencido: fill(_("expired: not confirmed since {date}; ask for a newer copy"), { date }),
      "relogio-suspeito": _("the clock of this computer seems wrong"),
    };
    const who = facts.institutions[course?.by || "site"] || facts.catalogue;
    const signed = course && course.unit !== "site" ? _("signed by {institution}") : _("published by {institution}");
    return [
      fill(_("Edition {number}, {date}"), { number: facts.release, date: shownDate(facts.released) }),
      // Marks of direction stay inside: a title may end with one.
      fill(signed, { institution: `\u2068${who}\u2069` }),
      states[freshness(facts, Date.now())],
    ].join(" · ");
  };

  // test:begin
  if (typeof module === "object") module.exports = { freshness };
  if (typeof document === "undefined") return { freshness, line, layers };
  // test:end

  const facts = window.canoaCopia;
  const base = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  /**
   * Folder of the course that an address leads into.
   * @type {(href: string) => string}
   */
  const folderOf = (href) => {
    try {
      return href.startsWith(base) ? decodeURIComponent(href.slice(base.length).split("/")[0]) : "";
    } catch {
      return ""; // a broken escape leads nowhere
    }
  };

  const showEdition = () => {
    const head = document.querySelector(".tipo-home .abertura, .tipo-course .abertura");
    const course = facts.courses.find(({ unit }) => unit === folderOf(location.href));
    if (!head || (document.body.matches(".tipo-course") && !course)) return;
    const about = document.createElement("a");
    about.href = base + "conferir.html";
    about.textContent = _("About this copy");
    const shown = document.createElement("p");
    shown.className = "tempo";
    shown.style.marginTop = ".6rem";
    shown.append(line(facts, course), " · ", about);
    head.append(shown);
    if (!course || !Object.keys(course.away).length) return;
    const missing = document.createElement("p");
    missing.className = "tempo";
    missing.textContent = fill(_("Not in this copy: {layers}"), { layers: layers(course.away) });
    head.append(missing);
  };

  const markAbsent = () => {
    const absent = new Set(facts.courses.filter(({ unit, here }) => unit !== "site" && here.texto === undefined).map(({ unit }) => unit));
    if (!absent.size) return;
    const mark = () => {
      /** @type {NodeListOf<HTMLAnchorElement>} */
      const links = document.querySelectorAll("a[href]:not([data-ausente])");
      for (const link of links) {
        const folder = folderOf(link.href);
        if (!absent.has(folder)) continue;
        link.dataset.ausente = "";
        // Pages inside of the course are not here either: the page that says so stands for all.
        link.href = `${base}${encodeURIComponent(folder)}/index.html`;
        link.append(" ", Object.assign(document.createElement("small"), { textContent: _("(not in this copy)") }));
      }
    };
    mark();
    // Lists that scripts make, such as what a search finds.
    new MutationObserver(mark).observe(document.body, { childList: true, subtree: true });
  };

  if (facts?.release) {
    showEdition();
    markAbsent();
  }
  return { freshness, line, layers };
})();
