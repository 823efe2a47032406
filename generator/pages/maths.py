"""LaTeX becomes MathML: browsers show it without a script, and screen readers read it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

FORMULA = re.compile(
    r"<(?P<tag>span|div)(?P<attributes>[^<>]*)class=\"arithmatex[^\"]*\"[^<>]*>(?P<latex>.*?)</(?P=tag)>", re.DOTALL
)
DELIMITERS = re.compile(r"^\s*\\[(\[]|\\[)\]]\s*$")

Report = Callable[[str, str], None]
"""Told the formula and why it cannot be read."""


def write_mathml(markup: str, report: Report) -> str:
    """Replace what arithmatex has marked; an unreadable formula is shown as code."""
    if 'class="arithmatex' not in markup:
        return markup
    # Imported only for pages with formulas: its symbol tables take 15 ms to load.
    from latex2mathml.converter import convert

    def formula(match: re.Match[str]) -> str:
        latex = DELIMITERS.sub("", html.unescape(html.unescape(match["latex"]))).strip()
        try:
            return convert(latex, display="block" if match["tag"] == "div" else "inline")
        except Exception as error:  # latex2mathml raises many kinds, IndexError and KeyError among them
            report(latex, str(error) or in_words(type(error)))
            code = f"<code>{html.escape(latex, quote=False)}</code>"
            return f"<p>{code}</p>" if match["tag"] == "div" else code

    return FORMULA.sub(formula, markup)


def in_words(kind: type[Exception]) -> str:
    """The name of an exception that has no text: `NoAvailableTokensError` gives `no available tokens`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__.removesuffix("Error")).lower()
