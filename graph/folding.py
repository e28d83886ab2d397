"""Texts as readers look them up: neither accents nor case count.

https://www.unicode.org/reports/tr15/ and https://www.w3.org/TR/charmod-norm/#definitionCaseFolding
"""

import unicodedata


def folded(text: str) -> str:
    """A text as a reader looks it up, and as lists are ordered: accents and case do not count."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
