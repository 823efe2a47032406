/**
 * The learner's record and what all activities share: one record per person, kept by `keeper.js`, read and written
 * through the global `canoa` (types.d.ts).  Nothing is kept before somebody has agreed (people.js), and nothing leaves
 * the computer by itself.
 */
(() => {
  "use strict";
  /** Of kept records; upgrade.js knows the way from one to the next. */
  const VERSION = 1;
  const SAVE_AFTER = 400;
  const LONGEST_TEXT = 20000;
  const site = canoaSite;
  const main = document.querySelector("main") || document.body;
  const base = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  const page = decodeURI(location.href.split(/[?#]/)[0].slice(base.length)).replace(/(^|\/)$/, "$1index.html");
  const replica = Math.random().toString(36).slice(2, 10).padEnd(8, "0");
  const isLocal = location.protocol === "file:";

  /** @type {Entries} Without a prototype: keys come from files of others. */
  let entries = Object.create(null);
  /** @type {Keeper | undefined} */
  let keeper;
  /** @type {Person | undefined} */
  let person;
  /** @type {Cipher | undefined} */
  let cipher;
  /** Number of the kept record that `entries` holds. */
  let kept = 0;
  let clock = 0;
  let isOpen = false;
  /** Profiles of this browser. */
  let known = 0;
  let unsaved = false;
  /** @type {SaveState} */
  let state = "nobody";
  /** @type {number | undefined} */
  let timer;
  /** @type {Promise<unknown>} */
  let saving = Promise.resolve();
  /** @type {(() => void)[]} */
  const redraws = [];
  /** @type {((state: SaveState) => void)[]} */
  const listeners = [];
  /** @type {{[name: string]: Promise<void>}} */
  const loaded = {};

  // --- the record --------------------------------------------------------------------------------------------------

  /** @param {Value} value  JSON with sorted keys. */
  const canonical = (value) =>
    JSON.stringify(value, (_key, inner) =>
      inner && inner.constructor === Object
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    );

  /** @param {Entry} one @param {Entry} other  For equal times any fixed order will do. */
  const isLater = (one, other) =>
    one.t !== other.t ? one.t > other.t : one.r !== other.r ? one.r > other.r : canonical(one.v) > canonical(other.v);

  /** @param {Entries} others @returns {number} keys that changed */
  const take = (others) => {
    let changed = 0;
    for (const key of Object.keys(others)) {
      const other = others[key];
      if (entries[key] && !isLater(other, entries[key])) continue;
      entries[key] = other;
      clock = Math.max(clock, other.t);
      changed++;
    }
    return changed;
  };

  /** @param {string} key */
  const get = (key) => {
    const value = entries[key] ? entries[key].v : null;
    return value === null ? undefined : value;
  };

  /** @param {string} key @param {Value} value */
  const set = (key, value) => {
    if (typeof value === "string") value = value.slice(0, LONGEST_TEXT);
    if (canonical(get(key) ?? null) === canonical(value)) return;
    clock = Math.max(clock + 1, Date.now());
    entries[key] = { v: value, t: clock, r: replica };
    if (page !== site.study) set("page/last", { page, title: titleOf(main.querySelector("h1")) });
    unsaved = true;
    if (!person) return;
    tell("saving");
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  };

  /** @param {Element | null} element */
  const titleOf = (element) => (element ? /** @type {string} */ (element.textContent) : "").trim();

  // --- keeping it ----------------------------------------------------------------------------------------------------

  /** @param {SaveState} now */
  const tell = (now) => {
    state = now;
    for (const listener of listeners) listener(now);
  };

  const redraw = () => {
    for (const one of redraws) one();
  };

  /** One after the other. */
  const save = () =>
    (saving = saving.then(saveNow).catch(() => {
      unsaved = true;
      tell("failed");
    }));

  const saveNow = async () => {
    if (!person || !keeper || !unsaved) return;
    unsaved = false;
    const sealed = async () => ({ v: VERSION, e: cipher ? await cipher.seal(entries) : entries });
    while (!(await keeper.swap(person.id, kept, await sealed()))) await refresh();
    kept++;
    if (!unsaved) tell("saved");
  };

  /** Take over what other tabs have written. */
  const refresh = async () => {
    if (!keeper || !person) return;
    const found = await keeper.read(person.id);
    if (!found) {
      // Deleted by another page: nothing of theirs may be written again.
      person = undefined;
      unsaved = false;
      location.reload();
    } else if (found.n !== kept) {
      kept = found.n;
      if (take(await unsealed(found))) redraw();
    }
  };

  /** @param {Kept} found @returns {Promise<Entries>} */
  const unsealed = async ({ data: { v, e } }) => {
    const found = cipher ? await cipher.unseal(e) : e;
    if (v === VERSION) return found;
    await load("upgrade");
    return canoaUpgrade(found, v);
  };

  /**
   * Who is studying in this tab, and the key to the record.
   * @param {string} [value] @returns {Promise<{id: string, key?: string} | null>}
   */
  const session = async (value) => {
    const name = `canoa:${site.id}`;
    const hub = /** @type {any} */ (keeper).session;
    if (value && !hub) sessionStorage.setItem(name, value);
    return JSON.parse((hub ? await hub(name, value) : sessionStorage.getItem(name)) || "null");
  };

  const people = async () => {
    const found = keeper && (await keeper.read("people"));
    return /** @type {Person[]} */ (found ? found.data : []);
  };

  /**
   * What was written before by nobody becomes theirs.  Fails when the key does not fit.
   * @param {Person} one
   * @param {string} [key]
   */
  const become = async (one, key) => {
    const found = await /** @type {Keeper} */ (keeper).read(one.id);
    cipher = undefined;
    if (key) {
      await load("lock");
      cipher = await canoaLock.open(key);
    }
    if (found) take(await unsealed(found));
    kept = found ? found.n : 0;
    person = one;
  };

  const open = async () => {
    try {
      if (isLocal) {
        await load("frame");
        keeper = await canoaFrame();
      } else keeper = await canoaKeeper(site.id);
    } catch {
      try {
        await load("spare");
        keeper = await canoaSpare(site.id);
      } catch {
        // Nothing can be kept: the bar says so.
      }
    }
    try {
      const everyone = await people();
      known = everyone.length;
      const noted = keeper && (await session());
      // Alone on this computer and without a passphrase, nobody is asked.
      const one = noted ? everyone.find(({ id }) => id === noted.id) : known === 1 && !everyone[0].lock && everyone[0];
      if (one) await become(one, noted ? noted.key : "");
    } catch {
      // A damaged record or a key that does not fit: as if nobody had come in.
      person = cipher = undefined;
    }
    isOpen = true;
    bar.dataset.pronto = "sim";
    redraw();
    tell(!keeper ? "failed" : person ? "saved" : "nobody");
    if (unsaved) save();
  };

  // --- what blocks need ------------------------------------------------------------------------------------------------

  /** @type {Canoa["element"]} */
  const element = (tag, properties, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (/-|^(role|for)$/.test(name)) made.setAttribute(name, String(value));
      else /** @type {any} */ (made)[name === "class" ? "className" : name] = value;
    }
    made.append(...children);
    return made;
  };

  /** @type {Canoa["load"]} */
  const load = (name) =>
    (loaded[name] ||= new Promise((resolve, reject) => {
      const src = base + (name.endsWith(".js") ? name : `canoa/${name}.js`);
      // Another try may find the link working again.
      const onerror = () => {
        delete loaded[name];
        reject(Error(src));
      };
      document.head.append(element("script", { src, onload: resolve, onerror }));
    }));

  /** @type {Canoa["style"]} */
  const style = (name) => {
    const href = `${base}canoa/${name}.css`;
    if (!document.querySelector(`[href="${href}"]`)) document.head.append(element("link", { rel: "stylesheet", href }));
  };

  /** @type {Canoa["fill"]} */
  const fill = (message, values) => message.replace(/\{(\w+)\}/g, (all, name) => `${values[name] ?? all}`);

  /** @type {Canoa["keyOf"]} */
  const keyOf = (block) => ("provisorio" in block.dataset ? encodeURIComponent(`${page}#${block.id}`) : block.id);

  const openPeople = async () => {
    await load("people");
    canoaPeople();
  };

  const api = {
    site,
    base,
    page,
    get,
    set,
    element,
    load,
    style,
    fill,
    keyOf,
    people: openPeople,
    desk: () => ({ keeper, people, become, save, session, state }),
    entries: () => entries,
    get profile() {
      return person ? { id: person.id, name: person.name, locked: !!person.lock } : null;
    },
    list: (/** @type {string} */ prefix) =>
      Object.keys(entries)
        .filter((key) => key.startsWith(prefix) && entries[key].v !== null)
        .sort()
        .map((key) => [key, entries[key].v]),
    add: (/** @type {string} */ prefix, /** @type {Value} */ value) => {
      // Time first, so that later ids sort after earlier ones; nine digits to the base 36 last until the year 5188.
      clock = Math.max(clock + 1, Date.now());
      const key = prefix + clock.toString(36).padStart(9, "0") + replica.slice(4);
      set(key, value);
      return key;
    },
    merge: (/** @type {Entries} */ others) => {
      const changed = take(others);
      unsaved = true;
      redraw();
      save();
      return changed;
    },
    about: (/** @type {HTMLElement} */ block, /** @type {{[name: string]: Value} | undefined} */ more) => {
      const title = block.querySelector(".bloco-titulo");
      const { bloco, ferramenta } = block.dataset;
      set(`about/${keyOf(block)}`, {
        kind: /** @type {string} */ (bloco),
        title: titleOf(title).slice(titleOf(title && title.querySelector(".bloco-rotulo")).length).trim(),
        page,
        course: document.documentElement.dataset.curso || /** @type {string[]} */ (page.match(/^.*?(?=\/)|/))[0],
        ...(ferramenta && { tool: ferramenta }),
        ...more,
      });
    },
    onload: (/** @type {() => void} */ tellMe) => {
      redraws.push(tellMe);
      if (isOpen) tellMe();
    },
    onstate: (/** @type {(state: SaveState) => void} */ tellMe) => {
      listeners.push(tellMe);
      tellMe(state);
    },
  };

  // --- the bar that says whether things are kept -------------------------------------------------------------------------

  const bar = element("p", { class: "guarda" });

  const showBar = () => {
    const text = element("span");
    const button = element("button", { type: "button", class: "botao leve", onclick: openPeople });
    bar.append(text, button);
    if (site.study && page !== site.study) bar.append(element("a", { href: base + site.study }, _("My study")));
    main.append(bar);
    api.onstate((now) => {
      bar.dataset.estado = now;
      text.setAttribute("role", now === "failed" ? "alert" : "");
      text.textContent = {
        nobody: _("Not being kept"),
        saving: _("Keeping…"),
        saved: _("✓ Kept here"),
        failed: _("This browser keeps nothing. Save a copy."),
      }[now];
      button.textContent = now === "failed" ? _("Save a copy") : person ? person.name : known ? _("Who is studying?") : _("Keep my study");
    });
  };

  Object.assign(window, { canoa: api });
  style("atividades");
  addEventListener("visibilitychange", () => (document.hidden ? save() : unsaved || refresh()));
  addEventListener("pagehide", save);
  addEventListener("beforeunload", (event) => {
    if (unsaved && state !== "nobody") event.preventDefault();
  });
  showBar();
  open();
})();
