/**
 * A course without internet: lists of files (`generator/site/precache.py`), files fetched and checked by digest, and the
 * copy of a site in the browser.
 *
 * The copy is one cache: objects by digest, and an entry `edicao` that says which objects make the edition that
 * canoa-sw.js serves.  New objects change nothing; one `put` of `edicao` changes everything at once, so that whatever
 * breaks off leaves exactly one edition.  All courses of a copy are of one edition, since they share looks and scripts.
 */
/** @type {CopyMaker} */
var canoaTaking = (base, digestOf, signalOf) => {
  "use strict";
  const NAME = `canoa:${base}`;
  // No server has this folder: entries of a cache need addresses.
  const ROOT = `${base}canoa-copia/`;
  const SHARED = "canoa/levar.js";
  const SEARCH = "canoa/levar-busca.js";
  const WORKER = "canoa-sw.js";
  const TOGETHER = 4;
  const STALLED = 60000;
  const SLOW = 10000;
  const ATTEMPTS = 3;
  const LARGEST_LIST = 20e6;
  /** Bytes: larger files come in parts of that size, so that a cut costs no more than one. */
  const PART = 1 << 19;
  const VIDEO = /\.(mp4|m4v|mov|mpe?g|ogv|webm|avi|mkv)$/i;

  /** @param {Trouble} kind @param {{[name: string]: any}} [more] */
  const trouble = (kind, more) => Object.assign(Error(kind), { kind }, more);

  /** @type {(promise: Promise<any>) => Promise<any>}  Some questions are never answered. */
  const soon = (promise) => {
    /** @type {number | undefined} */
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, SLOW);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };

  // --- over the network --------------------------------------------------------------------------------------------

  /**
   * Ask for a file, or for what comes after its first bytes, and hear it piece by piece.
   * @type {(path: string, start: number, hear: (piece: Uint8Array, isRest: boolean) => unknown) => Promise<void>}
   */
  const ask = async (path, start, hear) => {
    const stop = new AbortController();
    const signal = signalOf();
    const abort = () => stop.abort();
    if (signal.aborted) throw trouble("paused");
    signal.addEventListener("abort", abort);
    let timer = setTimeout(abort, STALLED);
    try {
      const address = base + path.split("/").map(encodeURIComponent).join("/");
      // "no-cache" asks the server whether what was read before still holds; and by it the worker knows our requests.
      /** @type {RequestInit} */
      const how = { cache: "no-cache", redirect: "manual", signal: stop.signal };
      const response = await fetch(address, start ? { ...how, headers: { Range: `bytes=${start}-` } } : how);
      if (response.type === "opaqueredirect" || response.redirected) throw trouble("foreign", { path });
      if (response.status === 404 || response.status === 410) throw trouble("gone", { path });
      if (!response.ok) throw trouble("offline");
      const isRest = response.status === 206 && (response.headers.get("Content-Range") || "").startsWith(`bytes ${start}-`);
      if (response.status === 206 && !isRest) throw trouble("foreign", { path });
      const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body || new Blob().stream()).getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(abort, STALLED);
        await hear(read.value, isRest);
      }
    } catch (/** @type {any} */ error) {
      stop.abort();
      throw signal.aborted ? trouble("paused") : error.kind ? error : trouble("offline");
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  };

  /** @param {Uint8Array[]} pieces */
  const joined = (pieces) => {
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  };

  /** @type {(path: string, most: number, hear?: (bytes: number) => void) => Promise<Uint8Array>} */
  const receive = async (path, most, hear = () => {}) => {
    /** @type {Uint8Array[]} */
    const pieces = [];
    let size = 0;
    try {
      await ask(path, 0, (piece) => {
        pieces.push(piece);
        size += piece.length;
        hear(piece.length);
        if (size > most) throw trouble("foreign", { path });
      });
    } catch (error) {
      hear(-size);
      throw error;
    }
    return joined(pieces);
  };

  /**
   * The same for a large file whose parts are kept as they come.
   * @type {(row: CopyRow, parts: CopyParts, hear: (bytes: number) => void) => Promise<Uint8Array>}
   */
  const receiveParts = async ([path, most, digest], parts, hear) => {
    const before = await parts.read(digest);
    let kept = before.length;
    let size = kept * PART;
    let heard = size;
    /** @type {Uint8Array[]} */
    let pieces = [];
    hear(size);
    try {
      if (size < most) {
        await ask(path, size, async (piece, isRest) => {
          if (!isRest && size && !pieces.length && kept === before.length) {
            // The server knows no parts: all comes again.
            hear(-heard);
            kept = size = heard = before.length = 0;
          }
          pieces.push(piece);
          size += piece.length;
          heard += piece.length;
          hear(piece.length);
          if (size > most) throw trouble("foreign", { path });
          if (size - kept * PART < PART) return;
          const waiting = joined(pieces);
          let at = 0;
          for (; waiting.length - at >= PART; at += PART) await parts.add(digest, kept++, waiting.slice(at, at + PART));
          pieces = [waiting.subarray(at)];
        });
      }
    } catch (/** @type {any} */ error) {
      hear(-heard);
      if (error.kind === "foreign") await parts.drop(digest);
      throw error;
    }
    const whole = joined([...(await parts.read(digest)), ...pieces]);
    await parts.drop(digest);
    return whole;
  };

  /** @type {(path: string) => Promise<CopyList>} */
  const readList = async (path) => {
    const bytes = await receive(path, LARGEST_LIST);
    try {
      const text = new TextDecoder().decode(bytes);
      const list = JSON.parse(text.slice(text.indexOf("(") + 1, text.lastIndexOf(")")));
      // What is no list has no files.
      list.files.forEach(String);
      return { ...list, list: await digestOf(bytes) };
    } catch {
      throw trouble("foreign", { path });
    }
  };

  /** @type {ReadEdition} */
  const readEdition = async (wanted, known = {}) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const shared = await readList(SHARED);
      /** @type {{[path: string]: TakenCourse}} */
      const courses = {};
      let isOne = true;
      for (const path of Object.keys(wanted)) {
        const expected = shared.lists[path];
        // A course that the site has no more stays as it was taken; small sites have no search to take.
        if (!expected && !known[path]) {
          if (path === SEARCH) continue;
          throw trouble("gone", { path });
        }
        const isSame = known[path] && (!expected || known[path].list === expected);
        courses[path] = { ...(isSame ? known[path] : await readList(path)), videos: wanted[path].videos };
        isOne = isOne && (!expected || courses[path].list === expected);
      }
      if (isOne) return { shared, courses };
    }
    throw trouble("between");
  };

  /** @type {(edition: CopyEdition) => CopyRow[]} every object once */
  const rowsOf = ({ shared, courses }) => {
    /** @type {Map<string, CopyRow>} */
    const found = new Map();
    for (const row of shared.files) found.set(row[2], row);
    for (const { files, videos } of Object.values(courses)) {
      for (const row of files) if (videos || !VIDEO.test(row[0])) found.set(row[2], row);
    }
    return [...found.values()];
  };

  /** @type {CopyDesk["weigh"]} */
  const weigh = (...lists) => {
    const sizes = new Map(lists.flat().map(([, size, digest]) => [digest, size]));
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  };

  /**
   * Fetch and check what is not there.  Gives the paths of the media that the server lacks: a copy of the site may come
   * without them.
   * @type {(rows: CopyRow[], how: Pick<Parameters<Collect>[1], "keep" | "parts">, hear: (bytes: number, files: number) => void) => Promise<string[]>}
   */
  const gather = async (rows, { keep, parts }, hear) => {
    /** @type {string[]} */
    const missing = [];
    const waiting = rows.slice();
    /** @type {any} */
    let failed;
    const work = async () => {
      for (let row = waiting.shift(); row && !failed; row = waiting.shift()) {
        const [path, size, digest] = row;
        try {
          const isLarge = parts && size > PART;
          /** @param {number} more */
          const listen = (more) => hear(more, 0);
          const bytes = await (isLarge ? receiveParts(row, parts, listen) : receive(path, size, listen));
          if (bytes.length !== size || (await digestOf(bytes)) !== digest) {
            hear(-bytes.length, 0);
            throw trouble("foreign", { path });
          }
          await keep(row, bytes);
          hear(0, 1);
        } catch (/** @type {any} */ error) {
          if (error.kind === "gone" && !/\.(html|js|css)$/.test(path)) missing.push(path);
          else failed = failed || error;
        }
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, work));
    if (failed) throw failed;
    return missing.sort();
  };

  /**
   * The files of an edition; when the site changes meanwhile, of the next one.
   * @type {Collect}
   */
  const collect = async (wanted, { known, edition, old = new Set(), here, begin, hear, ...how }) => {
    let found = edition || (await readEdition(wanted, known));
    for (let attempt = 0; ; attempt++) {
      const present = await here();
      const rows = rowsOf(found);
      const lacking = rows.filter(([, , digest]) => !present.has(digest));
      const fresh = rows.filter(([, , digest]) => !old.has(digest));
      const total = weigh(fresh);
      const all = fresh.length;
      let done = total - weigh(lacking);
      let files = all - lacking.length;
      /** @type {(bytes: number, more: number) => void} */
      const count = (bytes, more) => {
        done += bytes;
        files += more;
        hear({ done, total, files, all });
      };
      try {
        await begin(lacking);
        count(0, 0);
        return { edition: found, missing: await gather(lacking, how, count) };
      } catch (/** @type {any} */ error) {
        if (!["foreign", "gone"].includes(error.kind) || attempt >= ATTEMPTS) throw error;
        const next = await readEdition(wanted, known);
        if (next.shared.list === found.shared.list) throw error;
        found = next;
      }
    }
  };

  // --- in the browser ------------------------------------------------------------------------------------------------

  /** @param {string} name */
  const read = async (name) => {
    if (!(await caches.has(NAME))) return;
    const found = await (await caches.open(NAME)).match(ROOT + name);
    return found && found.json();
  };

  /** @param {string} name */
  const readBytes = async (name) => {
    const found = await (await caches.open(NAME)).match(ROOT + name);
    return found && new Uint8Array(await found.arrayBuffer());
  };

  /** @type {(name: string, body: any) => Promise<void>} */
  const put = async (name, body) => {
    const ETag = Date.now().toString(36) + Math.random().toString(36).slice(2);
    try {
      await (await caches.open(NAME)).put(ROOT + name, new Response(body, { headers: { ETag } }));
    } catch (/** @type {any} */ error) {
      throw error && error.name === "QuotaExceededError" ? trouble("full") : trouble("closed");
    }
  };

  /** @param {string} name */
  const drop = async (name) => (await caches.open(NAME)).delete(ROOT + name);

  const names = async () => {
    if (!(await caches.has(NAME))) return new Set();
    const keys = await (await caches.open(NAME)).keys();
    return new Set(keys.map(({ url }) => url.slice(ROOT.length)));
  };

  /** @type {CopyParts} */
  const parts = {
    read: async (digest) => {
      const found = [];
      for (let part = await readBytes(`${digest}-0`); part; part = await readBytes(`${digest}-${found.length}`)) found.push(part);
      return found;
    },
    add: (digest, number, bytes) => put(`${digest}-${number}`, bytes),
    drop: async (digest) => {
      for (const name of await names()) if (name.startsWith(`${digest}-`)) await drop(name);
    },
  };

  /** @type {() => Promise<CopyState>} */
  const state = async () => ({ copy: await read("edicao"), plan: await read("plano"), objects: (await names()).size });

  /** Objects of this edition and of the one before stay: a page that was opened before the switch may still ask. */
  const sweep = async () => {
    const kept = new Set(["edicao", "antes", "plano"]);
    for (const name of ["edicao", "antes"]) {
      const edition = await read(name);
      if (edition) for (const [, , digest] of rowsOf(edition)) kept.add(digest);
    }
    for (const name of await names()) if (!kept.has(name)) await drop(name);
  };

  const forget = async () => {
    await caches.delete(NAME);
    for (const one of await navigator.serviceWorker.getRegistrations()) if (one.scope === base) await one.unregister();
  };

  /** @type {(need: number) => Promise<void>} */
  const checkSpace = async (need) => {
    const found = navigator.storage && navigator.storage.estimate && (await soon(navigator.storage.estimate()));
    const lacking = found ? need * 1.1 - (found.quota - found.usage) : 0;
    if (lacking > 0) throw trouble("space", { bytes: lacking });
  };

  const startWorker = async () => {
    try {
      await navigator.serviceWorker.register(base + WORKER, { scope: base });
    } catch (/** @type {any} */ error) {
      // A TypeError: the script did not come.  Else the browser does not want any.
      throw trouble(error && error.name === "TypeError" ? "offline" : "closed");
    }
    if (!(await soon(navigator.serviceWorker.ready))) throw trouble("closed");
  };

  /**
   * One tab at a time.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  const alone = (work) => {
    if (!navigator.locks) return work();
    return navigator.locks.request(NAME, { ifAvailable: true }, (lock) => {
      if (!lock) throw trouble("busy");
      return work();
    });
  };

  /** @type {(edition: CopyEdition, missing: string[]) => Promise<void>} */
  const turnTo = async ({ shared, courses }, missing) => {
    const before = await read("edicao");
    for (const path of Object.keys(courses)) {
      const old = before && before.courses[path];
      courses[path].since = old && old.list === courses[path].list && old.since ? old.since : Date.now();
    }
    if (before) await put("antes", JSON.stringify(before));
    await put("edicao", JSON.stringify({ shared, courses, missing, facts: globalThis.canoaCopia }));
    await drop("plano");
    await sweep();
  };

  /** @type {Fulfil} */
  const fulfil = (plan, hear, edition) =>
    alone(async () => {
      const { copy } = await state();
      const old = new Set(copy ? rowsOf(copy).map(([, , digest]) => digest) : []);
      const result = await collect(plan.courses, {
        known: copy && copy.courses,
        edition,
        old,
        here: names,
        begin: async (lacking) => {
          await checkSpace(weigh(lacking));
          await startWorker();
          await put("plano", JSON.stringify(plan));
        },
        keep: ([, , digest], bytes) => put(digest, bytes),
        parts,
        hear,
      });
      await turnTo(result.edition, result.missing);
    });

  /** @type {CopyDesk["remove"]} */
  const remove = (path) =>
    alone(async () => {
      const { copy, plan } = await state();
      if (plan) delete plan.courses[path];
      if (copy) delete copy.courses[path];
      /** @param {{courses: object}} [one] */
      const count = (one) => (one ? Object.keys(one.courses).filter((name) => name !== SEARCH).length : 0);
      const courses = count(copy);
      const planned = count(plan);
      if (!courses && !planned) return forget();
      if (copy) await (courses ? put("edicao", JSON.stringify(copy)) : drop("edicao"));
      await drop("antes");
      // What is left of a plan that only held what is there is no plan.
      if (plan && planned > courses) await put("plano", JSON.stringify(plan));
      else await drop("plano");
      if (planned <= courses) await sweep();
    });

  /** @type {CopyDesk["abandon"]} */
  const abandon = () =>
    alone(async () => {
      if (!(await read("edicao"))) return forget();
      await drop("plano");
      await sweep();
    });

  /** @type {CopyDesk["news"]} */
  const news = async () => {
    const { copy } = await state();
    if (!copy) return;
    const edition = await readEdition(copy.courses, copy.courses);
    const here = await names();
    const absent = new Set(copy.missing);
    const rows = rowsOf(edition).filter(([path, , digest]) => !here.has(digest) && !absent.has(path));
    const pages = rows.filter(([path]) => path.endsWith(".html")).length;
    const isSame = edition.shared.list === copy.shared.list;
    return { edition, pages, files: rows.length, bytes: weigh(rows), isSame: isSame && !rows.length };
  };

  return { state, readEdition, collect, fulfil, remove, abandon, news, weigh, SEARCH, VIDEO };
};
