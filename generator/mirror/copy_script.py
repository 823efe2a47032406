"""How facts about a copy are written: scripts and JSON that carry any title safely."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.release.own_files import COPY_SCRIPT

FORMAT, VERSION = "canoa-copia", 1
GLOBAL = "canoaCopia"
"""What `canoa/copia.js` sets."""


def working_copy() -> dict[str, bytes]:
    """What `canoa build` says of the site that it makes: a working edition, which nobody has signed."""
    return {COPY_SCRIPT: fact_script(GLOBAL, {"release": 0})}


def fact_script(name: str, values: Mapping[str, Any]) -> bytes:
    """A script that sets one global; nothing else can be loaded from `file://`."""
    return f"{name}={_ascii(values)};\n".encode()


def fact_file(values: Mapping[str, Any]) -> bytes:
    """The same as JSON, for what is only read where files can be."""
    return f"{_ascii(values)}\n".encode()


def _ascii(values: Mapping[str, Any]) -> str:
    """JSON in ASCII: whatever titles hold, nothing of it ends a script or turns the direction of writing."""
    written = {"format": FORMAT, "version": VERSION, **values}
    return json.dumps(written, separators=(",", ":")).replace("<", "\\u003c")
