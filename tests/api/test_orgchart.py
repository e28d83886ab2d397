"""The picture of an organisation: no box on another, every box a link, text that is never markup, bounded names."""

from itertools import combinations
from xml.etree import ElementTree

import pytest

from orgatlas.api.orgchart import CHARACTERS, HEIGHT, LINES, WIDTH, Unit, drawn, laid_out, wrapped

SVG = "{http://www.w3.org/2000/svg}"


def unit(name: str, *parts: Unit, **more: object) -> Unit:
    return Unit(name, None, "", 0, f"/en/{name}", parts=parts, **more)  # type: ignore[arg-type]


FLAT = unit("top", *(unit(f"part {each}") for each in range(9)))
DEEP = unit("0", unit("1", unit("2", unit("3", unit("4")))))
MIXED = unit("top", unit("a", unit("a1"), unit("a2", unit("a21"))), unit("b"), unit("c", unit("c1"), unit("c2")))
SHAPES = [(FLAT,), (DEEP,), (MIXED,), (FLAT, DEEP, MIXED), (unit("alone"),)]


@pytest.mark.parametrize("tops", SHAPES)
def test_no_box_lies_on_another_and_all_are_inside(tops: tuple[Unit, ...]) -> None:
    drawing = laid_out(tops)
    for one, other in combinations(drawing.boxes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT, (one, other)
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - WIDTH
        assert 0 <= box.y <= drawing.height - HEIGHT


@pytest.mark.parametrize("tops", SHAPES)
def test_every_unit_is_a_link_and_every_part_has_a_line(tops: tuple[Unit, ...]) -> None:
    svg = ElementTree.fromstring(drawn(tops, "Title"))
    links = svg.findall(f"{SVG}a")

    def count(units: tuple[Unit, ...]) -> int:
        return sum(1 + count(each.parts) for each in units)

    assert len(links) == count(tops)
    assert all(link.get("href") for link in links)
    assert len(svg.findall(f"{SVG}g/{SVG}path")) == count(tops) - len(tops)


def test_parts_without_parts_stand_in_a_column_so_that_the_picture_stays_narrow() -> None:
    assert laid_out((FLAT,)).width < 2 * WIDTH


def test_it_needs_no_style_sheet_and_says_what_it_is() -> None:
    text = drawn((MIXED,), "The chart", alone=True)
    assert "style" not in text
    svg = ElementTree.fromstring(text)
    assert svg.get("aria-label") == "The chart"
    assert svg.findtext(f"{SVG}title") == "The chart"
    assert "<title>" not in drawn((MIXED,), "The chart")


def test_the_unit_looked_at_is_marked_and_what_is_left_out_is_dashed() -> None:
    svg = drawn((unit("a", unit("b", current=True), unit("3 more", more=True)),), "t")
    assert svg.count('aria-current="true"') == 1
    assert svg.count("stroke-dasharray") == 1


@pytest.mark.parametrize("name", ['<script>alert("1")</script>', "a & b", "</text>", "'\"", "‮reversed", "خدمة"])
def test_names_are_never_markup(name: str) -> None:
    svg = ElementTree.fromstring(drawn((Unit(name, "ar", name, 0, f"/en/{name}"),), name))
    assert "".join("".join(text.itertext()) for text in svg.iter(f"{SVG}text")) == name * 2
    assert {each.tag.removeprefix(SVG) for each in svg.iter()} <= {"svg", "g", "a", "rect", "text", "tspan"}


@pytest.mark.parametrize(
    "name", ["word " * 200, "unspeakably" * 50, "部門" * 100, "Federal, Provincial/Territorial Relations Directorate"]
)
def test_long_names_are_broken_into_lines_and_cut_with_an_ellipsis(name: str) -> None:
    lines = wrapped(name)
    assert len(lines) <= LINES
    assert all(len(line) <= CHARACTERS for line in lines)
    assert (len(name) < 100) or lines[-1].endswith("…")


def test_what_has_no_name_is_a_box_all_the_same() -> None:
    assert wrapped(" ") == ["…"]
    assert drawn((), "t") == ""
