"""The header of a Markdown file: split off, parsed with its line numbers, validated against a JSON Schema."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from generator.content.model import Metadata, Person
from generator.content.vocabulary import LICENCES
from generator.naming import closest
from generator.problem_kinds import N_
from generator.problems import Problem, problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

SCHEMA_FILE = Path(__file__).parent / "schemas" / "front-matter.schema.json"
LARGEST_HEADER = 64 * 1024
"""Characters: a header is a few lines; what is larger is a mistake or an attack."""

ALIASES = {"title": "titulo", "description": "resumo", "tags": "decs", "license": "licenca"}
"""English keys of existing MkDocs projects."""

FOREIGN_KEYS = frozenset(
    (
        *("author", "authors", "categories", "comments", "date", "draft", "edit", "hide", "icon", "links", "og"),
        *("pin", "robots", "search", "slug", "social", "status", "subtitle", "template"),
    )
)
"""Keys that MkDocs, Material and their plugins read: left alone."""

_EXPECTED = {
    "titulo": N_("a text"),
    "resumo": N_("one sentence"),
    "publico": N_("a list such as [enfermagem, acs]"),
    "duracao": N_("a whole number of minutes, such as 40"),
    "problemas": N_("a list of ids of problemas.yml, such as [hipertensao]"),
    "ferramentas": N_("a list such as [acolhimento, planejamento]"),
    "decs": N_("a list of terms, such as [Acolhimento]"),
    "eletiva": N_("true or false"),
    "autores": N_("a list such as [{nome: Ana Lima, instituicao: UFMG}]"),
    "licenca": N_("an SPDX identifier, such as CC-BY-NC-SA-4.0"),
    "revisao": N_("a date, such as 2026-03-01"),
    "id": N_("lower-case letters, digits and hyphens"),
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser where it is built
    """PyYAML's safe loader; a class of our own so that nothing registers constructors on it."""


@dataclass(frozen=True)
class FrontMatter:
    """A header as written: its keys in Portuguese, their values, their lines."""

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    """Line of the file for each key."""
    first_line: int = 1
    """Line of the file on which the Markdown after the header begins."""


@dataclass(frozen=True)
class Split:
    """A text cut into header and body."""

    header: str | None
    """None when there is no header."""
    body: str
    first_line: int
    closed: bool = True


