"use strict";
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const vm = require("node:vm");

/** @type {{[key: string]: {v: any, t: number, r: string}}} */
let record = {};
const value = (key) => (record[key] && record[key].v !== null ? record[key].v : undefined);
globalThis._ = (message) => message;
globalThis.document = { querySelector: () => null, querySelectorAll: () => [] };
globalThis.canoa = {
  style() {},
  base: "http://example.org/",
  courses: {},
  get: value,
  list: (prefix) => Object.keys(record).filter((key) => key.startsWith(prefix)).map((key) => [key, value(key)]),
};
const scripts = path.join(__dirname, "../../theme/scripts");
require("../../theme/scripts/progress.js");
const { checkRecord, timesOf } = require("../../theme/scripts/study.js");
vm.runInThisContext(readFileSync(path.join(scripts, "xapi.js"), "utf-8"));

const NOW = Date.UTC(2026, 10, 22);
const DAY = 86400000;
const PERSON = "0123456789abcdef0123456789abcdef";

const entry = (v, t = NOW - DAY) => ({ v, t, r: "abcdefgh" });
const file = (entries, more = {}) =>
  JSON.stringify({ format: "canoa-record", version: 1, site: { id: "canoa", name: "Canoa" }, person: { id: PERSON }, exported: "2026-11-22T10:00:00Z", entries, ...more });

/** What becomes of one entry: its value, or the reason why it is refused. */
const fate = (key, one) => {
  const { error, entries, refused } = checkRecord(file({ [key]: one }), NOW);
  assert.equal(error, "");
  return refused.length ? refused[0][1] : entries[key];
};
const isKept = (key, one) => typeof fate(key, one) === "object";

const GOOD = {
  "about/q1": { kind: "questao", title: "First", page: "c/m.html", course: "c" },
  "answer/q1/0mf3k2a1x": { answer: ["One", "Two"], score: 0.5, hint: true },
  "draft/q2": ["a", ""],
  "case/c1/0mf3": { path: ["a", "b"], titles: ["A", "B"], end: true },
  "text/r1": "We listen first.\nAlways.",
  "task/t1/done": true,
  "task/t1/due": "2026-12-01",
  "check/k1/sala": false,
  "sheet/f1/used": "em-parte",
  "sheet/f1/row/1": 2,
  "sheet/f1/cell/1/acao": "Ligar",
  "survey/s1/i1": 4,
  "survey/s1/i2": ["acolhimento"],
  "survey/s1": { instrument: "s", moment: "antes", done: "2026-11-01", items: { i1: { text: "?", type: "escala", choices: ["1", "2"], theme: "" } } },
  "journal/0mf3/changed": "A fila acabou",
  "journal/0mf3/follow30": { date: "2026-11-20", state: "mantida", text: "" },
  "elective/c%2Fe": { chosen: true, problem: "hipertensao", why: "" },
  "territory/unit": "UBS Centro",
  "territory/problems": ["hipertensao"],
  "person/audience": "enfermagem",
  "page/last": { page: "c/m.html", title: "M" },
};

test("every kind of entry of the contract is taken", () => {
  const entries = Object.fromEntries(Object.entries(GOOD).map(([key, v]) => [key, entry(v)]));
  const checked = checkRecord(`\ufeff${file(entries, { person: { id: PERSON, name: "Ana" } })}`, NOW);
  assert.deepEqual(checked.refused, []);
  assert.equal(checked.error, "");
  assert.equal(checked.site, "canoa");
  assert.deepEqual(checked.person, { id: PERSON, name: "Ana" });
  assert.deepEqual({ ...checked.entries }, entries);
});

test("what is deleted stays deleted, and kinds of newer copies of the site are kept", () => {
  for (const key of Object.keys(GOOD)) assert.ok(isKept(key, entry(null)), key);
  assert.ok(isKept("badge/x/y", entry({ any: ["thing", 1, true, null] })));
  assert.ok(isKept("answer/c%2Fm.html%23questao-1/0mf3", entry({ answer: [], score: 1 })));
});

test("what is no record is named, and nothing throws", () => {
  const texts = ["", "null", "1", '"x"', "[]", "{}", "{", "\u0000", "[".repeat(200000), `{"format":${"[".repeat(99999)}`, '{"format":"other","version":1}', "\ufffd\ufffdP\u0000K"];
  for (const text of texts) assert.match(checkRecord(text, NOW).error, /not a study record/, text.slice(0, 30));
  assert.match(checkRecord(" ".repeat(20e6 + 1), NOW).error, /20 MB/);
});

