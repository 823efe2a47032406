"""Video and audio with captions, a download whose size is known before it begins, and a transcript."""

from __future__ import annotations

import posixpath
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

from generator.pages.blocks import options as values
from generator.pages.blocks.block import InnerBlock, PedagogyBlock, add
from generator.pages.links import External, LocalAsset, resolve
from generator.pages.page import Asset
from generator.problem_kinds import N_

KINDS = (("video", N_("Video")), ("audio", N_("Audio")))


class Media(PedagogyBlock):
    """A film or a recording."""

    NAME = "midia"
    KIND = "midia"
    ALIASES = ("mídia",)
    LABEL = N_("Media")
    OPTIONS: ClassVar[dict[str, Any]] = {
        **PedagogyBlock.OPTIONS,
        "video": ("", values.text),
        "audio": ("", values.text),
        "legendas": ("", values.text),
        "capa": ("", values.text),
        "duracao": ("", values.clock),
    }

    def build(self, section: Element) -> None:
        """Add what stands before the content."""
        named = [label for option, label in KINDS if self.options[option]]
        self.add_title(section, "p", self.say(named[0] if named else self.LABEL))
        if not named:
            self.report("media-no-file", title=self.shown_title)
            return
        figure = SubElement(section, "figure")
        links: list[Element] = []
        for option, label in KINDS:
            if self.options[option]:
                self.write_medium(figure, option, self.say(label), links)
        self.write_downloads(figure, links)
        if self.options["video"] and not self.options["legendas"]:
            self.report("media-no-captions", title=self.shown_title)

    def write_medium(self, figure: Element, option: str, label: str, links: list[Element]) -> None:
        """The player when the file is in the content folder; what cannot be played becomes a link or nothing."""
        written: str = self.options[option]
        line = self.header.option_lines.get(option, 0)
        found = resolve(written, self.desk.source, self.desk.site)
        if isinstance(found, LocalAsset):
            self.write_player(figure, option, label)
            link = Element("a", {"href": written, "download": ""})
            link.text = ", ".join(filter(None, (label, self.options["duracao"], self.size_of(found.asset))))
            links.append(link)
        elif isinstance(found, External):
            self.report("media-external", line, target=written)
            link = Element("a", {"href": written})
            link.text = label
            links.append(link)
        else:
            self.report("link-broken", line, target=written)

    def write_player(self, figure: Element, option: str, label: str) -> None:
        """A native player that loads nothing by itself."""
        attributes = {"controls": "controls", "preload": "none", "src": self.options[option]}
        if option == "video":
            attributes["width"] = "640"
            if self.options["capa"]:
                attributes["poster"] = self.options["capa"]
        player = SubElement(figure, option, {**attributes, "aria-label": self.title or label})
        if option == "video" and self.options["legendas"]:
            language = self.desk.options.language
            track = {"srclang": language, "label": self.say("Captions"), "src": self.options["legendas"]}
            add(player, "track", kind="captions", **track)

    def write_downloads(self, figure: Element, links: list[Element]) -> None:
        """One line of links, each with what it weighs."""
        if not links:
            return
        line = add(figure, "p", class_="baixar")
        for link in links[:-1]:
            link.tail = " · "
        line.extend(links)

    def size_of(self, asset: Asset) -> str:
        """Bytes as people read them."""
        return shown_size(asset.size, self.desk.options.language)

    def on_end(self, block: Element) -> None:
        """Finish the block when its content is read."""
        if not any(child.get("class") == "transcricao" for child in block.iter("details")):
            self.report("media-no-transcript", title=self.shown_title)


class Transcript(InnerBlock):
    """What is said and shown, as text."""

    NAME = "transcricao"
    ALIASES = ("transcrição",)
    PARENTS = ("midia",)
    PARENT_NAME = "midia"

    def on_create(self, parent: Element) -> Element:
        """Make the element that its content goes into."""
        details = add(parent, "details", class_="transcricao")
        add(details, "summary", self.argument or self.desk.translate("Transcript"))
        return details


def shown_size(size: int, language: str) -> str:
    """Bytes in decimal units, with one decimal from megabytes on: `3,2 MB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    text = f"{size / 1_000_000:.1f}" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f}"
    unit = "MB" if size < 1_000_000_000 else "GB"
    return f"{text if language.startswith('en') else text.replace('.', ',')} {unit}"


def is_captions(path: str) -> bool:
    """True for the only caption format that browsers read."""
    return posixpath.splitext(path)[1].lower() == ".vtt"


BLOCKS = (Media, Transcript)
