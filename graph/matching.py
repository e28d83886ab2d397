"""Full text in SPARQL: a function says whether the search finds a thing for some words, and another in which place.

https://www.w3.org/TR/sparql11-query/#extensionFunctions

Both look into the index of the search. What was found for a text is remembered, so that the index is searched once for each
text and not once for each solution.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import pyoxigraph as ox

from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.federation import readings
from orgatlas.graph.search import LANGUAGES, TEXT_LIMIT, found, opened
from orgatlas.graph.vocabulary import name

MATCHES, RANK = FUNCTIONS = name("atlas:matches"), name("atlas:rank")
"""Of a thing and of words: whether it is found, and its place among what is found, counted from 1."""

TEXTS, THINGS = 1_000, 200_000
"""Texts for which it is remembered what was found, and things found for all of them together, but for those of the last."""

Function = Callable[..., ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None]
"""None stands for the error of an expression, which leaves a variable unbound and lets no solution through a filter."""

TRUE, FALSE, STRING = ox.Literal(True), ox.Literal(False), name("xsd:string")

_CALL = re.compile(r"[:#](?:matches|rank)>?(?:\s|#[^\r\n]*+)*+\(")


def mentions(text: str) -> bool:
    """Whether a query may call one of the functions: by an IRI, or by a name with a prefix, whatever that stands for."""
    return any(_CALL.search(reading) for reading in readings(text))


def functions(index: Path) -> dict[ox.NamedNode, Function]:
    """The functions for one evaluation of a query, as the engine takes them. Raises EngineFailed if there is no such index."""
    matching = _Matching(index)
    return {MATCHES: matching.matches, RANK: matching.rank}


def unknowing() -> dict[ox.NamedNode, Function]:
    """Functions of the same names that know nothing, to try whether a query can be understood."""
    return {each: lambda *_: None for each in FUNCTIONS}


class _Matching:
    """An index and what was found in it. It stays open until the answer is gone, for a change takes its file away."""

    def __init__(self, index: Path) -> None:
        self._file = opened(index)
        self._found: dict[ox.Literal, Mapping[str, int]] = {}
        self._things = 0
        try:
            # The engine takes an error of a function for one of the expression: what is amiss has to show before.
            self._file.execute("SELECT id FROM thing LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise EngineFailed(f"The search index cannot be read: {error}") from None

    def __del__(self) -> None:
        if file := getattr(self, "_file", None):
            file.close()

    def matches(self, thing: object, words: object) -> ox.Literal | None:
        if not isinstance(thing, ox.NamedNode) or (places := self._places(words)) is None:
            return None
        return TRUE if thing.value in places else FALSE

    def rank(self, thing: object, words: object) -> ox.Literal | None:
        if not isinstance(thing, ox.NamedNode) or (places := self._places(words)) is None:
            return None
        place = places.get(thing.value)
        return None if place is None else ox.Literal(place)

    def _places(self, words: object) -> Mapping[str, int] | None:
        """The places of what is found, by IRI; None where the words are no text, or more of it than a search takes."""
        if not isinstance(words, ox.Literal):
            return None
        if (known := self._found.get(words)) is not None:
            return known
        text = " ".join(words.value.split())
        if len(text) > TEXT_LIMIT or (words.language is None and words.datatype != STRING):
            return None
        language = (words.language or "").partition("-")[0].lower()
        language = language if language in LANGUAGES else LANGUAGES[0]
        places = {iri: place for place, iri in enumerate(found(self._file, text, language), 1)}
        self._remember(words, places)
        return places

    def _remember(self, words: ox.Literal, places: Mapping[str, int]) -> None:
        self._things += len(places)
        while self._found and (len(self._found) >= TEXTS or self._things > THINGS):
            self._things -= len(self._found.pop(next(iter(self._found))))
        self._found[words] = places
