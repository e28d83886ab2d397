"""A picture of an answer as SVG: its marks, and the frame around them that says in words what it is.

https://www.w3.org/TR/SVG2/struct.html#TitleElement and https://www.w3.org/TR/wai-aria-1.2/#img

Colours are attributes, so that the file needs no style sheet; that of a page takes their place.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from orgatlas.api.orgchart import FONT, INK, escape

BLUE = "#174a7c"
"""The colour of bars and places."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks as SVG text, the size of it all in pixels, what it is, and sentences on what it shows and what it leaves out."""

    marks: str
    width: int
    height: int
    title: str
    words: tuple[str, ...]


def framed(drawing: Drawing, kind: str, afar: bool) -> str:
    """The SVG of a drawing.

    In a page it is for the eye and the pointer only: the words below it say what it shows, and the table has each of its links.
    As a file of its own it has the words within, and its links can be reached.
    """
    title = escape(drawing.title)
    size = f'viewBox="0 0 {drawing.width} {drawing.height}" width="{drawing.width}" height="{drawing.height}"'
    opening = f'<svg class="picture {kind}" xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" fill="{INK}"'
    if afar:
        words = escape(" ".join(drawing.words))
        return f'{opening} role="group" aria-label="{title}"><title>{title}</title><desc>{words}</desc>\n{drawing.marks}</svg>'
    return f'{opening} aria-hidden="true" focusable="false">\n{drawing.marks}</svg>'


def linked(marks: str, title: str, url: str | None, afar: bool, kind: str = "") -> str:
    """Marks with what is told where the pointer rests on them, as a link where they lead somewhere."""
    named = f' class="{kind}"' if kind else ""
    told = f"<title>{escape(title)}</title>{marks}"
    if url is None:
        return f"<g{named}>{told}</g>\n"
    stop = "" if afar else ' tabindex="-1"'
    return f'<a{named} href="{escape(url)}"{stop}>{told}</a>\n'


def text(lines: Iterable[str], x: float, y: int, language: str | None, attributes: str, step: int = 0) -> str:
    """Lines of a text, each an element of its own, so that none turns another around. `step` is from one line to the next."""
    tag = f' lang="{escape(language)}"' if language else ""
    return "".join(
        f'<text x="{x:g}" y="{y + place * step}"{tag} {attributes}>{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
