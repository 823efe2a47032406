// Where two paths through a case part.
"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");

globalThis.canoa = { style() {} };
globalThis.document = { querySelectorAll: () => [] };

const { parting } = require("../../theme/scripts/cases.js");

test("the same path never parts", () => {
  assert.equal(parting(["a", "b"], ["a", "b"]), -1);
});

test("paths part at the first step that differs", () => {
  assert.equal(parting(["a", "b", "c"], ["a", "c"]), 1);
  assert.equal(parting(["a", "b", "a", "c"], ["a", "c"]), 1);
  assert.equal(parting(["a", "b", "d"], ["a", "b", "c"]), 2);
});

test("a path that goes on where the other ends parts there", () => {
  assert.equal(parting(["a", "b"], ["a", "b", "c"]), 2);
  assert.equal(parting(["a", "b", "c"], ["a", "b"]), 2);
});
