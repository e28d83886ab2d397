"""Words are folded, and the initials of a name are those by which people call it."""

import pytest

from orgatlas.graph.words import initials, is_small, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rights, Redress & Resolution", ["rights", "redress", "resolution"]),
        ("L’État-major à Montréal", ["l", "etat", "major", "a", "montreal"]),
        ("SUÈDE", ["suede"]),
        ("Œuvre, Łódź, Straße", ["oeuvre", "lodz", "strasse"]),
        ("snake_case 2005-06", ["snake", "case", "2005", "06"]),
        ("שלום العربية", ["שלום", "العربية"]),
        ('"*" NEAR( \0 😀 \ue000', ["near"]),
        ("", []),
    ],
)
def test_words_are_letters_and_digits_folded(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("name", "language", "acronym"),
    [
        ("International Relations Directorate", "en", "ird"),
        ("Department of Justice", "en", "dj"),
        ("Direction des relations internationales", "fr", "dri"),
        ("Service de l’État à la région", "fr", "ser"),
        ("Research", "en", None),
        ("Unit 12", "en", None),
        ("one two three four five six seven", "en", None),
        ("", "fr", None),
    ],
)
def test_initials_leave_small_words_out(name: str, language: str, acronym: str | None) -> None:
    assert initials(name, language) == acronym


def test_small_words_are_those_of_either_language() -> None:
    assert is_small("the")
    assert is_small("des")
    assert not is_small("directorate")
