"""`problemas.yml`: the controlled list of priority problems by which content is found and electives are chosen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from generator.content.front_matter import YamlLoader
from generator.content.model import PriorityProblem
from generator.problem_kinds import N_
from generator.problems import Problem, problem

FILE = "problemas.yml"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_priority_problems(file: Path, shown: str) -> tuple[tuple[PriorityProblem, ...], list[Problem]]:
    """Read the list; entries that are not complete are problems and are left out."""
    try:
        root, entries = _load_yaml(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        return (), [problem(shown, 0, "file-not-utf8", position=error.start)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        return (), [problem(shown, mark.line + 1 if mark else 0, "configuration-not-yaml", reason=reason)]
    if not isinstance(entries, list) or not isinstance(root, yaml.SequenceNode):
        return (), [problem(shown, 1, "vocabulary-not-list")]
    return _entries(entries, [node.start_mark.line + 1 for node in root.value], shown)


def _load_yaml(text: str) -> tuple[yaml.Node | None, Any]:
    loader = YamlLoader(text)
    try:
        root = loader.get_single_node()
        return root, loader.construct_document(root) if root else None
    finally:
        loader.dispose()


def _entries(entries: list[Any], lines: list[int], shown: str) -> tuple[tuple[PriorityProblem, ...], list[Problem]]:
    found: dict[str, PriorityProblem] = {}
    problems = []
    for entry, line in zip(entries, lines, strict=True):
        reason = _what_is_wrong(entry, found)
        if reason:
            problems.append(problem(shown, line, "vocabulary-entry", reason=reason))
        else:
            found[entry["id"]] = PriorityProblem(
                id=entry["id"],
                name=str(entry["nome"]),
                descriptor=str(entry.get("decs") or ""),
                code=str(entry.get("codigo") or ""),
                description=str(entry.get("descricao") or ""),
            )
    return tuple(found.values()), problems


def _what_is_wrong(entry: Any, found: dict[str, PriorityProblem]) -> str:
    if not isinstance(entry, dict):
        return N_("it is not a list of “key: value” lines")
    if not _ID.fullmatch(str(entry.get("id", ""))):
        return N_("its “id” is missing or has other characters")
    if not entry.get("nome"):
        return N_("its “nome” is missing")
    return N_("its “id” was used before") if entry["id"] in found else ""
