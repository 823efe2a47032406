"""One torrent of a release, for all that a new mirror needs; the published files seed it.

A torrent only carries: what comes out of it is a tree of the wire that TUF verifies like any other.  It has every
object and the metadata, and no deltas.  `timestamp.json` changes, so a copy of it goes along under a name of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.release.durable_files import settle_folders, write_durably
from generator.release.publishing import metadata_files
from generator.release.refusals import ReleaseError
from generator.release.signing import signed_number
from generator.release.workplace import DATE, Edition, Workplace

SMALLEST_PIECE, LARGEST_PIECE = 1 << 16, 1 << 22
MOST_PIECES = 2000
"""So many pieces at most, as long as they are not larger than `LARGEST_PIECE`."""
CREATOR = "canoa"


@dataclass(frozen=True)
class Torrent:
    """What was made."""

    number: int
    """Of the release."""
    file: Path
    name: str
    """The folder in which its files come to lie."""
    files: int
    length: int
    """Bytes of its files."""
    magnet: str


def make_torrent(work: Workplace, *, web_seeds: Sequence[str] = (), trackers: Sequence[str] = ()) -> Torrent:
    """Make `release/<n>.torrent` of the newest signed release; the same release and addresses give the same bytes.

    `web_seeds`: addresses of published folders (BEP 19); what they all end with is the name of the torrent's folder.
    Raises `ReleaseError` when there is no release, the addresses end differently, or libtorrent is missing; `OSError`.
    """
    try:
        import libtorrent
    except ImportError:
        raise ReleaseError("torrent-library") from None
    number = signed_number(work)
    if not number:
        raise ReleaseError("no-release")
    edition = work.read_edition(number)
    name = _name(work, web_seeds)
    paths = _paths(work, edition)
    entries = [libtorrent.create_file_entry(f"{name}/{path}", (work.wire / path).stat().st_size) for path in paths]
    length = sum((work.wire / path).stat().st_size for path in paths)
    made = libtorrent.create_torrent(entries, _piece_size(length))
    with tempfile.TemporaryDirectory() as parent:  # libtorrent wants a folder of the torrent's name
        Path(parent, name).symlink_to(work.wire.resolve(), target_is_directory=True)
        libtorrent.set_piece_hashes(made, parent)
    for address in web_seeds:
        made.add_url_seed(address.rstrip("/").rpartition("/")[0] + "/")
    for tier, address in enumerate(trackers):
        made.add_tracker(address, tier)
    made.set_creator(CREATOR)
    made.set_creation_date(int(datetime.strptime(edition.date, DATE).replace(tzinfo=timezone.utc).timestamp()))
    content = bytes(libtorrent.bencode(made.generate()))
    file = work.wire / f"release/{number}.torrent"
    write_durably(file, content)
    settle_folders({file.parent, work.wire})
    magnet = libtorrent.make_magnet_uri(libtorrent.torrent_info(content))
    return Torrent(number, file, name, len(paths), length, magnet)


def _paths(work: Workplace, edition: Edition) -> list[str]:
    """Everything that a new mirror needs, under names whose content never changes."""
    copy = f"release/{edition.number}.timestamp.json"
    if not (work.wire / copy).is_file():  # a later confirmation of the same release is another timestamp
        write_durably(work.wire / copy, work.timestamp.read_bytes())
    objects = [path for path in edition.wire if path.startswith("obj/")]
    return sorted([copy, f"meta/{edition.number}.zst", *objects, *metadata_files(work, edition.number)])


def _name(work: Workplace, web_seeds: Sequence[str]) -> str:
    names = {unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2]) for address in web_seeds}
    if not names:
        return work.read_settings().catalogue
    if len(names) > 1 or "" in names:
        raise ReleaseError("web-seeds-differ", names=", ".join(sorted(names - {""})) or "/")
    return names.pop()


def _piece_size(length: int) -> int:
    size = SMALLEST_PIECE
    while size < LARGEST_PIECE and size * MOST_PIECES < length:
        size *= 2
    return size
