"""The picture of an organisation: a box for each unit below the one that it is part of, as SVG that stands on its own.

https://www.w3.org/TR/SVG2/ and https://www.w3.org/TR/graphics-aria-1.0/

Colours are attributes, so that the file needs no style sheet; that of a page takes their place.
"""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape as escaped

WIDTH, HEIGHT = 256, 88
"""A box, in pixels."""

GAP, ROOM, INDENT, STEP = 26, 50, 24, 14
"""Space beside a box and below one with others under it; how far a column is set in, and the space between its boxes."""

EDGE_ROOM = 2
"""Space around it all, for half the width of a line."""

LINE, LINES = 18, 3
"""The height of a line of a name, and how many lines a name may have."""

CHARACTERS = 27
"""Characters on a line of a name, in the widest of the fonts we name."""

SIDES = ("#263443", "#7a3e9d", "#0f6b62", "#a1490b", "#1f5fa8", "#8a2149")
"""The colours of the levels, the organisation itself first."""

_FORBIDDEN = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")

INK, MUTED, EDGE, PAPER = "#17202b", "#4a5666", "#7d8998", "#ffffff"
CURRENT, DASHED = ' aria-current="true"', ' stroke-dasharray="5 4"'
FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a box says: the name and its language, the line below it, its level (a place in SIDES), and where it leads.

    `parts` are the boxes below it. One with `more` stands for as many units that are not drawn.
    """

    name: str
    language: str | None
    caption: str
    level: int
    url: str
    current: bool = False
    parts: tuple["Unit", ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A unit at its place, in pixels from the upper left."""

    unit: Unit
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, the lines between them as SVG paths, and the size of it all."""

    boxes: tuple[Box, ...]
    edges: tuple[str, ...]
    width: int
    height: int


def colour(level: int | None) -> int:
    """The number of the colour of a level: the first is the organisation's own, the others come again and again."""
    return 1 + (level - 1) % (len(SIDES) - 1) if level else 0


def escape(text: str) -> str:
    """A text as XML can hold it: some signs it cannot (https://www.w3.org/TR/xml/#charsets)."""
    return escaped(_FORBIDDEN.sub("\ufffd", text))


def drawn(tops: Sequence[Unit], title: str, alone: bool = False) -> str:
    """The picture as SVG text, with what it is in words; empty where there is nothing to draw.

    `alone` it has a title, which in a page would follow the pointer about.
    """
    if not tops:
        return ""
    drawing = laid_out(tops)
    size = f'viewBox="0 0 {drawing.width} {drawing.height}" width="{drawing.width}" height="{drawing.height}"'
    lines = "".join(f'<path d="{each}"/>' for each in drawing.edges)
    return "".join(
        (
            f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" {size} role="group" aria-label="{escape(title)}" ',
            f'font-family="{FONT}" fill="{INK}">',
            f"<title>{escape(title)}</title>" if alone else "",
            f'<g class="edge" fill="none" stroke="{EDGE}" stroke-width="1.5">{lines}</g>\n',
            *map(_box, drawing.boxes),
            "</svg>",
        )
    )


def laid_out(tops: Sequence[Unit]) -> Drawing:
    """Boxes below each other: side by side where some of them have parts, in a column where none has; none on another."""
    boxes: list[Box] = []
    edges: list[str] = []
    x, height = EDGE_ROOM, 0
    for top in tops:
        width, below = _place(top, x, EDGE_ROOM, boxes, edges)
        x += width + GAP
        height = max(height, below)
    return Drawing(tuple(boxes), tuple(edges), x - GAP + EDGE_ROOM, height + EDGE_ROOM)


def _place(unit: Unit, x: int, y: int, boxes: list[Box], edges: list[str]) -> tuple[int, int]:
    """Put a unit and all below it from a place on; returns the width it takes and where it ends."""
    place = len(boxes)
    boxes.append(Box(unit, x, y))
    if not unit.parts:
        return WIDTH, y + HEIGHT
    if len(unit.parts) > 1 and not any(each.parts for each in unit.parts):
        return _column(unit, x, y, boxes, edges)
    left, below, centres = x, y, list[int]()
    for part in unit.parts:
        first = len(boxes)
        width, end = _place(part, left, y + HEIGHT + ROOM, boxes, edges)
        centres.append(boxes[first].x + WIDTH // 2)
        left += width + GAP
        below = max(below, end)
    centre = (centres[0] + centres[-1]) // 2
    boxes[place] = Box(unit, centre - WIDTH // 2, y)
    middle = y + HEIGHT + ROOM // 2
    edges += [f"M{centre} {y + HEIGHT}V{middle}H{each}V{y + HEIGHT + ROOM}" for each in centres]
    return left - GAP - x, below


def _column(unit: Unit, x: int, y: int, boxes: list[Box], edges: list[str]) -> tuple[int, int]:
    """Parts that have none themselves, one below the other: that keeps the picture narrow."""
    end = y + HEIGHT + STEP + 4
    for part in unit.parts:
        boxes.append(Box(part, x + INDENT, end))
        edges.append(f"M{x + INDENT // 2} {y + HEIGHT}V{end + HEIGHT // 2}H{x + INDENT}")
        end += HEIGHT + STEP
    return WIDTH + INDENT, end - STEP


def _box(box: Box) -> str:
    unit, x, y = box.unit, box.x, box.y
    level = unit.level
    name = "".join(
        f'<tspan x="{x + 17}" y="{y + 25 + at * LINE}">{escape(line)}</tspan>'
        for at, line in enumerate(wrapped(unit.name))
    )
    language = f' lang="{escape(unit.language)}"' if unit.language else ""
    frame = f'x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{PAPER}" stroke="{EDGE}"'
    side = f'<rect class="side" x="{x}" y="{y}" width="5" height="{HEIGHT}" rx="2" fill="{SIDES[level]}"/>'
    below = f'x="{x + 17}" y="{y + HEIGHT - 10}" font-size="12.5" fill="{MUTED}"'
    return "".join(
        (
            f'<a href="{escape(unit.url)}" class="k{level}"{CURRENT if unit.current else ""}>',
            f'<rect class="frame" {frame}{DASHED if unit.more else ""}/>',
            "" if unit.more else side,
            f'<text font-size="14.5" font-weight="600"{language}>{name}</text> ',
            f'<text class="of" {below}>{escape(unit.caption)}</text></a>\n',
        )
    )


def wrapped(name: str) -> list[str]:
    """A name in as many lines as a box has room for; what is too long ends in an ellipsis."""
    # Letters of East Asia are twice as wide.
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in name)
    characters = CHARACTERS // 2 if wide * 2 > len(name) else CHARACTERS
    lines = textwrap.wrap(name, characters, max_lines=LINES, placeholder=" …", break_on_hyphens=True)
    return lines or [name.strip()[: characters - 1] + "…" if name.strip() else "…"]
