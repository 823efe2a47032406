"""Files beside the pages that could run code are not carried to readers, unless the owner trusts every author."""

from __future__ import annotations

import gzip

import pytest

from tests.conftest import Project

FOLDER = "content/curso/01-modulo"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
ATTACKS = {
    "pagina.html": "<script>alert(1)</script>",
    "programa.js": "alert(1)",
    "script.svg": SVG.format("<script>alert(1)</script>"),
    "prefixo.svg": '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>',
    "evento.svg": SVG.format('<rect onload="alert(1)"/>'),
    "barra.svg": SVG.format('<rect/onload="alert(1)"/>'),
    "link.svg": SVG.format('<a href="javascript:alert(1)"><rect/></a>'),
    "escondido.svg": SVG.format('<a href="java&#x73;cript&#58;alert(1)"><rect/></a>'),
    "html.svg": SVG.format("<foreignObject><p>x</p></foreignObject>"),
    "entidade.svg": '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"),
    "utf16.svg": SVG.format("<script>alert(1)</script>").encode("utf-16"),
    "utf7.svg": '<?xml version="1.0" encoding="utf-7"?>' + SVG.format("+ADw-script+AD4-"),
    "comprimido.svgz": gzip.compress(SVG.format("<script/>").encode()),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_file_that_could_run_code_is_named_and_left_out(project: Project, name: str) -> None:
    project.write(f"{FOLDER}/{name}", ATTACKS[name])
    assert project.check().only("media-active")["path"] == f"{FOLDER}/{name}"
    project.run("build")
    assert not any(name in path for path in project.site())


@pytest.mark.parametrize(
    "drawing",
    [
        SVG.format('<title>Sessão “online”</title><rect width="9" height="9" fill="#fff"/>'),
        '<?xml version="1.0" encoding="UTF-8"?>\n' + SVG.format("<style>.a{fill:red}</style><text>on = 1; ação</text>"),
        SVG.format('<a href="https://example.org"><text>&#233;</text></a>'),
    ],
)
def test_a_plain_drawing_is_carried(project: Project, drawing: str) -> None:
    project.write(f"{FOLDER}/mapa.svg", drawing)
    assert project.run("build", "--strict").code == 0
    assert "curso/modulo/mapa.svg" in project.site()


def test_the_owner_may_trust_every_author(project: Project) -> None:
    text = (project.folder / "mkdocs.yml").read_text().replace("[canoa]", "[{canoa: {allow_html: true}}]")
    project.write("mkdocs.yml", text)
    project.write(f"{FOLDER}/programa.js", "alert(1)")
    assert project.run("build", "--strict").code == 0
    assert "curso/modulo/programa.js" in project.site()


def test_scripts_and_styles_that_the_owner_names_are_used(project: Project) -> None:
    project.configure("extra_javascript: [meu/contador.js]\nextra_css: [meu/cores.css]\n")
    project.write("content/meu/index.md", "---\ntitulo: Meu\nresumo: Um.\n---\n")
    project.write("content/meu/contador.js", "1")
    project.write("content/meu/cores.css", "p{}")
    assert project.run("build", "--strict").code == 0
    page = project.page("curso/modulo/unidade.html")
    assert 'src="../../meu/contador.js"' in page and 'href="../../meu/cores.css"' in page


def test_scripts_and_styles_of_other_hosts_are_named_and_never_loaded(project: Project) -> None:
    project.configure("extra_javascript: [https://cdn.example.org/a.js]\nextra_css: [nada.css]\n")
    outcome = project.check()
    assert [found["kind"] for found in outcome.problems] == ["extra-not-local", "extra-not-local"]
    project.run("build")
    assert "cdn.example.org" not in project.page("index.html")
