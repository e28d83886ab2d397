"""What a client likes is what it gets, and nonsense does no harm."""

import pytest

from orgatlas.api.negotiation import choose, choose_language

JSON, CSV, HTML = "application/json", "text/csv", "text/html"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;charset=utf-8", CSV),
        ("text/*", CSV),
        ("application/*;q=0.2, text/csv;q=0.1", JSON),
        ("application/json;q=0.2, text/csv", CSV),
        ("application/json;q=0.5, text/csv;q=0.50", JSON),
        ("text/csv, */*", CSV),
        ("text/*, text/csv;q=0.1", HTML),
        ("text/*;q=0, */*", JSON),
        ("application/json;q=0, */*;q=0.1", CSV),
        ("application/json;q=0", None),
        ("image/png", None),
        (BROWSER, HTML),
        ("text/csv ; Q=0.9 , application/json; q=0.8", CSV),
        ("nonsense, text/csv", CSV),
        ("nonsense", JSON),
        (";;;,,,", JSON),
        ("text/csv;q=2, application/json;q=0.1", JSON),
        ("text/csv;q=, application/json;q=0.1", JSON),
        ("*/csv, application/json;q=0.1", JSON),
    ],
)
def test_the_media_type_a_client_likes_best_is_chosen(header: str | None, expected: str | None) -> None:
    assert choose(header, [JSON, CSV, HTML]) == expected


def test_where_nothing_is_on_offer_nothing_is_chosen() -> None:
    assert choose("*/*", []) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("fr", "fr"),
        ("FR-ca, en;q=0.8", "fr"),
        ("en-GB;q=0.7, fr;q=0.8", "fr"),
        ("de, fr;q=0.1", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("en;q=0, *", "fr"),
        ("fr;q=0", "en"),
        ("fra", "en"),
        ("fr;q=x, en;q=0.1", "en"),
        ("<script>", "en"),
    ],
)
def test_the_language_a_reader_likes_best_is_chosen(header: str | None, expected: str) -> None:
    assert choose_language(header, ["en", "fr"]) == expected
