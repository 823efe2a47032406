"""The quicker steps of the renderer give what Python-Markdown's own give, to the byte.

Two renderers are alike but for those steps.  They read what people have written, and texts put together from every
construct of our Markdown and then damaged: that is where a step that was wrongly passed over shows.
"""

from __future__ import annotations

import functools
import html
import importlib.util
import os
import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import SimpleTagInlineProcessor
from markdown.postprocessors import Postprocessor

from generator.pages import links, markdown, swift
from generator.pages.extensions import configure
from generator.pages.inline import SelectiveInline
from generator.pages.markdown import Renderer, RenderOptions
from generator.pages.plain_text import TAG
from generator.pages.serialiser import to_html, writes_as_stock
from generator.pages.tree_steps import QuickAbbreviations, QuickContents, finds_abbreviations_as_stock
from tests.conftest import ROOT
from tests.pages.rendering import SITE, source

CORPORA = os.environ.get("CANOA_CORPORA")
EXAMPLES = int(os.environ.get("CANOA_EXAMPLES", "200"))
"""Of each generated test; thousands show more, in minutes."""

OPTIONS = {
    "as ours": RenderOptions(
        abbreviations={"APS": "Atenção Primária", "e-SUS": "Sistema", "C++": "Linguagem", "ab": ""}
    ),
    "as of projects": RenderOptions(
        allow_html=True,
        strict_blocks=False,
        extensions=("pymdownx.emoji", "pymdownx.magiclink", "pymdownx.smartsymbols", "nl2br", "smarty", "legacy_attrs"),
        extension_configs={
            "toc": {"permalink": True, "title": "On this page", "toc_depth": "2-4"},
            "footnotes": {"USE_DEFINITION_ORDER": False},
            "pymdownx.highlight": {"linenums": True, "auto_title": True},
            "pymdownx.superfences": {"preserve_tabs": True},
            "tables": {"use_align_attribute": True},
        },
    ),
}

EVERY = {"as ours": 1, "as of projects": 4}
"""How many texts are passed over: emoji are slow."""


@cache
def pair(name: str) -> tuple[Renderer, Renderer]:
    """The renderer, and one whose Markdown has only Python-Markdown's own steps."""
    return Renderer(OPTIONS[name]), stock_renderer(OPTIONS[name])


def stock_renderer(options: RenderOptions) -> Renderer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "configure", functools.partial(configure, stock=True))
        return Renderer(options)


def assert_same(text: str, name: str) -> None:
    """Both renderers give the same page, the same HTML before it is sanitised, and the same headings."""
    quick, stock = pair(name)
    assert attempt(quick, text) == attempt(stock, text)


def attempt(renderer: Renderer, text: str) -> tuple[object, ...]:
    """All that comes out of a text; an error counts as a result, for extensions raise them."""
    try:
        page = renderer.render(source(text), SITE)
        made = renderer._markdown
        return page, renderer._convert(text), repr(made.toc_tokens), dict(made.references)  # type: ignore[attr-defined]
    except Exception as error:
        return type(error).__name__, str(error)


def test_the_quicker_steps_are_in_their_places_and_only_in_one_renderer() -> None:
    quick, stock = pair("as ours")
    expected = {*swift.QUICK, SelectiveInline, QuickContents}
    assert expected <= classes_in(quick)
    assert not expected & classes_in(stock)
    assert (QuickAbbreviations in classes_in(quick)) == finds_abbreviations_as_stock()
    assert any(one.__name__ == "QuickDelimiters" for one in classes_in(quick)) == has_delimiters()
    assert (quick._markdown.serializer is to_html) == writes_as_stock()
    assert stock._markdown.serializer is not to_html


def has_delimiters() -> bool:
    """Whether the installed pymdownx reads all delimiters in one step."""
    return importlib.util.find_spec("pymdownx.delimiterprocessor") is not None


def classes_in(renderer: Renderer) -> set[type]:
    made = renderer._markdown
    return {type(part) for part in (made.parser, *made.registeredExtensions, *swift.parts(made))}


# --- what people have written -------------------------------------------------------------------------------------


def texts_in(*folders: Path) -> Iterator[str]:
    for file in sorted(file for folder in folders for file in folder.rglob("*.md")):
        yield file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OPTIONS)
def test_our_own_texts_come_out_the_same(name: str) -> None:
    for text in [*texts_in(ROOT / "content", ROOT / "tests/pages/fixtures", ROOT / "docs")][:: EVERY[name]]:
        assert_same(text, name)


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA, reason="CANOA_CORPORA names no folder")
@pytest.mark.parametrize("name", OPTIONS)
def test_the_texts_of_others_come_out_the_same(name: str) -> None:
    for text in texts_in(Path(str(CORPORA)) / "fastapi-pt" / "docs"):
        assert_same(text, name)


# --- what nobody has written yet ----------------------------------------------------------------------------------

CONTROL_CHARACTERS = [
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03 \x0242\x03",
    "\u00a0\u2028x\u0660. y\u0301 中文 🙂 ſ İ",
    "\u0661. a\n\x0b\x0c# b\n",
]
CONSTRUCTS = [
    *(Path(__file__).parent / "constructs.txt").read_text(encoding="utf-8").split("\n%%\n"),
    *CONTROL_CHARACTERS,
]
SPECIAL = [*" \n#*_-=+~^`>|:[](){}<&!?/\\$\"'.0a\t\x02\x03\ré", "    ", "\n\n", "///"]


