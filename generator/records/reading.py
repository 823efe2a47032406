"""Reads one exported record that may come from anybody: nothing in it is believed before it has been checked."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from generator.records import schema_bytes
from generator.records.merging import Entries
from generator.records.plain import is_plainly_valid
from generator.records.refusals import RefusedError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

FORMAT, VERSION = "canoa-record", 1
LARGEST_FILE = 20_000_000
MOST_BRACKETS, MOST_COMMAS = 400_000, 1_000_000
"""More than a record of 20,000 keys has; far below what would fill the memory once it is parsed."""
EXACT_DIGITS = 15
"""Whole numbers of so many digits are the same in JavaScript and in Python."""
LOST_HALF = re.compile(r"\\u[dD][89a-fA-F]")
SHOWN = 80
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Record(NamedTuple):
    """One exported file that keeps to the schema."""

    site: str
    person: str
    name: str
    audience: str
    """As the file's head says; the entry `person/audience` is the one with a time."""
    exported: str
    entries: Entries


def read_record(content: bytes) -> Record:
    """The record that a file holds.

    Raises `RefusedError` for everything that is not a record of a known version, whatever it is.
    """
    values = _parse(_text(content), _names_once)
    _check_kind(values)
    if not is_plainly_valid(values):
        _check_by_schema(values)
    person = values["person"]
    return Record(
        site=values["site"]["id"],
        person=person["id"],
        name=person.get("name", ""),
        audience=person.get("audience", ""),
        exported=values["exported"],
        entries=values["entries"],
    )


def known_entries(content: bytes) -> Entries:
    """The entries of a file of which `read_record` has already accepted the same bytes."""
    entries: Entries = _parse(_text(content), None)["entries"]
    return entries


# --- from bytes to values -----------------------------------------------------------------------------------------


def _text(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise RefusedError("too-large", size=len(content) // 1_000_000, limit=LARGEST_FILE // 1_000_000)
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RefusedError("not-text", position=error.start) from None
    if not text.strip("\0 \t\r\n"):
        raise RefusedError("empty")
    if text.count("{") + text.count("[") > MOST_BRACKETS or text.count(",") > MOST_COMMAS:
        raise RefusedError("too-many-parts")
    return text


def _parse(text: str, make: Callable[[list[tuple[str, Any]]], Any] | None) -> Any:
    """The values of a JSON text; `make` gets the names and values of each object."""
    try:
        values = json.loads(
            text,
            object_pairs_hook=make,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except RecursionError:
        raise RefusedError("too-deep") from None
    except json.JSONDecodeError as error:
        at_the_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        if at_the_end and text.lstrip()[:1] in ("{", "["):
            raise RefusedError("cut-off") from None
        raise RefusedError("not-json", line=error.lineno, column=error.colno) from None
    return _whole_letters(values) if LOST_HALF.search(text) else values


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise RefusedError("repeated-name", name=_shown(next(name for name in names if names.count(name) > 1)))
    return made


def _no_constant(written: str) -> float:
    raise RefusedError("no-number", number=written)


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise RefusedError("no-number", number=_shown(written))
    return number


def _whole(written: str) -> float:
    """A whole number; beyond what is exact in JavaScript the number that JavaScript would take it for."""
    return int(written) if len(written) <= EXACT_DIGITS else _finite(written)


def _whole_letters(value: Any) -> Any:
    """The same value with U+FFFD for halves of letters, which no file and no database can hold."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole_letters(item) for item in value]
    if isinstance(value, dict):
        return {_whole_letters(name): _whole_letters(item) for name, item in value.items()}
    return value


# --- from values to a record --------------------------------------------------------------------------------------


def _check_kind(values: Any) -> None:
    """What can be said more plainly than by a schema."""
    if isinstance(values, list) and values and isinstance(values[0], dict) and {"actor", "verb"} <= set(values[0]):
        raise RefusedError("statements")
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise RefusedError("not-a-record")
    version = values.get("version")
    if type(version) is int and version != VERSION:
        raise RefusedError("other-version", version=version, known=VERSION)


@cache
def schema_validator() -> Draft202012Validator:
    """The compiled schema: constant for the life of the process."""
    from jsonschema import Draft202012Validator  # imported late: most records do not need it

    return Draft202012Validator(json.loads(schema_bytes()))


def _check_by_schema(values: dict[str, Any]) -> None:
    try:
        error = next(schema_validator().iter_errors(values), None)
    except RecursionError:
        raise RefusedError("too-deep") from None
    if error is not None:
        raise _refused(error)


def _refused(error: ValidationError) -> RefusedError:
    """The schema's objection in plain words; the place is the way to it through the file."""
    while error.context:
        error = max(error.context, key=_telling)
    place = _shown(" › ".join(map(str, error.absolute_path)) or "{…}")
    tell = _OBJECTIONS.get(str(error.validator))
    return tell(error, place) if tell else RefusedError("bad-value", place=place)


def _telling(error: ValidationError) -> tuple[int, bool]:
    """Of the objections of several alternatives: the deepest, and any before one that it is of another type at all."""
    return len(error.absolute_path), error.validator not in ("type", "enum")


def _bad_name(error: ValidationError, place: str) -> RefusedError:
    """`pattern` and `not` speak of names where `propertyNames` asked, of values elsewhere."""
    if "propertyNames" not in error.absolute_schema_path:
        return RefusedError("bad-value", place=place)
    kind = "forbidden-name" if error.validator == "not" else "bad-name"
    return RefusedError(kind, name=_shown(str(error.instance)), place=place)


def _missing(error: ValidationError, place: str) -> RefusedError:
    names = [name for name in error.validator_value if name not in error.instance]  # type: ignore[union-attr, operator]
    return RefusedError("missing", place=place, name=", ".join(names))


def _too_long(error: ValidationError, place: str) -> RefusedError:
    return RefusedError("too-long", place=place)


_OBJECTIONS: dict[str, Callable[[ValidationError, str], RefusedError]] = {
    "pattern": _bad_name,
    "not": _bad_name,
    "required": _missing,
    "maxLength": _too_long,
    "maxItems": _too_long,
    "maxProperties": _too_long,
}


def _shown(text: str) -> str:
    """Short and without control characters: it comes from a stranger and goes to a terminal."""
    plain = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[: SHOWN + 1])
    return plain if len(plain) <= SHOWN else plain[:SHOWN] + "…"
