/**
 * "Check this copy": makes each image of the release again from the files of the copy and compares its hash with the one
 * that the institution signed.  The files come from the server of this page or out of a folder that somebody chose;
 * nothing is sent anywhere, and no more than a few megabytes are in memory at a time.
 */
(() => {
  "use strict";
  const PIECE = 1 << 20;
  /** Bytes up to which the browser digests an image, ten times as fast as a script; it must then be in memory as a whole. */
  const WHOLE = 16 << 20;
  /** Of a list of files. */
  const LARGEST_LIST = 64 << 20;
  /** Files of at most so many bytes are asked for before they are needed: a server answers several at once. */
  const SMALL = 256 << 10;
  const AHEAD = 4;
  const COPY = "canoa/copia";
  /** What systems leave in folders by themselves. */
  const LEFT_BY_SYSTEMS = /(^|\/)(\.[^/]*|thumbs\.db|desktop\.ini|system volume information\/.*|\$recycle\.bin\/.*)$/i;

  /** Nothing can be read any more: the server is gone, or somebody stopped. */
  class Broken extends Error {}

  /** @type {(length: number) => Sha256} */
  const sha256 = (length) => {
    if (length > WHOLE || !globalThis.crypto?.subtle) return canoaSha256();
    const whole = new Uint8Array(length);
    let filled = 0;
    return {
      add(bytes) {
        whole.set(bytes, filled);
        filled += bytes.length;
      },
      async end() {
        const digest = await crypto.subtle.digest("SHA-256", whole.subarray(0, filled));
        return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      },
    };
  };

  /**
   * The same text as `release_digest` of `generator/release/fingerprints.py`.
   * @type {(images: CopyImage[]) => Promise<string> | string}
   */
  const releaseDigest = (images) => {
    const digest = canoaSha256();
    const utf8 = new TextEncoder();
    for (const { path, length, sha256, blobs } of images) {
      digest.add(utf8.encode(`${sha256}\t${length}\t${path}\n`));
      for (const [blob, size, hash] of blobs) digest.add(utf8.encode(`${hash}\t${size}\t${path}\t${blob}\n`));
    }
    return digest.end();
  };

  /**
   * One pass over a file: whether it is there with the right size; its bytes go to `take`.
   * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null} pieces @param {number} size
   * @param {(bytes: Uint8Array) => unknown} take
   */
  const readFile = async (pieces, size, take) => {
    if (!pieces) return "missing";
    let left = size;
    for await (const bytes of pieces) {
      left -= bytes.length;
      if (left < 0) return "altered";
      await take(bytes);
    }
    return left ? "altered" : "";
  };

  /**
   * The pieces of each file in turn, small ones asked for ahead.
   * @param {CopySource} source @param {ListedFile[]} files
   */
  const inTurn = (source, files) => {
    /** @type {Map<number, Promise<Uint8Array[] | null>>} */
    const early = new Map();
    /** @param {ListedFile} file */
    const whole = async ([path, size]) => {
      /** @type {Uint8Array[]} */
      const parts = [];
      const fault = await readFile(await source.open(path), size, (bytes) => parts.push(bytes));
      return fault === "missing" ? null : fault ? [...parts, new Uint8Array(size + 1)] : parts; // too many bytes: altered
    };
    let next = 0;
    return () => {
      const now = next++;
      for (let i = now; i <= now + AHEAD && i < files.length; i++) {
        if (files[i][1] > SMALL || early.has(i)) continue;
        const reading = whole(files[i]);
        reading.catch(() => {}); // whoever awaits it is told
        early.set(i, reading);
      }
      const reading = early.get(now) || source.open(files[now][0]);
      early.delete(now);
      return reading;
    };
  };

  /**
   * Lists are not signed: they may hold anything.
   * @param {unknown} files
   */
  const isList = (files) =>
    Array.isArray(files) && files.every((file) => Array.isArray(file) && typeof file[0] === "string" && Number.isInteger(file[1]));

  /**
   * Checks a copy.  `lists`: unit → files of its images; `tell` is called with the bytes done, and may wait.
   * @param {CopySource} source @param {CopyFacts} facts @param {CopyImage[]} images
   * @param {(unit: string) => Promise<{[sha256: string]: ListedFile[]}>} lists
   * @param {(bytes: number) => Promise<void>} tell
   * @returns {Promise<Findings>}
   */
  const checkCopy = async (source, facts, images, lists, tell) => {
    /** @type {Findings} */
    const found = { files: 0, altered: [], missing: [], extra: [], unproven: [], digest: await releaseDigest(images) };
    const expected = new Set([`${COPY}.js`, `${COPY}/imagens.json`, `${COPY}/ausentes.js`]);
    const titles = Object.fromEntries(facts.courses.map(({ unit, title }) => [unit, title || _("front page, indexes and looks of the site")]));

    /** @param {string} path @param {string} fault */
    const note = (path, fault) => {
      found.files++;
      if (fault) found[fault === "missing" ? "missing" : "altered"].push(path);
    };

    /** @param {ListedFile} file */
    const checkAlone = async ([path, size, hash]) => {
      const digest = sha256(size);
      const fault = await readFile(await source.open(path), size, async (bytes) => {
        digest.add(bytes);
        await tell(bytes.length);
      });
      return fault || ((await digest.end()) === hash ? "" : "altered");
    };

    /** @param {CopyImage} image @param {ListedFile[]} files */
    const isImage = async (image, files) => {
      const digest = sha256(image.length);
      let length = 0;
      /** @param {Uint8Array} bytes */
      const add = (bytes) => {
        length += bytes.length;
        if (length > image.length) throw new RangeError("longer than signed");
        digest.add(bytes);
      };
      const open = inTurn(source, files);
      try {
        for (const [path, size] of files) {
          add(canoaImage.header(path, size));
          const fault = await readFile(await open(), size, async (bytes) => {
            add(bytes);
            await tell(bytes.length);
          });
          if (fault) return false;
          add(canoaImage.filling(size));
        }
        add(canoaImage.end);
      } catch (error) {
        if (error instanceof RangeError) return false; // the list is not that of this image
        throw error;
      }
      return length === image.length && (await digest.end()) === image.sha256;
    };

    for (const { unit, here } of facts.courses) {
      if (unit !== "site" && here.texto === undefined) expected.add(`${unit}/index.html`);
    }
    /** @type {{unit: string, images: {[sha256: string]: ListedFile[]}}} */
    let known = { unit: "", images: {} };
    for (const image of images.filter(({ here }) => here)) {
      const unit = image.path.split("/")[1];
      if (known.unit !== unit) known = { unit, images: await lists(unit) };
      expected.add(`${COPY}/de-${unit}.json`);
      const list = known.images[image.sha256];
      const files = isList(list) ? list : undefined;
      for (const [path] of [...(files || []), ...image.blobs]) expected.add(path);
      for (const blob of image.blobs) note(blob[0], await checkAlone(blob));
      if (!files) found.unproven.push(titles[unit] || unit);
      else if (await isImage(image, files)) found.files += files.length;
      else {
        const before = found.altered.length + found.missing.length;
        for (const file of files) note(file[0], await checkAlone(file));
        if (found.altered.length + found.missing.length === before) found.unproven.push(titles[unit] || unit);
      }
    }
    if (source.paths) found.extra = source.paths.filter((path) => !expected.has(path) && !LEFT_BY_SYSTEMS.test(path));
    found.unproven = [...new Set(found.unproven)];
    return found;
  };

  // --- where files are read ----------------------------------------------------------------------------------------------

  /**
   * The server of this page.
   * @param {string} base
   * @param {AbortSignal} signal
   * @returns {CopySource}
   */
  const server = (base, signal) => ({
    async open(path) {
      let answer;
      try {
        answer = await fetch(base + path.split("/").map(encodeURIComponent).join("/"), { cache: "no-store", signal });
      } catch (error) {
        throw new Broken(String(error));
      }
      if (answer.status >= 500) throw new Broken(`${answer.status}`);
      if (!answer.ok) return null;
      const reader = answer.body?.getReader();
      return (async function* () {
        try {
          for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) yield step.value;
        } catch (error) {
          throw new Broken(String(error));
        } finally {
          reader?.cancel().catch(() => {}); // an answer that nobody reads to its end holds up the next ones
        }
      })();
    },
  });

  /**
   * A chosen folder.
   * @param {Map<string, File>} files  By path in the site.
   * @returns {CopySource}
   */
  const folder = (files) => ({
    paths: [...files.keys()],
    async open(path) {
      const file = files.get(path);
      if (!file) return null;
      return (async function* () {
        for (let at = 0; at < file.size; at += PIECE) {
          try {
            yield new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
          } catch (error) {
            throw new Broken(String(error));
          }
        }
      })();
    },
  });

  /**
   * The site in what was chosen: the whole stick, or the folder itself.  Of two trees the one that this page is in counts.
   * @param {Iterable<File>} chosen @param {string} base  Address of the site that this page is in.
   */
  const findSite = (chosen, base) => {
    const list = Array.from(chosen, (file) => ({ file, path: file.webkitRelativePath || file.name }));
    const roots = list.filter(({ path }) => `/${path}`.endsWith(`/${COPY}.js`)).map(({ path }) => path.slice(0, -`${COPY}.js`.length));
    const here = decodeURIComponent(base);
    roots.sort((one, other) => Number(here.endsWith(`/${other}`)) - Number(here.endsWith(`/${one}`)) || one.length - other.length);
    if (!roots.length) return null;
    const files = new Map();
    for (const { file, path } of list) if (path.startsWith(roots[0])) files.set(path.slice(roots[0].length), file);
    return files;
  };

  /** @param {CopySource} source @param {string} path */
  const readText = async (source, path) => {
    const pieces = await source.open(path);
    if (!pieces) return "";
    const decoder = new TextDecoder();
    let text = "";
    for await (const bytes of pieces) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > LARGEST_LIST) return "";
    }
    return text + decoder.decode();
  };

  /**
   * The values of a script or JSON file of the copy; undefined when it is not there or damaged.
   * @param {CopySource} source
   * @param {string} path
   */
  const readValues = async (source, path) => {
    const text = await readText(source, path);
    try {
      return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
    } catch {
      return undefined;
    }
  };

  // test:begin
  if (typeof module === "object") module.exports = { checkCopy, findSite, releaseDigest, readValues, folder, sha256 };
  if (typeof document === "undefined") return;
  // test:end

  // --- the page ------------------------------------------------------------------------------------------------------------

  // copy.js comes before this script, with these.
  const [fill, size] = [canoaFill, canoaSize];
  const base = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  const isServed = location.protocol.startsWith("http");
  /** @type {(selector: string) => any} */
  const one = (selector) => document.querySelector(selector);
  const shown = (/** @type {number} */ value) => value.toLocaleString(document.documentElement.lang);
  const inGroups = (/** @type {string} */ hash) => hash.replace(/(.{4})(?=.)/g, "$1 ");
  /** @type {(tag: string, text: string, ...children: Node[]) => HTMLElement} */
  const element = (tag, text, ...children) => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.append(...children);
    return made;
  };
  const most = 200;

  /** @type {(title: string, names: string[]) => Node[]} */
  const listed = (title, names) => {
    if (!names.length) return [];
    const rest = names.length - most;
    const items = names.slice(0, most).map((name) => element("li", name));
    if (rest > 0) items.push(element("li", fill(_("and {count} more"), { count: shown(rest) })));
    return [element("h3", `${title} (${shown(names.length)})`), element("ul", "", ...items)];
  };

  /** @param {CopyFacts} facts */
  const showFacts = (facts) => {
    one("[data-edicao]").textContent = canoaEdition.line(facts, undefined);
    one("[data-raiz]").textContent = inGroups(facts.root);
    one("[data-codigo]").textContent = inGroups(facts.digest);
    for (const course of facts.courses.filter(({ unit }) => unit !== "site")) {
      const { here, away } = course;
      const item = element("li", "", element("b", course.title), document.createElement("br"));
      item.append(fill(_("signed by {institution}"), { institution: `\u2068${facts.institutions[course.by] || course.by}\u2069` }));
      if (Object.keys(here).length) item.append(" · ", fill(_("here: {layers}"), { layers: canoaEdition.layers(here) }));
      if (Object.keys(away).length) item.append(" · ", fill(_("not here: {layers}"), { layers: canoaEdition.layers(away) }));
      one("[data-cursos]").append(item);
    }
  };

  /** @param {Findings} found @param {CopyFacts} facts @param {boolean} isFolder */
  const showFindings = (found, facts, isFolder) => {
    const { altered, missing, extra, unproven, files } = found;
    const edition = { files: shown(files), number: facts.release };
    const isOther = isFolder && canoaCopia.digest !== facts.digest;
    const wrong = altered.length + missing.length + unproven.length;
    const verdict = wrong
      ? _("Something in this copy is not as it was signed.")
      : extra.length
        ? fill(_("The {files} files of edition {number} are as they were signed, but there are others beside them."), edition)
        : fill(_("All is well: the {files} files of this copy are those that were signed in edition {number}."), edition);
    const lines = [element("p", "", element("strong", (wrong || extra.length ? "⚠ " : "✓ ") + verdict))];
    if (isOther) lines.push(element("p", fill(_("The folder holds another edition than this page: number {number}, with the code {code}."), { number: facts.release, code: inGroups(facts.digest) })));
    if (wrong) lines.push(element("p", _("Do not rely on the files named here. Ask for another copy, and tell whoever keeps this one.")));
    lines.push(.../** @type {HTMLElement[]} */ (listed(_("Altered or damaged"), altered)));
    lines.push(.../** @type {HTMLElement[]} */ (listed(_("Missing"), missing)));
    lines.push(.../** @type {HTMLElement[]} */ (listed(_("In the folder, but not part of the edition"), extra)));
    lines.push(.../** @type {HTMLElement[]} */ (listed(_("Cannot be proven, since its list is missing or altered"), unproven)));
    if (!isFolder) lines.push(element("p", _("Files that do not belong to the edition cannot be seen through a server: only in a folder.")));
    lines.push(element("p", fill(_("Checked on {date}. The code of the edition was made again from the checked files."), { date: new Date().toLocaleString(document.documentElement.lang) })));
    one("[data-resultado]").replaceChildren(...lines);
    one("[data-resultado]").classList.toggle("falha", wrong + extra.length > 0);
  };

  /** @type {AbortController | undefined} */
  let running;
  /**
   * Resolves when the check goes on.
   * @type {Promise<void> | undefined}
   */
  let paused;
  /** @type {() => void} */
  let goOn = () => {};

  const pause = () => {
    const isPaused = !paused;
    if (isPaused) paused = new Promise((resolve) => (goOn = resolve));
    else paused = void goOn();
    one("[data-pausar]").textContent = isPaused ? _("Go on") : _("Pause");
  };

  /**
   * Of a list that may be damaged.
   * @param {CopyImage[]} images
   */
  const digestOf = (images) => {
    try {
      return releaseDigest(images);
    } catch {
      return "";
    }
  };

  /** @param {(signal: AbortSignal) => CopySource} open @param {boolean} isFolder */
  const check = async (open, isFolder) => {
    running?.abort();
    const own = (running = new AbortController());
    if (paused) pause();
    const source = open(own.signal);
    one("[data-resultado]").replaceChildren();
    one("[data-curso]").hidden = false;
    let done = 0;
    let drawn = 0;
    try {
      /** @type {CopyFacts | undefined} */
      const facts = isFolder ? await readValues(source, `${COPY}.js`) : canoaCopia;
      /** @type {{images: CopyImage[]} | undefined} */
      const listing = await readValues(source, `${COPY}/imagens.json`);
      const images = listing?.images || [];
      if (!facts?.release) throw new RangeError(_("This is a working edition: nobody has signed it, so there is nothing to compare it with."));
      if (!images.length || (await digestOf(images)) !== facts.digest) {
        throw new RangeError(_("The list of signed files of this copy is missing or does not fit the code of the edition. Ask for another copy."));
      }
      const total = images.filter(({ here }) => here).reduce((sum, { length, blobs }) => sum + length + blobs.reduce((all, [, size]) => all + size, 0), 0);
      one("progress").max = total;
      const tell = async (/** @type {number} */ bytes) => {
        done += bytes;
        if (Date.now() > drawn + 200) {
          drawn = Date.now();
          one("progress").value = Math.min(done, total);
          one("[data-andamento]").textContent = fill(_("{done} of {total}"), { done: size(done), total: size(total) });
        }
        await paused;
        if (own.signal.aborted) throw new Broken("");
      };
      const lists = async (/** @type {string} */ unit) => (await readValues(source, `${COPY}/de-${unit}.json`))?.images || {};
      const found = await checkCopy(source, facts, images, lists, tell);
      if (own === running) showFindings(found, facts, isFolder);
    } catch (error) {
      if (own.signal.aborted) return;
      const words = error instanceof RangeError ? error.message : _("Reading stopped: the server does not answer, or the stick was taken out. Begin again.");
      one("[data-resultado]").replaceChildren(element("p", "", element("strong", "⚠ " + words)));
      if (!(error instanceof RangeError || error instanceof Broken)) throw error;
    } finally {
      if (own === running) {
        running = undefined;
        one("[data-curso]").hidden = true;
      }
    }
  };

  const cancel = () => {
    running?.abort();
    running = undefined;
    goOn();
    one("[data-curso]").hidden = true;
    one("[data-resultado]").replaceChildren(element("p", _("Stopped. Nothing was found out about this copy.")));
  };

  const choose = (/** @type {HTMLInputElement} */ input) => {
    const files = findSite(input.files || [], base);
    if (files) check(() => folder(files), true);
    else one("[data-resultado]").replaceChildren(element("p", _("There is no copy of the site in this folder. Choose the one in which the file conferir.html is.")));
    input.value = "";
  };

  /**
   * Whether what somebody was told is the code of the edition or of the catalogue.
   * @param {string} written
   */
  const compare = (written) => {
    const told = written.toLowerCase().replace(/[^0-9a-f]/g, "");
    const known = [canoaCopia.digest, canoaCopia.root].find((code) => code === told);
    const begun = [canoaCopia.digest, canoaCopia.root].some((code) => code.startsWith(told));
    one("[data-igual]").textContent = !told
      ? ""
      : known
        ? _("✓ The same.")
        : begun
          ? fill(_("So far the same: {count} of 64 digits."), { count: told.length })
          : _("⚠ Not the same. Ask which edition was read to you, and do not rely on this copy until it is clear.");
  };

  const start = () => {
    for (const name of ["atividades", "conferir"]) {
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${base}canoa/${name}.css` }));
    }
    for (const words of document.querySelectorAll("[data-sem-script]")) words.remove();
    const facts = window.canoaCopia;
    one(facts?.release ? ".conferencia" : "[data-de-trabalho]").hidden = false;
    if (!facts?.release) return;
    showFacts(facts);
    one("[data-servido]").hidden = !isServed;
    const bytes = facts.courses.flatMap(({ here }) => Object.values(here)).reduce((sum, layer) => sum + layer, 0);
    one("[data-tamanho]").textContent = size(bytes);
    const input = one("[data-pasta]");
    one(input.webkitdirectory === undefined ? "[data-sem-pasta]" : "[data-com-pasta]").hidden = false;
    one("[data-conferir]").onclick = () => check((signal) => server(base, signal), false);
    one("[data-pausar]").onclick = pause;
    one("[data-cancelar]").onclick = cancel;
    one("[data-imprimir]").onclick = () => print();
    input.onchange = () => choose(input);
    one("[data-comparar]").oninput = (/** @type {Event} */ event) => compare(/** @type {HTMLInputElement} */ (event.target).value);
  };
  start();
})();
