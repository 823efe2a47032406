"""The report: right numbers, small ones withheld, one light file that asks nobody for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from playwright.sync_api import Browser

from bench.collect import write_exports
from tests.collect.making import Office, person, question, survey
from tests.records.making import entry


def sheet(block: str, tool: str, used: str) -> dict[str, Any]:
    return {
        f"about/{block}": {"kind": "ficha", "title": "Ficha", "course": "curso", "tool": tool},
        f"sheet/{block}/used": used,
        f"sheet/{block}/cell/1/a": "x",
    }


def change(identifier: str, tool: str, before: str, **more: Any) -> dict[str, Any]:
    fields = {"changed": "Mudou", "tool": tool, "before": before, "since": "2026-09-01", **more}
    return {f"journal/{identifier}/{name}": value for name, value in fields.items()}


# --- numbers ------------------------------------------------------------------------------------------------------


def test_a_tool_counts_once_per_person_from_journal_or_worksheet(office: Office) -> None:
    for number in range(20):
        entries: dict[str, Any] = {}
        if number < 6:
            entries |= change("a", "acolhimento", "nao") | change("b", "acolhimento", "nao")
        if number in range(4, 9):
            entries |= sheet("f", "acolhimento", "nao")
        if number < 3:
            entries |= sheet("g", "planejamento", "nao")
        entries |= change("c", "comunicacao", "sim") | sheet("h", "grupo-operativo", "em-parte")
        office.put(f"{number}.json", person(number, entries))
    office.collect()
    shown = office.summary("Tools newly introduced, by category")
    assert shown["User embracement", "People"] == "9"
    assert shown["User embracement", "Share of all people"] == "45,0 %"
    assert shown["At least one tool", "People"] == "9"
    assert (
        shown["Planning", "People"] == shown["Communication", "People"] == shown["Operative group", "People"] == "< 5"
    )


def test_changes_and_what_became_of_them(office: Office) -> None:
    for number in range(12):
        state = "mantida" if number < 7 else "abandonada"
        more = {"follow30": {"date": "2026-10-01", "state": state, "text": ""}}
        entries = {**change("a", "acolhimento", "sim", **more), **change("b", "", "")}
        entries |= {key.replace("/a/", "/gone/"): None for key in entries if "/a/" in key}
        office.put(f"{number}.json", person(number, entries))
    for number in range(12, 18):
        office.put(f"{number}.json", person(number))
    office.collect()
    shown = office.summary("Changes by tool")
    assert shown["All changes", "Changes"] == "24"
    assert shown["User embracement", "Changes"] == shown["Without a tool", "Changes"] == "12"
    follow_up = office.summary("What became of the changes")
    assert follow_up["After 30 days", "Kept"] == "7"
    assert follow_up["After 30 days", "Given up"] == "5"
    assert follow_up["After 30 days", "Adapted"] == follow_up["After 60 days", "Kept"] == "*"


def test_first_and_last_attempts(office: Office) -> None:
    for number in range(20):
        scores = (1,) if number < 8 else (0.5, 1) if number < 14 else (0, 0, 0)
        office.put(f"{number}.json", person(number, question("q", *scores) | question("r", 1), "enfermagem"))
    office.collect()
    shown = office.summary("Each question")
    row = "curso · Questão q"
    assert shown[row, "People"] == "20"
    assert (shown[row, "Right at first"], shown[row, "Right at last"]) == ("40,0 %", "70,0 %")
    assert shown[row, "Attempts, mean"] == "1,9"
    assert shown["curso · Questão r", "Right at first"] == "> 75,0 %", "that all were right tells of each"


def test_before_and_after_are_paired_by_person_and_code(office: Office) -> None:
    for number in range(15):
        before = survey("antes", "antes", {"clima": 1 + number % 3})
        after = survey("depois", "depois", {"clima": 2 + number % 3 + (number < 5)})
        entries = before | after if number < 14 else before
        office.put(f"{number}.json", person(number, entries))
    office.collect()
    shown = office.summary("Before and after")
    row = "O clima é bom (clima)"
    assert shown[row, "People"] == "14", "who answered once is not there: the difference would tell their answer"
    assert (shown[row, "Before, mean"], shown[row, "After, mean"], shown[row, "Difference"]) == (
        "1,93",
        "3,29",
        "+1,36",
    )
    assert "<svg" in office.report()


def test_until_enough_people_have_answered_twice_the_first_answers_are_shown(office: Office) -> None:
    for number in range(12):
        entries = survey("antes", "antes", {"clima": 1 + number % 2})
        if number < 3:
            entries |= survey("depois", "depois", {"clima": 5})
        office.put(f"{number}.json", person(number, entries))
    office.collect()
    assert office.summary("Before and after") == {}
    row = "O clima é bom – Before (clima)"
    assert (office.summary("Mean values")[row, "People"], office.summary("Mean values")[row, "Mean"]) == ("12", "1,50")


def test_a_distribution_of_few_people_is_shown_whole_or_not_at_all(office: Office) -> None:
    for number in range(40):
        answers = {"clima": 1 + number % 5, "onde": "Casa" if number < 37 else "Unidade"}
        office.put(f"{number}.json", person(number, survey("s", "", answers)))
    office.collect()
    shown = office.summary("Distribution of answers")
    assert [value for (_, column), value in shown.items() if column == "People"] == ["8"] * 5
    chosen = office.summary("What was chosen")
    assert {value for (_, column), value in chosen.items() if column == "People"} == {"*"}
    office.put("41.json", person(41, survey("s", "", {"clima": 6})))
    office.collect()
    assert office.summary("Distribution of answers") == {}
    assert "Distributions left out" in office.report()


def test_choices_of_few_people_keep_their_names_in_the_report(office: Office) -> None:
    for number in range(40):
        answer = "Casa" if number < 20 else "Unidade" if number < 37 else "Rua"
        items = {"onde": {"text": "Onde?", "type": "escolha", "choices": ["Casa", "Unidade", "Rua"]}}
        office.put(f"{number}.json", person(number, survey("s", "", {"onde": answer}, items)))
    office.collect()
    shown = {line: value for (line, column), value in office.summary("What was chosen").items() if column == "People"}
    assert shown == {"Onde? (onde) · Casa": "20", "Onde? (onde) · Unidade": "*", "Onde? (onde) · Rua": "*"}
    assert "Rua" not in {row["resposta"] for row in office.table("questionarios")}


def test_many_people_make_bands_beside_a_mean_that_is_less_exact(office: Office) -> None:
    for number in range(120):
        office.put(f"{number}.json", person(number, survey("s", "", {"clima": 2 + number % 3})))
    office.collect()
    shown = office.summary("Distribution of answers")
    steps = [line.rpartition(" · ")[2] for (line, column) in shown if column == "People"]
    assert steps == ["1–2", "3", "4–5"]
    assert office.summary("Mean values")["O clima é bom (clima)", "Mean"] == "3,0"


def test_answers_by_audience_withhold_small_groups_and_what_would_tell_them(office: Office) -> None:
    number = 0
    for audience, people in (("enfermagem", 30), ("medicina", 20), ("acs", 12), ("gestao", 2)):
        for _ in range(people):
            number += 1
            entries = survey("s", "", {"clima": 1 + number % 5}) | question("q", number % 2)
            office.put(f"{number}.json", person(number, entries, audience))
    office.collect(names=True)
    shown = office.summary("Answers by audience")
    row = "O clima é bom (clima)"
    assert [shown[row, name] for name in ("Nursing", "Medicine", "Community health agents", "Management")] == [
        "3,00",
        "3,00",
        "*",
        "*",
    ]
    shown = office.summary("Answers to questions, by audience")
    assert [shown[name, "People"] for name in ("Nursing", "Medicine", "Community health agents", "Management")] == [
        "30",
        "20",
        "*",
        "*",
    ]


def test_electives_by_priority_problem(office: Office) -> None:
    for number in range(15):
        problem = "diabetes" if number < 6 else "feridas" if number < 9 else ""
        elective = {"chosen": True, "problem": problem, "why": "x"}
        office.put(f"{number}.json", person(number, {"elective/m": elective, "elective/n": {"chosen": False}}))
    site = office.folder / "site/curso"
    site.mkdir(parents=True)
    (site / "atividades.js").write_text(
        'canoa.course({"id":"curso","title":"C","problemNames":{"diabetes":"Diabetes (DM)"},'
        '"modules":[{"id":"m","title":"Módulo M"}]});\n',
        encoding="utf-8",
    )
    (site.parent / "atividades.js").write_text("canoa.course(alert(1))", encoding="utf-8")
    office.collect(site=site.parent)
    assert office.summary("Electives by priority problem")["Diabetes (DM)", "People"] == "6"
    assert "feridas" not in office.report()
    assert "Módulo M" in office.report() and "alert" not in office.report()


def test_of_few_people_nothing_is_shown(office: Office) -> None:
    for number in range(4):
        entries = change("a", "acolhimento", "nao") | question("q", 1) | survey("s", "", {"clima": 3})
        office.put(f"{number}.json", person(number, entries, "enfermagem"))
    office.collect()
    assert {row["valor"] for row in office.table("resumo")} == {"*"}
    assert re.search(r"<dt>People</dt><dd>\*</dd>", office.report())


@pytest.mark.parametrize("people", [1, 3, 7, 30, 60])
def test_no_number_of_people_below_k_is_anywhere(office: Office, people: int) -> None:
    write_exports(office.exports, people, seed=people, damaged=0)
    office.collect(k=6)
    columns = {"People", "Higher after", "Lower after", "Kept", "Adapted", "Given up"}
    small = [
        row
        for row in office.table("resumo")
        if row["coluna"] in columns and row["valor"].isdecimal() and int(row["valor"]) < 6
    ]
    assert small == []


def test_with_k_one_everything_is_shown(office: Office) -> None:
    office.put("a.json", person(1, question("q", 0, 1), "acs"))
    office.collect(k=1)
    assert office.summary("Each question")["curso · Questão q", "Right at last"] == "100,0 %"
    assert office.summary("People by audience")["Community health agents", "People"] == "1"


# --- the file -----------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """The tags of a file, and whether they close as they open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "line", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def full(office: Office) -> Office:
    write_exports(office.exports, 150, damaged=0.02)
    office.collect()
    return office


