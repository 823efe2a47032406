"""From the address in a request to one open file, and to nothing outside of what a mirror shows.

An address becomes a list of plain names before any disk is asked; each folder is then opened from the one above it and
no link is followed, so that what a tree holds is never a way out of it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from generator.release.portable_names import FORBIDDEN, INVISIBLE

LONGEST_NAME = 255
"""Bytes of one part of an address that any disk could hold."""
MOST_PARTS = 64
UNESCAPED = re.compile(rb"[!-~]*")
"""What a request line may consist of (RFC 9112, section 3.2): no space, no control character, ASCII."""
ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
ABSOLUTE = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
"""A whole address in the request line (RFC 9112, section 3.2.2); what names the host is of no interest."""
NOT_THERE = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.EMLINK, errno.ENXIO)
)
"""What a disk says of names that lead to no file that may be shown; ELOOP and EMLINK: a link, which is not followed."""
FOLDER = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_DIRECTORY", 0)
FILE = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Without waiting: to open a pipe would wait for its writer."""


class BadAddressError(Exception):
    """What is asked for is no address that this server could have given to anybody."""


class Address(NamedTuple):
    """What a request asks for."""

    parts: tuple[str, ...]
    """Names, none of which is empty or leads upward."""
    is_folder: bool
    """True when a `/` is at its end."""

    @property
    def written(self) -> str:
        """As an address, from `/`."""
        return "/" + quote("/".join(self.parts)) + ("/" if self.is_folder and self.parts else "")


class Opened(NamedTuple):
    """A plain file, open for reading; whoever has it closes it."""

    handle: int
    path: str
    """From the folder that was searched, with `/`."""
    facts: os.stat_result


class IsFolder(NamedTuple):
    """There is a folder with a front page, and the address lacks the `/` at its end."""


def read_address(target: bytes) -> Address:
    """Take a request's target apart.  Raises `BadAddressError`."""
    path = ABSOLUTE.sub(b"", target, count=1).partition(b"?")[0]
    if not path.startswith(b"/") or not UNESCAPED.fullmatch(path) or b"#" in path or ESCAPE.search(path):
        raise BadAddressError
    *folders, last = path[1:].split(b"/")
    names = [_name(part) for part in (*folders, *([last] if last else []))]
    if len(names) > MOST_PARTS:
        raise BadAddressError
    return Address(tuple(names), is_folder=not last)


def _name(part: bytes) -> str:
    """One name; raises `BadAddressError` for what no file of a site or of the wire is called."""
    raw = unquote_to_bytes(part)
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadAddressError from None
    if name in ("", ".", "..") or len(raw) > LONGEST_NAME or "/" in name or FORBIDDEN.search(name):
        raise BadAddressError
    if any(unicodedata.category(letter) in INVISIBLE for letter in name):
        raise BadAddressError
    return name


def open_place(folder: Path, address: Address) -> Opened | IsFolder | None:
    """The file at an address below a folder (which may be a link itself, and is followed once), if there is one.

    The address of a folder leads to its `index.html`.  Raises `OSError` when the disk or the system fails.
    """
    try:
        if address.is_folder or not address.parts:
            return _open(folder, (*address.parts, "index.html"))
        return _open(folder, address.parts)
    except IsADirectoryError:
        front = open_place(folder, Address(address.parts, is_folder=True)) if not address.is_folder else None
        if not isinstance(front, Opened):
            return None
        os.close(front.handle)
        return IsFolder()
    except OSError as error:
        if error.errno in NOT_THERE:
            return None
        raise


def _open(folder: Path, parts: Sequence[str]) -> Opened | None:
    handle = os.open(folder, FOLDER)
    for number, part in enumerate(parts, 1):
        try:
            below = os.open(part, FILE if number == len(parts) else FOLDER | os.O_NOFOLLOW, dir_fd=handle)
        finally:
            os.close(handle)
        handle = below
    facts = os.fstat(handle)
    if stat.S_ISREG(facts.st_mode):
        return Opened(handle, "/".join(parts), facts)
    os.close(handle)
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError
    return None
