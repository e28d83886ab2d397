"""The page of countries: every place that engagements name as a partner, on a map and, with what is said of it, in a table."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.answers import Shown, shown
from orgatlas.api.atlas import Atlas
from orgatlas.api.known import FACT_LIMIT, TEXT_LIMIT, Entry, Known, meant
from orgatlas.api.languages import Wording
from orgatlas.api.limits import first_value, query_pairs
from orgatlas.api.pages import question_file, render
from orgatlas.api.world import Shape, world
from orgatlas.api.world_map import RADIUS, Drawn, marks, pattern
from orgatlas.graph.terms import abbreviated

PLACE_LIMIT = 300
"""Places that the page shows."""

ENTRY_LIMIT = 10
"""Engagements, and notes, of one place that the page shows."""

UNNAMED_LIMIT = 50
"""Engagements without a named partner that the page shows."""

QUESTION = "countries-by-kind"
"""The question of the library that answers with the table as a file."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of engagement: how a form says it, the number of its pattern, how many of the places shown it has.

    `entry` is None for engagements of which no kind is stated.
    """

    entry: Entry | None
    value: str
    pattern: int
    places: int


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the table.

    `untold` says that it has an engagement of which no kind is stated; `drawn_as` names the place that stands for it on the map,
    where that is another one.
    """

    entry: Entry
    classes: tuple[Entry, ...]
    code: str
    kinds: tuple[Entry, ...]
    engagements: tuple[Entry, ...]
    more: int
    patterns: tuple[int, ...]
    untold: bool
    shape: Shape | None
    drawn_as: Wording | None


@dataclass(frozen=True, slots=True)
class Unnamed:
    """An engagement whose partners are described and not named."""

    entry: Entry
    words: Wording
    kinds: tuple[Entry, ...]


