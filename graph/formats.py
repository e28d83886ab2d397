"""The forms in which RDF and answers are read and written: one row a form, one table for the shell and for HTTP.

https://www.w3.org/TR/rdf12-concepts/ and https://www.w3.org/TR/sparql11-overview/ name them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import QueryResultsFormat, RdfFormat

from orgatlas.graph.errors import UnknownFormat


@dataclass(frozen=True, slots=True)
class GraphFormat:
    """A form of RDF: its name on the command line, media type, file suffix, engine format and whether it names graphs."""

    name: str
    media_type: str
    suffix: str
    engine: RdfFormat
    datasets: bool = False


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A form of SPARQL results: its name on the command line, media type, file suffix and engine format."""

    name: str
    media_type: str
    suffix: str
    engine: QueryResultsFormat


Form = TypeVar("Form", bound=GraphFormat | TableFormat)

GRAPH_FORMATS = (
    GraphFormat("turtle", "text/turtle", "ttl", RdfFormat.TURTLE),
    GraphFormat("ntriples", "application/n-triples", "nt", RdfFormat.N_TRIPLES),
    GraphFormat("rdfxml", "application/rdf+xml", "rdf", RdfFormat.RDF_XML),
    GraphFormat("jsonld", "application/ld+json", "jsonld", RdfFormat.JSON_LD, datasets=True),
    GraphFormat("trig", "application/trig", "trig", RdfFormat.TRIG, datasets=True),
    GraphFormat("nquads", "application/n-quads", "nq", RdfFormat.N_QUADS, datasets=True),
)
"""Forms of RDF, the preferred first."""

TABLE_FORMATS = (
    TableFormat("json", "application/sparql-results+json", "json", QueryResultsFormat.JSON),
    TableFormat("xml", "application/sparql-results+xml", "xml", QueryResultsFormat.XML),
    TableFormat("csv", "text/csv", "csv", QueryResultsFormat.CSV),
    TableFormat("tsv", "text/tab-separated-values", "tsv", QueryResultsFormat.TSV),
)
"""Forms of SELECT and ASK results, the preferred first."""

SUFFIXES = {form.suffix: form for form in GRAPH_FORMATS} | {"xml": GRAPH_FORMATS[2], "owl": GRAPH_FORMATS[2]}
"""Forms of RDF by the suffix of a file."""


def named(name: str, forms: Sequence[Form]) -> Form:
    """The form of this name or suffix among `forms`; raises UnknownFormat."""
    for form in forms:
        if name.lower() in (form.name, form.suffix):
            return form
    raise UnknownFormat(name, [form.name for form in forms])
