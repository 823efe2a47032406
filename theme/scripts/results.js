/**
 * The page of results: the whole answer, its filters, the passage that fits best, and an address that can be handed on.
 * What was searched for is in the address and nowhere else.
 */
(() => {
  "use strict";
  const { AT_ONCE, MOST_LETTERS, base, courseOf, courses, element, find, passage, readPostings, record, startingWith, tell } = canoaFinder;
  const STEP = 10;
  const PAUSE = 180;
  /** Milliseconds that somebody looks at an answer before passages are fetched: over a network each is a page. */
  const STAY = base.startsWith("http") ? 1000 : 0;
  /** @type {{[filter: string]: string}} What the terms of a filter begin with. */
  const TERMS = { tipo: "!k:", publico: "!a:", problema: "!p:", ferramenta: "!t:" };
  const page = /** @type {HTMLElement} */ (document.querySelector(".resultados"));
  const others = /** @type {HTMLElement} */ (document.querySelector(".outros"));
  /** @template {HTMLElement} T @param {string} selector @returns {T} */
  const inside = (selector) => /** @type {T} */ (page.querySelector(selector));
  /** @type {HTMLInputElement} */
  const field = inside("input");
  /** @type {NodeListOf<HTMLSelectElement>} */
  const selects = page.querySelectorAll("select");
  /** @type {HTMLDetailsElement | null} */
  const panel = page.querySelector("details");
  const status = inside("[role=status]");
  const list = inside("ol");
  const more = inside("[data-mais]");
  const clear = inside("[data-limpar]");
  const { title } = document;
  /** @type {SearchAnswer | undefined} */
  let answer;
  /** @type {number[]} What the filters leave of the answer. */
  let hits = [];
  /** How many of them are shown. */
  let shown = 0;
  /** Counts what was asked, so that an answer that comes late is dropped. */
  let asked = 0;
  /** @type {number | undefined} */
  let timer;
  /** Passages come one after the other, the upper ones first. @type {Promise<unknown>} */
  let queue = Promise.resolve();

  // --- the address -----------------------------------------------------------------------------------------------------

  const chosen = () => Array.from(selects).filter(({ value }) => value);

  /** What the address has to be. */
  const address = () => {
    const query = new URLSearchParams();
    for (const { name, value } of [field, ...chosen()]) if (value.trim()) query.set(name, value.trim());
    return location.pathname + (`${query}` && `?${query}`);
  };

  const readAddress = () => {
    const query = new URLSearchParams(location.search);
    field.value = (query.get("q") || "").slice(0, MOST_LETTERS);
    for (const select of selects) {
      const wanted = query.get(select.name) || "";
      // It may be of another edition, or somebody has shortened it.
      select.value = Array.from(select.options).some(({ value }) => value === wanted) ? wanted : "";
    }
  };

  // --- filters ---------------------------------------------------------------------------------------------------------

  /**
   * @param {string} name  Of a filter.
   * @returns {Promise<Map<string, (page: number) => boolean>>} choice → whether it leaves a page
   */
  const choices = async (name) => {
    if (name === "curso") return new Map((await courses()).map(([slot, folder]) => [folder, (hit) => courseOf(hit) === slot]));
    const terms = await startingWith(TERMS[name], 99);
    return new Map(
      terms.map(([term, text]) => {
        /** @type {Set<number>} */
        const pages = new Set();
        readPostings(text, (hit) => pages.add(hit));
        return [term.slice(TERMS[name].length), (hit) => pages.has(hit)];
      }),
    );
  };

  /** @param {number[]} pages @param {HTMLSelectElement[]} filters */
  const filtered = async (pages, filters) => {
    for (const { name, value } of filters) {
      const leaves = (await choices(name)).get(value);
      pages = pages.filter((hit) => leaves && leaves(hit));
    }
    return pages;
  };

  /** How many pages each choice would leave; what leaves none is not offered. */
  const count = async () => {
    const mine = asked;
    clear.hidden = !chosen().length;
    if (!panel || !panel.open) return;
    for (const select of selects) {
      const pages = answer ? await filtered(answer.hits, chosen().filter((other) => other !== select)) : [];
      const known = await choices(select.name);
      if (mine !== asked) return;
      for (const option of select.options) {
        const leaves = known.get(option.value);
        const left = leaves ? pages.filter(leaves).length : 0;
        const name = (option.dataset.nome = option.dataset.nome || option.text);
        if (option.value) option.text = answer ? `${name} (${left})` : name;
        option.disabled = option.hidden = !!option.value && !!answer && !left && !option.selected;
      }
    }
  };

  // --- the list --------------------------------------------------------------------------------------------------------

  /** @type {WeakMap<Element, () => void>} */
  const waiting = new WeakMap();
  /** What comes into sight is filled in: passages, and further results at the end of the first ones. */
  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const show = waiting.get(target);
      if (!isIntersecting || !show) continue;
      sight.unobserve(target);
      show();
    }
  });

  /** @param {Element} place @param {() => void} show */
  const whenSeen = (place, show) => {
    waiting.set(place, show);
    sight.observe(place);
  };

  /** @param {number} hit @param {SearchAnswer} whole */
  const item = async (hit, whole) => {
    const found = await record(hit);
    if (!found) return [];
    const link = element("a", { href: found.href }, found.title);
    const text = element("p", { class: "trecho" });
    const fill = async () => {
      const best = whole === answer && (await passage(hit, whole));
      if (!best) return;
      text.replaceChildren(...best.parts.map((part, number) => (number % 2 ? element("mark", null, part) : part)));
      if (!best.anchor) return;
      link.href = `${found.href}#${encodeURIComponent(best.anchor)}`;
      text.before(element("p", { class: "secao" }, element("a", { href: link.href }, best.heading)));
    };
    whenSeen(text, () => (queue = queue.then(fill, fill)));
    return [element("li", null, element("h2", null, link), element("p", { class: "dados" }, found.where), text)];
  };

  /** @param {number} end  How many hits are shown then. */
  const showUntil = async (end) => {
    const mine = asked;
    const begin = shown;
    if (!answer || end <= begin) return;
    shown = end;
    const whole = answer;
    const items = await Promise.all(hits.slice(begin, end).map((hit) => item(hit, whole)));
    if (mine !== asked) return;
    list.append(...items.flat());
    more.hidden = end >= hits.length;
  };

  const showMore = async () => {
    const before = list.children.length;
    await showUntil(shown + STEP);
    const next = list.children[before];
    if (next) /** @type {HTMLElement} */ (next.querySelector("a")).focus();
  };

  /**
   * @param {boolean} [typing]  The last word may go on.
   * @param {Promise<SearchAnswer>} [early]  It was asked already.
   */
  const search = async (typing, early) => {
    const mine = ++asked;
    const query = field.value.trim();
    document.title = query ? `${query} · ${title}` : title;
    list.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => {
      if (mine === asked) status.textContent = _("Searching…");
    }, 400);
    const found = query ? await (early || find(query, typing)) : undefined;
    const left = found ? await filtered(found.hits, chosen()) : [];
    clearTimeout(slow);
    if (mine !== asked) return;
    [answer, hits, shown] = [found, left, 0];
    queue = new Promise((resolve) => setTimeout(resolve, STAY));
    list.replaceChildren();
    more.hidden = true;
    others.hidden = hits.length > 0;
    await showUntil(AT_ONCE);
    if (mine !== asked) return;
    list.setAttribute("aria-busy", "false");
    status.textContent = found ? tell({ ...found, hits }) : "";
    whenSeen(more, () => showUntil(STEP));
    await count();
  };

  /** The old address stays in the browser's history: "back" leads to it. */
  const remember = () => {
    if (address() !== location.pathname + location.search) history.pushState(null, "", address());
  };

  const go = () => {
    clearTimeout(timer);
    remember();
    search();
  };

  /** @param {Promise<SearchAnswer> | undefined} early */
  const start = (early) => {
    for (const hint of document.querySelectorAll("[data-sem-script]")) /** @type {HTMLElement} */ (hint).hidden = true;
    for (const heading of others.querySelectorAll("h2:not([data-sem-script])")) /** @type {HTMLElement} */ (heading).hidden = false;
    page.hidden = false;
    // What was found is worth the room of the page's introduction.
    if (location.search) document.body.classList.add("achando");
    // Where it stands beside the results; elsewhere it would push them out of sight.
    if (panel) panel.open = chosen().length > 0 && matchMedia("(min-width: 60rem)").matches;
    if (!field.value) field.focus();
    search(false, early);
  };

  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".busca"));
  if (link)
    link.onclick = () => {
      field.focus();
      field.select();
      return false;
    };
  field.maxLength = MOST_LETTERS;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(true), PAUSE);
  });
  // Whoever leaves for a page and comes back finds what was typed last.
  field.addEventListener("change", remember);
  inside("form").addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  for (const select of selects) select.addEventListener("change", go);
  if (panel) panel.addEventListener("toggle", count);
  clear.addEventListener("click", () => {
    for (const select of selects) select.value = "";
    go();
    field.focus();
  });
  more.addEventListener("click", showMore);
  addEventListener("popstate", () => {
    readAddress();
    search();
  });
  readAddress();
  // The shards come together with the looks.
  const early = field.value.trim() ? find(field.value.trim()) : undefined;
  const begin = () => start(early);
  document.head.append(element("link", { rel: "stylesheet", href: base + "canoa/busca.css", onload: begin, onerror: begin }));
})();
