"""The shapes of the world's countries on the plane of our map, by their codes: what `make assets` keeps of Natural Earth.

https://www.iso.org/iso-3166-country-codes.html and https://doi.org/10.1080/13658816.2018.1504949 (Equal Earth)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "web" / "world.json"


@dataclass(frozen=True, slots=True)
class Shape:
    """A country as it is drawn: its alpha-2 code, its outline as SVG path data, and the middle of its largest part.

    A `small` one is to be drawn as a circle around its middle; it may have no outline at all.
    """

    code: str
    outline: str
    x: int
    y: int
    small: bool


@dataclass(frozen=True, slots=True)
class World:
    """The size of the plane, and the shapes in it by alpha-2 and by alpha-3 code. Antarctica is not on it."""

    width: int
    height: int
    shapes: Mapping[str, Shape]

    def shape(self, code: str) -> Shape | None:
        """The shape of a country by either code, in whatever case; None where there is none."""
        return self.shapes.get(code.strip().upper())


@cache
def world() -> World:
    """The world, read when it is first asked for."""
    said = json.loads(FILE.read_text(encoding="utf-8"))
    shapes: dict[str, Shape] = {}
    for code, place in said["places"].items():
        shapes[code] = shapes[place["alpha3"]] = Shape(code, place["d"], place["x"], place["y"], place["small"])
    return World(said["width"], said["height"], shapes)
