"""Titles of courses, electives and problems, out of a built site: each course has a list of its activities there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from generator.collect.cells import Titles
from generator.collect.extracting import label

LIST = "atividades.js"
LARGEST_LIST = 20_000_000


def read_titles(site: Path) -> Titles:
    """What the lists of a site say; of a list that cannot be read, nothing."""
    courses: dict[str, str] = {}
    problems: dict[str, str] = {}
    modules: dict[str, str] = {}
    for folder, folders, files in os.walk(site):
        folders.sort()
        if LIST in files:
            found = _read(Path(folder, LIST))
            _note(courses, found)
            for part in (found, *_lists(found.get("modules"))):
                _note(modules, part)
            names = found.get("problemNames")
            if isinstance(names, dict):
                problems.update((name, label(text)) for name, text in names.items() if label(text))
    return Titles(courses, problems, modules)


def _read(file: Path) -> dict[str, Any]:
    """The one value that the script passes on; it is read as text, not run."""
    try:
        if file.stat().st_size > LARGEST_LIST:
            return {}
        text = file.read_text(encoding="utf-8")
        found = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _note(titles: dict[str, str], part: dict[str, Any]) -> None:
    identifier, title = label(part.get("id")), label(part.get("title"))
    if identifier and title:
        titles.setdefault(identifier, title)


def _lists(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
