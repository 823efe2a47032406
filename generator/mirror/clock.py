"""What time it is for a mirror, whose own clock may be years wrong."""

from __future__ import annotations

from datetime import datetime, timezone

from generator.release.trust import ReferenceTime

BUILT = datetime(2026, 11, 1, tzinfo=timezone.utc)
"""Date of this software, moved forward with each version of it: it cannot be earlier than that."""


def reference_time(clock: datetime | None = None, seen: datetime | None = None) -> ReferenceTime:
    """The time by this computer, by the software's date, and by the latest signed time that was verified."""
    return ReferenceTime(clock or datetime.now(timezone.utc).replace(microsecond=0), BUILT, seen)
