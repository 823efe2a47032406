"""Names of the kinds of page, in the reader's language."""

from __future__ import annotations

from generator.content.model import Kind
from generator.problem_kinds import N_

KIND_LABELS: dict[Kind, str] = {
    "home": "",
    "course": N_("Course"),
    "module": N_("Module"),
    "unit": N_("Unit"),
    "case": N_("Clinical case"),
    "worksheet": N_("Worksheet"),
    "glossary": N_("Glossary"),
    "page": "",
}
"""Kind → message id; empty for pages that need no label."""
