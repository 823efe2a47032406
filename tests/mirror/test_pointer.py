"""The pointers of a stick: torn ones point nowhere, and the page that opens reads them as the export does."""

from __future__ import annotations

import json
import re
import subprocess
from random import Random

import pytest

from generator.mirror.opener import is_opener, note, opener_page
from generator.mirror.pointer import LENGTH, TREES, Pointer, Progress, choose, read_pointer, write_pointer
from tests.theme.test_scripts import tool

OLD = Pointer(9, "a", 19, "2026-11-29")
NEW = Pointer(10, "a", 21, "2027-01-03")
GARBAGE = (b"", bytes(LENGTH), b"\xff" * LENGTH, b"<html>" * 100, write_pointer(OLD)[:80], b"x" + write_pointer(OLD))
READER = """
const { createContext, runInContext } = require("vm");
const { page, cases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const [rule] = [...page.matchAll(/<script>([^]*?)<\\/script>/g)].map((match) => match[1]);
const opened = cases.map((slots) => {
  let name;
  const context = createContext({ document: { get currentScript() { return { getAttribute: () => name }; } } });
  const run = (code) => { try { runInContext(code, context); } catch {} };
  run(rule);
  slots.forEach((slot, number) => { name = `atual${number}.js`; run(slot); });
  const found = runInContext("canoaPointers", context);
  return found.sort((one, other) => other.sequence - one.sequence).map((one) => one.tree)[0] || "";
});
console.log(JSON.stringify(opened));
"""


@pytest.mark.parametrize("what", [OLD, NEW, Progress("b", 0xDEADBEEF, 1), Progress("a", 12345678, 999_999_999)])
def test_what_is_written_is_read(what: Pointer | Progress) -> None:
    content = write_pointer(what)
    assert len(content) == LENGTH
    assert read_pointer(content, what.tree) == what
    assert read_pointer(content, "b" if what.tree == "a" else "a") is None


@pytest.mark.parametrize("content", GARBAGE)
def test_what_is_no_pointer_points_nowhere(content: bytes) -> None:
    assert read_pointer(content, "a") is None


@pytest.mark.parametrize("other", [NEW, Progress("a", 0x20270103, 21), Progress("a", 5, 0)])
def test_a_mixture_of_two_is_one_of_them_or_nothing(other: Pointer | Progress) -> None:
    one, two = write_pointer(OLD), write_pointer(other)
    for cut in range(LENGTH + 1):
        assert read_pointer(one[:cut] + two[cut:], "a") in (OLD, other, None)
        assert read_pointer(two[:cut] + one[cut:], "a") in (OLD, other, None)


def test_one_changed_bit_makes_a_pointer_worthless() -> None:
    content = write_pointer(OLD)
    for place in range(100):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            assert read_pointer(bytes(changed), "a") is None


def test_the_page_chooses_as_the_export_does() -> None:
    chance = Random(7)
    cases = [(slot(chance, "a"), slot(chance, "b")) for _ in range(250)]
    wanted = [
        chosen.tree
        if (chosen := choose({tree: read_pointer(one, tree) for tree, one in zip(TREES, both, strict=True)}))
        else ""
        for both in cases
    ]
    given = {
        "page": opener_page().decode(),
        "cases": [[one.decode("latin-1") for one in both] for both in cases],
    }
    done = subprocess.run([tool("node"), "-e", READER], input=json.dumps(given), capture_output=True, text=True)
    assert json.loads(done.stdout) == wanted, done.stderr
    assert {"", "a", "b"} == set(wanted)


def slot(chance: Random, tree: str) -> bytes:
    """What a pointer's file may hold after whatever happened to it."""

    def written() -> bytes:
        where = chance.choice((tree, tree, tree, "a", "b"))
        if chance.random() < 0.3:
            return write_pointer(Progress(where, chance.choice((0, 0x20261129, 0xABCDEF01)), chance.randrange(3)))
        return write_pointer(Pointer(chance.choice((1, 2, 9, 10, 99)), where, chance.randrange(1, 30), "2026-11-29"))

    one, other = written(), written()
    cut = chance.choice((0, LENGTH, chance.randrange(LENGTH)))
    return chance.choice((one, one, one[:cut] + other[cut:], chance.choice(GARBAGE)))


def test_the_page_says_by_itself_whether_it_is_whole() -> None:
    page = opener_page()
    assert is_opener(page)
    for damaged in (b"", page[:-1], page[:2000], page.replace(b"cursos", b"cursus"), page + b" ", bytes(len(page))):
        assert not is_opener(damaged)


def test_the_page_asks_nothing_of_others_and_has_no_links_to_folders() -> None:
    page = opener_page().decode()
    assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) == {
        "a/index.html",
        "b/index.html",
        "atual0.js",
        "atual1.js",
    }
    assert not re.search(r"https?:|fetch|import\(|eval|innerHTML", page)


def test_the_note_can_be_read_with_the_oldest_editor() -> None:
    text = note()
    assert text.startswith(b"\xef\xbb\xbf") and text.count(b"\n") == text.count(b"\r\n")
    assert all(len(line) <= 80 for line in text.decode("utf-8-sig").splitlines())
