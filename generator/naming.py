"""Names that every part of the site must make alike: folded, as slugs, unique, and the nearest known one."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection


def fold(text: str) -> str:
    """Lower-case ASCII form of a text: `Saúde da Família` gives `saude da familia`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return decomposed.encode("ascii", "ignore").decode("ascii")


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: `Primeira conduta` gives `primeira-conduta`.

    Empty for a text without Latin letters and digits.
    """
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))


def unique_name(wanted: str, taken: set[str]) -> str:
    """`wanted`, or `wanted-2`, `wanted-3` … when it is taken; the result joins `taken`."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    taken.add(name)
    return name


def closest(word: str, known: Collection[str]) -> str:
    """The known word most like `word`, or the first one: a cure always has something to propose."""
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return near[0] if near else next(iter(known), "")
