"""Any MkDocs project builds with the light theme, as it is; the same content becomes a Material site."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Outcome, Project
from tests.site.test_reproducible import sample

CORPORA = os.environ.get("CANOA_CORPORA")
"""A folder with other people's Markdown, `fastapi-pt/docs` among it: real input that is not part of the project."""

BLOCK = re.compile(r"[ >]*/{3,} (?:note|tip|warning|danger|info|check)\b", re.IGNORECASE)
FENCE = re.compile(r"[ >]*(`{3,}|~{3,})")

MATERIAL_PROJECT = """\
site_name: Projeto de outros
theme:
  name: material
  features: [content.code.copy]
  palette: {scheme: slate}
plugins: [search, nao-instalado]
nav:
  - index.md
  - Guia:
      - guia/index.md
      - Passos: guia/passos.md
      - Código: https://example.org/codigo
extra_javascript: [https://cdn.example.org/mathjax.js]
markdown_extensions:
  - toc: {permalink: true}
  - pymdownx.superfences:
      custom_fences:
        - {name: mermaid, class: mermaid, format: !!python/name:pymdownx.superfences.fence_code_format }
  - pymdownx.emoji: {emoji_index: !!python/name:material.extensions.emoji.twemoji }
  - pymdownx.nao_existe
"""


def prose_lines(file: Path) -> Iterator[str]:
    """The lines of a Markdown file outside fenced code."""
    fence = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        found = FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and line.strip(" >") == found[1]:
            fence = ""
        elif not fence:
            yield line


def article(file: Path) -> str:
    """What our renderer gave to the theme."""
    return file.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]


def use_material(project: Project, extra: str = "") -> None:
    """Change the theme, and nothing else, in the project's configuration."""
    text = (project.folder / "mkdocs.yml").read_text(encoding="utf-8").replace("name: canoa", "name: material")
    project.write("mkdocs.yml", text + extra)


def mkdocs(project: Project, *arguments: str) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", *arguments],
        cwd=project.folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_a_material_project_builds_with_the_light_theme_as_it_is(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("mkdocs.yml", MATERIAL_PROJECT)
    project.write("docs/index.md", "# Início\n\n[Passos](guia/passos.md#segundo) e [guia](guia/)\n")
    project.write("docs/guia/index.md", '# Guia\n\n!!! tip "Dica"\n    Leia.\n')
    tabs = '=== "Linux"\n\n    ```bash\n    ls\n    ```\n\n=== "Windows"\n\n    Abra.\n'
    project.write(
        "docs/guia/passos.md",
        f"# Passos\n\n{tabs}\n## Segundo\n\n:smile: `código`\n\n![fora](https://example.org/a.png)\n",
    )
    outcome = project.run("build")
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "site/guia/passos.html").read_text(encoding="utf-8")
    assert '<div class="tabbed-set' in page
    assert "😄" in page
    assert "cdn.example.org" not in page
    assert "<img" not in page.split("<main")[1].split("</main>")[0]
    assert "pymdownx.nao_existe" in outcome.err
    assert "docs/guia/passos.md:17" in outcome.err
    home = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert 'href="guia/passos.html#segundo"' in home and 'href="guia/index.html"' in home


def test_an_extension_that_fails_on_one_page_costs_only_that_page(project: Project) -> None:
    project.write(
        "defeito.py",
        "from markdown.preprocessors import Preprocessor\n"
        "class P(Preprocessor):\n"
        "    def run(self, lines):\n"
        "        return lines if 'quebra' not in ' '.join(lines) else 1 / 0\n"
        "def makeExtension(**_):\n"
        "    from markdown.extensions import Extension\n"
        "    class E(Extension):\n"
        "        def extendMarkdown(self, md):\n"
        "            md.preprocessors.register(P(md), 'p', 1)\n"
        "    return E()\n",
    )
    project.configure("markdown_extensions: [defeito]\n")
    project.write("content/curso/01-modulo/01-unidade.md", "---\ntitulo: U\nresumo: Um.\n---\n\nquebra\n")
    environment = {"PYTHONPATH": f"{project.folder}:{ROOT}"}
    outcome = project.run("build", "--keep-going", environment=environment)
    assert "[page-failed]" in outcome.err and "ZeroDivisionError" in outcome.err
    assert "Traceback" not in outcome.err
    assert "curso/modulo/outra.html" in project.site()
    assert "Traceback" in project.run("check", "--debug", environment=environment).err


