"""Give a page's HTML its final addresses: links, images and media, and everything that may load something.

Works tag by tag on the HTML that the sanitiser has written, so Markdown and raw HTML go the same way.
"""

from __future__ import annotations

import base64
import html
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from generator.pages.links import (
    Broken,
    Destination,
    External,
    Forbidden,
    LineFinder,
    LocalAsset,
    LocalPage,
    Outside,
    SamePage,
    relative_address,
    resolve,
)
from generator.pages.page import OutgoingLink, PageSource, SiteIndex
from generator.pages.tags import find_ids, read_attributes, tag_pattern, write_tag
from generator.problems import Problem, problem

HANDLED = tag_pattern(
    ("a", "area", "img", "video", "audio", "source", "track", "table", "base", "meta", "link", "object", "embed")
)
EVERY_TAG = tag_pattern((r"[a-zA-Z][^\s/>]*",))
NEVER = {"base", "link", "object", "embed"}
ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "data", "poster", "cite", "background")
LOADED = ("src", "poster", "background")
IFRAME = re.compile(r"<iframe\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(?:.*?</iframe\s*>|.*\Z)", re.DOTALL | re.IGNORECASE)
IFRAME_START = re.compile("<iframe", re.IGNORECASE | re.ASCII)
CLOSING_MEDIA = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("video", "audio")}
SOURCES = tag_pattern(("source",))
EXTERNAL_REL = "external noopener noreferrer"


@dataclass
class Rewritten:
    """The page's HTML and what it depends on."""

    html: str = ""
    ids: list[str] = field(default_factory=list)
    """Every id, in order, repeated ones too."""
    anchors: tuple[str, ...] = ()
    links: list[OutgoingLink] = field(default_factory=list)
    assets: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def frames_become_links(markup: str, report: Callable[[str, str], None]) -> str:
    """Replace `<iframe>` by a link to what it would have loaded; before sanitising, which knows no frames.

    `report` is told the kind of each problem and its target.
    """
    if not IFRAME_START.search(markup):
        return markup

    def link(match: re.Match[str]) -> str:
        attributes = read_attributes(match[1])
        address = attributes.get("src", "")
        report("media-external", address)
        text = attributes.get("title") or address
        return f'<a href="{html.escape(address)}">{html.escape(text)}</a>' if address else ""

    return IFRAME.sub(link, markup)


def rewrite(markup: str, source: PageSource, site: SiteIndex, finder: LineFinder, *, allow_html: bool) -> Rewritten:
    """Resolve every address of the page.  With `allow_html` all tags are looked at, since nothing sanitised them."""
    rewriter = _Rewriter(markup, source, site, finder)
    rewriter.run(EVERY_TAG if allow_html else HANDLED)
    return rewriter.result


