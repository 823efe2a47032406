"""The reader's language: gettext catalogues for everything that a learner, author or mirror operator reads."""

from __future__ import annotations

import gettext
from pathlib import Path

DEFAULT_LANGUAGE = "pt-BR"
LANGUAGES = ("pt-BR", "en", "es")
CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "canoa"


def closest_language(wanted: str) -> str:
    """The language of `LANGUAGES` nearest to a BCP 47 tag or a POSIX locale name; the default when none is near.

    `pt`, `pt_BR.UTF-8` and `pt-PT` give `pt-BR`; `es-419` gives `es`.
    """
    primary = wanted.replace("_", "-").split("-")[0].split(".")[0].lower()
    return next((language for language in LANGUAGES if language.split("-")[0] == primary), DEFAULT_LANGUAGE)


def load_translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language.  English is the language of the message ids and has none.

    Raises `FileNotFoundError` when an installed copy lacks a catalogue that it should have.
    """
    language = closest_language(language)
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGUES, languages=[language.replace("-", "_")])
