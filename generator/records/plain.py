"""A quick check that says yes to plain records without the schema.

The schema takes a tenth of a second per record, and institutions bring ten thousand.  What this check accepts the
schema accepts (`tests/records/test_schema.py` proves it); False says nothing: then the schema decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from generator.records import schema_bytes

LONGEST_TEXT, LONGEST_LIST, LONGEST_KEY, MOST_KEYS = 20_000, 200, 300, 20_000
LATEST = 253_402_300_799_999
DEEPEST = 4
FORBIDDEN = frozenset(("__proto__", "constructor", "prototype"))
FORBIDDEN_PART = re.compile(r"__proto__|constructor|prototype")
WRITER = re.compile(r"[0-9a-z]{1,16}")
DATE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?")
PERSON = re.compile(r"[0-9A-Za-z_-]{1,64}")
USED_BEFORE = ("", "sim", "em-parte", "nao")
MOMENTS = ("", "antes", "depois")
STATES = ("", "mantida", "adaptada", "abandonada")

Check = Callable[[Any], bool]


def is_plainly_valid(values: Mapping[str, Any]) -> bool:
    """True for a record that keeps to the schema in the usual way."""
    try:
        person, site, entries = values["person"], values["site"], values["entries"]
        return (
            values["format"] == "canoa-record"
            and type(values["version"]) is int
            and values["version"] == 1
            and _names(values, ("exported",))
            and bool(_patterns()["exported"].search(values["exported"]))
            and _is_site(site)
            and _is_person(person)
            and type(entries) is dict
            and len(entries) <= MOST_KEYS
            and all(_is_entry(key, entry) for key, entry in entries.items())
        )
    except (KeyError, TypeError):
        return False


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The two long expressions are the schema's own."""
    properties = json.loads(schema_bytes())["properties"]
    return {
        "key": re.compile(properties["entries"]["propertyNames"]["pattern"]),
        "exported": re.compile(properties["exported"]["pattern"]),
    }


def _is_site(site: Any) -> bool:
    return _names(site, ("id", "name")) and 0 < len(site["id"]) <= 300 and len(site["name"]) <= 1000


def _is_person(person: Any) -> bool:
    return (
        bool(PERSON.fullmatch(person["id"]))
        and _optional(person, "name", lambda name: type(name) is str and len(name) <= 300)
        and _optional(person, "audience", lambda audience: type(audience) is str and len(audience) <= 60)
    )


def _names(values: Any, names: tuple[str, ...]) -> bool:
    return type(values) is dict and all(type(values[name]) is str for name in names)


def _is_entry(key: str, entry: Any) -> bool:
    value, time, writer = entry["v"], entry["t"], entry["r"]
    if not (
        len(entry) == 3  # so that there is nothing else in it
        and type(time) is int
        and 0 <= time <= LATEST
        and type(writer) is str
        and WRITER.fullmatch(writer)
        and len(key) <= LONGEST_KEY
        and _patterns()["key"].search(key)
        and not FORBIDDEN_PART.search(key)
    ):
        return False
    return value is None or (_is_value(value, DEEPEST) and _check_of(key)(value))


def _is_value(value: Any, depth: int) -> bool:
    """Any value that a record may hold under a key of an unknown kind."""
    kind = type(value)
    if kind is str:
        return len(value) <= LONGEST_TEXT
    if kind is list:
        return depth > 0 and len(value) <= LONGEST_LIST and all(_is_value(item, depth - 1) for item in value)
    if kind is dict:
        return (
            depth > 0
            and len(value) <= LONGEST_LIST
            and FORBIDDEN.isdisjoint(value)
            and all(len(name) <= LONGEST_KEY for name in value)
            and all(_is_value(item, depth - 1) for item in value.values())
        )
    return kind in (int, float, bool) or value is None


# --- what is kept under a key -------------------------------------------------------------------------------------
# Lengths and depths have been seen to by `_is_value`.


