"""`mkdocs.yml` with MkDocs's own meaning, read without MkDocs.

Only what the light site needs is taken; keys for other themes and plugins are left alone, so that the configuration
of any MkDocs project serves.  Source: MkDocs 1.6 user guide, "Configuration".
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from yaml_env_tag import construct_env_tag

from generator.content.front_matter import people
from generator.content.model import Person
from generator.content.vocabulary import LICENCES
from generator.language import closest_language
from generator.naming import slug
from generator.problem_kinds import N_
from generator.problems import Problem, problem

LIGHT_THEME = "canoa"
DEFAULT_FILES = ("mkdocs.yml", "mkdocs.yaml")
MOST_PARENTS = 10
"""Configurations that `INHERIT` from one another, at most: a loop ends here."""

OPTIONS = {
    "id": (str, "", N_("letters without accents, digits and hyphens, such as “cursos-ufx”")),
    "allow_html": (bool, False, N_("true or false")),
    "license": (str, "", N_("an SPDX identifier, such as CC-BY-NC-SA-4.0")),
    "search": (dict, {}, N_("a mapping such as {shard: large}, or {shard: small}")),
    "authors": (list, (), N_("a list such as [{nome: Ana Lima, instituicao: UFMG}]")),
}
"""Options of the plugin `canoa`: type, default, what to expect."""
SHARDS = ("small", "large")
"""Sizes of the search index's files; the first is the default."""


@dataclass(frozen=True)
class SiteConfiguration:
    """All that the build reads from `mkdocs.yml`, with absolute paths."""

    folder: Path
    """The project: the folder of the configuration file."""
    file: str
    """Name of the configuration file, for problems."""
    docs_dir: Path
    site_dir: Path
    site_name: str = "Canoa"
    site_url: str = ""
    site_description: str = ""
    copyright: str = ""
    """HTML written by the site's owner, who is trusted; shown in the footer."""
    language: str = "pt-BR"
    nav: Sequence[Any] | None = None
    exclude: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    extension_configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    extra_css: tuple[str, ...] = ()
    """Source paths in the content folder.  Those that were written for another theme are left out."""
    extra_javascript: tuple[str, ...] = ()
    """The same for scripts."""
    trusted: tuple[str, ...] = ()
    """Scripts that the owner names in `extra_javascript`, whatever the theme."""
    custom_dir: Path | None = None
    """Templates and files that take the place of the theme's."""
    written_id: str = ""
    """The option `id` of the plugin."""
    allow_html: bool = False
    licence: str = ""
    authors: tuple[Person, ...] = ()
    search_shards: str = SHARDS[0]
    """Size of the search index's files, one of `SHARDS`: see `search_index.PROFILES`."""
    strict: bool = False
    preview: bool = False
    """The pages are only shown to their author, by a server that adds scripts to them."""
    directory_urls: bool = False
    """Pages as `name/index.html`: only for other themes, whose MkDocs names them so."""
    cache_dir: Path | None = None
    """Where builds leave what later builds can use; None: nowhere."""

    @property
    def site_id(self) -> str:
        """By what browsers keep apart what they store for this site; stable for ever when the owner writes one."""
        return slug(self.written_id) or slug(self.site_name) or "canoa"

    @property
    def shown_docs(self) -> str:
        """The content folder as problems name it: relative to the project when it is inside."""
        if self.docs_dir.is_relative_to(self.folder):
            return self.docs_dir.relative_to(self.folder).as_posix()
        return Path(os.path.relpath(self.docs_dir, self.folder)).as_posix()


@dataclass(frozen=True)
class ReadConfiguration:
    """A configuration, or none and the reason why."""

    configuration: SiteConfiguration | None
    problems: tuple[Problem, ...]


class _Loader(yaml.SafeLoader):
    """YAML as MkDocs reads it: `!ENV`, and names of Python objects, which stay names and are never imported here."""


