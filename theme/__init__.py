"""The light theme: one template, style sheets that are joined at build time, one small script.  See README.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STYLE_PARTS = ("base", "layout", "blocks", "print")
"""Files of `styles/` that make `canoa.css`, in this order."""
BLOCKS_PARTS = ("elsewhere", "blocks")
"""Files of `styles/` that make `blocos.css`, in this order."""

_STRING_OR_COMMENT = re.compile(r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|/\*.*?\*/""", re.DOTALL)
_SCRIPT_COMMENT = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Styles:
    """The theme's two style sheets, ready to be written."""

    style: bytes
    """`canoa/canoa.css`: everything, for the light theme."""
    blocks: bytes
    """`canoa/blocos.css`: only the blocks, for other themes."""


def assemble_styles() -> Styles:
    """The style sheets of a site, as small as can be without understanding CSS."""
    return Styles(_join_styles(STYLE_PARTS), _join_styles(BLOCKS_PARTS))


def assemble_script() -> bytes:
    """`canoa/canoa.js` as a site gets it: without comments and indentation."""
    return strip_script((FOLDER / "canoa" / "canoa.js").read_text("utf-8")).encode()


def strip_style(text: str) -> str:
    """A style sheet without comments and without the blank space that never means anything; strings stay as they are.

    The space of an empty custom property (`--x: ;`) stays: old browsers need it.
    """
    stripped, end = [], 0
    for match in _STRING_OR_COMMENT.finditer(text):
        stripped.append(_strip_blanks(text[end : match.start()]))
        stripped.append("" if match[0].startswith("/*") else match[0])
        end = match.end()
    return "".join([*stripped, _strip_blanks(text[end:])]).strip()


def strip_script(text: str) -> str:
    """A script without indentation and without the comments that have lines of their own.

    Only for scripts without template strings of several lines, which the theme's are.
    """
    lines = (line.strip() for line in _SCRIPT_COMMENT.sub("", text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _join_styles(names: tuple[str, ...]) -> bytes:
    parts = ((FOLDER / "styles" / f"{name}.css").read_text("utf-8") for name in names)
    return ("\n".join(strip_style(part) for part in parts) + "\n").encode()


def _strip_blanks(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?<!:) ?([{},;]) ?", r"\1", text)
    text = re.sub(r":\s+(?=[^;\s])", ":", text)
    text = re.sub(r" ?([>~]) ?", r"\1", text)
    return re.sub(r"(?<!: );}", "}", text)
