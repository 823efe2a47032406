"""Every text that people read is translated, and the compiled catalogues are those of the sources."""

from __future__ import annotations

import ast
import gettext
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from generator.language import CATALOGUES
from generator.problem_kinds import KINDS
from tests.conftest import ROOT

LANGUAGES = ("pt_BR", "es")
PLACEHOLDER = re.compile(r"\{\w*\}")


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES/canoa.po").open("rb") as file:
        return read_po(file, locale=language)


def texts_in_the_sources() -> set[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, _ = parse_mapping_cfg(file)
    found = set()
    for folder in ("generator", "theme"):
        rooted = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods]
        keywords = {"_": None, "gettext": None, "N_": None, "translate": None, "say": None, "ngettext": (1, 2)}
        for entry in extract_from_dir(ROOT / folder, rooted, {}, keywords=keywords):
            found.add(entry[2] if isinstance(entry[2], str) else entry[2][0])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = [
        text
        for kind in KINDS.values()
        for text in (kind.message, kind.cure)
        if not (known.get(text) and known[text].string)
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_sources_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = [text for text in sorted(texts_in_the_sources()) if not (known.get(text) and known[text].string)]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    wrong = [
        message.id
        for message in catalogue(language)
        if isinstance(message.id, str)
        and message.id
        and set(PLACEHOLDER.findall(message.id)) != set(PLACEHOLDER.findall(str(message.string)))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_fresh(language: str) -> None:
    """`make catalogues` mends it."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    with (CATALOGUES / language / "LC_MESSAGES/canoa.mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)
    compiled.seek(0)
    fresh = gettext.GNUTranslations(compiled)
    texts = [message.id for message in catalogue(language) if isinstance(message.id, str) and message.id]
    assert [text for text in texts if shipped.gettext(text) != fresh.gettext(text)] == []


def test_there_is_no_catalogue_that_nobody_reads() -> None:
    assert sorted(path.name for path in Path(CATALOGUES).iterdir() if path.is_dir()) == sorted(LANGUAGES)


def test_no_text_hides_inside_an_f_string_where_extraction_does_not_look() -> None:
    hidden = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in (ROOT / "generator").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ("_", "translate", "say", "gettext")
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []
