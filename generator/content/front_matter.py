"""The header of a Markdown file: split off, parsed with its line numbers, validated against a JSON Schema."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from generator.content.model import Metadata, Person
from generator.content.schema import is_plainly_valid, known_keys, schema_validator
from generator.content.vocabulary import LICENCES
from generator.naming import closest
from generator.problem_kinds import N_
from generator.problems import Problem, problem

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

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


_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))
_CLOSING = re.compile(r"^(?:---|\.\.\.)[^\S\n]*$", re.MULTILINE)


class YamlLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser where it is built
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
    start = text.find("\n") + 1
    end = _CLOSING.search(text, start) if start else None
    if end is None:
        return Split(None, text, 1, closed=False)
    lines_before = text.count("\n", 0, end.start())
    return Split(text[start : max(start, end.start() - 1)], text[end.end() + 1 :], lines_before + 2)


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
    loader = YamlLoader(header)
    try:
        node = loader.get_single_node()
        if "*" in header:  # without one there is no alias
            _refuse_aliases(node)
        return node, _value_of(node, loader) if node else None
    finally:
        loader.dispose()


def _value_of(node: yaml.Node, loader: YamlLoader) -> Any:
    """What `construct_document` gives, in half the time: texts, lists and mappings of texts are made here."""
    if _is_text(node):
        return node.value
    if node.tag == _LIST and isinstance(node, yaml.SequenceNode):
        return [_value_of(item, loader) for item in node.value]
    if node.tag == _MAPPING and isinstance(node, yaml.MappingNode) and all(_is_text(key) for key, _ in node.value):
        return {key.value: _value_of(value, loader) for key, value in node.value}
    return loader.construct_object(node, deep=True)


def _is_text(node: yaml.Node) -> bool:
    return node.tag == _TEXT and isinstance(node, yaml.ScalarNode)


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


@dataclass(frozen=True)
class Validated:
    """What a header says, and what is wrong with it."""

    metadata: Metadata
    problems: tuple[Problem, ...] = ()
    unknown_keys: tuple[str, ...] = ()


def validate_front_matter(header: FrontMatter, path: str) -> Validated:
    """Turn a header into `Metadata`; wrong values are problems and are left out."""
    values = {key: _plain(value) for key, value in header.values.items()}
    known = known_keys()
    unknown = tuple(key for key in values if key not in known and key not in FOREIGN_KEYS)
    problems = [] if is_plainly_valid(values) else list(_wrong_types(values, header, path))
    problems += _unknown_licence(values, header, path)
    return Validated(_metadata(values), tuple(problems), unknown)


def _plain(value: Any) -> Any:
    """YAML's dates as ISO text: the schema and the model know only text."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    return value


def unknown_key(path: str, line: int, key: str) -> Problem:
    """The problem of a key that nobody knows."""
    known = known_keys()
    return problem(
        path, line, "front-matter-unknown-key", key=key, suggestion=closest(key, known), known=", ".join(known)
    )


def _wrong_types(values: dict[str, Any], header: FrontMatter, path: str) -> Iterator[Problem]:
    """What the schema says; takes wrong values out of `values`."""
    for error in schema_validator().iter_errors(values):
        key = str(error.absolute_path[0]) if error.absolute_path else ""
        if key:
            yield _wrong_type(error, key, header, path)
            values.pop(key, None)


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
    return shared(tuple(dict.fromkeys(str(item) for item in value))) if isinstance(value, list) else ()


@lru_cache(maxsize=4096)
def shared(values: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all equal ones: thousands of pages have the same few lists of tags."""
    return values


def people(value: Any) -> tuple[Person, ...]:
    """Authors from a validated list of mappings or names."""
    return tuple(
        Person(entry["nome"], entry.get("instituicao", ""), entry.get("orcid", ""))
        if isinstance(entry, dict)
        else Person(str(entry))
        for entry in value or []
    )
