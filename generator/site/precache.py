"""What a course needs where there is no internet: lists of files with sizes and digests, as scripts that call a global.

A list beside each course (`levar.js`) names what is only the course's; one of the site (`canoa/levar.js`) what all
courses share, and the other lists by their digests, so that whoever has read it knows whether the others belong to the
same edition; one (`canoa/levar-busca.js`) names what only the search through the whole site needs.
`theme/scripts/taking.js` takes a course by them, into a browser or into a zip.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from generator.content.model import Course, Document, Library
from generator.release.own_files import COPY_SCRIPT
from generator.site.learning import FOLDER, WORKER, course_id, course_list_path
from generator.site.output import FileMark, content_digest

LIST, SEARCH = "levar.js", "busca"
SHARED_LIST, SEARCH_LIST = f"{FOLDER}{LIST}", f"{FOLDER}levar-{SEARCH}.js"
SEARCH_FOLDER = f"{FOLDER}{SEARCH}/"
"""Shards of the search through the whole site (docs/search-index.md): useful, but more than many a course."""
MANIFEST = "canoa.webmanifest"
ICONS = {size: f"{FOLDER}icone-{size}.png" for size in (192, 512)}
NOT_TAKEN = ("sitemap.xml", WORKER, MANIFEST, *ICONS.values(), COPY_SCRIPT)
"""What no page loads, and what each copy of a site says of itself."""
GLOBAL = "canoaFiles"
"""The function that a list calls."""
LARGEST_INDEX = 100_000
"""Bytes of a generated index that goes along with every course: those of large libraries speak of other courses."""


@dataclass(frozen=True)
class Precache:
    """What the lists of one site are made from."""

    library: Library
    name: str
    """Of the site."""
    files: Mapping[str, FileMark]
    """Every file of the site, but the lists."""
    assets: Mapping[str, Sequence[str]]
    """Source path of a page → site paths of what it shows or links to."""
    generated: Collection[str]
    """Paths of the pages that nobody wrote."""
    indexes: Collection[str]
    """Those of them that list pages."""
    extras: Iterable[str]
    """Style sheets and scripts of the site's owner."""

    def lists(self) -> dict[str, bytes]:
        """Path in the site → content, of every list."""
        lists = {course_files_path(course): self._course(course) for course in self.library.courses}
        search = list(self._inside(SEARCH_FOLDER))
        if search:
            lists[SEARCH_LIST] = self._list({"id": SEARCH}, search)
        listed = {path: _written(content_digest(content)) for path, content in sorted(lists.items())}
        return {**lists, SHARED_LIST: self._list({"name": self.name, "lists": listed}, self._shared())}

    def _course(self, course: Course) -> bytes:
        """What a course needs beside what all courses share."""
        pages = [page.target for page in course.documents() if page.target in self.files]
        taken = {*pages, course_list_path(course.document), *self._inside(_folder(course))}
        taken.update(asset for page in course.documents() for asset in self._assets_of(page))
        about = {"id": course_id(course.document), "title": course.document.title, "page": course.document.target}
        return self._list({**about, "pages": len(pages)}, taken)

    def _shared(self) -> set[str]:
        """Looks, scripts, front page, glossary, the learner's pages, and indexes that are small."""
        library, files = self.library, self.files
        media = library.media_targets().values()
        written = (document.target for document in library.documents())
        inside = (path for course in library.courses for path in self._inside(_folder(course)))
        looks = set(files).difference(media, written, inside, self._inside(SEARCH_FOLDER), self.generated, NOT_TAKEN)
        pages = {path for path in self.generated if path not in self.indexes or files[path].size <= LARGEST_INDEX}
        own = [document for document in (library.home, library.glossary) if document]
        assets = {asset for page in own for asset in self._assets_of(page)}
        return {*looks, *pages, *(page.target for page in own), *assets, *self.extras}

    def _assets_of(self, page: Document) -> Sequence[str]:
        return self.assets.get(page.source, ())

    @cached_property
    def _paths(self) -> list[str]:
        return sorted(self.files)

    def _inside(self, folder: str) -> Iterator[str]:
        """Files of a folder of the site; of the site itself none, for what lies there is no course's alone."""
        start = bisect_left(self._paths, folder) if folder else len(self._paths)
        return takewhile(
            lambda path: path.startswith(folder), (self._paths[at] for at in range(start, len(self._paths)))
        )

    def _list(self, about: Mapping[str, object], paths: Iterable[str]) -> bytes:
        """One file to a line: a person can read it, and a delta finds its place.  What does not exist is left out."""
        files = self.files
        rows = [(path, files[path].size, _written(files[path].content)) for path in sorted(paths) if path in files]
        # All at once, since each call costs; within a text JSON has a backslash before such a mark.
        listed = _json(rows)[1:-1].replace('"],["', '"],\n["')
        return f'{GLOBAL}({_json(about)[:-1]},"files":[\n{listed}]}});\n'.encode()


def course_files_path(course: Course) -> str:
    """Where a course's list of files is in the site: beside the course's own page."""
    return _folder(course) + LIST


def _folder(course: Course) -> str:
    """With a slash at its end; empty for a course that is the whole site."""
    folder = course.document.target.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _written(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
