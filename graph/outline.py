"""What a page shows of the organisation: a piece of the tree around one unit, small however many units there are.

https://www.w3.org/TR/vocab-org/
"""

import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.hierarchy import Hierarchy, Level
from orgatlas.graph.labels import names_of
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import LANGUAGES

WHOLE = 40
"""Units of an organisation whose tree is shown open from top to bottom."""

PARTS = 200
"""Parts of one unit that are shown at a time."""

OPENED = 50
"""Units that a reader may have open beside those on the way to the one looked at."""

WHOLES = 5
"""Direct wholes of one unit that a row tells of."""

STEPS = 30
"""Units on the way to the one looked at that are shown; those above them are counted."""

LEVELS = 100
"""Levels, or classes of units that have none, that are told apart."""

COLUMNS = (
    "unit",
    "name_en",
    "name_fr",
    "level_en",
    "level_fr",
    "depth",
    "part_of",
    "units_directly_inside",
    "units_below",
)
"""The columns of the organisation as a table."""


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at, in which language: a unit, how many levels, which others are open.

    `boxes` is how many units a picture may hold, 0 for none. `limit` parts of a unit are shown at a time, of the one looked at
    those from `start` on; of the table `count` rows from `row` on.
    """

    language: str
    focus: str | None = None
    depth: int | None = None
    opened: tuple[str, ...] = ()
    boxes: int = 0
    start: int = 0
    limit: int = PARTS
    row: int = 0
    count: int = 0


def outline(hierarchy: Hierarchy, store: MemoryStore, view: View) -> dict[str, Any]:
    """The piece of the tree as JSON.

    `tree` and `picture` have, by unit, the parts that are shown and how many stand before and after them; the one without a
    name, "", has the tops, or where a long way to the unit looked at begins: `above` is how many units are above that. `whole`
    says that every unit is open in the tree, `limit` how many parts of one it shows at a time. `rows` are units in the order of
    the tree, and `units` tells of every unit that is mentioned.
    """
    tree = _tree(hierarchy, view)
    picture = _picture(hierarchy, view) if view.boxes else {}
    rows = hierarchy.rows(view.language, view.row, view.count) if view.count else []
    path = _way(hierarchy, view)
    shown = dict.fromkeys(
        (*path, *rows, *(each for open in (tree, picture) for piece in open.values() for each in piece["parts"]))
    )
    shown |= dict.fromkeys(above for each in rows for above in hierarchy.wholes[each][:WHOLES])
    levels = hierarchy.levels[:LEVELS]
    units = {iri: _unit(hierarchy, iri, levels) for iri in shown}
    return {
        "total": len(hierarchy),
        "limit": view.limit,
        "whole": len(hierarchy) <= WHOLE,
        "depth": max(hierarchy.depths.values(), default=0),
        "path": path,
        "above": hierarchy.depths[path[0]] - 1 if path else 0,
        "tree": tree,
        "picture": picture,
        "rows": rows,
        "units": units,
        "levels": [
            {
                "iri": level.iri,
                "names": names_of(store, ox.NamedNode(level.iri)) if level.iri else {},
                "units": hierarchy.counts[level],
            }
            for level in levels
        ],
    }


def as_table(hierarchy: Hierarchy, store: MemoryStore) -> Iterator[str]:
    """The whole organisation as CSV (RFC 4180), in the order of the tree, in pieces."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    known: dict[Level, Mapping[str, str]] = {}
    for iri in hierarchy.rows("en", 0, len(hierarchy)):
        names, level = hierarchy.names(iri), hierarchy.level(iri)
        if level not in known:
            known[level] = names_of(store, ox.NamedNode(level.iri)) if level.iri else {}
        called = [each.get(language, each.get("", "")) for each in (names, known[level]) for language in LANGUAGES]
        above = " ".join(hierarchy.wholes[iri])
        writer.writerow((iri, *called, hierarchy.depths[iri], above, hierarchy.inside(iri), hierarchy.below[iri]))
        if output.tell() > 2**16:
            yield output.getvalue()
            output.seek(output.truncate(0))
    yield output.getvalue()


