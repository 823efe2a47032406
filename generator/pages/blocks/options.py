"""The values that block options may take: each function returns the clean value or says what was expected.

pymdownx calls them when it reads a block's options.  They raise `ValueError` with a gettext message id.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from generator.problem_kinds import N_

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
CLOCK = re.compile(r"\d{1,3}(?::[0-5]\d){1,2}")


def text(value: object) -> str:
    """One line of text; numbers and dates are taken as written."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(N_("text"))
    return str(value).strip()


def identifier(value: object) -> str:
    """A stable name that may stand in an address."""
    try:
        name = text(value)
    except ValueError:
        name = ""
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(N_("letters without accents, digits and hyphens, such as “acolhe-01”"))
    return name


def rows(value: object) -> int:
    """How many lines to write on."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 60:
        raise ValueError(N_("a whole number from 1 to 60"))
    return value


def number(value: object) -> Decimal:
    """A number that is not negative, with a decimal comma or point."""
    found = parse_number(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    if found is None or found < 0:
        raise ValueError(N_("a number that is not negative, such as 1 or “0,5”"))
    return found


def parse_number(written: str) -> Decimal | None:
    """The number that a text is, with a decimal comma or point; None when it is none."""
    plain = written.strip().replace("−", "-").replace(",", ".")
    if not re.fullmatch(r"[-+]?\d+(?:\.\d+)?", plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def clock(value: object) -> str:
    """A duration as `4:20`.  YAML 1.1 reads an unquoted `4:20` as the number 260 (base sixty): undone here."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 60:
        hours, minutes, seconds = value // 3600, value // 60 % 60, value % 60
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    if isinstance(value, str) and CLOCK.fullmatch(value.strip()):
        return value.strip()
    raise ValueError(N_("minutes and seconds, such as “4:20”"))


def shown(value: object) -> str:
    """A wrong value as a problem names it; never the inside of a structure, which aliases can make endless."""
    if isinstance(value, dict | list | tuple | set):
        return "[…]"
    return str(value)[:60]


def expected_by(validator: Callable[[object], object], error: Exception) -> str:
    """What a validator wanted, as a message id; pymdownx's own validators are named by what they accept."""
    if getattr(validator, "__module__", "") == __name__:
        return str(error)
    accepted = getattr(validator, "keywords", {}).get("accepted")
    if accepted:
        return ", ".join(str(choice) for choice in accepted)
    return KNOWN_VALIDATORS.get(getattr(validator, "__name__", ""), N_("another kind of value"))


KNOWN_VALIDATORS = {
    "stage_path": N_("names of stages, such as [chegada, escuta]"),
    "type_boolean": N_("true or false"),
    "_type_multi": N_("true or false"),
    "type_string": N_("text"),
    "type_html_attribute_dict": N_("names of HTML attributes and their values"),
}
