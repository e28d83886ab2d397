"""An answer as a map: the countries and places that it speaks of, on the land.

https://www.iso.org/iso-3166-country-codes.html and https://doi.org/10.1080/13658816.2018.1504949 (Equal Earth)

All places look the same: what is said of them stands where the pointer rests on one, and in the table.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from orgatlas.api.amounts import amount, is_numeric, written
from orgatlas.api.answered import Answered, bare
from orgatlas.api.answers import Binding
from orgatlas.api.bars import bar_columns
from orgatlas.api.drawing import BLUE, Drawing, linked
from orgatlas.api.languages import N_, Wording, isolated, number, translations
from orgatlas.api.orgchart import PAPER
from orgatlas.api.pages import WEB, static_url
from orgatlas.api.results import Results
from orgatlas.api.tables import Cell
from orgatlas.api.world import Shape, world
from orgatlas.api.world_map import RADIUS, Drawn, Mark, marks

CODES = frozenset(
    (
        "alpha2",
        "alpha3",
        "cc",
        "code",
        "country",
        "countrycode",
        "countryiso",
        "iso",
        "iso2",
        "iso3",
        "iso31661",
        "isocode",
    )
)
"""Names of columns that may hold codes of countries."""

SHARE = 0.5
"""The share of the values in such a column that must be codes of countries: others are codes of something else."""

TITLE, SAYING = N_("Map: “{name}”"), N_("{name}: {value}")
LAND = N_(
    "Every place of the map is in the table below. The shapes come from Natural Earth and say nothing of who rules where."
)
LAND_ALONE = N_("The shapes come from Natural Earth and say nothing of who rules where.")


def place_column(answer: Results) -> str | None:
    """The column that has the most places, the first of such; None where an answer speaks of none that the map has."""
    found = {column: _shapes(answer, column) for column in answer.columns}
    best = max(found, key=lambda column: found[column], default=None)
    return best if best is not None and found[best] else None


def _shapes(answer: Results, column: str) -> int:
    """How many values of a column are drawn."""
    terms = [row[column] for row in answer.rows if column in row]
    count = sum(_shape(answer, column, term) is not None for term in terms)
    literal = sum(term["type"] == "literal" for term in terms)
    return count if literal == 0 or count >= SHARE * len(terms) else 0


def _shape(answer: Results, column: str, term: Mapping[str, Any]) -> Shape | None:
    """The shape of a place that is named by its IRI, or told by its code."""
    if term["type"] == "uri":
        return world().shape(answer.codes.get(term["value"], ""))
    if (
        term["type"] == "literal"
        and bare(column) in CODES
        and re.fullmatch("[A-Z]{2,3}", term["value"].strip().upper())
    ):
        return world().shape(term["value"])
    return None


def places(answered: Answered) -> Drawing | None:
    """The map of an answer; None where it speaks of no place that the map has."""
    answer, language = answered.answer, answered.language
    if (column := place_column(answer)) is None:
        return None
    numbers = columns[1] if (columns := bar_columns(answer)) else None
    found: dict[str, Drawn] = {}
    missing = set[str]()
    for row in answer.rows:
        if (term := row.get(column)) is None:
            continue
        if (shape := _shape(answer, column, term)) is None:
            missing.add(str(term["value"]))
            continue
        shown = _named(answered, row, column)
        told = found.setdefault(
            term["value"], Drawn(Wording(shown.text, shown.language), (), shape, True, answered.url(shown), ())
        )
        if numbers and (value := amount(row.get(numbers))) is not None:
            found[term["value"]] = replace(told, kinds=(*told.kinds, Wording(written(value, language))))
    said = translations(language)
    words = [said.ngettext("{count} place.", "{count} places.", len(found)).format(count=number(len(found), language))]
    if missing:
        words.append(
            said.ngettext(
                "{count} place is not on the map; the table has it.",
                "{count} places are not on the map; the table has them.",
                len(missing),
            ).format(count=number(len(missing), language))
        )
    words.append(said.gettext(LAND_ALONE if answered.afar else LAND))
    title = said.gettext(TITLE).format(name=answered.heading(column))
    shapes = "".join(_mark(mark, answered) for mark in marks(found.values()))
    return Drawing(_land(answered.afar) + shapes, world().width, world().height, title, tuple(words))


def _named(answered: Answered, row: Binding, column: str) -> Cell:
    """What a place is called: where only its code is there, the first other text of the row."""
    if row[column]["type"] == "literal":
        for other, term in ((each, row.get(each)) for each in answered.answer.columns if each != column):
            if term and not is_numeric(term) and _shape(answered.answer, other, term) is None:
                return answered.cell(row, other)
    return answered.cell(row, column)


def _saying(place: Drawn, language: str) -> str:
    """What is told of a place where the pointer rests on it."""
    if not place.kinds:
        return isolated(place.name.text)
    value = "; ".join(dict.fromkeys(each.text for each in place.kinds))
    return translations(language).gettext(SAYING).format(name=isolated(place.name.text), value=value)


def _mark(mark: Mark, answered: Answered) -> str:
    look = f'fill="{BLUE}" stroke="{PAPER}" stroke-width="1.5" vector-effect="non-scaling-stroke"'
    shape = f'<path d="{mark.shape.outline}" {look}/>'
    if mark.shape.small:
        shape = f'<circle cx="{mark.x}" cy="{mark.y}" r="{RADIUS}" {look}/>'
    told = "; ".join(_saying(place, answered.language) for place in mark.places)
    return linked(shape, told, mark.url, answered.afar, "place")


def _land(afar: bool) -> str:
    """The land below the places: a picture of its own that a page names, and that a file has within."""
    if afar:
        return _land_within()
    return f'<image href="{static_url("land.svg")}" width="{world().width}" height="{world().height}"/>\n'


@cache
def _land_within() -> str:
    return (WEB / "static" / "land.svg").read_text(encoding="utf-8")