class _Rewriter:
    """Goes through the HTML once, from left to right."""

    def __init__(self, markup: str, source: PageSource, site: SiteIndex, finder: LineFinder) -> None:
        self.markup = markup
        self.source = source
        self.site = site
        self.finder = finder
        ids = find_ids(markup)
        self.known_ids = frozenset(ids)
        self.result = Rewritten(ids=ids, anchors=tuple(dict.fromkeys(ids)))
        self.parts: list[str] = []
        self.position = 0
        self.links_open: list[bool] = []
        """For each open `<a>`: whether it was kept."""
        self.tables_open: list[bool] = []
        """For each open `<table>`: whether it was wrapped."""

    def run(self, pattern: re.Pattern[str]) -> None:
        while match := pattern.search(self.markup, self.position):
            self.parts.append(self.markup[self.position : match.start()])
            self.position = match.end()
            self.parts.append(match[0] if match["name"] is None else self.tag(match))
        self.parts.append(self.markup[self.position :])
        self.result.html = "".join(self.parts)

    def tag(self, match: re.Match[str]) -> str:
        """What stands in the place of one tag."""
        name = match["name"].lower()
        if name in NEVER:
            return ""
        if name == "table":
            return self.close_table() if match["close"] else self.open_table(match)
        if match["close"]:
            return self.close_link() if name == "a" and self.links_open else match[0]
        if name == "meta":
            return "" if "http-equiv" in match["attributes"].lower() else match[0]
        write = WRITERS.get(name)
        return write(self, match) if write else self.other(match)

    def other(self, match: re.Match[str]) -> str:
        """A tag without a treatment of its own: only its schemes are checked."""
        attributes = read_attributes(match["attributes"])
        bad = [key for key in ADDRESSES if key in attributes and self.forbids(key, attributes[key])]
        for key in bad:
            del attributes[key]
        return write_tag(match["name"], attributes) if bad else match[0]

    def forbids(self, attribute: str, written: str) -> bool:
        """True, and reported, when the address could run code, or would be loaded from elsewhere."""
        found = self.resolve(written)
        loads = attribute in LOADED and isinstance(found, External)
        if loads or isinstance(found, Forbidden):
            self.report("media-external" if loads else "link-scheme", written)
        return loads or isinstance(found, Forbidden)

    def resolve(self, written: str) -> Destination:
        return resolve(written, self.source, self.site)

    def line(self, written: str) -> int:
        return self.finder.line(written, html.escape(written), html.escape(written, quote=False))

    def report(self, kind: str, written: str) -> None:
        shown = written if len(written) <= 200 else f"{written[:200]}…"
        self.result.problems.append(problem(self.source.shown_path, self.line(written), kind, target=shown))

    # --- tables --------------------------------------------------------------------------------------------------

    def open_table(self, match: re.Match[str]) -> str:
        inner = any(self.tables_open) or "highlighttable" in match["attributes"]
        wrapped = self.markup.endswith('<div class="tabela">', 0, match.start())
        self.tables_open.append(not inner and not wrapped)
        return f'<div class="tabela">{match[0]}' if self.tables_open[-1] else match[0]

    def close_table(self) -> str:
        return "</table></div>" if self.tables_open and self.tables_open.pop() else "</table>"

    # --- links ---------------------------------------------------------------------------------------------------

    def open_link(self, match: re.Match[str]) -> str:
        attributes = read_attributes(match["attributes"])
        if "href" not in attributes:
            self.links_open.append("id" in attributes or "name" in attributes)
            return match[0] if self.links_open[-1] else ""
        written = attributes["href"]
        found = self.resolve(written)
        kept = self.link_to(found, written, attributes)
        self.links_open.append(kept)
        if not kept:
            return ""
        empty = self.markup.startswith("</a>", match.end())
        return write_tag("a", attributes) + (self.title_for(found, written) if empty else "")

    def close_link(self) -> str:
        return "</a>" if self.links_open.pop() else ""

    def link_to(self, found: Destination, written: str, attributes: dict[str, str]) -> bool:
        """Point a link to its destination; False when its text has to stand without it."""
        attributes.pop("target", None)
        if isinstance(found, SamePage):
            return self.link_within(found, written, attributes)
        if isinstance(found, LocalPage):
            attributes["href"] = relative_address(found.target, self.source.target, found.anchor)
            if found.anchor:
                link = OutgoingLink(found.target, found.anchor, self.line(written), written)
                self.result.links.append(link)
            return True
        if isinstance(found, LocalAsset):
            attributes["href"] = self.address_of(found)
            return True
        if isinstance(found, External):
            attributes["href"] = found.address
            if found.is_web:
                attributes["rel"] = EXTERNAL_REL
            return True
        self.report(KIND_OF[type(found)], written)
        return False

    def link_within(self, found: SamePage, written: str, attributes: dict[str, str]) -> bool:
        if found.anchor and found.anchor not in self.known_ids and found.anchor != "top":
            self.report("link-anchor", written)
        if not written.startswith("#"):
            own = posixpath.basename(self.source.target)
            attributes["href"] = f"#{found.anchor}" if found.anchor else relative_address(own, own)
        return True

    def title_for(self, found: Destination, written: str) -> str:
        """Text for a link that has none."""
        if isinstance(found, LocalPage):
            return html.escape(self.site.titles.get(found.source, "") or written, quote=False)
        return "" if isinstance(found, SamePage) else html.escape(written, quote=False)

    def address_of(self, found: LocalAsset) -> str:
        """The address of a file, which the page now depends on."""
        self.result.assets.add(found.asset.target)
        return relative_address(found.asset.target, self.source.target, found.anchor)

    # --- images and media ----------------------------------------------------------------------------------------

    def image(self, match: re.Match[str]) -> str:
        attributes = read_attributes(match["attributes"])
        written = attributes.get("src", "")
        found = self.resolve(written)
        if isinstance(found, LocalAsset):
            return self.local_image(attributes, found)
        alternative = html.escape(attributes.get("alt", ""), quote=False)
        if isinstance(found, External) and found.is_web:
            self.report("image-external", written)
            text = alternative or html.escape(written, quote=False)
            return text if any(self.links_open) else f"{self.external_link(found.address)}{text}</a>"
        self.report("link-scheme" if isinstance(found, Forbidden) else "image-missing", written)
        return f'<span class="imagem-ausente">{alternative}</span>'

    def external_link(self, address: str) -> str:
        return write_tag("a", {"href": address, "rel": EXTERNAL_REL})

    def local_image(self, attributes: dict[str, str], found: LocalAsset) -> str:
        written = attributes["src"]
        if not attributes.get("alt", "").strip() and attributes.get("role") not in ("presentation", "none"):
            self.report("image-no-alt", written)
        sizes = missing_sizes(self.site.image_size(found.asset), attributes)
        attributes["src"] = self.address_of(found)
        self.keep_local_candidates(attributes)
        attributes.setdefault("alt", "")
        attributes.setdefault("loading", "lazy")
        attributes.setdefault("decoding", "async")
        return write_tag("img", {**attributes, **sizes})

    def keep_local_candidates(self, attributes: dict[str, str]) -> None:
        """Keep the files of this site among the candidates of `srcset`."""
        if "srcset" not in attributes:
            return
        kept = []
        for candidate in attributes["srcset"].split(","):
            written, _, size = candidate.strip().partition(" ")
            found = self.resolve(written)
            if isinstance(found, LocalAsset):
                kept.append(f"{self.address_of(found)} {size}".strip())
            elif written:
                self.report("image-external" if isinstance(found, External) else "image-missing", written)
        if kept:
            attributes["srcset"] = ", ".join(kept)
        else:
            del attributes["srcset"]

    def medium(self, match: re.Match[str]) -> str:
        """A player that has a file of this site stays; one that would load from elsewhere becomes a link."""
        attributes = read_attributes(match["attributes"])
        closing = CLOSING_MEDIA[match["name"].lower()].search(self.markup, match.end())
        inner = self.markup[match.end() : closing.start()] if closing else ""
        written = [attributes["src"]] if "src" in attributes else []
        written += [
            read_attributes(found["attributes"]).get("src", "")
            for found in SOURCES.finditer(inner)
            if found["name"] and not found["close"]
        ]
        destinations = [self.resolve(address) for address in written]
        if any(isinstance(found, LocalAsset) for found in destinations):
            return self.local_medium(match["name"].lower(), attributes)
        if closing:
            self.position = closing.end()
        return self.no_medium(written, destinations)

    def local_medium(self, name: str, attributes: dict[str, str]) -> str:
        for key in ("src", "poster"):
            if key not in attributes:
                continue
            found = self.resolve(attributes[key])
            if isinstance(found, LocalAsset):
                attributes[key] = self.address_of(found)
            else:
                self.report(MISSING_MEDIA.get(type(found), "link-broken"), attributes.pop(key))
        attributes["preload"] = "none"
        attributes.pop("autoplay", None)
        return write_tag(name, attributes)

    def no_medium(self, written: list[str], destinations: list[Destination]) -> str:
        for address, found in zip(written, destinations, strict=True):
            self.report(MISSING_MEDIA.get(type(found), "link-broken"), address)
        for address, found in zip(written, destinations, strict=True):
            if isinstance(found, External) and found.is_web:
                return f"{self.external_link(found.address)}{html.escape(address, quote=False)}</a>"
        return ""

    def source_of_medium(self, match: re.Match[str]) -> str:
        attributes = read_attributes(match["attributes"])
        self.keep_local_candidates(attributes)
        if "src" in attributes:
            found = self.resolve(attributes["src"])
            if isinstance(found, LocalAsset):
                attributes["src"] = self.address_of(found)
            else:
                self.report(MISSING_MEDIA.get(type(found), "link-broken"), attributes.pop("src"))
        return write_tag("source", attributes) if "src" in attributes or "srcset" in attributes else ""

    def captions(self, match: re.Match[str]) -> str:
        """Captions go into the page: from `file://` browsers refuse to load them."""
        attributes = read_attributes(match["attributes"])
        written = attributes.get("src", "")
        found = self.resolve(written)
        if not isinstance(found, LocalAsset):
            self.report(MISSING_MEDIA.get(type(found), "link-broken"), written)
            return ""
        text = self.site.captions(found.asset)
        if text is None:
            self.report("media-captions-format", written)
            return ""
        attributes["src"] = f"data:text/vtt;base64,{base64.b64encode(text).decode('ascii')}"
        return write_tag("track", attributes)


KIND_OF: Mapping[type, str] = {Broken: "link-broken", Outside: "link-outside", Forbidden: "link-scheme"}
MISSING_MEDIA: Mapping[type, str] = {External: "media-external", Forbidden: "link-scheme", Outside: "link-outside"}
WRITERS: Mapping[str, Callable[[_Rewriter, re.Match[str]], str]] = {
    "a": _Rewriter.open_link,
    "img": _Rewriter.image,
    "video": _Rewriter.medium,
    "audio": _Rewriter.medium,
    "source": _Rewriter.source_of_medium,
    "track": _Rewriter.captions,
}


def missing_sizes(size: tuple[int, int] | None, written: Mapping[str, str]) -> dict[str, str]:
    """Width and height that the author did not write, in the image's proportions, so that the text does not jump."""
    if size is None or ("width" in written and "height" in written):
        return {}
    width, height = size
    wanted = written.get("width", "") + written.get("height", "")
    if wanted and not wanted.isdigit():
        return {}
    if "width" in written:
        return {"height": str(max(1, round(int(wanted) * height / width)))}
    if "height" in written:
        return {"width": str(max(1, round(int(wanted) * width / height)))}
    return {"width": str(width), "height": str(height)}
