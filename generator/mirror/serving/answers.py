"""One request becomes one answer: status, headers, and what is sent after them.  Nothing here waits for a network."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from generator.mirror.serving.compressed import CompressedTexts
from generator.mirror.serving.conditions import Part, Unsatisfiable, accepts_gzip, matches, wanted_part
from generator.mirror.serving.digests import Digests, read_pieces
from generator.mirror.serving.in_use import TreeInUse, TreeLookup
from generator.mirror.serving.media_types import is_compressible, media_type
from generator.mirror.serving.places import Address, BadAddressError, IsFolder, Opened, open_place, read_address
from generator.mirror.status import STATUS
from generator.release.catalogue import SHA256

WIRE = ".canoa"
STATUS_PAGE = "estado.html"
WIRE_FOLDERS = ("md", "meta", "obj", "delta", "release")
WIRE_FILES = ("timestamp.json",)
SMALLEST_COMPRESSED = 256
LARGEST_COMPRESSED = 32 << 20
"""Bytes of a text that is held in memory to compress it."""
SECURITY: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'self'",
}
"""What a page cannot say of itself; the rest of its policy is in the page (theme/README.md)."""
ALWAYS_ASK = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
"""A year, RFC 8246: files of the wire are named after their content or their version."""


class Request(NamedTuple):
    """What is asked for."""

    method: bytes
    target: bytes
    headers: Mapping[str, str]
    """By lower-case name; several headers of one name are joined by commas."""


@dataclass
class Answer:
    """What is sent.  Whoever has it calls `close`."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    handle: int | None = None
    """An open file whose bytes are sent instead of `body`."""
    first: int = 0
    length: int = 0
    """Bytes of the file."""

    def close(self) -> None:
        """Give the file back."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


@dataclass(frozen=True)
class Content:
    """What is at an address: an open file, or bytes that were made just now."""

    name: str
    """Its type is told by."""
    size: int
    digest: str
    read: Callable[[], bytes]
    handle: int | None = None
    caching: str = ALWAYS_ASK
    status: int = 200


@dataclass(frozen=True)
class OwnPages:
    """The pages that a mirror makes itself; each call gives the page of this moment."""

    status_page: Callable[[TreeInUse | None], bytes]
    status_json: Callable[[], bytes]
    not_here: Callable[[TreeInUse | None, str, str], bytes]
    """Of an address (for people), and of the folder of the course that it is in, as far as that has a front page."""
    no_release: Callable[[], bytes]


@dataclass(frozen=True)
class Answerer:
    """Answers from a mirror's folder; may be used by many threads."""

    trees: TreeLookup
    """Each request looks once which release is in use, and stays with what it found."""
    wire: Path
    pages: OwnPages
    compressed: CompressedTexts
    digests: Digests = field(default_factory=Digests)

    def answer(self, request: Request) -> Answer:
        """The answer to one request; trouble with the disk is an answer too."""
        if request.method not in (b"GET", b"HEAD"):
            return _plain(405, {"Allow": "GET, HEAD"})
        try:
            address = read_address(request.target)
        except BadAddressError:
            return _plain(400)
        try:
            found = self._find(address)
            return found if isinstance(found, Answer) else self._send(found, request)
        except OSError as error:
            return _plain(503 if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM) else 500)

    def _find(self, address: Address) -> Content | Answer:
        tree = self.trees.current()
        if address.parts[:1] == (WIRE,):
            return self._find_in_wire(tree, address)
        if tree is None:
            return _made("index.html", self.pages.no_release(), status=503)
        if any(part.startswith(".") for part in address.parts):
            return self._not_here(tree, address)
        found = open_place(tree.folder, address)
        if isinstance(found, IsFolder):
            return _plain(301, {"Location": Address(address.parts, is_folder=True).written})
        return self._opened(found, tree.digests) if found else self._not_here(tree, address)

    def _find_in_wire(self, tree: TreeInUse | None, address: Address) -> Content:
        inside = Address(address.parts[1:], address.is_folder)
        if inside.parts == (STATUS_PAGE,):
            return _made(STATUS_PAGE, self.pages.status_page(tree))
        if inside.parts == (STATUS,):
            return _made(STATUS, self.pages.status_json())
        found = open_place(self.wire, inside) if _is_wire_file(inside) else None
        if not isinstance(found, Opened):
            return self._not_here(tree, address)
        name = inside.parts[-1]
        known = {found.path: name} if SHA256.fullmatch(name) else {}
        return self._opened(found, known, FOR_EVER if len(inside.parts) > 1 else ALWAYS_ASK)

    def _opened(self, found: Opened, known: Mapping[str, str], caching: str = ALWAYS_ASK) -> Content:
        handle, size = found.handle, found.facts.st_size
        try:
            digest = known.get(found.path) or self.digests.of(handle, found.facts)
        except BaseException:
            os.close(handle)
            raise
        return Content(found.path, size, digest, lambda: b"".join(read_pieces(handle, size)), handle, caching)

    def _not_here(self, tree: TreeInUse | None, address: Address) -> Content:
        course = _course_of(tree, address) if tree else ""
        return _made("index.html", self.pages.not_here(tree, address.written, course), status=404)

    def _send(self, content: Content, request: Request) -> Answer:
        answer = None
        try:
            answer = self._shape(content, request)
            return answer
        finally:
            if content.handle is not None and (answer is None or answer.handle is None):
                os.close(content.handle)

    def _shape(self, content: Content, request: Request) -> Answer:
        """What of a content is sent, and how."""
        compressible = is_compressible(content.name) and SMALLEST_COMPRESSED <= content.size <= LARGEST_COMPRESSED
        has_range = request.method == b"GET" and "range" in request.headers and content.status == 200
        headers = {"Content-Type": media_type(content.name), "Cache-Control": content.caching, **SECURITY}
        if compressible:
            headers["Vary"] = "Accept-Encoding"
        if compressible and not has_range and accepts_gzip(request.headers.get("accept-encoding", "")):
            headers |= {"ETag": f'"{content.digest[:32]}-gzip"', "Content-Encoding": "gzip"}
            return _early(content, request, headers) or self._compress(content, headers)
        headers |= {"ETag": f'"{content.digest[:32]}"', "Accept-Ranges": "bytes"}
        early = _early(content, request, headers)
        if early is not None:
            return early
        if has_range and matches(request.headers.get("if-range", headers["ETag"]), headers["ETag"], strong=True):
            return _part(content, headers, request.headers["range"])
        return _whole(content, headers)

    def _compress(self, content: Content, headers: dict[str, str]) -> Answer:
        body = self.compressed.of(content.digest, content.size, content.read)
        return Answer(content.status, {**headers, "Content-Length": str(len(body))}, body)


