"""An answer as bars: one for each row that has a number, as long as the number is large, in the order of the rows.

https://www.w3.org/TR/SVG2/shapes.html#RectElement

The numbers are those of the last column that has nothing else, for that is where questions put what they count. A bar is named
by the first column that has other values, and by up to two more where that does not tell the bars apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from orgatlas.api.amounts import amount, written
from orgatlas.api.answered import NUMBER, OTHER, Answered, bare, key, sorts
from orgatlas.api.drawing import BLUE, Drawing, linked, text
from orgatlas.api.languages import N_, isolated, number, translations
from orgatlas.api.lettering import broken, width
from orgatlas.api.orgchart import EDGE
from orgatlas.api.results import Results

BARS = 60
"""Bars of a picture."""

NAMES = 3
"""Columns that name a bar together."""

ORDINAL = frozenset(
    [
        "code",
        "end",
        "id",
        "identifier",
        "index",
        "lat",
        "latitude",
        "lon",
        "long",
        "longitude",
        "order",
        "page",
        "position",
        "rank",
        "start",
        "steps",
        "year",
    ]
)
"""Names of columns whose numbers say where something stands, not how much of it there is."""

WIDTH, SIDE, ROOM = 800, 260, 31
"""The picture, the names at its left, in pixels, and a line of a name, in common letters."""

LINES, LINE, GAP, THICK = 2, 18, 12, 18
"""Lines of a name and their height, the space between rows, and the height of a bar, in pixels."""

LETTER, BESIDE = 8, 6
"""The width of a letter of a number, and the space before it, in pixels."""

SAID = 'font-size="14"'

TITLE, SAYING = N_("Bar chart: “{number}” by “{name}”"), N_("{name}: {value}")
RANGE = N_("Largest: {largest}. Smallest: {smallest}.")
CUT = N_("The picture shows the first {shown} of the {all} rows that have a number.")
UNNAMED = N_("(no value)")


@dataclass(frozen=True, slots=True)
class Bar:
    """A row as it is drawn: its name and the language of that, its number as it is and as it is written, and where it leads."""

    name: str
    language: str | None
    value: float
    written: str
    url: str | None


def bar_columns(answer: Results) -> tuple[tuple[str, ...], str] | None:
    """The columns that name the bars, and the one with the numbers; None where an answer is not for bars."""
    found = sorts(answer)
    numbers = [column for column, sort in found.items() if sort == NUMBER and bare(column) not in ORDINAL]
    drawable = [each for each in numbers if any(amount(row.get(each)) is not None for row in answer.rows)]
    others = [column for column, sort in found.items() if sort == OTHER]
    if not drawable or not others:
        return None
    names = others[:1]
    for column in others[1:]:
        if len(names) == NAMES or _differing(answer, names) == len(answer.rows):
            break
        if _differing(answer, [*names, column]) > _differing(answer, names):
            names.append(column)
    return tuple(names), drawable[-1]


def _differing(answer: Results, columns: Sequence[str]) -> int:
    return len({tuple(key(row.get(column)) for column in columns) for row in answer.rows})


def bars(answered: Answered) -> Drawing | None:
    """The bars of an answer; None where it is not for bars."""
    if (columns := bar_columns(answered.answer)) is None:
        return None
    names, numbers = columns
    values = [(row, value) for row in answered.answer.rows if (value := amount(row.get(numbers))) is not None]
    found: list[Bar] = []
    for row, value in values[:BARS]:
        cells = [answered.cell(row, column) for column in names]
        name = " · ".join(cell.text for cell in cells if cell.text) or translations(answered.language).gettext(UNNAMED)
        languages = {cell.language for cell in cells if cell.text}
        language = languages.pop() if len(languages) == 1 else None
        found.append(Bar(name, language, value, written(value, answered.language), answered.url(cells[0])))
    marks, height = _marks(found, answered)
    title = (
        translations(answered.language)
        .gettext(TITLE)
        .format(number=answered.heading(numbers), name=answered.heading(names[0]))
    )
    return Drawing(marks, WIDTH, height, title, _words(found, len(values), answered))


def _words(found: Sequence[Bar], drawable: int, answered: Answered) -> tuple[str, ...]:
    language, said = answered.language, translations(answered.language)
    largest, smallest = (pick(found, key=lambda bar: bar.value) for pick in (max, min))
    words = [said.gettext(RANGE).format(largest=_saying(largest, language), smallest=_saying(smallest, language))]
    if len(found) < drawable:
        words.append(said.gettext(CUT).format(shown=number(len(found), language), all=number(drawable, language)))
    if left := len(answered.answer.rows) - drawable:
        words.append(
            said.ngettext(
                "{count} row has no number that can be drawn; the table has it.",
                "{count} rows have no number that can be drawn; the table has them.",
                left,
            ).format(count=number(left, language))
        )
    return tuple(words)


def _saying(bar: Bar, language: str) -> str:
    name = " ".join(broken(bar.name, 100, 1))
    return translations(language).gettext(SAYING).format(name=isolated(name), value=bar.written)


def _marks(found: Sequence[Bar], answered: Answered) -> tuple[str, int]:
    """The marks of bars, and how high they are together."""
    greatest = max(abs(bar.value) for bar in found) or 1
    # Shares of the greatest first: the difference of two numbers may be greater than the greatest double.
    shares = [bar.value / greatest for bar in found]
    low, high = min(0, *shares), max(0, *shares)
    room = BESIDE + LETTER * max(width(bar.written) for bar in found)
    left = SIDE + (room if low < 0 else 0)
    scale = (WIDTH - left - (room if high > 0 or low == 0 else 0)) / ((high - low) or 1)
    zero = left - low * scale
    rows: list[str] = []
    y = GAP // 2
    for bar, share in zip(found, shares, strict=True):
        lines = broken(bar.name, ROOM, LINES)
        height = max(len(lines) * LINE, THICK)
        rows.append(_row(bar, lines, (zero, zero + share * scale), (y, height), answered))
        y += height + GAP
    y -= GAP // 2
    axis = f'<path class="zero" d="M{zero:.1f} 0V{y}" fill="none" stroke="{EDGE}" stroke-width="1.5"/>\n'
    return "".join(rows) + axis, y


def _row(
    bar: Bar, lines: Sequence[str], between: tuple[float, float], across: tuple[int, int], answered: Answered
) -> str:
    """A bar with its name at the left and its number at its end; the whole row answers to the pointer."""
    (zero, end), (y, height) = between, across
    low, middle = min(between), y + height // 2
    # What is not nothing is to be seen.
    length = max(abs(end - zero), 1 if bar.value else 0)
    at = end - BESIDE if bar.value < 0 else max(end, zero + length) + BESIDE
    anchor = ' text-anchor="end"' if bar.value < 0 else ""
    marks = (
        f'<rect class="row" y="{y - GAP // 2}" width="{WIDTH}" height="{height + GAP}" fill="none" pointer-events="all"/>',
        text(
            lines,
            SIDE - 10,
            y + height // 2 - len(lines) * LINE // 2 + 13,
            bar.language,
            f'{SAID} text-anchor="end"',
            LINE,
        ),
        f'<rect class="amount" x="{low:.1f}" y="{middle - THICK // 2}" width="{length:.1f}" height="{THICK}" fill="{BLUE}"/>',
        text([bar.written], round(at, 1), middle + 5, None, f'class="value" {SAID}{anchor}'),
    )
    saying = translations(answered.language).gettext(SAYING).format(name=isolated(bar.name), value=bar.written)
    return linked("".join(marks), saying, bar.url, answered.afar)
