"use strict";
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const vm = require("node:vm");

const scripts = path.join(__dirname, "../../theme/scripts");

// --- a small index, written by hand as docs/search-index.md says ------------------------------------------------------------

const character = (value) => (value === 57 ? "!" : String.fromCharCode(value + 35));
const digits = (...values) => values.map(character).join("");
const number = (n) => {
  if (n < 52) return digits(n);
  if (n < 2404) return digits(52 + Math.floor((n - 52) / 84), (n - 52) % 84);
  const rest = n - (n < 23572 ? 2404 : 23572);
  if (n < 23572) return digits(80 + Math.floor(rest / 7056), Math.floor(rest / 84) % 84, rest % 84);
  return digits(83, Math.floor(rest / 84 ** 3), Math.floor(rest / 7056) % 84, Math.floor(rest / 84) % 84, rest % 84);
};
const packed = (words) =>
  words.map((word, at) => {
    const last = at ? words[at - 1] : "";
    let shared = 0;
    while (shared < Math.min(word.length, last.length) && word[shared] === last[shared]) shared++;
    return character(shared) + word.slice(shared);
  });
/** `{7: [1, 4], 2: [3]}` and, for a list that is cut, how many there are as a quarter power of two. */
const written = (levels, cut) =>
  (cut ? character(cut) : "") +
  Object.keys(levels)
    .sort((a, b) => b - a)
    .map((level) => character(84 + +level) + levels[level].map((page, at) => number(at ? page - levels[level][at - 1] - 1 : page)).join(""))
    .join("");

const SLOTS = 64;
const BLOCK_BITS = 2;
const STEPS = ["coes=c3 cao=c3 s3", "o3 a3 e3"];

/** Path → script.  `pages`: [number, folder, course, path, title, kind, sections]. */
const site = (terms, pages, { most = 4, spelling = [] } = {}) => {
  const files = {};
  const all = Object.keys(terms).sort();
  const separators = [];
  const name = (separator) => separator.replace(/[^a-z0-9]/g, (one) => "_" + one.charCodeAt(0).toString(16).padStart(4, "0"));
  for (let at = 0; at < all.length; at += most) {
    const own = all.slice(at, at + most);
    const separator = at ? own[0] : "";
    separators.push(separator);
    const entries = packed(own).flatMap((entry, which) => [entry, terms[own[which]]]);
    files[`canoa/busca/t-${name(separator)}.js`] = ["terms", separator, entries.join(" ")];
  }
  const backwards = spelling.map(([word, q]) => [word.split("").reverse().join(""), q]).sort(([a], [b]) => (a < b ? -1 : 1));
  files["canoa/busca/s-.js"] = ["spelling", "", packed(backwards.map(([word]) => word)).map((entry, at) => character(backwards[at][1]) + entry).join(" ")];
  for (const [page, folder, course, place, title, kind, sections] of pages) {
    const block = page >> BLOCK_BITS;
    const slot = page % SLOTS;
    const file = (files[`canoa/busca/d${block}.js`] = files[`canoa/busca/d${block}.js`] || ["pages", block, folder, course, "", "", "", ""]);
    const next = file[4] && "\n";
    file[4] += character(page % (1 << BLOCK_BITS));
    file[5] += kind;
    file[6] += next + place;
    file[7] += next + title;
    files[`${folder ? folder + "/busca/" : "canoa/busca/x"}${slot}.js`] = ["text", folder, slot, { [slot]: sections }];
  }
  const courses = [...new Map(pages.map(([page, folder, course]) => [Math.floor(page / SLOTS), [Math.floor(page / SLOTS), folder, course]])).values()];
  files["canoa/busca/cursos.js"] = ["courses", courses];
  const manifest = { format: 3, language: "pt", stem: STEPS, pages: pages.length, slots: SLOTS, numbers: 2 * SLOTS, blockBits: BLOCK_BITS, textBits: 0, terms: packed(separators).join("") };
  return { files, manifest };
};