def _is_wire_file(address: Address) -> bool:
    if address.is_folder or not address.parts or any(part.startswith(".") for part in address.parts):
        return False
    return address.parts[0] in (WIRE_FOLDERS if len(address.parts) > 1 else WIRE_FILES)


def _course_of(tree: TreeInUse, address: Address) -> str:
    """The first folder of an address, when it has a front page in this copy: the way out for who is lost."""
    if len(address.parts) < 2 or address.parts[0].startswith("."):
        return ""
    found = open_place(tree.folder, Address(address.parts[:1], is_folder=True))
    if not isinstance(found, Opened):
        return ""
    os.close(found.handle)
    return address.parts[0]


def _early(content: Content, request: Request, headers: Mapping[str, str]) -> Answer | None:
    """The answer without a body when conditions say that none is wanted (RFC 9110, section 13.2.2)."""
    if content.status != 200:
        return None
    wanted, known = request.headers.get("if-match"), request.headers.get("if-none-match")
    if wanted is not None and not matches(wanted, headers["ETag"], strong=True):
        return _plain(412)
    if known is not None and matches(known, headers["ETag"]):
        kept = {name: headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in headers}
        return Answer(304, {**kept, **SECURITY})
    return None


def _part(content: Content, headers: dict[str, str], wanted: str) -> Answer:
    part = wanted_part(wanted, content.size)
    if isinstance(part, Unsatisfiable):
        return _plain(416, {"Content-Range": f"bytes */{content.size}"})
    if part is None:
        return _whole(content, headers)
    last = part.first + part.length - 1
    headers["Content-Range"] = f"bytes {part.first}-{last}/{content.size}"
    return _piece(content, headers, 206, part)


def _whole(content: Content, headers: Mapping[str, str]) -> Answer:
    return _piece(content, headers, content.status, Part(0, content.size))


def _piece(content: Content, headers: Mapping[str, str], status: int, part: Part) -> Answer:
    headers = {**headers, "Content-Length": str(part.length)}
    if content.handle is None:
        return Answer(status, headers, content.read()[part.first : part.first + part.length])
    return Answer(status, headers, handle=content.handle, first=part.first, length=part.length)


def _made(name: str, body: bytes, *, status: int = 200) -> Content:
    """What is not read from a file."""
    return Content(name, len(body), sha256(body).hexdigest(), lambda: body, status=status)


def _plain(status: int, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer that has nothing to say but its number."""
    return Answer(status, {"Content-Length": "0", "Cache-Control": ALWAYS_ASK, **SECURITY, **(headers or {})})
