"""What makes framing ten thousand pages quick shows nowhere: not in addresses, not in words, not in shared parts."""

from __future__ import annotations

import gettext
import posixpath
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup, escape

from generator.site import templates
from generator.site.addresses import relative_address
from generator.site.templates import escape_what_needs_it, load_template

PATHS = st.lists(st.sampled_from(["a", "b", "é", "c d", "a.b", ".x", "..", ".", "", "~-_"]), min_size=1, max_size=4)


TRANSLATED = {"a": "A", "a & b": "A & B", "markup": "<i>Não é “texto”</i>", "%(n)s a": "%(n)s A"}


class Translations(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return TRANSLATED.get(message, message)


@dataclass(frozen=True)
class Value:
    text: str


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """As the theme's, with an empty template."""
    (tmp_path / "page.html").write_text("", encoding="utf-8")
    return load_template(Translations(), tmp_path).environment


@given(PATHS, PATHS)
def test_addresses_are_those_of_the_standard_library(folders: list[str], parts: list[str]) -> None:
    from_target, to_target = "/".join([*folders, "x.html"]).lstrip("/"), "/".join(parts)
    if to_target:
        expected = posixpath.relpath(to_target, posixpath.dirname(from_target) or ".")
        assert relative_address(from_target, to_target) == quote(expected, safe="/-._~")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('{{ _("a & b") }}', "A & B"),
        ("{{ gettext('a') }}", "A"),
        ('{{ _("markup") }}', "<i>Não é “texto”</i>"),
        ('{{ _("a")|lower }}', "a"),
        ('{% for name in (_("a"), "&") %}{{ name }}{% endfor %}', "A&amp;"),
        ('{{ _("%(n)s a", n="<") }}', "&lt; A"),
        ('{{ x._("a") }}', "a"),
        ("{% trans %}a{% endtrans %}", "A"),
    ],
)
def test_texts_are_translated_as_by_the_i18n_extension(environment: Environment, written: str, shown: str) -> None:
    class Other:
        def _(self, text: str) -> str:
            return text

    assert environment.from_string(written).render(x=Other()) == shown


def test_a_value_that_many_pages_share_is_shown_the_same_each_time(environment: Environment) -> None:
    template = environment.from_string(
        "{% macro item(value) %}<li>{{ value.text }}</li>{% endmacro %}"
        "{% macro other(value) %}<b>{{ value.text }}</b>{% endmacro %}"
        "{{ values|each_once(item) }}{{ values[0]|once(other) }}"
    )
    values = [Value("a"), Value("<"), Value("a")]
    expected = "<li>a</li><li>&lt;</li><li>a</li><b>a</b>"
    assert [template.render(values=values) for _ in range(3)] == [expected] * 3
    assert template.render(values=[Value("b")]) == "<li>b</li><b>b</b>"


@pytest.mark.parametrize("most", [1, 2, 7, 40])
def test_texts_are_right_even_while_the_kept_ones_are_dropped(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(templates, "MOST_TEXTS", most)
    template = environment.from_string(
        "{% macro inner(value) %}{{ value.text }}{% endmacro %}"
        "{% macro outer(values) %}({{ values|each_once(inner) }}){% endmacro %}"
        "{{ values|each_once(outer) }}"
    )
    for number in range(500):
        values = [[Value(f"{number}")] * (number % 9), [Value(f"{number}a"), Value(f"{number}b")]]
        assert template.render(values=values) == f"({str(number) * (number % 9)})({number}a{number}b)"
        del values  # so that the next ones get their identities


@given(st.one_of(st.text(alphabet="ab<>&\"' é"), st.text().map(Markup), st.integers(), st.none(), st.booleans()))
def test_values_are_escaped_as_jinja_escapes_them(value: object) -> None:
    assert escape_what_needs_it(value) == escape(value)


def test_the_template_of_pages_escapes_in_that_way(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ page }}", encoding="utf-8")
    template = load_template(Translations(), tmp_path)
    assert template.root_render_func.__globals__["escape"] is escape_what_needs_it
    assert template.render(page="<a&'>") == "&lt;a&amp;&#39;&gt;"
