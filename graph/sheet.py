"""The sheet of a thing: all that its page shows, found at once.

https://www.w3.org/TR/cooluris/#r303gendocument (a page tells of a thing, and is not it)
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.context import Context
from orgatlas.graph.describe import LIMITS, Description, as_rows, as_table, document, in_form
from orgatlas.graph.errors import AtlasError, Inexpressible
from orgatlas.graph.evidence import Passage, passage_of, source_text, verbatim
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.hierarchy import Hierarchy, classes_of, narrowest
from orgatlas.graph.labels import identifier_of, names_of
from orgatlas.graph.standing import standing
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import name

SOURCE = name("oa:hasSource")

WEIGHED = 1000
"""Statements of a description whose documents are written to know their sizes."""

QUOTED, AROUND = 100, 300
"""Passages of a page that are quoted, and characters of a source that are shown before and after one on its own page."""


def sheet(
    description: Description,
    store: MemoryStore,
    hierarchy: Hierarchy,
    bundle: Bundle,
    context: Context,
    texts: Path | None,
    address: str,
    language: str,
) -> dict[str, Any]:
    """A description with what only its page needs, for JSON.

    `kind` is its level or its narrowest class. `standing` is where it stands, `units` tells of whatever is named there. `sizes`
    are bytes by the suffix of the form. `quotes` are the words of passages, where the text of their source is at hand and is the
    one that was read; the one that the page is of has the words around it, too.
    """
    place = standing(store, hierarchy, description.resource.value, language)
    mentioned = (*place.above, *place.also, *place.beside.iris, *place.inside.iris)
    return {
        **as_rows(description, bundle),
        "kind": _kind(store, hierarchy, description.resource),
        "standing": asdict(place),
        "units": {iri: _unit(store, hierarchy, iri) for iri in dict.fromkeys((description.resource.value, *mentioned))},
        "sizes": dict(_sizes(description, bundle, context, address)) if len(description.said) <= WEIGHED else {},
        "quotes": dict(_quotes(description, store, bundle, texts)),
    }


def _kind(store: MemoryStore, hierarchy: Hierarchy, node: ox.NamedNode) -> str | None:
    """The level of a unit, else the narrowest class of a thing."""
    if node.value in hierarchy:
        return hierarchy.level(node.value).iri
    return narrowest(store, classes_of(store, node))


def _unit(store: MemoryStore, hierarchy: Hierarchy, iri: str) -> dict[str, Any]:
    """What a thing that something stands beside is called, and its level if it is a unit."""
    node = ox.NamedNode(iri)
    level = hierarchy.level(iri) if iri in hierarchy else None
    return {
        "names": names_of(store, node),
        "number": _number(store, node),
        "level": hierarchy.levels.index(level) if level else None,
        "levelNames": names_of(store, ox.NamedNode(level.iri)) if level and level.iri else {},
    }


def _number(store: MemoryStore, node: ox.NamedNode) -> str | None:
    """The number by which a passage is known."""
    if next(store.find(node, SOURCE, None), None) is None:
        return None
    return identifier_of(store, node)


def _sizes(description: Description, bundle: Bundle, context: Context, address: str) -> Iterator[tuple[str, int]]:
    """The size of the document in each form that can say what there is to say."""
    quads = document(description, bundle, address)
    for form in GRAPH_FORMATS:
        try:
            yield form.suffix, len(in_form(quads, form, bundle, context))
        except Inexpressible:
            continue
    yield "csv", len(as_table(description, bundle))


def _quotes(
    description: Description, store: MemoryStore, bundle: Bundle, texts: Path | None
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The words of the passages that state something here."""
    graphs = (each.graph for each in description.said if each.role in LIMITS and each.graph is not None)
    read: dict[str, str | None] = {}
    for node in [*dict.fromkeys((description.resource, *graphs))][:QUOTED]:
        passage = passage_of(store, node)
        if passage is None:
            continue
        if passage.source not in read:
            read[passage.source] = _text(bundle, passage.source, texts)
        text = read[passage.source]
        if text is not None and (words := verbatim(text, passage)) is not None:
            around = AROUND if node == description.resource else 0
            yield (
                node.value,
                {"before": _before(text, passage, around), "words": words, "after": _after(text, passage, around)},
            )


def _text(bundle: Bundle, source: str, texts: Path | None) -> str | None:
    try:
        return source_text(bundle, source, texts)
    except (AtlasError, OSError):
        return None  # check says what is wrong with the file; the page has its own words


def _before(text: str, passage: Passage, characters: int) -> str:
    """Some of what stands before a passage, from the beginning of a word on."""
    before = text[max(passage.start - characters, 0) : passage.start]
    return before if passage.start <= characters or not before else f"…{before[before.find(' ') + 1 :]}"


def _after(text: str, passage: Passage, characters: int) -> str:
    after = text[passage.end : passage.end + characters]
    return after if passage.end + characters >= len(text) or not after else f"{after[: after.rfind(' ')]}…"