def test_the_report_is_one_light_file_that_asks_nobody(full: Office) -> None:
    report = full.report()
    tags = Tags()
    tags.feed(report)
    assert tags.open == []
    assert {tag for tag, _ in tags.found} & {"script", "img", "link", "iframe", "object", "form", "base"} == set()
    assert not re.search(r"https?:|//\w|url\(|@import", report)
    assert all(not name.startswith("on") for _, attributes in tags.found for name in attributes)
    assert all(
        attributes["href"] and attributes["href"].startswith("#") for tag, attributes in tags.found if tag == "a"
    )
    assert "default-src 'none'" in report
    assert len(report.encode()) < 80_000


def test_the_report_can_be_read_aloud(full: Office) -> None:
    tags = Tags()
    tags.feed(full.report())
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in tags.found:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in ids
        if tag == "svg":
            assert attributes["role"] == "img" and attributes["aria-label"]
        if tag == "th":
            assert attributes["scope"] in ("row", "col")
    assert [tag for tag, _ in tags.found].count("h1") == 1
    assert dict(tags.found)["html"]["lang"] == "pt-BR"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_has_no_fault_that_axe_finds(full: Office, browser: Browser, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 800}, bypass_csp=True)
    page = context.new_page()
    page.goto((full.out / "relatorio.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe.Axe().run(page).response["violations"] == []
    context.close()


def test_times_far_apart_in_one_entry_are_no_trouble(office: Office) -> None:
    office.put("a.json", person(1, {"text/r": entry("x", 0)}))
    office.collect()
    assert office.table("pessoas")[0]["primeira"] == "1970-W01"
