"use strict";
const assert = require("node:assert/strict");
const { beforeEach, test } = require("node:test");

/** @type {{[key: string]: unknown}} */
let record = {};
globalThis._ = (message) => message;
globalThis.canoa = {
  style() {},
  base: "http://example.org/site/",
  page: "meu-estudo.html",
  courses: {},
  get: (key) => record[key],
  list: (prefix) => Object.entries(record).filter(([key]) => key.startsWith(prefix)),
};
require("../../theme/scripts/progress.js");
const { done, count, ofCourse, ofModule } = globalThis.canoa.progress;

beforeEach(() => {
  record = {};
});

test("a question is done once it was answered, rightly or wrongly", () => {
  assert.equal(done("q1", "questao"), false);
  record["draft/q1"] = ["typed"];
  assert.equal(done("q1", "numerica"), false);
  record["answer/q1/a"] = { answer: ["x"], score: 0 };
  assert.equal(done("q1", "questao"), true);
  assert.equal(done("q1", "lacunas"), true);
  assert.equal(done("q", "questao"), false);
});

test("a case is done when one of its runs came to an end", () => {
  record["case/c/1"] = { path: ["a"], titles: ["A"], end: false };
  assert.equal(done("c", "caso"), false);
  record["case/c/2"] = { path: ["a", "b"], titles: ["A", "B"], end: true };
  assert.equal(done("c", "caso"), true);
});

test("a reflection of blanks is not done", () => {
  record["text/r"] = " \n ";
  assert.equal(done("r", "reflexao"), false);
  record["text/r"] = "We listen first.";
  assert.equal(done("r", "reflexao"), true);
});

test("a task counts when it is ticked, not when something is written about it", () => {
  record["task/t/text"] = "soon";
  record["task/t/done"] = false;
  assert.equal(done("t", "na-sua-unidade"), false);
  record["task/t/done"] = true;
  assert.equal(done("t", "na-sua-unidade"), true);
});

test("one cell begins a worksheet; an emptied one does not count", () => {
  record["sheet/f/used"] = "sim";
  record["sheet/f/cell/1/acao"] = "";
  assert.equal(done("f", "ficha"), false);
  record["sheet/f/cell/1/prazo"] = "2026-12-01";
  assert.equal(done("f", "ficha"), true);
});

test("a checklist is done when as many things are ticked as it has", () => {
  assert.equal(done("k", "checklist"), false);
  record["about/k"] = { kind: "checklist", items: 2 };
  record["check/k/a"] = true;
  record["check/k/b"] = false;
  assert.equal(done("k", "checklist"), false);
  record["check/k/b"] = true;
  assert.equal(done("k", "checklist"), true);
});

test("a questionnaire is done when the learner has ended it", () => {
  record["survey/s/i1"] = 3;
  assert.equal(done("s", "avaliacao"), false);
  record["survey/s"] = { done: "2026-11-22", items: {} };
  assert.equal(done("s", "avaliacao"), true);
});

const page = (name, ...activities) => ({ page: name, title: name, activities });
const elective = { ...page("c/e/index.html", ["reflexao", "e1", "Why"]), id: "c/e", elective: true, problems: [], pages: [] };
const common = {
  ...page("c/m/index.html"),
  id: "c/m",
  elective: false,
  problems: [],
  pages: [page("c/m/unidade 1.html", ["questao", "q1", "First"], ["questao", "c%2Fm%2Funidade%201.html%23questao-2", "Second"])],
};
const course = { ...page("c/index.html"), id: "c", elective: false, problems: [], problemNames: {}, modules: [common, elective], pages: [page("c/caso.html", ["caso", "c1", "Case"])] };

test("what is missing comes in the order of the course, with the address of its block", () => {
  record["answer/q1/a"] = { answer: [], score: 1 };
  const counted = ofCourse(course);
  assert.deepEqual([counted.done, counted.total], [1, 3]);
  assert.deepEqual(
    counted.missing.map(({ href }) => href),
    ["http://example.org/site/c/m/unidade%201.html#questao-2", "http://example.org/site/c/caso.html#c1"],
  );
});

test("an elective counts in its course once it is chosen or begun", () => {
  assert.equal(ofCourse(course).total, 3);
  record["elective/c%2Fe"] = { chosen: false, problem: "", why: "" };
  assert.equal(ofCourse(course).total, 3);
  record["elective/c%2Fe"] = { chosen: true, problem: "", why: "" };
  assert.equal(ofCourse(course).total, 4);
  record = { "text/e1": "begun" };
  assert.equal(ofCourse(course).total, 4);
});

test("a module counts its own page and its units", () => {
  assert.deepEqual([ofModule(common).total, ofModule(elective).total], [2, 1]);
  assert.deepEqual(count([]), { done: 0, total: 0, missing: [] });
});
