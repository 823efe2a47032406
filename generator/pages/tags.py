"""Read HTML tag by tag: enough of the HTML Standard's tokeniser for markup that a serialiser has written."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
INSIDE = r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*"
IDS = re.compile(rf"<[a-zA-Z][^\s>/]*\s{INSIDE}?(?<=\s)id=(?:\"([^\"]*)\"|'([^']*)')", re.DOTALL)
VERBATIM = r"<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)\s*>"


def tag_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Finds comments, scripts and the opening and closing tags of these names.

    Groups: `close` (a slash or nothing), `name`, `attributes`; all are None for what is to be passed over.
    """
    choice = "|".join(names)
    return re.compile(
        rf"{VERBATIM}|<(?P<close>/?)(?P<name>{choice})(?P<attributes>(?=[\s/>]){INSIDE})>", re.DOTALL | re.IGNORECASE
    )


def read_attributes(text: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case, character references resolved; the first of a name counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


def write_tag(name: str, attributes: Mapping[str, str]) -> str:
    """An opening tag; every value is quoted and escaped."""
    written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def find_ids(markup: str) -> list[str]:
    """Every id of the markup, in order, repeated ones too."""
    return [html.unescape(double or single) for double, single in IDS.findall(markup) if double or single]
