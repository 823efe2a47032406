/**
 * What the light theme does with JavaScript: the reader's display preferences (before the first paint, hence loaded
 * in the head without `defer`), answers opened by their links, everything opened on paper, and the search, once somebody
 * asks for it.  Without it the pages lose nothing else.
 */
(() => {
  "use strict";

  /** @typedef {"tema" | "contraste" | "letra"} Preference */
  /** @type {Record<Preference, string[]>} */
  const CHOICES = { tema: ["claro", "escuro"], contraste: ["alto"], letra: ["grande", "maior"] };
  const root = document.documentElement;
  // Chromium has one store for every local file of the computer: the key carries the site's name.
  const key = `canoa:${root.dataset.site}:exibicao`;

  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);

  /** @returns {Partial<Record<Preference, string>>} what is stored; nothing when storage is closed or damaged */
  const load = () => {
    try {
      return JSON.parse(localStorage.getItem(key) || "{}") || {};
    } catch {
      return {};
    }
  };

  /** Puts the known ones of the stored choices on `<html>`, where the style sheet sees them. */
  const apply = () => {
    const stored = load();
    for (const [name, values] of Object.entries(CHOICES)) {
      const value = stored[/** @type {Preference} */ (name)];
      if (value && values.includes(value)) root.dataset[name] = value;
      else delete root.dataset[name];
    }
  };

  /** @param {HTMLInputElement} input  A control of the display panel that the reader changed. */
  const choose = (input) => {
    const value = input.checked ? input.value : "";
    if (value) root.dataset[input.name] = value;
    else delete root.dataset[input.name];
    const { tema, contraste, letra } = root.dataset;
    try {
      localStorage.setItem(key, JSON.stringify({ tema, contraste, letra }));
    } catch {
      // The choice then lasts as long as the page.
    }
  };

  const showPanel = () => {
    const panel = /** @type {HTMLDetailsElement | null} */ (document.querySelector(".exibicao"));
    if (!panel) return;
    for (const input of panel.querySelectorAll("input")) {
      input.checked = (root.dataset[input.name] || "") === input.value;
    }
    panel.addEventListener("change", (event) => choose(/** @type {HTMLInputElement} */ (event.target)));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      panel.open = false;
      panel.querySelector("summary")?.focus();
    });
    panel.hidden = false;
  };

  /** The link to the A–Z index becomes the search (combobox.js); when that does not load, it leads where it leads. */
  const offerSearch = () => {
    const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".busca"));
    if (!link) return;
    link.onclick = () => {
      const script = document.createElement("script");
      script.src = src.replace("canoa.js", "busca.js");
      script.onerror = () => (location.href = link.href);
      link.after(script);
      return false;
    };
  };

  /** Opens the answer, or whatever else is folded, that the address leads to. */
  const reveal = () => {
    let target;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      // The address ends in a broken escape: it leads nowhere.
    }
    let folded = target?.closest("details:not([open])");
    if (!target || !folded) return;
    for (; folded; folded = folded.parentElement?.closest("details")) folded.setAttribute("open", "");
    target.scrollIntoView();
  };

  /** @type {HTMLDetailsElement[]} */
  let openedForPaper = [];
  /** @type {HTMLInputElement[]} Dates not filled in: as text fields they leave room to write. */
  let blankDates = [];
  addEventListener("beforeprint", () => {
    openedForPaper = Array.from(document.querySelectorAll("main details:not(.abre):not([open])"));
    for (const details of openedForPaper) details.open = true;
    blankDates = Array.from(document.querySelectorAll("[type=date]"));
    blankDates = blankDates.filter((input) => !input.value);
    for (const input of blankDates) input.type = "text";
  });
  addEventListener("afterprint", () => {
    for (const details of openedForPaper) details.open = false;
    for (const input of blankDates) input.type = "date";
  });

  /** Lets the keyboard scroll wide tables and formulas where the browser does not do so by itself (Chrome before 130). */
  const reachWideBoxes = () => {
    for (const box of document.querySelectorAll(".tabela, math[display=block]")) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
  };

  /** Brings the current page into the part of a long course navigation that is in sight. */
  const showCurrent = () => {
    const course = document.querySelector(".curso");
    const current = /** @type {HTMLElement | null} */ (course?.querySelector("[aria-current]"));
    if (course && current) course.scrollTop = current.offsetTop - course.clientHeight / 2;
  };

  /** @type {HTMLScriptElement | undefined} */
  let looking;
  /** A picture that is not in this copy, perhaps: missing.js looks, once, and puts words in its place. */
  const look = () => {
    looking ||= document.head.appendChild(document.createElement("script"));
    // Beside this script, which is the first of every page; its name has eight letters.
    looking.src = document.scripts[0].src.slice(0, -8) + "missing.js";
  };
  addEventListener("error", look, true);

  apply();
  addEventListener("hashchange", reveal);
  for (const moment of ["load", "resize", "toggle"]) addEventListener(moment, reachWideBoxes, true);
  addEventListener("load", showCurrent);
  addEventListener("DOMContentLoaded", () => {
    showPanel();
    offerSearch();
    reveal();
  });
})();
