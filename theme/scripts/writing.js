/** Reflections, tasks at the unit and checklists: what is typed or ticked is kept; tasks get a date and a reminder. */
(() => {
  "use strict";
  canoa.style("escrita");
  const { announce, element, fill, get, set, shownDate, today } = canoa;
  const SOON = 7;

  // --- dates ---------------------------------------------------------------------------------------------------------

  /**
   * The date that a deadline means when it is agreed on a day.
   * @param {string} deadline `2027-03-01`, `P15D`, `P2W`, `P1M`, or empty
   * @param {string} from ISO date
   */
  const dueDate = (deadline, from) => {
    const [, count, unit] = /^P(\d+)([DWM])$/.exec(deadline) || [];
    if (!unit) return deadline;
    const date = new Date(from);
    const day = date.getUTCDate();
    if (unit === "M") {
      date.setUTCMonth(date.getUTCMonth() + +count);
      // A month after 31 January is the last of February, not a day in March.
      if (date.getUTCDate() !== day) date.setUTCDate(0);
    } else date.setUTCDate(day + +count * (unit === "W" ? 7 : 1));
    return date.toISOString().slice(0, 10);
  };

  /** @param {string} from @param {string} to  Both ISO dates: midnights of UTC, so that no summer time counts. */
  const daysBetween = (from, to) => Math.round((+new Date(to) - +new Date(from)) / 864e5);

  /**
   * How a date stands to today, in words.
   * @param {string} due @param {number} left
   */
  const inWords = (due, left) =>
    fill(
      left < 0
        ? _("The date has passed: it was {date}. Days late: {days}.")
        : left === 0
          ? _("The date is today.")
          : left === 1
            ? _("The date is tomorrow.")
            : left > SOON
              ? _("Agreed until {date}.")
              : _("Soon: {days} days left, until {date}."),
      { date: shownDate(due), days: Math.abs(left) },
    );

  // --- fields --------------------------------------------------------------------------------------------------------

  /**
   * Bind a field to a key of the record.
   * @param {HTMLElement} block @param {any} field @param {string} key
   * @param {() => void} changed @param {{[name: string]: Value}} [more]
   */
  const keep = (block, field, key, changed, more) => {
    const isBox = field.type === "checkbox";
    let fit = () => {};
    if (field.type === "textarea") {
      // An invisible copy of the text gives the height, on paper too, whatever the width.
      const room = element("span", { class: "cresce" });
      field.replaceWith(room);
      room.append(field);
      fit = () => room.setAttribute("data-texto", field.value);
    }
    field.addEventListener("input", () => {
      canoa.about(block, more);
      set(key, isBox ? field.checked : field.value || null);
      fit();
      changed();
    });
    canoa.onload(() => {
      const value = get(key) || "";
      if (isBox) field.checked = value;
      else if (field.value !== value) field.value = value;
      fit();
      changed();
    });
  };

  /** @param {HTMLElement} block @param {string} key */
  const enhanceTask = (block, key) => {
    const { prazo } = block.dataset;
    const done = block.querySelector("[data-campo=feito]");
    const date = element("input", { type: "date", max: "9999-12-31" });
    const agree = element("button", { type: "button", class: "botao leve" }, _("Agree on this date"));
    const save = element("button", { type: "button", class: "botao leve" }, _("Download reminder (.ics)"));
    const state = element("p", { class: "situacao" });
    const dueKey = key + "/due";
    const label = block.querySelector(".feito");
    if (label) label.before(state);
    const draw = () => {
      /** @type {any} */
      const due = get(dueKey);
      /** @type {any} */
      const doneOn = get(key + "/doneOn");
      const left = due ? daysBetween(today(), due) : 0;
      // Not under the hands of somebody who is writing a date.
      if (date !== document.activeElement) date.value = due || dueDate(prazo || "", today());
      agree.hidden = due || !date.value;
      save.hidden = !due;
      state.dataset.estado = due && !doneOn && left <= SOON ? (left < 0 ? "tarde" : "perto") : "";
      state.textContent = doneOn
        ? fill(_("Done on {date}."), { date: shownDate(doneOn) })
        : due
          ? inWords(due, left)
          : date.value && _("A suggestion: change it if you wish, and agree on it with the team.");
      state.hidden = !state.textContent;
    };
    const agreed = () => {
      // While a year is being typed it is in the first century.
      if (date.value && date.value < "2") return;
      canoa.about(block);
      set(dueKey, date.value || null);
      draw();
    };
    date.oninput = agreed;
    date.onblur = draw;
    agree.onclick = () => {
      agreed();
      save.focus();
      announce(state.textContent || "");
    };
    save.onclick = () => {
      canoa.about(block);
      canoa.load("calendar").then(
        () => canoaReminder(block, `${get(dueKey)}`),
        () => announce((state.textContent = _("This could not be loaded. Try again where the site can be reached."))),
      );
    };
    if (prazo !== undefined) {
      state.before(element("p", { class: "campo" }, element("label", null, _("Until"), " ", date), agree, save));
    }
    for (const [field, name] of [["feito", "/done"], ["texto", "/text"]]) {
      keep(block, block.querySelector(`[data-campo=${field}]`), key + name, draw);
    }
    if (done)
      done.addEventListener("input", () => {
        const isDone = get(key + "/done");
        set(key + "/doneOn", isDone ? today() : null);
        draw();
        if (isDone) announce(state.textContent || "");
      });
  };

  /** @param {HTMLElement} block @param {string} key */
  const enhanceChecklist = (block, key) => {
    /** @type {HTMLInputElement[]} */
    const boxes = Array.from(block.querySelectorAll(".opcoes>li>label>input"));
    const state = element("p", { class: "situacao" });
    /** @type {{[name: string]: number}} */
    const names = Object.create(null);
    block.append(state);
    const draw = () => {
      const done = boxes.filter((box) => box.checked).length;
      state.textContent = fill(_("Ticked: {done} of {total}."), { done, total: boxes.length });
      const old = canoa.list(key + "/").filter(([name, ticked]) => ticked && !(name in names));
      if (old.length) {
        const items = old.map(([name]) => name.slice(key.length + 1).replace(/-/g, " ")).join("; ");
        state.textContent += " " + fill(_("Ticked before, no longer in this list: {items}."), { items });
      }
    };
    for (const box of boxes) {
      const name = `${key}/${canoa.slug((box.parentElement || box).textContent || "")}`;
      const number = (names[name] = (names[name] || 0) + 1);
      const own = number > 1 ? `${name}-${number}` : name;
      names[own] = names[own] || 1;
      keep(block, box, own, draw, { items: boxes.length });
    }
  };

  /** @type {NodeListOf<HTMLElement>} */
  const blocks = document.querySelectorAll("section[data-bloco]");
  for (const block of blocks) {
    const key = canoa.keyOf(block);
    const { bloco } = block.dataset;
    if (bloco === "reflexao") keep(block, block.querySelector("[data-campo=texto]"), "text/" + key, () => {});
    if (bloco === "na-sua-unidade") enhanceTask(block, "task/" + key);
    if (bloco === "checklist") enhanceChecklist(block, "check/" + key);
    if (block.querySelector(".territorio")) canoa.load("territory").catch(() => {});
  }
  // test:begin
  if (typeof module === "object") module.exports = { dueDate, daysBetween };
  // test:end
})();
