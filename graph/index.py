"""The search index: everything that has a name and a page, in an SQLite file that stays while its edition lasts.

https://www.sqlite.org/fts5.html

Things are numbered in the order in which a search shows them where nothing else decides: what people mostly look for first, then
short names before long ones. What SQLite finds first is therefore what is shown first, and it may stop there.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.internal import internal
from orgatlas.graph.labels import LENGTH, names_of
from orgatlas.graph.search import BEGIN, CODE, HIDDEN, LANGUAGES, TIER, TIERS, grams
from orgatlas.graph.store import MemoryStore, Query
from orgatlas.graph.terminology import Terminology
from orgatlas.graph.vocabulary import name
from orgatlas.graph.words import initials, words

KIND_CLASSES: Mapping[str, tuple[str, ...]] = {
    "unit": (
        *("org:Organization", "org:FormalOrganization", "org:OrganizationalUnit", "cv:PublicOrganisation"),
        *("schema:Organization", "foaf:Organization"),
    ),
    "service": ("cpsv:PublicService", "schema:Service"),
    "place": ("atlas:Jurisdiction", "schema:Place", "schema:AdministrativeArea", "schema:Country", "dct:Location"),
    "engagement": ("atlas:Engagement",),
    "source": ("oa:SpecificResource", "dct:BibliographicResource"),
    "topic": ("skos:Concept", "skos:ConceptScheme"),
}
"""The classes by which a thing is of a kind; of a thing of several kinds the first counts."""

TERMS = ("class", "object", "data", "annotation", "property", "datatype")
"""The kinds of graph/terminology.py that are terms for a search, too; its individuals are of the kinds above."""

ABBREVIATED = ("unit", "service", "place", "other")
"""The kinds of things that people call by initials."""

PRECEDENCE = (1, 6, 7, 2, 3, 4, 5, 8)
"""Which rank counts where one text is several names: where SKOS is at hand, an alternative label is a label at large as well."""

NAME_LIMIT = 100
"""Names of one thing that are looked at."""

SCHEMA = """
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
PRAGMA temp_store = memory;
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, anchor TEXT, names TEXT, class INTEGER, parent INTEGER);
CREATE TABLE called (id INTEGER PRIMARY KEY, names TEXT);
CREATE TABLE exact (name TEXT, made INTEGER, thing INTEGER, PRIMARY KEY (name, made, thing)) WITHOUT ROWID;
CREATE TABLE gram (gram TEXT, word TEXT, PRIMARY KEY (gram, word)) WITHOUT ROWID;
CREATE VIRTUAL TABLE said USING fts5 (
  en, fr, plain, other, kind,
  content = '', columnsize = 0, prefix = '1 2 3 4 5 6 7 8 9 10 11 12', tokenize = "unicode61 remove_diacritics 2"
);
"""
"""`exact` has whole names as the words they are made of, `made` being 1 where they are initials; `gram` has the words that a
misspelling may stand for, by parts of them; `said` has all names of a thing, those of each language in a column."""

Questions = Iterable[tuple[str, Mapping[str, str]]]
"""The questions of the library: the name of each, and its title by language."""


class Name(NamedTuple):
    """What a thing is called: `rank` as in queries/internal/search-names.rq; the language is empty where none is known."""

    text: str
    language: str
    rank: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing to be found. `type` and `parent` are IRIs; `anchor` is its place on the page of the ontology, where it has one."""

    iri: str
    kind: str
    names: Sequence[Name]
    type: str | None = None
    parent: str | None = None
    anchor: str | None = None


def write_index(store: MemoryStore, bundle: Bundle, questions: Questions, path: Path) -> int:
    """Write the index of a store into a new file; returns how many things are in it. Raises EngineFailed."""
    found = sorted((*_asked(questions), *_Reading(store, bundle).entries()), key=_order)
    try:
        with closing(sqlite3.connect(path)) as file:
            file.executescript(SCHEMA)
            _fill(file, found, store)
            file.execute("INSERT INTO said (said) VALUES ('optimize')")
            file.commit()
    except sqlite3.Error as error:
        hint = (
            " (the SQLite of this Python was built without FTS5, which the search needs)"
            if "fts5" in str(error)
            else ""
        )
        raise EngineFailed(f"The search index cannot be written: {error}{hint}") from None
    return len(found)


def _order(entry: Entry) -> tuple[int, int, list[str], str]:
    shown = [each.text for each in entry.names if each.rank < CODE] or [each.text for each in entry.names]
    shortest = min(shown, key=lambda text: (len(text), text))
    return _tier(entry), len(shortest), words(shortest), entry.iri


def _tier(entry: Entry) -> int:
    return next(place for place, kinds in enumerate(TIERS) if entry.kind in kinds)


def _asked(questions: Questions) -> Iterator[Entry]:
    for called, title in questions:
        yield Entry(called, "question", [*(Name(title[tag], tag, 1) for tag in sorted(title)), Name(called, "", CODE)])