/** The finder on a site; `asked`: the scripts that it loaded. */
const finder = ({ files, manifest }, { copy, lost } = {}) => {
  const asked = [];
  const globals = { URL, setTimeout, console };
  globals._ = (message) => message;
  globals.self = globals.window = globals;
  if (copy) globals.canoaCopia = copy;
  globals.document = {
    currentScript: { src: "http://site/canoa/busca.js" },
    createElement: (tag) => ({ tag, setAttribute() {}, append() {}, remove() {} }),
    head: {
      append({ tag, src, onload, onerror }) {
        if (tag !== "script") return setTimeout(onload);
        const file = decodeURIComponent(src.slice("http://site/".length));
        asked.push(file);
        setTimeout(() => {
          if (file === lost) return onerror();
          const isCode = /^canoa\/(passages|spelling)\.js$/.test(file);
          if (isCode) vm.runInContext(readFileSync(path.join(scripts, path.basename(file)), "utf-8"), context);
          // The end of the built file.
          if (file === "canoa/spelling.js") globals.canoaSearch("separators", "#");
          const call = isCode ? () => {} : files[file];
          if (!call) return onerror();
          if (typeof call === "function") call(globals.canoaSearch);
          else globals.canoaSearch(...call);
          onload();
        });
      },
    },
  };
  const context = vm.createContext(globals);
  for (const name of ["terms", "fill", "search"]) vm.runInContext(readFileSync(path.join(scripts, `${name}.js`), "utf-8"), context);
  if (manifest) globals.canoaSearch("manifest", manifest);
  return { ...globals.canoaFinder, asked, terms: globals.canoaTerms };
};

const plain = (value) => JSON.parse(JSON.stringify(value));
const text = (words) => [["", "", words]];

const SITE = site(
  {
    acolh: written({ 7: [0], 3: [1, 70] }),
    fil: written({ 5: [1] }),
    hipertens: written({ 7: [2], 1: [70] }),
    mei: written({ 0: [65] }),
    pressa: written({ 6: [2, 70] }),
    raiv: written({ 2: [1, 2] }),
    rem: written({ 7: [65] }, 12),
    risc: written({ 4: [0, 1, 2] }),
    vac: written({ 2: [70] }),
    vacinac: written({ 7: [70], 4: [2] }),
    "!k:c": written({ 0: [65] }),
    "!k:u": written({ 0: [0, 1, 2, 70] }),
  },
  [
    [0, "curso", "O curso", "m/acolher.html", "Acolhe", "u", text("Acolhe com risco.")],
    [1, "curso", "O curso", "m/fila.html", "Filas", "u", [["", "", "Acolhe a fila."], ["porta", "A porta", "O risco de raiva está na fila, depois da acolhe."]]],
    [2, "curso", "O curso", "m/pressao.html", "Hipertensão", "u", text("Risco de raiva e de vacinação na pressa.")],
    [65, "outro", "Outro", "index.html", "Remo & <b>rio</b>", "c", text("Remo no meio.")],
    [70, "outro", "Outro", "vacina.html", "Vacinação", "u", text("Vaca, acolhe, pressa, hipertensão.")],
  ],
  { spelling: [["acolh", 6], ["hipertens", 4], ["pressa", 4], ["raiva", 4], ["vacinac", 4]] },
);

const ask = async (query, typing, from = SITE, options) => {
  const made = finder(from, options);
  const answer = await made.find(query, typing);
  const titles = await Promise.all(answer.hits.map(async (hit) => (await made.record(hit)).title));
  return { ...made, answer: plain(answer), raw: answer, said: made.tell(answer), titles: plain(titles) };
};

test("numbers of every length are read as they were written", () => {
  const { readPostings } = finder(SITE);
  const pages = [0, 51, 103, 2455, 2456, 4000, 26000, 50000, 3000000, 40000000];
  const told = [];
  assert.equal(readPostings(written({ 6: pages, 0: [57, 58] }), (...one) => told.push(one)), 0);
  assert.deepEqual(told, [...pages.map((page) => [page, 6]), [57, 0], [58, 0]]);
  assert.equal(readPostings(written({ 1: [4] }, 20), () => {}), 32);
});

test("words are folded and cut as the index does it", () => {
  const { terms } = finder(SITE);
  assert.deepEqual(plain(terms.words("Ação_SUS: a Ｔuberculose, Straße; œdème — 3ª dose 😀x")), ["acao", "sus", "a", "tuberculose", "strasse", "oedeme", "3a", "dose", "x"]);
  assert.deepEqual(plain(terms.words("x".repeat(40))), ["x".repeat(32)]);
});

