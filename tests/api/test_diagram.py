"""The picture of an ontology: no box on another, every class and property a link, readable as text, bounded."""

from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from orgatlas.api.diagram import CHARACTERS, CLASS_LIMIT, TITLE_CHARACTERS, WIDTH, class_diagram, layout, note
from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import BUILT_IN, open_bundle
from orgatlas.graph.glossary import glossary

SVG = "{http://www.w3.org/2000/svg}"
PREFIXES = """
@prefix : <https://example.org/o#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
DEEP = "".join(f":C{each} a owl:Class ; rdfs:subClassOf :C{each + 1} . " for each in range(30))
WIDE = "".join(f":C{each} a owl:Class ; rdfs:subClassOf :C{each // 3} . " for each in range(300))
ROUND = (
    ":A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:subClassOf :A . :C a owl:Class ; rdfs:subClassOf :C ."
)
LONG = f':A a owl:Class ; rdfs:label "{"unspeakably" * 20}" . '
LONG += f':p a owl:ObjectProperty ; rdfs:domain :A ; rdfs:label "{"very " * 60}" .'
BUSY = ":A a owl:Class . " + "".join(
    f":p{each} a owl:ObjectProperty ; rdfs:domain :A ; rdfs:range :A . " for each in range(50)
)
SEVERAL = ":A a owl:Class ; rdfs:subClassOf :B , :C . :B a owl:Class . :C a owl:Class . "
SEVERAL += ":D a owl:Class ; rdfs:subClassOf :A , :B ."
HOSTILE = ':A a owl:Class ; rdfs:label "</title><script>&\\""@en . :p a owl:ObjectProperty ; rdfs:domain :A ; rdfs:label "<b>" .'


def of(*paths: Path) -> dict[str, Any]:
    edition = build(open_bundle(paths))
    return glossary(edition_store(edition), edition.bundle)


def link(iri: str) -> str:
    return f"#{iri}"


@pytest.fixture(
    params=["built-in", "ministry", DEEP, WIDE, ROUND, LONG, BUSY, SEVERAL, HOSTILE],
    ids=["built-in", "ministry", "deep", "wide", "round", "long", "busy", "several", "hostile"],
)
def told(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    if request.param == "built-in":
        return of(BUILT_IN)
    if request.param == "ministry":
        return of(BUILT_IN / "tests" / "bundles" / "ministry")
    file = tmp_path / "o.ttl"
    file.write_text(PREFIXES + request.param, encoding="utf-8")
    return of(file)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_two_boxes_overlap_and_all_is_inside(told: dict[str, Any], language: str) -> None:
    boxes, _ = layout(told, language)
    assert boxes
    for one, other in combinations(boxes, 2):
        apart = abs(one.x - other.x) > WIDTH or one.y + one.height < other.y or other.y + other.height < one.y
        assert apart, (one.iri, other.iri)
    drawn = ElementTree.fromstring(class_diagram(told, language, link))
    left, top, width, height = (int(each) for each in drawn.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    assert (drawn.attrib["width"], drawn.attrib["height"]) == (str(width), str(height))
    assert all(box.x + WIDTH < width and box.y + box.height < height for box in boxes)
    for text in drawn.iter(f"{SVG}tspan"):
        inside = [box for box in boxes if box.x < int(text.attrib["x"]) < box.x + WIDTH]
        assert any(box.y < int(text.attrib["y"]) < box.y + box.height for box in inside)


def test_lines_fit_into_their_boxes(told: dict[str, Any]) -> None:
    for box in layout(told, "fr")[0]:
        assert all(len(line) <= TITLE_CHARACTERS for line in box.title)
        assert all(len(row.text) <= CHARACTERS for row in box.rows)


def test_lines_between_classes_cross_no_box(told: dict[str, Any]) -> None:
    boxes, _ = layout(told, "en")
    places = {box.iri: box for box in boxes}
    for box in boxes:
        if box.parent:
            above = places[box.parent]
            assert above.x + WIDTH < box.x <= above.x + 2 * WIDTH
            assert above.y <= box.y


def test_every_box_is_a_link_that_can_be_read_out(told: dict[str, Any]) -> None:
    drawn = ElementTree.fromstring(class_diagram(told, "en", link))
    assert (drawn.attrib["role"], bool(drawn.attrib["aria-label"])) == ("group", True)
    assert drawn.findtext(f"{SVG}title")
    assert drawn.findtext(f"{SVG}desc")
    boxes, _ = layout(told, "en")
    hrefs = [each.attrib["href"] for each in drawn.iter(f"{SVG}a") if each.find(f"{SVG}rect") is not None]
    assert sorted(hrefs) == sorted(link(box.iri) for box in boxes)
    for each in drawn.iter(f"{SVG}a"):
        assert "".join(each.itertext()).strip()
        assert not [inner for inner in each.iter(f"{SVG}a") if inner is not each]


def test_nothing_in_it_is_forbidden_by_our_pages(told: dict[str, Any]) -> None:
    drawn = ElementTree.fromstring(class_diagram(told, "en", link))
    for each in drawn.iter():
        assert each.tag.removeprefix(SVG) in {"svg", "title", "desc", "g", "a", "rect", "text", "tspan", "path"}
        assert not [name for name in each.attrib if name.startswith("on") or name in ("style", "id")]


def test_the_built_in_picture_shows_classes_under_their_superclasses() -> None:
    boxes, total = layout(of(BUILT_IN), "en")
    parents = {box.iri.rpartition("#")[2]: (box.parent or "").rpartition("#")[2] for box in boxes}
    assert parents["Engagement"] == "Activity"
    assert parents["DelegationVisit"] == "Engagement"
    assert parents["Country"] == "Jurisdiction"
    assert total == len(boxes)
    [organisation] = [box for box in boxes if box.iri.endswith("#Organization")]
    assert "conducts → engagement" in {row.text for row in organisation.rows}


def test_a_large_ontology_is_cut_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "o.ttl"
    file.write_text(PREFIXES + WIDE, encoding="utf-8")
    told = of(file)
    assert len(layout(told, "en")[0]) == CLASS_LIMIT
    assert note(told, "en") == f"The picture shows the {CLASS_LIMIT} classes with the most links, of 300."
    assert note(told, "en") in class_diagram(told, "en", link)
    assert note(of(BUILT_IN), "en") == ""


def test_a_box_says_how_many_properties_it_leaves_out(tmp_path: Path) -> None:
    file = tmp_path / "o.ttl"
    file.write_text(PREFIXES + BUSY, encoding="utf-8")
    [box] = layout(of(file), "en")[0]
    assert box.rows[-1].text == "… and 34 more"


def test_a_class_with_two_superclasses_names_the_second(tmp_path: Path) -> None:
    file = tmp_path / "o.ttl"
    file.write_text(PREFIXES + SEVERAL, encoding="utf-8")
    rows = {box.iri[-1]: [row.text for row in box.rows] for box in layout(of(file), "en")[0]}
    assert rows["A"][0].startswith("also under")
    assert rows["B"] == rows["C"] == []


def test_no_class_is_no_picture(tmp_path: Path) -> None:
    file = tmp_path / "o.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    assert class_diagram(of(file), "en", link) == ""
