"""Files of unknown origin: each is a record or is refused with a reason; nothing else ever happens."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.collect import DAMAGES, Learner
from generator.records.reading import known_entries, read_record
from generator.records.refusals import REFUSALS, RefusedError
from tests.records.making import EVERY_KIND, as_bytes, record, values


def refusal(content: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        read_record(content)
    for text in (caught.value.refusal.message(str), caught.value.refusal.cure(str)):
        assert text and "{" not in text.replace("{…}", "")
    return caught.value.refusal.kind


def test_a_good_file_is_read_whole() -> None:
    read = read_record(as_bytes(record(EVERY_KIND, person="b" * 32)))
    assert read.person == "b" * 32
    assert set(read.entries) == set(EVERY_KIND)
    assert known_entries(as_bytes(record(EVERY_KIND))) == read.entries


@pytest.mark.parametrize(("kind", "damage"), DAMAGES, ids=lambda value: value if isinstance(value, str) else "")
def test_every_damage_is_told_apart(kind: str, damage: Any) -> None:
    assert refusal(damage(Learner(1, 1).export())) == kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_that_an_editor_saved_in_another_unicode_encoding_is_read(encoding: str) -> None:
    content = json.dumps(record({"text/x": "Ação 🛶"}), ensure_ascii=False).encode(encoding)
    assert read_record(content).entries["text/x"]["v"] == "Ação 🛶"


def test_half_letters_become_a_mark_and_the_rest_stays() -> None:
    content = as_bytes(record({"text/x": "AB"})).replace(b'"AB"', b'"a\\ud83db\\udef6 \\ud83d\\udef6"')
    assert read_record(content).entries["text/x"]["v"] == "a\ufffdb\ufffd 🛶"


def test_numbers_beyond_what_is_exact_are_those_of_javascript() -> None:
    content = as_bytes(record({"novo/x": 0})).replace(b'"v": 0', b'"v": 12345678901234567890')
    assert read_record(content).entries["novo/x"]["v"] == float(12345678901234567890)


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_number_that_is_no_number_is_named(digits: int) -> None:
    content = as_bytes(record({"novo/x": 0})).replace(b'"v": 0', b'"v": ' + b"9" * digits)
    assert refusal(content) == "no-number"


def test_keys_of_later_versions_are_kept() -> None:
    read = read_record(as_bytes(record({"novidade/x": {"a": 1}, "journal/j/mood": "boa"}, future={"a": [1]})))
    assert read.entries["novidade/x"]["v"] == {"a": 1}


def test_statements_for_other_systems_are_told_apart_from_other_files() -> None:
    assert refusal(as_bytes([{"actor": {}, "verb": {}, "object": {}}])) == "statements"


def test_what_a_stranger_wrote_into_a_message_is_short_and_printable() -> None:
    with pytest.raises(RefusedError) as caught:
        read_record(as_bytes(record({"text/\x1b[2J" + "x" * 200: "a"})))
    message = caught.value.refusal.message(str)
    assert message.isprintable() and len(message) < 300


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_reason(content: bytes) -> None:
    assert refusal(content) in REFUSALS


@given(values)
def test_any_json_is_refused_with_a_reason(value: Any) -> None:
    assert refusal(as_bytes(value)) in REFUSALS


@given(st.sampled_from(["site", "person", "exported", "entries", "version", "format"]), values)
@settings(deadline=None)
def test_any_part_may_be_wrong(name: str, value: Any) -> None:
    content = as_bytes({**record(EVERY_KIND), name: value})
    try:
        read_record(content)
    except RefusedError as error:
        assert error.refusal.kind in REFUSALS


@given(st.data())
@settings(deadline=None)
def test_a_file_that_is_cut_or_changed_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    content = as_bytes(record(EVERY_KIND))
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    try:
        read_record(content[:start] + data.draw(st.binary(max_size=3)) + content[end:])
    except RefusedError as error:
        assert error.refusal.kind in REFUSALS
