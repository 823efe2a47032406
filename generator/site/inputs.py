"""What a page asked of the rest of the site while it was rendered, and whether the answers are still the same.

A page depends on the addresses of the pages and files that it links to, on a few titles, on the sizes of its images.
`TrackedIndex` notes every question; a page's *inputs* are the questions with their answers, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from generator.pages.page import Asset, SiteIndex
from generator.site.digests import digest

Answer = TypeVar("Answer")
_json = json.JSONEncoder(ensure_ascii=False).encode


class Noted(Mapping[str, Answer]):
    """A mapping that remembers which of its keys were asked for, those that it does not have among them."""

    def __init__(self, values: Mapping[str, Answer]) -> None:
        self._values = values
        self.asked: dict[str, None] = {}
        """In the order of the questions, which is that of the page's text."""

    def __getitem__(self, key: str) -> Answer:
        self.asked[key] = None
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            self.asked[key] = None
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """Nobody may look at all keys: a page would depend on the whole site.  Raises `TypeError`."""
        raise TypeError("a page asks for single entries of the site index")

    def __len__(self) -> int:
        """As `__iter__`.  Raises `TypeError`."""
        raise TypeError("a page asks for single entries of the site index")

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class TrackedIndex(SiteIndex):
    """A site index that notes what one page asks."""

    pages: Noted[str]
    titles: Noted[str]
    assets: Noted[Asset]
    sizes: dict[str, tuple[int, int] | None] = field(default_factory=dict)
    """Site path of an image → its size."""
    texts: dict[str, str] = field(default_factory=dict)
    """Site path of a caption file → digest of its content."""

    @classmethod
    def of(cls, index: SiteIndex) -> TrackedIndex:
        """A fresh notebook for one page."""
        return cls(Noted(index.pages), Noted(index.titles), Noted(index.assets))

    def image_size(self, asset: Asset) -> tuple[int, int] | None:
        """As `SiteIndex.image_size`, noted."""
        found = super().image_size(asset)
        self.sizes[asset.target] = found
        return found

    def captions(self, asset: Asset) -> bytes | None:
        """As `SiteIndex.captions`, noted."""
        found = super().captions(asset)
        self.texts[asset.target] = _content_digest(found)
        return found

    def inputs(self, index: SiteIndex) -> str:
        """The questions and the answers of `index`, as JSON."""
        return _json(
            {
                "pages": {key: index.pages.get(key) for key in self.pages.asked},
                "titles": {key: index.titles.get(key) for key in self.titles.asked},
                "assets": {key: _asset_answer(index.assets.get(key)) for key in self.assets.asked},
                "sizes": self.sizes,
                "texts": self.texts,
            }
        )


class Verifier:
    """Asks the questions of pages again, of the index of today."""

    def __init__(self, index: SiteIndex) -> None:
        self._index = index
        self._assets = {asset.target: asset for asset in index.assets.values()}
        self._sizes: dict[str, Any] = {}
        self._texts: dict[str, str] = {}

    def holds(self, inputs: str | None) -> bool:
        """True when every answer is what it was."""
        if inputs is None:
            return False
        noted = json.loads(inputs)
        index = self._index
        return (
            all(index.pages.get(key) == answer for key, answer in noted["pages"].items())
            and all(index.titles.get(key) == answer for key, answer in noted["titles"].items())
            and all(_asset_answer(index.assets.get(key)) == answer for key, answer in noted["assets"].items())
            and all(self._size(key) == answer for key, answer in noted["sizes"].items())
            and all(self._text(key) == answer for key, answer in noted["texts"].items())
        )

    def _size(self, target: str) -> list[int] | None:
        if target not in self._sizes:
            asset = self._assets.get(target)
            size = self._index.image_size(asset) if asset else None
            self._sizes[target] = list(size) if size else None
        found: list[int] | None = self._sizes[target]
        return found

    def _text(self, target: str) -> str:
        if target not in self._texts:
            asset = self._assets.get(target)
            self._texts[target] = _content_digest(self._index.captions(asset) if asset else None)
        return self._texts[target]


def _asset_answer(asset: Asset | None) -> list[object] | None:
    return [asset.target, asset.size] if asset else None


def _content_digest(content: bytes | None) -> str:
    return "" if content is None else digest(content).hex()
