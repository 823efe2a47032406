"""Terms in ranges of the alphabet: what a build merges anew when some page changed, and what shards are cut from.

The ranges are the same for every site, so that one site's growth moves none of them.  They hold about equally much of
Portuguese; other languages fill them less evenly, and shards are cut by size inside each.
"""

from __future__ import annotations

from bisect import bisect
from typing import Final

_TABLE: Final = """
12 3 5 a ac ad ae ah alg am ao ap aq arr as at av b bi c caf car ce ci co com comu conf cons conv cp cu db dec
del der desc desf desp df dif dis do e el eme en eng ent eo es esp est et ex f faq ff fl fr g ge gr hi i im in
inh int ir j le li m mal mb mem mi mon n nc no o oc op ot p pas pe per pl pol pr prej pro prop pu q r re red
reg ren res ret ri s sb sei ser si so sp su t te ter tl tp ts u un ut v ve vi w
"""
FROM: Final = ("", *_TABLE.split())
"""Where each range begins."""
COUNT: Final = len(FROM)
STRIDES: Final = ((64, 16), (512, 4), (2048, 2))
"""Below so many pages so many neighbouring ranges are one."""


def range_of(term: str) -> int:
    """The range of a term."""
    return bisect(FROM, term) - 1


def joined_ranges(pages: int, *, large: bool) -> tuple[range, ...]:
    """The ranges that are kept together on a site of so many pages; on one with `large` shards more are."""
    count = pages // 4 if large else pages
    stride = next((stride for most, stride in STRIDES if count < most), 1)
    return tuple(range(first, min(first + stride, COUNT)) for first in range(0, COUNT, stride))
