/**
 * The practice journal: the printed form of the page becomes the form in which entries are written; they are shown as
 * a list and as a timeline, and asked about again after 30, 60 and 90 days.
 */
(() => {
  "use strict";
  canoa.style("estudo");
  const { element, fill, set, shownDate } = canoa;
  const DAYS = [90, 60, 30];
  const TEXTS = ["before", "evidence", "helps", "hinders", "next"];
  const FIELDS = ["changed", "since", "tool", ...TEXTS];
  const FOLLOW_UPS = DAYS.map((days) => "follow" + days);

  /** @typedef {{[field: string]: any}} JournalEntry */

  /**
   * When the change began, as far as is known.
   * @type {(entry: JournalEntry) => string}
   */
  const begun = (entry) => `${entry.since || entry.created || ""}`;

  /** @type {(entry: JournalEntry, days: number, today: string) => boolean} */
  const hasPassed = (entry, days, today) => {
    const time = Date.parse(begun(entry));
    // Dates are compared in one time zone, so that no day is shorter than another.
    return time + days * 86400000 <= Date.parse(today);
  };

  /**
   * The follow-up to ask for, 0 when there is none: only the last whose time has come, unless it is answered already.
   * @type {(entry: JournalEntry, today: string) => number}
   */
  const due = (entry, today) => {
    const days = (entry.changed && DAYS.find((one) => hasPassed(entry, one, today))) || 0;
    return entry["follow" + days] ? 0 : days;
  };

  /**
   * From keys and values under `journal/` to entries, the newest first.
   * @type {(listed: [string, Value][]) => JournalEntry[]}
   */
  const group = (listed) => {
    /** @type {Map<string, JournalEntry>} */
    const found = new Map();
    for (const [key, value] of listed) {
      const [, id, field] = key.split("/");
      found.set(id, { ...found.get(id), id, [field]: value });
    }
    return [...found.values()]
      // An entry of which only the date is left was never begun.
      .filter((entry) => [...FIELDS, ...FOLLOW_UPS].some((field) => entry[field]))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
  };

  const start = () => {
    /** @type {any} */
    const [form, paper] = document.querySelectorAll("[data-entrada]");
    /** @type {any} */
    const place = document.querySelector(".diario");
    if (!place) return;
    // Id of the entry in the form; empty before anything is written.
    let current = "";
    // Whether entries are shown along the time of the changes, or the newest first.
    let isLine = false;

    /**
     * A field, or the radio buttons of a name.
     * @type {(name: string) => any[]}
     */
    const fields = (name) => [...form.querySelectorAll(`[name^=${name}]`)];

    /** @type {(name: string) => string} */
    const read = (name) => (fields(name).find(({ type, checked }) => type !== "radio" || checked) || { value: "" }).value;

    /** @type {(name: string, value?: string) => void} */
    const write = (name, value = "") => {
      for (const field of fields(name)) {
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
      }
    };

    /**
     * The words above a field: entries are shown with the same.
     * @type {(name: string) => string}
     */
    const labelOf = (name) => fields(name)[0].closest("fieldset,label.campo").querySelector("legend,span").textContent;

    /**
     * A value in words: a choice as it is called.
     * @type {(name: string, value: string) => string}
     */
    const wordsOf = (name, value) => {
      /** @type {any[]} */
      const choices = [...form.querySelectorAll(`[type=radio][name^=${name}],[name=${name}] option`)];
      const choice = choices.find((one) => one.value === value);
      return choice ? (choice.text || choice.parentElement.textContent).trim() : value;
    };

    /** @type {(text: string, onclick: () => void, about?: string) => HTMLElement} */
    const button = (text, onclick, about) =>
      element("button", { type: "button", class: "botao leve", onclick, "aria-label": about ? `${text}: ${about}` : text }, text);

    /** @type {(...parts: (Node | string)[]) => HTMLElement} */
    const buttons = (...parts) => element("p", { class: "botoes so-tela" }, ...parts);

    /** @type {(entry: JournalEntry) => string} */
    const excerpt = (entry) => `${entry.changed || _("Unfinished entry")}`.replace(/^(.{80}).+/s, "$1…");

    // --- writing -----------------------------------------------------------------------------------------------------

    /**
     * Says what is wrong with a field; an empty text, that nothing is.
     * @type {(name: string, text: string) => string}
     */
    const complain = (name, text) => {
      const [field] = fields(name);
      const error = form.querySelector(`#erro-${name}`) || element("span", { id: `erro-${name}`, class: "erro" });
      error.textContent = text;
      field.after(error);
      field.setAttribute("aria-describedby", error.id);
      field.setAttribute("aria-invalid", !!text);
      return text && name;
    };
    const checkChanged = () =>
      complain("changed", read("changed").trim() ? "" : _("Write what changed: without it the entry says nothing."));
    const checkSince = () =>
      complain("since", read("since") > canoa.today() ? _("This date is in the future: write when the change began.") : "");

    /**
     * Keeps a field while it is written: the store waits until the fingers rest.
     * @type {(event: {target: any}) => void}
     */
    const keep = ({ target }) => {
      const name = target.name.replace("-1", "");
      const [days] = name.match(/\d+/) || [];
      const value = read(name);
      if (name === "changed") checkChanged();
      if (name === "since" && checkSince()) return;
      if (!current) {
        current = canoa.add("journal/", null).slice(8);
        set(`journal/${current}/created`, canoa.today());
      }
      if (days) {
        const key = `journal/${current}/follow${days}`;
        set(key, { date: Object(canoa.get(key)).date || canoa.today(), state: read("state" + days), text: read("text" + days) });
        showFollowText(days);
      } else set(`journal/${current}/${name}`, value.trim() ? value : null);
      draw();
    };

    /**
     * First the state, then the words: a text alone would not say how it is.
     * @type {(days: number) => void}
     */
    const showFollowText = (days) => {
      fields("text" + days)[0].parentElement.hidden = !read("state" + days);
    };

    /** @type {(entry: JournalEntry, days?: number) => void} */
    const open = (entry, days) => {
      current = entry.id;
      for (const name of FIELDS) write(name, entry[name]);
      complain("changed", "");
      complain("since", "");
      for (const one of DAYS) {
        const { state, text } = Object(entry["follow" + one]);
        write("state" + one, state);
        write("text" + one, text);
        showFollowText(one);
        fields("state" + one)[0].closest("fieldset").hidden = !state && !hasPassed(entry, one, canoa.today());
      }
      form.hidden = false;
      begin.hidden = true;
      fields(days ? "state" + days : "changed")[0].focus();
      draw();
    };

    const close = () => {
      form.hidden = true;
      begin.hidden = false;
      begin.focus();
      current = "";
      draw();
    };

    const finish = () => {
      const wrong = checkChanged() || checkSince();
      if (wrong) return fields(wrong)[0].focus();
      close();
      canoa.announce(_("The entry is in your journal."));
    };

    /** @type {(entry: JournalEntry) => void} */
    const remove = ({ id, ...values }) => {
      /** @type {(back: boolean) => void} */
      const put = (back) => {
        for (const field of Object.keys(values)) set(`journal/${id}/${field}`, back ? values[field] : null);
        draw();
      };
      put(false);
      const undo = button(_("Undo"), () => {
        put(true);
        status.textContent = "";
        begin.focus();
      });
      status.replaceChildren(_("The entry was deleted.") + " ", undo);
      undo.focus();
    };

    // --- reading -----------------------------------------------------------------------------------------------------

    /** @type {(entry: JournalEntry) => HTMLElement} */
    const article = (entry) => {
      const date = begun(entry);
      /** @type {[string, string][]} */
      const facts = TEXTS.filter((name) => entry[name]).map((name) => [labelOf(name), wordsOf(name, `${entry[name]}`)]);
      for (const days of [30, 60, 90]) {
        const follow = Object(entry["follow" + days]);
        const state = "state" + days;
        if (follow.state) facts.push([labelOf(state), `${wordsOf(state, follow.state)}, ${shownDate(`${follow.date}`)}. ${follow.text}`]);
      }
      return element(
        "li",
        null,
        element("h3", null, [date && shownDate(date), entry.tool && wordsOf("tool", entry.tool)].filter(Boolean).join(" · ")),
        element("p", { class: "escrito" }, `${entry.changed || _("Unfinished entry")}`),
        element("dl", null, ...facts.flatMap(([term, text]) => [element("dt", null, term), element("dd", { class: "escrito" }, text)])),
        buttons(button(_("Edit"), () => open(entry), excerpt(entry)), button(_("Delete"), () => remove(entry), excerpt(entry))),
      );
    };

    const draw = () => {
      const entries = group(canoa.list("journal/"));
      const today = canoa.today();
      reminders.replaceChildren(
        ...entries
          .filter((entry) => due(entry, today) && entry.id !== current)
          .map((entry) => {
            const days = due(entry, today);
            const text = fill(_("{days} days have passed: {change}"), { days, change: excerpt(entry) });
            return element("p", null, text + " ", button(_("Say how it is now"), () => open(entry, days), excerpt(entry)));
          }),
      );
      const shown = entries.filter(({ tool }) => !filter.value || tool === filter.value);
      if (isLine) shown.sort((a, b) => (begun(a) < begun(b) ? -1 : 1));
      list.className = isLine ? "linha-do-tempo" : "diario-lista";
      list.replaceChildren(...(shown.length ? shown.map(article) : [element("li", null, _("No entries here yet."))]));
    };

    /** @type {(name: string) => any} */
    const part = (name) => document.querySelector(`[data-${name}]`);
    const [begin, reminders, status, list, order, filter] = ["nova", "lembretes", "aviso", "lista", "linha", "filtro"].map(part);
    const tools = filter.cloneNode(true);
    tools.name = "tool";
    delete tools.dataset.filtro;
    tools.options[0].text = "—";
    const toolLabel = labelOf("tool");
    const choices = fields("tool")[0].closest("fieldset");
    choices.replaceWith(element("label", { class: "campo" }, element("span", null, toolLabel), tools));

    /** @type {(blank: boolean) => void} */
    const swap = (blank) => {
      paper.hidden = !blank;
      place.hidden = blank;
    };
    swap(false);
    addEventListener("afterprint", () => swap(false));
    part("sem-script").hidden = form.hidden = true;
    form.classList.add("so-tela");
    form.oninput = keep;
    form.append(buttons(element("button", { type: "button", class: "botao", onclick: finish }, _("Entry finished")), button(_("Close"), close)));
    begin.parentElement.after(form);
    begin.onclick = () => open({ id: "" });
    fields("since")[0].max = canoa.today();
    filter.onchange = draw;
    order.onclick = () => {
      isLine = !isLine;
      order.setAttribute("aria-pressed", isLine);
      draw();
    };
    part("imprimir").onclick = () => print();
    part("em-branco").onclick = () => {
      swap(true);
      print();
    };
    canoa.onload(draw);
  };
  start();

  // test:begin
  if (typeof module === "object") module.exports = { due, group };
  // test:end
})();
