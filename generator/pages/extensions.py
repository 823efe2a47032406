"""Which Markdown extensions are on, with which settings, and how an author's `mkdocs.yml` may change them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

from generator.pages.blocks.block import CollectingBlocks
from generator.pages.blocks.desk import Desk
from generator.pages.blocks.register import PedagogyBlocks
from generator.pages.options import RenderOptions
from generator.pages.swift import SwiftMarkdown
from generator.problem_kinds import N_
from generator.problems import Problem, problem

ALWAYS_ON = (
    "attr_list",
    "def_list",
    "footnotes",
    "abbr",
    "tables",
    "md_in_html",
    "admonition",
    "toc",
    "sane_lists",
    "pymdownx.betterem",
    "pymdownx.caret",
    "pymdownx.mark",
    "pymdownx.tilde",
    "pymdownx.keys",
    "pymdownx.highlight",
    "pymdownx.inlinehilite",
    "pymdownx.superfences",
    "pymdownx.details",
    "pymdownx.tabbed",
    "pymdownx.tasklist",
    "pymdownx.arithmatex",
    "pymdownx.blocks.admonition",
    "pymdownx.blocks.details",
    "pymdownx.blocks.tab",
    "pymdownx.blocks.html",
    "pymdownx.blocks.definition",
    "pymdownx.blocks.caption",
)
INCLUDED = {"extra", "pymdownx.extra", "fenced_code", "codehilite", "meta", "markdown_captions"}
"""Extensions whose work others of ours do; loading them as well would do it twice."""

FORCED: Mapping[str, Mapping[str, Any]] = {
    "pymdownx.tabbed": {"alternate_style": True},
    "pymdownx.blocks.tab": {"alternate_style": True},
    "pymdownx.tasklist": {"custom_checkbox": False, "clickable_checkbox": False},
    "pymdownx.arithmatex": {"generic": True},
    "pymdownx.highlight": {"use_pygments": True},
}
"""Settings that an author's configuration cannot change: the theme's markup depends on them."""

ADMONITIONS: Mapping[str, str] = {
    "note": N_("Note"),
    "abstract": N_("Summary"),
    "info": N_("Information"),
    "tip": N_("Tip"),
    "success": N_("Success"),
    "question": N_("Question"),
    "warning": N_("Warning"),
    "failure": N_("Failure"),
    "danger": N_("Danger"),
    "bug": N_("Defect"),
    "example": N_("Example"),
    "quote": N_("Quotation"),
    "attention": N_("Attention"),
    "caution": N_("Caution"),
    "error": N_("Error"),
    "hint": N_("Hint"),
    "important": N_("Important"),
}
"""Kind → title when the author writes none."""
ADMONITION_ALIASES: Mapping[str, str] = {
    "nota": "note",
    "resumo": "abstract",
    "informacao": "info",
    "informação": "info",
    "aviso": "warning",
    "atencao": "attention",
    "atenção": "attention",
    "perigo": "danger",
    "exemplo": "example",
    "citacao": "quote",
    "citação": "quote",
    "importante": "important",
}

UNTITLED_DETAILS = re.compile(r"^(\?{3}\+? ?)([\w-]+)[ ]*$", re.MULTILINE)
CALL = "python/object/apply"
CALLABLE_PACKAGES = frozenset(("pymdownx", "markdown", "material"))
PYTHON_NAME = re.compile(r"!{0,2}python/name:([\w.]+)$")


class Converter(Markdown):
    """Python-Markdown, which need not look through all that is installed for who knows the names of our extensions."""

    def build_extension(self, ext_name: str, configs: Mapping[str, Any]) -> Extension:
        """An extension from its name; pymdownx's load each other by it, too."""
        if ext_name not in ALWAYS_ON:
            return super().build_extension(ext_name, configs)
        module = importlib.import_module(ext_name if "." in ext_name else f"markdown.extensions.{ext_name}")
        made: Extension = module.makeExtension(**configs)
        return made


@dataclass
class Configured:
    """A Markdown instance and what could not be set up."""

    markdown: Markdown
    blocks: CollectingBlocks
    problems: list[Problem] = field(default_factory=list)


