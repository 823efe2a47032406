/**
 * The search of every page: a dialog with a field and what was found under it, as an editable combobox with a list
 * (WAI-ARIA Authoring Practices, "Combobox").  canoa.js loads it when somebody first asks for it.
 */
(() => {
  "use strict";
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".busca"));
  // The page of results has its own field (results.js).
  if (!link || document.querySelector(".resultados")) return;
  const { AT_ONCE, MOST_LETTERS, base, element, find, passage, record, tell } = canoaFinder;
  /** Milliseconds that the way to the best passage may take. */
  const PATIENCE = 800;
  /** Milliseconds without a key before an answer is looked for. */
  const PAUSE = 180;
  const field = element("input", {
    id: "canoa-procura",
    role: "combobox",
    maxLength: MOST_LETTERS,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: false,
    enterKeyHint: "search",
    "aria-autocomplete": "list",
    "aria-controls": "canoa-achados",
    "aria-expanded": "false",
  });
  const list = element("div", { id: "canoa-achados", role: "listbox", "aria-label": _("Pages found"), hidden: true });
  const status = element("p", { role: "status" });
  const all = element("a", { href: "#" }, _("See all the results"));
  const close = element("button", { type: "button", class: "botao leve" }, _("Close"));
  const dialog = element(
    "dialog",
    { class: "procura", "aria-label": _("Search this site") },
    element("form", { role: "search" }, element("label", { for: field.id }, _("Search this site")), field, close),
    status,
    list,
    element("p", { hidden: true }, all),
  );
  const more = /** @type {HTMLElement} */ (all.parentElement);
  /** Of the option that the arrows have reached; -1: none. */
  let at = -1;
  /** Counts what was asked, so that an answer that comes late is dropped. */
  let asked = 0;
  /** @type {number | undefined} */
  let timer;
  /** Letters that were in the field at the last key. */
  let known = 0;

  /** @returns {HTMLAnchorElement[]} */
  const options = () => Array.from(list.querySelectorAll("a"));

  /** @param {number} next */
  const reach = (next) => {
    at = next;
    options().forEach((option, number) => option.setAttribute("aria-selected", `${number === at}`));
    const reached = options()[at];
    field.setAttribute("aria-activedescendant", reached ? reached.id : "");
    if (reached) reached.scrollIntoView({ block: "nearest" });
  };

  /** @param {boolean} isOpen */
  const expand = (isOpen) => {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", `${isOpen}`);
    reach(-1);
  };

  /**
   * To the heading above the best passage, if the page's text is soon here.
   * @param {string} href @param {number} page @param {SearchAnswer} answer
   */
  const go = async (href, page, answer) => {
    const best = await Promise.race([passage(page, answer), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    const anchor = Object(best).anchor;
    dialog.close();
    location.href = anchor ? `${href}#${encodeURIComponent(anchor)}` : href;
  };

  /** The page of results for what is in the field. */
  const everything = () => `${base}busca.html?q=${encodeURIComponent(field.value.trim())}`;

  const search = async () => {
    const mine = ++asked;
    const query = field.value;
    all.href = everything();
    more.hidden = !query.trim();
    if (!query.trim()) {
      list.replaceChildren();
      status.textContent = "";
      return expand(false);
    }
    const slow = setTimeout(() => mine === asked && (status.textContent = _("Searching…")), 400);
    const answer = await find(query, true);
    const hits = answer.hits.slice(0, AT_ONCE);
    const records = await Promise.all(hits.map(record));
    clearTimeout(slow);
    if (mine !== asked) return;
    const found = records.flatMap((one, number) => {
      if (!one) return [];
      const option = element(
        "a",
        { id: `canoa-achado-${number}`, role: "option", "aria-selected": "false", tabIndex: -1, href: one.href },
        element("b", null, one.title),
        ...(one.where ? [" ", element("small", null, one.where)] : []),
      );
      option.onclick = (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(option.href, hits[number], answer);
      };
      return [option];
    });
    list.replaceChildren(...found);
    status.textContent = tell(answer);
    expand(found.length > 0);
  };

  const soon = () => {
    clearTimeout(timer);
    const { length } = field.value;
    // What was pasted or dictated is a whole question; keys are waited for.
    const isTyped = Math.abs(length - known) < 2;
    known = length;
    timer = setTimeout(search, isTyped ? PAUSE : 0);
  };

  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const { key } = event;
    const count = options().length;
    if (event.isComposing) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!count) return;
      const isClosed = list.hidden;
      if (isClosed) expand(true);
      if (isClosed && event.altKey) return;
      // One step beyond the ends the field itself is reached.
      const step = key === "ArrowDown" ? 1 : -1;
      reach(((at + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (key === "Enter") {
      event.preventDefault();
      const chosen = options()[at];
      if (chosen) chosen.click();
      else if (field.value.trim()) location.href = everything();
    } else if (key === "Escape" && !list.hidden) {
      event.preventDefault();
      expand(false);
    } else if (key === "Home" || key === "End" || key === "ArrowLeft" || key === "ArrowRight") reach(-1);
  };

  /** @param {Event} [event] */
  const open = (event) => {
    if (event) event.preventDefault();
    if (dialog.open) return;
    document.body.append(dialog);
    dialog.showModal();
    field.select();
  };

  field.addEventListener("input", soon);
  field.addEventListener("keydown", press);
  close.addEventListener("click", () => dialog.close());
  link.onclick = open;
  open();
})();
