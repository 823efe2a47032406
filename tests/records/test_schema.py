"""The published schema, and the quick check that has to agree with it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from generator.records import schema_bytes
from generator.records.plain import is_plainly_valid
from generator.records.reading import schema_validator
from tests.records.making import EVERY_KIND, entry, record, values

SCHEMA = json.loads(schema_bytes())
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 0.5, 2.5, 1e308, "", "x", "x\n", "2026-01-01", "2026-01-01\n", "2026-1-1"),
    *("sim", "antes", "mantida", "a" * 301, "a" * 20_001, [], ["a"], [1], [["a"]], ["a"] * 201, {}, {"v": 1}),
    *({"kind": "x"}, {"__proto__": 1}, {"kind": "x", "constructor": 1}, {"a": {"b": {"c": {"d": {}}}}}),
    *({"answer": ["x"], "score": 2}, {"path": [], "end": "x"}, {"chosen": 1}, {"done": "", "items": {"a": []}}),
    *({"done": "", "items": {}}, {"done": "", "items": {"a": {"type": "x" * 61}}}, {"done": "", "moment": "x"}),
)
ODD_KEYS = (
    *("about/", "about/x/y", "answer/x", "answer/x/y/z", "survey/", "survey/a/b/c", "sheet/x", "sheet/x/row", "sheet"),
    *("sheet/x/cell/1", "sheet/x/cell/1/2/3", "task/x", "journal/x", "page/x", "__proto__", "a/constructor/b", "", "/"),
    *(
        "constructors/x",
        "about\n",
        "text/a\n",
        "text/\x1f",
        "outro",
        "x" * 301,
        "territory/x",
        "person/x",
        "about/\u2028",
    ),
)


def test_the_schema_is_a_schema_with_a_name_of_its_own() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "urn:canoa:record:1"


def test_it_needs_no_other_file() -> None:
    assert {text for text in references(SCHEMA) if not text.startswith("#/$defs/")} == set()


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_a_record_with_every_kind_of_key_is_valid_and_plainly_so() -> None:
    whole = record(EVERY_KIND)
    assert list(schema_validator().iter_errors(whole)) == []
    assert is_plainly_valid(whole)


@pytest.mark.parametrize("key", EVERY_KIND)
def test_the_quick_check_never_accepts_what_the_schema_refuses(key: str) -> None:
    for value in ODD:
        agree(record({key: entry(value)}))


@pytest.mark.parametrize("key", ODD_KEYS, ids=repr)
def test_strange_keys_are_judged_alike(key: str) -> None:
    agree(record({key: entry("x")}))
    agree(record({key: entry(None)}))


def agree(values: Any) -> None:
    if is_plainly_valid(values):
        assert list(schema_validator().iter_errors(values)) == []


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_record_with_something_put_in_its_place_is_judged_alike(data: st.DataObject) -> None:
    whole = copy.deepcopy(record(EVERY_KIND))
    place: Any = whole
    while True:
        names = list(place) if isinstance(place, dict) else list(range(len(place)))
        name = data.draw(st.sampled_from(names))
        inner = place[name]
        if not inner or not isinstance(inner, dict | list) or data.draw(st.booleans()):
            break
        place = inner
    if isinstance(place, dict) and data.draw(st.booleans()):
        del place[name]
    else:
        place[name] = data.draw(values | st.sampled_from(ODD))
    agree(whole)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text/x", 5),
        ("answer/x/y", {"answer": ["a"], "score": 1.5}),
        ("answer/x/y", {"answer": "a", "score": 1}),
        ("journal/x/before", "talvez"),
        ("journal/x/since", "ontem"),
        ("journal/x/follow30", {"state": "boa"}),
        ("sheet/x/used", "yes"),
        ("task/x/done", "sim"),
        ("survey/x", {"items": {}}),
        ("elective/x", {"problem": "a"}),
        ("novidade/x", {"a": {"b": {"c": {"d": {"e": 1}}}}}),
        ("novidade/x", ["a"] * 201),
        ("novidade/x", "a" * 20_001),
    ],
)
def test_values_that_are_not_what_the_key_says_are_refused(key: str, value: Any) -> None:
    whole = record({key: entry(value)})
    assert not is_plainly_valid(whole)
    assert not schema_validator().is_valid(whole)


def test_more_than_twenty_thousand_keys_are_refused() -> None:
    whole = record({f"text/{number}": "x" for number in range(20_001)})
    assert not is_plainly_valid(whole)
    assert not schema_validator().is_valid(whole)
