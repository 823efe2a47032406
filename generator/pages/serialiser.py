"""A tree as HTML, as `markdown.serializers.to_html_string` writes it.

Stock looks at every element for comments, qualified names and namespaces, and escapes through two more calls.  Trees
of pages hold plain elements only, so those go the short way; a tree with anything else is left to stock.  Whether the
installed version writes as this one is found out once, with a specimen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from xml.etree.ElementTree import Element, SubElement

from markdown import serializers

AMPERSAND = re.compile(r"&(?!(?:\#[0-9]+|\#x[0-9a-f]+|[0-9a-z]+);)", re.IGNORECASE)
SPECIAL = re.compile(r"[&<>\"]")
BOOLEAN: frozenset[str] | None = getattr(serializers, "BOOLEAN_ATTRIBUTES", {}).get("html")
"""Attributes that are written without a value that repeats their name; None in versions that do so with every one."""
VOID: frozenset[str] = frozenset(getattr(serializers, "HTML_EMPTY", ()))
VERBATIM = ("script", "style")
PLAIN = frozenset(("p", "li", "td", "th", "em", "strong", "code", "span", "dt", "dd"))
"""The most frequent tags without anything special: written at once when they have neither attributes nor children."""

Write = Callable[[str], None]


class UnusualTreeError(Exception):
    """The tree holds what only the stock serialiser knows how to write."""


def to_html(root: Element) -> str:
    """The element and all that is in it, and its tail."""
    parts: list[str] = []
    try:
        _write(root, parts.append)
    except (UnusualTreeError, RecursionError):
        return serializers.to_html_string(root)
    return "".join(parts)


def _write(element: Element, write: Write) -> None:
    tag = element.tag
    if type(tag) is not str:
        raise UnusualTreeError
    items, text, name = element.items(), element.text, tag.lower()
    start = f"<{tag}{_attributes(items)}>" if items else f"<{tag}>"
    if text:
        start += text if name in VERBATIM else _escape(text)
    write(start)
    for child in element:
        inner = child.tag
        if type(inner) is str and inner in PLAIN and not len(child) and not child.keys():
            inside, after = child.text, child.tail
            write(f"<{inner}>{_escape(inside) if inside else ''}</{inner}>{_escape(after) if after else ''}")
        else:
            _write(child, write)
    tail = element.tail
    write(f"{'' if name in VOID else f'</{tag}>'}{_escape(tail) if tail else ''}")


def _attributes(items: object) -> str:
    written = ""
    for key, value in sorted(items):  # type: ignore[call-overload]  # pairs of texts
        if type(key) is not str or not isinstance(value, str):
            raise UnusualTreeError
        if key == value and (BOOLEAN is None or key in BOOLEAN):
            written += f" {key}"
        else:
            shown = _escape(value).replace('"', "&quot;") if SPECIAL.search(value) else value
            written += f' {key}="{shown}"'
    return written


def _escape(text: str) -> str:
    if "&" in text:
        text = AMPERSAND.sub("&amp;", text)
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text


@cache
def writes_as_stock() -> bool:
    """True when the installed version of Python-Markdown writes a specimen as `to_html` does."""
    root = Element("div", {"id": 'a"b&c<d>&amp;\n', "hidden": "hidden", "class": "class", "Open": "Open", "b": ""})
    root.text, root.tail = "a & b &amp; &#1; &#xf; <i> \" '", "<&"
    SubElement(root, "br").tail = ">"
    SubElement(root, "IMG", {"src": "x", "alt": "", "checked": "checked", "download": "download"})
    script = SubElement(root, "script")
    script.text, script.tail = "a < b && c", "\n"
    SubElement(SubElement(root, "p"), "input", {"disabled": "disabled", "compact": "compact"}).text = "<"
    return to_html(root) == serializers.to_html_string(root)
