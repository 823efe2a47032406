"""Make every pedagogy block known to Markdown, under its name and its aliases."""

from __future__ import annotations

from markdown import Markdown
from markdown.extensions import Extension

from generator.pages.blocks import cases, media, questions, survey, writing
from generator.pages.blocks.block import CollectingProcessor

FAMILIES = (questions.BLOCKS, cases.BLOCKS, writing.BLOCKS, survey.BLOCKS, media.BLOCKS)


class PedagogyBlocks(Extension):
    """Registers the blocks; needs `CollectingBlocks` before it."""

    def __init__(self, processor: CollectingProcessor) -> None:
        super().__init__()
        self.processor = processor

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown."""
        for family in FAMILIES:
            for block in family:
                for name in (block.NAME, *block.ALIASES):
                    self.processor.register(type(block.__name__, (block,), {"NAME": name}), {})
