"""What an author's `mkdocs.yml` can change of the Markdown, and what it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.pages.markdown import Renderer, RenderOptions
from tests.pages.rendering import SITE, source


def renderer(*extensions: str, **configs: Mapping[str, Any]) -> Renderer:
    """A renderer with extensions and settings; in a setting's name `__` stands for a dot."""
    named = {name.replace("__", "."): config for name, config in configs.items()}
    return Renderer(RenderOptions(extensions=extensions, extension_configs=named))


def html(made: Renderer, text: str) -> str:
    return made.render(source(text), SITE).html


def test_an_extension_that_is_not_installed_is_reported_and_the_rest_works() -> None:
    made = renderer("não.existe", "nl2br")
    [problem] = made.problems
    assert (problem.path, problem.line, problem.kind) == ("mkdocs.yml", 0, "extension-unavailable")
    assert "<br>" in html(made, "a\nb")


def test_a_setting_that_names_nothing_is_reported_and_dropped() -> None:
    made = renderer(toc={"slugify": "python/name:nada.disso", "permalink": True})
    assert [problem.kind for problem in made.problems] == ["extension-unavailable"]
    assert 'class="headerlink"' in html(made, "## A")


def test_settings_that_an_extension_does_not_know_are_reported() -> None:
    made = renderer(toc={"nada": 1})
    assert [problem.kind for problem in made.problems] == ["extension-unavailable"]
    assert 'id="a"' in html(made, "## A")


def test_python_names_are_resolved() -> None:
    made = renderer(toc={"slugify": "!!python/name:markdown.extensions.toc.slugify_unicode"})
    assert made.problems == ()
    assert 'id="ação"' in html(made, "## Ação")


def test_calls_are_made_only_in_the_packages_that_settings_are_meant_for() -> None:
    call = {"python/object/apply": "pymdownx.slugs.slugify", "args": [], "kwds": {"case": "lower"}}
    made = renderer(toc={"slugify": call})
    assert made.problems == ()
    assert 'id="ação-dois"' in html(made, "## Ação Dois")
    attack = {"python/object/apply": "os.system", "args": ["touch feito"], "kwds": {}}
    made = renderer(toc={"slugify": attack})
    assert [problem.kind for problem in made.problems] == ["extension-unavailable"]
    assert not Path("feito").exists()


def test_icons_of_another_theme_are_left_out_and_stay_in_code() -> None:
    made = renderer("pymdownx.emoji")
    shown = html(made, "- :material-check:{ .big } Feito :smile:\n\n`:material-check:`\n")
    assert "<li>Feito 😄</li>" in shown
    assert "<code>:material-check:</code>" in shown


def test_permalinks_are_no_part_of_titles() -> None:
    page = renderer(toc={"permalink": True}).render(source("# T\n\n## A\n", title=""), SITE)
    assert page.title == "T"
    assert [heading.title for heading in page.headings] == ["A"]


def test_what_the_theme_relies_on_stays() -> None:
    made = renderer(
        "pymdownx.tabbed",
        "pymdownx.tasklist",
        pymdownx__tabbed={"alternate_style": False},
        pymdownx__tasklist={"custom_checkbox": True, "clickable_checkbox": True},
        pymdownx__superfences={
            "custom_fences": [
                {"name": "mermaid", "class": "mermaid", "format": "python/name:pymdownx.superfences.fence_div_format"}
            ]
        },
    )
    assert "tabbed-alternate" in html(made, '=== "A"\n\n    b\n')
    assert "disabled" in html(made, "- [ ] a\n")
    assert '<div class="highlight">' in html(made, "```mermaid\ngraph\n```\n")


def test_emoji_are_characters_and_only_when_asked_for() -> None:
    material = {"emoji_index": "python/name:material.extensions.emoji.twemoji"}
    made = renderer("pymdownx.emoji", pymdownx__emoji=material)
    assert "😄" in html(made, ":smile:")
    assert "<img" not in html(made, ":smile:")
    assert ":smile:" in html(renderer(), ":smile:")


def test_bundles_of_extensions_that_are_on_change_nothing() -> None:
    text = "a[^1]\n\n```python\nx\n```\n\n[^1]: b\n"
    assert html(renderer("extra", "codehilite", "pymdownx.extra", "markdown.extensions.toc"), text) == html(
        renderer(), text
    )


def test_own_admonition_types_are_added_to_ours() -> None:
    made = renderer(pymdownx__blocks__admonition={"types": ["note", "legislacao"]})
    assert made.problems == ()
    assert 'class="admonition legislacao"' in html(made, "/// legislacao\n\nx\n\n///\n")
    assert "Nota" in html(made, "/// note\n\nx\n\n///\n")