def _way(hierarchy: Hierarchy, view: View) -> list[str]:
    """The way to the unit looked at, or the end of it where it is long."""
    return hierarchy.path(view.focus)[-STEPS:] if view.focus is not None else []


def _tree(hierarchy: Hierarchy, view: View) -> dict[str, Any]:
    """What is open in the tree of links."""
    if len(hierarchy) <= WHOLE:
        opened = [iri for iri in hierarchy.parent if hierarchy.inside(iri)]
    else:
        around = _way(hierarchy, view) or list(hierarchy.tops[:1])
        opened = [*around, *(iri for iri in view.opened[:OPENED] if iri in hierarchy)]
    found = {"": _piece(hierarchy, None, view)}
    for iri in dict.fromkeys(opened):
        if hierarchy.inside(iri):
            found[iri] = _piece(hierarchy, iri, view)
    return found


def _piece(hierarchy: Hierarchy, iri: str | None, view: View) -> dict[str, Any]:
    """Some parts of a unit: those on the way to what is looked at are among them. The way may begin below the top."""
    way = _way(hierarchy, view)
    if iri is None and way and hierarchy.parent[way[0]] is not None:
        return {"parts": way[:1], "before": 0, "after": 0}
    parts = hierarchy.parts(iri, view.language)
    start = view.start if iri == view.focus else 0
    if view.focus is not None and iri != view.focus and (iri is None or iri in way):
        following = way[0] if iri is None else way[way.index(iri) + 1]
        if following in parts:
            start = parts.index(following) // view.limit * view.limit
    some = parts[start : start + view.limit]
    return {"parts": list(some), "before": min(start, len(parts)), "after": max(len(parts) - start - view.limit, 0)}


def _picture(hierarchy: Hierarchy, view: View) -> dict[str, Any]:
    """What is drawn: the way to the unit looked at, what is directly inside it, then level by level what there is room for."""
    way = _way(hierarchy, view)
    whole = len(hierarchy) <= view.boxes and not (way and hierarchy.parent[way[0]])
    deepest = view.depth or max(hierarchy.depths.values(), default=0)
    room = view.boxes - len(way)
    found: dict[str, Any] = {}

    def draw(iri: str | None, step: str | None = None) -> list[str]:
        """Draw the parts of a unit: all, or as many as there is room for, or only the next step of the way."""
        nonlocal room
        if iri is None and way and hierarchy.parent[way[0]] is not None:
            parts = way[:1]  # a long way begins below the top
        else:
            parts = [each for each in hierarchy.parts(iri, view.language) if hierarchy.parent[each] == iri]
        # On the way down, neighbours are drawn where that leaves room for what is further down.
        alone = step is not None and len(parts) > (room + 1 if whole else room // 4)
        some = [step] if alone and step is not None else parts[: max(room, 0)]
        room -= len(some) - (step in some)
        if parts:
            found[iri or ""] = {"parts": some, "before": 0, "after": len(parts) - len(some)}
        return some

    waiting = deque[str]()
    for iri, step in zip((None, *way), (*way, None), strict=True):
        if step is None and whole and iri is not None and hierarchy.depths[iri] >= deepest:
            continue
        waiting += draw(iri, step)
    while waiting:
        iri = waiting.popleft()
        inside = hierarchy.inside(iri)
        # All parts or none, unless there would be nothing but the top.
        if iri not in way and inside and hierarchy.depths[iri] < deepest and (inside <= room or len(found) == 1):
            waiting += draw(iri)
    return found


def _unit(hierarchy: Hierarchy, iri: str, levels: Sequence[Level]) -> dict[str, Any]:
    level = hierarchy.level(iri)
    return {
        "names": hierarchy.names(iri),
        "level": levels.index(level) if level in levels else None,
        "depth": hierarchy.depths[iri],
        "parent": hierarchy.parent[iri],
        "wholes": hierarchy.wholes[iri][:WHOLES],
        "inside": hierarchy.inside(iri),
        "below": hierarchy.below[iri],
    }
