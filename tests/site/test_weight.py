"""Every byte is paid by somebody on a 64 kbit/s link: what pages and their activities may weigh, compressed."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.site.test_reproducible import sample

FIRST_VIEW = 14_000
"""HTML, CSS and JavaScript of a lesson: one initial TCP window."""
ON_TOP = {"questions": 6_000, "worksheets": 8_000, "cases": 6_000, "writing": 6_500, "survey": 6_000, "progress": 7_000}
"""Script of an activity → what a page with it loads after its first view: store, script, style sheet."""
OFFLINE_BUTTON = 500
"""The button of a course's front page, on top of the rest."""
ON_PRESS = {"canoa/carry.js": 7_600, "canoa/levar.css": 350, "canoa/zip.js": 1_350, "canoa-sw.js": 2_050}
"""What is loaded when somebody takes a course."""
BYTES_OF_A_FILE = 45
"""What one file adds to the lists: half of it is a digest, which does not compress."""
OWN_PAGES = {"study": 14_000, "journal": 9_000}
"""The same for the learner's own pages."""
ABOUT_COPIES = {"copia": 150, "copy": 1_600, "missing": 1_400, "check": 5_500}
"""Script → bytes: facts of a working edition and what shows them, on fronts and indexes; words in the place of what is
not here; the page that checks a copy."""
SEARCH = {"busca": 5_300, "passages": 1_500, "results": 2_250, "spelling": 700}
"""Code of the search, without the manifest of the index: of any page, once somebody searches; what reads texts; of the
results page."""
SEARCH_STYLE, RESULTS_STYLE = 700, 750
"""Looks that the first of them brings along, and those of the results page."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    project = sample(tmp_path_factory.mktemp("site"))
    assert project.run("build").code == 0
    return project.site()


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))


def scripts(page: bytes) -> set[str]:
    return set(re.findall(r'src="[^"]*canoa/(\w+)\.js" defer', page.decode()))


def test_the_first_view_of_every_lesson_fits_in_fourteen_kilobytes(files: dict[str, bytes]) -> None:
    shared = sum(compressed(files[path]) for path in ("canoa/canoa.css", "canoa/canoa.js"))
    too_heavy = {
        path: shared + compressed(content)
        for path, content in files.items()
        if path.endswith(".html") and path.count("/") >= 2 and shared + compressed(content) > FIRST_VIEW
    }
    assert too_heavy == {}


@pytest.mark.parametrize("name", [*ON_TOP, *OWN_PAGES])
def test_activities_add_little(files: dict[str, bytes], name: str) -> None:
    sheets = ["atividades"]
    sheets += ["estudo"] if name in ("progress", *OWN_PAGES) else []
    sheets += ["casos"] if name == "cases" else []
    sheets += ["escrita"] if name in ("writing", "worksheets", "survey") else []
    names = ["store", name]
    names += [] if name in ("questions", "cases") else ["more"]
    names += {"study": ["progress"], "questions": ["typed"]}.get(name, [])
    loaded = [f"canoa/{one}.js" for one in names] + [f"canoa/{one}.css" for one in sheets]
    assert sum(compressed(files[path]) for path in loaded) <= {**ON_TOP, **OWN_PAGES}[name]


@pytest.mark.parametrize("name", ABOUT_COPIES)
def test_what_tells_of_the_copy_adds_little(files: dict[str, bytes], name: str) -> None:
    assert compressed(files[f"canoa/{name}.js"]) <= ABOUT_COPIES[name]


def test_the_search_is_light(files: dict[str, bytes]) -> None:
    code = {name: files[f"canoa/{name}.js"].partition(b'canoaSearch("style"')[0] for name in SEARCH}
    assert {name: weight for name, script in code.items() if (weight := compressed(script)) > SEARCH[name]} == {}
    with_looks = files["canoa/busca.js"].partition(b'canoaSearch("manifest"')[0]
    assert 200 < compressed(with_looks) - compressed(code["busca"]) <= SEARCH_STYLE
    assert compressed(files["canoa/busca.css"]) <= RESULTS_STYLE


def test_a_page_loads_no_script_that_was_not_weighed(files: dict[str, bytes]) -> None:
    known = {"store", "more", "offline", *ON_TOP, *OWN_PAGES, *ABOUT_COPIES, *SEARCH}
    strangers = {path: scripts(content) - known for path, content in files.items() if path.endswith(".html")}
    assert {path: found for path, found in strangers.items() if found} == {}


def test_taking_a_course_costs_only_who_takes_one(files: dict[str, bytes]) -> None:
    assert compressed(files["canoa/offline.js"]) <= OFFLINE_BUTTON
    assert {path: compressed(files[path]) for path, most in ON_PRESS.items() if compressed(files[path]) > most} == {}


def test_the_lists_of_files_stay_small(files: dict[str, bytes]) -> None:
    lists = {path: content for path, content in files.items() if path.endswith("levar.js")}
    assert len(lists) >= 3
    for path, content in lists.items():
        assert compressed(content) <= BYTES_OF_A_FILE * content.count(b"\n"), path
