"""How every page of a site is rendered: plain values that can be hashed, cached and sent to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.language import DEFAULT_LANGUAGE


@dataclass(frozen=True)
class RenderOptions:
    """What `mkdocs.yml` and the library say about rendering; every value can be written as JSON."""

    language: str = DEFAULT_LANGUAGE
    """Of the labels that blocks carry, and of the values inside problems."""
    allow_html: bool = False
    """True only when every author is trusted as much as the site's owner: HTML is not sanitised then."""
    extensions: tuple[str, ...] = ()
    """Extra Markdown extensions from the author's `mkdocs.yml`, in order."""
    extension_configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Their settings, and overrides of ours; Python objects as text, `python/name:module.object`."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """Abbreviation → meaning, shown as a tooltip on every page."""
    strict_blocks: bool = True
    """False leaves `/// name` with an unknown name alone: for texts that use such lines otherwise."""
    tools: Mapping[str, str] = field(default_factory=dict)
    """Tool id → name in the reader's language; empty means that the option `ferramenta` is not checked."""
