"""The languages of the pages: texts of the interface by gettext, texts of the graph in the language there is.

https://www.gnu.org/software/gettext/manual/ and https://www.w3.org/TR/html/#the-lang-and-xml-lang-attributes
"""

import gettext
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "fr")
"""Languages of the interface, the preferred first; a bundle may have others besides."""

NAMES = {"en": "English", "fr": "Français"}
"""What each language calls itself."""

LOCALE = Path(__file__).parent / "web" / "locale"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text and its language; None where no language is known."""

    text: str
    language: str | None = None


def language_of(path: str) -> str | None:
    """The language that the path of a page begins with; None for every other path, odd ones among them."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in LANGUAGES else None


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The texts of the interface. They are written in English, so that English needs no catalogue."""
    return gettext.translation("orgatlas", LOCALE, languages=[language], fallback=language == "en")


def N_(message: str) -> str:
    """Marks a text for the catalogue where it is not yet known into which language it will go."""
    return message


def worded(wordings: Mapping[str, str], language: str) -> Wording:
    """A text in the language asked for, else in the one there is, else nothing."""
    for each in (language, *LANGUAGES, *wordings):
        if text := wordings.get(each):
            return Wording(text, each or None)
    return Wording("")


def typeset(wording: Wording) -> Wording:
    """A French text with no-break spaces where a line must not end; they are hard to write by hand."""
    if wording.language is None or not wording.language.startswith("fr"):
        return wording
    text = re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", wording.text)
    return Wording(text, wording.language)


def folded(text: str) -> str:
    """A text as a reader looks it up: accents and case do not count."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def number(value: int, language: str) -> str:
    """A whole number as the language writes it: 1,000 in English, 1 000 with a no-break space in French."""
    return f"{value:,}".replace(",", "\u00a0" if language == "fr" else ",")
