"""Copies of a record merge to the same, whatever the order, however often."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given

from generator.records.merging import canonical, merged
from generator.records.reading import read_record
from tests.conftest import ROOT
from tests.records.making import as_bytes, entries, record, values

VECTORS = json.loads((ROOT / "tests/records/merge_vectors.json").read_text(encoding="utf-8"))


@given(entries, entries)
def test_it_does_not_matter_which_copy_comes_first(one: Any, other: Any) -> None:
    assert canonical(merged([one, other])) == canonical(merged([other, one]))


@given(entries, entries, entries)
def test_it_does_not_matter_which_two_copies_are_merged_first(one: Any, two: Any, three: Any) -> None:
    assert canonical(merged([merged([one, two]), three])) == canonical(merged([one, merged([two, three])]))


@given(entries, entries)
def test_merging_again_changes_nothing(one: Any, other: Any) -> None:
    both = merged([one, other])
    assert merged([both, one]) == merged([both, both]) == both


@given(entries)
def test_a_record_is_the_same_after_a_journey_through_a_file(one: Any) -> None:
    read = read_record(as_bytes(record(one))).entries
    assert canonical(read) == canonical(one)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["why"])
def test_the_vectors_that_javascript_is_held_to(vector: dict[str, Any]) -> None:
    for copies in ((vector["a"], vector["b"]), (vector["b"], vector["a"])):
        assert canonical(merged(copies)) == canonical(vector["merged"])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((0, "0"), (-0.0, "0"), (1.0, "1"), (-1.5, "-1.5"), (100, "100"), (0.1, "0.1"), (1e-6, "0.000001")),
        *((1e-7, "1e-7"), (1.5e-10, "1.5e-10"), (1e21, "1e+21"), (1e20, "100000000000000000000")),
        *((123456789012345680000, "123456789012345680000"), (1e308, "1e+308"), (5e-324, "5e-324")),
        *((2**53, "9007199254740992"), (0.00012, "0.00012"), (12.0625, "12.0625")),
    ],
)
def test_numbers_are_written_as_javascript_writes_them(number: float, text: str) -> None:
    assert canonical(number) == text


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_canonical_texts_are_those_of_node() -> None:
    samples: list[Any] = [
        *(10.0**power for power in range(-12, 26)),
        *(3 * 7.0**power for power in range(-20, 30)),
        *('é\u2028\u007f\U0001f6f6"\\/\b\n\u0001', {"b": [1, {"z": None, "a": True}], "a": "x", "": 0}),
    ]
    script = (
        "const sorted=(v)=>v&&typeof v==='object'&&!Array.isArray(v)?Object.fromEntries(Object.keys(v).sort()"
        ".map((k)=>[k,sorted(v[k])])):Array.isArray(v)?v.map(sorted):v;"
        "console.log(JSON.stringify(JSON.parse(process.argv[1]).map((v)=>JSON.stringify(sorted(v)))))"
    )
    done = subprocess.run(["node", "-e", script, json.dumps(samples)], capture_output=True, text=True, check=True)
    assert [canonical(sample) for sample in samples] == json.loads(done.stdout)


@given(values)
def test_what_is_canonical_reads_back_as_the_same(value: Any) -> None:
    assert canonical(json.loads(canonical(value), parse_int=float)) == canonical(value)
