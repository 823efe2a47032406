/**
 * Questions that answer: right and wrong with the author's feedback, attempts and hints kept, a score for the page.
 * All that is right stands in the page's answer key, which every reader has without JavaScript too.
 */
(() => {
  "use strict";

  /**
   * @param {number} right
   * @param {number} wrong  Wrong choices: each takes a point away.
   * @param {number} total
   */
  const score = (right, wrong, total) => Math.max(0, right - wrong) / total;

  const { element, fill, list, set } = canoa;
  /** @type {any} It has `typed` once typed.js is there. */
  const tools = canoa;
  /** @type {any[]} Of the last attempt at each question of the page; undefined where there is none. */
  const scores = [];
  const line = element("p");

  /**
   * @param {any} section
   * @param {any} key  The question's entry in the answer key.
   * @param {number} number
   */
  const enliven = (section, key, number) => {
    const name = canoa.keyOf(section);
    const answers = `answer/${name}/`;
    const draft = `draft/${name}`;
    const kind = section.dataset.bloco;
    const isChoice = kind === "questao";
    const isOrder = kind === "ordenar";
    /** @param {string} selector @param {ParentNode} from @returns {any[]} */
    const all = (selector, from = key) => [...from.querySelectorAll(selector)];
    const fields = all("fieldset [data-campo], .opcoes label input", section);
    if (!fields[0]) return;
    const isTyped = fields[0].type === "text";
    const { length: total } = isChoice ? all("[data-certa]") : fields;
    const status = element("div", { class: "resultado" });
    const button = element("button", { type: "button", class: "botao" });
    let isChecked = false;
    let hint = false;

    /** @param {any} field @param {any} [option]  Of a pair. @returns {string} by which it is known again */
    const textOf = (field, option) => {
      if (isTyped) return field.value.trim();
      const label = field.parentElement.querySelector("span");
      const text = label.textContent.trim() || label.querySelector("[alt]")?.alt || "";
      return text.replace(/\s+/g, " ") + (option ? ` → ${option.text}` : "");
    };

    /** @returns {string[]} what is answered, as texts: they stay true when an edition moves options */
    const read = () =>
      isOrder
        ? fields.map((_field, at) => fields.filter((field) => +field.value === at + 1).map((field) => textOf(field))[0] || "")
        : fields
            .filter((field) => !isChoice || field.checked)
            .map((field) => field.value && textOf(field, field.options && field.selectedOptions[0]));

    /** @param {string[]} texts @returns {string} those that have no place in this edition */
    const write = (texts) => {
      const rest = [...texts];
      /** @param {string} text @returns {number} its position from 1 on; 0 when it is not there */
      const take = (text) => {
        const at = rest.indexOf(text);
        rest[at] = "";
        return at + 1;
      };
      fields.forEach((field, at) => {
        if (isChoice) field.checked = take(textOf(field));
        else if (isOrder) field.value = take(textOf(field)) || "";
        else if (isTyped) {
          field.value = rest[at] || "";
          rest[at] = "";
        } else field.selectedIndex = Math.max(0, [...field.options].findIndex((option) => take(textOf(field, option))));
      });
      return rest.filter(Boolean).join("; ");
    };

    /** @param {any} field @returns {number} 0 wrong, 0.5 nearly, 1 right, 2 not chosen, NaN no number */
    const judge = (field) => {
      if (isChoice) return field.checked ? all(`[data-certa][data-opcao="${field.value}"]`).length : 2;
      const own = all(`[data-campo="${field.dataset.campo}"]`);
      // By text: two equal steps may change places.
      if (!isTyped) return all(`[data-certa="${field.value}"]`).filter((one) => one.textContent === own[0].textContent).length;
      const accepted = own.concat(all("[data-aceita]:not([data-campo])")).map((one) => one.dataset);
      return tools.typed(field.value, accepted, all(".unidade", section).map((one) => one.textContent).join());
    };

    const reset = (message = "") => {
      isChecked = false;
      button.textContent = _("Check answer");
      status.textContent = message;
      for (const note of all(".nota", section)) note.remove();
    };

    /** @param {string} selector */
    const copy = (selector) => all(selector).map((one) => one.cloneNode(true));

    /**
     * Marks what is answered and says the result.
     *
     * @param {number} n  Which attempt it is.
     */
    const show = (n) => {
      const marks = fields.map(judge);
      const right = marks.filter((one) => one === 1).length;
      const wrong = isChoice ? marks.filter((one) => !one).length : 0;
      /** @param {number} mark */
      const say = (mark) => (mark === 1 ? _("✓ Right") : mark ? _("✗ Almost: check the spelling") : _("✗ Wrong"));
      const points = score(right, wrong, total);
      scores[number] = points;
      reset();
      isChecked = true;
      button.textContent = _("Try again");
      fields.forEach((field, at) => {
        const mark = marks[at];
        if (mark > 1) return;
        const id = `${section.id}-nota${at}`;
        const note = element("span", { id, class: mark === 1 ? "nota certa" : "nota" }, element("b", { class: "marca" }, say(mark)));
        if (isChoice) note.append(...copy(`[data-opcao="${field.value}"] .devolutiva`));
        field.setAttribute("aria-describedby", id);
        if (field.options) field.parentElement.append(note);
        else (field.closest("label") || field).after(note);
      });
      status.append(
        fill(_("Attempt {n}: {result}"), {
          n,
          result:
            total < 2 || points === 1
              ? say(Math.min(...marks))
              : fill(wrong ? _("{right} of {total} right, less {wrong} wrong") : _("{right} of {total} right"), { right, total, wrong }),
        }),
        ...(points === 1 ? copy(".comentario") : []),
      );
    };

    /** @returns {string} what is wrong with the positions of steps */
    const twice = () => {
      const positions = fields.map((field) => isOrder && field.value);
      const n = positions.find((one, at) => one && positions.indexOf(one) < at);
      return n ? fill(_("Position {n} is chosen twice."), { n }) : "";
    };

    /** @returns {string} what has to be done before the answer can be checked */
    const missing = () => {
      if (isChoice) return read().length ? "" : _("Choose an answer first.");
      const empty = fields.filter((field) => !field.value.trim());
      const names = empty.map((field) => field.getAttribute("aria-label") || field.parentElement.textContent.trim());
      if (names[0]) return fill(_("Still missing: {fields}"), { fields: names.join("; ") });
      return isNaN(judge(fields[0])) ? _("Write a number in digits, such as 1.5.") : twice();
    };

    const count = () => {
      line.textContent = fill(_("Questions answered: {n} of {total}. Right: {right}"), {
        n: scores.filter((one) => one >= 0).length,
        total: scores.length,
        right: scores.filter((one) => one === 1).length,
      });
    };

    const check = () => {
      const message = missing();
      if (message) {
        reset(message);
        return (fields.find((field) => !field.value) || fields[0]).focus();
      }
      const before = list(answers);
      show(before.length + 1);
      canoa.add(answers, { answer: read(), score: scores[number], ...(hint && { hint }) });
      for (const [old] of before.slice(1, -18)) set(old, null);
      set(draft, null);
      count();
    };

    const draw = () => {
      const tries = list(answers).map((one) => one[1]);
      /** @type {any} */
      const last = tries[tries.length - 1];
      /** @type {any} */
      const unsent = canoa.get(draft);
      let gone = write(last ? last.answer : []);
      scores[number] = last && last.score;
      reset();
      if (last) {
        if (gone || missing()) gone = last.answer.join("; ");
        else show(tries.length);
      }
      if (unsent) {
        reset();
        gone = write(unsent);
      }
      if (gone) reset(fill(_("This question has changed since your answer: {answer}"), { answer: gone }));
      count();
    };

    const start = () => {
      all(".ver-resposta", section)[0].before(button, status);
      canoa.onload(draw);
    };

    button.onclick = () => {
      if (!isChecked) return check();
      (fields.find((field) => judge(field) < 1) || fields[0]).focus();
      reset();
    };
    section.oninput = () => {
      const texts = read();
      canoa.about(section);
      set(draft, texts.join("") ? texts : null);
      reset(twice());
    };
    /** @param {any} event */
    section.onkeydown = ({ key, target }) => {
      if (key === "Enter" && target.type === "text" && !isChecked) check();
    };
    /** @param {any} event */
    section.onclick = ({ target }) => {
      if (target.closest("summary")) hint = true;
    };
    // Only now: what comes back from the record is not read aloud, question by question, when the page opens.
    section.addEventListener("focusin", () => {
      status.setAttribute("role", "status");
      for (const options of all(".opcoes", section)) options.setAttribute("aria-live", "polite");
    });
    reset();
    if (isTyped) canoa.load("typed").then(start);
    else start();
  };

  /** @type {NodeListOf<HTMLElement>} */
  const keys = document.querySelectorAll("[data-questao]");
  for (const key of keys) enliven(document.getElementById(key.dataset.questao || ""), key, scores.push(undefined) - 1);
  if (keys[0]) document.querySelector(".gabarito h2")?.after(line);

  // test:begin
  if (typeof module === "object") module.exports = { score };
  // test:end
})();
