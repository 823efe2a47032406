"""Texts and queries become the same words, whatever the accents, the forms, the script or the malice."""

from __future__ import annotations

import random
import sys
import unicodedata

import pytest

from generator.search.words import LONGEST_WORD, Stemmer, Vocabulary, fold_text, split_words, stemming_rules

LANGUAGES = ("pt", "es", "en")


def terms(text: str, language: str = "pt") -> list[str]:
    vocabulary = Vocabulary(stemming_rules(language))
    return [term for piece in text.split() for term in vocabulary.terms(piece)]


def test_case_accents_and_letters_of_their_own_are_folded() -> None:
    assert fold_text("Saúde da FAMÍLIA, Ação, Straße, Łódź, İstanbul, cœur, ΣΊΣΥΦΟΣ") == (
        "saude da familia, acao, strasse, lodz, istanbul, coeur, σισυφοσ"
    )


def test_words_are_runs_of_letters_and_digits() -> None:
    assert split_words("pre-natal (12 semanas), 1o dia_util: 3,5mg") == [
        *("pre", "natal", "12", "semanas", "1o", "dia", "util", "3", "5mg")
    ]


def test_other_scripts_keep_their_words() -> None:
    assert split_words(fold_text("Привет, мир! שלום עולם 東京 हिन्दी")) == [
        *("привет", "мир", "שלום", "עולם", "東京", "हिन्दी")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 1000, ["a" * LONGEST_WORD]),
        ("🤰🏽 gestante 👩‍⚕️", ["gestante"]),
        ("co\u00adisa", ["coisa"]),
        ("a\u0301\u0302\u0303\u0304" * 3, ["aaa"]),
        ("um\x00dois\x01tres", ["um", "dois", "tres"]),
        ("\u202edrop\u202c", ["drop"]),
        ("𝐀𝐁 𠮷𠮷 fim", ["ab", "fim"]),
        ("\ud800abc", ["abc"]),
        ("½ ² ª ﬁm", ["1", "2", "2", "a", "fim"]),
    ],
    ids=["huge", "emoji", "soft-hyphen", "marks", "controls", "directions", "astral", "half", "compatibility"],
)
def test_hostile_text_becomes_words_or_nothing(text: str, words: list[str]) -> None:
    assert split_words(fold_text(text)) == words


def test_any_character_can_be_folded() -> None:
    everything = [chr(code) for code in range(sys.maxunicode + 1)]
    for start in range(0, len(everything), 4096):
        for word in split_words(fold_text(" ".join(everything[start : start + 4096]))):
            assert word
            assert " " not in word
            assert len(word) <= LONGEST_WORD


@pytest.mark.parametrize(
    "forms",
    [
        "vacina vacinas vacinação vacinacao vacinar vacinado vacinadas vacinando vacinou vacinarão",
        "hipertensão hipertensao hipertenso hipertensos hipertensa",
        "diabético diabéticos diabeticos diabética diabetes",
        "mulher mulheres",
        "lugar lugares",
        "enfermeiro enfermeira enfermeiras",
        "secretário secretária",
        "hospital hospitais hospitalar hospitalares",
        "fácil fáceis facilmente",
        "infantil infantis",
        "homem homens",
        "luz luzes",
        "inglês ingleses inglesa",
        "acolher acolhe acolhem acolhendo acolhido acolhia acolheu",
        "considerar considera consideram considerado considerando",
        "preparar prepara preparam preparado",
        "órgão órgãos",
        "ação ações acao",
        "grávida grávidas gravidez",
        "próximo próxima próximos",
    ],
)
def test_forms_of_a_portuguese_word_meet(forms: str) -> None:
    assert len(set(terms(forms))) == 1, terms(forms)


@pytest.mark.parametrize("words", ["grave grávida", "mãe mão", "parto porto", "saúde saudade", "dose dois"])
def test_different_words_stay_apart(words: str) -> None:
    found = [terms(word)[0] for word in words.split()]
    assert len(set(found)) == len(found), found


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("es", "vacuna vacunas vacunación vacunaciones vacunar vacunado vacunando"),
        ("es", "enfermedad enfermedades"),
        ("es", "examen exámenes"),
        ("es", "luz luces"),
        ("en", "vaccine vaccines vaccinated vaccination vaccinating"),
        ("en", "study studies studied"),
        ("en", "stop stops stopped stopping"),
        ("en", "nurse nurses nursing"),
    ],
)
def test_forms_of_spanish_and_english_words_meet(language: str, forms: str) -> None:
    assert len(set(terms(forms, language))) == 1, terms(forms, language)


def test_a_language_without_rules_keeps_folded_words() -> None:
    assert terms("Häuser Haus", "de") == ["hauser", "haus"]


def test_words_with_digits_are_not_stemmed() -> None:
    assert terms("h1n1 covid19s") == ["h1n1", "covid19s"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stem_is_never_empty_nor_longer_than_needed(language: str) -> None:
    stemmer = Stemmer(stemming_rules(language))
    letters = random.Random(1)
    for _ in range(20_000):
        word = "".join(letters.choices("aeioscrmndtlz", k=letters.randint(1, 12)))
        stem = stemmer.stem(word)
        assert 0 < len(stem) <= len(word) + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_can_apply(language: str) -> None:
    """A rule behind one whose suffix ends its own, and which asks for no more letters, would never be reached."""
    for step in stemming_rules(language):
        seen: list[tuple[str, int]] = []
        for rule in step:
            suffix, _, least = rule.split(" ")
            hidden = [one for one, most in seen if suffix.endswith(one) and len(suffix) - len(one) + int(least) >= most]
            assert not hidden, f"{rule} stands behind {hidden}"
            seen.append((suffix, int(least)))


def test_folding_is_the_same_twice() -> None:
    for text in ("ÀÉÎÕÜ Ç ñ ﬀ ẞ Ǆ ΐ", unicodedata.normalize("NFD", "ação")):
        assert fold_text(fold_text(text)) == fold_text(text)
