"""The MkDocs plugin: the only importer of MkDocs.

With the light theme MkDocs keeps its configuration and its other plugins, and `build_site` writes the pages: the same
bytes as `canoa build`.  With any other theme MkDocs writes the pages, and the plugin gives it their text, addresses and
navigation (see `other_themes.py`).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from generator.language import load_translations
from generator.problems import Problem, count
from generator.site.build import build_site
from generator.site.configuration import LIGHT_THEME, SiteConfiguration, configuration_from, read_configuration
from generator.site.other_themes import STYLE_TARGET, Edition

log = logging.getLogger("mkdocs.plugins.canoa")


class CanoaConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs types its metaclass in part
    """Options under `plugins: - canoa:`; `configuration.OPTIONS` checks them for both doors."""

    id = config_options.Type(str, default="")
    allow_html = config_options.Type(bool, default=False)
    license = config_options.Type(str, default="")
    authors = config_options.Type(list, default=[])
    search = config_options.Type(dict, default={})


class CanoaPlugin(BasePlugin[CanoaConfig]):  # type: ignore[no-untyped-call]  # as above
    """Hooks of a few lines each."""

    _is_preview = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember whether this is a preview: an author sees the page in spite of its errors."""
        self._is_preview = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read our part of the configuration; take MkDocs's own templates out of the light site."""
        self._site, problems = _site_configuration(config)
        self._is_light = config.theme.name == LIGHT_THEME
        self._report(problems)
        if self._is_light:
            config.theme.static_templates.clear()
        else:
            config.extra_css.insert(0, STYLE_TARGET)
        return config

    @event_priority(-100)  # after the plugins that generate files
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Take our pages out of MkDocs's hands, or give them their addresses and their navigation."""
        if self._is_light:
            return Files([file for file in files if _is_others(file)])
        self._edition = Edition.of(self._site, directory_urls=config.use_directory_urls)
        self._report(self._edition.problems)
        config.nav = self._edition.navigation() or config.nav
        return _with_edition(files, self._edition, config)

    def on_page_markdown(self, markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Other themes: our renderer makes the text, so MkDocs has none to make."""
        if self._is_light or page.file.src_uri not in self._edition.pages:
            return markdown
        page.meta = {**page.meta, **self._edition.metadata(page.file.src_uri)}
        return ""

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Other themes: the text of the page, and its headings for the theme's table of contents."""
        source = page.file.src_uri
        if self._is_light or source not in self._edition.pages:
            return html
        page.toc = get_toc(self._edition.table_of_contents(source))  # type: ignore[arg-type]  # MkDocs keeps the type private
        return self._edition.content(source)

    def on_post_build(self, config: MkDocsConfig) -> None:
        """The light theme: write the site where MkDocs wants it."""
        problems = self._build(config) if self._is_light else self._edition.problems
        if self._is_light:
            self._report(problems)
        if count(problems).errors and not self._is_preview:
            raise Abort(load_translations(self._site.language).gettext("The content has errors."))

    def _build(self, config: MkDocsConfig) -> tuple[Problem, ...]:
        site = replace(self._site, site_dir=Path(config.site_dir).resolve(), preview=self._is_preview)
        return build_site(site, keep_going=self._is_preview, shared_folder=True).problems

    def _report(self, problems: tuple[Problem, ...]) -> None:
        """Problems go through MkDocs's log, so that its --strict counts them."""
        translate = load_translations(self._site.language).gettext
        for found in problems:
            level = logging.ERROR if found.is_error else logging.WARNING
            place = f"{found.path}:{found.line}" if found.line else found.path
            log.log(level, "%s: %s %s", place, found.message(translate), found.cure(translate))


def _site_configuration(config: MkDocsConfig) -> tuple[SiteConfiguration, tuple[Problem, ...]]:
    """The configuration as `canoa build` reads it, with the values that MkDocs's command line or hooks changed."""
    file = Path(config.config_file_path) if config.config_file_path else None
    read = read_configuration(file) if file and file.is_file() else None
    if read and read.configuration:
        site, problems = read.configuration, read.problems
    else:
        site, problems = configuration_from({}, Path.cwd(), "mkdocs.yml")
    changed: dict[str, Any] = {
        "docs_dir": Path(config.docs_dir).resolve(),
        "site_name": config.site_name or site.site_name,
        "site_description": config.site_description or "",
        "copyright": config.copyright or "",
    }
    return replace(site, **changed), problems


def _is_others(file: File) -> bool:
    """Files that another plugin generated; generated Markdown cannot be rendered by the light theme."""
    if file.generated_by is None:
        return False
    if file.is_documentation_page():
        text = "%s: a page that the plugin “%s” generates is not part of the light site."
        log.warning(text, file.src_uri, file.generated_by)
        return False
    return True


def _is_refused(file: File, edition: Edition, docs_dir: Path) -> bool:
    """Files of the content folder that the library does not publish: vocabularies, and what could run code."""
    own = file.generated_by is None and file.src_dir is not None and Path(file.src_dir) == docs_dir
    return own and not file.is_documentation_page() and file.src_uri not in edition.targets


def _with_edition(files: Files, edition: Edition, config: MkDocsConfig) -> Files:
    """The edition's pages and media under its addresses, so that light and other sites share them."""
    ours = Path(config.docs_dir)
    kept = [file for file in files if not _is_refused(file, edition, ours)]
    kept += [File.generated(config, source, content="") for source in edition.generated]
    for file in kept:
        file.dest_uri = edition.targets.get(file.src_uri, file.dest_uri)
    kept += [File.generated(config, path, content=content) for path, content in edition.files().items()]
    return Files(kept)
