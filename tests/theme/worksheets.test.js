"use strict";
const assert = require("node:assert");
const test = require("node:test");

const slug = (text) =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");

Object.assign(globalThis, {
  _: (text) => text,
  canoa: { style() {}, site: { id: "teste", language: "pt-BR" }, slug },
  document: { querySelectorAll: () => [] },
});
const { readNumber } = require("../../theme/scripts/worksheets.js");
require("../../theme/scripts/spreadsheet.js");
const { readDate, readCsv, writeCsv, withoutGuard, decode, matchCsv, readCell } = canoa.tested;

const column = (name, type = "texto") => ({ name, type, slug: slug(name), base: slug(name) });
const COLUMNS = [column("Problema"), column("Quantos", "numero"), column("Situação", "escolha")];

test("a number is read with the comma or the point of its language", () => {
  for (const [text, kept] of [
    ["36", "36"],
    ["-3,5", "-3.5"],
    ["−3,5", "-3.5"],
    ["+7", "7"],
    ["1.200", "1200"],
    ["1.234.567,89", "1234567.89"],
    ["1 234,5", "1234.5"],
    ["1,234", "1.234"],
    ["1.5", "1.5"],
    ["2,", "2"],
  ]) {
    assert.equal(readNumber(text, true), kept, text);
  }
  assert.equal(readNumber("1,200", false), "1200");
  assert.equal(readNumber("1.200", false), "1.200");
  assert.equal(readNumber("1,5", false), "1.5");
});

test("what is no number is none", () => {
  for (const text of ["", "muitos", "1,2,3", "1.2.3", "12%", "1e5", "0x10", "-", ",", "NaN", "Infinity"]) {
    assert.equal(readNumber(text, true), undefined, text);
  }
});

test("a date is read as ISO and as day, month, year", () => {
  assert.equal(readDate("2026-11-22"), "2026-11-22");
  assert.equal(readDate("22/11/2026"), "2026-11-22");
  assert.equal(readDate("1/2/2027"), "2027-02-01");
  assert.equal(readDate("1.2.2027"), "2027-02-01");
});

test("a day that does not exist is no date", () => {
  const texts = ["31/02/2026", "2026-13-01", "2026-02-30", "12/25/2026", "22/11/26", "amanhã", "", "2026-11-22T10:00"];
  for (const text of texts) {
    assert.equal(readDate(text), undefined, text);
  }
});

test("CSV is read as RFC 4180 says, with any delimiter and line end", () => {
  assert.deepEqual(readCsv('a;"b;c"\r\n"d ""e""";\n', ";"), [["a", "b;c"], ['d "e"', ""], [""]]);
  assert.deepEqual(readCsv('"um\r\ndois",x\rtrês,y', ","), [["um\r\ndois", "x"], ["três", "y"]]);
  assert.deepEqual(readCsv('5" de chuva\tx', "\t"), [['5" de chuva', "x"]]);
  assert.deepEqual(readCsv('"aberta;x', ";"), [["aberta;x"]]);
});

test("what is written is read back as it was", () => {
  const rows = [
    ["=1+1", "+55 31", "-", "@soma", "'", "'=x", "''@y"],
    ["\tx", "\rx", "a\nb", 'diz "sim"', "a;b,c", " com espaço ", ""],
    ["-3,5", "-cmd|' /C calc'!A0", "3", "é", "“x”", "==", "\n=x"],
  ];
  for (const mark of [";", ",", "\t"]) {
    const back = readCsv(writeCsv(rows, mark), mark).slice(0, -1);
    assert.deepEqual(back.map((row) => row.map(withoutGuard)), rows);
  }
});

test("nothing that is written begins like a formula, but for plain numbers", () => {
  const written = writeCsv([["=cmd|' /C calc'!A0", "@x", "+x", "-x", "\tx", "\rx", "-3,5"]], ";");
  const cells = readCsv(written, ";")[0];
  assert.equal(cells.pop(), "-3,5");
  for (const cell of cells) assert.equal(cell[0], "'");
});

test("a file may be UTF-8, UTF-16 or what old Windows writes", () => {
  const bytes = (text, encoding) => new Uint8Array(Buffer.from(text, encoding));
  assert.equal(decode(bytes("\ufeffação", "utf8")), "ação");
  assert.equal(decode(bytes("ação", "utf8")), "ação");
  assert.equal(decode(bytes("ação", "latin1")), "ação");
  assert.equal(decode(bytes("\ufeffação", "utf16le")), "ação");
});

test("the delimiter is the one that finds the columns, in any order and case", () => {
  for (const [text, mark] of [
    ["sep=;\r\nQUANTOS;problema;outra\r\n1;a;b\r\n", ";"],
    ["Quantos,Problema,Outra\n1,a,b", ","],
    ["quantos\tproblema\toutra\n1\ta\tb", "\t"],
  ]) {
    const found = matchCsv(text, COLUMNS);
    assert.equal(found.mark, mark);
    assert.deepEqual(found.places, [1, 0, -1]);
    assert.deepEqual(found.rows[1], ["1", "a", "b"]);
  }
});

test("a file without a known column gives nothing", () => {
  assert.equal(matchCsv("Nome;Idade\nAna;30\n", COLUMNS).known, 0);
  assert.equal(matchCsv("", COLUMNS).known, 0);
});

test("two columns of one name are told apart by their order", () => {
  const twice = [column("Nota"), { ...column("Nota"), slug: "nota-2" }];
  assert.deepEqual(matchCsv("Nota;Nota\n1;2", twice).places, [0, 1]);
});

test("a cell takes only what suits its column", () => {
  const number = (text) => readNumber(text, true);
  assert.equal(readCell("1,5", "numero", [], number), "1.5");
  assert.equal(readCell("x", "numero", [], number), undefined);
  assert.equal(readCell("NAO INICIADA", "escolha", ["", "não iniciada"], number), "não iniciada");
  assert.equal(readCell("talvez", "escolha", ["", "não iniciada"], number), undefined);
  assert.equal(readCell("x".repeat(20001), "texto", [], number), undefined);
  assert.equal(readCell("", "data", [], number), "");
});
