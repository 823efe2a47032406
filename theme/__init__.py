"""The light theme: templates, style sheets and scripts that are joined at build time.  See README.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STYLE_PARTS = ("base", "layout", "blocks", "print")
"""Files of `styles/` that make `canoa.css`, in this order."""
BLOCKS_PARTS = ("elsewhere", "blocks")
"""Files of `styles/` that make `blocos.css`, in this order."""
LEARNER_STYLES = {
    "atividades": ("activities", "questions"),
    "busca": ("results",),
    "casos": ("cases",),
    "conferir": ("check",),
    "escrita": ("writing", "survey"),
    "estudo": ("study",),
    "pessoas": ("people",),
    "levar": ("carry",),
}
"""Style sheets that the learner's scripts ask for → the files of `styles/` that make them."""
WITH_SITE = ("store", "hub", "canoa-sw")
"""Scripts that need to know whose site it is."""
HUB = "guarda.html"

_MESSAGE = re.compile(r"¦((?:\\.|[^¦\\])*)¦")
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}|\\.")
_SPECIAL = re.compile(r"[\\\"'`\n]|\$(?=\{)")
"""What would end a string or mean something in it, whichever of the three quotes it has."""
_STRING_OR_COMMENT = re.compile(r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|/\*.*?\*/""", re.DOTALL)


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


def assemble_scripts(translate: Callable[[str], str], site: Mapping[str, str]) -> dict[str, bytes]:
    """Name in `canoa/` → script in one language.  `site`: what `canoaSite` of `types.d.ts` holds."""
    files = sorted((FOLDER / "compiled").glob("*.js"))
    return {file.name: _assemble_script(file, translate, site).encode() for file in files}


def assemble_learner_styles() -> dict[str, bytes]:
    """Name in `canoa/` → style sheet that only the learner's scripts ask for."""
    return {f"{name}.css": _join_styles(parts) for name, parts in LEARNER_STYLES.items()}


def search_style() -> str:
    """The looks of the search, which its script brings along."""
    return _join_styles(("search",)).decode().strip()


def hub_page(title: str) -> bytes:
    """The page that keeps the records on `file://` (`scripts/hub.js`)."""
    policy = "default-src 'none'; script-src 'self' file:"
    return (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<title>{title}</title><script src="hub.js"></script>\n'
    ).encode()


def _assemble_script(file: Path, translate: Callable[[str], str], site: Mapping[str, str]) -> str:
    known = json.dumps(dict(site), ensure_ascii=False, separators=(",", ":"))
    head = f"var canoaSite={known};\n" if file.stem in WITH_SITE else ""
    return head + translate_script(file.read_text("utf-8"), translate)


def translate_script(compiled: str, translate: Callable[[str], str]) -> str:
    """A compiled script with the translations in the places of its messages: parts of strings, `¦message¦`."""

    def translated(match: re.Match[str]) -> str:
        message = _ESCAPED.sub(_unescaped, match[1])
        return _SPECIAL.sub(lambda special: "\\n" if special[0] == "\n" else f"\\{special[0]}", translate(message))

    return _MESSAGE.sub(translated, compiled)


def _unescaped(match: re.Match[str]) -> str:
    """What an escape of a JavaScript string stands for (ECMA-262, section 12.9.4)."""
    escape = match[0]
    return str(json.loads(f'"{escape}"')) if escape[1] in "bfnrtu" else escape[1:]


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


def _join_styles(names: tuple[str, ...]) -> bytes:
    parts = ((FOLDER / "styles" / f"{name}.css").read_text("utf-8") for name in names)
    return ("\n".join(strip_style(part) for part in parts) + "\n").encode()


def _strip_blanks(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?<!:) ?([{},;]) ?", r"\1", text)
    text = re.sub(r":\s+(?=[^;\s])", ":", text)
    text = re.sub(r" ?([>~]) ?", r"\1", text)
    return re.sub(r"(?<!: );}", "}", text)
