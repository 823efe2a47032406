"""What a mirror says of itself, for tests to change."""

from __future__ import annotations

import json
from typing import Any

GOOD: dict[str, Any] = {
    "format": "canoa-mirror",
    "version": 1,
    "id": "0" * 32,
    "name": "UBS São José",
    "region": "Juruá",
    "catalogue": "rede",
    "release": 7,
    "signed_at": "2026-11-22T00:00:00Z",
    "state": "atual",
    "checked_at": "2026-11-23T00:00:00Z",
    "synced_at": "2026-11-23T00:00:00Z",
    "timestamp_expires": "2026-12-06T00:00:00Z",
    "snapshot_expires": "2027-02-20T00:00:00Z",
    "layers": ["texto"],
    "courses": ["*"],
    "units": 3,
    "bytes": 5,
    "software": "0.1.0",
    "upstream": "origem.example",
    "last_error": None,
}


def status(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()
