/**
 * Finds pages: asks the shards of the index that a query needs (docs/search-index.md), each a script that calls
 * `canoaSearch`, and ranks what they say.  The dialog (combobox.js) and the page of results (results.js) show it.
 */
var canoaFinder = (() => {
  "use strict";
  const { WORD, readRules, stem, words } = canoaTerms;
  const fill = canoaFill;
  const MOST_LETTERS = 200;
  const MOST_WORDS = 8;
  const MOST_PARTS = 120;
  /** Terms that a beginning may stand for. */
  const MOST_ENDINGS = 60;
  /** Shards that are looked through for the terms that a word may stand for. */
  const MOST_SHARDS = 4;
  /** Letters of a word that is corrected. */
  const LEAST_CORRECTED = 4;
  /** Pages that are shown at first: each costs a block of records. */
  const AT_ONCE = 5;
  /** How much a word tells that was typed, and one that only begins like it. */
  const EXACT = 5;
  const BEGUN = 4;
  /** How strongly a page may have a word: so much goes into a byte. */
  const STRENGTHS = 256;
  // A shard for each would only say that nearly all pages have them.
  const COMMON = " a ao as com da das de del do dos e el em en for in is la las los na nas no nos o of on os para pela pelo por que se the to um uma un una y ";
  const QUOTED = /["“”„«»]([^"“”„«»]+)(?:["“”„«»]|$)/g;
  /** @type {{[letter: string]: string}} */
  const KINDS = { c: _("Course"), m: _("Module"), u: _("Unit"), e: _("Clinical case"), w: _("Worksheet"), g: _("Glossary"), p: "" };
  const base = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;

  /** @type {SearchManifest | undefined} */
  let manifest;
  /** True when a part of the last answer could not be loaded. */
  let failed = false;
  /** @type {Map<string, any[]>} What the shards said, until it is read. */
  const received = new Map();
  /** @type {Map<string, Promise<any>>} */
  const parts = new Map();

  /**
   * Not shared with store.js, whose like it is: pages with questions have no byte to spare for that (test_weight.py).
   * @type {SearchKit["element"]}
   */
  const element = (tag, properties, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (/^aria-|^role$|^for$|^class$/.test(name)) made.setAttribute(name, /** @type {string} */ (value));
      else /** @type {any} */ (made)[name] = value;
    }
    made.append(...children);
    return made;
  };

  /**
   * The looks of the search come with it: a sheet that a script makes needs no permission of the page's policy.
   * @param {string} rules
   */
  const wear = (rules) => {
    // Browsers of before 2023 may show it plain.
    if (!document.adoptedStyleSheets) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };

  /** @param {string} path  In the site. */
  const addressOf = (path) => base + path.split("/").map(encodeURIComponent).join("/");

  // --- reading the index -----------------------------------------------------------------------------------------------

  /** @param {string} text @param {number} at */
  const digit = (text, at) => {
    const code = text.charCodeAt(at);
    return code === 33 ? 57 : code - 35;
  };

  /** @param {string[]} entries  Each begins with how much it shares with the one before. */
  const unpack = (entries) => {
    let last = "";
    return entries.map((entry) => (last = last.slice(0, digit(entry, 0)) + entry.slice(1)));
  };

  /** @param {string} coded  What each begins with is in no term. */
  const readSeparators = (coded) => unpack(coded.match(/[#-,][^#-,]*/g) || []);

  /** @param {any} told */
  const readManifest = (told) => ({ ...told, stem: told.stem.map((/** @type {string} */ rules) => readRules(rules)), terms: readSeparators(told.terms) });

  /** @param {string} entries @returns {Map<string, string>} term → postings */
  const readTerms = (entries) => {
    const list = entries.split(" ");
    const terms = unpack(list.filter((_one, at) => at % 2 === 0));
    return new Map(terms.map((term, at) => [term, list[at * 2 + 1]]));
  };

  /** @param {string[]} told @returns {Map<number, Omit<SearchRecord, "slot">>} place in the block → page */
  const readBlock = ([folder, course, places, kinds, paths, titles]) => {
    const [names, shown] = [paths.split("\n"), titles.split("\n")];
    return new Map(
      Array.from(places, (place, at) => {
        const where = [KINDS[kinds[at]], kinds[at] !== "c" && course].filter(Boolean).join(" · ");
        return [digit(place, 0), { title: shown[at], href: addressOf((folder && folder + "/") + names[at]), where, folder }];
      }),
    );
  };

  /** @type {SearchKit["readPostings"]} */
  const readPostings = (text, tell) => {
    let common = 0;
    let level = -1;
    let page = -1;
    let at = 0;
    const next = () => digit(text, at++);
    while (at < text.length) {
      const first = next();
      if (first >= 84) {
        level = first - 84;
        page = -1;
      } else if (level < 0) common = 2 ** (first / 4);
      else {
        if (first < 52) page += first;
        else if (first < 80) page += 52 + (first - 52) * 84 + next();
        else if (first < 83) page += 2404 + (first - 80) * 7056 + next() * 84 + next();
        else page += 23572 + ((next() * 84 + next()) * 84 + next()) * 84 + next();
        // Not a number: the list is cut off in the middle of one.
        if (!(++page >= 0)) break;
        tell(page, level);
      }
    }
    return common;
  };

  /**
   * What is made once, unless it could not be had: then the next question asks for it again.
   * @template T
   * @param {string} key
   * @param {() => Promise<T | undefined>} make
   * @returns {Promise<T | undefined>}
   */
  const once = (key, make) => {
    let part = parts.get(key);
    if (part) return part;
    part = make().then((value) => {
      if (!value) parts.delete(key);
      return value;
    });
    parts.set(key, part);
    // A Map keeps the order in which its keys came.
    if (parts.size > MOST_PARTS) parts.delete(parts.keys().next().value);
    return part;
  };

  /**
   * A part of the index; undefined when it cannot be had.
   * @template T
   * @param {string} path  In the site.
   * @param {string} key  What it calls itself.
   * @param {(told: any) => T} read
   * @returns {Promise<T | undefined>}
   */
  const load = (path, key, read) =>
    once(
      path,
      () =>
        new Promise((resolve) => {
          const done = () => {
            script.remove();
            const told = received.get(key);
            received.delete(key);
            let value;
            try {
              value = told && read(told);
            } catch {
              // Damaged: the same as missing.
            }
            if (!value) failed = true;
            resolve(value);
          };
          const script = element("script", { src: addressOf(path), onload: done, onerror: done });
          document.head.append(script);
        }),
    );

  /** @param {string[]} separators @param {string} term @returns {number} the shard in which it would be */
  const shardOf = (separators, term) => {
    let [low, high] = [0, separators.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (separators[middle] <= term) low = middle;
      else high = middle;
    }
    return low;
  };

  /** @type {SearchParts["shard"]} */
  const shard = (kind, separator, read) => {
    const name = separator.replace(/[^a-z0-9]/g, (letter) => "_" + letter.charCodeAt(0).toString(16).padStart(4, "0"));
    return load(`canoa/busca/${kind[0]}-${name}.js`, kind + separator, read);
  };

  /** @type {SearchParts["termShard"]} */
  const termShard = (number) => shard("terms", /** @type {SearchManifest} */ (manifest).terms[number], readTerms);

  /** @type {SearchKit["courseOf"]} */
  const courseOf = (page) => Math.floor(page / /** @type {SearchManifest} */ (manifest).slots);

  /** @type {SearchKit["record"]} */
  const record = async (page) => {
    const { slots, blockBits } = /** @type {SearchManifest} */ (manifest);
    const number = page >> blockBits;
    const block = await load(`canoa/busca/d${number}.js`, `pages${number}`, readBlock);
    const found = block && block.get(page % (1 << blockBits));
    return found ? { ...found, slot: page % slots } : null;
  };

  /**
   * What reads texts, and what corrects words, come when they are first wanted.
   * @template {keyof SearchTools} Name
   * @param {Name} name
   */
  const tool = (name) =>
    load(`canoa/${name}.js`, name, (/** @type {(parts: SearchParts) => SearchTools[Name]} */ make) =>
      make({ base, countOf, digit, load, manifest: /** @type {SearchManifest} */ (manifest), once, parts, readSeparators, received, record, shard, shardOf, termOf, termShard, unpack }),
    );

  /** @type {SearchKit["courses"]} */
  const courses = async () => (await load("canoa/busca/cursos.js", "courses", (told) => told.map((/** @type {any[]} */ [slot, folder, title]) => [+slot, `${folder}`, title]))) || [];

  /** Slots of the courses that this copy of the site lacks (`canoa/copia.js`). */
  const absent = (() => {
    /** @type {Promise<Set<number>> | undefined} */
    let asked;
    const ask = async () => {
      if (!window.canoaCopia) {
        await new Promise((resolve) => {
          document.head.append(element("script", { src: base + "canoa/copia.js", onload: resolve, onerror: resolve }));
        });
      }
      const away = (Object(window.canoaCopia).courses || []).filter((/** @type {any} */ { here }) => !("texto" in here));
      const folders = away.map((/** @type {any} */ { unit }) => unit);
      const list = away.length ? await courses() : [];
      return new Set(list.filter(([, folder]) => folders.includes(folder.split("/")[0])).map(([slot]) => slot));
    };
    return () => asked || (asked = ask());
  })();

  // --- words of a query ------------------------------------------------------------------------------------------------

  /** @param {string} word */
  const termOf = (word) => stem(word, /** @type {SearchManifest} */ (manifest).stem);

  /** @param {string} term */
  const postings = async (term) => {
    const found = await termShard(shardOf(/** @type {SearchManifest} */ (manifest).terms, term));
    return found && found.get(term);
  };

  /** @type {SearchKit["startingWith"]} */
  const startingWith = async (beginning, most) => {
    const { terms } = /** @type {SearchManifest} */ (manifest);
    const first = shardOf(terms, beginning);
    const last = shardOf(terms, beginning + "\uffff");
    const numbers = Array.from({ length: Math.min(most, last - first + 1) }, (_none, at) => first + at);
    const found = await Promise.all(numbers.map(termShard));
    return found.flatMap((one) => Array.from(one || [])).filter(([term]) => term.startsWith(beginning));
  };

  /**
   * Terms of words that may be meant by one that is being typed, when it has gone on into an ending that is no part of
   * the term: the endings that it may become are known.
   * @param {string} word
   * @param {boolean} near  Only terms that stand beside the word: other words begin with it, and no more is fetched.
   * @returns {Promise<[string, string][]>} term, postings
   */
  const completed = async (word, near) => {
    const { stem: steps, terms: shards } = /** @type {SearchManifest} */ (manifest);
    const suffixes = steps.flat().map(([suffix]) => suffix);
    const place = shardOf(shards, word);
    /** @type {Set<string>} */
    const terms = new Set();
    for (let end = word.length - 1; end > 2; end--) {
      for (const suffix of suffixes) if (suffix.startsWith(word.slice(end))) terms.add(termOf(word.slice(0, end) + suffix));
    }
    const asked = Array.from(terms).filter((term) => !near || Math.abs(place - shardOf(shards, term)) < 2);
    const known = await Promise.all(asked.map(async (term) => [term, await postings(term)]));
    return /** @type {[string, string][]} */ (known.filter(([, text]) => text));
  };

  /** @param {string} text  Postings. @returns {number} how many pages have the term, about */
  const countOf = (text) => {
    let pages = 0;
    return Math.max(
      readPostings(text, () => pages++),
      pages,
    );
  };

  /**
   * @param {string} word  Folded.
   * @param {boolean} isBegun  It may go on.
   * @returns {Promise<SearchGroup>}
   */
  const lookUp = async (word, isBegun) => {
    const term = termOf(word);
    const known = await postings(term);
    /** @type {[string, string, number][]} */
    const entries = known ? [[term, known, EXACT]] : [];
    // It will perhaps be wanted, and comes meanwhile.
    if (!known && !isBegun && word.length >= LEAST_CORRECTED) tool("spelling");
    if (word.length > 1 && (isBegun || !known)) {
      // Of a short beginning the first shard has to do.
      let more = await startingWith(word, word.length < 3 ? 1 : MOST_SHARDS);
      if (isBegun && !known) more = [...(await completed(word, more.length > 0)), ...more];
      for (const [one, text] of more.slice(0, MOST_ENDINGS)) entries.push([one, text, BEGUN]);
    }
    const { numbers, pages } = /** @type {SearchManifest} */ (manifest);
    // Plain numbers in plain rows: maps of pages, and sorting them, take a slow computer half a second.
    const strengths = new Uint8Array(numbers);
    /** @type {number[]} */
    const found = [];
    let common = 0;
    for (const [, text, factor] of entries) {
      const about = readPostings(text, (page, level) => {
        if (!strengths[page]) found.push(page);
        strengths[page] = Math.max(strengths[page], (level + 1) * factor);
      });
      common = Math.max(common, about);
    }
    const counts = new Uint32Array(STRENGTHS);
    for (const page of found) counts[strengths[page]]++;
    const weights = new Float64Array(STRENGTHS);
    let count = 0;
    // The fewer pages have the word at least as strongly, the more it tells: common words tell much in a title.
    for (let strength = STRENGTHS - 1; strength; strength--) {
      if (!counts[strength]) continue;
      count += counts[strength];
      weights[strength] = Math.log(1 + Math.max(0, pages - count + 0.5) / (count + 0.5));
    }
    const isExact = !!known && !isBegun;
    return { word, begun: isExact ? "" : word, terms: new Set(entries.map(([one]) => one)), pages: found, strengths, weights, isCommon: common > 0 };
  };

  // --- answers ---------------------------------------------------------------------------------------------------------

  /**
   * @param {SearchGroup[]} groups
   * @returns {{hits: number[], relaxed: boolean}} pages that have all words, or, where none has, some; best first
   */
  const combine = (groups) => {
    const { numbers } = /** @type {SearchManifest} */ (manifest);
    const scores = new Float64Array(numbers);
    /** How many words a page has that are not common. */
    const counts = new Uint8Array(numbers);
    const isKnown = new Uint8Array(numbers);
    /** @type {number[]} */
    const known = [];
    for (const { isCommon, pages, strengths, weights } of groups) {
      for (const page of pages) {
        if (!isKnown[page]) known.push(page);
        isKnown[page] = 1;
        scores[page] += weights[strengths[page]];
        counts[page] += isCommon ? 0 : 1;
      }
    }
    /** @param {number} least  Words, not common ones. */
    const ranked = (least) => {
      /** @type {Map<number, number[]>} Score → pages: the same ones come again and again. */
      const found = new Map();
      for (const page of Uint32Array.from(known).sort()) {
        const words = counts[page];
        if (words < least) continue;
        const score = scores[page] * (least ? 1 : 1 + words);
        const same = found.get(score);
        if (same) same.push(page);
        else found.set(score, [page]);
      }
      const best = Array.from(found.keys()).sort((a, b) => b - a);
      return best.flatMap((score) => found.get(score) || []);
    };
    const all = ranked(groups.filter(({ isCommon }) => !isCommon).length);
    if (all.length) return { hits: all, relaxed: groups.some(({ pages }) => !pages.length) };
    const hits = ranked(0);
    return { hits, relaxed: hits.length > 0 };
  };

  /** @type {SearchKit["find"]} */
  const find = async (query, typing) => {
    failed = false;
    const text = query.slice(0, MOST_LETTERS);
    /** @type {SearchAnswer} */
    const answer = { query, groups: [], hits: [], relaxed: false, loose: false, corrected: [] };
    if (!manifest) return answer;
    const typed = words(text);
    // One letter more makes no word more: the last one may go on.
    const begun = typing && words(text + "x").length === typed.length ? typed[typed.length - 1] : "";
    const unique = Array.from(new Set(typed));
    const telling = unique.filter((word) => !COMMON.includes(` ${word} `));
    const asked = (telling.length ? telling : unique).sort((a, b) => b.length - a.length).slice(0, MOST_WORDS);
    /** @type {Map<string, string>} */
    const instead = new Map();
    const lacking = absent();
    answer.groups = await Promise.all(
      asked.map(async (word) => {
        const group = await lookUp(word, word === begun);
        if (group.pages.length || word.length < LEAST_CORRECTED) return group;
        const corrector = await tool("spelling");
        const other = corrector && (await corrector.correct(word));
        if (!other) return group;
        const written = (text.match(WORD) || []).find((one) => words(one)[0] === word) || word;
        answer.corrected.push([written, other]);
        instead.set(word, other);
        return lookUp(other, false);
      }),
    );
    const { hits, relaxed } = combine(answer.groups);
    const away = await lacking;
    answer.relaxed = relaxed;
    answer.hits = hits.filter((page) => !away.has(courseOf(page)));
    const phrases = Array.from(text.matchAll(QUOTED), ([, inside]) => words(inside)).filter(({ length }) => length > 1);
    if (phrases.length && answer.hits.length) {
      const reader = await tool("passages");
      const exact = reader ? await reader.withPhrases(answer.hits, phrases) : [];
      answer.loose = !exact.length;
      if (exact.length) answer.hits = exact;
    }
    // A page that is called what was typed comes before those that are called more.
    const best = answer.hits.slice(0, AT_ONCE);
    const records = await Promise.all(best.map(record));
    const meant = typed.map((word) => instead.get(word) || word).join(" ");
    const named = best.filter((_page, at) => words(Object(records[at]).title || "").join(" ") === meant);
    if (named.length) answer.hits = named.concat(answer.hits.filter((page) => !named.includes(page)));
    return answer;
  };

  // --- sentences -------------------------------------------------------------------------------------------------------

  /** @type {SearchKit["passage"]} */
  const passage = async (page, answer) => {
    const reader = await tool("passages");
    return reader ? reader.passage(page, answer) : null;
  };

  /** @type {SearchKit["tell"]} */
  const tell = ({ corrected, hits, loose, relaxed }) => {
    if (!manifest) return _("The search did not open on this computer. Use the A–Z index.");
    const said = corrected.map(([typed, other]) => fill(_("Nothing has “{typed}”; these are the results for “{corrected}”."), { typed, corrected: other }));
    if (!hits.length) said.push(_("Nothing found. Try other words, or fewer of them."));
    else {
      if (loose) said.push(_("No page has these words in this order; these have them in another."));
      else if (relaxed) said.push(_("No page has all the words; these have some of them."));
      said.push(hits.length === 1 ? _("1 page found.") : fill(_("{count} pages found."), { count: hits.length }));
    }
    if (failed) said.push(_("A part of the search did not open: results may be missing."));
    return said.join(" ");
  };

  self.canoaSearch = (kind, ...told) => {
    if (kind === "manifest") manifest = readManifest(told[0]);
    else if (kind === "style") wear(told[0]);
    else if (told.length < 2) received.set(kind, told[0]);
    else if (kind === "text") received.set(`${kind}${told[0]} ${told[1]}`, told.slice(2));
    else if (kind === "pages") received.set(kind + told[0], told.slice(1));
    else received.set(kind + told[0], told[1]);
  };

  absent();

  return { AT_ONCE, MOST_LETTERS, base, courseOf, courses, element, find, passage, readPostings, record, startingWith, tell };
})();
