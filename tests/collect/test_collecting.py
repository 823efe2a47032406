"""Files become tables: every person once, every bad file named, nobody recognisable, nothing half done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bench.collect import DAMAGES, faults, write_exports
from generator.collect import collecting
from generator.collect.collecting import ChangedMeanwhileError
from tests.collect.making import Office, person, question, survey
from tests.records.making import EVERY_KIND, as_bytes, entry, record

# --- counting -----------------------------------------------------------------------------------------------------


def test_of_two_hundred_files_every_good_one_counts_once_and_every_bad_one_is_named(office: Office) -> None:
    """All kinds of damage, duplicates, and people with two files."""
    truth = write_exports(office.exports, 200, damaged=len(DAMAGES) / 200)
    collected = office.collect(workers=2)
    assert list(faults(truth, office.out)) == []
    assert len(truth.bad) == len(DAMAGES)
    assert truth.duplicates > 0 and truth.accepted > truth.people
    counts = collected.counts
    assert (counts.files, counts.people) == (truth.files, truth.people)
    assert (counts.accepted, counts.duplicates, counts.refused) == (truth.accepted, truth.duplicates, len(truth.bad))


def test_copies_of_one_person_are_merged_by_the_later_entry(office: Office) -> None:
    office.put("a.json", person(1, {"text/r": entry("novo", 9), "text/s": entry("x", 1)}))
    office.put("b/c.json", person(1, {"text/r": entry("velho", 3), "text/s": entry(None, 2), "text/t": "y"}))
    office.collect(texts=True)
    assert office.query("SELECT copias FROM pessoas") == [(2,)]
    assert {(row["bloco"], row["texto"]) for row in office.table("textos")} == {("r", "novo"), ("t", "y")}


def test_the_same_file_twice_is_a_duplicate(office: Office) -> None:
    office.put("a.json", person(1))
    office.put("copia de a.json", person(1))
    (office.exports / "atalho.json").symlink_to("a.json")
    counts = office.collect().counts
    assert (counts.files, counts.accepted, counts.duplicates, counts.people) == (2, 1, 1, 1)


def test_people_who_had_made_no_profile_are_not_one_person(office: Office) -> None:
    for number, writer in enumerate(("aaaaaaaa", "bbbbbbbb", "bbbbbbbb")):
        entries = {"text/x": entry("a", number + 1, writer)}
        office.put(f"{number}.json", record(entries, person="0" * 32))
    assert office.collect().counts.people == 2


def test_statements_for_other_systems_are_left_out_without_a_word_of_blame(office: Office) -> None:
    office.put("a.json", person(1))
    office.put("a-xapi.json", as_bytes([{"actor": {}, "verb": {}, "object": {}}]))
    collected = office.collect()
    assert (collected.counts.statements, collected.refused) == (1, ())


def test_other_files_and_the_result_itself_are_not_read(office: Office) -> None:
    office.put("a.json", person(1))
    office.put("b.txt", b"x")
    office.put("ruim.json", b"x")
    office.collect()
    found = collecting.find_candidates([office.folder], office.out / "recusados")
    assert [Path(one.path).name for one in found] == ["a.json", "ruim.json"]


# --- what is written ----------------------------------------------------------------------------------------------


def test_every_kind_of_entry_finds_its_table(office: Office) -> None:
    office.put("a.json", person(1, EVERY_KIND, name="x"))
    office.collect(texts=True, k=1)
    kinds = {row["tipo"]: row["feita"] for row in office.table("atividades")}
    assert kinds == {
        "questao": "1",
        "caso": "1",
        "reflexao": "1",
        "na-sua-unidade": "1",
        "checklist": "0",
        "ficha": "1",
        "avaliacao": "1",
    }
    [answer, second] = office.table("respostas")
    assert (answer["pontos"], answer["dica"], answer["tentativa"], answer["tentativas"]) == ("0,5", "1", "1", "2")
    assert second["pontos"] == "1"
    [case] = office.table("casos")
    assert (case["percurso"], case["terminou"]) == ("chegada > fim", "1")
    [sheet] = office.table("fichas")
    assert (sheet["ja_usava"], sheet["celulas"]) == ("nao", "2")
    [change] = office.table("diario")
    assert (change["ferramenta"], change["ja_usava"], change["dias30"]) == ("acolhimento", "nao", "mantida")
    assert change["desde"] == "2026-W36"
    [elective] = office.table("eletivas")
    assert (elective["eletiva"], elective["escolhida"], elective["problema"]) == ("e1", "1", "diabetes")
    answers = {row["codigo"]: (row["resposta"], row["numero"]) for row in office.table("questionarios")}
    assert answers == {"clima": ("", "4"), "onde": ("Casa", ""), "obs": ("Nada", ""), "tools": ("b", "")}
    origins = {row["origem"] for row in office.table("textos")}
    assert origins == {"reflexao", "tarefa", "ficha", "diario", "eletiva", "territorio"}


def test_without_being_asked_nothing_tells_who_somebody_is(office: Office) -> None:
    secret = "Maria da Silva"
    whole: dict[str, Any] = {
        **{
            key: secret if value and isinstance(value, str) and key.startswith("text/") else value
            for key, value in EVERY_KIND.items()
        },
        "journal/j1/changed": secret,
        "task/t1/text": secret,
        "sheet/f1/cell/1/acao": secret,
        "survey/s1/obs": secret,
        "territory/unit": secret,
        "elective/e1": {"chosen": True, "problem": "x", "why": secret},
        "answer/q1/0a": {"answer": [secret], "score": 0},
    }
    for number in range(7):
        own = person(number, whole)
        own["person"]["name"] = secret
        own["entries"]["answer/q1/0a"] = entry({"answer": [f"{secret} {number}"], "score": 0})
        office.put(f"{number}.json", own)
    office.collect()
    written = b"".join(office.everything().values())
    assert secret.encode() not in written
    assert not any(f"{number:032x}".encode() in written for number in range(7))
    assert b"2026-09-2" not in written
    assert not (office.out / "textos.csv").exists()
    assert "nome" not in office.table("pessoas")[0]


def test_with_names_and_texts_they_are_there(office: Office) -> None:
    own = person(1, EVERY_KIND)
    own["person"]["name"] = "Maria"
    office.put("a.json", own)
    office.collect(names=True, texts=True)
    [row] = office.table("pessoas")
    assert (row["nome"], row["identificador"], row["ultima"]) == ("Maria", f"{1:032x}", "2026-09-21")
    office.collect()
    assert not (office.out / "textos.csv").exists(), "left from the earlier run"


def test_an_answer_is_shown_when_enough_people_gave_the_same(office: Office) -> None:
    for number in range(8):
        answer = "Acolher" if number < 5 else "Encaminhar"
        office.put(f"{number}.json", person(number, question("q1", 1, answer=answer)))
    office.collect()
    answers = sorted(row["resposta"] for row in office.table("respostas"))
    assert answers == ["", "", "", *["Acolher"] * 5]


def test_professions_of_few_people_are_not_said(office: Office) -> None:
    for number, audience in enumerate(["enfermagem"] * 7 + ["medicina"] * 6 + ["odontologia"] * 2 + ["hacker"]):
        office.put(f"{number}.json", person(number, audience=audience))
    office.collect()
    assert {row["publico"] for row in office.table("pessoas")} == {"enfermagem", ""}
    office.collect(names=True)
    assert {row["publico"] for row in office.table("pessoas")} == {"enfermagem", "medicina", "odontologia", ""}
    shown = office.summary("People by audience")
    assert {people for (_, column), people in shown.items() if column == "People"} == {"7", "*"}


def test_numbers_of_people_do_not_follow_the_files(office: Office) -> None:
    for number in range(30):
        office.put(f"{number:02}.json", person(number, {f"text/{number}": "x"}))
    office.collect()
    blocks = [int(row["bloco"]) for row in office.table("atividades")]
    assert sorted(blocks) == list(range(30)) and blocks != sorted(blocks)
    for number in range(30):
        (office.exports / f"{number:02}.json").rename(office.exports / f"{99 - number}.json")
    office.collect()
    assert [int(row["bloco"]) for row in office.table("atividades")] == blocks


def test_who_did_not_end_a_survey_is_read_with_the_codebook_of_others(office: Office) -> None:
    office.put("a.json", person(1, survey("s-antes", "antes", {"clima": 2, "onde": "Casa"})))
    office.put("b.json", person(2, {"survey/s-antes/onde": "Casa", "survey/s-antes/obs": "segredo"}))
    office.collect(k=2)
    rows = {(row["momento"], row["instrumento"], row["tipo"], row["resposta"]) for row in office.table("questionarios")}
    assert rows == {
        ("antes", "curso", "escala", ""),
        ("antes", "curso", "escolha", "Casa"),
        ("antes", "curso", "texto", ""),
    }


def test_editions_that_ask_otherwise_under_the_same_code_are_named(office: Office) -> None:
    other = {"clima": {"text": "O clima piorou", "type": "escala", "choices": ["1", "2"], "theme": "sus"}}
    office.put("a.json", person(1, survey("antes", "antes", {"clima": 2})))
    office.put("b.json", person(2, survey("depois", "depois", {"clima": 2})))
    office.put("c.json", person(3, survey("depois", "depois", {"clima": 2}, other)))
    office.collect()
    rows = [row for row in office.table("livro-de-codigos") if row["codigo"] == "clima"]
    assert [(row["edicao"], row["momentos"], row["conflito"]) for row in rows] == [
        ("1", "depois", "texto, valores"),
        ("2", "antes | depois", "texto, valores"),
    ] or [(row["edicao"], row["momentos"], row["conflito"]) for row in rows] == [
        ("1", "antes | depois", "texto, valores"),
        ("2", "depois", "texto, valores"),
    ]
    assert {row["conflito"] for row in office.table("livro-de-codigos") if row["codigo"] != "clima"} == {""}


def test_every_column_is_explained(office: Office) -> None:
    office.put("a.json", person(1, EVERY_KIND))
    office.collect(names=True, texts=True)
    text = (office.out / "LEIA-ME.txt").read_text(encoding="utf-8-sig")
    for file in office.out.glob("*.csv"):
        part = text.split(f"\n{file.name}\n")[1].split(".csv\n")[0]
        for column in file.read_text(encoding="utf-8-sig").splitlines()[0].split(";"):
            assert f"\n    {column}: " in part


def test_the_database_holds_what_the_csv_files_hold(office: Office) -> None:
    office.put("a.json", person(1, EVERY_KIND))
    office.collect()
    tables = {name for (name,) in office.query("SELECT name FROM sqlite_master")}
    assert tables == {file.stem for file in office.out.glob("*.csv")} - {"resumo", "recusados"}
    for name in tables:
        rows = office.query(f'SELECT * FROM "{name}"')
        assert len(rows) == len(office.table(name)), name


# --- manners ------------------------------------------------------------------------------------------------------


def test_the_same_files_give_the_same_bytes_however_many_processes_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "ALONE", 0)
    write_exports(office.exports, 60, damaged=0.1)
    office.collect(workers=1)
    first = office.everything()
    office.collect(workers=3)
    assert office.everything() == first
    office.out.rename(office.folder / "elsewhere")
    office.collect(workers=2)
    assert office.everything() == first


def test_originals_are_never_touched(office: Office) -> None:
    files = [office.put("a.json", person(1)), office.put("b.json", b"{"), office.put("c/b.json", b"[")]
    before = [(file.read_bytes(), file.stat().st_mtime_ns) for file in files]
    office.collect()
    assert [(file.read_bytes(), file.stat().st_mtime_ns) for file in files] == before


def test_bad_files_of_the_same_name_keep_their_copies_apart(office: Office) -> None:
    for number in range(3):
        office.put(f"{number}/canoa.json", b"ruim %d" % number)
    office.put("bom.json", person(1))
    office.collect()
    copies = [(office.out / row["copia"]).read_bytes() for row in office.table("recusados")]
    assert copies == [b"ruim 0", b"ruim 1", b"ruim 2"]


def test_without_a_good_file_the_earlier_result_stays(office: Office) -> None:
    office.put("a.json", person(1))
    office.collect()
    before = office.everything()
    (office.exports / "a.json").write_bytes(b"cut")
    collected = office.collect()
    assert not collected.written
    after = office.everything()
    assert {name: after[name] for name in before if name != "recusados.csv"} == {
        name: content for name, content in before.items() if name != "recusados.csv"
    }
    assert [row["tipo"] for row in office.table("recusados")] == ["not-json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_run_leaves_the_earlier_result(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    office.put("a.json", person(1))
    office.collect()
    before = office.everything()
    office.put("b.json", person(2))

    def stop(*_: Any, **__: Any) -> str:
        raise error

    monkeypatch.setattr(collecting, "render", stop)
    with pytest.raises(error if isinstance(error, type) else type(error)):
        office.collect()
    assert office.everything() == before


def test_a_file_that_changes_between_the_readings_stops_the_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = office.put("a.json", person(1))
    office.collect()
    before = office.everything()

    def change(*values: Any) -> Any:
        file.write_bytes(as_bytes(person(2)))
        return real(*values)

    real = collecting._write_results
    monkeypatch.setattr(collecting, "_write_results", change)
    with pytest.raises(ChangedMeanwhileError):
        office.collect()
    assert office.everything() == before


def test_what_a_killed_run_left_waiting_is_removed_a_day_later(office: Office) -> None:
    office.put("a.json", person(1))
    left, fresh = office.out / ".canoa-1", office.out / ".canoa-2"
    for folder in (left, fresh):
        folder.mkdir(parents=True)
        (folder / "x.json").write_bytes(b"x")
    os.utime(left, (0, 0))
    office.collect()
    assert not left.exists() and fresh.exists()


def test_progress_is_told(office: Office) -> None:
    told: list[tuple[str, int, int]] = []
    for number in range(60):
        office.put(f"{number}.json", person(number))
    office.collect(listener=lambda *step: told.append(step))
    assert told == [(stage, done, 60) for stage in ("read", "write") for done in (25, 50, 60)]