def configure(options: RenderOptions, desk: Desk, *, stock: bool = False) -> Configured:
    """Build the Markdown instance of a process; `stock`, for a test, leaves out what only makes it quicker."""
    markdown = Converter(output_format="html", tab_length=4)
    configured = Configured(markdown, CollectingBlocks(desk))
    markdown.registerExtensions([configured.blocks], {})
    for name in extension_names(options.extensions):
        _load(name, _configuration(name, options, desk.translate, configured.problems), configured)
    own: list[Extension] = [
        *([WithoutThemeIcons()] if "pymdownx.emoji" in options.extensions else []),
        GuardedDollars(),
        TranslatedTitles(desk.translate),
        PedagogyBlocks(configured.blocks.processor),
        *([] if stock else [SwiftMarkdown()]),
    ]
    markdown.registerExtensions(own, {})
    return configured


def extension_names(wanted: Sequence[str]) -> list[str]:
    """Ours, then those that the author adds, each once."""
    return list(dict.fromkeys((*ALWAYS_ON, *(short for name in wanted if (short := short_name(name)) not in INCLUDED))))


def short_name(name: str) -> str:
    """`markdown.extensions.toc` and `toc` are the same."""
    return name.removeprefix("markdown.extensions.")


def _load(name: str, configuration: dict[str, Any], configured: Configured) -> None:
    """Load one extension; one that fails is reported and, when it is ours, loaded without the author's settings."""
    try:
        configured.markdown.registerExtensions([name], {name: configuration})
    except Exception as error:  # extensions of others raise whatever they like
        configured.problems.append(unavailable(name, error))
        if name in ALWAYS_ON and configuration:
            _load(name, {}, configured)


def unavailable(name: str, reason: object) -> Problem:
    """The problem of a set-up that has no line: the whole configuration file."""
    text = (str(reason) or type(reason).__name__).split("\n")[0][:200]
    return problem("mkdocs.yml", 0, "extension-unavailable", name=name, reason=text)


def _configuration(
    name: str, options: RenderOptions, translate: Callable[[str], str], problems: list[Problem]
) -> dict[str, Any]:
    """Our settings, the author's over them, and those that are fixed over both."""
    written = {key: value for key, value in options.extension_configs.items() if short_name(key) == name}
    author: dict[str, Any] = {}
    for settings in written.values():
        author.update(_resolved(name, settings or {}, problems))
    merged = {**our_configuration(name, options, translate), **author, **FORCED.get(name, {})}
    adjust = ADJUSTED.get(name)
    return adjust(merged, options, translate) if adjust else merged


def our_configuration(name: str, options: RenderOptions, translate: Callable[[str], str]) -> dict[str, Any]:
    """Settings that an author may change."""
    if name == "footnotes":
        return {"BACKLINK_TITLE": translate("Back to note {} in the text")}
    if name == "pymdownx.blocks.caption":
        figure = {"name": "figure-caption", "prefix": translate("Figure {}.")}
        return {"types": ["caption", figure, {"name": "table-caption", "prefix": translate("Table {}.")}]}
    return {"permalink": False} if name == "toc" else {}


def _with_glossary(settings: dict[str, Any], options: RenderOptions, _: Callable[[str], str]) -> dict[str, Any]:
    return {**settings, "glossary": {**settings.get("glossary", {}), **options.abbreviations}}


def _with_admonitions(settings: dict[str, Any], _: RenderOptions, translate: Callable[[str], str]) -> dict[str, Any]:
    own = [{"name": name, "title": translate(title)} for name, title in ADMONITIONS.items()]
    own += [
        {"name": alias, "class": name, "title": translate(ADMONITIONS[name])}
        for alias, name in ADMONITION_ALIASES.items()
    ]
    known = {entry["name"] for entry in own}
    added = [
        entry
        for entry in settings.get("types", [])
        if (entry.get("name") if isinstance(entry, dict) else entry) not in known
    ]
    return {**settings, "types": own + added}


def _without_mermaid(settings: dict[str, Any], _: RenderOptions, __: Callable[[str], str]) -> dict[str, Any]:
    """Diagrams drawn by a script would stay code for most readers: they are code for all."""
    fences = [fence for fence in settings.get("custom_fences", []) if fence.get("name") != "mermaid"]
    return {**settings, "custom_fences": fences}


