"""Patterns that wait until somebody uses them are the same patterns."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator.pages.late_patterns import import_with_late_patterns

MODULE = """
import re

WORD = re.compile("[a-z]+", flags=re.I)
BROKEN = re.compile("(")


def words(text):
    return [WORD.match(text)[0], WORD.search(text, 3)[0], WORD.sub("x", text), WORD.pattern, WORD.groups]
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "has_patterns.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "has_patterns", raising=False)
    return "has_patterns"


def test_a_pattern_is_compiled_when_it_is_used_and_works_as_ever(module: str) -> None:
    import_with_late_patterns(module)
    imported = sys.modules[module]
    for _ in range(2):
        assert imported.words("Uma DUAS") == ["Uma", "DUAS", "x x", "[a-z]+", 0]
    with pytest.raises(re.error):
        imported.BROKEN.match("x")


def test_others_have_the_real_module(module: str) -> None:
    import_with_late_patterns(module)
    assert sys.modules["re"] is re
    assert isinstance(re.compile("x"), re.Pattern)


def test_selectors_of_pymdownx_wait_and_are_read_as_by_its_own_patterns() -> None:
    script = (
        "import generator.pages.markdown, pymdownx.blocks.html as late, re; kind = type(late.RE_ATTR).__name__;"
        "read = late.parse_selectors('div#a.b.c[lang=pt][título=\"x y\"]');"
        "import importlib; usual = importlib.reload(late); assert isinstance(usual.RE_ATTR, re.Pattern);"
        "assert read == usual.parse_selectors('div#a.b.c[lang=pt][título=\"x y\"]'), read; print(kind)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "_LatePattern"