test("a word in the title comes before the same word in a text", async () => {
  assert.deepEqual((await ask("acolhe")).titles, ["Acolhe", "Filas", "Vacinação"]);
});

test("pages with all words come alone; only when there are none come those with some, and it is said", async () => {
  const both = await ask("acolhe raiva");
  assert.deepEqual(both.titles, ["Filas"]);
  assert.equal(both.answer.relaxed, false);
  const some = await ask("fila vacinação");
  assert.equal(some.answer.relaxed, true);
  assert.equal(some.titles.length, 3);
  assert.match(some.said, /No page has all the words/);
});

test("a word that is so common that its list was cut excludes no page", async () => {
  assert.deepEqual((await ask("meio remo")).titles, ["Remo & <b>rio</b>"]);
  assert.deepEqual((await ask("raiva remo")).titles.sort(), ["Filas", "Hipertensão"]);
});

test("the word that is being typed may go on; its ending may be no part of a term", async () => {
  assert.deepEqual((await ask("vaci", true)).titles, ["Vacinação", "Hipertensão"]);
  assert.deepEqual((await ask("vacinacoe", true)).titles, ["Vacinação", "Hipertensão"]);
  assert.deepEqual((await ask("raiva acol", true)).titles, ["Filas"]);
});

test("one error is corrected, wherever it is, and it is said", async () => {
  for (const typed of ["hipertensau", "ipertensa", "hipretensa", "hippertensa", "hipertenca", "xacolhe", "caolhe"]) {
    const { answer, said, titles } = await ask(typed);
    assert.equal(titles.length > 0, true, typed);
    assert.equal(answer.corrected.length, 1, typed);
    assert.match(said, new RegExp(`Nothing has “${typed}”`));
  }
  assert.match((await ask("xyzzy")).said, /^Nothing found/);
});

test("a phrase is found only where it stands; when it stands nowhere its words are shown, and it is said", async () => {
  assert.deepEqual((await ask('"risco de raiva"')).titles.sort(), ["Filas", "Hipertensão"]);
  assert.deepEqual((await ask('"raiva está na fila"')).titles, ["Filas"]);
  const loose = await ask('"raiva risco"');
  assert.equal(loose.answer.loose, true);
  assert.equal(loose.titles.length, 2);
  assert.match(loose.said, /in this order/);
});

test("common little words are not asked for, unless there is nothing else", async () => {
  const { asked } = await ask("risco de raiva");
  assert.equal(asked.filter((file) => file.includes("/t-")).length, 2);
  assert.equal((await ask("de")).answer.groups.length, 1);
});

test("a page that is called what was typed comes first", async () => {
  assert.equal((await ask("vacinação")).titles[0], "Vacinação");
});

test("the best passage is under its heading, with the words marked", async () => {
  const { passage, raw } = await ask("risco fila");
  const { anchor, heading, parts } = plain(await passage(1, raw));
  assert.deepEqual([anchor, heading], ["porta", "A porta"]);
  assert.deepEqual(parts.filter((_part, at) => at % 2), ["risco", "fila"]);
  assert.equal(parts.join(""), "O risco de raiva está na fila, depois da acolhe.");
});

test("a passage begins near the words that it shows", async () => {
  const long = `${"palavra ".repeat(80)}o jabuti azul ${"depois ".repeat(80)}`.trim();
  const from = site({ azul: written({ 1: [0] }), jabuti: written({ 1: [0] }) }, [[0, "c", "C", "a.html", "A", "u", text(long)]]);
  const { passage, raw } = await ask("jabuti azul", false, from);
  const whole = plain((await passage(0, raw)).parts).join("");
  assert.match(whole, /^… (palavra ){4}o jabuti azul depois .* …$/);
  assert.equal(whole.split(" ").length < 40, true);
});

test("what a query costs: the shards of its words, the blocks of the best pages, nothing twice", async () => {
  const made = finder(SITE);
  await made.find("acolhe raiva");
  const first = made.asked.length;
  assert.deepEqual(made.asked.filter((file) => file.includes("/t-")).length, 2);
  assert.equal(made.asked.includes("canoa/busca/s-.js"), false);
  await made.find("acolhe raiva");
  assert.equal(made.asked.length, first);
});

