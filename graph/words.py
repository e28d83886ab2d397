"""Words as a search looks at them: folded, without signs; and the initials by which people call what has a long name.

https://www.unicode.org/reports/tr29/#Word_Boundaries
"""

import re
from collections.abc import Mapping

from orgatlas.graph.folding import folded

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
"""Letters that people write otherwise where their keyboard has none; the others come apart when they are folded."""

SMALL: Mapping[str, frozenset[str]] = {
    "en": frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with")),
    "fr": frozenset(
        (
            *("a", "au", "aux", "avec", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les"),
            *("ou", "par", "pour", "sur", "un", "une"),
        )
    ),
}
"""Words that carry little: an acronym is made without them, and a search may do without."""

FEWEST, MOST = 2, 6
"""Letters of an acronym."""

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text in their order, folded."""
    if text.isascii():  # most are, and are folded at once
        return _WORD.findall(text.lower())
    return _WORD.findall(folded(text).translate(LIGATURES))


def initials(text: str, language: str) -> str | None:
    """The initials of a name of several words, folded, such as ird; None where those make no acronym."""
    small = SMALL.get(language, frozenset())
    letters = [word[0] for word in words(text) if word not in small]
    if FEWEST <= len(letters) <= MOST and all(letter.isalpha() for letter in letters):
        return "".join(letters)
    return None


def is_small(word: str) -> bool:
    """Whether a word carries little in some language."""
    return any(word in small for small in SMALL.values())
