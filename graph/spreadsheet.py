"""Tables for spreadsheets: CSV with a byte order mark, in which no text is taken for a formula and numbers stay numbers.

https://www.rfc-editor.org/rfc/rfc4180 and https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import re

import pyoxigraph as ox

from orgatlas.graph.caps import Caps, Cut, Output
from orgatlas.graph.vocabulary import PREFIXES

MARK = "\ufeff"
"""What Excel knows UTF-8 by."""

NUMERIC = frozenset(
    PREFIXES["xsd"] + name
    for name in (
        *("integer", "decimal", "double", "float", "byte", "short", "int", "long"),
        *("unsignedByte", "unsignedShort", "unsignedInt", "unsignedLong"),
        *("nonNegativeInteger", "nonPositiveInteger", "negativeInteger", "positiveInteger"),
    )
)
"""The datatypes of numbers: https://www.w3.org/TR/sparql11-query/#operandDataTypes"""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

# Where the system parts cells by semicolons or tabs, a new cell may begin in the midst of a text.
_PARTED = re.compile(r"[;\t\r\n]")
_FORMULA = re.compile(
    r"(^|[;\t\r\n])(?=[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b])|^(?=[\t\r])"
)


def defused(text: str) -> str:
    """A text with an apostrophe wherever a spreadsheet might take it for the beginning of a formula.

    >>> defused("=1+1"), defused("a; @b"), defused("a-b")
    ("'=1+1", "a;' @b", 'a-b')
    """
    if text[:1].isalnum() and not _PARTED.search(text):  # nearly every text, and told seven times as fast
        return text
    return _FORMULA.sub(r"\1'", text)


def write_spreadsheet(results: ox.QuerySolutions | ox.QueryBoolean, output: Output, caps: Caps) -> Cut | None:
    """Write a table within the caps; returns which cap cut it, "rows" or "bytes", or None if it is whole.

    The head is always written, and then whole rows as long as mark, head and rows have no more than `size` bytes. Raises
    whatever the engine and the output raise.
    """
    if isinstance(results, ox.QueryBoolean):
        output.write(f"{MARK}{'true' if results else 'false'}\r\n".encode())
        return None
    line = _Line()
    write = csv.writer(line).writerow
    write([defused(variable.value) for variable in results.variables])
    head = MARK.encode() + line.content
    size = len(head)
    output.write(head)
    for number, solution in enumerate(results):
        if number >= caps.rows:
            return "rows"
        write([_cell(term) for term in solution])
        size += len(line.content)
        if size > caps.size:
            return "bytes"
        output.write(line.content)
    return None


class _Line:
    """A file for the writer of CSV: what it writes at once is a row."""

    content = b""

    def write(self, row: str) -> None:
        self.content = row.encode()


def _cell(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if term is None:
        return ""
    text = _text(term)
    if isinstance(term, ox.Literal) and term.datatype.value in NUMERIC and _NUMBER.fullmatch(text):
        return text
    return defused(text)


def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """A term as the SPARQL 1.1 CSV results format writes it; a triple as its three terms, as the engine does."""
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    if isinstance(term, ox.Triple):
        return " ".join(map(_text, term))
    return str(term)
