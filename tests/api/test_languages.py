"""The interface says everything in both languages, and says it as each language is written."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import orgatlas.api.app
from orgatlas.api.languages import (
    LANGUAGES,
    Wording,
    isolated,
    number,
    runs_leftwards,
    size,
    translations,
    typeset,
    worded,
)
from orgatlas.api.tables import HEADINGS
from orgatlas.graph.bundle import BUILT_IN
from orgatlas.graph.library import read_library

API = Path(orgatlas.api.app.__file__).resolve().parent
FRENCH = API / "web" / "locale" / "fr" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FRENCH / "orgatlas.po").open("rb") as file:
        return read_po(file, locale="fr")


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """A text, or each of its plural forms."""
    return (text,) if isinstance(text, str) else tuple(text or [""])


def test_every_text_of_the_interface_is_in_french_and_nothing_else_is(catalogue: Catalog) -> None:
    methods = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
    found = extract_from_dir(API, methods, {"web/templates/**.html": {"trimmed": "true"}})
    used = {forms(message)[0] for _, _, message, _, _ in found}
    translated = {forms(message.id)[0]: message for message in catalogue if message.id}
    assert used == translated.keys()
    for message in translated.values():
        assert all(forms(message.string)), f"{message.id!r} is not translated"
        assert not message.fuzzy, f"{message.id!r} is translated by guess"


def test_a_translation_names_the_same_values(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            original = set(re.findall(r"%\(\w+\)\w", forms(message.id)[0]))
            for form in forms(message.string):
                assert set(re.findall(r"%\(\w+\)\w", form)) == original, message.id


def test_the_compiled_catalogue_is_current(catalogue: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    assert compiled.getvalue() == (FRENCH / "orgatlas.mo").read_bytes(), "run pybabel compile: see babel.cfg"


def test_french_is_typeset_with_no_break_spaces(catalogue: Catalog) -> None:
    for message in catalogue:
        for form in forms(message.string):
            assert not re.search(r" [:;?!»]|« |(?<![\u00a0%\w(]):(?!/)", form), form
            assert "'" not in form, form


def test_every_column_of_the_library_has_words() -> None:
    for question in read_library(BUILT_IN / "queries").values():
        head = re.search(r"^SELECT\s+(?:DISTINCT\s+)?(.*?)\s*(?:WHERE|\{)", question.text, re.MULTILINE | re.DOTALL)
        if head is None:
            continue
        inner = re.sub(r"\(.*?\bAS\s+(\?\w+)\s*\)", r"\1", head[1])
        columns = set(re.findall(r"\?(\w+)", inner))
        names = {f"{column}Label" for column in columns}
        unknown = columns - names - HEADINGS.keys()
        assert not unknown, f"{question.name}: give {unknown} words in HEADINGS"


def test_every_language_has_its_texts() -> None:
    assert [translations(language).gettext("Questions") for language in LANGUAGES] == ["Questions", "Questions"]
    assert translations("fr").gettext("Home") == "Accueil"
    assert translations("fr").ngettext("%(shown)s row", "%(shown)s rows", 0) == "%(shown)s ligne"


def test_a_text_that_is_missing_in_a_language_comes_in_another() -> None:
    assert worded({"en": "yes"}, "fr") == Wording("yes", "en")
    assert worded({"de": "ja"}, "fr") == Wording("ja", "de")
    assert worded({}, "fr") == Wording("")


def test_lines_do_not_end_before_a_french_colon() -> None:
    assert typeset(Wording("Ceci : « cela »", "fr")).text == "Ceci\u00a0: «\u00a0cela\u00a0»"
    assert typeset(Wording("This : that", "en")).text == "This : that"


def test_thousands_are_parted_as_the_language_does_it() -> None:
    assert (number(12345, "en"), number(12345, "fr")) == ("12,345", "12\u00a0345")


def test_what_runs_from_right_to_left_is_known() -> None:
    for text in ("خدمة", "שירות", "a\u202eb", "English, then עברית"):
        assert runs_leftwards(text), text
    for text in ("", "plain", "Québec", "部門", "1 000 % €"):
        assert not runs_leftwards(text), text


def test_sizes_are_written_as_the_language_does() -> None:
    assert [size(value, "en") for value in (7, 999, 3100, 145_000, 2_500_000)] == [
        "7\u00a0B",
        "999\u00a0B",
        "3.1\u00a0kB",
        "145\u00a0kB",
        "2.5\u00a0MB",
    ]
    assert size(3100, "fr") == "3,1\u00a0ko"


def test_where_there_is_no_markup_signs_keep_a_text_apart() -> None:
    assert isolated("خدمة") == "\u2068خدمة\u2069"
    assert isolated("service") == "service"
