/**
 * Worksheets as files: CSV that spreadsheets of the page's language open by double click, JSON, and CSV back in.
 * Loaded when somebody asks for a file.  What comes from a file is text of strangers: it is read, shown and kept as
 * text, and never anything else.
 */
/**
 * @typedef {{name: string, type: string, slug: string, base: string}} SheetColumn
 * @typedef {{id: string, line: HTMLTableRowElement, fields: any[], remove: HTMLElement}} SheetRow
 * @typedef {object} Sheet  What worksheets.js lends.
 * @property {HTMLElement} block
 * @property {string} key
 * @property {SheetColumn[]} columns
 * @property {HTMLTableRowElement} blank  A row as the page came with it.
 * @property {boolean} hasComma
 * @property {(text: string, comma: boolean) => string | undefined} readNumber
 * @property {(kept: string) => string} shownNumber
 * @property {() => SheetRow[]} rows
 * @property {() => string} newRow  Gives its id.
 * @property {(id: string, at: number) => string} cellKey
 * @property {() => void} draw
 * @property {(text: string) => void} say
 * @typedef {{saveCsv: () => void, saveJson: () => void, load: (file: File) => Promise<void>}} SheetFiles
 */
/** @type {(sheet: Sheet) => SheetFiles} */
var canoaSpreadsheet = (() => {
  "use strict";
  const { fill, get, list, set, slug, today } = canoa;
  const LARGEST_FILE = 2 << 20;
  const MOST_ROWS = 500;
  const LONGEST_TEXT = 20000;
  const LONGEST_NAMES = 300;
  const MOST_NAMED = 10;

  /** @param {string} text @returns {string | undefined} ISO date, from that or from day/month/year */
  const readDate = (text) => {
    const [, day, month, year] = /^(\d\d?)[/.-](\d\d?)[/.-](\d{4})$/.exec(text) || [];
    const iso = year ? [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-") : text;
    const date = new Date(iso + "T00:00Z");
    return +date && date.toISOString().slice(0, 10) === iso ? iso : undefined;
  };

  /**
   * RFC 4180, with any delimiter and line end.
   * @param {string} text @param {string} mark
   */
  const readCsv = (text, mark) => {
    let row = [""];
    const rows = [row];
    let isQuoted = false;
    for (let at = 0; at < text.length; at++) {
      const letter = text[at];
      const last = row.length - 1;
      if (letter === '"' && isQuoted && text[at + 1] === '"') row[last] += text[++at];
      else if (letter === '"' && (isQuoted || !row[last])) isQuoted = !isQuoted;
      else if (isQuoted) row[last] += letter;
      else if (letter === mark) row.push("");
      else if (letter === "\n" || letter === "\r") {
        if (letter + text[at + 1] === "\r\n") at++;
        rows.push((row = [""]));
      } else row[last] += letter;
    }
    return rows;
  };

  /** Spreadsheets run what begins so; the guard makes it text, and is doubled where it stood already. */
  const FORMULA = /^'*[=+\-@\t\r\n]/;

  /** @param {string[][]} rows @param {string} mark */
  const writeCsv = (rows, mark) =>
    rows
      .map((row) =>
        row
          .map((text) => {
            const safe = FORMULA.test(text) && !/^[-+]?[\d.,]+$/.test(text) ? "'" + text : text;
            return /["\r\n]|^\s|\s$/.test(safe) || safe.includes(mark) ? `"${safe.replace(/"/g, '""')}"` : safe;
          })
          .join(mark) + "\r\n",
      )
      .join("");

  /** @param {string} text */
  const withoutGuard = (text) => (text[0] === "'" && FORMULA.test(text) ? text.slice(1) : text);

  /**
   * UTF-8, UTF-16 as Excel writes it, or what old Windows writes.
   * @param {Uint8Array} bytes
   */
  const decode = (bytes) => {
    try {
      return new TextDecoder(bytes[0] === 255 ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder("windows-1252").decode(bytes);
    }
  };

  /**
   * Rows of a CSV file by the columns of a worksheet: the delimiter is the one that finds most of them.
   * @param {string} text @param {SheetColumn[]} columns
   */
  const matchCsv = (text, columns) => {
    const plain = text.replace(/^sep=.\r?\n/, "");
    const found = [";", ",", "\t"].map((mark) => {
      /** @type {number[]} */
      const places = [];
      for (const name of readCsv(plain.slice(0, LONGEST_TEXT), mark)[0]) {
        const base = slug(withoutGuard(name));
        places.push(columns.findIndex((column, at) => column.base === (base || `c${at + 1}`) && !places.includes(at)));
      }
      return { mark, places, known: places.filter((place) => place >= 0).length };
    });
    const [best] = found.sort((one, other) => other.known - one.known);
    return { ...best, rows: best.known ? readCsv(plain, best.mark) : [] };
  };

  /**
   * The value of a cell as the record keeps it; undefined when the column cannot take it.
   * @param {string} text @param {string} type @param {string[]} choices
   * @param {(text: string) => string | undefined} readNumber
   */
  const readCell = (text, type, choices, readNumber) =>
    !text
      ? ""
      : type === "numero"
        ? readNumber(text)
        : type === "data"
          ? readDate(text)
          : type === "escolha"
            ? choices.find((choice) => slug(choice) === slug(text))
            : text.length > LONGEST_TEXT
              ? undefined
              : text;

  // test:begin
  Object.assign(canoa, { tested: { readDate, readCsv, writeCsv, withoutGuard, decode, matchCsv, readCell } });
  // test:end

  return ({ block, key, columns, blank, hasComma, readNumber, shownNumber, rows, newRow, cellKey, draw, say }) => {
    /** The filled rows: values as the record keeps them, by the columns' slugs. */
    const values = () => {
      /** @type {Map<string, {[column: string]: string}>} */
      const found = new Map(rows().map(({ id }) => [id, Object.create(null)]));
      for (const [name, value] of list(key + "/cell/")) {
        const [id, column] = name.slice(key.length + 6).split("/");
        Object.assign(found.get(id) || {}, { [column]: `${value}` });
      }
      return [...found.values()].filter((row) => Object.keys(row).length);
    };

    /**
     * This edition's columns, and those of others that still hold something.
     * @returns {SheetColumn[]}
     */
    const allColumns = () => {
      const known = columns.map((column) => column.slug);
      const old = new Set(values().flatMap((row) => Object.keys(row)).filter((name) => !known.includes(name)));
      return columns.concat([...old].map((name) => ({ name, type: "texto", slug: name, base: name })));
    };

    /** @param {string} ending @param {string} content @param {string} type */
    const saveAs = (ending, content, type) =>
      canoa.download(`${slug(titleOf()) || "ficha"}-${today()}.${ending}`, content, type);

    const titleOf = () => {
      canoa.about(block);
      /** @type {any} */
      const about = get("about/" + canoa.keyOf(block));
      return about.title;
    };

    /**
     * @param {string} kept @param {string} type
     * @returns {string} as spreadsheets of the page's language write it
     */
    const written = (kept, type) => {
      if (!hasComma) return kept;
      if (type === "data") return kept.replace(/^(\d{4})-(\d\d)-(\d\d)$/, "$3/$2/$1");
      return type === "numero" ? shownNumber(kept) : kept;
    };

    const saveCsv = () => {
      const all = allColumns();
      const lines = values().map((row) => all.map(({ slug: name, type }) => written(row[name] || "", type)));
      const csv = writeCsv([all.map((column) => column.name), ...lines], hasComma ? ";" : ",");
      // The mark at the beginning tells spreadsheets that it is UTF-8.
      saveAs("csv", (hasComma ? "\ufeff" : "") + csv, "text/csv");
    };

    const saveJson = () => {
      const sheet = {
        format: "canoa-worksheet",
        version: 1,
        title: titleOf(),
        tool: block.dataset.ferramenta,
        used: get(key + "/used"),
        columns: allColumns().map(({ name, type, slug: id }) => ({ id, name, type })),
        rows: values(),
      };
      saveAs("json", JSON.stringify(sheet, null, 1), "application/json");
    };

    /**
     * The cells of a line in the order of the columns; what does not fit is left out and named.
     * @param {string[]} line @param {number} number  In the file, as spreadsheets count.
     * @param {{mark: string, places: number[]}} found @param {string[]} bad
     */
    const readLine = (line, number, { mark, places }, bad) => {
      const comma = mark === "\t" ? hasComma : mark === ";";
      const cells = columns.map(() => "");
      line.forEach((raw, place) => {
        const at = places[place];
        const column = columns[at];
        const text = withoutGuard(raw.trim()).replace(/\r\n?/g, "\n");
        if (!text || at < 0) return;
        const options = column ? blank.querySelectorAll("td")[at].querySelectorAll("option") : [];
        const choices = Array.from(options, (option) => option.value);
        const value = column && readCell(text, column.type, choices, (one) => readNumber(one, comma));
        if (value !== undefined) cells[at] = value;
        else {
          const name = column ? column.name : `${place + 1}`;
          bad.push(`${fill(_("{column}, row {number}"), { column: name, number })}: “${text.slice(0, 40)}”`);
        }
      });
      return cells;
    };

    /**
     * Put rows where nothing stands, then below; those that are there already are not written twice.
     * @param {string[][]} lines
     */
    const takeIn = (lines) => {
      const there = new Set(values().map((row) => JSON.stringify(columns.map((column) => row[column.slug] || ""))));
      const ids = rows().map((row) => row.id);
      const empty = ids.filter((id) => !list(`${key}/cell/${id}/`).length);
      const fresh = lines.filter((cells) => !there.has(JSON.stringify(cells)));
      for (const cells of fresh) {
        const id = empty.shift() || newRow();
        cells.forEach((cell, at) => set(cellKey(id, at), cell || null));
      }
      canoa.about(block);
      draw();
      return { added: fresh.length, same: lines.length - fresh.length };
    };

    /** @param {File} file */
    const load = async (file) => {
      const { name, size } = file;
      /** @param {string} why @param {string} [names] */
      const refuse = (why, names = "") => say(`${fill(why, { name, names })} ${_("Nothing was changed.")}`);
      if (size > LARGEST_FILE) return refuse(_("“{name}” is larger than 2 MB."));
      const text = decode(new Uint8Array(await file.arrayBuffer()));
      const found = matchCsv(text, columns);
      if (!found.known || text.includes("\0")) {
        return refuse(
          _("“{name}” is not a CSV file of this worksheet: its first line needs the names of columns, {names}."),
          columns.map((column) => column.name).join(", "),
        );
      }
      const numbered = found.rows.map((line, at) => ({ line, number: at + 1 })).slice(1);
      const filled = numbered.filter(({ line }) => line.some((cell) => cell.trim()));
      if (filled.length > MOST_ROWS) return refuse(_("“{name}” has more than 500 rows."));
      /** @type {string[]} */
      const bad = [];
      const lines = filled.map(({ line, number }) => readLine(line, number, found, bad));
      const messages = [
        fill(_("Rows imported: {added}. Already there: {same}."), takeIn(lines.filter((cells) => cells.some(Boolean)))),
      ];
      const unknown = found.rows[0].filter((title, place) => found.places[place] < 0 && title.trim()).join(", ");
      if (unknown) {
        const left = _("Columns that this worksheet does not have, left out: {names}.");
        messages.push(fill(left, { names: unknown.slice(0, LONGEST_NAMES) }));
      }
      if (bad.length) {
        const cells = bad.slice(0, MOST_NAMED).join("; ") + (bad.length > MOST_NAMED ? "…" : "");
        messages.push(fill(_("Cells that do not fit, left out ({count}): {cells}"), { count: bad.length, cells }));
      }
      say(messages.join(" "));
    };

    return { saveCsv, saveJson, load };
  };
})();
