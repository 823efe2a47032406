"""Numbers as printable characters that need no escape in a script: `docs/search-index.md`, "Numbers"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

DIGITS: Final = 84
LEVELS: Final = 4
FIRST_LEVEL: Final = DIGITS
"""Value of the mark of level 0."""
_ONE, _TWO, _THREE = 52, 80, 83
"""First digits below these begin numbers of one, two and three digits; the last begins one of five."""
_FROM_TWO = _ONE
_FROM_THREE = _FROM_TWO + (_TWO - _ONE) * DIGITS
_FROM_FIVE = _FROM_THREE + (_THREE - _TWO) * DIGITS**2
LARGEST: Final = _FROM_FIVE + DIGITS**4 - 1

CHARACTERS: Final = "".join(chr(code) for code in range(35, 127)).replace("\\", "!")
"""Value → character."""
_VALUES = {character: value for value, character in enumerate(CHARACTERS)}


def write_number(number: int) -> str:
    """A number from 0 to `LARGEST`.  Raises `ValueError` for others."""
    if number < 0 or number > LARGEST:
        raise ValueError(number)
    if number < _FROM_TWO:
        return CHARACTERS[number]
    if number < _FROM_THREE:
        return _digits(number - _FROM_TWO, _ONE, 1)
    if number < _FROM_FIVE:
        return _digits(number - _FROM_THREE, _TWO, 2)
    return _digits(number - _FROM_FIVE, _THREE, 4)


def _digits(number: int, first: int, more: int) -> str:
    written = ""
    for _ in range(more):
        number, digit = divmod(number, DIGITS)
        written = CHARACTERS[digit] + written
    return CHARACTERS[first + number] + written


def read_numbers(written: str) -> Iterator[int]:
    """The numbers of a string, level marks as negative numbers: −1 for level 0."""
    values = iter([_VALUES[character] for character in written])
    for first in values:
        if first >= FIRST_LEVEL:
            yield FIRST_LEVEL - first - 1
        elif first < _ONE:
            yield first
        elif first < _TWO:
            yield _FROM_TWO + _more(first - _ONE, values, 1)
        elif first < _THREE:
            yield _FROM_THREE + _more(first - _TWO, values, 2)
        else:
            yield _FROM_FIVE + _more(0, values, 4)


def _more(number: int, values: Iterator[int], count: int) -> int:
    for _ in range(count):
        number = number * DIGITS + next(values)
    return number
