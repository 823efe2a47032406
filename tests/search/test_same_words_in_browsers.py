"""Python and JavaScript make the same words of whole dictionaries."""

from __future__ import annotations

import json
import os
import random
import subprocess
import unicodedata
from pathlib import Path

import pytest

from generator.search.scripts import written_rules
from generator.search.words import Stemmer, fold_text, split_words, stemming_rules
from tests.conftest import ROOT
from tests.theme.test_scripts import tool

DICTIONARIES = {
    "pt": ("/usr/share/dict/brazilian", "/usr/share/dict/portuguese"),
    "es": ("/usr/share/dict/spanish",),
    "en": ("/usr/share/dict/american-english",),
}
"""Debian's wbrazilian, wportuguese, wspanish and wamerican."""
WORDS = 25_000
"""Of each dictionary, unless CANOA_EXAMPLES is set: then all."""
PROGRAM = """
const { readFileSync } = require("fs");
const source = readFileSync(process.argv[1], "utf8");
const { fold, readRules, stem, words } = new Function(source + "; return canoaTerms;")();
const { rules, lines } = JSON.parse(readFileSync(0, "utf8"));
const steps = rules.map(readRules);
process.stdout.write(JSON.stringify(lines.map((line) => words(line).map((word) => stem(word, steps)).join(" "))));
"""


def in_javascript(language: str, lines: list[str]) -> list[str]:
    """What the theme's script makes of each line."""
    given = json.dumps({"rules": written_rules(stemming_rules(language)), "lines": lines})
    command = [tool("node"), "-e", PROGRAM, str(ROOT / "theme/scripts/terms.js")]
    done = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def in_python(language: str, lines: list[str]) -> list[str]:
    stemmer = Stemmer(stemming_rules(language))
    return [" ".join(map(stemmer.stem, split_words(fold_text(line)))) for line in lines]


def assert_same(language: str, lines: list[str]) -> None:
    theirs, ours = in_javascript(language, lines), in_python(language, lines)
    assert len(theirs) == len(ours)
    different = [triple for triple in zip(lines, ours, theirs, strict=True) if triple[1] != triple[2]]
    assert different == []


@pytest.mark.parametrize(("language", "file"), [(one, file) for one, files in DICTIONARIES.items() for file in files])
def test_every_word_of_a_dictionary_has_the_same_stem(language: str, file: str) -> None:
    if not Path(file).exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI must install {file}")
        pytest.skip(f"no {file}")
    words = Path(file).read_text(encoding="utf-8").split()
    assert len(words) > 80_000
    if not os.environ.get("CANOA_EXAMPLES"):
        words = random.Random(1).sample(words, WORDS)
    assert_same(language, words)


def test_hostile_texts_become_the_same_words() -> None:
    characters = "açÃe\u0301ßÆıİςΣÐ ł-_.'\u00ad\u200d\ufe0f\u0000\u202e🤰𝐀𠮷ﬁ½²ªहि東שپД"
    draw = random.Random(2)
    lines = ["".join(draw.choices(characters, k=draw.randint(1, 60))) for _ in range(3000)]
    assert_same("pt", lines)


def test_every_character_of_the_basic_plane_becomes_the_same_words() -> None:
    """Characters that one of the two is too old to know are left out: both know what Unicode 13 has."""
    known = [chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]
    assert_same("pt", [f"a{letter}b {letter}" for letter in known])
