"""The vocabularies we speak: one prefix table for every file, query and answer, and the few names the code itself needs."""

from pyoxigraph import NamedNode

PREFIXES = {
    "atlas": "https://w3id.org/orgatlas/ns#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rule": "https://w3id.org/orgatlas/shapes#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

LANGUAGES = ("en", "fr")
"""The languages that everything is told in, the preferred first."""

ID = "id/"
"""What stands behind the base in the IRI of a thing."""

DATASET = f"{ID}dataset"
"""Name, relative to the base, of the data set as a whole."""

VOCABULARY_GRAPH = "graph/vocabulary"
"""Name, relative to the base, of the graph that holds the ontology and the concepts."""

INFERRED_GRAPH = "graph/inferred"
"""Name, relative to the base, of the graph that holds what follows and was not stated."""


def name(prefixed: str) -> NamedNode:
    """The IRI a prefixed name of our own table stands for: `name("skos:prefLabel")`."""
    prefix, local = prefixed.split(":", 1)
    return NamedNode(PREFIXES[prefix] + local)


def rule(local: str) -> str:
    """The IRI of a rule of ours, by which findings name what was broken."""
    return PREFIXES["rule"] + local