def _python_name(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> str:
    return f"python/{suffix}"


def _python_call(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """A call as values: whether it is made is for the renderer to decide, which knows what may be called."""
    call: dict[str, Any] = {"python/object/apply": suffix, "args": [], "kwds": {}}
    if isinstance(node, yaml.SequenceNode):
        return {**call, "args": loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        written = loader.construct_mapping(node, deep=True)
        return {**call, "args": written.get("args") or [], "kwds": written.get("kwds") or {}}
    return call


_Loader.add_constructor("!ENV", construct_env_tag)
_Loader.add_constructor("!relative", lambda loader, node: str(node.value))
_Loader.add_multi_constructor("tag:yaml.org,2002:python/object/apply:", _python_call)
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _python_name)


def find_configuration(folder: Path) -> Path | None:
    """The configuration file of a folder, if it has one."""
    return next((folder / name for name in DEFAULT_FILES if (folder / name).is_file()), None)


def read_configuration(file: Path) -> ReadConfiguration:
    """Read a configuration file; what is wrong is collected and shown with the rest."""
    values, problems = _read_values(file)
    if values is None:
        return ReadConfiguration(None, tuple(problems))
    configuration, trouble = configuration_from(values, file.resolve().parent, file.name)
    return ReadConfiguration(configuration, (*problems, *trouble))


def _read_values(file: Path, depth: int = 0) -> tuple[dict[str, Any] | None, list[Problem]]:
    try:
        values = yaml.load(file.read_text(encoding="utf-8-sig"), Loader=_Loader)  # noqa: S506  # _Loader is a SafeLoader
    except OSError:
        return None, [problem(file.name, 0, "configuration-missing")]
    except UnicodeDecodeError as error:
        return None, [problem(file.name, 0, "file-not-utf8", position=error.start)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        return None, [problem(file.name, mark.line + 1 if mark else 0, "configuration-not-yaml", reason=reason)]
    if not isinstance(values, dict):
        return None, [
            problem(file.name, 1, "configuration-not-yaml", reason=N_("it is not a list of “key: value” lines"))
        ]
    parent = values.pop("INHERIT", None)
    if parent is None or depth >= MOST_PARENTS:
        return values, []
    inherited, problems = _read_values((file.parent / str(parent)).resolve(), depth + 1)
    return (None if inherited is None else _merged(inherited, values)), problems


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key, all else is replaced, as MkDocs does for `INHERIT`."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def configuration_from(
    values: Mapping[str, Any], folder: Path, file: str
) -> tuple[SiteConfiguration, tuple[Problem, ...]]:
    """Turn the values of a configuration file into a `SiteConfiguration`; unusable values keep their default."""
    problems: list[Problem] = []
    options = _canoa_options(values.get("plugins"), file, problems)
    theme = values.get("theme")
    theme = theme if isinstance(theme, dict) else {"name": theme}
    is_ours = theme.get("name") in (None, LIGHT_THEME)
    extensions, extension_configs = _extensions(values.get("markdown_extensions"))
    configuration = SiteConfiguration(
        folder=folder,
        file=file,
        docs_dir=(folder / _text(values, "docs_dir", "docs", file, problems)).resolve(),
        site_dir=(folder / _text(values, "site_dir", "site", file, problems)).resolve(),
        site_name=_text(values, "site_name", "Canoa", file, problems),
        site_url=_url(_text(values, "site_url", "", file, problems), file, problems),
        site_description=_text(values, "site_description", "", file, problems),
        copyright=_text(values, "copyright", "", file, problems),
        language=closest_language(str(theme.get("language") or theme.get("locale") or "")),
        nav=values.get("nav") if isinstance(values.get("nav"), list) else None,
        exclude=tuple(
            line
            for key in ("exclude_docs", "draft_docs")
            for line in _text(values, key, "", file, problems).splitlines()
        ),
        extensions=extensions,
        extension_configs=extension_configs,
        extra_css=_paths(values.get("extra_css")) if is_ours else (),
        extra_javascript=_paths(values.get("extra_javascript")) if is_ours else (),
        trusted=_paths(values.get("extra_javascript")),
        custom_dir=(folder / theme["custom_dir"]).resolve() if is_ours and theme.get("custom_dir") else None,
        written_id=options["id"],
        allow_html=options["allow_html"],
        licence=_licence(options["license"], file, problems),
        authors=people(options["authors"]),
        search_shards=_shards(options["search"], file, problems),
        strict=values.get("strict") is True,
        cache_dir=_cache_folder(folder, (folder / str(values.get("site_dir") or "site")).resolve()),
    )
    problems += _overlapping(configuration)
    return configuration, tuple(problems)


def _text(values: Mapping[str, Any], key: str, default: str, file: str, problems: list[Problem]) -> str:
    value = values.get(key)
    if value is None:
        return default
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    problems.append(problem(file, 0, "configuration-value", key=key, value=value, expected=N_("a text")))
    return default


def _cache_folder(project: Path, site: Path) -> Path:
    """Beside the site when that has a folder of its own (`build/site`, `build/cache`), else out of sight."""
    apart = site.parent != project and site.parent.is_relative_to(project)
    return site.parent / "cache" if apart else project / ".cache" / "canoa"


def _url(value: str, file: str, problems: list[Problem]) -> str:
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        expected = N_("an address such as https://cursos.example.br/")
        problems.append(problem(file, 0, "configuration-value", key="site_url", value=value, expected=expected))
        return ""
    return value if value.endswith("/") else value + "/"


def _canoa_options(plugins: Any, file: str, problems: list[Problem]) -> dict[str, Any]:
    """The options of the plugin `canoa` in either spelling of `plugins`: a list or a mapping."""
    entries = list(plugins.items()) if isinstance(plugins, dict) else []
    for entry in plugins if isinstance(plugins, list) else []:
        entries += entry.items() if isinstance(entry, dict) else []
    written = next((value for name, value in entries if name == "canoa" and isinstance(value, dict)), {})
    return check_options(written, file, problems)


def check_options(written: Mapping[str, Any], file: str, problems: list[Problem]) -> dict[str, Any]:
    """The plugin's options with their defaults; unknown ones and wrong types are problems."""
    for key in written:
        if key not in OPTIONS:
            expected = ", ".join(OPTIONS)
            problems.append(problem(file, 0, "configuration-value", key=f"canoa: {key}", value="", expected=expected))
    options = {}
    for key, (kind, default, expected) in OPTIONS.items():
        value = written.get(key, default)
        if key in written and not isinstance(value, kind):
            problems.append(problem(file, 0, "configuration-value", key=key, value=value, expected=expected))
            value = default
        options[key] = value
    return options


def _shards(value: Mapping[str, Any], file: str, problems: list[Problem]) -> str:
    shard = value.get("shard", SHARDS[0])
    if shard not in SHARDS or set(value) - {"shard"}:
        problems.append(
            problem(file, 0, "configuration-value", key="search", value=value, expected=OPTIONS["search"][2])
        )
        return SHARDS[0]
    return str(shard)


def _licence(value: str, file: str, problems: list[Problem]) -> str:
    if value and value not in LICENCES:
        problems.append(problem(file, 0, "licence-unknown", value=value))
        return ""
    return value


def _extensions(value: Any) -> tuple[tuple[str, ...], dict[str, Mapping[str, Any]]]:
    """`markdown_extensions` in its three spellings: names, `name: {…}` in a list, or one mapping."""
    entries: list[tuple[str, Any]] = list(value.items()) if isinstance(value, dict) else []
    for entry in value if isinstance(value, list) else []:
        entries += list(entry.items()) if isinstance(entry, dict) else [(str(entry), None)]
    configs: dict[str, Mapping[str, Any]] = {str(name): config for name, config in entries if isinstance(config, dict)}
    return tuple(str(name) for name, _ in entries), configs


def _paths(value: Any) -> tuple[str, ...]:
    """`extra_css`, `extra_javascript`: paths, or mappings with `path`."""
    entries = [entry.get("path", "") if isinstance(entry, dict) else entry for entry in value or []]
    return tuple(str(entry) for entry in entries if entry)


def _overlapping(configuration: SiteConfiguration) -> list[Problem]:
    site, content = configuration.site_dir, configuration.docs_dir
    if site.is_relative_to(content) or content.is_relative_to(site) or configuration.folder.is_relative_to(site):
        return [problem(configuration.file, 0, "configuration-folders-overlap", site=site.name, content=content.name)]
    return []