test("a record of a newer version says so, a damaged one too", () => {
  assert.match(checkRecord(file({}, { version: 2 }), NOW).error, /newer copy/);
  for (const more of [{ version: 0 }, { version: "1" }, { version: null }, { version: {} }, { version: { toString: 1, valueOf: 1 } }, { entries: [] }, { entries: null }, { entries: "x" }, { person: null }, { person: {} }, { person: { id: 7 } }, { person: { id: ["x"] } }, { person: { id: "../x" } }, { person: { id: "x".repeat(65) } }])
    assert.match(checkRecord(file({}, more), NOW).error, /damaged/, JSON.stringify(more));
  const many = Object.fromEntries(Array.from({ length: 20001 }, (_, number) => [`text/${number}`, entry("x")]));
  assert.match(checkRecord(file(many), NOW).error, /20,000/);
});

test("names and sites that are not texts do no harm", () => {
  for (const site of ["x", null, ["x"], { id: { toString: 1 } }, {}]) {
    const checked = checkRecord(file({}, { person: { id: PERSON, name: { toString: 1 } }, site }), NOW);
    assert.equal(checked.error, "");
    assert.equal(checked.site + checked.person.name, "");
  }
});

test("names with a meaning of their own are refused anywhere", () => {
  for (const name of ["__proto__", "constructor", "prototype"]) {
    const hostile = `{"v":"x","t":1,"r":"abcdefgh"}`;
    for (const key of [name, `text/${name}`, `${name}/text`, `journal/${name}/changed`]) {
      const { refused, entries } = checkRecord(file({}).replace('"entries":{}', `"entries":{"${key}":${hostile}}`), NOW);
      assert.equal(refused.length, 1, key);
      assert.deepEqual(Object.keys(entries), []);
    }
    const inside = file({}).replace('"entries":{}', `"entries":{"page/last":{"v":{"page":"a","title":"b","more":{"${name}":{"polluted":1}}},"t":1,"r":"abcdefgh"}}`);
    assert.match(checkRecord(inside, NOW).refused[0][1], /forbidden/);
  }
  assert.equal({}.polluted, undefined);
});

test("keys have a form and a length", () => {
  for (const key of ["text", "", "/", "text/", "/a", "text/a/b", "answer/q", "survey/a/b/c", "sheet/a", "text/a\nb", "text/\u0000", `text/${"x".repeat(300)}`])
    assert.match(String(fate(key, entry("x"))), /name/, JSON.stringify(key));
});

test("times are numbers; a clock that was ahead does not win for ever", () => {
  for (const t of ["1", null, -1, 0.5, [], {}, true]) assert.match(String(fate("text/a", { v: "x", t, r: "abcdefgh" })), /not an entry/);
  const infinite = file({ "text/a": entry("x", 7) }).replace('"t":7', '"t":1e999');
  assert.equal(checkRecord(infinite, NOW).refused.length, 1);
  assert.equal(fate("text/a", entry("x", NOW + 2 * DAY)).t, NOW);
  assert.equal(fate("text/a", entry("x", NOW + DAY / 2)).t, NOW + DAY / 2);
});

test("an entry without a value, or without a writer, is none", () => {
  for (const one of [null, 1, "x", [], {}, { t: 1, r: "abcdefgh" }, { v: 1, t: 1 }, { v: "x", t: 1, r: "<script>" }, { v: "x", t: 1, r: ["abcdefgh"] }, { v: "x", t: 1, r: { toString: 1 } }])
    assert.match(String(fate("text/a", one)), /not an entry/, JSON.stringify(one));
});

test("texts, lists and depth have limits", () => {
  assert.ok(isKept("text/a", entry("x".repeat(20000))));
  assert.match(String(fate("text/a", entry("x".repeat(20001)))), /too long/);
  assert.ok(isKept("draft/a", entry(Array(200).fill("x"))));
  assert.match(String(fate("draft/a", entry(Array(201).fill("x")))), /too long/);
  assert.ok(isKept("new/a", entry({ a: { b: { c: { d: 1 } } } })));
  assert.match(String(fate("new/a", entry({ a: { b: { c: { d: { e: 1 } } } } }))), /too deep/);
  assert.match(String(fate("new/a", entry({ ["x".repeat(301)]: 1 }))), /too long/);
  let deep = '"x"';
  for (let at = 0; at < 5000; at++) deep = `[${deep}]`;
  const { refused } = checkRecord(file({}).replace('"entries":{}', `"entries":{"new/a":{"v":${deep},"t":1,"r":"abcdefgh"}}`), NOW);
  assert.equal(refused.length, 1);
});

