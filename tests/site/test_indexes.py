"""The pages that nobody writes: what they list, in which order, and when they give way."""

from __future__ import annotations

from generator.content.model import Document, Library, Metadata, PriorityProblem
from generator.site.indexes import MOST_CARDS, MOST_ENTRIES, Index, Term, make_indexes
from tests.conftest import Project
from tests.site.changing import HEAD


def page(title: str, **metadata: object) -> Document:
    name = title.lower().replace(" ", "-")
    return Document(f"{name}.md", f"{name}.html", "page", Metadata(title=title, **metadata))  # type: ignore[arg-type]


def indexes(*pages: Document, terms: tuple[Term, ...] = (), **library: object) -> dict[str, Index]:
    made = make_indexes(Library(loose=pages, **library), terms, str)  # type: ignore[arg-type]
    return {index.target: index for index in made}


def test_problems_come_in_the_order_of_the_vocabulary_and_only_those_with_content() -> None:
    vocabulary = tuple(PriorityProblem(one, one.upper()) for one in ("c", "a", "b"))
    found = indexes(page("Um", problems=("a", "c")), page("Dois", problems=("a",)), problems=vocabulary)
    groups = found["problemas.html"].groups
    assert [(group.title, [one.title for one in group.documents]) for group in groups] == [
        ("C", ["Um"]),
        ("A", ["Um", "Dois"]),
    ]


def test_a_large_library_gets_a_page_for_each_problem() -> None:
    vocabulary = (PriorityProblem("a", "Pressão alta", description="O que é."), PriorityProblem("b", "Diabetes"))
    tagged = [page(f"Página {number}", problems=("a", "b")) for number in range(MOST_CARDS // 2)]
    assert "problemas-a.html" not in indexes(*tagged, problems=vocabulary)
    found = indexes(*tagged, page("Mais uma", problems=("b",)), problems=vocabulary)
    first, own = found["problemas.html"], found["problemas-b.html"]
    assert not first.groups
    assert f'<a href="problemas-a.html">Pressão alta</a> <small>{MOST_CARDS // 2}</small>' in first.html
    assert [one.title for group in own.groups for one in group.documents][-1] == "Mais uma"
    assert (own.title, own.menu_title, found["problemas-a.html"].summary) == ("Diabetes", "", "O que é.")


def test_an_index_without_entries_does_not_exist() -> None:
    assert set(indexes(page("Um"))) == {"indice.html"}


def test_the_alphabet_ignores_accents_and_case_and_ends_with_what_is_no_letter() -> None:
    body = indexes(page("água"), page("Zelo"), page("Ácido"), page("2 passos"))["indice.html"].html
    order = [body.index(title) for title in ("Ácido", "água", "Zelo", "2 passos")]
    assert order == sorted(order)
    assert '<h2 id="0-9">#</h2>' in body


def test_glossary_terms_stand_among_the_pages() -> None:
    glossary = Document("glossario.md", "glossario.html", "glossary", Metadata(title="Glossário"))
    body = indexes(page("Zelo"), terms=(Term("Vínculo", "termo-vinculo"),), glossary=glossary)["indice.html"].html
    assert '<a href="glossario.html#termo-vinculo">Vínculo</a> <small>Glossário</small>' in body


def test_a_large_library_gets_a_page_for_each_letter() -> None:
    pages = [page(f"{letter} {number}") for letter in "AB" for number in range(MOST_ENTRIES // 2 + 1)]
    found = indexes(*pages)
    assert {"indice.html", "indice-a.html", "indice-b.html"} <= set(found)
    assert found["indice.html"].is_search and not found["indice-a.html"].is_search
    assert 'href="indice-b.html"' in found["indice.html"].html
    assert "A 0" not in found["indice.html"].html and "A 0" in found["indice-a.html"].html


def test_a_page_that_an_author_wrote_is_never_replaced() -> None:
    assert "indice.html" not in indexes(page("Indice"))


def test_markup_in_titles_is_text() -> None:
    assert "<b>" not in indexes(page("Um <b>título"))["indice.html"].html


def test_the_tags_of_pages_lead_to_where_a_large_library_lists_them(project: Project) -> None:
    """From the front page, from a lesson, and back: with one page for all problems, then with one for each."""
    project.write("content/problemas.yml", "- id: hipertensao\n  nome: Hipertensão\n- id: diabetes\n  nome: Diabetes\n")
    project.write("content/curso/index.md", HEAD.format("Curso", "Curso."))
    lesson = HEAD.format("Página", "Resumo.\nproblemas: [hipertensao, diabetes]")
    for count, page in ((1, "problemas.html#diabetes"), (MOST_CARDS // 2 + 1, "problemas-diabetes.html")):
        for number in range(count):
            project.write(f"content/curso/pagina-{number}.md", lesson)
        outcome = project.run("build")
        assert outcome.code == 0, outcome.out + outcome.err
        assert f'href="{page}"' in project.page("index.html")
        assert f'href="../{page}"' in project.page("curso/pagina-0.html")
        file, _, anchor = page.partition("#")
        assert 'href="curso/pagina-0.html"' in project.page(file)
        assert f'id="{anchor}"' in project.page(file) if anchor else 'href="problemas.html"' in project.page(file)
