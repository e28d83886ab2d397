"""The shapes of countries: every code has one, none is out of place, and files stay small."""

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from orgatlas.api.languages import Wording
from orgatlas.api.world import Shape, world
from orgatlas.api.world_map import PATTERNS, RADIUS, Drawn, marks, pattern

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "api" / "web"
KB = 1024


def drawn(code: str, own: bool = True, url: str | None = None, patterns: tuple[int, ...] = (1,)) -> Drawn:
    """A place that is drawn as a country."""
    shape = world().shape(code)
    assert shape
    return Drawn(Wording(code), (), shape, own, url, patterns)


def corners(shape: Shape) -> list[list[tuple[int, int]]]:
    """The corners of each part of an outline, which is written in steps."""
    parts: list[list[tuple[int, int]]] = []
    x = y = 0
    for part in re.findall(r"m[^m]*", shape.outline):
        assert part.endswith("z"), shape
        numbers = [int(each) for each in re.findall(r"-?\d+", part)]
        parts.append([])
        for step in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + step[0], y + step[1]
            parts[-1].append((x, y))
        x, y = parts[-1][0]
    return parts


def test_every_country_of_iso_3166_but_antarctica_has_a_shape_or_a_circle() -> None:
    shapes = {shape.code: shape for shape in world().shapes.values()}
    assert len(shapes) == 248
    assert "AQ" not in shapes
    assert all(shape.outline or shape.small for shape in shapes.values())
    assert {"BB", "LC", "GI", "TV", "GF", "RE", "SJ"} <= shapes.keys()


def test_a_shape_is_found_by_either_code_in_any_case() -> None:
    for code in ("SE", "se", "SWE", " swe "):
        found = world().shape(code)
        assert found
        assert found.code == "SE"
    assert world().shape("XX") is None
    assert world().shape("") is None


def test_shapes_and_circles_lie_on_the_map() -> None:
    width, height = world().width, world().height
    for shape in world().shapes.values():
        points = [(shape.x, shape.y), *(point for part in corners(shape) for point in part)]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points), shape.code


@pytest.mark.parametrize("code", ["BB", "LC", "MT", "SG", "VA", "TV"])
def test_the_smallest_countries_are_circles(code: str) -> None:
    shape = world().shape(code)
    assert shape
    assert shape.small


@pytest.mark.parametrize("code", ["SE", "HU", "SK", "CZ", "GB", "FR"])
def test_others_are_not(code: str) -> None:
    shape = world().shape(code)
    assert shape
    assert not shape.small


def test_france_is_without_its_parts_overseas() -> None:
    france, guiana = world().shape("FR"), world().shape("GF")
    assert france
    assert guiana
    points = [point for part in corners(france) for point in part]
    assert max(x for x, _ in points) - min(x for x, _ in points) < 150
    assert max(y for _, y in points) < world().height / 3
    assert guiana.y > world().height / 2.5


def test_the_map_stands_as_the_world_does() -> None:
    places = {code: world().shape(code) for code in ("US", "BR", "GB", "ZA", "JP", "NZ", "NO")}
    found = {code: shape for code, shape in places.items() if shape}
    assert found.keys() == places.keys()
    from_the_left = sorted(found, key=lambda code: found[code].x)
    assert from_the_left == ["US", "BR", "GB", "NO", "ZA", "JP", "NZ"]
    assert found["NO"].y < found["GB"].y < found["JP"].y < found["BR"].y < found["ZA"].y < found["NZ"].y


def test_places_with_the_same_shape_are_one_mark_that_leads_to_its_own() -> None:
    england = drawn("GB", own=False, url="/england", patterns=(2,))
    kingdom = drawn("GB", url="/kingdom", patterns=(1, 3))
    (mark,) = marks([england, kingdom])
    assert (mark.url, mark.patterns, mark.places) == ("/kingdom", (1, 2, 3), (kingdom, england))
    (alone,) = marks([england])
    assert alone.url == "/england"


def test_circles_come_last_and_none_hides_another() -> None:
    codes = ["BB", "SE", "LC", "VC", "GD", "MQ", "DM", "TT", "VA", "SM"]
    found = marks(drawn(code) for code in codes)
    assert found[0].shape.code == "SE"
    circles = sorted((mark.x, mark.y) for mark in found[1:])
    for one in circles:
        for other in circles:
            if one != other:
                assert (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 >= (2 * RADIUS) ** 2
    assert len(set(circles)) == len(codes) - 1


def test_patterns_differ_until_there_are_no_more() -> None:
    numbers = [pattern(position) for position in range(PATTERNS + 3)]
    assert all(one < other for one, other in pairwise(numbers[: PATTERNS + 1]))
    assert set(numbers[PATTERNS:]) == {PATTERNS + 1}


def test_the_land_is_small_and_names_no_other_file() -> None:
    land = (WEB / "static" / "land.svg").read_bytes()
    assert len(gzip.compress(land, 9)) < 46 * KB
    assert b"href" not in land
    assert b"<style" not in land
    assert f'viewBox="0 0 {world().width} {world().height}"'.encode() in land


def test_the_script_names_versions_and_no_registry() -> None:
    folder = ROOT / "web" / "map"
    named = json.loads((folder / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in named.values())
    lock = (folder / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "registry" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
    assert all(packages[f"node_modules/{name}"]["version"] == version for name, version in named.items())