test("a part that is missing or damaged makes the answer smaller, is said, and is asked for again", async () => {
  const broken = { ...SITE, files: { ...SITE.files } };
  const lost = "canoa/busca/t-rem.js";
  for (const instead of [undefined, () => {}, (call) => call("terms", "other", "x"), (call) => call("terms", SITE.files[lost][1], 7), (call) => call("manifest2")]) {
    broken.files[lost] = instead;
    const { said, titles } = await ask("acolhe risco", false, broken);
    assert.deepEqual(titles, ["Acolhe", "Filas", "Vacinação"], String(instead));
    assert.match(said, /A part of the search did not open/);
  }
  const made = finder(broken);
  broken.files[lost] = undefined;
  await made.find("risco");
  broken.files[lost] = SITE.files[lost];
  const answer = await made.find("risco");
  assert.equal(answer.hits.length, 3);
  assert.doesNotMatch(made.tell(answer), /did not open/);
});

test("records that are missing, damaged or of another edition's form leave the other pages, and it is said", async () => {
  const lost = "canoa/busca/d0.js";
  const old = (call) => call("pages", 0, "curso", "O curso", [[0, "m/acolher.html", "Acolhe", "u"]]);
  for (const instead of [undefined, () => {}, old, (call) => call("pages", 0, "curso"), (call) => call("pages", 0, 7, 7, 7, 7, 7, 7)]) {
    const made = finder({ ...SITE, files: { ...SITE.files, [lost]: instead } });
    const answer = await made.find("acolhe");
    const records = await Promise.all(answer.hits.map(made.record));
    assert.deepEqual(plain(records.map((one) => one && one.title)), [null, null, "Vacinação"], String(instead));
    assert.match(made.tell(answer), /A part of the search did not open/);
  }
});

test("without its manifest the search says that it did not open", async () => {
  const made = finder({ files: {} });
  assert.match(made.tell(await made.find("risco")), /did not open/);
});

test("a damaged number ends a list and nothing else", () => {
  const { readPostings } = finder(SITE);
  const whole = written({ 7: [1, 2, 60], 3: [40000000] });
  for (let end = 0; end < whole.length; end++) {
    readPostings(whole.slice(0, end), (page) => assert.equal(Number.isInteger(page), true));
  }
});

test("pages of courses that this copy lacks are left out", async () => {
  const copy = { courses: [{ unit: "curso", here: {}, away: { texto: 9 } }, { unit: "outro", here: { texto: 9 }, away: {} }] };
  assert.deepEqual((await ask("acolhe", false, SITE, { copy })).titles, ["Vacinação"]);
});

test("without the script that corrects words, or the one that reads texts, the rest is found, and it is said", async () => {
  const typing = await ask("acolhe hipretensa", false, SITE, { lost: "canoa/spelling.js" });
  assert.deepEqual(typing.titles, ["Acolhe", "Filas", "Vacinação"]);
  assert.match(typing.said, /did not open/);
  const phrase = await ask('"risco de raiva"', false, SITE, { lost: "canoa/passages.js" });
  assert.equal(phrase.answer.loose, true);
  assert.match(phrase.said, /did not open/);
  assert.equal(await phrase.passage(1, phrase.raw), null);
});

test("a damaged list of courses hides no page", async () => {
  const copy = { courses: [{ unit: "curso", here: {}, away: { texto: 9 } }] };
  for (const instead of [undefined, (call) => call("courses", 7), (call) => call("courses", [7]), (call) => call("courses", [[0]])]) {
    const broken = { ...SITE, files: { ...SITE.files, "canoa/busca/cursos.js": instead } };
    assert.equal((await ask("acolhe", false, broken, { copy })).titles.length, 3, String(instead));
  }
});

test("any text is a harmless question", async () => {
  const made = finder(SITE);
  for (const query of ["", " ", '"', '""""', "a".repeat(10000), "<b>x</b>".repeat(2000), "\\ud800", "😀", "constructor __proto__ toString", "!k:u", "% & ? # /", "ﷺ".repeat(100), "\u0301"]) {
    const answer = await made.find(query, true);
    assert.equal(typeof made.tell(answer), "string");
    assert.equal(answer.groups.length <= 8, true);
  }
});