test("a value of another kind than its key asks for is refused", () => {
  const wrong = [
    ["text/a", 1], ["text/a", ["x"]], ["text/a", { x: 1 }], ["check/a/b", "true"], ["answer/q/1", "x"], ["answer/q/1", { answer: "x", score: 1 }],
    ["answer/q/1", { answer: [1], score: 1 }], ["answer/q/1", { answer: ["x"] }], ["case/c/1", { path: "a", titles: [], end: true }], ["elective/a", { chosen: 1 }],
    ["page/last", { page: { toString: "x" }, title: "" }], ["page/last", "javascript:alert(1)"], ["journal/a/follow30", { date: 1 }], ["territory/problems", [{}]],
    ["about/x", []], ["survey/s", { done: "2026-01-01", items: [] }], ["survey/s", { done: "2026-01-01", items: { i1: { choices: [1] } } }], ["survey/s", { done: "soon", items: {} }],
    ["answer/q/1", { answer: [], score: 2 }], ["journal/a/since", "yesterday"], ["journal/a/before", "maybe"], ["journal/a/follow30", { date: "", state: "?", text: "" }],
    ["task/t/due", "2026-1-1"], ["sheet/f/used", "yes"], ["sheet/f/row/1", "1"], ["sheet/f/cell/1/a", 1], ["person/audience", 1],
  ];
  for (const [key, v] of wrong) assert.match(String(fate(key, entry(v))), /expected kind/, `${key} ${JSON.stringify(v)}`);
});

test("whatever is read, nothing throws, all is counted, and what is taken is taken again", () => {
  // A small generator of its own, so that a failure comes back with its seed.
  let seed = 20261122;
  const random = (limit) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % limit;
  };
  const pick = (list) => list[random(list.length)];
  const anything = (depth = 0) =>
    pick([
      () => null,
      () => pick([0, -1, 1e308, 0.5, NOW, NOW * 2]),
      () => pick([true, false]),
      () => pick(["", "x", "=cmd|' /C calc'!A0", "<img src=x onerror=alert(1)>", "\ud800", "x".repeat(20001)]),
      () => (depth > 5 ? [] : Array.from({ length: random(4) }, () => anything(depth + 1))),
      () => (depth > 5 ? {} : Object.fromEntries(Array.from({ length: random(4) }, () => [pick(["a", "v", "t", "answer", "score", "constructor", "toString", "items"]), anything(depth + 1)]))),
    ])();
  for (let round = 0; round < 3000; round++) {
    const entries = {};
    for (let at = random(6); at >= 0; at--) {
      const key = pick([...Object.keys(GOOD), "text/constructor", "text/x\ty", "journal/a/new", "new/a", "hasOwnProperty/a", "toString/b", "x"]);
      entries[key] = random(4) ? { v: random(2) ? anything() : GOOD[key] || null, t: random(3) ? NOW : anything(), r: random(5) ? "abcdefgh" : anything() } : anything();
    }
    const text = file(entries, random(8) ? {} : { [pick(["format", "version", "person", "site", "entries"])]: anything() });
    const checked = checkRecord(random(20) ? text : text.slice(0, random(text.length)), NOW);
    if (checked.error) continue;
    const taken = Object.keys(checked.entries);
    assert.equal(taken.length + checked.refused.length, Object.keys(JSON.parse(text).entries).length);
    const again = checkRecord(file(checked.entries), NOW);
    assert.deepEqual(again.refused, [], `round ${round}`);
    assert.deepEqual({ ...again.entries }, { ...checked.entries });
  }
});

// --- xAPI: the rules of Data.md of xAPI 1.0.3 ------------------------------------------------------------------------------

const IRI = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

const only = (object, ...names) => assert.deepEqual(Object.keys(object).filter((name) => !names.includes(name)), []);
const isLanguageMap = (map) => {
  assert.ok(Object.keys(map).length);
  for (const [language, text] of Object.entries(map)) {
    assert.match(language, LANGUAGE);
    assert.equal(typeof text, "string");
  }
};
const hasNoNulls = (object) => {
  for (const one of Object.values(object)) {
    assert.notEqual(one, null);
    if (typeof one === "object") hasNoNulls(one);
  }
};