def _check_of(key: str) -> Check:
    kind, _, rest = key.partition("/")
    if kind in _BY_FIELD:
        return _BY_FIELD[kind].get(rest.split("/")[_PLACE_OF_FIELD.get(kind, 1)], _anything)
    if kind == "survey":
        return _is_item if "/" in rest else _is_survey
    return _BY_KIND.get(kind, _anything)


def _anything(_: Any) -> bool:
    return True


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_truth(value: Any) -> bool:
    return type(value) is bool


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_date(value: Any) -> bool:
    return type(value) is str and bool(DATE.fullmatch(value))


def _is_texts(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)


def _one_of(*known: str) -> Check:
    return lambda value: type(value) is str and value in known


def _optional(values: Any, name: str, check: Check) -> bool:
    return name not in values or check(values[name])


def _is_about(value: Any) -> bool:
    return (
        type(value) is dict
        and "kind" in value
        and all(_optional(value, name, _is_text) for name in ("kind", "title", "page", "course", "tool"))
        and _optional(value, "items", _is_number)
    )


def _is_answer(value: Any) -> bool:
    return (
        type(value) is dict
        and _is_texts(value["answer"])
        and _is_number(value["score"])
        and 0 <= value["score"] <= 1
        and _optional(value, "hint", _is_truth)
    )


def _is_case(value: Any) -> bool:
    return (
        type(value) is dict
        and _is_texts(value["path"])
        and _optional(value, "titles", _is_texts)
        and _optional(value, "end", _is_truth)
    )


def _is_item(value: Any) -> bool:
    return type(value) in (str, int, float) or _is_texts(value)


def _is_survey(value: Any) -> bool:
    return (
        type(value) is dict
        and _is_date(value["done"])
        and _optional(value, "instrument", lambda name: _is_text(name) and len(name) <= 300)
        and _optional(value, "moment", _one_of(*MOMENTS))
        and type(value["items"]) is dict
        and all(map(_is_codebook_item, value["items"].values()))
    )


def _is_codebook_item(item: Any) -> bool:
    return (
        type(item) is dict
        and all(_optional(item, name, _is_text) for name in ("text", "theme"))
        and _optional(item, "type", lambda kind: _is_text(kind) and len(kind) <= 60)
        and _optional(item, "choices", _is_texts)
    )


def _is_follow_up(value: Any) -> bool:
    return (
        type(value) is dict
        and _optional(value, "date", _is_date)
        and _optional(value, "state", _one_of(*STATES))
        and _optional(value, "text", _is_text)
    )


def _is_elective(value: Any) -> bool:
    return (
        type(value) is dict
        and _is_truth(value["chosen"])
        and all(_optional(value, name, _is_text) for name in ("problem", "why"))
    )


def _is_page(value: Any) -> bool:
    return type(value) is dict and all(_optional(value, name, _is_text) for name in ("page", "title"))


_BY_KIND: dict[str, Check] = {
    "about": _is_about,
    "answer": _is_answer,
    "draft": _is_texts,
    "case": _is_case,
    "text": _is_text,
    "check": _is_truth,
    "elective": _is_elective,
}
_PLACE_OF_FIELD = {"territory": 0, "person": 0, "page": 0}
"""Where among the parts of the key the field's name stands; after the block's otherwise."""
_BY_FIELD: dict[str, dict[str, Check]] = {
    "task": {"done": _is_truth, "text": _is_text, "due": _is_date, "doneOn": _is_date},
    "sheet": {"used": _one_of(*USED_BEFORE), "row": _is_number, "cell": _is_text},
    "journal": {
        **dict.fromkeys(("created", "since"), _is_date),
        **dict.fromkeys(("changed", "tool", "evidence", "helps", "hinders", "next"), _is_text),
        "before": _one_of(*USED_BEFORE),
        **dict.fromkeys(("follow30", "follow60", "follow90"), _is_follow_up),
    },
    "territory": {"problems": _is_texts, **dict.fromkeys(("unit", "city", "population", "teams"), _is_text)},
    "person": {"audience": _is_text},
    "page": {"last": _is_page},
}
