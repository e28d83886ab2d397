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
    """A form of RDF: its name on the command line, media type, file suffix, engine format, whether it names graphs, and title."""

    name: str
    media_type: str
    suffix: str
    engine: RdfFormat
    datasets: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A form of SPARQL results: its name on the command line, media type, file suffix and engine format."""

    name: str
    media_type: str
    suffix: str
    engine: QueryResultsFormat


Form = TypeVar("Form", bound=GraphFormat | TableFormat)

GRAPH_FORMATS = (
    GraphFormat("turtle", "text/turtle", "ttl", RdfFormat.TURTLE, title="Turtle"),
    GraphFormat("ntriples", "application/n-triples", "nt", RdfFormat.N_TRIPLES, title="N-Triples"),
    GraphFormat("rdfxml", "application/rdf+xml", "rdf", RdfFormat.RDF_XML, title="RDF/XML"),
    GraphFormat("jsonld", "application/ld+json", "jsonld", RdfFormat.JSON_LD, datasets=True, title="JSON-LD"),
    GraphFormat("trig", "application/trig", "trig", RdfFormat.TRIG, datasets=True, title="TriG"),
    GraphFormat("nquads", "application/n-quads", "nq", RdfFormat.N_QUADS, datasets=True, title="N-Quads"),
)
"""Forms of RDF, the preferred first."""

TURTLE_12 = GraphFormat("turtle12", "text/turtle;version=1.2", "ttl12", RdfFormat.TURTLE, title="Turtle, RDF 1.2")
"""Turtle in which each statement says where it stands. Its suffix is one word of its own: what reads .ttl may not read it."""

DUMP_FORMATS = (*GRAPH_FORMATS, TURTLE_12)
"""Forms in which whole data sets are written; what is sent to us, or answers a query, is in none but those above."""

TABLE_FORMATS = (
    TableFormat("json", "application/sparql-results+json", "json", QueryResultsFormat.JSON),
    TableFormat("xml", "application/sparql-results+xml", "xml", QueryResultsFormat.XML),
    TableFormat("csv", "text/csv", "csv", QueryResultsFormat.CSV),
    TableFormat("tsv", "text/tab-separated-values", "tsv", QueryResultsFormat.TSV),
)
"""Forms of SELECT and ASK results, the preferred first."""

SPREADSHEET = TableFormat("spreadsheet", "text/csv", "csv", QueryResultsFormat.CSV)
"""CSV for people who open it in a spreadsheet; programs read the CSV above. See graph/spreadsheet.py."""

ANSWER_FORMATS = (*TABLE_FORMATS, SPREADSHEET)
"""Forms of tables that are asked for by name. By media type and suffix, CSV is the standard's."""

SUFFIXES = {form.suffix: form for form in GRAPH_FORMATS} | {"xml": GRAPH_FORMATS[2], "owl": GRAPH_FORMATS[2]}
"""Forms of RDF by the suffix of a file."""


def named(name: str, forms: Sequence[Form]) -> Form:
    """The form of this name or suffix among `forms`; raises UnknownFormat."""
    for form in forms:
        if name.lower() in (form.name, form.suffix):
            return form
    raise UnknownFormat(name, [form.name for form in forms])


def of_file(file: str, forms: Sequence[Form]) -> Form | None:
    """The form that the name of a file tells by its suffix, be it compressed or not; None where it tells none of these."""
    suffix = file.lower().removesuffix(".gz").rpartition(".")[2]
    known = {**SUFFIXES, **{form.suffix: form for form in forms}}
    form = known.get(suffix)
    return next((each for each in forms if each == form), None)
