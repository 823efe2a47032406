"""Names that some computer could not keep are refused where a release is made."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.release.image_refusals import IMAGE_REFUSALS
from generator.release.portable_names import NamesError, check_portable

WRONG = [
    ("../fora.html", "not-relative"),
    ("curso/../../fora.html", "not-relative"),
    ("/etc/passwd", "not-relative"),
    ("curso//unidade.html", "not-relative"),
    ("./curso.html", "not-relative"),
    ("curso/", "not-relative"),
    ("", "not-relative"),
    ("C:/curso.html", "forbidden-character"),
    ("curso\\unidade.html", "forbidden-character"),
    ("por que?.html", "forbidden-character"),
    ("dados.html:fluxo", "forbidden-character"),
    ("curso/uni\u0000dade.html", "control-character"),
    ("curso/uni\ndade.html", "control-character"),
    ("curso/\u202egnp.html", "control-character"),
    ("curso/uni\u200ddade.html", "control-character"),
    ("curso/\udcff.html", "not-text"),
    ("con", "reserved-name"),
    ("curso/CON.html", "reserved-name"),
    ("curso/Aux .txt", "reserved-name"),
    ("nul/unidade.html", "reserved-name"),
    ("com1.tar.gz", "reserved-name"),
    ("lpt¹.html", "reserved-name"),
    ("CONIN$", "reserved-name"),
    ("curso./unidade.html", "trailing-character"),
    ("curso/unidade ", "trailing-character"),
    (".canoa/estado.json", "own-folder"),
    ("curso/.CANOA", "own-folder"),
    (".canoa-123/x.html", "own-folder"),
    ("a" * 101, "name-too-long"),
    ("é" * 51, "name-too-long"),
    ("/".join(["a" * 90] * 3), "name-too-long"),
    ("b" * 99 + "/" + "c" * 99 + "/" + "d" * 20, "name-too-long"),  # `ustar` may cut at 99 only, and too much is left
]


@pytest.mark.parametrize(("path", "kind"), WRONG)
def test_a_name_that_some_computer_cannot_keep_is_refused(path: str, kind: str) -> None:
    with pytest.raises(NamesError) as refused:
        check_portable(["index.html", path])
    assert [(one.kind, one.path) for one in refused.value.found] == [(kind, path)]


@pytest.mark.parametrize(
    "paths",
    [
        ("Curso/a.html", "curso/b.html"),
        ("curso/Unidade.html", "curso/unidade.html"),
        ("saúde.html", "sau\u0301de.html"),
        ("SAÚDE.html", "sau\u0301de.html"),
        ("strasse.html", "straße.html"),
        ("Curso", "curso/index.html"),
    ],
)
def test_names_that_some_computer_mixes_up_are_refused(paths: tuple[str, ...]) -> None:
    for order in (paths, paths[::-1]):
        with pytest.raises(NamesError) as refused:
            check_portable(order)
        assert {one.kind for one in refused.value.found} == {"collision"}


def test_a_file_that_is_a_folder_too_is_refused() -> None:
    with pytest.raises(NamesError, match="file-and-folder"):
        check_portable(["curso/index.html", "curso"])


def test_the_same_name_twice_is_refused() -> None:
    with pytest.raises(NamesError) as refused:
        check_portable(["a.html", "a.html"])
    assert refused.value.kind == "repeated"


def test_names_of_real_sites_are_taken() -> None:
    check_portable(
        (
            *(
                "index.html",
                "saúde/índice 1.html",
                "curso/con-texto.html",
                "a/console.js",
                "a/.htaccess",
                "1ª/a",
                "1a/a",
            ),
            "a" * 100,
            "b" * 99 + "/" + "c" * 50 + "/" + "d" * 60,
        )
    )


def test_all_wrong_names_are_told_at_once_each_with_a_sentence() -> None:
    with pytest.raises(NamesError) as refused:
        check_portable(path for path, _ in WRONG if path)
    assert len(refused.value.found) == len(WRONG) - 1
    assert refused.value.message(str) == "“../fora.html” does not stay inside the folder."
    for one in refused.value.each():
        assert one.message(str).isprintable() and one.cure(str)
        assert one.kind in IMAGE_REFUSALS


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_names_are_taken_or_refused_and_nothing_else_happens(paths: list[str]) -> None:
    try:
        check_portable(paths)
    except NamesError as refused:
        assert refused.message(str).isprintable()
    else:
        assert len({path.casefold() for path in paths}) == len(paths)
        assert not any(path.startswith("/") or ".." in path.split("/") for path in paths)
