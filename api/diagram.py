"""The picture of an ontology: its classes as boxes under their superclasses, with the properties that lead from each, as SVG.

https://www.w3.org/TR/SVG2/ and https://www.w3.org/TR/graphics-aria-1.0/
"""

import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from orgatlas.api.languages import N_, Wording, number, translations, typeset, worded
from orgatlas.graph.vocabulary import PREFIXES

CLASS_LIMIT, PROPERTY_LIMIT = 40, 16
"""Classes of a picture, and properties of a box."""

COLUMNS, WIDTH, GAP, ROOM = 4, 249, 52, 22
"""Columns of boxes, the width of a box, and the space between columns and below a box, in pixels."""

LINE, TITLE_LINE, MARGIN = 17, 19, 10
CHARACTERS, TITLE_CHARACTERS = 33, 26
"""Heights of lines in pixels, and the characters that fit on one in the widest fonts we name."""

THING = PREFIXES["owl"] + "Thing"
TITLE = N_("Classes of the ontology and how they hang together")
WORDS = N_(
    "Each box is a class, with the properties that lead from its members and the classes that these lead to. "
    "A line with a hollow arrowhead leads from a class to its superclass."
)
CUT = N_("The picture shows the {shown} classes with the most links, of {all}.")
UNDER, MORE, ANYTHING = N_("also under {name}"), N_("… and {count} more"), N_("anything")

Link = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a box: its text, in which language, where it leads, and whether it goes on the one before."""

    text: str
    language: str | None = None
    iri: str | None = None
    indented: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A class as it is drawn: place and size in pixels, the lines of its name and those below, and the box of its superclass."""

    iri: str
    x: int
    y: int
    height: int
    title: tuple[str, ...]
    language: str | None
    rows: tuple[Row, ...]
    parent: str | None = None


def class_diagram(glossary: Mapping[str, Any], language: str, link: Link) -> str:
    """The SVG text for a page in a language; `link` gives the address of a term. Empty where there is no class."""
    boxes, total = layout(glossary, language)
    if not boxes:
        return ""
    gettext = translations(language).gettext
    cut = gettext(CUT).format(shown=number(len(boxes), language), all=number(total, language))
    words = [typeset(Wording(text, language)).text for text in (gettext(WORDS), *([cut] if total > len(boxes) else []))]
    width = max(box.x for box in boxes) + WIDTH + 1
    height = max(box.y + box.height for box in boxes) + 1
    title = escape(gettext(TITLE))
    by_iri = {box.iri: box for box in boxes}
    opening = (
        f'<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="group" aria-label="{title}" fill="none" stroke="currentColor">'
    )
    return "".join(
        (
            opening,
            f"<title>{title}</title><desc>{escape(' '.join(words))}</desc>\n",
            *(_arrow(box, by_iri[box.parent]) for box in boxes if box.parent),
            *(_box(box, link) for box in boxes),
            "</svg>",
        )
    )


def note(glossary: Mapping[str, Any], language: str) -> str:
    """What the picture leaves out, in words; empty where it leaves nothing out."""
    boxes, total = layout(glossary, language)
    if total <= len(boxes):
        return ""
    return translations(language).gettext(CUT).format(shown=number(len(boxes), language), all=number(total, language))


def layout(glossary: Mapping[str, Any], language: str) -> tuple[list[Box], int]:
    """The boxes, none on another, and how many classes there are to show."""
    return _Layout(glossary, language).boxes()


