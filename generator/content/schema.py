"""The JSON Schema of headers, and a quick check that says yes to plain ones without it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

SCHEMA_FILE = Path(__file__).parent / "schemas" / "front-matter.schema.json"


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


@cache
def known_keys() -> tuple[str, ...]:
    """The keys that authors may write, in the order of the schema."""
    return tuple(_schema()["properties"])


@cache
def schema_validator() -> Draft202012Validator:
    """The compiled schema: constant for the life of the process."""
    from jsonschema import Draft202012Validator  # imported late: 0.1 s that plain headers do not need

    return Draft202012Validator(_schema())


def is_plainly_valid(values: Mapping[str, Any]) -> bool:
    """True for values of the plain kinds, which the schema is known to accept; False says nothing.

    The schema takes half a second per thousand headers, and a tenth to load; nearly all headers are plain.
    """
    return all(_PLAIN_KINDS.get(key, _never)(values[key]) for key in known_keys() if key in values)


def _never(_: Any) -> bool:
    return False


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_text_or_number(value: Any) -> bool:
    return type(value) in (str, int, float)


def _is_list_of_texts(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)


def _is_list_of_texts_or_numbers(value: Any) -> bool:
    return type(value) is list and all(map(_is_text_or_number, value))


def _is_minutes(value: Any) -> bool:
    return type(value) is int and 1 <= value <= 100_000


def _is_list_of_people(value: Any) -> bool:
    return type(value) is list and all(map(_is_person, value))


def _is_person(value: Any) -> bool:
    if type(value) is not dict:
        return type(value) is str and value != ""
    texts = all(type(text) is str for text in value.values())
    return texts and value.keys() <= {"nome", "instituicao"} and bool(value.get("nome"))


def _matches(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: type(value) is str and compiled.fullmatch(value) is not None


_PLAIN_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "titulo": _is_text_or_number,
    "resumo": _is_text,
    "publico": _is_list_of_texts,
    "duracao": _is_minutes,
    "problemas": _is_list_of_texts,
    "ferramentas": _is_list_of_texts,
    "decs": _is_list_of_texts_or_numbers,
    "eletiva": lambda value: type(value) is bool,
    "autores": _is_list_of_people,
    "licenca": _is_text,
    "revisao": _matches(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"),
    "id": _matches(r"[a-z0-9]+(?:[-/][a-z0-9]+)*"),
}
"""Key → a check no milder than the schema's; a test compares the two."""
