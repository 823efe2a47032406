"""The page that stands where a copy lacks a course: what it is, who publishes it, how to ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from generator.language import load_translations
from generator.problem_kinds import N_
from generator.release.own_files import OWN_BEGINNING
from generator.release.partition import LAYERS

if TYPE_CHECKING:
    from generator.mirror.copy_facts import FrontPage

POLICY = "default-src 'self' file: data:; object-src 'none'; base-uri 'none'; form-action 'none'"
LAYER_NAMES = dict(zip(LAYERS, (N_("text"), N_("pictures"), N_("audio and video")), strict=True))
CHECK_PAGE = "conferir.html"
PAGE = """<html lang="{language}" data-site="{site}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<script src="../canoa/canoa.js"></script>
<link rel="stylesheet" href="../canoa/canoa.css">
<link rel="icon" href="../canoa/icone.svg">
</head>
<body class="tipo-page">
<div class="corpo">
<main id="canoa-conteudo" tabindex="-1">
<nav class="trilha" aria-label="{here}"><ol><li><a href="../index.html">{home}</a></li></ol></nav>
<article>
<header class="abertura">
<p class="tipo">{label}</p>
<h1><bdi>{name}</bdi></h1>
<p class="resumo">{summary}</p>
</header>
<div class="texto">
{text}
</div>
</article>
</main>
</div>
</body>
</html>
"""


def absent_course_page(unit: str, title: str, signer: str, sizes: Mapping[str, int], site: FrontPage) -> bytes:
    """A whole page for `<course>/index.html`.

    `signer`: title of the institution; `sizes`: layer → bytes.  Titles may hold anything.
    """
    _ = load_translations(site.language).gettext
    page = PAGE.format(
        language=escape(site.language),
        site=escape(site.site_id),
        policy=POLICY,
        name=escape(title or unit),
        here=escape(_("You are here")),
        home=escape(_("Home")),
        label=escape(_("Course")),
        summary=escape(_("This course is not in this copy.")),
        text="\n".join(f"<p>{line}</p>" for line in _paragraphs(unit, signer, sizes, site)),
    )
    return OWN_BEGINNING + page.encode("utf-8", "replace")


def shown_size(size: int, language: str) -> str:
    """Bytes as people read them: `3,4 MB`."""
    unit, factor = ("GB", 10**9) if size >= 999_500_000 else ("MB", 10**6) if size >= 999_500 else ("kB", 1000)
    value = size / factor
    written = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    return f"{written if language.startswith('en') else written.replace('.', ',')} {unit}"


def _paragraphs(unit: str, signer: str, sizes: Mapping[str, int], site: FrontPage) -> Iterator[str]:
    """HTML, one paragraph each."""
    _ = load_translations(site.language).gettext
    who = f"<strong><bdi>{escape(signer)}</bdi></strong>"
    yield escape(_("Published and signed by: {institution}")).format(institution=who)
    names = {layer: _(name) for layer, name in LAYER_NAMES.items()}
    sorted_sizes = sorted(sizes.items(), key=lambda one: LAYERS.index(one[0]))
    if sizes:
        parts = " · ".join(f"{names[layer]} {shown_size(size, site.language)}" for layer, size in sorted_sizes)
        yield escape(_("It would take: {sizes}")).format(sizes=parts)
    ask = _("To have it here, ask whoever brought or keeps this copy to include the course; tell them its name:")
    yield f"{escape(ask)} <code>{escape(unit)}</code>"
    if site.address:
        address = f"{site.address}{quote(unit)}/index.html"
        link = f'<a href="{escape(address)}" rel="external noopener noreferrer">{escape(address)}</a>'
        online = _("With internet, it is at:")
        yield f"{escape(online)} {link}"
    about = escape(_("What is in this copy, and what is not"))
    yield f'<a href="../{CHECK_PAGE}">{about}</a>'
