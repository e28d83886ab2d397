"""Amounts: the numbers that literals of an answer stand for, and how a language writes them.

https://www.w3.org/TR/xmlschema11-2/#built-in-primitive-datatypes
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from orgatlas.api.languages import number
from orgatlas.api.tables import NUMBERS

LONGEST = 1000
"""Characters of a literal that may be a number: the engine writes the greatest double with 309 digits."""

DIGITS, HUGE, TINY = 6, 1e15, 1e-4
"""Digits of a fraction that are told; from where on, and below what, a power of ten is told."""

_LEXICAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def is_numeric(term: Mapping[str, Any]) -> bool:
    """Whether a term is a literal of a numeric type, whatever its text."""
    return term.get("datatype") in NUMBERS


def amount(term: Mapping[str, Any] | None) -> float | None:
    """The finite number that a literal stands for, if it stands for one."""
    if term is None or not is_numeric(term):
        return None
    text = term["value"]
    if len(text) > LONGEST or not _LEXICAL.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def written(value: float, language: str) -> str:
    """A finite number as a language writes it: 1,234.5 in English, 1 234,5 in French; −3; 1.5 × 10³⁰⁰."""
    size = abs(value)
    if size >= HUGE or 0 < size < TINY:
        digits, exponent = f"{size:.2e}".split("e")
        text = f"{_plain(digits, language)} × 10{str(int(exponent)).translate(_RAISED)}".replace(" ", "\u00a0")
    elif size.is_integer():
        text = number(int(size), language)
    else:
        decimals = DIGITS - 1 - math.floor(math.log10(size))
        text = _plain(f"{size:.{max(decimals, 0)}f}", language)
    return f"−{text}" if value < 0 else text


def _plain(digits: str, language: str) -> str:
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    point = "," if language == "fr" else "."
    return number(int(whole), language) + (f"{point}{fraction}" if fraction else "")