class _Layout:
    """Puts trees of classes into columns: a class left, its subclasses right of it below each other."""

    def __init__(self, glossary: Mapping[str, Any], language: str) -> None:
        self._names, self._language = glossary["names"], language
        self._gettext = translations(language).gettext
        own = [each for each in glossary["terms"] if each["kind"] == "class"]
        every = {each["iri"]: each for each in (*own, *glossary["others"]) if each["kind"] == "class"}
        properties = [each for each in (*glossary["terms"], *glossary["others"]) if each["kind"] == "object"]
        own_properties = {each["iri"] for each in glossary["terms"]}
        wanted = {each["iri"]: None for each in own}
        for each in properties:
            if each["iri"] in own_properties:
                wanted |= dict.fromkeys(
                    iri for iri in (*_iris(each, "domains"), *_iris(each, "ranges")) if iri in every
                )
        for iri in list(wanted):
            wanted |= dict.fromkeys(_above(iri, every))
        self._total = len(wanted) + glossary["classes"] - len(own)
        degrees = {iri: sum(len(_iris(every[iri], key)) for key in ("subs", "domainOf", "rangeOf")) for iri in wanted}
        self._shown = dict.fromkeys(sorted(wanted, key=lambda iri: (-degrees[iri], iri))[:CLASS_LIMIT])
        ours = {each["iri"] for each in own}
        # A class hangs below one of its own ontology before any of another.
        self._supers = {
            iri: sorted((up for up in _iris(every[iri], "supers") if up in self._shown), key=lambda up: up not in ours)
            for iri in self._shown
        }
        self._leading: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for each in properties:
            for iri in _iris(each, "domains") or ([THING] if each["iri"] in own_properties else []):
                if each["iri"] in own_properties or any(range in self._shown for range in _iris(each, "ranges")):
                    self._leading[iri].append(each)
        if self._leading.get(THING) and self._shown:
            self._shown[THING] = None
            self._total += 1
            self._supers[THING] = []
        self._rows: dict[str, tuple[Row, ...]] = {}
        self._titles: dict[str, tuple[tuple[str, ...], str | None]] = {}

    def boxes(self) -> tuple[list[Box], int]:
        trees = sorted(self._trees(), key=lambda tree: (-_depth(tree), -_size(tree), tree[0]))
        for tree in trees:
            self._write(tree, set())
        heights = [0] * COLUMNS
        boxes: list[Box] = []
        for tree in trees:
            depth = _depth(tree)
            tops = {start: max(heights[start : start + depth]) for start in range(COLUMNS - depth + 1)}
            start = min(tops, key=lambda column: (tops[column], column))
            before = len(boxes)
            self._place(tree, start, tops[start], None, boxes)
            for box in boxes[before:]:
                column = box.x // (WIDTH + GAP)
                heights[column] = max(heights[column], box.y + box.height + ROOM)
        return boxes, self._total

    def _trees(self) -> list["Tree"]:
        """Every class once, under one of its superclasses unless that makes a tree too deep or a circle."""
        below: defaultdict[str, list[str]] = defaultdict(list)
        for iri in sorted(self._shown, key=self._order):
            for up in self._supers[iri][:1]:
                if up != iri:
                    below[up].append(iri)
        drawn: set[str] = set()
        found: list[Tree] = []

        def tree(iri: str, depth: int) -> "Tree":
            drawn.add(iri)
            inside = below[iri] if depth < COLUMNS else []
            return iri, [tree(each, depth + 1) for each in inside if each not in drawn]

        tops = [iri for iri in self._shown if not self._supers[iri]]
        for iri in (*sorted(tops, key=self._order), *sorted(self._shown, key=self._order)):
            if iri not in drawn:
                found.append(tree(iri, 1))
        return found

    def _write(self, tree: "Tree", parents: set[str]) -> None:
        """The lines of every box of a tree."""
        iri, children = tree
        name = self._name(iri)
        title = tuple(_lines(name.text, TITLE_CHARACTERS)) or (iri[-TITLE_CHARACTERS:],)
        self._titles[iri] = title, name.language
        rows = [row for up in self._supers[iri] if up not in (*parents, iri) for row in self._under(up)]
        leading = sorted(self._leading[iri], key=lambda each: self._order(each["iri"]))
        for each in leading[:PROPERTY_LIMIT]:
            rows += self._property(each)
        if len(leading) > PROPERTY_LIMIT:
            rows.append(Row(self._gettext(MORE).format(count=number(len(leading) - PROPERTY_LIMIT, self._language))))
        self._rows[iri] = tuple(rows)
        for child in children:
            self._write(child, {iri})

    def _under(self, iri: str) -> Iterator[Row]:
        text = self._gettext(UNDER).format(name=self._name(iri).text)
        return _wrapped(text, None, iri)

    def _property(self, property: Mapping[str, Any]) -> Iterator[Row]:
        name = self._name(property["iri"])
        ranges = [self._name(iri).text for iri in _iris(property, "ranges")[:2]]
        return _wrapped(f"{name.text} → {', '.join(ranges)}" if ranges else name.text, name.language, property["iri"])

    def _place(self, tree: "Tree", column: int, y: int, parent: str | None, boxes: list[Box]) -> int:
        """Draw a tree from a height down; returns where the next may begin."""
        iri, children = tree
        title, language = self._titles[iri]
        rows = self._rows[iri]
        height = 2 * MARGIN + len(title) * TITLE_LINE + (len(rows) * LINE + MARGIN if rows else 0)
        boxes.append(Box(iri, column * (WIDTH + GAP), y, height, title, language, rows, parent))
        end = y
        for child in children:
            end = self._place(child, column + 1, end, iri, boxes)
        return max(end, y + height + ROOM)

    def _name(self, iri: str) -> Wording:
        if iri == THING:
            return Wording(self._gettext(ANYTHING))
        known = typeset(worded(self._names.get(iri, {"": iri}), self._language))
        return known if known.language not in (None, self._language) else Wording(known.text)

    def _order(self, iri: str) -> tuple[str, str]:
        return self._name(iri).text.casefold(), iri


