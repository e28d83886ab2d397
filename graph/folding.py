"""Texts as readers look them up: neither accents nor case count.

https://www.unicode.org/reports/tr15/ and https://www.w3.org/TR/charmod-norm/#definitionCaseFolding
"""

import unicodedata


def is_seen(text: str) -> bool:
    """Whether there is anything in a text that a reader sees."""
    return any(unicodedata.category(letter)[0] not in "CZ" for letter in text)


def folded(text: str) -> str:
    """A text as a reader looks it up, and as lists are ordered: accents and case do not count."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
