"""A search in the index of an edition: what is called so, what begins so, what has all the words, or what is written much alike.

https://www.sqlite.org/fts5.html#full_text_query_syntax

The words of a visitor reach SQLite as values, and its query language only in quotes: nothing of them is read as an operator.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any

from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.words import initials, is_small, words

LANGUAGES = ("en", "fr")
"""Those that have a column of their own in the index."""

KINDS = ("unit", "service", "place", "topic", "engagement", "term", "source", "question", "other")
"""The kinds of things, in the order in which they are told."""

TIERS = ({"unit", "service", "place"}, {"topic"}, {"engagement", "term", "source", "question", "other"})
"""The kinds that come first, second and last, other things being equal."""

TIER = 2**40
"""How many numbers there are for the things of a tier."""

BEGIN = "\ue000"
"""The word before each name in the index, which no visitor can write: signs of private use are no part of a word."""

HIDDEN, CODE = 7, 8
"""Ranks of names that are not shown, and of codes (queries/internal/search-names.rq)."""

EVERY = "{en fr plain other}"
"""The columns that hold names."""

COMPARED, ALIKE, CLOSE, SOME = 200, 0.7, 0.08, 4
"""For a word that nothing has: how many others it is compared with, how much alike they must be, how far behind the most alike,
and how many are taken."""

LONGEST = 40
"""Letters of a word that is compared."""

TEXT_LIMIT = 200
"""Characters of a text that is looked for."""

Groups = Sequence[Sequence[str]]
"""The words of a search, each with those that may stand in its place."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: a text, by whom it is read, of which kind, and which of the things found are wanted.

    Where it is `counted`, the number of all that are found is told as well.
    """

    text: str
    language: str
    kind: str | None = None
    start: int = 0
    count: int = 8
    counted: bool = False


def search(path: Path, asked: Search) -> dict[str, Any]:
    """What an index has to offer, for JSON: `hits`, whether these are only `near`, and where counted the `counts` by kind.

    A hit has the IRI of a thing (of a question its name), `kind`, `anchor`, `name`, and `type`, `parent` and `matched`, each a
    text with its language or None. Raises EngineFailed.
    """
    try:
        with closing(opened(path)) as file:
            return _Searching(file, asked).answer()
    except sqlite3.Error as error:
        raise EngineFailed(f"The search index cannot be read: {error}") from None


def opened(path: Path) -> sqlite3.Connection:
    """An index, to be read only. Raises EngineFailed."""
    try:
        return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise EngineFailed(f"The search index cannot be read: {error}") from None


def found(file: sqlite3.Connection, text: str, language: str) -> Iterator[str]:
    """The IRIs of all that a search finds in an index (of a question its name), the best first. Raises sqlite3.Error."""
    return _Searching(file, Search(text, language)).iris()


class _Searching:
    def __init__(self, file: sqlite3.Connection, asked: Search) -> None:
        self._file, self._asked = file, asked
        self._words = words(asked.text)

    def answer(self) -> dict[str, Any]:
        groups, near = self._groups()
        places = islice(self._places(groups), self._asked.start, self._asked.start + self._asked.count)
        told: dict[str, Any] = {"near": near, "hits": [self._hit(place, groups) for place in places]}
        if self._asked.counted:
            told["counts"] = self._counts(groups)
        return told

    def iris(self) -> Iterator[str]:
        groups, _ = self._groups()
        for place in self._places(groups):
            yield self._file.execute("SELECT iri FROM thing WHERE id = ?", (place,)).fetchone()[0]

    def _groups(self) -> tuple[Groups, bool]:
        """What is to be found, and whether it is only written much alike."""
        groups: Groups = [[word] for word in self._words]
        if not groups or self._has(groups):
            return groups, False
        groups = self._nearest()
        return groups, bool(groups)

    def _has(self, groups: Groups) -> bool:
        return self._first(f"{EVERY} : ({_all(groups)})") or self._called() is not None

    def _called(self) -> int | None:
        row = self._file.execute("SELECT thing FROM exact WHERE name = ? LIMIT 1", (" ".join(self._words),)).fetchone()
        return None if row is None else int(row[0])

    def _first(self, pattern: str) -> bool:
        return self._file.execute("SELECT 1 FROM said WHERE said MATCH ? LIMIT 1", (pattern,)).fetchone() is not None

    def _places(self, groups: Groups) -> Iterator[int]:
        """The numbers of what is found, the best first, each once."""
        seen: set[int] = set()
        for place in self._every_place(groups):
            if place not in seen:
                seen.add(place)
                yield place

    def _every_place(self, groups: Groups) -> Iterator[int]:
        if not groups:
            return
        kind = self._asked.kind
        exactly = groups == [[word] for word in self._words]
        if exactly:
            sql = (
                "SELECT thing FROM exact JOIN thing ON id = thing "
                "WHERE name = ? AND (? IS NULL OR kind = ?) ORDER BY made, thing"
            )
            yield from (place for (place,) in self._file.execute(sql, (" ".join(self._words), kind, kind)))
        own = f"{{{self._asked.language} plain}}"
        only = f' AND kind : "{kind}"' if kind else ""
        begun = [f'"{BEGIN} {" ".join(self._words)}" *'] if exactly else []
        for pattern in (*begun, _all(groups)):
            for start in range(0, len(TIERS) * TIER, TIER):
                for columns in (own, EVERY):
                    sql = "SELECT rowid FROM said WHERE said MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid"
                    found = self._file.execute(sql, (f"{columns} : ({pattern}){only}", start, start + TIER - 1))
                    yield from (place for (place,) in found)

    def _counts(self, groups: Groups) -> dict[str, int]:
        """How many things of each kind are found; without a limit to one kind."""
        if not groups:
            return {}
        sql, pattern = "SELECT count(*) FROM said WHERE said MATCH ?", f"{EVERY} : ({_all(groups)})"
        counts = {kind: self._file.execute(sql, (f'{pattern} AND kind : "{kind}"',)).fetchone()[0] for kind in KINDS}
        return {kind: count for kind, count in counts.items() if count}

    # What is written much alike.

    def _nearest(self) -> Groups:
        """The same words as they may have been meant; what nobody calls anything, and what says little, is left out."""
        found = [self._alike(word) for word in dict.fromkeys(self._words)]
        groups = [near for near in found if near]
        if groups and self._first(f"{EVERY} : ({_all(groups)})"):
            return groups
        return [near for near in groups if not any(map(is_small, near))]

    def _alike(self, word: str) -> list[str]:
        if self._first(f"{EVERY} : ({_all([[word]])})"):
            return [word]
        parts = grams(word)
        if not parts:
            return []
        sql = (
            f"SELECT word FROM gram WHERE gram IN ({', '.join('?' * len(parts))}) "
            "GROUP BY word ORDER BY count(*) DESC, word LIMIT ?"
        )
        likeness = {other: _likeness(word, other) for (other,) in self._file.execute(sql, (*parts, COMPARED))}
        best = max(likeness.values(), default=0.0)
        if best < ALIKE:
            return []
        close = [other for other, value in likeness.items() if value >= max(ALIKE, best - CLOSE)]
        return sorted(close, key=lambda other: (-likeness[other], other))[:SOME]

    # What is told of a thing.

    def _hit(self, place: int, groups: Groups) -> dict[str, Any]:
        sql = (
            "SELECT iri, kind, anchor, thing.names, class.names, parent.names FROM thing "
            "LEFT JOIN called AS class ON class.id = class LEFT JOIN called AS parent ON parent.id = parent WHERE thing.id = ?"
        )
        iri, kind, anchor, names, type, parent = self._file.execute(sql, (place,)).fetchone()
        known = [(text, language, rank) for text, language, rank in json.loads(names) if rank != HIDDEN]
        shown, matched = self._shown(known), self._matched(known, groups)
        return {
            "iri": iri,
            "kind": kind,
            "anchor": anchor,
            "name": _told(shown),
            "type": self._best(type),
            "parent": self._best(parent),
            "matched": _told(matched) if matched is not None and matched[0] != shown[0] else None,
        }

    def _shown(self, names: Sequence[tuple[str, str, int]]) -> tuple[str, str]:
        """The name to be shown: in the language of the reader, else another that is to be shown, else what there is."""

        def order(each: tuple[str, str, int]) -> tuple[bool, int, int]:
            _, language, rank = each
            return rank >= HIDDEN - 1, self._distance(language), rank

        text, language, _ = min(names, key=order, default=("", "", 0))
        return text, language

    def _matched(self, names: Sequence[tuple[str, str, int]], groups: Groups) -> tuple[str, str] | None:
        """The name by which a thing was found, if it was not the one that is shown."""
        shown = self._shown(names)
        ordered = sorted(names, key=lambda each: (each[:2] != shown, self._distance(each[1]), each[2]))
        fits = [(self._fit(text, language, groups), text, language) for text, language, _ in ordered]
        best = max(fits, key=lambda each: each[0], default=None)
        if best is None or fits[0][0] >= 2 or best[0] == fits[0][0]:
            return None
        return best[1:]

    def _fit(self, text: str, language: str, groups: Groups) -> float:
        """How well a name fits: 3 where it is what was asked for, 2 where it has all of that, 1 where its initials are that."""
        known = words(text)
        if known == self._words:
            return 3
        has = [any(word.startswith(each) for each in group for word in known) for group in groups]
        if all(has):
            return 2
        return 1 if initials(text, language[:2]) == "".join(self._words) else sum(has) / len(has)

    def _best(self, names: str | None) -> dict[str, str | None] | None:
        known: Mapping[str, str] = json.loads(names) if names else {}
        if not known:
            return None
        language = min(known, key=self._distance)
        return _told((known[language], language))

    def _distance(self, language: str) -> int:
        own = self._asked.language
        order = (own, "", *LANGUAGES)
        return order.index(language) if language in order else 0 if language.startswith(f"{own}-") else len(order)


def _told(name: tuple[str, str]) -> dict[str, str | None]:
    return {"text": name[0], "language": name[1] or None}


def _all(groups: Groups) -> str:
    """The pattern of what has each of some words, or what stands in its place, as the beginning of a word."""
    told = {" OR ".join(f'"{word}" *' for word in group): None for group in groups}
    return " AND ".join(f"({each})" for each in told)


def grams(word: str) -> list[str]:
    """The parts of a word by which another that is written much alike is found; none of one that is short, or of a number."""
    if len(word) < 3 or not word.isalpha():
        return []
    marked = f"^{word[:LONGEST]}"
    return sorted({marked[at : at + 3] for at in range(len(marked) - 2)})


def _likeness(word: str, other: str) -> float:
    """From 0 to 1; a word that is still being written is compared with as much of the other."""
    word = word[:LONGEST]
    whole = SequenceMatcher(None, word, other[:LONGEST], autojunk=False).ratio()
    begun = SequenceMatcher(None, word, other[: len(word)], autojunk=False).ratio() if len(word) >= 5 else 0.0
    return max(whole, begun - CLOSE / 2)
