"""The theme's templates, made ready once per build.

A page of a large course shows over a hundred links, and nearly all of them stand on its neighbours too; so what a
template makes of a value can be kept and used again: `{{ page.site|once(header) }}`, `{{ links|each_once(item) }}`.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from generator.site.view import PageView

MOST_TEXTS = 4096
"""Texts that are kept: those of a few folders."""


NOT_PLAIN = re.compile("[&<>\"']")


class SharedTexts:
    """What macros made of values that pages share: the same object gives the same text, so it is made once."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[int, str]] = {}
        """Name of the macro → identity of the value → text."""
        self._values: list[object] = []
        """Kept alive, so that no other value takes the identity of one of them."""

    def once(self, value: object, macro: Macro) -> str:
        """The text of one value."""
        return self.each_once((value,), macro)

    def each_once(self, values: Sequence[object], macro: Macro) -> str:
        """The texts of several values, joined.  Macros are told apart by their names."""
        texts = self._texts.setdefault(macro.name, {})
        shown = [texts.get(id(value)) or self._make(value, macro) for value in tuple(values)]
        return Markup("".join(shown))  # noqa: S704  # macros escape

    def _make(self, value: object, macro: Macro) -> str:
        text = macro(value)  # first, for it may share texts itself and so clear them
        if len(self._values) >= MOST_TEXTS:
            self._values.clear()
            self._texts = {macro.name: {}}
        self._values.append(value)
        self._texts.setdefault(macro.name, {})[id(value)] = text
        return text


class FixedTexts(Extension):
    """Translates `_("…")` when the template is compiled; the call would cost more than the rest of a line."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Put `("translated"|safe)` for each call that has nothing but a text: what i18n makes of it."""
        tokens = list(stream)
        at = 0
        while at < len(tokens):
            call = tokens[at : at + 4]
            if _is_fixed_text(call) and not _is_attribute(tokens, at):
                yield from self._translated(call)
                at += 4
            else:
                yield tokens[at]
                at += 1

    def _translated(self, call: list[Token]) -> Iterator[Token]:
        _name, opening, text, closing = call
        translated = self.environment.translate(text.value)  # type: ignore[attr-defined]  # load_template sets it
        if "%" in translated:  # i18n would read it as a placeholder
            yield from call
        else:
            yield opening
            yield Token(text.lineno, "string", translated)
            yield Token(text.lineno, "pipe", "|")
            yield Token(text.lineno, "name", "safe")
            yield closing


def _is_fixed_text(call: list[Token]) -> bool:
    return [token.type for token in call] == ["name", "lparen", "string", "rparen"] and call[0].value in (
        "_",
        "gettext",
    )


def _is_attribute(tokens: list[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].type == "dot"


def theme_folder() -> Path:
    """The folder of the light theme, in a checkout and in an installed copy alike."""
    return Path(str(resources.files("generator.theme")))


def load_template(translations: gettext.NullTranslations, custom_dir: Path | None) -> Template:
    """The template of all pages; files of `custom_dir` take the place of the theme's."""
    folders = [folder for folder in (custom_dir, theme_folder()) if folder]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", FixedTexts],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.extend(translate=translations.gettext)
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # added by the i18n extension
    shared = SharedTexts()
    environment.filters.update(once=shared.once, each_once=shared.each_once)
    template = environment.get_template("page.html")
    template.globals = dict(template.globals)  # copied for each page: a plain mapping in a tenth of the time
    template.root_render_func.__globals__["escape"] = escape_what_needs_it  # Jinja's code finds it by this name
    return template


def escape_what_needs_it(value: object) -> str:
    """As `markupsafe.escape`, without copies of what is safe or holds nothing to escape."""
    if type(value) is Markup or (type(value) is str and NOT_PLAIN.search(value) is None):
        return value
    return escape(value)


def render_view(template: Template, view: PageView) -> bytes:
    """One page of the site as UTF-8 bytes with `\\n` line ends."""
    return template.render(page=view).encode("utf-8")
