"""Evidence: each passage is a place in a text and the digest of what stands there; here the texts are asked.

Positions count Unicode code points from 0 and leave out the end, as oa:TextPositionSelector has it
(https://www.w3.org/TR/annotation-model/#text-position-selector). Nothing is normalised before it is digested.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import BrokenFile
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.internal import internal
from orgatlas.graph.store import MemoryStore, Query
from orgatlas.graph.vocabulary import name, rule

TEXT_MATCHES, TEXT_COVERED = rule("passage-text"), rule("passages-cover-source")
TEXT_AT_HAND, FACT_COVERED = rule("source-text-at-hand"), rule("fact-covered")


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a source text, `start` included and `end` not, and the SHA-256 of the text there."""

    iri: str
    source: str
    start: int
    end: int
    digest: str


def passages(store: MemoryStore, bundle: Bundle) -> list[Passage]:
    """Every passage that a graph describes, by source and place. One whose numbers are none is left to the shapes."""
    results = store.query(Query(internal("passages"), bundle.base, bundle.prefixes)).results
    assert isinstance(results, ox.QuerySolutions)
    rows = ([term.value for term in row] for row in results)
    return [Passage(p, s, int(a), int(b), d) for p, s, a, b, d in rows if a.isdecimal() and b.isdecimal()]


def passage_of(store: MemoryStore, node: ox.NamedNode) -> Passage | None:
    """The passage that an IRI names, or None where it names none, or one that is not described as it should be."""

    def said(subject: Any, property: str) -> Any:
        return next((quad.object for quad in store.find(subject, name(property), None)), None)

    source, selector, digest = said(node, "oa:hasSource"), said(node, "oa:hasSelector"), said(node, "atlas:sha256")
    if source is None or digest is None or not isinstance(selector, ox.NamedNode | ox.BlankNode):
        return None
    if next(store.find(node, name("rdf:type"), name("oa:SpecificResource")), None) is None:
        return None
    start, end = said(selector, "oa:start"), said(selector, "oa:end")
    if not (isinstance(start, ox.Literal) and isinstance(end, ox.Literal)):
        return None
    if not (start.value.isdecimal() and end.value.isdecimal()):
        return None
    return Passage(node.value, source.value, int(start.value), int(end.value), digest.value)


def source_text(bundle: Bundle, source: str, folder: Path | None) -> str | None:
    """The text of a source, as it stands in its file, or None where it is not at hand. Raises BrokenFile."""
    called = text_name(bundle, source)
    for place in [folder] if folder else [bundle.folder / "sources", bundle.folder]:
        file = place / called
        if file.exists() and not file.is_file():
            raise BrokenFile(file, "not a regular file")
        if file.is_file():
            try:
                return file.read_bytes().decode("utf-8")
            except UnicodeDecodeError as error:
                raise BrokenFile(file, f"not UTF-8 at byte {error.start}") from None
    return None


def text_name(bundle: Bundle, source: str) -> str:
    """The name of the file that holds the text of a source: as atlas.toml has it, else the end of its IRI and `.txt`."""
    names = {bundle.resolve(each.iri): each.file for each in bundle.manifest.sources}
    return names.get(source, f"{source.rsplit('/', 1)[-1]}.txt")


def verbatim(text: str, passage: Passage) -> str | None:
    """The words of a passage, or None where the text is not the one the digest was taken of."""
    words = text[passage.start : passage.end]
    return words if hashlib.sha256(words.encode()).hexdigest() == passage.digest else None


def against_texts(store: MemoryStore, bundle: Bundle, folder: Path | None) -> Iterator[Finding]:
    """What the texts say of the passages: findings without wording, which their shapes have."""
    for source, found in groupby(passages(store, bundle), key=lambda passage: passage.source):
        of_source = sorted(found, key=lambda passage: passage.start)
        text = source_text(bundle, source, folder)
        if text is None:
            # Whoever names a folder wants the comparison; without one it is a service that could not be done.
            severity = Severity.VIOLATION if folder else Severity.INFO
            value = f'"{text_name(bundle, source)}"'
            yield Finding(TEXT_AT_HAND, severity, NOT_AT_HAND, NOT_AT_HAND_REMEDY, focus=f"<{source}>", value=value)
            continue
        for passage in of_source:
            if verbatim(text, passage) is None:
                yield Finding(TEXT_MATCHES, Severity.VIOLATION, {}, focus=f"<{passage.iri}>")
        yield from _gaps_and_overlaps(text, of_source)


def _gaps_and_overlaps(text: str, of_source: Iterable[Passage]) -> Iterator[Finding]:
    reached, source = 0, ""
    for passage in of_source:
        source = passage.source
        if passage.start < reached:
            yield Finding(TEXT_COVERED, Severity.VIOLATION, {}, focus=f"<{passage.iri}>")
        elif text[reached : passage.start].strip():
            yield _gap(source, reached)
        reached = max(reached, passage.end)
    if text[reached:].strip():
        yield _gap(source, reached)


def _gap(source: str, start: int) -> Finding:
    value = f'"{start}"^^<http://www.w3.org/2001/XMLSchema#integer>'
    return Finding(TEXT_COVERED, Severity.VIOLATION, {}, focus=f"<{source}>", value=value)


def coverage(store: MemoryStore, bundle: Bundle) -> Iterator[Finding]:
    """Each fact of graph/data/coverage.toml that does not hold in the graph of its passage. Raises BrokenFile."""
    file = bundle.folder / "graph" / "data" / "coverage.toml"
    if bundle.plain or not file.is_file():
        return
    lines = file.read_text(encoding="utf-8").splitlines()
    for fact, entry in read_coverage(file).items():
        ask = entry.get("ask")
        if not isinstance(ask, str):
            continue
        graph = passage_graph(bundle, fact)
        answer = store.query(Query(ask, bundle.base, bundle.prefixes, default_graphs=(graph,)))
        if not bool(answer.results):
            yield Finding(
                FACT_COVERED, Severity.VIOLATION, NOT_COVERED, NOT_COVERED_REMEDY,
                focus=f"<{graph}>", value=f'"{fact}"', file=str(file), line=lines.index(f'["{fact}"]') + 1,
            )  # fmt: skip


def read_coverage(file: Path) -> Mapping[str, Mapping[str, object]]:
    """The facts of a coverage file by number: each has `ask`, or `evidence_only` with a reason. Raises BrokenFile."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenFile(file, str(error)) from None


def passage_graph(bundle: Bundle, fact: str) -> str:
    """The graph of the passage a fact comes from: fact B12.3 stands in id/source/B/s12."""
    passage = fact.partition(".")[0]
    return f"{bundle.base}id/source/{passage[0]}/s{passage[1:]}"


NOT_AT_HAND = {
    "en": "The text of this source is not at hand, so its passages were not compared with it.",
    "fr": "Le texte de cette source n’est pas disponible : ses passages n’ont pas été comparés avec lui.",
}
NOT_AT_HAND_REMEDY = {
    "en": "Name with --sources the folder that holds the file of this name.",
    "fr": "Indiquer avec --sources le dossier qui contient le fichier de ce nom.",
}
NOT_COVERED = {
    "en": "The graph of the passage does not state this fact.",
    "fr": "Le graphe du passage n’énonce pas ce fait.",
}
NOT_COVERED_REMEDY = {
    "en": "State it there, or say in coverage.toml why it is evidence only.",
    "fr": "Énoncez-le à cet endroit, ou dites dans coverage.toml pourquoi il reste une simple preuve.",
}
