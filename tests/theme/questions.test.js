// What counts as a right answer, a slip of the pen, a number; and what an answer scores.
"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");

globalThis.canoa = { style() {}, element: () => ({}), site: { language: "pt-BR" } };
globalThis.document = { querySelectorAll: () => [], getElementById: () => null };

const { compare, fold, oneEdit, toNumber, typed } = require("../../theme/scripts/typed.js");
const { score } = require("../../theme/scripts/questions.js");

test("accents, case, punctuation and blanks do not tell two answers apart", () => {
  assert.equal(fold("  Rede de  Atenção à Saúde. "), "rede de atencao a saude");
  assert.equal(fold("COVID-19"), fold("covid 19"));
  assert.equal(fold("1º"), "1o");
  assert.equal(compare("acolhimento!", ["Acolhimento"]), 1);
  assert.equal(compare("acolhimento\u00a0 ", ["ACOLHIMENTO"]), 1);
});

test("an answer of signs only is compared as it is", () => {
  assert.equal(compare("≥", ["≥"]), 1);
  assert.equal(compare("≤", ["≥"]), 0);
});

test("any of the accepted answers is right", () => {
  assert.equal(compare("ras", ["RAS", "Rede de Atenção à Saúde"]), 1);
  assert.equal(compare("rede de atencao a saude", ["RAS", "Rede de Atenção à Saúde"]), 1);
  assert.equal(compare("qualquer coisa", []), 0);
});

test("a slip in one word of five letters or more is almost right", () => {
  for (const typed of ["acolhimeto", "acolhimentto", "acolhimemto", "acolhimetno", "colhimento", "acolhimentos"])
    assert.equal(compare(typed, ["Acolhimento"]), 0.5, typed);
  assert.equal(compare("rede de atencao a saudi", ["Rede de Atenção à Saúde"]), 0.5);
});

test("two slips, a slip in a short word, another number and another count of words are wrong", () => {
  assert.equal(compare("acolimeto", ["Acolhimento"]), 0);
  assert.equal(compare("rad", ["RAS"]), 0);
  assert.equal(compare("20041", ["20042"]), 0);
  assert.equal(compare("rede de atencao", ["Rede de Atenção à Saúde"]), 0);
  assert.equal(compare("redo de atencao a saudi", ["Rede de Atenção à Saúde"]), 0);
});

test("a right answer among the accepted ones wins over an almost right one", () => {
  assert.equal(compare("escuta", ["escuto", "escuta"]), 1);
});

test("one edit is one letter more, less or other, or two neighbours that changed places", () => {
  for (const [one, other] of [["ab", "b"], ["b", "ab"], ["ab", "cb"], ["abc", "acb"], ["a", "a"], ["", "a"]])
    assert.equal(oneEdit(one, other), true, `${one} ${other}`);
  for (const [one, other] of [["ab", "cd"], ["abc", "cba"], ["a", "abc"], ["abcd", "badc"]])
    assert.equal(oneEdit(one, other), false, `${one} ${other}`);
});

test("a decimal comma and a decimal point are read in every language", () => {
  for (const language of ["pt-BR", "es", "en"]) {
    assert.equal(toNumber("36,5", "", language), 36.5);
    assert.equal(toNumber(" 36.5 ", "", language), 36.5);
    assert.equal(toNumber("-0,25", "", language), -0.25);
    assert.equal(toNumber("−3", "", language), -3);
    assert.equal(toNumber("0.125", "", language), 0.125);
    assert.equal(toNumber("0,125", "", language), 0.125);
    assert.equal(toNumber("12 345", "", language), 12345);
    assert.equal(toNumber(",5", "", language), 0.5);
  }
});

test("what stands between thousands is the language's", () => {
  assert.equal(toNumber("1.500", "", "pt-BR"), 1500);
  assert.equal(toNumber("1.234.567,8", "", "pt-BR"), 1234567.8);
  assert.equal(toNumber("1,500", "", "pt-BR"), 1.5);
  assert.equal(toNumber("1,500", "", "en"), 1500);
  assert.equal(toNumber("1,234,567.8", "", "en-GB"), 1234567.8);
  assert.equal(toNumber("1.500", "", "en"), 1.5);
});

test("the unit may be typed along, in any case", () => {
  assert.equal(toNumber("36%", "%", "pt-BR"), 36);
  assert.equal(toNumber("120 mmhg", "mmHg", "pt-BR"), 120);
  assert.equal(toNumber("R$ 1.500,00", "R$", "pt-BR"), 1500);
});

test("what is no number is none", () => {
  for (const text of ["", " ", "trinta", "36 ou 40", "36 mil", "1.2.3", "12.34,5", "1e3", "0x10", "Infinity", "NaN", "--3", "5,"])
    assert.ok(Number.isNaN(toNumber(text, "", "pt-BR")), text);
});

test("a number is right within its tolerance, the borders included", () => {
  const accepted = [{ aceita: "0.3", tolerancia: "0.1" }];
  assert.deepEqual(["0,2", "0,4", "0,41", "0,19"].map((text) => typed(text, accepted, "")), [1, 1, 0, 0]);
  assert.equal(typed("36", [{ aceita: "36", tolerancia: "0" }], ""), 1);
  assert.ok(Number.isNaN(typed("três", accepted, "")));
});

test("a gap accepts what stands between the bars", () => {
  assert.equal(typed("dois mil e quatro", [{ aceita: "2004|dois mil e quatro" }], ""), 1);
});

test("each wrong choice takes a point away, and the score never falls below zero", () => {
  assert.equal(score(1, 0, 1), 1);
  assert.equal(score(0, 1, 1), 0);
  assert.equal(score(2, 0, 3), 2 / 3);
  assert.equal(score(2, 1, 3), 1 / 3);
  assert.equal(score(1, 3, 3), 0);
});
