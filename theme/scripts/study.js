/**
 * The page "My study": who is studying, where to resume, what is done and missing, the territory, the chosen
 * electives, a statement to print, and the record as a file: out, in, and gone.
 */
(() => {
  "use strict";
  const { element, fill, get } = canoa;
  const LARGEST_FILE = 20e6;
  const MOST_ENTRIES = 20000;
  const LONGEST_TEXT = 20000;
  const LONGEST_LIST = 200;
  const LONGEST_KEY = 300;
  const DEEPEST = 4;
  const DAY = 86400000;

  // --- reading a file of unknown origin --------------------------------------------------------------------------------

  // Names to which JavaScript gives a meaning of its own.
  const DANGEROUS = /^(__proto__|constructor|prototype)$/;

  /**
   * What may be kept under a key, as `generator/records/record.schema.json` says it: the first line that matches counts.
   * Letters of `LETTERS` say what a value is; with a name before them, what a member of an object is; `?`: it may be missing.
   * Kinds of keys that are not here come from newer copies of the site, and are kept.
   */
  const SHAPES = [
    "about/* kind.s title.s? page.s? course.s? tool.s? items.n?",
    "answer/*/* answer.l score.q hint.b?",
    "draft/* l",
    "case/*/* path.l titles.l end.b",
    "text/* s",
    "task/*/done b",
    "task/*/(due|doneOn) d",
    "task/*/text s",
    "task/*/*",
    "check/*/* b",
    "sheet/*/used u",
    "sheet/*/row/* n",
    "sheet/*/cell/*/* s",
    "sheet/*/.*",
    "survey/* done.d items.i instrument.s? moment.m?",
    "survey/*/* snl",
    "journal/*/(created|since) d",
    "journal/*/before u",
    "journal/*/follow[369]0 date.d state.w text.s",
    "journal/*/(changed|tool|evidence|helps|hinders|next) s",
    "journal/*/*",
    "elective/* chosen.b problem.s? why.s?",
    "territory/problems l",
    "territory/(unit|city|population|teams) s",
    "territory/*",
    "person/audience s",
    "person/*",
    "page/last page.s title.s",
    "page/*",
  ].map((shape) => shape.split(" "));

  /** @type {(value: any) => boolean} */
  const isObject = (value) => !!value && typeof value === "object" && !Array.isArray(value);
  /** @type {(value: any, form?: RegExp) => boolean} */
  const isText = (value, form = /^/) => typeof value === "string" && form.test(value);

  /** @type {{[letter: string]: (value: any) => boolean}} */
  const LETTERS = {
    s: (value) => isText(value),
    d: (value) => isText(value, /^(\d{4}-\d\d-\d\d)?$/),
    u: (value) => isText(value, /^(sim|em-parte|nao)?$/),
    w: (value) => isText(value, /^(mantida|adaptada|abandonada)?$/),
    m: (value) => isText(value, /^(antes|depois)?$/),
    n: (value) => typeof value === "number",
    q: (value) => typeof value === "number" && value >= 0 && value <= 1,
    b: (value) => typeof value === "boolean",
    l: (value) => Array.isArray(value) && value.every((one) => isText(one)),
    i: (value) => isObject(value) && Object.values(value).every((one) => hasMembers(one, ["text.s?", "type.s?", "choices.l?", "theme.s?"])),
  };

  /** @type {(value: any, members: string[]) => boolean} */
  const hasMembers = (value, members) =>
    isObject(value) &&
    members.every((member) => {
      const [name, letter] = member.split(".");
      return value[name] === undefined ? letter[1] === "?" : LETTERS[letter[0]](value[name]);
    });

  /**
   * Within the limits of a record, however deep a file may go.
   * @type {(value: any, depth: number) => boolean}
   */
  const isSmall = (value, depth) => {
    if (typeof value === "string") return value.length <= LONGEST_TEXT;
    if (typeof value === "number") return isFinite(value);
    const members = Object.entries(value || {});
    return (
      !members.length ||
      (depth > 0 &&
        members.length <= LONGEST_LIST &&
        members.every(([name, one]) => name.length <= LONGEST_KEY && !DANGEROUS.test(name) && isSmall(one, depth - 1)))
    );
  };

  /**
   * Why an entry is refused; empty when it is not.
   * @type {(key: string, entry: any) => string}
   */
  const faultOf = (key, entry) => {
    const parts = key.split("/");
    const known = SHAPES.filter(([form]) => form.startsWith(parts[0] + "/"));
    const [form, wanted = "", ...others] = known.find(([one]) => RegExp(`^${one.replace(/\*/g, "[^/]*")}$`).test(key)) || [];
    const isName = parts[0] && parts[1] && key.length <= LONGEST_KEY && !/\p{Cc}/u.test(key) && !parts.some((part) => DANGEROUS.test(part));
    if (!isName || (known.length && !form)) return _("its name cannot be used");
    const { v, t, r } = Object(entry);
    if (v === undefined || !Number.isInteger(t) || t < 0 || !isText(r, /^[0-9a-z]{1,16}$/)) return _("it is not an entry of a record");
    if (!isSmall(v, DEEPEST)) return _("it is too long, too deep or has a forbidden name in it");
    const fits = wanted.includes(".") ? hasMembers(v, [wanted, ...others]) : !wanted || [...wanted].some((letter) => LETTERS[letter](v));
    return fits || v === null ? "" : _("its value is not of the expected kind");
  };

  /**
   * What a file holds, if it is a record: nothing in it is trusted.  A clock that was ahead must not win for ever: times
   * in the future become `now`.
   * @type {(text: string, now: number) => CheckedRecord}
   */
  const checkRecord = (text, now) => {
    let found;
    try {
      found = JSON.parse(text.replace("\ufeff", ""));
    } catch {
      // Not even JSON: the check below says it.
    }
    const { format, version, person, site, entries } = Object(found);
    const { id, name } = Object(person);
    const siteId = Object(site).id;
    const keys = isObject(entries) ? Object.keys(entries) : [];
    /** @type {CheckedRecord} */
    const record = { error: "", site: isText(siteId) ? siteId : "", person: { id, name: isText(name) ? name.slice(0, LONGEST_KEY) : "" }, entries: Object.create(null), refused: [] };
    if (text.length > LARGEST_FILE) record.error = _("This file is larger than 20 MB: it is not a record.");
    else if (format !== "canoa-record") record.error = _("This file is not a study record, or it is damaged.");
    else if (Number.isInteger(version) && version > 1) record.error = _("This record was made by a newer copy of the site. Open it there, or get a newer copy.");
    else if (version !== 1 || !isObject(entries) || !isText(id, /^[\w-]{1,64}$/))
      record.error = _("This record is damaged: parts that it must have are missing.");
    else if (keys.length > MOST_ENTRIES) record.error = _("This record has more than 20,000 entries.");
    else {
      for (const key of keys) {
        const fault = faultOf(key, entries[key]);
        const { v, t, r } = Object(entries[key]);
        if (fault) record.refused.push([key, fault]);
        else record.entries[key] = { v, t: t > now + DAY ? now : t, r };
      }
    }
    return record;
  };

  /**
   * When each activity was worked on.
   * @type {(entries: Entries) => {[block: string]: number[]}}
   */
  const timesOf = (entries) => {
    const times = Object.create(null);
    for (const [key, { v, t }] of Object.entries(entries)) {
      const [kind, block] = key.split("/");
      if (v !== null && /^(answer|case|text|task|check|sheet|survey)$/.test(kind)) (times[block] ||= []).push(t);
    }
    return times;
  };

  // --- the page ----------------------------------------------------------------------------------------------------------

  const start = () => {
    /** @type {any} */
    const root = document.querySelector(".estudo");
    if (!root) return;
    const { progress } = canoa;
    /** @type {(name: string) => any} */
    const part = (name) => root.querySelector(`[data-${name}]`);
    /** @type {(selector: string) => any[]} */
    const parts = (selector) => [...root.querySelectorAll(selector)];
    // The lists arrive in any order; courses are shown as the page names them.
    const order = parts("[data-lista]").map(({ dataset }) => dataset.lista);
    /** @type {(list: CourseList) => number} */
    const placeOf = ({ page }) => order.indexOf(page.replace(/[^/]*$/, "atividades.js"));
    const lists = () => Object.values(canoa.courses).sort((a, b) => placeOf(a) - placeOf(b));
    /** @type {(...children: (Node | string)[]) => HTMLElement} */
    const paragraph = (...children) => element("p", null, ...children);
    /** @type {(href: string, text: string) => HTMLElement} */
    const link = (href, text) => element("a", { href }, text);
    /** @type {(place: { page: string, title: string }) => HTMLElement} */
    const pageLink = ({ page, title }) => link(canoa.base + encodeURI(page), title);
    /** @type {(children: Node[][]) => HTMLElement} */
    const listed = (children) => element("ul", null, ...children.map((one) => element("li", null, ...one)));

    const boxes = parts("[data-problemas] input");
    const problemIds = () => [get("territory/problems") || []].flat().map(String);

    // --- where, what -----------------------------------------------------------------------------------------------------

    const resume = () => {
      const { page = "", title = page } = Object(get("page/last"));
      // The page may come from somebody else's file: it must not lead out of the site.
      const last = page === canoa.page || /^\/|\.\.|\\/.test(page) ? "" : page;
      const course =
        lists().find((list) => last && last.startsWith(list.page.replace(/[^/]*$/, ""))) ||
        lists().find((list) => progress.ofCourse(list).done);
      const [next] = course ? progress.ofCourse(course).missing : [];
      return [
        last && paragraph(_("Last page:") + " ", pageLink({ page: last, title })),
        next && paragraph(_("Go on:") + " ", link(next.href, next.title)),
      ].filter(Boolean);
    };

    /** @type {(list: CourseList) => HTMLElement} */
    const card = (list) => {
      const counted = progress.ofCourse(list);
      const { missing } = counted;
      return element(
        "article",
        null,
        element("h3", null, pageLink(list)),
        progress.bar(counted),
        listed(list.modules.map((module) => [pageLink(module), progress.bar(progress.ofModule(module))])),
        element(
          "details",
          { hidden: !missing.length },
          element("summary", null, fill(_("What is missing: {n}"), { n: missing.length })),
          listed(missing.map(({ href, title }) => [link(href, title)])),
        ),
      );
    };

    const electives = () => {
      const places = lists().flatMap((list) => [list, list.modules].flat());
      const names = Object.assign({}, ...lists().map((list) => list.problemNames));
      return canoa
        .list("elective/")
        .filter(([, choice]) => Object(choice).chosen)
        .map(([key, choice]) => {
          const { problem, why } = Object(choice);
          const place = places.find(({ id }) => "elective/" + encodeURIComponent(id) === key);
          return paragraph(place ? pageLink(place) : key, [" ", names[problem] || problem, why].filter(Boolean).join(" · "));
        });
    };

    const redraw = () => {
      const { profile } = canoa;
      part("nome").textContent = profile ? profile.name : _("Nobody has said who is studying.");
      for (const field of parts("[data-chave]")) {
        if (field !== document.activeElement) field.value = get(field.dataset.chave) || "";
      }
      for (const box of boxes) box.checked = problemIds().includes(box.value);
      const ways = resume();
      part("retomar").replaceChildren(...(ways.length ? ways : [paragraph(_("Nothing begun yet: choose a course."))]));
      part("cursos").replaceChildren(...lists().map(card));
      const chosen = electives();
      part("eletivas").replaceChildren(...(chosen.length ? chosen : [paragraph(_("None yet. On the page of an elective you choose it and say why."))]));
      part("curso").replaceChildren(...lists().map(({ id, title }) => element("option", { value: id }, title)));
    };

    // --- out, in, gone ---------------------------------------------------------------------------------------------------

    /** @type {(kind?: string) => Promise<[string, string]>} name and text of the file */
    const copy = async (kind = "") => {
      await canoa.load("people");
      const text = canoaCopy(part("com-nome").checked);
      const { person } = JSON.parse(text);
      return [`canoa-${canoa.slug(person.name || person.id)}-${canoa.today()}${kind}.json`, text];
    };

    /** @type {(name: string, text: string) => void} */
    const save = (name, text) => canoa.download(name, text, "application/json");
    const saveRecord = async () => save(...(await copy()));
    const saveStatements = async () => {
      const [name, text] = await copy("-xapi");
      const record = JSON.parse(text);
      await canoa.load("xapi");
      save(name, JSON.stringify(canoaStatements(record, canoa.site.language, timesOf(record.entries), progress.done)));
    };

    /**
     * The value of the button that was pressed, empty for the one that changes nothing.
     * @type {(name: string) => Promise<string>}
     */
    const ask = (name) =>
      new Promise((resolve) => {
        const dialog = root.querySelector(`[aria-labelledby=canoa-${name}]`);
        dialog.returnValue = "";
        dialog.onclick = (/** @type {any} */ { target }) => target.type && dialog.close(target.value);
        dialog.onclose = () => resolve(dialog.returnValue);
        dialog.showModal();
      });

    /** @type {(file: File) => Promise<string>} what happened, in words */
    const bring = async (file) => {
      // What is too large is not even read.
      const { error, site, person, entries, refused } = checkRecord(file.size > LARGEST_FILE ? "".padEnd(LARGEST_FILE + 1) : await file.text().catch(String), Date.now());
      const unchanged = " " + _("Nothing was changed.");
      if (error) return error + unchanged;
      const { profile } = canoa;
      root.querySelector("#canoa-juntar").textContent =
        site === canoa.site.id
          ? fill(_("This file holds the record of another person: {name}. Put it together with yours?"), { name: person.name || person.id })
          : _("This file was made on another site. Put it together with your record here?");
      const ownId = get("person/id") || (profile && profile.id);
      const isOwn = !ownId || ownId === person.id || /^0+$/.test(person.id);
      if (!(isOwn && site === canoa.site.id) && !(await ask("juntar"))) return unchanged;
      const before = canoa.entries();
      const keys = Object.keys(entries);
      const fresh = keys.filter((key) => !before[key]).length;
      const changed = canoa.merge(entries);
      // From now on both computers export under one id, or institutions would count two people.
      if (site === canoa.site.id && !/^0+$/.test(person.id)) canoa.set("person/id", person.id);
      part("recusas").hidden = !refused.length;
      part("recusas").lastElementChild.replaceWith(listed(refused.slice(0, LONGEST_LIST).map(([key, why]) => [paragraph(key.slice(0, 80) + ": " + why)])));
      return (
        fill(_("New: {fresh}. Updated: {updated}. Already here: {same}. Refused: {refused}."), {
          fresh,
          updated: changed - fresh,
          same: keys.length - changed,
          refused: refused.length,
        }) + (profile ? "" : " " + _("It is not being kept yet: say who is studying."))
      );
    };

    const forget = async () => {
      const { keeper, save: finish, session } = canoa.desk();
      const { profile } = canoa;
      await finish();
      await canoa.load("people");
      if (keeper && profile) await canoaErase(profile.id);
      await session(JSON.stringify({ id: "" }));
      location.reload();
    };

    const erase = async () => {
      let answer;
      while ((answer = await ask("apagar")) > "1") await saveRecord();
      if (answer) await forget();
    };

    // --- the statement ---------------------------------------------------------------------------------------------------

    /** @type {(time?: number) => string} */
    const dateOf = (time = 0) => canoa.shownDate(new Date(time - new Date(time).getTimezoneOffset() * 60000).toISOString().slice(0, 10));

    const declare = async () => {
      const course = canoa.courses[part("curso").value];
      const [name, text] = await copy();
      const { done, total } = progress.ofCourse(course);
      const spans = timesOf(canoa.entries());
      const times = [course, ...course.modules, ...[course, ...course.modules].flatMap(({ pages }) => pages)]
        .flatMap(({ activities }) => activities)
        .flatMap(([, key]) => spans[key] || [])
        .sort((a, b) => a - b);
      const [first, last] = [times[0], times[times.length - 1]].map(dateOf);
      const shown = {
        pessoa: canoa.profile ? canoa.profile.name : "______________________________",
        "feito-em": course.title,
        feitas: fill(_("Activities done: {done} of {total}"), { done, total }),
        datas: times.length ? fill(_("From {first} to {last}"), { first, last }) : "",
        hoje: canoa.shownDate(canoa.today()),
        arquivo: name,
        codigo: "",
      };
      if (self.crypto && crypto.subtle) {
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
        shown.codigo = Array.from(digest, (byte, at) => (at && !(at % 4) ? " " : "") + byte.toString(16).padStart(2, "0")).join("");
      }
      for (const [where, words] of Object.entries(shown)) part(where).textContent = words;
      part("sem-codigo").hidden = !!shown.codigo;
      part("com-codigo").hidden = !shown.codigo;
      part("guardar").onclick = () => save(name, text);
      part("declaracao").hidden = false;
      part("declaracao").scrollIntoView();
      canoa.announce(_("The statement is ready."));
    };

    // --- begin -----------------------------------------------------------------------------------------------------------

    /** @type {any} */
    const note = document.querySelector("[data-sem-script]");
    note.hidden = !(root.hidden = false);
    for (const field of parts("[data-chave]")) field.oninput = () => canoa.set(field.dataset.chave, field.value || null);
    for (const box of boxes) {
      // Problems that this edition of the site does not name stay chosen.
      box.onchange = () => canoa.set("territory/problems", [...problemIds().filter((id) => id !== box.value), ...(box.checked ? [box.value] : [])]);
    }
    const actions = { quem: canoa.people, exportar: saveRecord, xapi: saveStatements, apagar: erase, declarar: declare };
    for (const [name, action] of Object.entries(actions)) part(name).onclick = () => action();
    part("imprimir").onclick = () => {
      root.classList.add("so-declaracao");
      print();
    };
    addEventListener("afterprint", () => root.classList.remove("so-declaracao"));
    part("importar").onchange = async (/** @type {any} */ { target }) => {
      if (target.files[0]) part("resultado").textContent = await bring(target.files[0]);
      // The same file may be chosen again.
      target.value = "";
    };
    canoa.onstate(() => {
      part("quantas").textContent = canoa.list("").length;
    });
    canoa.onload(redraw);
    for (const list of order) canoa.load(list).then(redraw, () => {});
  };

  start();
  // test:begin
  if (typeof module === "object") module.exports = { checkRecord, timesOf };
  // test:end
})();
