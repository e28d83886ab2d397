"""Pictures of answers: they suit what they show, say what they leave out, and hold whatever the texts hold."""

import re
from collections.abc import Mapping
from typing import Any, cast
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from orgatlas.api.atlas import Atlas
from orgatlas.api.pictures import picture, suiting, svg_file
from orgatlas.api.results import Results
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.vocabulary import PREFIXES

XSD = PREFIXES["xsd"]
Term = Mapping[str, Any]


class Served:
    """As much of an atlas as a picture looks at."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, self.fixed = bundle, False


@pytest.fixture(scope="module")
def atlas(bundle: Bundle) -> Atlas:
    """An atlas for links."""
    return cast("Atlas", Served(bundle))


def number(text: str, kind: str = "integer") -> Term:
    return {"type": "literal", "value": text, "datatype": XSD + kind}


def thing(name: str) -> Term:
    return {"type": "uri", "value": f"https://example.org/{name}"}


def text(value: str) -> Term:
    return {"type": "literal", "value": value}


def answer(*rows: Mapping[str, Term], codes: Mapping[str, str] | None = None) -> Results:
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    return Results(columns=columns, rows=rows, total=len(rows), codes=codes or {})


BARS = answer(*({"name": text(f"n{n}"), "count": number(str(n))} for n in range(-2, 5)))
TREE = answer(*({"unit": thing(f"u{n}"), "parent": thing(f"u{n // 2}")} for n in range(1, 9)))
MAP = answer({"place": thing("a")}, {"place": thing("b")}, codes={thing("a")["value"]: "CA", thing("b")["value"]: "BB"})


@pytest.mark.parametrize(
    ("shown", "views"),
    [
        (BARS, ("table", "bars")),
        (TREE, ("table", "tree")),
        (MAP, ("table", "map")),
        (Results(truth=True), ()),
        (Results(graph="", total=0), ()),
        (answer(), ()),
        (answer({"a": text("x"), "b": text("y")}), ("table",)),
    ],
)
def test_the_views_that_suit_an_answer(shown: Results, views: tuple[str, ...]) -> None:
    assert suiting(shown) == views


def test_a_bar_is_as_long_as_its_number(atlas: Atlas) -> None:
    drawn = picture("bars", BARS, atlas, "en")
    assert drawn
    widths = [float(each) for each in re.findall(r'class="amount"[^>]* width="([\d.]+)"', drawn.svg)]
    assert len(widths) == 7
    unit = widths[3]  # of 1
    assert widths == pytest.approx([2 * unit, unit, 0, unit, 2 * unit, 3 * unit, 4 * unit], abs=1)
    assert "−2" in drawn.svg


def test_a_circle_of_parents_ends(atlas: Atlas) -> None:
    rows = [{"unit": thing(a), "parent": thing(b)} for a, b in ("ab", "bc", "ca", "dd", "ea")]
    drawn = picture("tree", answer(*rows), atlas, "en")
    assert drawn
    assert "circle" in " ".join(drawn.words)


def test_a_small_country_is_a_circle_and_a_large_one_its_shape(atlas: Atlas) -> None:
    drawn = picture("map", MAP, atlas, "en")
    assert drawn
    assert drawn.svg.count("<circle") == 1
    assert "2 places" in drawn.words[0]


def test_what_is_left_out_is_said(atlas: Atlas) -> None:
    many = answer(*({"name": text(f"n{n}"), "count": number(str(n))} for n in range(500)))
    drawn = picture("bars", many, atlas, "en")
    assert drawn
    assert "500" in " ".join(drawn.words)
    wide = answer(*({"unit": thing(f"u{n}"), "parent": thing("top")} for n in range(500)))
    drawn = picture("tree", wide, atlas, "en")
    assert drawn
    assert "501" in " ".join(drawn.words)


STRANGE = some.text(max_size=30) | some.sampled_from(
    ["مرحبا", "漢字" * 40, "<b>&\"'", "\x00\x0b\x1b", "x" * 500, "\ud7ff\uffff"]
)
TERMS = (
    some.builds(text, STRANGE)
    | some.builds(thing, some.text("abcde", min_size=1, max_size=2))
    | some.builds(
        number,
        some.sampled_from(["1", "-7", "0", "1e300", "INF", "NaN", "x", "1" * 400, ".5"]),
        some.sampled_from(["integer", "double", "decimal"]),
    )
    | some.just({"type": "bnode", "value": "b0"})
)
ROWS = some.lists(
    some.dictionaries(some.sampled_from(["unit", "parent", "count", "code", "label"]), TERMS), max_size=12
)


@settings(deadline=None, max_examples=150)
@given(ROWS)
def test_every_picture_is_well_formed_and_of_a_finite_size(atlas: Atlas, rows: list[dict[str, Term]]) -> None:
    shown = answer(*rows, codes={thing("a")["value"]: "CA", thing("b")["value"]: "nowhere"})
    for view in suiting(shown):
        for language in ("en", "fr"):
            for svg in (
                (drawn.svg if (drawn := picture(view, shown, atlas, language)) else None),
                svg_file(view, shown, atlas, language),
            ):
                if svg is not None:
                    ElementTree.fromstring(str(svg))
                    assert not re.search(r'="[^"]*\b(?:nan|inf)\b', str(svg))
                    assert "style=" not in svg
