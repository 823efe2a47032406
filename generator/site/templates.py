"""The theme's templates, made ready once per build."""

from __future__ import annotations

import gettext
from importlib import resources
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template

from generator.site.view import PageView


def theme_folder() -> Path:
    """The folder of the light theme, in a checkout and in an installed copy alike."""
    return Path(str(resources.files("generator.theme")))


def load_template(translations: gettext.NullTranslations, custom_dir: Path | None) -> Template:
    """The template of all pages; files of `custom_dir` take the place of the theme's."""
    folders = [folder for folder in (custom_dir, theme_folder()) if folder]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # added by the i18n extension
    return environment.get_template("page.html")


def render_view(template: Template, view: PageView) -> bytes:
    """One page of the site as UTF-8 bytes with `\\n` line ends."""
    return template.render(page=view).encode("utf-8")