/** What a statement must be: 2.2 (form), 2.4.1 to 2.4.7 of Data.md. */
const assertStatement = (statement) => {
  only(statement, "id", "actor", "verb", "object", "result", "context", "timestamp");
  hasNoNulls(statement);
  assert.match(statement.id, /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  only(statement.actor, "objectType", "name", "account");
  only(statement.actor.account, "homePage", "name");
  assert.ok(new URL(statement.actor.account.homePage).host, "the home page is an IRL");
  assert.equal(typeof statement.actor.account.name, "string");
  only(statement.verb, "id", "display");
  assert.match(statement.verb.id, /^http:\/\/adlnet\.gov\/expapi\/verbs\/(answered|completed|experienced)$/);
  isLanguageMap(statement.verb.display);
  only(statement.object, "objectType", "id", "definition");
  assert.match(statement.object.id, IRI);
  only(statement.object.definition, "name", "type");
  assert.match(statement.object.definition.type, IRI);
  isLanguageMap(statement.object.definition.name);
  only(statement.result, "score", "success", "completion", "response");
  if ("score" in statement.result) {
    only(statement.result.score, "scaled");
    assert.ok(statement.result.score.scaled >= -1 && statement.result.score.scaled <= 1);
  }
  for (const [name, type] of [["success", "boolean"], ["completion", "boolean"], ["response", "string"]])
    if (name in statement.result) assert.equal(typeof statement.result[name], type);
  only(statement.context, "platform", "language");
  assert.match(statement.context.language, LANGUAGE);
  assert.match(statement.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.equal(new Date(statement.timestamp).toISOString(), statement.timestamp);
};

const statementsOf = (entries, person = { id: PERSON }, site = { id: "canoa", name: "Canoa" }) => {
  record = entries;
  const made = canoaStatements({ site, person, entries }, "pt-BR", timesOf(entries), globalThis.canoa.progress.done);
  return JSON.parse(JSON.stringify(made));
};

test("a record becomes statements that keep the rules of xAPI 1.0.3", () => {
  const entries = Object.fromEntries(Object.entries(GOOD).map(([key, v], at) => [key, entry(v, NOW - at * 1000)]));
  entries["about/r1"] = entry({ kind: "reflexao", title: "Olhe a sua porta", page: "c/m.html", course: "c" });
  entries["about/f1"] = entry({ kind: "ficha", title: "Plano", page: "c/f.html", course: "c" });
  const made = statementsOf(entries, { id: PERSON, name: "Ana" }, { id: "saúde & território", name: "Canoa" });
  made.forEach(assertStatement);
  assert.equal(new Set(made.map(({ id }) => id)).size, made.length);
  const verbs = made.map(({ verb, object }) => `${verb.id.split("/").pop()} ${object.id.split("/").slice(4).join("/")}`).sort();
  assert.deepEqual(verbs, ["answered activity/q1", "completed activity/c1", "completed activity/f1", "completed activity/r1", "experienced journal/0mf3"]);
  const answered = made.find(({ verb }) => verb.id.endsWith("answered"));
  assert.deepEqual(answered.result, { score: { scaled: 0.5 }, success: false, response: "One[,]Two" });
  assert.equal(made[0].actor.name, "Ana");
});

test("the same record gives the same statements, another person others", () => {
  const entries = { "answer/q1/a": entry({ answer: ["x"], score: 1 }) };
  const [one] = statementsOf(entries);
  assert.deepEqual(statementsOf(entries), [one]);
  assert.equal(one.result.success, true);
  assert.equal("name" in one.actor, false);
  const [other] = statementsOf(entries, { id: PERSON.replace("0", "f") });
  assert.notEqual(other.id, one.id);
  assert.equal(other.object.id, one.object.id);
});

test("deleted entries and kinds that nobody knows make no statements", () => {
  const about = entry({ kind: "constructor", title: "x", page: "", course: "" });
  assert.deepEqual(statementsOf({ "about/x": about, "text/x": entry("y"), "answer/q/1": entry(null), "case/c/1": entry({ path: [], titles: [], end: false }) }), []);
});

test("ids of a hundred thousand statements differ", () => {
  const entries = {};
  for (let at = 0; at < 100000; at++) entries[`answer/q${at % 100}/${at.toString(36)}`] = entry({ answer: [], score: 1 }, NOW + (at % 7));
  assert.equal(new Set(statementsOf(entries).map(({ id }) => id)).size, 100000);
});
