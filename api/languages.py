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

LEFTWARDS = frozenset({"R", "AL", "RLE", "RLO", "RLI", "LRO", "LRE", "PDF"})
"""What letters and signs are called that make a text run from right to left (https://www.unicode.org/reports/tr9/)."""

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


def runs_leftwards(text: str) -> bool:
    """Whether some of a text runs from right to left, or says that it does (https://www.w3.org/TR/html/#the-bdi-element)."""
    return not text.isascii() and any(unicodedata.bidirectional(letter) in LEFTWARDS for letter in text)


def isolated(text: str) -> str:
    """A text that turns nothing beside it, where there is no markup to say so (https://www.unicode.org/reports/tr9/)."""
    return f"\u2068{text}\u2069" if runs_leftwards(text) else text


def number(value: int, language: str) -> str:
    """A whole number as the language writes it: 1,000 in English, 1 000 with a no-break space in French."""
    return f"{value:,}".replace(",", "\u00a0" if language == "fr" else ",")


def seconds(value: float, language: str) -> str:
    """A number of seconds as people read it: 0.003 in English, 0,003 in French; below a thousandth two digits."""
    text = f"{value:.3f}" if value >= 0.001 else f"{value:.5f}"
    return text.replace(".", ",") if language == "fr" else text


def size(value: int, language: str) -> str:
    """So many bytes as people read it: 3.1 kB in English, 3,1 ko in French."""
    amount, units = float(value), ["B", "kB", "MB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    text = f"{amount:.0f}" if units[0] == "B" or amount >= 100 else f"{amount:.1f}"
    unit = units[0].replace("B", "o") if language == "fr" else units[0]
    return f"{text.replace('.', ',') if language == 'fr' else text}\u00a0{unit}"
