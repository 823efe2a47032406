"""Files made to do harm: nothing runs, nothing is lost, the message says what happened."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from tests.collect.making import Office, person, question, survey
from tests.records.making import as_bytes, entry

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1")


def test_formulas_are_disarmed_in_every_table(office: Office) -> None:
    for number, formula in enumerate(FORMULAS):
        own = person(
            number,
            {
                "text/r": formula,
                "about/=b": {"kind": formula, "title": formula, "course": formula, "page": formula},
                **question("=b", 1, answer=formula),
                **survey("=s", "antes", {"=c": formula}, {"=c": {"text": formula, "type": "escolha", "choices": []}}),
                "journal/j/changed": formula,
                "elective/=e": {"chosen": True, "problem": formula, "why": formula},
            },
        )
        own["person"]["name"] = formula
        office.put(f"={number}.json", own)
    office.put("=cmd.json", b"{")
    office.collect(names=True, texts=True, k=1)
    for file in office.out.glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream, delimiter=";") for cell in row]
        numbers = re.compile(r"-?\d+(,\d+)?")
        assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r＝") and not numbers.fullmatch(cell)] == []
    assert {row["texto"] for row in office.table("textos") if row["origem"] == "reflexao"} == {
        f"'{formula}" for formula in FORMULAS
    }
    assert ("=cmd|' /C calc'!A0",) in office.query("SELECT texto FROM textos"), "the database keeps what was written"


def test_scripts_are_text_in_the_report(office: Office) -> None:
    for number in range(6):
        block = question(SCRIPT.replace("/", "|"), 1)
        items = {"c": {"text": SCRIPT, "type": "escala", "choices": [SCRIPT], "theme": SCRIPT}}
        own = person(
            number,
            {
                **{key: value for key, value in block.items() if not key.startswith("about")},
                f"about/{SCRIPT.replace('/', '|')}": {"kind": SCRIPT, "title": SCRIPT, "course": SCRIPT},
                **survey("s", "antes", {"c": number}, items),
                "elective/e": {"chosen": True, "problem": SCRIPT, "why": ""},
            },
        )
        office.put(f"{SCRIPT.replace('/', '|')}{number}.json", own)
    office.collect()
    report = office.report()
    assert "&lt;script&gt;" in report
    assert "<script" not in report and "<img" not in report


def test_prototype_names_are_refused_with_their_place(office: Office) -> None:
    office.put("bom.json", person(1))
    office.put(
        "a.json",
        as_bytes(person(2)).replace(b'"entries": {', b'"entries": {"__proto__": {"v": 1, "t": 1, "r": "a"}', 1),
    )
    bad = person(3)
    bad["entries"]["novo/x"] = entry({"a": {"constructor": 1}})
    office.put("b.json", bad)
    office.collect()
    reasons = [row["motivo"] for row in office.table("recusados")]
    assert len(reasons) == 2
    assert "__proto__" in reasons[0] and "constructor" in reasons[1] and "novo/x" in reasons[1]


def test_links_in_circles_pipes_and_closed_files_do_no_harm(office: Office) -> None:
    office.put("bom.json", person(1))
    (office.exports / "volta").symlink_to(office.exports)
    (office.exports / "laço.json").symlink_to(office.exports / "laço.json")
    (office.exports / "nada.json").symlink_to(office.exports / "não existe")
    (office.exports / "pasta.json").mkdir()
    os.mkfifo(office.exports / "cano.json")
    collected = office.collect()
    kinds = {Path(one.candidate.path).name: one.refusal.kind for one in collected.refused}
    assert kinds == {"laço.json": "unreadable", "nada.json": "unreadable", "cano.json": "not-a-file"}
    assert collected.counts.people == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_files_and_folders_without_permission_are_named(office: Office) -> None:
    office.put("bom.json", person(1))
    office.put("fechado.json", person(2)).chmod(0)
    closed = office.put("pasta/c.json", person(3)).parent
    closed.chmod(0)
    try:
        collected = office.collect()
    finally:
        closed.chmod(0o700)
    assert [one.refusal.kind for one in collected.refused] == ["unreadable", "unreadable"]


def test_a_huge_file_is_not_read(office: Office) -> None:
    office.put("bom.json", person(1))
    with (office.exports / "grande.json").open("wb") as file:
        file.truncate(10**12)
    office.collect()
    [row] = office.table("recusados")
    assert (row["tipo"], row["copia"]) == ("too-large", "")


@pytest.mark.parametrize(
    "name", ["nova\nlinha.json", "\x1b[2J.json", "'; DROP TABLE pessoas; --.json", "-rf.json", "a" * 240 + ".json"]
)
def test_odd_file_names_are_printable_where_they_are_told(office: Office, name: str) -> None:
    office.put("bom.json", person(1))
    office.put(name, b"x")
    [refused] = office.collect().refused
    assert refused.candidate.name.isprintable()
    [row] = office.table("recusados")
    assert (office.out / row["copia"]).read_bytes() == b"x"


def test_a_file_name_that_is_no_text_is_told(office: Office) -> None:
    office.put("bom.json", person(1))
    with open(os.fsencode(office.exports) + b"/caf\xe9.json", "wb") as file:
        file.write(b"x")
    office.collect()
    assert office.table("recusados")[0]["arquivo"].endswith("caf\\xe9.json")


def test_large_numbers_and_odd_dates_do_not_break_the_tables(office: Office) -> None:
    for number in range(6):
        items = {"n": {"text": "?", "type": "numero"}, "e": {"text": "?", "type": "escala", "choices": ["1", "5"]}}
        own = person(number, survey("s", "antes", {"n": 1e308, "e": -1e300 if number else 3}, items))
        own["entries"]["text/r"] = entry("x", 253402300799999)
        own["entries"]["journal/j/since"] = entry("9999-99-99")
        office.put(f"{number}.json", own)
    office.collect()
    assert {row["ultima"] for row in office.table("pessoas")} == {"9999-W52"}
    assert {row["desde"] for row in office.table("diario")} == {""}
    assert [row["numero"] for row in office.table("questionarios")] == ["3"]


def test_a_record_full_of_activities_is_counted_like_others(office: Office) -> None:
    office.put("a.json", person(1, {f"text/{'x' * 200}{number}": "a" for number in range(20_000)}))
    for number in range(2, 8):
        office.put(f"{number}.json", person(number, question("q", 1)))
    collected = office.collect()
    assert collected.counts.people == 7
    assert len(office.report()) < 40_000


def test_texts_with_line_ends_quotes_and_nulls_survive_the_journey(office: Office) -> None:
    text = 'um "dois"; três,\r\nquatro\u2028cinco\0'
    office.put("a.json", person(1, {"text/r": text}))
    office.collect(texts=True)
    assert office.table("textos")[0]["texto"] == text.replace("\0", "\ufffd")