def _unicode_emoji(settings: dict[str, Any], _: RenderOptions, __: Callable[[str], str]) -> dict[str, Any]:
    """Emoji as characters: the usual images come from another site."""
    from pymdownx import emoji  # its index is large: only on demand

    kept = {key: value for key, value in settings.items() if key == "strict"}
    return {**kept, "emoji_index": emoji.gemoji, "emoji_generator": emoji.to_alt, "options": {"alt": "unicode"}}


ADJUSTED: Mapping[str, Callable[[dict[str, Any], RenderOptions, Callable[[str], str]], dict[str, Any]]] = {
    "abbr": _with_glossary,
    "pymdownx.blocks.admonition": _with_admonitions,
    "pymdownx.superfences": _without_mermaid,
    "pymdownx.emoji": _unicode_emoji,
}


def _resolved(name: str, settings: Mapping[str, Any], problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    """The settings with Python names replaced by what they name; a setting whose name leads nowhere is dropped."""
    for key, value in settings.items():
        try:
            yield key, resolve_names(value)
        except (ImportError, AttributeError, TypeError) as error:  # noqa: PERF203 - each setting fails for itself
            problems.append(unavailable(f"{name}: {key}", error))


def resolve_names(value: Any) -> Any:
    """Replace `python/name:a.b.c` by the object it names, inside lists and mappings too.

    Raises `ImportError` or `AttributeError` when there is no such object.
    """
    if isinstance(value, Mapping) and CALL in value:
        return _called(value)
    if isinstance(value, Mapping):
        return {key: resolve_names(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [resolve_names(inner) for inner in value]
    match = PYTHON_NAME.match(value) if isinstance(value, str) else None
    return _named(match[1]) if match else value


def _named(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute) if module else importlib.import_module(attribute)


def _called(value: Mapping[str, Any]) -> Any:
    """`!!python/object/apply:pymdownx.slugs.slugify`: made only in the packages that such settings are meant for."""
    name = str(value[CALL])
    if name.split(".")[0] not in CALLABLE_PACKAGES:
        raise ImportError(f"{CALL}:{name}")
    return _named(name)(*resolve_names(value.get("args", [])), **resolve_names(value.get("kwds", {})))


class GuardedDollars(Extension):
    """Keeps prices out of formulas: in `R$50 e R$60` no dollar sign opens one."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown."""
        pattern = md.inlinePatterns["arithmatex-inline"]
        guarded = rf"(?:(?<![A-Za-z0-9$])(?=\$)|(?=\\))(?:{pattern.pattern})(?![0-9$])"
        pattern.compiled_re = re.compile(guarded, re.DOTALL | re.UNICODE)


class WithoutThemeIcons(Extension):
    """Leaves out the icons of Material's sets: `:material-check:{ .big }` is a picture that only that theme carries."""

    PATTERN = r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]+:(?:\{[^}\n]*\})?[ ]?"

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown, ahead of the emoji extension."""
        md.inlinePatterns.register(NoIcon(self.PATTERN, md), "theme-icons", 76)


class NoIcon(InlineProcessor):
    """Replaces what it matches by nothing."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override] # noqa: N802 - both are Python-Markdown's
        """Called for each match."""
        return "", m.start(0), m.end(0)


class TranslatedTitles(Extension):
    """Titles of `!!! note` and `??? note` without a title of their own, in the reader's language."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        super().__init__()
        self.translate = translate

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown."""
        admonition: Any = md.parser.blockprocessors["admonition"]
        original = admonition.get_class_and_title

        def with_title(match: re.Match[str]) -> tuple[str, str | None]:
            class_names, title = original(match)
            kind = class_names.split(" ")[0]
            known = match[2] is None and kind in ADMONITIONS
            return class_names, self.translate(ADMONITIONS[kind]) if known else title

        admonition.get_class_and_title = with_title
        details: Any = md.parser.blockprocessors["details"]
        run = details.run

        def run_with_title(parent: Any, blocks: list[str]) -> Any:
            blocks[0] = UNTITLED_DETAILS.sub(self.add_title, blocks[0])
            return run(parent, blocks)

        details.run = run_with_title

    def add_title(self, match: re.Match[str]) -> str:
        """The first line of `??? tip`, with the title that it lacks."""
        title = ADMONITIONS.get(match[2].lower())
        return f'{match[1]}{match[2]} "{self.translate(title)}"' if title else match[0]
