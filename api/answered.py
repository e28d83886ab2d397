"""An answer as pictures read it: what a column is called, and what a value is called and where it leads.

https://www.w3.org/TR/sparql11-results-json/#select-encode-terms
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orgatlas.api.amounts import is_numeric
from orgatlas.api.answers import Binding
from orgatlas.api.atlas import Atlas
from orgatlas.api.results import Results
from orgatlas.api.tables import Cell, cell_of, heading, name_columns

Key = tuple[str, str]
"""What makes two values the same: the type of the term and its text."""

NUMBER, OTHER = "number", "other"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is told in a language. `afar` links lead to the things by their IRIs, for a file that may be anywhere."""

    answer: Results
    atlas: Atlas
    language: str
    afar: bool = False

    def heading(self, column: str) -> str:
        """What stands above a column."""
        return heading(column, self.language).text

    def cell(self, row: Binding, column: str) -> Cell:
        """What a row says in a column: by the name in the row, else by the one that the graph has, else the IRI in short."""
        return cell_of(self.answer, row, column, self.atlas, self.language)

    def url(self, shown: Cell) -> str | None:
        """Where a value leads, if the graph says something of it."""
        if self.afar and shown.url and shown.iri:
            return shown.iri if shown.iri.startswith(("http://", "https://")) else None
        return shown.url


def key(term: Mapping[str, Any] | None) -> Key | None:
    """The same for the same values; none where there is no value, or one of other terms."""
    return (term["type"], term["value"]) if term and isinstance(term["value"], str) else None


def sorts(answer: Results) -> dict[str, str]:
    """The columns that say something, those that only name another left out, and whether all their values are NUMBERs.

    A column without any value is not among them.
    """
    found: dict[str, str] = {}
    for column in answer.columns:
        terms = [row[column] for row in answer.rows if column in row]
        if terms and column not in name_columns(answer.columns).values():
            found[column] = NUMBER if all(map(is_numeric, terms)) else OTHER
    return found


def bare(column: str) -> str:
    """The name of a column without what says that it is a name: `parentLabel`, `parent_name` and `Parent` are parents."""
    return column.lower().replace("_", "").removesuffix("label").removesuffix("name")
