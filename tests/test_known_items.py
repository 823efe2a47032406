"""The questions of the search benchmark are about the pages that they name, and the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.corpus import Corpus, write_corpus
from bench.known_items import KINDS, Query, make_queries


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Corpus]:
    folder = tmp_path_factory.mktemp("corpus")
    return folder / "markdown", write_corpus(folder, 150)


def questions(made: tuple[Path, Corpus], seed: int = 1) -> list[Query]:
    folder, corpus = made
    return make_queries(folder, corpus.paths, each=4, seed=seed)


def test_every_kind_of_question_is_asked_as_often_and_the_same_seed_asks_the_same(made: tuple[Path, Corpus]) -> None:
    found = questions(made)
    assert [query.kind for query in found] == [kind for kind in KINDS for _ in range(4)]
    assert found == questions(made) != questions(made, seed=2)


def test_titles_and_sentences_are_those_of_the_page(made: tuple[Path, Corpus]) -> None:
    for query in questions(made):
        text = (made[0] / query.target).read_text(encoding="utf-8")
        if query.kind == "title":
            assert f'title: "{query.text}"' in text
        if query.kind == "sentence":
            assert all(word in text for word in query.text.split())


def test_the_other_kinds_ask_for_what_the_page_does_not_say(made: tuple[Path, Corpus]) -> None:
    for query in questions(made):
        text = (made[0] / query.target).read_text(encoding="utf-8")
        if query.kind not in ("title", "sentence"):
            assert f'title: "{query.text}"' not in text
        if query.kind == "no accents":
            assert query.text.isascii() and query.text == query.text.lower()
