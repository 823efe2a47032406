"""Merging copies of one learner's record: for each key the entry that was written later stays.

`theme/scripts/store.js` does the same; `tests/records/merge_vectors.json` holds both to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Entry = Mapping[str, Any]
"""`v`: value, `t`: milliseconds since 1970, `r`: the copy that wrote it."""
Entries = dict[str, Entry]


def merged(copies: Iterable[Mapping[str, Entry]]) -> Entries:
    """One record of several copies, in whatever order they come."""
    result: Entries = {}
    for copy in copies:
        for key, entry in copy.items():
            known = result.get(key)
            if known is None or is_later(entry, known):
                result[key] = entry
    return result


def is_later(one: Entry, other: Entry) -> bool:
    """True when `one` stays: greater time, then greater writer, then greater JSON text."""
    if one["t"] != other["t"]:
        return bool(one["t"] > other["t"])
    if one["r"] != other["r"]:
        return bool(one["r"] > other["r"])
    return _code_units(canonical(one["v"])) > _code_units(canonical(other["v"]))


def canonical(value: Any) -> str:
    """The JSON text of a value as ECMAScript writes it, with sorted names and no blanks (RFC 8785)."""
    if isinstance(value, dict):
        names = sorted(value, key=_code_units)
        return "{" + ",".join(f"{_quoted(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return _number(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _code_units(text: str) -> bytes:
    """What JavaScript compares texts by: UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """The shortest decimal that reads back as the same number, laid out as in ECMA-262, `Number::toString`."""
    sign, number = "-" if value < 0 else "", abs(value)
    mantissa, _, exponent = repr(float(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction.rstrip("0") if fraction != "0" else whole).lstrip("0")
    if not digits:
        return "0"
    point = _point(whole, fraction) + int(exponent or 0)
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{digits}"
    else:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        text = f"{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + text


def _point(whole: str, fraction: str) -> int:
    """Where the decimal point stands, counted from the first digit that is not zero."""
    if whole.strip("0"):
        return len(whole)
    return len(fraction.lstrip("0")) - len(fraction)
