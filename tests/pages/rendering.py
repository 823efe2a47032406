"""Render a text as a page of a small made-up site: what all tests of this folder begin with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from generator.pages.markdown import Renderer, RenderOptions
from generator.pages.page import Asset, PageSource, RenderedPage, SiteIndex

FILES = Path(__file__).parent / "files"
PATH = "curso/modulo/01-unidade.md"
SHOWN = f"content/{PATH}"
TOOLS = {"acolhimento": "Acolhimento", "planejamento": "Planejamento", "reuniao-de-equipe": "Reunião de equipe"}

SITE = SiteIndex(
    pages={
        "index.md": "index.html",
        "curso/index.md": "curso/index.html",
        PATH: "curso/modulo/unidade.html",
        "curso/modulo/02-outra unidade.md": "curso/modulo/outra-unidade.html",
        "curso/modulo/03-ação.md": "curso/modulo/acao.html",
        "curso/fichas/plano.md": "curso/fichas/plano.html",
    },
    titles={"curso/index.md": "O curso & cia", "curso/fichas/plano.md": "Plano de ação"},
    assets={
        f"curso/modulo/{name}": Asset(f"curso/modulo/{name}", size, str(FILES / name))
        for name, size in (
            ("foto.png", 100),
            ("desenho.svg", 100),
            ("escuta.mp4", 3_200_000),
            ("escuta.mp3", 640_000),
            ("escuta.vtt", 50),
            ("legendas.srt", 50),
        )
    }
    | {"curso/modulo/guia do SUS.pdf": Asset("curso/modulo/guia do SUS.pdf", 10, "")},
)


@cache
def renderer(**options: object) -> Renderer:
    """One renderer for each set of options, as a process would have."""
    return Renderer(RenderOptions(**options))  # type: ignore[arg-type]  # each test passes what the field takes


def source(text: str, *, title: str = "Unidade", first_line: int = 1) -> PageSource:
    return PageSource(PATH, SHOWN, "curso/modulo/unidade.html", text, first_line, title)


def render(text: str, *, title: str = "Unidade", first_line: int = 1, **options: object) -> RenderedPage:
    """The page that `text` becomes."""
    return renderer(**options).render(source(text, title=title, first_line=first_line), SITE)


def render_with_tools(text: str) -> RenderedPage:
    """As `render`, with the vocabulary of tools that a site has."""
    return Renderer(RenderOptions(tools=TOOLS)).render(source(text), SITE)


def found(text: str, *, strict_blocks: bool = True) -> list[tuple[int, str]]:
    """Line and kind of each problem."""
    return [(problem.line, problem.kind) for problem in render(text, strict_blocks=strict_blocks).problems]
