"""An answer as a page shows it: some of its rows in an order, what the things in them are called, and a digest of the whole.

https://www.w3.org/TR/sparql11-results-json/ has the rows; https://www.w3.org/TR/sparql11-results-csv-tsv/ has what is digested.
"""

import hashlib
import json
import math
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.canonical import canonical_hash
from orgatlas.graph.caps import Caps
from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.folding import folded
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS, named
from orgatlas.graph.labels import Names, local_name, names_of
from orgatlas.graph.store import MemoryAnswer, MemoryStore, Query, placed
from orgatlas.graph.vocabulary import PREFIXES, name

ROW_LIMIT = 100_000
"""Rows, or triples, that are looked at to count, sort and digest an answer; of a longer one the first so many."""

SIZE_LIMIT = 64 * 2**20
"""Bytes of an answer that are looked at."""

LINE_LIMIT = 1000
"""Lines of a graph that are shown."""

COLUMN_LIMIT, CELL_LIMIT = 50, 20_000
"""Columns that are shown, and cells of a page: of a wide table, fewer rows than are asked for."""

TEXT_LIMIT = 4000
"""Characters of a value that are shown."""

NAMED_LIMIT = 20_000
"""Things in a column whose names are looked up to sort by them; where there are more, they are sorted by IRI."""

CODES = tuple(map(name, ("atlas:isoAlpha2", "atlas:isoAlpha3")))
INSIDE, DEEPEST = name("schema:containedInPlace"), 5
"""The property that leads from a place to a larger one, and how many times it is followed to find a code."""

DEEPEST_TERM, ELLIPSIS = 60, '"…"'.encode()
"""How many triple terms may stand within each other in a value that is shown, and what is shown of others."""

