/** Evaluations: every answer is kept at once; "Finish" notes when, and what the items of this edition were. */
(() => {
  "use strict";
  canoa.style("escrita");

  /** @typedef {HTMLInputElement} Field  An input; of text areas only what both have is used. */

  /** @param {any} node @returns {string} */
  const textOf = (node) => node.textContent.replace(/\s+/g, " ").trim();

  /** @param {Field[]} fields  True when there is something to choose from, not to write. */
  const isChoice = (fields) => /radio|box/.test(fields[0].type);

  /** @param {string} type @param {Field[]} fields @returns {Value} null when they hold nothing */
  const valueOf = (type, fields) => {
    const given = fields.filter((field) => !isChoice(fields) || field.checked).map((field) => field.value.trim());
    if (!given[0]) return null;
    return type === "varias" ? given : type === "numero" || type === "escala" ? +given[0] : given[0];
  };

  /** @param {Field[]} fields @param {Value | undefined} value @returns {string[]} what of the value has no place in them */
  const putValue = (fields, value) => {
    const given = value === undefined ? [] : [value].flat().map(String);
    if (isChoice(fields)) {
      for (const field of fields) field.checked = given.includes(field.value);
      return given.filter((one) => !fields.some((field) => field.value === one));
    }
    // Nobody loses a letter because another tab was saved.
    if (fields[0] !== document.activeElement) fields[0].value = given[0] || "";
    return [];
  };

  /** @param {HTMLElement} block */
  const start = (block) => {
    const { element, fill, get } = canoa;
    const { instrumento: instrument = "", momento: moment = "" } = block.dataset;
    const key = `survey/${canoa.keyOf(block)}`;
    const items = Array.from(block.querySelectorAll("[data-item]"), (home) => {
      const { item: code = "", tipo: type = "", tema: theme = "" } = /** @type {HTMLElement} */ (home).dataset;
      /** @type {Field[]} */
      const fields = Array.from(home.querySelectorAll("input,textarea"));
      const note = home.appendChild(element("small"));
      const [, number, text] = /^(\d+)\. (.*)/.exec(textOf(home.children[0])) || [];
      const choices = isChoice(fields) ? fields.map((field) => textOf(field.parentNode)) : [];
      return { code, fields, note, number, about: { text, type, choices, theme }, key: `${key}/${code}` };
    });
    const count = element("span");
    const said = element("div", { class: "acoes", role: "status" });
    const button = element("button", { type: "button", class: "botao" });
    block.insertBefore(element("div", { class: "acoes" }, button, count, said), block.querySelector(".codigos"));
    /** 1: answers may be changed although they were finished; 2: what is blank was pointed out, the next press finishes. */
    let step = 0;
    /** What has no answer. */
    let left = items;
    /** @param {string} key @param {Value} value */
    const keep = (key, value) => {
      canoa.about(block);
      canoa.set(key, value);
    };
    const isClosed = () => !step && get(key);

    const draw = () => {
      const closed = isClosed();
      left = items.filter((item) => get(item.key) === undefined);
      for (const { fields } of items) for (const field of fields) field.disabled = !!closed;
      count.textContent = fill(_("Answered: {done} of {total}"), { done: items.length - left.length, total: items.length });
      button.textContent = closed ? _("Change my answers") : step > 1 ? _("Finish anyway") : _("Finish");
      said.textContent = closed
        ? fill(_("Thank you! Finished on {date}."), { date: canoa.shownDate(/** @type {{done: string}} */ (closed).done) })
        : step > 1
          ? _("Not answered, and it may stay so:")
          : "";
      for (const { fields, number } of step > 1 ? left : []) {
        const onclick = () => fields[0].focus();
        said.append(element("button", { type: "button", class: "botao leve", onclick }, fill(_("Item {number}"), { number })));
      }
    };

    block.oninput = ({ target }) => {
      for (const { fields, key, note, about } of items) {
        if (!fields.includes(/** @type {Field} */ (target))) continue;
        keep(key, valueOf(about.type, fields));
        note.textContent = "";
      }
      step = 1;
      draw();
    };

    button.onclick = () => {
      if (isClosed()) step = 1;
      else if (step < 2 && left[0]) step = 2;
      else {
        step = 0;
        keep(key, { instrument, moment, done: canoa.today(), items: Object.fromEntries(items.map(({ code, about }) => [code, about])) });
      }
      draw();
    };

    canoa.onload(() => {
      for (const { fields, key, note } of items) {
        const answer = putValue(fields, get(key)).join("; ");
        note.textContent = answer && fill(_("No longer a choice: {answer}"), { answer });
      }
      draw();
    });
    draw();
  };

  // test:begin
  if (typeof module === "object") module.exports = { valueOf, putValue };
  if (typeof document === "undefined") return;
  // test:end
  for (const block of document.querySelectorAll("[data-bloco=avaliacao]")) start(/** @type {HTMLElement} */ (block));
})();
