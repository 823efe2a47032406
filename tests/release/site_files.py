"""Sets of files as sites have them, for property tests, and images that no honest publisher writes."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping

from hypothesis import strategies as st

from generator.release.image import write_image
from generator.release.portable_names import NamesError, check_portable

PARTS = st.one_of(
    st.sampled_from(["index.html", "curso", "unidade", "saúde.html", "a", "b", "é", "figura 1.webp"]),
    st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8),
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
CONTENTS = st.one_of(
    st.binary(max_size=2000),
    st.sampled_from([b"", b"x" * 511, b"x" * 512, b"x" * 513, b"<p>Acolhimento</p>\n" * 700]),
)


def _is_portable(files: Mapping[str, bytes]) -> bool:
    try:
        check_portable(files)
    except NamesError:
        return False
    return True


FILES = st.dictionaries(PATHS, CONTENTS, max_size=8).filter(_is_portable)
"""Path → bytes, with names that every computer can keep."""


def image_of(files: Mapping[str, bytes]) -> bytes:
    """The image of some files."""
    out = io.BytesIO()
    write_image(files.items(), out)
    return out.getvalue()


def member(name: str, content: bytes = b"", **changes: object) -> bytes:
    """One file of an image, with anything that a hostile hand may change in its header."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(content), 315532800, 0o644
    for key, value in changes.items():
        setattr(info, key, value)
    return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "surrogateescape") + content + bytes(-len(content) % 512)


END = bytes(1024)
