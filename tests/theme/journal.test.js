"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");

globalThis._ = (message) => message;
globalThis.canoa = { style() {} };
globalThis.document = { querySelector: () => null, querySelectorAll: () => [] };
const { due, group } = require("../../theme/scripts/journal.js");

test("a follow-up is due 30, 60 and 90 days after the change began, on the day itself", () => {
  const entry = { id: "a", changed: "x", since: "2026-01-31", created: "2026-02-20" };
  assert.equal(due(entry, "2026-03-01"), 0);
  assert.equal(due(entry, "2026-03-02"), 30);
  assert.equal(due(entry, "2026-03-31"), 30);
  assert.equal(due(entry, "2026-04-01"), 60);
  assert.equal(due(entry, "2026-05-01"), 90);
  assert.equal(due(entry, "2030-01-01"), 90);
});

test("without a date of its own the entry's day counts", () => {
  assert.equal(due({ changed: "x", created: "2026-01-01" }, "2026-01-31"), 30);
  assert.equal(due({ changed: "x" }, "2026-01-31"), 0);
  assert.equal(due({ changed: "x", since: "soon" }, "2026-01-31"), 0);
});

test("leap days and the ends of months are counted", () => {
  assert.equal(due({ changed: "x", since: "2028-01-30" }, "2028-02-28"), 0);
  assert.equal(due({ changed: "x", since: "2028-01-30" }, "2028-02-29"), 30);
});

test("an answered follow-up is not asked again, and earlier ones are not made up for", () => {
  const entry = { changed: "x", since: "2026-01-01", follow30: { date: "2026-02-01", state: "mantida", text: "" } };
  assert.equal(due(entry, "2026-02-10"), 0);
  assert.equal(due(entry, "2026-03-10"), 60);
  assert.equal(due({ ...entry, follow60: entry.follow30 }, "2026-03-10"), 0);
});

test("an entry that says nothing yet is not asked about", () => {
  assert.equal(due({ since: "2026-01-01" }, "2026-12-31"), 0);
});

test("fields come together as entries, the newest first", () => {
  const found = group([
    ["journal/a1/changed", "older"],
    ["journal/a1/created", "2026-01-01"],
    ["journal/b2/created", "2026-02-01"],
    ["journal/b2/next", "unfinished"],
    ["journal/c3/created", "2026-03-01"],
  ]);
  assert.deepEqual(
    found.map(({ id, changed, next }) => [id, changed, next]),
    [
      ["b2", undefined, "unfinished"],
      ["a1", "older", undefined],
    ],
  );
});

test("hostile ids of entries are only names", () => {
  const found = group([["journal/__proto__/changed", "x"], ["journal/a/__proto__", "y"]]);
  assert.equal(found.length, 1);
  assert.equal({}.changed, undefined);
});