def split_front_matter(text: str) -> Split:
    """Cut a text into its header (between two lines `---`) and its body.  Line ends must be `\\n`."""
    if not text.startswith("---") or text.partition("\n")[0].rstrip() != "---":
        return Split(None, text, 1)
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return Split("\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2)
    return Split(None, text, 1, closed=False)


def parse_front_matter(split: Split, path: str) -> tuple[FrontMatter, list[Problem]]:
    """Parse a header.  What cannot be read is a problem, and the page goes on with what could."""
    if split.header is None or not split.header.strip():
        return FrontMatter(first_line=split.first_line), []
    try:
        node, value = _load_yaml(split.header)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return FrontMatter(first_line=split.first_line), [_not_yaml(error, path)]
    if not isinstance(node, yaml.MappingNode) or not isinstance(value, dict):
        return FrontMatter(first_line=split.first_line), [problem(path, 2, "front-matter-not-mapping")]
    return _named(node, value, split.first_line, path)


def _load_yaml(header: str) -> tuple[yaml.Node | None, Any]:
    if len(header) > LARGEST_HEADER:
        raise ValueError(N_("it is too long"))
    loader = _Loader(header)
    try:
        node = loader.get_single_node()
        _refuse_aliases(node)
        return node, loader.construct_document(node) if node else None
    finally:
        loader.dispose()


def _refuse_aliases(root: yaml.Node | None) -> None:
    """Anchors let a few bytes stand for millions of values; no header needs them."""
    seen: set[int] = set()
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise ValueError(N_("anchors and aliases (& and *) are not allowed"))
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _not_yaml(error: Exception, path: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 2 if mark else 2
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return problem(path, line, "front-matter-not-yaml", reason=reason)


def _named(
    node: yaml.MappingNode, value: dict[Any, Any], first_line: int, path: str
) -> tuple[FrontMatter, list[Problem]]:
    """Translate the aliases and find keys that are there twice."""
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for key_node, _ in node.value:
        written = str(key_node.value)
        key = ALIASES.get(written, written)
        line = key_node.start_mark.line + 2
        if key in lines:
            kind = (
                "front-matter-duplicate-key" if written in value and key == written else "front-matter-alias-conflict"
            )
            problems.append(problem(path, line, kind, key=written, other=key))
        lines.setdefault(key, line)
    for written, content in value.items():
        key = ALIASES.get(str(written), str(written))
        if key not in values or key == written:
            values[key] = content
    return FrontMatter(values, lines, first_line), problems


@cache
def _validator() -> Draft202012Validator:
    """The compiled schema: constant for the life of the process."""
    from jsonschema import Draft202012Validator  # imported late: 0.1 s that a warm build does not need

    return Draft202012Validator(_schema())


def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


def known_keys() -> tuple[str, ...]:
    """The keys that authors may write, in the order of the schema."""
    return tuple(_schema()["properties"])


def validate_front_matter(header: FrontMatter, path: str, *, foreign: bool) -> tuple[Metadata, list[Problem]]:
    """Turn a header into `Metadata`; wrong values are problems and are left out.

    `foreign`: the page belongs to a MkDocs project that has no courses; keys that we do not know are none of our
    business there.
    """
    values = {key: _plain(value) for key, value in header.values.items()}
    problems = [] if foreign else list(_unknown_keys(values, header, path))
    if foreign:
        values = {key: value for key, value in values.items() if key in _EXPECTED}
    for error in _validator().iter_errors(values):
        key = str(error.absolute_path[0]) if error.absolute_path else ""
        if key:
            problems.append(_wrong_type(error, key, header, path))
            values.pop(key, None)
    problems += _unknown_licence(values, header, path)
    return _metadata(values), problems


def _plain(value: Any) -> Any:
    """YAML's dates as ISO text: the schema and the model know only text."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    return value


def _unknown_keys(values: Mapping[str, Any], header: FrontMatter, path: str) -> Iterator[Problem]:
    known = known_keys()
    for key in values:
        if key not in known and key not in FOREIGN_KEYS:
            yield problem(
                path,
                header.lines.get(key, 2),
                "front-matter-unknown-key",
                key=key,
                suggestion=closest(key, known),
                known=", ".join(known),
            )


def _wrong_type(error: ValidationError, key: str, header: FrontMatter, path: str) -> Problem:
    shown = json.dumps(error.instance, ensure_ascii=False, default=str)[:60]
    expected = _EXPECTED.get(key, N_("another kind of value"))
    return problem(path, header.lines.get(key, 2), "front-matter-wrong-type", key=key, value=shown, expected=expected)


def _unknown_licence(values: dict[str, Any], header: FrontMatter, path: str) -> Iterator[Problem]:
    licence = values.get("licenca")
    if licence and licence not in LICENCES:
        del values["licenca"]
        yield problem(path, header.lines.get("licenca", 2), "licence-unknown", value=licence)


def _metadata(values: Mapping[str, Any]) -> Metadata:
    texts: Callable[[str], tuple[str, ...]] = lambda key: _texts(values.get(key))  # noqa: E731  # one line, four uses
    return Metadata(
        title=str(values.get("titulo") or "").strip(),
        summary=str(values.get("resumo") or "").strip(),
        audience=texts("publico"),
        duration=int(values.get("duracao") or 0),
        problems=texts("problemas"),
        tools=texts("ferramentas"),
        descriptors=texts("decs"),
        elective=bool(values.get("eletiva", False)),
        authors=people(values.get("autores")),
        licence=str(values.get("licenca") or ""),
        reviewed=str(values.get("revisao") or ""),
        id=str(values.get("id") or ""),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(item) for item in value)) if isinstance(value, list) else ()


def people(value: Any) -> tuple[Person, ...]:
    """Authors from a validated list of mappings or names."""
    return tuple(
        Person(entry["nome"], entry.get("instituicao", ""), entry.get("orcid", ""))
        if isinstance(entry, dict)
        else Person(str(entry))
        for entry in value or []
    )
