"""What a rendered page tells the rest of the site, and that it depends on nothing but its source."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import pytest

from generator.pages.markdown import Renderer, RenderOptions
from generator.pages.page import Heading, OutgoingLink
from tests.pages.rendering import SITE, render, source

QUESTION = "/// questao | Q\n\nO quê?\n\n- [ ] a\n- [x] b\n\n///\n"


def test_the_first_title_is_the_title_when_the_header_has_none() -> None:
    page = render("# O *título* & cia\n\nTexto.\n", title="")
    assert page.title == "O título & cia"
    assert "<h1" not in page.html


def test_the_title_of_the_header_comes_first() -> None:
    assert render("# Outro\n", title="Título").title == "Título"


def test_headings_have_plain_titles_and_ascii_anchors() -> None:
    page = render('## Ação & *reação*\n\n### "Três" <3\n')
    assert page.headings == (Heading(2, "Ação & reação", "acao-reacao"), Heading(3, '"Três" <3', "tres-3"))


def test_stages_of_a_case_are_no_headings_but_can_be_linked_to() -> None:
    page = render("## Um\n\n/// caso\n\n#### A {#a}\n\nFim do caso.\n\n///\n")
    assert [heading.anchor for heading in page.headings] == ["um"]
    assert {"a", "um"} <= set(page.anchors)


def test_links_to_anchors_of_other_pages_are_left_to_be_checked() -> None:
    page = render("Texto.\n\n[x](../fichas/plano.md#a%C3%A7%C3%A3o)\n")
    assert page.links == (OutgoingLink("curso/fichas/plano.html", "ação", 3, "../fichas/plano.md#a%C3%A7%C3%A3o"),)
    assert 'href="../fichas/plano.html#a%C3%A7%C3%A3o"' in page.html


def test_files_that_the_page_needs_are_named_once_in_order() -> None:
    page = render("[a](<guia do SUS.pdf>) ![b](foto.png) ![c](foto.png)")
    assert page.assets == ("curso/modulo/foto.png", "curso/modulo/guia do SUS.pdf")


def test_names_with_decomposed_accents_are_found() -> None:
    assert 'href="acao.html"' in render("[x](03-ac\u0327a\u0303o.md)").html


def test_sections_are_the_text_without_fields_and_answers() -> None:
    [section] = render(f"Duas *pala*vras &amp; H~2~O.\n\n{QUESTION}").sections
    assert section.text.startswith("Duas palavras & H")
    assert len(section.text.split()) < 20


def test_sections_begin_at_headings_that_links_can_lead_to() -> None:
    page = render("# Título\n\nAntes.\n\n## Um `código` {#meu}\n\nAbaixo.\n\n### Outro\n\n- a\n- b\n")
    assert page.sections == (("", "", "Antes."), ("meu", "Um código", "Abaixo."), ("outro", "Outro", "a b"))


def test_the_summary_is_the_first_paragraph_of_the_page_itself() -> None:
    page = render("/// objetivos\n\nNão isto.\n\n///\n\nÉ *isto* & mais.\n\nNem isto.\n")
    assert page.summary == "É isto & mais."
    assert len(render("palavra " * 100).summary) <= 200


def test_blocks_keep_their_written_ids_and_get_others_from_their_titles() -> None:
    text = f"/// reflexao | A Ação\n    id: r-1\n\na\n\n///\n\n{QUESTION}\n{QUESTION}\n/// reflexao\n\nb\n\n///\n"
    blocks = render(text).blocks
    assert [(block.id, block.has_written_id) for block in blocks] == [
        ("r-1", True),
        ("questao-q", False),
        ("questao-q-2", False),
        ("reflexao-2", False),
    ]
    assert [block.line for block in blocks] == [1, 8, 17, 26]


def test_derived_ids_leave_written_ones_alone() -> None:
    text = "/// reflexao | Um\n\na\n\n///\n\n/// reflexao | Dois\n    id: reflexao-um\n\nb\n\n///\n"
    assert [block.id for block in render(text).blocks] == ["reflexao-um-2", "reflexao-um"]


def test_a_page_is_plain_values() -> None:
    page = render(f"# T\n\n{QUESTION}\n![b](foto.png)\n[x](../index.md#y)\n")
    assert json.loads(json.dumps(asdict(page)))["title"] == "Unidade"


def test_a_page_does_not_depend_on_what_was_rendered_before() -> None:
    texts = [
        f"A SUS. SUS\n\n*[SUS]: Sistema\n\n{QUESTION}\n[^1]\n\n[^1]: Nota\n",
        "SUS $x$ [^1]\n\n/// note\n\naberto\n",
        f"## Um\n\n{QUESTION}\n[r]\n\n[r]: ../index.md\n",
        "[r] SUS\n\n```python\nx\n```\n\n/// tab | A\n\nx\n\n///\n",
    ]
    alone = [Renderer(RenderOptions()).render(source(text), SITE) for text in texts]
    together = Renderer(RenderOptions())
    assert [together.render(source(text), SITE) for text in reversed(texts)] == list(reversed(alone))
    assert [together.render(source(text), SITE) for text in texts] == alone


def test_the_glossary_is_known_on_every_page() -> None:
    renderer = Renderer(RenderOptions(abbreviations={"APS": "Atenção Primária"}))
    for _ in range(2):
        page = renderer.render(source("A APS é isto: APS."), SITE)
        assert page.html.count("<abbr") == 1
        assert "<dt>APS</dt><dd>Atenção Primária</dd>" in page.html


@pytest.mark.parametrize("language", ["pt-BR", "es", "en"])
def test_labels_are_in_the_language_of_the_site(language: str) -> None:
    labels = {"pt-BR": "Questão 1", "es": "Pregunta 1", "en": "Question 1"}
    assert labels[language] in Renderer(RenderOptions(language=language)).render(source(QUESTION), SITE).html


def test_the_order_of_steps_is_never_the_right_one() -> None:
    for number in range(20):
        html = render(f"/// ordenar\n    id: o{number}\n\n1. um\n2. dois\n3. três\n\n///\n").html
        shown = [html.index(f"<span>{word}</span>") for word in ("um", "dois", "três")]
        assert shown != sorted(shown)


def test_sets_of_tabs_never_share_their_names() -> None:
    page = render(
        '=== "A"\n\n    a\n\n=== "B"\n\n    b\n\nTexto\n\n/// tab | C\n\nc\n\n///\n\n/// tab | D\n\nd\n\n///\n'
    )
    assert re.findall(r'<input[^>]*id="([^"]*)"', page.html) == [
        "__tabbed_1_1",
        "__tabbed_1_2",
        "__tabbed_2_1",
        "__tabbed_2_2",
    ]
    assert page.problems == ()


def test_boxes_of_task_lists_have_names() -> None:
    page = render("- [x] feito\n- [ ] fazer\n")
    assert re.findall(r'aria-label="([^"]*)"', page.html) == ["Feito", "Por fazer"]


@pytest.mark.parametrize(("above", "level"), [("", 2), ("## Antes\n\n", 3), ("## Antes\n\n### Dentro\n\n", 4)])
def test_stages_of_a_case_stand_one_level_below_the_heading_before_it(above: str, level: int) -> None:
    stages = "#### Um {#um}\n\n- [Dois](#dois)\n\n#### Dois {#dois}\n\n**Fim do caso.**\n\n"
    page = render(f"{above}/// caso | C\n\n{stages}///\n")
    assert re.findall(r'<h(\d) id="(?:um|dois)-titulo"', page.html) == [str(level)] * 2


def test_the_choices_of_a_matching_question_are_listed_on_paper() -> None:
    page = render("/// associar | C\n\nLigue.\n\n| A | B |\n| - | - |\n| um | 1 |\n| dois | 2 |\n\n///\n")
    paper = re.search(r'<ol class="so-papel">(.*?)</ol>', page.html, re.DOTALL)
    assert paper and re.findall(r"<li>(\d)</li>", paper[1]) == re.findall(r'<option value="\d">(\d)<', page.html)[:2]


def test_marks_of_our_own_in_a_text_begin_no_section() -> None:
    page = render("## Um {#um}\n\nA\x02b\x03c &#2; &#3; d.\n")
    assert [section.anchor for section in page.sections] == ["", "um"]
