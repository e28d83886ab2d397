"""A table for spreadsheets says what the standard's CSV says, but for a mark before it and apostrophes before formulas."""

import csv
import io
from typing import cast

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgatlas.graph.caps import Caps
from orgatlas.graph.formats import SPREADSHEET, TABLE_FORMATS, named
from orgatlas.graph.spreadsheet import MARK, defused
from orgatlas.graph.store import UNLIMITED, MemoryAnswer

XSD = "http://www.w3.org/2001/XMLSchema#"
SPACES = " \t\r\n\u00a0\u200b\ufeff"
STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"

texts = st.lists(st.sampled_from([*STARTS, *SPACES, ";", ",", '"', "'", "a", "é", "1", "\x00"]), max_size=6).map(
    "".join
)


def written(query: str, caps: Caps = UNLIMITED) -> tuple[str, str | None]:
    """What a query answers in the form for spreadsheets, without the mark, and what cut it."""
    output = io.BytesIO()
    cut = MemoryAnswer(cast(ox.QuerySolutions, ox.Store().query(query)), {}).write(output, SPREADSHEET, caps)
    text = output.getvalue().decode()
    assert text.startswith(MARK)
    return text.removeprefix(MARK), cut


def cell(term: str) -> str:
    """How one term stands in its cell."""
    [_, [value]] = csv.reader(io.StringIO(written(f"SELECT ?v {{ VALUES ?v {{ {term} }} }}")[0], newline=""))
    return value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1 613 555 0100", "'+1 613 555 0100"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\ttext", "'\ttext"),
        ("  =1", "'  =1"),
        ("\u00a0\ufeff\u200b=1", "'\u00a0\ufeff\u200b=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ("one\n- two", "one\n'- two"),
        ("Saint-Lucia, a=b", "Saint-Lucia, a=b"),
        ("Élaboration", "Élaboration"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_what_would_be_a_formula_is_shown_as_text(text: str, shown: str) -> None:
    assert defused(text) == shown
    assert cell(str(ox.Literal(text))) == shown


@given(texts)
def test_no_cell_begins_with_a_formula_however_cells_are_parted(text: str) -> None:
    for separator in (None, ";", "\t", "\n", "\r"):
        for part in defused(text).split(separator) if separator else [defused(text)]:
            assert not part.lstrip(SPACES + "\x00").startswith(tuple(STARTS))


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        ("-5", "-5"),
        ("-1.5", "-1.5"),
        ("-1.5e-7", "-0.00000015"),
        (f'"-5"^^<{XSD}int>', "-5"),
        (f'"-INF"^^<{XSD}double>', "'-INF"),
        (f'"-1+cmd"^^<{XSD}integer>', "'-1+cmd"),
        ('"-5"^^<https://example.org/number>', "'-5"),
        (f'"-0044-03-15"^^<{XSD}date>', "'-0044-03-15"),
        ("<https://example.org/a>", "https://example.org/a"),
        ('"-5"@en', "'-5"),
        ("true", "true"),
        (
            '<<( <https://example.org/s> <https://example.org/p> "o"@en )>>',
            "https://example.org/s https://example.org/p o",
        ),
        ("UNDEF", ""),
    ],
)
def test_numbers_stay_numbers_and_nothing_else_does(term: str, shown: str) -> None:
    assert cell(term) == shown


@settings(deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=4))
def test_it_says_what_the_standards_form_says(rows: list[tuple[str, str]]) -> None:
    values = " ".join(f"({ox.Literal(a)} {ox.Literal(b, language='en')})" for a, b in rows)
    query = f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}"
    plain = cast(ox.QuerySolutions, ox.Store().query(query)).serialize(format=ox.QueryResultsFormat.CSV)
    assert plain is not None
    expected = [list(map(defused, row)) for row in csv.reader(io.StringIO(plain.decode(), newline=""))]
    assert list(csv.reader(io.StringIO(written(query)[0], newline=""))) == expected


def test_the_name_of_a_column_is_no_formula_either() -> None:
    assert written("SELECT (1 AS ?\uff1dx) {}")[0] == "'\uff1dx\r\n1\r\n"


@pytest.mark.parametrize(("text", "answer"), [("ASK {}", "true\r\n"), ("ASK { ?s ?p ?o }", "false\r\n")])
def test_yes_or_no_is_a_cell(text: str, answer: str) -> None:
    assert written(text) == (answer, None)


MANY = f"SELECT ?n {{ VALUES ?n {{ {' '.join(map(str, range(10, 20)))} }} }}"
HEAD, ROW = len(MARK.encode()) + len("n\r\n"), len("10\r\n")


@pytest.mark.parametrize(
    ("caps", "rows", "cut"),
    [
        (Caps(10, 10_000), 10, None),
        (Caps(9, 10_000), 9, "rows"),
        (Caps(0, 10_000), 0, "rows"),
        (Caps(100, HEAD + 10 * ROW), 10, None),
        (Caps(100, HEAD + 10 * ROW - 1), 9, "bytes"),
        (Caps(100, 0), 0, "bytes"),
    ],
)
def test_it_is_cut_behind_the_last_row_that_is_allowed(caps: Caps, rows: int, cut: str | None) -> None:
    assert written(MANY, caps) == ("".join(f"{line}\r\n" for line in ["n", *range(10, 10 + rows)]), cut)


def test_csv_by_name_and_suffix_stays_the_standards() -> None:
    assert named("csv", (*TABLE_FORMATS, SPREADSHEET)).name == "csv"
