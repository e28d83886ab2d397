"""Two parsers, one reading: a file that rdflib and pyoxigraph understand differently will surprise somebody.

https://www.w3.org/TR/rdf11-concepts/
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from orgatlas.graph.bundle import Bundle, read_file
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


def check_parsers(bundle: Bundle) -> Iterator[Finding]:
    """A finding for each RDF file of which the two parsers count different quads. Raises BrokenFile."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # it logs each literal that it finds odd
    for file in bundle.files:
        ours = len(set(read_file(file, bundle.base, bundle.graph_of(file))))
        theirs = _count_by_rdflib(file, bundle.base)
        if theirs != ours:
            texts = {
                language: text.format(ours=ours, theirs="–" if theirs is None else theirs)
                for language, text in DIFFERENT.items()
            }
            yield Finding(rule("parsers-agree"), Severity.WARNING, texts, REMEDY, file=str(file))


def _count_by_rdflib(file: Path, base: str) -> int | None:
    """How many quads rdflib reads, or None where it cannot."""
    from rdflib import Dataset

    dataset = Dataset()
    try:
        dataset.parse(str(file), format=RDFLIB_NAMES[SUFFIXES[file.suffix[1:]].suffix], publicID=base)
    except Exception:  # rdflib's parsers raise whatever they stumble over
        return None
    return sum(len(graph) for graph in dataset.graphs())


DIFFERENT = {
    "en": "pyoxigraph reads {ours} statements in this file, rdflib {theirs}.",
    "fr": "pyoxigraph lit {ours} énoncés dans ce fichier, rdflib {theirs}.",
}
REMEDY = {
    "en": "Write what only one of them understands in a plainer way.",
    "fr": "Écrivez plus simplement ce que l’un des deux seulement comprend.",
}
