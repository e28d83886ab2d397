"""A piece of the tree: the way to a unit, what is beside it and below it, and never more than a page holds."""

import csv
from typing import Any

import pyoxigraph as ox
import pytest

from orgatlas.graph.hierarchy import Hierarchy
from orgatlas.graph.outline import PARTS, WHOLE, View, as_table, outline
from orgatlas.graph.store import MemoryStore

BASE = "https://example.org/"
UNIT_OF, LABEL = (
    ox.NamedNode("http://www.w3.org/ns/org#unitOf"),
    ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel"),
)


def unit(number: int) -> str:
    return f"{BASE}{number:05}"


def organisation(parents: dict[int, int]) -> tuple[Hierarchy, MemoryStore]:
    quads = [ox.Quad(ox.NamedNode(unit(part)), UNIT_OF, ox.NamedNode(unit(whole))) for part, whole in parents.items()]
    quads += [
        ox.Quad(ox.NamedNode(unit(part)), LABEL, ox.Literal(f"unit {part:05}", language="en")) for part in parents
    ]
    store = MemoryStore(quads)
    return Hierarchy(store), store


@pytest.fixture(scope="module")
def large() -> tuple[Hierarchy, MemoryStore]:
    """3,000 units, eight in each."""
    return organisation({each: (each - 1) // 8 for each in range(1, 3000)})


@pytest.fixture(scope="module")
def wide() -> tuple[Hierarchy, MemoryStore]:
    """5,000 units in one."""
    return organisation(dict.fromkeys(range(1, 5001), 0))


def mentioned(found: dict[str, Any]) -> set[str]:
    return {each for key in ("tree", "picture") for piece in found[key].values() for each in piece["parts"]}


def test_a_small_organisation_is_shown_as_a_whole() -> None:
    hierarchy, store = organisation({each: (each - 1) // 3 for each in range(1, WHOLE)})
    found = outline(hierarchy, store, View("en", boxes=WHOLE))
    assert found["whole"]
    assert mentioned(found) == {unit(each) for each in range(WHOLE)} == found["units"].keys()


def test_of_a_large_one_the_way_to_a_unit_its_siblings_and_its_parts_are_shown(
    large: tuple[Hierarchy, MemoryStore],
) -> None:
    hierarchy, store = large
    found = outline(hierarchy, store, View("en", focus=unit(300)))
    assert not found["whole"]
    assert found["path"] == [unit(each) for each in (0, 4, 37, 300)]
    assert found["tree"].keys() == {"", *found["path"]}
    assert len(mentioned(found)) == 1 + 4 * 8
    assert found["total"] == 3000


def test_other_units_are_open_if_the_reader_wants_them(large: tuple[Hierarchy, MemoryStore]) -> None:
    hierarchy, store = large
    found = outline(hierarchy, store, View("en", focus=unit(4), opened=(unit(3), "https://nowhere.example/")))
    assert found["tree"].keys() == {"", unit(0), unit(4), unit(3)}


@pytest.mark.parametrize("focus", [None, 0, 4, 300, 2999])
@pytest.mark.parametrize("boxes", [20, 150])
def test_a_picture_holds_no_more_than_there_is_room_for(
    large: tuple[Hierarchy, MemoryStore], focus: int | None, boxes: int
) -> None:
    hierarchy, store = large
    found = outline(hierarchy, store, View("en", focus=None if focus is None else unit(focus), boxes=boxes))
    drawn = [each for piece in found["picture"].values() for each in piece["parts"]]
    assert len(drawn) == len(set(drawn)) <= boxes
    assert set(found["path"]) <= set(drawn)
    for iri, piece in found["picture"].items():
        assert len(piece["parts"]) + piece["after"] == (hierarchy.inside(iri) if iri else 1)
    assert found["picture"].get(unit(focus or 0), {"parts": [1]})["parts"]


def test_a_picture_goes_as_deep_as_is_asked_for() -> None:
    hierarchy, store = organisation({each: (each - 1) // 3 for each in range(1, 30)})
    depths = [
        max(
            hierarchy.depths[each]
            for piece in outline(hierarchy, store, View("en", depth=depth, boxes=150))["picture"].values()
            for each in piece["parts"]
        )
        for depth in (1, 2, 3, None)
    ]
    assert depths == [1, 2, 3, 4]


def test_many_parts_are_shown_some_at_a_time(wide: tuple[Hierarchy, MemoryStore]) -> None:
    hierarchy, store = wide
    whole = outline(hierarchy, store, View("en", focus=unit(0), start=400))["tree"][unit(0)]
    assert (len(whole["parts"]), whole["before"], whole["after"]) == (PARTS, 400, 5000 - 400 - PARTS)
    # Whoever looks at one of them sees those around it.
    beside = outline(hierarchy, store, View("en", focus=unit(4321)))["tree"][unit(0)]
    assert unit(4321) in beside["parts"]
    assert outline(hierarchy, store, View("en", focus=unit(0), start=10**6))["tree"][unit(0)]["parts"] == []
    assert len(outline(hierarchy, store, View("en", boxes=150))["picture"][unit(0)]["parts"]) < 150


def test_a_page_of_the_table_tells_of_its_rows_and_what_they_are_part_of(large: tuple[Hierarchy, MemoryStore]) -> None:
    hierarchy, store = large
    found = outline(hierarchy, store, View("en", row=1000, count=10))
    assert len(found["rows"]) == 10
    assert all(found["units"][each]["parent"] in found["units"] for each in found["rows"])


def test_the_whole_organisation_is_a_table(closed: MemoryStore) -> None:
    rows = list(csv.DictReader("".join(as_table(Hierarchy(closed), closed)).splitlines()))
    assert len(rows) == 8
    directorate = next(row for row in rows if row["unit"].endswith("international-relations-directorate"))
    assert (directorate["name_fr"], directorate["level_en"], directorate["depth"]) == (
        "Direction des relations internationales",
        "directorate",
        "4",
    )
    assert rows[0]["part_of"] == ""