def composed() -> st.SearchStrategy[str]:
    """Constructs one after the other, some of them in others."""
    piece = st.one_of(st.sampled_from(CONSTRUCTS), st.lists(st.sampled_from(SPECIAL), max_size=12).map("".join))
    nested = st.builds(
        lambda text, prefix: "\n".join(f"{prefix}{line}" for line in text.split("\n")),
        piece,
        st.sampled_from(["", "", "", "    ", "> ", "  ", "        "]),
    )
    glue = st.sampled_from(["\n\n", "\n\n", "\n", " ", "\n\n\n", "\n    \n"])
    joined = st.lists(st.tuples(nested, glue), min_size=1, max_size=8)
    return joined.map(lambda parts: "".join(f"{text}{space}" for text, space in parts))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A composed text with characters left out, doubled or put in."""
    text = draw(composed())
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 3))
        new = draw(st.sampled_from(["", text[place : place + length] * 2, *SPECIAL]))
        text = text[:place] + new + text[place + length :]
    return text


thorough = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@thorough
@given(damaged())
def test_generated_texts_come_out_the_same(text: str) -> None:
    assert_same(text, "as ours")


@thorough
@given(damaged())
def test_generated_texts_come_out_the_same_with_settings_of_other_projects(text: str) -> None:
    assert_same(text, "as of projects")


@pytest.mark.parametrize("name", OPTIONS)
def test_every_construct_comes_out_the_same(name: str) -> None:
    for construct in CONSTRUCTS:
        assert_same(construct, name)


def test_a_text_at_which_an_extension_fails_is_left_to_it() -> None:
    assert_same("## A {id}\n", "as ours")


def test_every_construct_comes_out_the_same_before_and_after_others() -> None:
    for first in CONSTRUCTS[::3]:
        assert_same("\n\n".join(f"{first}\n\n{second}" for second in CONSTRUCTS), "as ours")


# --- extensions of others -----------------------------------------------------------------------------------------


class SlashHeadings(HashHeaderProcessor):
    """Headings that begin with slashes, in the place of those with hashes."""

    RE = re.compile(r"(?:^|\n)(?P<level>\\{1,6})(?P<header>[^\n]*)(?:\n|$)")


class AnyBlock(BlockProcessor):
    """Blocks that hold a certain word, wherever it stands."""

    def test(self, parent: Element, block: str) -> bool:
        return "qualquer" in block

    def run(self, parent: Element, blocks: list[str]) -> bool:
        SubElement(parent, "p").text = blocks.pop(0).upper()
        return True


class PassedOn(BlockProcessor):
    """Changes a block and leaves it to those after it."""

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("passa ")

    def run(self, parent: Element, blocks: list[str]) -> bool:
        blocks[0] = blocks[0].removeprefix("passa ")
        return False


class ContentsAtTheEnd(Postprocessor):
    """Shows the table of contents without a marker."""

    def run(self, text: str) -> str:
        return f"{text}{self.md.toc}"  # type: ignore[attr-defined]


class Foreign(Extension):
    """What an author may have installed."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        for name, processor, priority in (
            ("hashheader", SlashHeadings, 70.0),
            ("any", AnyBlock, 77.0),
            ("passed", PassedOn, 103.0),
        ):
            md.parser.blockprocessors.register(processor(md.parser), name, priority)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(%)(.+?)%", "mark"), "delimiter", 60)
        md.postprocessors.register(ContentsAtTheEnd(md), "contents", 1)


def test_what_extensions_of_others_put_in_is_always_asked() -> None:
    options = RenderOptions(extensions=(f"{__name__}:Foreign",))
    quick, stock = Renderer(options), stock_renderer(options)
    assert quick.problems == ()
    text = "\\\\ Um\n\n# dois\n\numa %marca% e *nada*\n\npalavra qualquer\n\npassa - item\n\npassa > qualquer\n"
    assert attempt(quick, text) == attempt(stock, text)
    made = quick._convert(text)
    for shown in ('<h2 id="um">', "<p># dois</p>", "<mark>marca</mark>", "PALAVRA", "<li>item</li>", '<a href="#um">'):
        assert shown in made


# --- short ways of our own ----------------------------------------------------------------------------------------


@thorough
@given(st.text(st.sampled_from("<>/!-\"'= ab\n"), max_size=40))
def test_tags_are_found_as_by_the_plain_pattern(text: str) -> None:
    plain = re.compile(r"<!--.*?-->|</?[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
    assert TAG.sub("|", text) == plain.sub("|", text)


path = st.lists(st.sampled_from(["a", "b", "é c"]), max_size=4).map("/".join)


@thorough
@given(path, path, st.sampled_from(["", "ação"]))
def test_addresses_are_relative_as_paths_are(folder: str, other: str, anchor: str) -> None:
    target, page = posixpath.join(folder, "x.html"), posixpath.join(other, "y.html")
    way = quote(posixpath.relpath(target, other or "."), safe=links.SAFE_IN_PATH)
    expected = f"{way}#{quote(anchor, safe=links.SAFE_IN_PATH)}" if anchor else way
    assert html.unescape(links.relative_address(target, page, anchor)) == expected
