"""An answer as a tree: every thing below the one that it belongs to, as its rows say.

https://www.w3.org/TR/SVG2/paths.html

Which column is above which is told by their names, else by their values: where one column has values of another, and a thing has
mostly one of them. A thing stands once, below the first that it belongs to; the tree is set in like a list, so that many small
trees, and deep ones, stay readable.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from orgatlas.api.amounts import amount
from orgatlas.api.answered import OTHER, Answered, Key, bare, key, sorts
from orgatlas.api.drawing import Drawing, linked, text
from orgatlas.api.languages import N_, isolated, number, translations
from orgatlas.api.lettering import broken, width
from orgatlas.api.orgchart import EDGE, MUTED, SIDES
from orgatlas.api.results import Results
from orgatlas.api.tables import Cell

ENTRIES = 150
"""Things of a picture."""

ABOVE = frozenset(
    [
        "above",
        "belongsto",
        "broader",
        "container",
        "isin",
        "parent",
        "partof",
        "subclassof",
        "suborganizationof",
        "superclass",
        "supervisor",
        "within",
        "whole",
    ]
)
"""Names of columns that are above the first other one."""

BELOW = frozenset(
    [
        "below",
        "branch",
        "child",
        "contains",
        "directorate",
        "haspart",
        "inside",
        "member",
        "narrower",
        "part",
        "subclass",
        "subunit",
    ]
)
"""Names of columns that are below the next one."""

SINGLE, LOST = 0.8, 0.2
"""Where no name tells: the share of things that must belong to only one other, and of links that may close a circle."""

STEP, LINE, MARGIN, DOT = 26, 28, 6, 10
"""How far an entry is set in, its height, the space around it all, and the square before a name, in pixels."""

ROOM, ASIDE, LETTER = 60, 40, 8
"""The most of a name and of what stands beside it, in common letters, and the width of one in pixels."""

TITLE = N_("Tree: “{name}” by “{above}”")
COUNT = N_("Levels: {levels}. Entries: {count}.")
CUT = N_("The picture shows the {shown} entries nearest to the top, of {all}.")
OTHERS = N_("What belongs to several stands below the first of them; the others are named beside it.")
ALSO, UNNAMED = N_("also in {name}"), N_("(no value)")


@dataclass(frozen=True, slots=True)
class Forest:
    """Things by what they belong to, those that belong to nothing at None, in the order of the rows.

    `others` are what else a thing belongs to; `circles` counts the links that are left out because they would close a circle.
    """

    parts: Mapping[Key | None, Sequence[Key]]
    others: Mapping[Key, Sequence[Key]]
    circles: int

    def entries(self) -> list[tuple[Key, int]]:
        """Every thing with its depth, one level after the other."""
        level, depth, found = list(self.parts.get(None, ())), 0, list[tuple[Key, int]]()
        while level:
            found += [(each, depth) for each in level]
            level, depth = [part for each in level for part in self.parts.get(each, ())], depth + 1
        return found


def tree_columns(answer: Results) -> tuple[str, str] | None:
    """The columns of the things and of what they belong to; None where an answer is no tree."""
    columns = [column for column, sort in sorts(answer).items() if sort == OTHER and bare(column) != "lang"]
    for above in columns:
        if bare(above) in ABOVE and (others := [each for each in columns if each != above]):
            return others[0], above
    for place, below in enumerate(columns[:-1]):
        if bare(below) in BELOW:
            return below, columns[place + 1]
    return _by_values(answer, columns)


def _by_values(answer: Results, columns: Sequence[str]) -> tuple[str, str] | None:
    """The two columns of things where most of what is above is itself below something, or heads it all."""
    linked = [column for column in columns if all(row[column]["type"] == "uri" for row in answer.rows if column in row)]
    values = {column: {key(row[column]) for row in answer.rows if column in row} for column in linked}
    best: tuple[int, tuple[str, str]] | None = None
    for below in linked:
        for above in linked:
            shared = len(values[below] & values[above])
            fits = below != above and shared and len(values[below]) >= len(values[above])
            if fits and (best is None or shared > best[0]) and _is_tree(answer, below, above):
                best = shared, (below, above)
    return best[1] if best else None


def _is_tree(answer: Results, below: str, above: str) -> bool:
    links = _links(answer, below, above)
    grown = forest(answer, below, above)
    several = len(grown.others)
    things = len({child for child, _ in links})
    return several <= (1 - SINGLE) * things and grown.circles <= LOST * len(links)


def _links(answer: Results, below: str, above: str) -> list[tuple[Key, Key]]:
    """What belongs to what, each pair once."""
    if (way := _way(answer, below, above)) is not None:
        return way
    pairs = ((key(row.get(below)), key(row.get(above))) for row in answer.rows)
    return list(dict.fromkeys((child, parent) for child, parent in pairs if child and parent))


def _way(answer: Results, below: str, above: str) -> list[tuple[Key, Key]] | None:
    """The links of a way up from one thing, where a column counts the `steps` to each that is above it."""
    start = {key(row.get(below)) for row in answer.rows}
    counted = [(amount(row.get("steps")), key(row.get(above))) for row in answer.rows]
    steps = {step: parent for step, parent in reversed(counted) if step is not None and parent}
    if len(start) != 1 or not steps or len(steps) != len({parent for _, parent in counted}):
        return None
    stations = [*start, *(steps[step] for step in sorted(steps))]
    return [(low, high) for low, high in pairwise(stations) if low and high]


def forest(answer: Results, below: str, above: str) -> Forest:
    """The trees that two columns make, whatever they say: of a circle the last link is left out."""
    first: dict[Key, Key] = {}
    others: defaultdict[Key, list[Key]] = defaultdict(list)
    circles = 0
    links = _links(answer, below, above)
    for child, parent in links:
        if child in first:
            others[child].append(parent)
        elif child in _up(parent, first):
            circles += 1
        else:
            first[child] = parent
    alone = (found for row in answer.rows if (found := key(row.get(below))))
    parts: defaultdict[Key | None, list[Key]] = defaultdict(list)
    for each in dict.fromkeys([*(end for link in links for end in reversed(link)), *alone]):
        parts[first.get(each)].append(each)
    return Forest(parts, others, circles)


def _up(thing: Key, first: Mapping[Key, Key]) -> Iterator[Key]:
    """A thing and all that is above it."""
    yield thing
    while thing in first:
        thing = first[thing]
        yield thing


def tree(answered: Answered) -> Drawing | None:
    """The tree of an answer; None where it is none."""
    answer, language = answered.answer, answered.language
    if (columns := tree_columns(answer)) is None:
        return None
    below, above = columns
    grown = forest(answer, below, above)
    entries = grown.entries()
    if not entries:
        return None
    shown = dict(entries[:ENTRIES])
    marks, across, down = _marks(grown, shown, _cells(answered, below, above), answered)
    said = translations(language)
    words = [
        said.gettext(COUNT).format(levels=number(entries[-1][1] + 1, language), count=number(len(entries), language))
    ]
    if len(shown) < len(entries):
        words.append(said.gettext(CUT).format(shown=number(len(shown), language), all=number(len(entries), language)))
    if grown.others:
        words.append(said.gettext(OTHERS))
    if grown.circles:
        words.append(
            said.ngettext(
                "{count} link is left out: it would close a circle.",
                "{count} links are left out: they would close a circle.",
                grown.circles,
            ).format(count=number(grown.circles, language))
        )
    title = said.gettext(TITLE).format(name=answered.heading(below), above=answered.heading(above))
    return Drawing(marks, across, down, title, tuple(words))


def _cells(answered: Answered, below: str, above: str) -> dict[Key, Cell]:
    """What the things are called: as the column says in which they come first as what is below, else as what is above."""
    found: dict[Key, Cell] = {}
    for column in (below, above):
        for row in answered.answer.rows:
            if (each := key(row.get(column))) and each not in found:
                found[each] = answered.cell(row, column)
    return found


def _marks(
    grown: Forest, shown: Mapping[Key, int], cells: Mapping[Key, Cell], answered: Answered
) -> tuple[str, int, int]:
    """The marks of the things shown, each line after what it belongs to; and how wide and high they are together."""
    said = translations(answered.language)
    lines: list[str] = []
    edges: list[str] = []
    at: dict[Key | None, int] = {}
    across, y = 0.0, MARGIN
    waiting: list[tuple[Key | None, Key]] = [(None, each) for each in reversed(grown.parts.get(None, ()))]
    while waiting:
        parent, each = waiting.pop()
        if each not in shown:
            continue
        x, middle = MARGIN + shown[each] * STEP, y + LINE // 2
        name = cells[each].text or said.gettext(UNNAMED)
        (line,) = broken(name, ROOM, 1)
        others = "; ".join(cells[other].text for other in grown.others.get(each, ()))
        beside = said.gettext(ALSO).format(name=isolated(others)) if others else ""
        (aside,) = broken(beside, ASIDE, 1) if beside else ("",)
        start = x + DOT + 8
        after = start + (width(line) + 1) * LETTER
        marks = (
            f'<rect class="row" x="{x}" y="{y}" width="{after - x:g}" height="{LINE}" fill="none" pointer-events="all"/>',
            f'<rect class="side" x="{x}" y="{middle - DOT // 2}" width="{DOT}" height="{DOT}" rx="2" fill="{SIDES[0]}"/>',
            text([line], start, middle + 5, cells[each].language, 'font-size="14.5"'),
        )
        title = f"{isolated(name)} ({beside})" if beside else isolated(name)
        lines.append(linked("".join(marks), title, answered.url(cells[each]), answered.afar))
        if aside:
            lines.append(text([aside], after, middle + 5, None, f'class="of" font-size="13" fill="{MUTED}"'))
        if parent:
            edges.append(f'<path d="M{x - STEP + DOT // 2} {at[parent]}V{middle}H{x - 3}"/>')
        at[each] = middle + DOT // 2
        across = max(across, after + width(aside) * LETTER)
        y += LINE
        waiting += [(each, part) for part in reversed(grown.parts.get(each, ()))]
    drawn = f'<g class="edge" fill="none" stroke="{EDGE}" stroke-width="1.5">{"".join(edges)}</g>\n{"".join(lines)}'
    return drawn, round(across) + MARGIN, y + MARGIN
