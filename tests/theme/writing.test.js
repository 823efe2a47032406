"use strict";
const assert = require("node:assert");
const test = require("node:test");

Object.assign(globalThis, {
  _: (text) => text,
  canoa: { style() {}, site: { id: "teste", language: "pt-BR" } },
  document: { querySelectorAll: () => [] },
});
const { dueDate, daysBetween } = require("../../theme/scripts/writing.js");
require("../../theme/scripts/calendar.js");
const { escapeText, foldLine, reminder } = canoa.tested;

const unfolded = (file) => file.replaceAll("\r\n ", "");

test("a deadline is counted from the day on which it is agreed", () => {
  assert.equal(dueDate("P15D", "2026-11-22"), "2026-12-07");
  assert.equal(dueDate("P2W", "2026-12-25"), "2027-01-08");
  assert.equal(dueDate("P1M", "2026-11-22"), "2026-12-22");
});

test("a month after its last day is the last day of the next", () => {
  assert.equal(dueDate("P1M", "2027-01-31"), "2027-02-28");
  assert.equal(dueDate("P1M", "2028-01-31"), "2028-02-29");
  assert.equal(dueDate("P3M", "2026-11-30"), "2027-02-28");
  assert.equal(dueDate("P14M", "2026-12-15"), "2028-02-15");
});

test("a date is its own deadline, and what cannot be counted gives none", () => {
  assert.equal(dueDate("2027-03-01", "2026-11-22"), "2027-03-01");
  assert.equal(dueDate("", "2026-11-22"), "");
});

test("days are counted by the calendar", () => {
  assert.equal(daysBetween("2026-11-22", "2026-11-22"), 0);
  assert.equal(daysBetween("2026-02-28", "2026-03-01"), 1);
  assert.equal(daysBetween("2026-03-01", "2025-03-01"), -365);
});

test("a calendar's text keeps its semicolons, commas and lines", () => {
  assert.equal(escapeText("a;b,c\\d\r\ne\nf\rg"), "a\\;b\\,c\\\\d\\ne\\nf\\ng");
});

test("no line of a calendar is longer than 75 octets, and no character is cut", () => {
  const people = "👩🏽‍⚕️".repeat(40);
  for (const line of ["é".repeat(200), people, "a".repeat(74) + "ção", "x".repeat(75), "x".repeat(76)]) {
    const folded = foldLine(line);
    assert.equal(unfolded(folded), line);
    for (const part of folded.split("\r\n")) {
      assert.ok(Buffer.byteLength(part) <= 75, part);
      assert.equal(Buffer.from(part).toString(), part);
    }
  }
  assert.ok(!foldLine("x".repeat(75)).includes("\r\n"));
});

test("a reminder is a whole day with an alarm the morning before", () => {
  const address = "https://exemplo.org/a.html#a-1";
  const file = reminder("a-1@teste.canoa", "2026-12-06", "Leve, para a reunião", "Um\nDois", address);
  assert.ok(file.endsWith("END:VCALENDAR\r\n"));
  assert.ok(!/[^\r]\n|\r[^\n]/.test(file));
  const lines = unfolded(file).split("\r\n");
  for (const line of [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "UID:a-1@teste.canoa",
    "DTSTART;VALUE=DATE:20261206",
    "SUMMARY:Leve\\, para a reunião",
    "DESCRIPTION:Um\\nDois",
    "URL:https://exemplo.org/a.html#a-1",
    "BEGIN:VALARM",
    "TRIGGER:-PT15H",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.match(file, /\r\nDTSTAMP:\d{8}T\d{6}Z\r\n/);
});

test("a reminder made from a stick does not say whose computer it was", () => {
  assert.ok(!reminder("a@b", "2026-12-06", "T", "", "file:///C:/Users/Ana/a.html").includes("Ana"));
});
