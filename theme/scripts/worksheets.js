/** Worksheets: cells are kept, rows added and removed, numbers summed; files are the matter of spreadsheet.js. */
(() => {
  "use strict";
  canoa.style("escrita");
  const { announce, element, fill, get, list, set, slug } = canoa;
  /** The language of the page writes 1,5 (and its spreadsheets part cells by semicolons). */
  const hasComma = !canoa.site.language.startsWith("en");

  // --- numbers -------------------------------------------------------------------------------------------------------

  /**
   * The number as the record keeps it, `-1234.5`; undefined when it is none.
   * @param {string} text @param {boolean} comma
   */
  const readNumber = (text, comma) => {
    let plain = text.replace(/\s/g, "").replace("\u2212", "-");
    if (comma) plain = plain.replace(/[.,]/g, (sign) => (sign === "," ? "." : ","));
    if (/^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) plain = plain.replace(/,/g, "");
    return /^[-+]?(\d+[.,]?\d*|[.,]\d+)$/.test(plain) ? plain.replace(/^\+|\D$/g, "").replace(",", ".") : undefined;
  };

  /** @param {string} kept  A number as the page's language writes it. */
  const shownNumber = (kept) => (hasComma ? kept.replace(".", ",") : kept);

  /** @param {string} label @param {() => void} onclick */
  const button = (label, onclick) => element("button", { type: "button", class: "botao leve", onclick }, label);

  // --- one worksheet -------------------------------------------------------------------------------------------------

  /** @param {HTMLElement} block @param {HTMLTableElement} table */
  const enhance = (block, table) => {
    const key = "sheet/" + canoa.keyOf(block);
    const body = table.tBodies[0];
    /** @type {any} */
    const head = table.tHead;
    /** @type {SheetColumn[]} */
    const columns = [];
    for (const cell of head.rows[0].cells) {
      const name = cell.textContent.trim();
      const base = slug(name) || `c${columns.length + 1}`;
      const same = columns.filter((other) => other.base === base).length;
      columns.push({ name, type: cell.dataset.tipo, base, slug: same ? `${base}-${same + 1}` : base });
    }
    /** @param {string} id @param {number} at */
    const cellKey = (id, at) => `${key}/cell/${id}/${columns[at].slug}`;
    /** @param {string} id */
    const rowKey = (id) => `${key}/row/${id}`;
    /** @type {{[id: string]: SheetRow}} */
    const rows = Object.create(null);
    /** @type {SheetRow[]} What is shown, in order. */
    let shown = [];
    let lastPosition = 0;
    /** @type {Element | undefined} */
    let undo;
    let undoAt = 0;

    // --- rows --------------------------------------------------------------------------------------------------------

    /** @param {string} id @param {HTMLTableRowElement} line */
    const makeRow = (id, line) => {
      /** @type {any[]} */
      const fields = Array.from(line.querySelectorAll("[data-campo]"));
      /** @type {SheetRow} */
      const row = (rows[id] = { id, line, fields, remove: button("×", () => removeRow(row)) });
      fields.forEach((field, at) => {
        field.dataset.campo = `${id}.${at + 1}`;
        if (field.type === "textarea") {
          // An invisible copy of the text gives the height, on paper too, whatever the width.
          const room = element("span", { class: "cresce" });
          field.replaceWith(room);
          room.append(field);
        }
        field.oninput = () => {
          canoa.about(block);
          const number = columns[at].type === "numero" && readNumber(field.value, hasComma);
          set(cellKey(id, at), number || field.value || null);
          fit(field);
          sum();
        };
        field.onchange = () => {
          show(row, at);
          if (!isBad(field, at)) return;
          const place = placeOf(shown.indexOf(row), at);
          say(fill(_("{place}: “{value}” is not a number."), { place, value: field.value }));
        };
      });
      line.append(element("td", { class: "tirar" }, row.remove));
      return row;
    };

    /** @param {number} number @param {number} at */
    const placeOf = (number, at) => fill(_("{column}, row {number}"), { column: columns[at].name, number: number + 1 });

    /** @param {any} field */
    const fit = (field) => {
      if (field.type === "textarea") field.parentElement.dataset.texto = field.value;
    };

    /**
     * What is no number is kept as it was written, and marked.
     * @param {any} field @param {number} at @returns {boolean}
     */
    const isBad = (field, at) => {
      const isWrong = columns[at].type === "numero" && field.value && readNumber(field.value, hasComma) === undefined;
      field.setAttribute("aria-invalid", !!isWrong);
      return isWrong;
    };

    /** @param {SheetRow} row @param {number} at */
    const show = ({ id, fields }, at) => {
      const field = fields[at];
      const kept = `${get(cellKey(id, at)) || ""}`;
      const isNumber = columns[at].type === "numero" && readNumber(kept, false) === kept;
      const value = isNumber ? shownNumber(kept) : kept;
      if (field.value !== value && !(field.type === "date" && field === document.activeElement)) {
        field.value = value;
        // What this edition's field cannot hold is shown all the same.
        if (field.value !== value) {
          if (field.options) field.append(new Option(fill(_("{choice} (not in this list)"), { choice: value }), value));
          else if (field.type === "date") field.type = "text";
          field.value = value;
        }
      }
      fit(field);
      isBad(field, at);
    };

    /** @param {string} id */
    const positionOf = (id) => Number(get(rowKey(id)) || id) || 1e6;

    const draw = () => {
      const ids = new Set(printed.map((row) => row.id));
      /** @type {HTMLElement[]} */
      const old = [];
      // A row that was removed here and filled in elsewhere is there again.
      for (const id of ids) if (!get(rowKey(id)) && canoa.time(rowKey(id))) ids.delete(id);
      for (const [name] of list(key + "/row/")) ids.add(name.slice(key.length + 5));
      for (const [name, value] of list(key + "/cell/")) {
        const [id, column] = name.slice(key.length + 6).split("/");
        ids.add(id);
        if (!columns.some((other) => other.slug === column)) {
          const text = fill(_("This edition has no column “{column}”: {text}"), { column, text: `${value}` });
          old.push(element("li", null, text));
        }
      }
      shown = [...ids]
        .sort((one, other) => positionOf(one) - positionOf(other) || (one < other ? -1 : 1))
        .map((id) => rows[id] || makeRow(id, copyOf(blank)));
      lastPosition = shown.length && positionOf(shown[shown.length - 1].id);
      /** @type {Element[]} */
      const wanted = shown.map((row) => row.line);
      if (undo) wanted.splice(undoAt, 0, undo);
      for (const line of body.querySelectorAll("tr:not(.exemplo)")) if (!wanted.includes(line)) line.remove();
      wanted.forEach((line, at) => {
        const there = body.rows[examples + at];
        // Moving a line takes the focus out of it: only those that stand wrong are moved.
        if (there !== line) body.insertBefore(line, there || null);
      });
      shown.forEach((row, number) => {
        row.fields.forEach((field, at) => {
          field.setAttribute("aria-label", placeOf(number, at));
          show(row, at);
        });
        row.remove.setAttribute("aria-label", fill(_("Remove row {number}"), { number: number + 1 }));
      });
      for (const radio of radios) radio.checked = radio.value === get(key + "/used");
      former.replaceChildren(...old);
      sum();
    };

    const sum = () => {
      columns.forEach(({ type }, at) => {
        const texts = type === "numero" ? shown.map(({ fields }) => readNumber(fields[at].value, hasComma)) : [];
        const numbers = texts.filter(Boolean);
        const total = numbers.reduce((before, number) => before + Number(number), 0);
        const text = total.toLocaleString(canoa.site.language, { maximumFractionDigits: 6 });
        totals[at].textContent = numbers.length ? fill(_("Total: {total}"), { total: text }) : "";
      });
      if (foot.textContent) table.append(foot);
      else foot.remove();
    };

    /** @param {HTMLTableRowElement} line @returns {any} */
    const copyOf = (line) => line.cloneNode(true);

    /** Gives the id of a new last row. */
    const newRow = () => canoa.add(key + "/row/", ++lastPosition).slice(key.length + 5);

    /** @param {SheetRow} row */
    const removeRow = (row) => {
      const position = positionOf(row.id);
      const cells = list(`${key}/cell/${row.id}/`);
      undoAt = shown.indexOf(row);
      const text = fill(_("Row {number} was removed."), { number: undoAt + 1 });
      const back = button(_("Undo"), () => {
        undo = undefined;
        set(rowKey(row.id), position);
        for (const [name, value] of cells) set(name, value);
        draw();
        row.fields[0].focus();
      });
      undo = element("tr", { class: "desfazer" }, element("td", { colSpan: columns.length + 1 }, back, " ", text));
      // Written first, so that its end is noted even of a row that was never touched.
      set(rowKey(row.id), position);
      set(rowKey(row.id), null);
      for (const [name] of cells) set(name, null);
      draw();
      back.focus();
      announce(text);
    };

    /** @param {string} text */
    const say = (text) => {
      note.textContent = text;
      announce(text);
    };

    const rowsNow = () => shown;
    const sheet = { block, key, columns, hasComma, readNumber, shownNumber, rows: rowsNow, newRow, cellKey, draw, say };

    /** @param {(files: SheetFiles) => unknown} use */
    const withFiles = (use) =>
      canoa
        .load("spreadsheet")
        .then(() => use(canoaSpreadsheet({ ...sheet, blank })))
        .catch(() => say(_("This could not be loaded. Try again where the site can be reached.")));

    // --- what is added to the page -----------------------------------------------------------------------------------

    for (const line of table.rows) {
      if (line.parentElement === head || line.className) line.append(element("td", { class: "tirar" }));
      for (const field of line.querySelectorAll("input")) {
        if (field.type !== "number") continue;
        // A number field takes only the signs of the browser's language, and loses the rest without a word.
        field.type = "text";
        field.inputMode = "decimal";
      }
    }
    /** @type {HTMLTableRowElement[]} */
    const lines = Array.from(body.querySelectorAll("tr:not(.exemplo)"));
    const blank = copyOf(lines[0]);
    const examples = body.rows.length - lines.length;
    const printed = lines.map((line, number) => makeRow(`${number + 1}`, line));
    const totals = columns.map((column) => element("td", { "data-rotulo": column.name }));
    const end = element("td", { class: "tirar" });
    const foot = element("tfoot", null, element("tr", { class: "total" }, ...totals, end));
    const former = element("ul", { class: "colunas-antigas" });
    const note = element("p", { class: "situacao" });
    const file = element("input", { type: "file", accept: ".csv,.tsv,.txt", hidden: true });
    file.onchange = () => {
      const chosen = file.files && file.files[0];
      if (chosen) withFiles((files) => files.load(chosen));
      file.value = "";
    };
    /** @type {NodeListOf<HTMLInputElement>} */
    const radios = block.querySelectorAll("[data-campo=ja-usava]");
    for (const radio of radios) {
      radio.oninput = () => {
        canoa.about(block);
        set(key + "/used", radio.value);
      };
    }
    block.append(
      former,
      element(
        "p",
        { class: "acoes" },
        button(_("Add row"), () => {
          const id = newRow();
          canoa.about(block);
          draw();
          rows[id].fields[0].focus();
        }),
        button(_("Print"), () => print()),
        button(_("Save as CSV (spreadsheet)"), () => withFiles((files) => files.saveCsv())),
        button(_("Save as JSON"), () => withFiles((files) => files.saveJson())),
        button(_("Import CSV"), () => file.click()),
        file,
      ),
      note,
    );
    canoa.onload(() => {
      // What was removed belongs to who was here before.
      undo = undefined;
      draw();
    });
    if (block.querySelector(".territorio")) canoa.load("territory").catch(() => {});
  };

  /** @type {NodeListOf<HTMLElement>} */
  const blocks = document.querySelectorAll("section[data-bloco=ficha]");
  for (const block of blocks) {
    /** @type {HTMLTableElement | null} */
    const table = block.querySelector("table.ficha");
    if (table && table.querySelector("[data-campo]")) enhance(block, table);
  }
  // test:begin
  if (typeof module === "object") module.exports = { readNumber };
  // test:end
})();