@pytest.mark.skipif(not CORPORA, reason="CANOA_CORPORA names no folder")
def test_the_portuguese_documentation_of_fastapi_builds_with_every_block_and_tab(tmp_path: Path) -> None:
    docs = Path(str(CORPORA)).resolve() / "fastapi-pt/docs"
    project = Project(tmp_path)
    project.write("mkdocs.yml", f"site_name: FastAPI\ndocs_dir: {docs}\nsite_dir: {tmp_path / 'build/site'}\n")
    outcome = project.run("build", "--format", "json")
    assert outcome.code == 0, outcome.err
    sources = list(docs.rglob("*.md"))
    pages = {path: content.decode() for path, content in project.site().items() if path.endswith(".html")}
    assert len(pages) >= len(sources) == 124
    written = sum(BLOCK.match(line) is not None for file in sources for line in prose_lines(file))
    rendered = sum(
        len(re.findall(r'class="admonition (?:note|tip|warning|danger|info|check)', page)) for page in pages.values()
    )
    assert rendered == written
    assert not any(re.search(r"<p>/{3,}", page) for page in pages.values())
    missing = [problem for problem in outcome.problems if problem["kind"] == "image-missing"]
    assert missing and all(problem["line"] for problem in missing)


@pytest.mark.material
@pytest.mark.skipif(not importlib.util.find_spec("material"), reason="the extra canoa[material] is not installed")
@pytest.mark.parametrize("directory_urls", ["true", "false"])
def test_the_same_content_becomes_a_material_site(tmp_path: Path, directory_urls: str) -> None:
    project = sample(tmp_path)
    use_material(project, f"use_directory_urls: {directory_urls}\n")
    outcome = mkdocs(project, "--strict")
    assert outcome.code == 0, outcome.err
    unit = "processo-de-trabalho/acolhimento/o-que-e-acolher"
    page = project.page(f"{unit}/index.html" if directory_urls == "true" else f"{unit}.html")
    assert 'class="bloco bloco-questao"' in page
    assert "canoa/blocos.css" in page
    assert 'class="md-nav' in page
    assert "<h1>O que é acolher</h1>" in page
    assert "CC BY-NC-SA 4.0" in page
    assert 'id="hipertensao"' in project.page("problemas.html")
    assert "canoa/blocos.css" in project.site()
    assert "problemas.yml" not in project.site()


@pytest.mark.material
def test_every_link_of_the_material_site_leads_to_a_file(tmp_path: Path) -> None:
    pytest.importorskip("material")
    project = sample(tmp_path)
    use_material(project)
    mkdocs(project)
    root = tmp_path / "build/site"
    broken = [
        (file.name, link)
        for file in root.rglob("*.html")
        for link in re.findall(r'(?:href|src)="([^"#:?]+)[#"]', article(file))
        if not (file.parent / link).exists()
    ]
    assert broken == []


@pytest.mark.material
def test_markup_in_titles_is_text_in_the_material_site_too(project: Project) -> None:
    pytest.importorskip("material")
    title = "A <script>alert(1)</script> & B"
    project.write("content/curso/01-modulo/01-unidade.md", f"---\ntitulo: {title}\nresumo: {title}\n---\n\nTexto.\n")
    use_material(project)
    assert mkdocs(project).code == 0
    for path, content in project.site().items():
        if path.endswith(".html"):
            assert b"<script>alert" not in content, path


@pytest.mark.material
def test_media_that_could_run_code_stay_off_the_material_site_too(project: Project) -> None:
    pytest.importorskip("material")
    project.write("content/curso/01-modulo/programa.js", "alert(1)")
    project.write("content/curso/01-modulo/mapa.png", b"1")
    use_material(project)
    assert "programa.js" in mkdocs(project).err
    assert not any(path.endswith("programa.js") for path in project.site())
    assert "curso/modulo/mapa.png" in project.site()


def test_an_error_in_the_content_fails_the_build_through_mkdocs_too(project: Project) -> None:
    project.write("content/curso/01-modulo/01-unidade.md", "---\nresumo: Um.\n---\n\nTexto.\n")
    outcome = mkdocs(project)
    assert outcome.code == 1
    assert "content/curso/01-modulo/01-unidade.md" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_warning_fails_a_strict_build_through_mkdocs_too(project: Project) -> None:
    project.write("content/curso/01-modulo/01-unidade.md", "---\ntitulo: U\nresumo: Um.\n---\n\n[x](nada.md)\n")
    assert mkdocs(project).code == 0
    assert mkdocs(project, "--strict").code == 1