Tree = tuple[str, list[Any]]
"""A class and the trees of its subclasses."""


def _iris(term: Mapping[str, Any], key: str) -> Sequence[str]:
    found: Sequence[str] = term[key].get("iris", ())
    return found


def _above(iri: str, classes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The superclasses of a class, theirs, and so on."""
    waiting, seen = [iri], {iri}
    while waiting:
        for up in _iris(classes[waiting.pop()], "supers"):
            if up in classes and up not in seen:
                seen.add(up)
                waiting.append(up)
                yield up


def _depth(tree: Tree) -> int:
    return 1 + max(map(_depth, tree[1]), default=0)


def _size(tree: Tree) -> int:
    return 1 + sum(map(_size, tree[1]))


def _wrapped(text: str, language: str | None, iri: str) -> Iterator[Row]:
    first, *rest = _lines(text, CHARACTERS, " ") or [iri[-CHARACTERS:]]
    yield Row(first, language, iri)
    yield from (Row(each.strip(), language, iri, indented=True) for each in rest)


def _lines(text: str, characters: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, characters, subsequent_indent=indent, break_on_hyphens=False, max_lines=3, placeholder=" …"
    )


def _arrow(box: Box, above: Box) -> str:
    """From a class to its superclass, which is in the column left of it, through the gap between the columns."""
    end, start, turn = above.x + WIDTH, box.x, box.x - GAP // 2 + 6
    down, up = box.y + MARGIN + TITLE_LINE // 2, above.y + MARGIN + TITLE_LINE // 2
    line = f"M{start} {down}H{turn}" + (f"V{up}" if down != up else "") + f"H{end + 11}"
    return f'<path class="edge" d="{line}M{end + 1} {up}l10 -6v12z"/>\n'


def _box(box: Box, link: Link) -> str:
    y = box.y + MARGIN + 14
    lines = "".join(
        f'<tspan x="{box.x + MARGIN}" y="{y + at * TITLE_LINE}">{escape(each)}</tspan>'
        for at, each in enumerate(box.title)
    )
    frame = f'<rect x="{box.x}.5" y="{box.y}.5" width="{WIDTH}" height="{box.height}" rx="4"/>'
    name = f'<text class="name" font-weight="600"{_lang(box.language)}>{lines}</text>'
    parts = [f'<g class="box"><a href="{escape(link(box.iri))}">{frame}{name}</a>']
    if box.rows:
        rule = box.y + MARGIN + len(box.title) * TITLE_LINE + MARGIN // 2
        parts.append(f'<path d="M{box.x} {rule}.5h{WIDTH}"/>')
        y = rule + LINE
        for at, row in enumerate(box.rows):
            if not row.indented:
                group = [row]
                for each in box.rows[at + 1 :]:
                    if not each.indented:
                        break
                    group.append(each)
                parts.append(_rows(group, box.x + MARGIN, y + at * LINE, link))
    return "".join([*parts, "</g>\n"])


def _rows(rows: Sequence[Row], x: int, y: int, link: Link) -> str:
    spans = "".join(
        f'<tspan x="{x + 12 * row.indented}" y="{y + at * LINE}">{escape(row.text)}</tspan>'
        for at, row in enumerate(rows)
    )
    text = f"<text{_lang(rows[0].language)}>{spans}</text>"
    return f'<a href="{escape(link(rows[0].iri))}">{text}</a>' if rows[0].iri else text


def _lang(language: str | None) -> str:
    return f' lang="{escape(language)}"' if language else ""
