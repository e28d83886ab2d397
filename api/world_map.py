"""The map of some places: which shapes are drawn, with which patterns, and where each leads.

https://www.w3.org/TR/SVG2/pservers.html#Patterns. The template map.html writes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isqrt

from orgatlas.api.languages import Wording
from orgatlas.api.world import Shape

PATTERNS = 6
"""Patterns that can be told apart, numbered from 1. What comes after has one more in common."""


RADIUS = 16
"""Of the circle that stands for a small country, in units of the map."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A place with the shape it is drawn as, whether that is its own, where it leads, and the numbers of its patterns."""

    name: Wording
    kinds: tuple[Wording, ...]
    shape: Shape
    own: bool
    url: str | None
    patterns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape on the map with every place that is drawn as it. It leads to the place whose own it is, else to the first.

    A small one is a circle around `x` and `y`.
    """

    shape: Shape
    x: int
    y: int
    url: str | None
    patterns: tuple[int, ...]
    places: tuple[Drawn, ...]


def pattern(position: int) -> int:
    """The number of the pattern of the kind that stands at a position, from 0."""
    return min(position, PATTERNS) + 1


def marks(places: Iterable[Drawn]) -> tuple[Mark, ...]:
    """One mark for each shape; circles come last, so that no neighbour covers them."""
    by_shape: dict[str, list[Drawn]] = {}
    for place in places:
        by_shape.setdefault(place.shape.code, []).append(place)
    groups = [sorted(group, key=lambda each: not each.own) for group in by_shape.values()]
    middles = _apart([group[0].shape for group in groups if group[0].shape.small])
    found = [_mark(group, middles) for group in groups]
    return tuple(sorted(found, key=lambda mark: mark.shape.small))


def _mark(places: list[Drawn], middles: Mapping[str, tuple[int, int]]) -> Mark:
    shape = places[0].shape
    x, y = middles.get(shape.code, (shape.x, shape.y))
    patterns = sorted({number for place in places for number in place.patterns})
    return Mark(shape, x, y, places[0].url, tuple(patterns), tuple(places))


def _apart(small: Iterable[Shape]) -> dict[str, tuple[int, int]]:
    """The middle of each circle by its code: islands that lie close together are moved apart, those further east to the right."""
    found: dict[str, tuple[int, int]] = {}
    for shape in sorted(small, key=lambda shape: (shape.x, shape.code)):
        x, y = shape.x, shape.y
        while near := [at for at in found.values() if (at[0] - x) ** 2 + (at[1] - y) ** 2 < (2 * RADIUS) ** 2]:
            x = max(at[0] + isqrt((2 * RADIUS) ** 2 - (at[1] - y) ** 2) + 1 for at in near)
        found[shape.code] = x, y
    return found
