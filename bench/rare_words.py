"""Gives the pages of a corpus the rare words that every real text has.

The pages of `corpus.py` are made of a thousand words, most of them on more than a tenth of all pages: for builders
that is as good as any text, but their sentences have no word by which one would find them.  In real Portuguese about
one word in eight is outside of the thousand most frequent ones (Zipf's law); so many are put in here.
"""

from __future__ import annotations

import random
import re
from itertools import accumulate
from pathlib import Path

from bench.mirror_workload import WORDS

SHARE = 0.12
"""Of the words of running text."""
FIRST = 1_000
"""So many words are the usual ones already."""
PROSE = re.compile(r"^(?:    |- )?[A-ZÀ-Ý][^\n]{60,}$")
"""A line of running text, in a box or a list too."""
KEPT = re.compile(r"(\[[^\]]*\](?:\([^)]*\))?|`[^`]*`|\{[^}]*\}|<[^>]*>)")
"""Links, footnotes, code and attributes."""
WORD = re.compile(r"(?<![\w-])[a-zà-ÿ]{4,}(?![\w-])")
RARE = WORDS[FIRST:]
SUMS = list(accumulate(1 / (rank + FIRST) for rank in range(len(RARE))))


def enrich(folder: Path, seed: int) -> int:
    """Rewrite the pages below a folder; the same seed gives the same text.  Returns how many lines have changed."""
    count = 0
    for file in sorted(folder.rglob("*.md")):
        draw = random.Random(f"{seed} {file.relative_to(folder).as_posix()}")
        header, fence, text = file.read_text(encoding="utf-8").partition("\n---\n")
        lines = text.split("\n")
        new = [_enriched(line, draw) if PROSE.match(line) else line for line in lines]
        count += sum(one != other for one, other in zip(lines, new, strict=True))
        file.write_text(header + fence + "\n".join(new), encoding="utf-8")
    return count


def _enriched(line: str, draw: random.Random) -> str:
    """Some words replaced; what stands at the odd places is kept as it is."""
    parts = KEPT.split(line)
    return "".join(
        part if at % 2 else WORD.sub(lambda found: _word(draw, found[0]), part) for at, part in enumerate(parts)
    )


def _word(draw: random.Random, usual: str) -> str:
    """A rare word, seldom; else the one that was there."""
    return draw.choices(RARE, cum_weights=SUMS)[0] if draw.random() < SHARE else usual
