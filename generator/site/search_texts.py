"""Texts of pages for the search, written as soon as they are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

from generator.content.model import Document
from generator.search import scripts
from generator.search.numbering import number_pages
from generator.site.digests import digest, engine_digest
from generator.site.output import SiteWriter
from generator.site.preparation import ReadSite
from generator.site.rendering import Rendering
from generator.site.search_site import found_places

TextParts = tuple[bytes | str, ...]
"""What the text of a page in its shard follows from."""


def text_parts(number: int, document: Document, own: bytes) -> TextParts:
    """The parts of a page; `own`: digest of what the page shows."""
    return str(number), document.metadata.summary, own


def text_mark(pages: Iterable[TextParts]) -> bytes:
    """Digest of all that a shard follows from; its pages in the order of their slots."""
    return digest(engine_digest(), *chain.from_iterable(pages))


class EarlyTexts:
    """Writes texts while other pages are still being rendered: at the end they would have to be read from the cache, by
    one process while the others have nothing to do.

    Where a page was not rendered anew, or could not be, its shard is left to `write_search_index`.
    """

    def __init__(self, read: ReadSite, writer: SiteWriter, bits: int) -> None:
        """`bits`: as `Profile.text_bits`."""
        self.written: dict[str, bytes] = {}
        """Path in the site → mark of what was written."""
        self._read = read
        self._writer = writer
        self._bits = bits
        self._places = found_places(read.library)
        self._numbering = number_pages(self._places.values())
        self._pages_of = Counter(map(self._shard, self._places.values()))
        """Shard → how many pages it has."""
        self._ready: dict[tuple[str, int], dict[int, tuple[str, TextParts]]] = {}
        """Shard → slot → JSON of the sections, and what they follow from."""

    def page(self, rendering: Rendering) -> None:
        """Take the text of a page that was just rendered, and write its shard if it was the last one."""
        document, facts = rendering.document, rendering.facts
        place = self._places.get(document.source)
        sections = self._read.renderer.fresh_sections(rendering)
        if not place or not facts or sections is None or document is self._read.library.glossary:
            return
        shard, number = self._shard(place), self._numbering.pages[place]
        texts = self._ready.setdefault(shard, {})
        texts[number % self._numbering.slots] = sections, text_parts(number, document, facts.text_digest)
        if len(texts) == self._pages_of[shard]:
            self._write(*shard, dict(sorted(self._ready.pop(shard).items())))

    def _write(self, folder: str, number: int, texts: Mapping[int, tuple[str, TextParts]]) -> None:
        target = scripts.text_path(folder, number)
        mark = text_mark(parts for _, parts in texts.values())
        content = scripts.text_script(folder, number, {slot: sections for slot, (sections, _) in texts.items()})
        self._writer.write(target, content, mark)
        self.written[target] = mark

    def _shard(self, place: tuple[str, str]) -> tuple[str, int]:
        return place[0], self._numbering.pages[place] % self._numbering.slots >> self._bits
