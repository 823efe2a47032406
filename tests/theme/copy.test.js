"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");

globalThis._ = (message) => message;
const { freshness } = require("../../theme/scripts/copy.js");
const { cases, ...facts } = require("../mirror/freshness_vectors.json");

test("a copy is as fresh as a mirror would say", () => {
  for (const [now, state] of cases) assert.equal(freshness(facts, Date.parse(now)), state, now);
});

test("a date that is none makes the clock suspect, never the copy fresh", () => {
  assert.equal(freshness({ ...facts, notBefore: "" }, Date.now()), "relogio-suspeito");
});
