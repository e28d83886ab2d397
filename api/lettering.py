"""Names on the lines that a picture has room for: about how wide they are, where they are broken and where they end.

https://www.unicode.org/reports/tr11/ and https://www.w3.org/TR/SVG2/text.html

Pictures are made where there are no fonts, so that widths are those of the widest of the fonts that we name.
"""

import unicodedata

LONGEST = 500
"""Characters of a name that are looked at."""

WIDE, CAPITAL = 2.0, 1.35
"""The width of a letter of East Asia and of a capital one; that of the others is the unit."""


def width(text: str) -> float:
    """About how wide a text is, in common letters."""
    return sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    category = unicodedata.category(letter)
    if category in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return WIDE
    return CAPITAL if category == "Lu" or letter in "mwMW@%—…" else 1


def broken(text: str, room: float, count: int) -> tuple[str, ...]:
    """A text on at most so many lines, each with room for so many common letters; what is too long ends in an ellipsis."""
    lines, line = list[str](), ""
    for piece in (piece for word in text[:LONGEST].split() for piece in _pieces(word, room)):
        together = f"{line} {piece}" if line else piece
        if width(together) > room:
            lines.append(line)
            together = piece
        line = together
    lines.append(line)
    if len(lines) > count or len(text) > LONGEST:
        lines = lines[:count]
        lines[-1] = _ended(lines[-1], room)
    return tuple(lines) if lines[0] else ("…",)


def _pieces(word: str, room: float) -> list[str]:
    """A word in pieces that have room on a line."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _ended(line: str, room: float) -> str:
    while line and width(f"{line}…") > room:
        line = line[:-1]
    return f"{line.rstrip()}…"