class _Reading:
    """What a store says of everything that is to be found."""

    def __init__(self, store: MemoryStore, bundle: Bundle) -> None:
        self._store, self._bundle = store, bundle
        self._terms = Terminology(store, bundle)
        self._classes: defaultdict[str, set[str]] = defaultdict(set)
        self._above: defaultdict[str, set[str]] = defaultdict(set)
        self._known: dict[frozenset[str], tuple[str | None, str | None]] = {}
        self._kinds = {name(each).value: kind for kind in KIND_CLASSES for each in KIND_CLASSES[kind]}

    def entries(self) -> Iterator[Entry]:
        names = self._names()
        for thing, of_class in self._rows("search-classes"):
            if thing in names:
                self._classes[thing].add(of_class)
        for below, above in self._rows("search-superclasses"):
            self._above[below].add(above)
        parents = self._parents(names)
        for iri, given in names.items():
            _, parent, hint = parents.get(iri, (0, None, ""))
            kind, type = self._sort(iri, hint)
            ordered = sorted(given.values(), key=lambda each: (each.rank, each.language, each.text))
            yield Entry(iri, kind, ordered[:NAME_LIMIT], type, parent, self._terms.anchors.get(iri))

    def _names(self) -> dict[str, dict[tuple[str, str], Name]]:
        """The names of what has a page."""
        found: defaultdict[str, dict[tuple[str, str], Name]] = defaultdict(dict)
        base, everything, anchors = self._bundle.base, self._bundle.plain, self._terms.anchors
        for row in self._query("search-names"):
            thing, text, rank = row["thing"], row["name"], row["rank"]
            assert isinstance(thing, ox.NamedNode)
            assert isinstance(text, ox.Literal)
            assert isinstance(rank, ox.Literal)
            if not text.value.strip() or not (everything or thing.value.startswith(base) or thing.value in anchors):
                continue
            new = Name(text.value.strip()[:LENGTH], (text.language or "").lower(), int(rank.value))
            known = found[thing.value].setdefault(new[:2], new)
            found[thing.value][new[:2]] = min(known, new, key=lambda each: PRECEDENCE.index(each.rank))
        return found

    def _parents(self, names: Mapping[str, object]) -> dict[str, tuple[int, str, str]]:
        """What each thing belongs to, of several the first; with the rank of that, and what such a thing is."""
        found: dict[str, tuple[int, str, str]] = {}
        for row in self._query("search-parents"):
            thing, parent, rank, kind = row["thing"], row["parent"], row["rank"], row["kind"]
            assert isinstance(thing, ox.NamedNode)
            assert isinstance(parent, ox.NamedNode)
            assert isinstance(rank, ox.Literal)
            assert isinstance(kind, ox.Literal)
            if thing.value in names and thing != parent:
                new = int(rank.value), parent.value, kind.value
                found[thing.value] = min(found.get(thing.value, new), new)
        return found

    def _sort(self, iri: str, hint: str) -> tuple[str, str | None]:
        """The kind of a thing, and the class to be shown: that which is below most others."""
        classes = frozenset(self._classes.get(iri, ()))
        if classes not in self._known:
            every = classes.union(*(self._above.get(each, set()) for each in classes))
            kinds = {self._kinds[each] for each in every if each in self._kinds}
            kind = next((each for each in KIND_CLASSES if each in kinds), None)
            named = [each for each in classes if names_of(self._store, ox.NamedNode(each))]
            self._known[classes] = kind, min(named, key=self._generality, default=None)
        kind, type = self._known[classes]
        if self._terms.kinds.get(iri) in TERMS:
            return "term", type
        return kind or hint or ("term" if iri in self._terms.anchors else "other"), type

    def _generality(self, of_class: str) -> tuple[int, bool, str]:
        return -len(self._above.get(of_class, ())), of_class not in self._terms.own, of_class

    def _rows(self, question: str) -> Iterator[tuple[str, str]]:
        for row in self._query(question):
            first, second = row[0], row[1]
            assert isinstance(first, ox.NamedNode)
            assert isinstance(second, ox.NamedNode)
            yield first.value, second.value

    def _query(self, question: str) -> ox.QuerySolutions:
        results = self._store.query(Query(internal(question), whole=True)).results
        assert isinstance(results, ox.QuerySolutions)
        return results


def _fill(file: sqlite3.Connection, entries: Sequence[Entry], store: MemoryStore) -> None:
    """Number the entries and write them down."""
    called: dict[str, int] = {}
    for iri in (each for entry in entries for each in (entry.type, entry.parent) if each is not None):
        called.setdefault(iri, len(called))
    rows = ((place, json.dumps(names_of(store, ox.NamedNode(iri)))) for iri, place in called.items())
    file.executemany("INSERT INTO called VALUES (?, ?)", rows)
    vocabulary: set[str] = set()
    for place, entry in enumerate(entries):
        place += TIER * _tier(entry)
        related = (called.get(each) if each is not None else None for each in (entry.type, entry.parent))
        row = place, entry.iri, entry.kind, entry.anchor, json.dumps(entry.names, ensure_ascii=False), *related
        file.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        columns: dict[str, list[str]] = {column: [] for column in (*LANGUAGES, "plain", "other")}
        for key, language, made in _keys(entry):
            columns[_column(language)] += (BEGIN, key)
            file.execute("INSERT OR IGNORE INTO exact VALUES (?, ?, ?)", (key, made, place))
            if not made:
                vocabulary.update(key.split(" "))
        texts = map(" ".join, columns.values())
        file.execute(
            "INSERT INTO said (rowid, en, fr, plain, other, kind) VALUES (?, ?, ?, ?, ?, ?)",
            (place, *texts, entry.kind),
        )
    file.executemany(
        "INSERT INTO gram VALUES (?, ?)", ((gram, word) for word in sorted(vocabulary) for gram in grams(word))
    )


def _keys(entry: Entry) -> Iterator[tuple[str, str, bool]]:
    """Each name as its words, and its initials; with its language, and whether it was made here."""
    for text, language, rank in entry.names:
        if key := " ".join(words(text)):
            yield key, language, False
            if entry.kind in ABBREVIATED and rank < HIDDEN and (made := initials(text, language[:2])):
                yield made, language, True


def _column(language: str) -> str:
    if not language:
        return "plain"
    return next((each for each in LANGUAGES if language == each or language.startswith(f"{each}-")), "other")
