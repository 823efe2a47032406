// What the fields of an evaluation's item hold, and what becomes of answers that an edition no longer offers.
"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");

globalThis.canoa = { style() {} };
const { putValue, valueOf } = require("../../theme/scripts/survey.js");
globalThis.document = { activeElement: null };

const choices = (type, ...values) => values.map((value) => ({ type, value, checked: false }));
const written = (type, value = "") => [{ type, value }];
const chosen = (fields) => fields.filter((field) => field.checked).map((field) => field.value);

test("nothing chosen and nothing written is no answer", () => {
  assert.equal(valueOf("escala", choices("radio", "1", "2")), null);
  assert.equal(valueOf("varias", choices("checkbox", "a", "b")), null);
  assert.equal(valueOf("texto", written("textarea", " \n ")), null);
  assert.equal(valueOf("numero", written("number")), null);
});

test("a scale and a number give numbers, zero too", () => {
  const scale = choices("radio", "0", "1");
  scale[0].checked = true;
  assert.equal(valueOf("escala", scale), 0);
  assert.equal(valueOf("numero", written("number", "2.5")), 2.5);
  assert.equal(valueOf("numero", written("number", "0")), 0);
});

test("choices are kept by their texts, several in their order", () => {
  const one = choices("radio", "sim", "não");
  one[1].checked = true;
  assert.equal(valueOf("escolha", one), "não");
  const several = choices("checkbox", "tempo", "rede", "luz");
  several[2].checked = several[0].checked = true;
  assert.deepEqual(valueOf("varias", several), ["tempo", "luz"]);
});

test("a choice that looks like a number stays a text", () => {
  const fields = choices("radio", "1", "2");
  fields[0].checked = true;
  assert.equal(valueOf("escolha", fields), "1");
});

test("what was kept comes back", () => {
  for (const [type, control, value] of [["escala", "radio", 2], ["escolha", "radio", "2"], ["varias", "checkbox", ["1", "3"]]]) {
    const fields = choices(control, "1", "2", "3");
    assert.deepEqual(putValue(fields, value), []);
    assert.deepEqual(valueOf(type, fields), value);
  }
  const text = written("textarea");
  assert.deepEqual(putValue(text, "Mudamos a porta."), []);
  assert.equal(valueOf("texto", text), "Mudamos a porta.");
});

test("no answer clears the fields, as when another person comes in", () => {
  const fields = choices("checkbox", "a", "b");
  putValue(fields, ["a"]);
  putValue(fields, undefined);
  assert.deepEqual(chosen(fields), []);
  const text = written("textarea", "de outra pessoa");
  putValue(text, undefined);
  assert.equal(text[0].value, "");
});

test("an answer that this edition does not offer is named, not lost", () => {
  assert.deepEqual(putValue(choices("radio", "sim", "não"), "talvez"), ["talvez"]);
  const fields = choices("checkbox", "tempo", "rede");
  assert.deepEqual(putValue(fields, ["rede", "barco"]), ["barco"]);
  assert.deepEqual(chosen(fields), ["rede"]);
});

test("a field in which somebody writes is left alone", () => {
  const fields = written("textarea", "meia fra");
  document.activeElement = fields[0];
  putValue(fields, "meia");
  assert.equal(fields[0].value, "meia fra");
});
