"""Two parsers, one reading: a file that rdflib and pyoxigraph understand differently will surprise somebody.

https://www.w3.org/TR/rdf11-concepts/
"""

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from orgatlas.graph.apart import each_apart
from orgatlas.graph.bundle import Bundle, read_file
from orgatlas.graph.errors import Unfinished
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.formats import SUFFIXES
from orgatlas.graph.vocabulary import rule

RDFLIB_NAMES = {
    "ttl": "turtle",
    "nt": "nt",
    "rdf": "xml",
    "jsonld": "json-ld",
    "trig": "trig",
    "nq": "nquads",
}
"""How rdflib calls a form, by our suffix of it."""


PATIENCE = 5.0
"""Seconds that rdflib gets for a file, however small."""


def check_parsers(bundle: Bundle) -> Iterator[Finding]:
    """A finding for each RDF file of which the two parsers count different quads. Raises BrokenFile."""
    import rdflib  # noqa: F401  # here, so that the processes that fork share it

    logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # it logs each literal that it finds odd
    counts = each_apart([(partial(_count_by_rdflib, file, bundle.base), _patience(file)) for file in bundle.files])
    for file, theirs in zip(bundle.files, counts, strict=True):
        ours = len(set(read_file(file, bundle.base, bundle.graph_of(file))))
        if isinstance(theirs, Unfinished):
            yield Finding(rule("parsers-agree"), Severity.WARNING, UNFINISHED, REMEDY, file=str(file))
        elif theirs != ours:
            texts = {
                language: text.format(ours=ours, theirs="–" if theirs is None else theirs)
                for language, text in DIFFERENT.items()
            }
            yield Finding(rule("parsers-agree"), Severity.WARNING, texts, REMEDY, file=str(file))


def _patience(file: Path) -> float:
    """Seconds that rdflib gets for a file: ten times what it needs for an honest one."""
    return PATIENCE + file.stat().st_size / 100_000


def _count_by_rdflib(file: Path, base: str) -> int | None:
    """How many quads rdflib reads, or None where it cannot."""
    from rdflib import Dataset

    dataset = Dataset()
    try:
        dataset.parse(str(file), format=RDFLIB_NAMES[SUFFIXES[file.suffix[1:]].suffix], publicID=base)
    except Exception:  # rdflib's parsers raise whatever they stumble over
        return None
    return sum(len(graph) for graph in dataset.graphs())


UNFINISHED = {
    "en": "rdflib did not finish reading this file.",
    "fr": "rdflib n’a pas fini de lire ce fichier.",
}
DIFFERENT = {
    "en": "pyoxigraph reads {ours} statements in this file, rdflib {theirs}.",
    "fr": "pyoxigraph lit {ours} énoncés dans ce fichier, rdflib {theirs}.",
}
REMEDY = {
    "en": "Write what only one of them understands in a plainer way.",
    "fr": "Écrivez plus simplement ce que l’un des deux seulement comprend.",
}
