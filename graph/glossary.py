"""The glossary: what the ontologies of a graph define, term by term, with axioms in words, the use in the data and what is new.

https://www.w3.org/TR/swbp-vocab-pub/ and https://www.w3.org/TR/owl2-syntax/#Annotations
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.bundle import BUILT_IN, Bundle, read_file
from orgatlas.graph.difference import before, difference, is_deprecated
from orgatlas.graph.errors import shortened
from orgatlas.graph.internal import internal
from orgatlas.graph.naming import Names
from orgatlas.graph.paths import Node, index
from orgatlas.graph.sentences import TEXT_LIMIT, Sentence, Sentences
from orgatlas.graph.store import MemoryStore, Query, Term
from orgatlas.graph.terminology import DEFINED_BY, ORDER, TYPE, Described, Terminology, anchor, short
from orgatlas.graph.vocabulary import name

__all__ = ["anchor", "glossary"]

LIST_LIMIT, AXIOM_LIMIT = 40, 30
"""Members of a list, and axioms of a term."""

THING, STATUS, VERSION_INFO = name("owl:Thing"), name("vs:term_status"), name("owl:versionInfo")

TEXTS: Mapping[str, tuple[str, ...]] = {
    "labels": ("skos:prefLabel", "rdfs:label", "dct:title", "dce:title"),
    "definitions": ("skos:definition", "rdfs:comment", "dct:description"),
    "notes": ("skos:scopeNote", "skos:note", "vann:usageNote"),
    "examples": ("skos:example", "vann:example"),
}
"""What is said of a term in words: of each line, the first property that has a text."""

HEADER_TEXTS: Mapping[str, tuple[str, ...]] = {
    "titles": ("dct:title", "dce:title", "rdfs:label", "skos:prefLabel"),
    "descriptions": ("dct:description", "dce:description", "rdfs:comment", "skos:definition"),
    "abstracts": ("dct:abstract",),
    "citations": ("dct:bibliographicCitation",),
    "rights": ("dct:rights", "dce:rights"),
}
HEADER: Mapping[str, tuple[str, ...]] = {
    "versionInfo": ("owl:versionInfo",),
    "versionIRI": ("owl:versionIRI",),
    "priorVersion": ("owl:priorVersion",),
    "licences": ("dct:license", "cc:license", "schema:license"),
    "creators": ("dct:creator", "dce:creator"),
    "contributors": ("dct:contributor", "dce:contributor"),
    "publishers": ("dct:publisher", "dce:publisher"),
    "created": ("dct:created",),
    "issued": ("dct:issued", "dct:date", "dce:date"),
    "modified": ("dct:modified",),
    "statuses": ("vs:term_status",),
    "prefixes": ("vann:preferredNamespacePrefix",),
    "namespaces": ("vann:preferredNamespaceUri",),
    "sources": ("dct:source",),
    "imports": ("owl:imports",),
    "seeAlso": ("rdfs:seeAlso",),
}
"""What an ontology says of itself: of each line, the first property that has a value."""

ELSEWHERE = {"dce": "http://purl.org/dc/elements/1.1/", "cc": "http://creativecommons.org/ns#"}
"""Prefixes that ontologies of others need."""

LINKS: Mapping[str, tuple[str, bool]] = {
    "supers": ("rdfs:subClassOf", False),
    "subs": ("rdfs:subClassOf", True),
    "superProperties": ("rdfs:subPropertyOf", False),
    "subProperties": ("rdfs:subPropertyOf", True),
    "domains": ("rdfs:domain", False),
    "ranges": ("rdfs:range", False),
    "domainOf": ("rdfs:domain", True),
    "rangeOf": ("rdfs:range", True),
    "schemes": ("skos:inScheme", False),
    "concepts": ("skos:inScheme", True),
    "seeAlso": ("rdfs:seeAlso", False),
    "replacedBy": ("dct:isReplacedBy", False),
}
"""The links of a term: the property, and whether it leads from the other term to this one."""

BOTH_WAYS: Mapping[str, tuple[str, ...]] = {
    "equivalents": ("owl:equivalentClass", "owl:equivalentProperty"),
    "disjoints": ("owl:disjointWith", "owl:propertyDisjointWith"),
    "inverses": ("owl:inverseOf",),
}
"""The links that hold in either direction."""


def glossary(store: MemoryStore, bundle: Bundle) -> dict[str, Any]:
    """The ontologies of a store and their terms, for JSON: texts by language, "" for none; terms by IRI, called as in `names`.

    `terms` are those that an ontology of the store defines, `others` those of other vocabularies, by kind and IRI; `left` is
    how many more there are, `classes` the number of classes defined here. A sentence is a list of texts and of terms, each of
    these as {"iri": ...}.
    """
    return _Glossary(store, bundle).document()


class _Glossary:
    def __init__(self, store: MemoryStore, bundle: Bundle) -> None:
        self._store, self._bundle = store, bundle
        self._names = Names(store, bundle)
        self._terms = Terminology(store, bundle)
        self._disjoint = self._terms.disjoint()
        self._mentioned: dict[str, None] = {}
        self._sentences = Sentences(self._terms.graph, self._mention)
        self._uses = self._counted()

    def document(self) -> dict[str, Any]:
        kinds, own = self._terms.kinds, self._terms.own
        ordered = sorted(kinds, key=lambda term: (ORDER.index(kinds[term]), term))
        told = {
            "ontologies": [self._ontology(iri) for iri in self._terms.ontologies],
            "terms": [self._term(each) for each in ordered if each in own],
            "others": [self._term(each) for each in ordered if each not in own],
            "left": self._terms.left,
            "classes": self._terms.classes,
        }
        names = {iri: self._called(iri) for iri in self._mentioned}
        return {**told, "names": names, "anchors": self._terms.anchors}

    def _ontology(self, iri: str) -> dict[str, Any]:
        header = self._terms.ontologies[iri]
        told: dict[str, Any] = {"iri": self._mention(iri)}
        for key, properties in HEADER_TEXTS.items():
            told[key] = next(iter(_texts(header, properties)), {})
        for key, properties in HEADER.items():
            values = next(filter(None, (header.get(_property(each)) for each in properties)), ())
            told[key] = [
                self._sentences.value(each) for each in values[:LIST_LIMIT] if not isinstance(each, ox.BlankNode)
            ]
        return {**told, **self._news(iri)}

    def _news(self, iri: str) -> dict[str, Any]:
        """What came, went and changed since the version before, as far as the bundle keeps that in ontology/versions."""
        versions: dict[str, tuple[Described, list[ox.Triple]]] = {}
        for folder in dict.fromkeys((self._bundle.folder, BUILT_IN)):
            for file in sorted((folder / "ontology" / "versions").glob("*.ttl")):
                triples = [quad.triple for quad in read_file(file, self._bundle.base, ox.DefaultGraph())]
                if header := index(triples).get(ox.NamedNode(iri)):
                    versions.setdefault(file.stem, (header, triples))
        prior = before(self._terms.ontologies[iri], {key: header for key, (header, _) in versions.items()})
        if not prior:
            return {"since": None, "changes": None}
        earlier, stated = versions[prior]
        old = (each for each in stated if self._is_of(each.subject, iri))
        subjects = [ox.NamedNode(term) for term, ontology in self._terms.own.items() if ontology == iri]
        new = (each for node in (*subjects, *self._terms.groups()) for each in self._terms.about(node))
        changes = asdict(difference(old, new))
        for term in (each for part in changes.values() for each in part):
            self._mention(term)
        infos = [each.value for each in earlier.get(VERSION_INFO, ()) if isinstance(each, ox.Literal)]
        return {"since": infos[0] if infos else prior, "changes": changes}

    def _is_of(self, subject: Node, ontology: str) -> bool:
        return isinstance(subject, ox.BlankNode) or (
            isinstance(subject, ox.NamedNode) and self._terms.belongs(subject.value, ontology)
        )

    def _term(self, iri: str) -> dict[str, Any]:
        described, kind = self._terms.described(iri), self._terms.kinds[iri]
        statuses = [each.value for each in described.get(STATUS, ()) if isinstance(each, ox.Literal)]
        stated, uses = self._uses.get(iri, (0, 0))
        return {
            "iri": self._mention(iri),
            "short": short(iri, self._bundle),
            "anchor": self._terms.anchors[iri],
            "kind": kind,
            "ontology": self._terms.own.get(iri) or next(_iris(described.get(DEFINED_BY, ())), None),
            "labels": next(iter(_texts(described, TEXTS["labels"])), {}),
            **{key: _texts(described, TEXTS[key]) for key in ("definitions", "notes", "examples")},
            "status": statuses[0] if statuses else None,
            "deprecated": is_deprecated(described),
            "stated": stated,
            "uses": uses,
            "axioms": self._axioms(ox.NamedNode(iri), described) if kind != "annotation" else [],
            "types": self._listed(_iris(described.get(TYPE, ())) if kind in ("scheme", "individual") else ()),
            **{key: self._listed(linked) for key, linked in self._links(ox.NamedNode(iri), described)},
        }

    def _axioms(self, term: ox.NamedNode, described: Described) -> list[Sentence]:
        triples = (ox.Triple(term, predicate, each) for predicate, objects in described.items() for each in objects)
        told = list(islice(filter(None, map(self._sentences.axiom, triples)), AXIOM_LIMIT))
        return sorted(told, key=lambda sentence: str(sentence["en"]))

    def _links(self, term: ox.NamedNode, described: Described) -> Iterator[tuple[str, Iterable[str]]]:
        for key, (prefixed, backwards) in LINKS.items():
            property = name(prefixed)
            yield key, self._leading_to(property, term) if backwards else _iris(described.get(property, ()))
        for key, properties in BOTH_WAYS.items():
            found = self._disjoint.get(term.value, {}) if key == "disjoints" else {}
            for property in map(name, properties):
                found = found | dict.fromkeys((*_iris(described.get(property, ())), *self._leading_to(property, term)))
            yield key, found

    def _leading_to(self, property: ox.NamedNode, term: ox.NamedNode) -> Iterator[str]:
        return _iris(each.subject for each in self._terms.stated(None, property, term))

    def _listed(self, iris: Iterable[str]) -> dict[str, Any]:
        """The first IRIs of a list, and how many more there are; nothing for none."""
        ordered = sorted(iris)
        shown = [self._mention(each) for each in ordered[:LIST_LIMIT]]
        return {"iris": shown, "more": len(ordered) - len(shown)} if shown else {}

    def _counted(self) -> dict[str, tuple[int, int]]:
        """How many members a class has, or statements a property: stated, and in all."""
        values: dict[str, Term] = {"inferred": self._store.inferred} if self._store.inferred else {}
        results = self._store.query(Query(internal("uses"), values=values)).results
        assert isinstance(results, ox.QuerySolutions)
        counts: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
        for row in results:
            term, count, derived = row["class"] or row["property"], row["count"], row["derived"]
            if isinstance(term, ox.NamedNode) and isinstance(count, ox.Literal) and isinstance(derived, ox.Literal):
                counts[derived.value == "true"][term.value] += int(count.value)
        return {term: (count - counts[True][term], count) for term, count in counts[False].items()}

    def _mention(self, iri: str) -> str:
        self._mentioned[iri] = None
        return iri

    def _called(self, iri: str) -> dict[str, str]:
        known = next(iter(_texts(self._terms.described(iri), TEXTS["labels"])), {})
        return known or dict(self._names.of(ox.NamedNode(iri))) or {"": short(iri, self._bundle)}


def _iris(nodes: Iterable[Node]) -> Iterator[str]:
    return (each.value for each in nodes if isinstance(each, ox.NamedNode) and each != THING)


def _property(prefixed: str) -> ox.NamedNode:
    prefix, _, local = prefixed.partition(":")
    return ox.NamedNode(ELSEWHERE[prefix] + local) if prefix in ELSEWHERE else name(prefixed)


def _texts(described: Described, properties: Iterable[str]) -> list[dict[str, str]]:
    """The texts of the first property that has any: the first of each language, then the second of each, and so on."""
    for each in properties:
        by_language: defaultdict[str, list[str]] = defaultdict(list)
        for text in sorted(
            (value for value in described.get(_property(each), ()) if isinstance(value, ox.Literal)), key=str
        ):
            by_language[text.language or ""].append(shortened(text.value, TEXT_LIMIT))
        if by_language:
            most = min(max(map(len, by_language.values())), LIST_LIMIT)
            return [
                {language: texts[at] for language, texts in sorted(by_language.items()) if at < len(texts)}
                for at in range(most)
            ]
    return []
