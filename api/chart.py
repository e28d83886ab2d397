"""The organisation chart: a picture, a tree of links and a table of the same units, a piece at a time.

https://www.w3.org/TR/vocab-org/

What is looked at is in the address, so that every state of the page can be linked to, and works without the script.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.addresses import things
from orgatlas.api.answers import send
from orgatlas.api.atlas import Atlas
from orgatlas.api.branches import State, branch, branches
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.languages import N_, Wording, number
from orgatlas.api.limits import one_of, query_pairs, whole_number
from orgatlas.api.negotiation import encoding_for
from orgatlas.api.orgchart import Unit, drawn
from orgatlas.api.pages import coded, render
from orgatlas.api.units import Units
from orgatlas.graph.errors import ParameterError
from orgatlas.graph.outline import OPENED, PARTS

VIEWS = ("chart", "tree", "table")

BOXES = 150
"""Units that a picture may hold."""

BESIDE = 50
"""Parts of a unit that the tree beside the picture shows at a time."""

FEW = 20
"""Units whose table stands below their picture: longer ones would be in the way of whoever goes through a page by keyboard."""

ROWS, ROWS_FIXED = 100, 2000
"""Rows of a page of the table; of the only one, where nobody is there to ask for another."""

DEEPEST, LAST = 100, 10**7
"""The most that parameters may say: levels, and places in a list."""

MORE, TITLE = N_("{count} more"), N_("Organisation chart: {name}")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table."""

    name: Wording
    url: str | None
    level: int
    caption: Wording
    wholes: tuple[Wording, ...]
    depth: int
    below: int


async def chart(request: Request, atlas: Atlas, language: str) -> Response:
    """The page, or with ?piece the parts of one unit as a list for the script."""
    state, piece = _asked(request)
    outline = await _outline(atlas, language, state, piece)
    if piece:
        return render(request, language, "branch.html", node=branch(outline, atlas, language, state))
    units = Units(outline, atlas, language)
    drawing = _Drawing(units, state)
    picture = drawing.picture()
    return render(
        request,
        language,
        "org.html",
        state=state,
        units=units,
        outline=outline,
        picture=Markup(picture),
        drawn=drawing.drawn,
        tree=branches(outline, atlas, language, state),
        rows=[_line(iri, units) for iri in outline["rows"]],
        pages=-(-outline["total"] // ROWS),
        svg=_file(state, language, "org.svg"),
    )


async def picture(request: Request, atlas: Atlas, language: str) -> Response:
    """The picture as a file, with links to the units wherever it is."""
    state, _ = _asked(request)
    outline = await _outline(atlas, language, replace(state, view="chart"), piece=False)
    svg = _Drawing(Units(outline, atlas, language), state, afar=True).picture()
    if not svg:
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    headers = {"Content-Disposition": 'inline; filename="organisation.svg"', "Content-Language": language}
    return coded(request, Response(svg, headers=headers, media_type="image/svg+xml"))


async def table(request: Request, atlas: Atlas, _: str) -> Response:
    """The whole organisation as CSV, in both languages at once."""
    headers = validators(atlas, "org.csv")
    if (kept := unchanged(request, headers)) is not None:
        return kept
    headers |= {"Content-Disposition": 'inline; filename="organisation.csv"'}
    return await send(request, atlas.readers.units(encoding_for(request)), ("text/csv", ""), headers)


def _file(state: State, language: str, name: str) -> str:
    return state.address(language, name, view="chart", opened=())


def _asked(request: Request) -> tuple[State, bool]:
    """The state that the address tells, and whether only a piece is wanted. Raises ParameterError."""
    given: dict[str, str] = {}
    opened: list[str] = []
    for name, value in query_pairs(request):
        if name == "open":
            opened.append(value)
        elif name in given:
            raise ParameterError(name, "one value", value)
        else:
            given[name] = value
    depth = given.get("depth", "")
    state = State(
        one_of("view", given.get("view") or "chart", VIEWS),
        None if depth in ("", "all") else whole_number("depth", depth, DEEPEST),
        given.get("focus") or None,
        tuple(dict.fromkeys(opened))[:OPENED],
        whole_number("from", given.get("from") or "0", LAST, 0),
        whole_number("page", given.get("page") or "1", LAST),
    )
    return state, "piece" in given


async def _outline(atlas: Atlas, language: str, state: State, piece: bool) -> Mapping[str, Any]:
    """What the reader has to tell. Raises UnknownResource where the unit is none."""
    base = atlas.bundle.base
    rows = ROWS_FIXED if atlas.fixed else ROWS
    view = {
        "language": language,
        "depth": state.depth,
        "opened": [iri for each in state.opened for iri in _candidates(base, each)],
        "boxes": BOXES if state.view == "chart" and not piece else 0,
        "start": state.start,
        "limit": BESIDE if state.view == "chart" and not piece else PARTS,
        "row": (state.page - 1) * rows if state.view == "table" else 0,
        "count": 0 if piece else rows if state.view == "table" or atlas.fixed else FEW,
    }
    found = await atlas.readers.outline(_candidates(base, state.focus) if state.focus else [], view).read_json()
    if state.view != "table" and not atlas.fixed and found["total"] > FEW:
        found["rows"] = []
    return found  # type: ignore[no-any-return]


def _candidates(base: str, text: str) -> list[str]:
    return [*things(base, text), text]


class _Drawing:
    """Makes the picture of an outline. `afar` links to the units by their IRIs, for a file that may be anywhere."""

    def __init__(self, units: Units, state: State, afar: bool = False) -> None:
        self._units, self._state, self._afar = units, state, afar
        self._pieces: Mapping[str, Any] = units.outline["picture"]
        self.drawn = 0

    def picture(self) -> str:
        """The picture as SVG, empty where there is nothing to draw."""
        tops = self._boxes("")
        if not tops:
            return ""
        name = self._units.name(self._pieces[""]["parts"][0]).text
        return drawn(tops, self._units.gettext(TITLE).format(name=name), self._afar)

    def _boxes(self, iri: str) -> tuple[Unit, ...]:
        piece = self._pieces.get(iri)
        if piece is None:
            return ()
        self.drawn += len(piece["parts"])
        boxes = [self._box(each) for each in piece["parts"]]
        if piece["after"]:
            language = self._units.language
            words = self._units.gettext(MORE).format(count=number(piece["after"], language))
            at = {"focus": self._units.reference(iri)} if iri else {}
            url = self._state.address(language, view="tree", **at)
            boxes.append(Unit(words, None, "", 0, self._placed(iri, url), more=True))
        return tuple(boxes)

    def _box(self, iri: str) -> Unit:
        units = self._units
        name, parts = units.name(iri), self._boxes(iri)
        caption = " · ".join(each for each in (units.caption(iri).text, units.below(iri)) if each)
        if units[iri]["inside"] and not parts and not units.atlas.fixed:
            url = self._state.address(units.language, focus=units.reference(iri), opened=(), depth=None)
        else:
            url = units.url(iri) or iri
        language = name.language if name.language != units.language else None
        current = iri == units.outline["focus"]
        return Unit(name.text, language, caption, units.level(iri), self._placed(iri, url), current, parts)

    def _placed(self, iri: str, url: str) -> str:
        return (iri or self._units.atlas.bundle.base) if self._afar else url


def _line(iri: str, units: Units) -> Line:
    """A row of the table."""
    unit = units[iri]
    wholes = tuple(map(units.name, unit["wholes"]))
    return Line(
        units.name(iri), units.url(iri), units.level(iri), units.caption(iri), wholes, unit["depth"], unit["below"]
    )
