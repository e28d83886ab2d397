"""Pictures of an answer: which of them suit it, and each as SVG with what it shows in words. The table has the same rows.

https://www.w3.org/TR/SVG2/ and https://www.w3.org/WAI/tutorials/images/complex/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from orgatlas.api.answered import Answered
from orgatlas.api.atlas import Atlas
from orgatlas.api.bars import bar_columns, bars
from orgatlas.api.drawing import Drawing, framed
from orgatlas.api.languages import N_, number, translations
from orgatlas.api.places import place_column, places
from orgatlas.api.results import Results
from orgatlas.api.tree import tree, tree_columns

VIEWS = {"table": N_("Table"), "bars": N_("Bars"), "map": N_("Map"), "tree": N_("Tree")}
"""What each view is called; every answer with rows has the first."""

PART = N_("It shows the rows of this page: {shown} of {all}.")

_DRAWING: Mapping[str, Callable[[Answered], Drawing | None]] = {"bars": bars, "map": places, "tree": tree}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a page shows it: its kind, the SVG, what it is, and sentences on what it shows and what it leaves out."""

    kind: str
    svg: Markup
    title: str
    words: tuple[str, ...]


def suiting(answer: Results) -> tuple[str, ...]:
    """The views that suit an answer, the table first; none for an answer without rows or columns."""
    if answer.truth is not None or answer.graph is not None or not answer.rows:
        return ()
    found = {"bars": bar_columns(answer), "map": place_column(answer), "tree": tree_columns(answer)}
    return ("table", *(view for view, columns in found.items() if columns))


def picture(kind: str, answer: Results, atlas: Atlas, language: str) -> Picture | None:
    """The picture for a page; None where that kind does not suit the answer, as `table` never does."""
    if (drawing := _drawing(kind, Answered(answer, atlas, language))) is None:
        return None
    return Picture(kind, Markup(framed(drawing, kind, afar=False)), drawing.title, drawing.words)


def svg_file(kind: str, answer: Results, atlas: Atlas, language: str) -> str | None:
    """The picture as a file that needs no other, with links to the things wherever it is; None where that kind does not suit."""
    drawing = _drawing(kind, Answered(answer, atlas, language, afar=True))
    return framed(drawing, kind, afar=True) if drawing else None


def _drawing(kind: str, answered: Answered) -> Drawing | None:
    answer, language = answered.answer, answered.language
    if kind not in suiting(answer) or kind not in _DRAWING or (drawing := _DRAWING[kind](answered)) is None:
        return None
    if answer.total <= len(answer.rows):
        return drawing
    part = (
        translations(language)
        .gettext(PART)
        .format(shown=number(len(answer.rows), language), all=number(answer.total, language))
    )
    return Drawing(drawing.marks, drawing.width, drawing.height, drawing.title, (*drawing.words, part))
