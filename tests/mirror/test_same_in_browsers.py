"""The vectors that the theme's scripts are tested with are what Python says: freshness, images, digests."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from generator.release.fingerprints import release_digest
from generator.release.image import write_image
from generator.release.trust import ReferenceTime, VerifiedRelease, freshness
from tests.release.signing import image

HERE = Path(__file__).parent
AGES = json.loads((HERE / "freshness_vectors.json").read_text())
IMAGES = json.loads((HERE / "image_vectors.json").read_text())
EARLY = datetime(2000, 1, 1, tzinfo=timezone.utc)


def moment(written: str) -> datetime:
    return datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(("now", "state"), AGES["cases"])
def test_a_copy_is_as_fresh_as_a_mirror_says(now: str, state: str) -> None:
    release = VerifiedRelease(
        number=1,
        catalogue="rede",
        signed_at=moment(AGES["confirmed"]),
        timestamp_expires=moment(AGES["timestampExpires"]),
        snapshot_expires=moment(AGES["snapshotExpires"]),
        institutions={},
        targets={},
        transport={},
        released_at=moment(AGES["confirmed"]),
    )
    assert freshness(release, ReferenceTime(moment(now), EARLY, moment(AGES["notBefore"]))) == state


@pytest.mark.parametrize("vector", IMAGES["images"], ids=lambda vector: vector["files"][0][0][:30])
def test_an_image_is_what_is_written(vector: dict[str, object]) -> None:
    files = [(path, bytes(size)) for path, size in vector["files"]]  # type: ignore[attr-defined]
    summary = write_image(files, io.BytesIO())
    assert [summary.length, summary.sha256] == [vector["length"], vector["sha256"]]


def test_the_digest_of_a_release_is_what_is_published() -> None:
    targets = {**image("ufa", "saúde", "um"), **image("site", "site", "dois")}
    targets["ufa/saúde/texto.tar"].custom["blobs"].update(  # type: ignore[attr-defined]
        {"saúde/aula.mp4": {"sha256": hashlib.sha256(b"aula").hexdigest(), "length": 4}}
    )
    assert IMAGES["listing"] == [
        {
            "path": path,
            "length": info.length,
            "sha256": info.sha256,
            "here": True,
            "blobs": [[blob, one["length"], one["sha256"]] for blob, one in info.custom["blobs"].items()],
        }
        for path, info in sorted(targets.items())
    ]
    assert IMAGES["digest"] == release_digest(targets)
