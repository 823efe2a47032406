"""Anybody can send a status: nothing is believed before it is checked, and nothing can do harm where it is shown."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.fleet.reading import LONGEST_TEXT, NotAStatusError, read_report
from generator.fleet.sources import SourceError, status_address
from generator.mirror.clock import reference_time
from generator.mirror.status import status_of
from generator.mirror.store import MirrorSettings, MirrorStore
from tests.fleet.statuses import GOOD, status
from tests.mirror.serving.boxes import SITE, add_release

EXAMPLES = int(os.environ.get("CANOA_EXAMPLES", "200"))


def kind_of(content: bytes) -> str:
    with pytest.raises(NotAStatusError) as caught:
        read_report(content)
    return caught.value.kind


def test_what_our_own_mirrors_say_is_read(tmp_path: Any) -> None:
    store = MirrorStore(tmp_path)
    store.write_settings(MirrorSettings(("https://origem.example/x",), name="Posto", region="Xingu"))
    assert read_report(status_of(store, reference_time()).as_json().encode()).release == 0
    add_release(store, 7, SITE)
    found = read_report(status_of(store, reference_time()).as_json().encode())
    assert (found.name, found.region, found.release, found.catalogue) == ("Posto", "Xingu", 7, "rede")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "no-json"),
        (b"<!doctype html><title>Entre</title>", "no-json"),
        (b"\xff\xfe{}", "no-json"),
        (b"[" * 60_000, "no-json"),
        (b'{"a":' * 10_000, "no-json"),
        (b" " * 70_000, "too-large"),
        (b"[]", "no-status"),
        (b'{"format":"canoa-copia","version":1}', "no-status"),
        (status(version="1"), "no-status"),
        (status(version=True), "no-status"),
        (status(version=2), "newer-version"),
        (status().replace(b'"units": 3', b'"units": NaN'), "no-json"),
        (status().replace(b'"units": 3', b'"units": 9e999'), "bad-value"),
    ],
)
def test_what_is_no_status_is_told_apart(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "change",
    [
        *({"id": one} for one in (None, "", "x", "0" * 31, "0" * 33, "../../etc/passwd", "A" * 32, ["0"])),
        *({"name": one} for one in (None, 5, ["x"], {"a": 1})),
        *({"release": one} for one in (-1, 1.5, "7", True, None, 10**18)),
        *(
            {"signed_at": one}
            for one in ("ontem", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", 5, "1970-01-01T00:00:00Z")
        ),
        *({"signed_at": one} for one in ("", "٢٠٢٦-11-22T00:00:00Z", "2026-11-22T25:00:00Z", "9999-11-22T00:00:00Z")),
        *({"timestamp_expires": one} for one in ("2099-01-01T00:00:00Z", "2025-01-01T00:00:00Z")),
        {"snapshot_expires": "2099-01-01T00:00:00Z"},
        *({"state": one} for one in ("ótimo", None, 1)),
        *({"layers": one} for one in ("texto", ["video"], ["texto"] * 9, None)),
        *({"courses": one} for one in ("*", [1], ["a"] * 3000)),
        *({"bytes": one} for one in (-1, "5", 1e9)),
        {"last_error": {"kind": "<script>"}},
        {"last_error": {"kind": 5}},
    ],
)
def test_a_value_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    assert kind_of(status(**change)) == "bad-value"


def test_names_lose_what_is_not_seen_and_what_is_too_much() -> None:
    found = read_report(status(name="  UBS\u202e\u0000\n\tSão\u200bJosé\ufeff ", region="x" * 5000))
    assert found.name == "UBS São José"
    assert found.region == "x" * LONGEST_TEXT


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.text(max_size=3))
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(GOOD)), ANYTHING, max_size=3))
def test_whatever_comes_is_a_report_or_refused(changes: dict[str, Any]) -> None:
    try:
        found = read_report(status(**changes))
    except NotAStatusError:
        return
    assert found.name.isprintable() and len(found.name) <= LONGEST_TEXT and found.release >= 0


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else(content: bytes) -> None:
    with pytest.raises(NotAStatusError):
        read_report(content)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("http://192.168.0.10:8000/", "http://192.168.0.10:8000/.canoa/espelho.json"),
        ("http://caixa", "http://caixa/.canoa/espelho.json"),
        ("https://x.example/canoa/.canoa/", "https://x.example/canoa/.canoa/espelho.json"),
        ("https://x.example/a/espelho.json?x#y", "https://x.example/a/espelho.json"),
    ],
)
def test_an_address_as_people_know_it_leads_to_the_status(written: str, address: str) -> None:
    assert status_address(written, "", 0) == address


@pytest.mark.parametrize(
    "written",
    [
        *("file:///etc/passwd", "ftp://x/", "http://", "http:///x", "gopher://x/", "http://a b/", "http://x:99999/"),
        *(
            "http://user:pw@x/",
            "http://x/\r\nHost: y",
            "http://x\\y/",
            "http://[::1/",
            "http://x:0/",
            "http://é/" + "x" * 600,
        ),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(written: str) -> None:
    with pytest.raises(SourceError):
        status_address(written, "", 0)
