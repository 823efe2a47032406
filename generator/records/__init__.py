"""The learner's record as a file: its published schema, safe reading of what others send, merging of copies."""

from __future__ import annotations

from pathlib import Path

SCHEMA_FILE = Path(__file__).parent / "record.schema.json"


def schema_bytes() -> bytes:
    """The JSON Schema of an exported record, as it is published with every site."""
    return SCHEMA_FILE.read_bytes()