async def countries_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The page; with `kind`, an IRI or a name with a prefix, only of engagements of that kind."""
    asked = first_value(query_pairs(request), "kind")
    known = Known(atlas, language)
    beside = await shown(atlas, atlas.own_query("countries-beside"), FACT_LIMIT)
    known.take(beside)
    wanted = meant(asked, known.having("sort"), atlas)
    answer = Shown()
    if wanted or not asked:
        given = {"wanted": NamedNode(wanted)} if wanted else {}
        answer = await shown(atlas, atlas.own_query("countries", **given), FACT_LIMIT)
    known.take(answer)
    writer = _Writer(known, wanted)
    places = writer.places()
    rows, unnamed = places[:PLACE_LIMIT], writer.unnamed()
    kinds = writer.kinds(rows)
    told = {"kind": abbreviated(wanted, atlas.bundle.prefixes)} if wanted else {}
    return render(
        request,
        language,
        "countries.html",
        places=rows,
        more=len(places) > PLACE_LIMIT,
        cut=answer.cut or beside.cut,
        kinds=[each for each in kinds if each.places],
        choices=[each for each in kinds if each.entry],
        chosen=next((each for each in kinds if wanted and each.entry and each.entry.iri == wanted), None),
        unknown="" if wanted else asked[:TEXT_LIMIT],
        unnamed=unnamed[:UNNAMED_LIMIT],
        more_unnamed=len(unnamed) > UNNAMED_LIMIT,
        world=world(),
        radius=RADIUS,
        marks=marks(_drawn(rows)),
        homes=writer.homes(),
        noted=any(place.entry.notes or place.drawn_as or place.shape is None for place in rows),
        file=question_file(atlas, QUESTION, lang=language, **told),
    )


def _drawn(places: Iterable[Place]) -> Iterator[Drawn]:
    for place in places:
        if place.shape:
            kinds = tuple(kind.name for kind in place.kinds)
            yield Drawn(place.entry.name, kinds, place.shape, place.drawn_as is None, place.entry.url, place.patterns)


class _Writer:
    """Says what is known of places. `wanted` is the one kind of engagement that counts, if any."""

    def __init__(self, known: Known, wanted: str) -> None:
        self._known, self._wanted = known, wanted
        self._kinds = self._known.ordered(known.having("sort"))
        # The patterns that differ most are for kinds that have places, and a kind has the same one in every language.
        numbered = dict.fromkeys([*sorted(known.having("placed")), *sorted(self._kinds)])
        self._patterns = {iri: pattern(position) for position, iri in enumerate(numbered)}

    def places(self) -> list[Place]:
        """The rows of the table, in the order of their names."""
        return [place for iri in self._known.ordered(self._known.having("place")) if (place := self._place(iri))]

    def _place(self, iri: str) -> Place | None:
        engagements = [each for each in self._known.of(iri, "engagement") if self._counts(each)]
        if not engagements:
            return None
        kinds = {kind for each in engagements for kind in self._kinds_of(each)}
        patterns = {self._patterns[kind] for kind in kinds}
        if untold := any(map(self._is_untold, engagements)):
            patterns.add(pattern(len(self._kinds)))
        shape, standing = self._shape(iri)
        codes = [*sorted(self._known.of(iri, "code"), key=len), *self._known.of(iri, "part")]
        return Place(
            self._known.entry(iri, noted=True),
            self._known.entries(self._known.of(iri, "class"))[:ENTRY_LIMIT],
            next(iter(codes), "")[:TEXT_LIMIT],
            self._known.entries(kinds),
            tuple(self._known.entry(each) for each in self._known.ordered(engagements)[:ENTRY_LIMIT]),
            max(len(engagements) - ENTRY_LIMIT, 0),
            tuple(sorted(patterns)),
            untold,
            shape,
            self._known.name(standing) if standing != iri else None,
        )

    def _counts(self, engagement: str) -> bool:
        return not self._wanted or self._wanted in self._kinds_of(engagement)

    def _is_untold(self, engagement: str) -> bool:
        return not self._known.of(engagement, "kind")

    def _kinds_of(self, engagement: str) -> list[str]:
        return [
            kind for kind in self._known.of(engagement, "kind") if kind in self._kinds and self._wanted in ("", kind)
        ]

    def _shape(self, iri: str) -> tuple[Shape | None, str]:
        """The shape of a place, else of the nearest that contains it; and which of them it is."""
        waiting, seen = [iri], {iri}
        for each in waiting:
            for code in sorted(self._known.of(each, "code")):
                if shape := world().shape(code):
                    return shape, each
            outer = [each for each in sorted(self._known.of(each, "inside")) if each not in seen]
            seen.update(outer)
            waiting += outer
        return None, iri

    def kinds(self, places: Sequence[Place]) -> list[Kind]:
        """The kinds of engagement, and one more for what has none."""
        prefixes = self._known.atlas.bundle.prefixes
        held = Counter(kind.iri for place in places for kind in place.kinds)
        found = [
            Kind(self._known.entry(iri, noted=True), abbreviated(iri, prefixes), self._patterns[iri], held[iri])
            for iri in self._kinds
        ]
        untold = sum(place.untold for place in places)
        return [*found, Kind(None, "", pattern(len(self._kinds)), untold)]

    def unnamed(self) -> list[Unnamed]:
        """The engagements that say of their partners more or less who they are, and not which."""
        return [
            Unnamed(
                self._known.entry(iri),
                self._known.text(iri, "unnamed"),
                tuple(self._known.entry(kind) for kind in self._kinds_of(iri)),
            )
            for iri in self._known.ordered(self._known.having("unnamed"))
            if self._counts(iri)
        ]

    def homes(self) -> list[tuple[Wording, Shape]]:
        """Where the organisations are that engage."""
        found = (
            (self._known.name(iri), self._shape(iri)[0]) for iri in self._known.ordered(self._known.having("home"))
        )
        return [(name, shape) for name, shape in found if shape]