TSV = named("tsv", TABLE_FORMATS)
_BLANK = re.compile(rb'("(?:[^"\\]|\\.)*"|<[^<>]*>)|_:[^\s"<]+')
_NUMBERS = frozenset(
    PREFIXES["xsd"] + each for each in ("integer", "decimal", "double", "float", "int", "long", "short")
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of an answer are wanted: a page from 1 of so many rows, in an order, for a reader of a language.

    `order` is a column, with - before it from high to low; None leaves the rows as they come.
    """

    language: str = "en"
    order: str | None = None
    page: int = 1
    rows: int = 100


def results(
    store: MemoryStore, query: Query, wanted: Wanted, caps: Caps, prefixes: Mapping[str, str]
) -> dict[str, Any]:
    """What a page shows of the answer to a query, for JSON.

    Always `seconds`, the time that the answer took, `cut`, the cap that cut it or None, `digest`, the SHA-256 of the canonical
    answer or None, and `names` by IRI and language; with them `truth`, or `graph` and `total`, or `columns`, `rows`, `total`,
    `start`, `narrowed` where columns are left out, and `codes` of countries by IRI. The canonical answer is the lines of TSV or
    N-Triples in the order of their bytes; graphs with blank nodes get the labels of https://www.w3.org/TR/rdf-canon/, and in a
    table each blank node is written _:b. Raises QueryError.
    """
    began = time.perf_counter()
    answer = store.query(query)
    told: dict[str, Any]
    if answer.kind == "boolean":
        text = BytesIO()
        answer.write(text, TSV)
        told = {"truth": text.getvalue() == b"true", "cut": None, "digest": _digest([text.getvalue() + b"\n"])}
    elif answer.kind == "triples":
        told = _graph(answer, caps, prefixes)
    else:
        told = _table(answer, store, wanted, caps)
    return {"seconds": time.perf_counter() - began, "names": {}, **told}


def _graph(answer: MemoryAnswer, caps: Caps, prefixes: Mapping[str, str]) -> dict[str, Any]:
    assert isinstance(answer.results, ox.QueryTriples)
    limit = min(caps.rows, ROW_LIMIT)
    triples = list(dict.fromkeys(islice(answer.results, limit + 1)))
    cut = "rows" if len(triples) > limit else None
    del triples[limit:]
    turtle = ox.serialize(triples, format=named("turtle", GRAPH_FORMATS).engine, prefixes=dict(prefixes)) or b""
    lines = turtle.decode().splitlines()
    try:
        digest = None if cut else canonical_hash(map(placed, triples))
    except EngineFailed:
        digest = None
    shown = "\n".join(lines[:LINE_LIMIT])
    return {"graph": shown, "shortened": len(lines) > LINE_LIMIT, "total": len(triples), "cut": cut, "digest": digest}


def _table(answer: MemoryAnswer, store: MemoryStore, wanted: Wanted, caps: Caps) -> dict[str, Any]:
    text = BytesIO()
    cut = answer.write(text, TSV, Caps(min(caps.rows, ROW_LIMIT), min(caps.size, SIZE_LIMIT)))
    # A line end within a value is escaped.
    head, *lines = (line + b"\n" for line in text.getvalue().split(b"\n")[:-1])
    digest = None if cut else _digest([head, *map(_without_labels, lines)])
    columns = [each.removeprefix("?") for each in head.decode().rstrip("\n").split("\t")] if head.strip() else []
    if wanted.order and (column := wanted.order.removeprefix("-")) in columns:
        keys = _keys(_parsed(head, lines), columns, column, store, wanted.language)
        # What has no value comes last, whichever way.
        places = sorted((place for place, key in enumerate(keys) if key), key=lambda place: keys[place] or ())
        if wanted.order.startswith("-"):
            places.reverse()
        places += [place for place, key in enumerate(keys) if not key]
        lines = [lines[place] for place in places]
    shown = frozenset(columns[:COLUMN_LIMIT])
    count = min(wanted.rows, CELL_LIMIT // max(len(shown), 1))
    start = (wanted.page - 1) * count
    found = _parsed(head, lines[start : start + count]).serialize(format=ox.QueryResultsFormat.JSON) or b""
    rows = [
        {name: _short(term) for name, term in row.items() if name in shown}
        for row in json.loads(found)["results"]["bindings"]
    ]
    iris = dict.fromkeys(term["value"] for row in rows for term in row.values() if term["type"] == "uri")
    nodes = {iri: ox.NamedNode(iri) for iri in iris}
    return {
        "columns": columns[:COLUMN_LIMIT],
        "narrowed": len(columns) > COLUMN_LIMIT,
        "rows": rows,
        "start": start,
        "total": len(lines),
        "cut": cut,
        "digest": digest,
        "names": {iri: names for iri, node in nodes.items() if (names := names_of(store, node))},
        "codes": {iri: code for iri, node in nodes.items() if (code := _code(store, node))},
    }


def _short(term: dict[str, Any]) -> dict[str, Any]:
    """A term as JSON has it, with no more of its texts than anybody reads."""
    value = term["value"]
    if isinstance(value, dict):
        return {**term, "value": {name: _short(part) for name, part in value.items()}}
    return term if len(value) <= TEXT_LIMIT or term["type"] == "uri" else {**term, "value": value[:TEXT_LIMIT]}


def _parsed(head: bytes, lines: Iterable[bytes]) -> ox.QuerySolutions:
    """The rows once more, less the terms that the engine writes and does not read: those within too many others."""
    shallow = (line if line.count(b"<<(") <= DEEPEST_TERM else _shallow(line) for line in lines)
    rows = ox.parse_query_results(b"".join([head, *shallow]), format=TSV.engine)
    assert isinstance(rows, ox.QuerySolutions)
    return rows


def _shallow(line: bytes) -> bytes:
    values = line.removesuffix(b"\n").split(b"\t")
    return b"\t".join(each if each.count(b"<<(") <= DEEPEST_TERM else ELLIPSIS for each in values) + b"\n"


def _without_labels(line: bytes) -> bytes:
    """A line in which blank nodes have no labels of their own: those differ from one time to the next."""
    return _BLANK.sub(lambda found: found[1] or b"_:b", line) if b"_:" in line else line


def _digest(lines: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for line in sorted(lines):
        total.update(line)
    return total.hexdigest()


def _keys(
    rows: ox.QuerySolutions, columns: Sequence[str], column: str, store: MemoryStore, language: str
) -> list[tuple[Any, ...] | None]:
    """By what each row is sorted: numbers by their value, then texts as they are read, things by what they are called."""
    beside = next(
        (each for each in (f"{column}Label", "label" if column == columns[0] else "") if each in columns), None
    )
    values = [(row[beside] if beside and row[beside] is not None else row[column], row[column]) for row in rows]
    iris = {term for term, _ in values if isinstance(term, ox.NamedNode)}
    called: Callable[[ox.NamedNode], str] = str
    if len(iris) <= NAMED_LIMIT:
        names = {iri: _called(names_of(store, iri), language) or local_name(iri.value) for iri in iris}
        called = names.__getitem__
    return [None if term is None else _key(shown, called) for shown, term in values]


def _key(term: Any, called: Callable[[ox.NamedNode], str]) -> tuple[Any, ...]:
    if isinstance(term, ox.NamedNode):
        return 1, folded(called(term)), term.value
    if isinstance(term, ox.Literal):
        if term.datatype.value in _NUMBERS:
            try:
                if not math.isnan(number := float(term.value)):
                    return 0, number, ""
            except ValueError:
                pass
        return 1, folded(term.value), term.value
    return 2, str(term), ""


def _called(names: Names, language: str) -> str:
    return next((names[each] for each in (language, "", *names) if each in names), "")


def _code(store: MemoryStore, place: ox.NamedNode) -> str | None:
    """The code of a country, or of the one that a place lies in."""
    at: Any = place
    for _ in range(DEEPEST):
        for property in CODES:
            found = [
                quad.object.value for quad in store.find(at, property, None) if isinstance(quad.object, ox.Literal)
            ]
            if found:
                return min(found)
        at = next((quad.object for quad in store.find(at, INSIDE, None) if isinstance(quad.object, ox.NamedNode)), None)
        if at is None:
            return None
    return None
