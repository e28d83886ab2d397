"""The terminology of a graph: which terms there are, which ontology defines each, what is stated of it, and its place on a page.

https://www.w3.org/TR/rdf-schema/#ch_isdefinedby
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import quote

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.internal import internal
from orgatlas.graph.paths import Index, Node, index, members
from orgatlas.graph.store import MemoryStore, Query, placed
from orgatlas.graph.structure import IMPLIES_OBJECT, KINDS
from orgatlas.graph.terms import abbreviated
from orgatlas.graph.vocabulary import PREFIXES, VOCABULARY_GRAPH, name

TERM_LIMIT = 1000
"""Terms that are told of; those that an ontology of the graph defines come first."""

STATEMENT_LIMIT = 2000
"""Statements about a term that are looked at."""

TYPE, ONTOLOGY, SCHEME = name("rdf:type"), name("owl:Ontology"), name("skos:ConceptScheme")
DEFINED_BY, NAMESPACE = name("rdfs:isDefinedBy"), name("vann:preferredNamespaceUri")
DEFINITIONS = name("skos:definition"), name("rdfs:comment"), name("dct:description")
GROUPS = name("owl:AllDisjointClasses"), name("owl:AllDisjointProperties")
MEMBERS, REST = name("owl:members"), name("rdf:rest")
BUILT_IN_VOCABULARIES = tuple(PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs", "xsd"))
DECLARATIONS = {*KINDS.values(), name("rdf:Property"), name("rdfs:Class")}

ORDER = ("class", "object", "data", "annotation", "property", "datatype", "scheme", "individual")
"""The kinds of terms, as they follow each other."""

SORTS: Mapping[object, str] = {
    name("owl:Class"): "class",
    name("rdfs:Datatype"): "datatype",
    name("rdf:Property"): "property",
}
"""The kind of a term that is not declared, by what it is at least."""

RESERVED = re.compile(r"main$|section-")
"""The anchors that belong to the page itself."""

Described = Mapping[ox.NamedNode, Sequence[Node]]


def anchor(iri: str, bundle: Bundle) -> str:
    """The fragment by which the page of the ontology shows a term.

    A term of our namespace, or of the bundle's own, has its local name, so that its IRI leads there; another its prefixed name.
    """
    for namespace in (PREFIXES["atlas"], bundle.base + "ns#"):
        local = iri.removeprefix(namespace)
        if local not in ("", iri) and not RESERVED.match(local):
            return fragment(local)
    return fragment(short(iri, bundle))


def short(iri: str, bundle: Bundle) -> str:
    """The prefixed name of a term, or its IRI."""
    return abbreviated(iri, bundle.prefixes).strip("<>")


def fragment(text: str) -> str:
    """A text as the fragment of an address."""
    return quote(text, safe="/:?@!$&()*+,;=~")


class Terminology:
    """The terms of a store: `kinds` has them by IRI, those defined here first; `own` by which ontology, "" if none is named.

    `ontologies` has what each ontology says of itself, `graph` what is stated of every term and of the expressions it leads to;
    `left` is the number of terms that are not among these, `classes` that of all classes defined here.
    """

    def __init__(self, store: MemoryStore, bundle: Bundle) -> None:
        self._store, self._bundle = store, bundle
        self.ontologies = self._headers()
        self._namespaces = dict(self._all_namespaces())
        sorts = self._declared()
        makers = {term: self._maker(ox.NamedNode(term)) for term in sorts}
        own = [term for term, maker in makers.items() if maker is not None]
        others = [term for term, sort in sorts.items() if makers[term] is None and sort != "individual"]
        kept = _shared(own, sorts, TERM_LIMIT)
        kept += _shared(others, sorts, TERM_LIMIT - len(kept))
        self.classes = sum(sorts[term] == "class" for term in own)
        self.left = len(own) + len(others) - len(kept)
        self.own = {term: maker for term in kept if (maker := makers[term]) is not None}
        self.graph: Index = index(each for term in kept for each in self.about(ox.NamedNode(term)))
        self.kinds = {term: self._kind(term, sorts[term]) for term in kept}
        self.anchors = dict(self._all_anchors())

    def described(self, iri: str) -> Described:
        """What is stated of a term or an ontology."""
        return self.graph.get(ox.NamedNode(iri)) or self.ontologies.get(iri, {})

    def about(self, node: ox.NamedNode | ox.BlankNode) -> Iterator[ox.Triple]:
        """What is stated of a thing, and of the expressions it leads to."""
        waiting, seen, left = [node], {node}, STATEMENT_LIMIT
        while waiting and left > 0:
            for triple in islice(self.stated(waiting.pop(), None, None), left):
                left -= 1
                yield triple
                if isinstance(triple.object, ox.BlankNode) and triple.object not in seen:
                    seen.add(triple.object)
                    waiting.append(triple.object)

    def stated(
        self, subject: ox.NamedNode | ox.BlankNode | None, predicate: ox.NamedNode | None, object: Node | None
    ) -> Iterator[ox.Triple]:
        """The triples that match and do not merely follow, each once."""
        inferred, seen = self._store.inferred, set[ox.Triple]()
        for quad in self._store.find(subject, predicate, object):
            triple = quad.triple
            if triple not in seen:
                seen.add(triple)
                if inferred is None or placed(triple, inferred) not in self._store:
                    yield triple

    def groups(self) -> Iterator[ox.BlankNode | ox.NamedNode]:
        """The axioms that make several terms disjoint."""
        for group in GROUPS:
            for axiom in islice(self.stated(None, TYPE, group), STATEMENT_LIMIT):
                if not isinstance(axiom.subject, ox.Triple):
                    yield axiom.subject

    def disjoint(self) -> Mapping[str, dict[str, None]]:
        """For each term, the others that such axioms make disjoint from it."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for group in self.groups():
            graph = index(self.about(group))
            heads = graph.get(group, {}).get(MEMBERS, ())
            listed = [each for head in heads for each in members(graph, head) if isinstance(each, ox.NamedNode)]
            for each in listed:
                if each.value in self.kinds:
                    found[each.value] |= dict.fromkeys(other.value for other in listed if other != each)
        return found

    def belongs(self, term: str, ontology: str) -> bool:
        """Whether a term lies in a namespace of an ontology."""
        return any(iri == ontology and term.startswith(namespace) for namespace, iri in self._namespaces.items())

    def _headers(self) -> dict[str, Described]:
        found = {each.subject for each in self.stated(None, TYPE, ONTOLOGY) if isinstance(each.subject, ox.NamedNode)}
        return {each.value: index(self.about(each)).get(each, {}) for each in sorted(found, key=str)}

    def _all_namespaces(self) -> Iterator[tuple[str, str]]:
        for iri, header in self.ontologies.items():
            for each in header.get(NAMESPACE, ()):
                if isinstance(each, ox.NamedNode | ox.Literal) and each.value.endswith(("#", "/")):
                    yield each.value, iri
            bare = iri.rstrip("#/")
            yield from ((f"{bare}#", iri), (f"{bare}/", iri))

    def _declared(self) -> dict[str, str]:
        """Every term that a vocabulary speaks of, with the kind that it is at least."""
        vocabulary = ox.NamedNode(self._bundle.base + VOCABULARY_GRAPH)
        results = self._store.query(Query(internal("declared"), values={"vocabulary": vocabulary}, whole=True)).results
        assert isinstance(results, ox.QuerySolutions)
        found: dict[str, str] = {}
        for row in results:
            term, sort = row["term"], SORTS.get(row["sort"], "individual")
            assert isinstance(term, ox.NamedNode)
            if not term.value.startswith(BUILT_IN_VOCABULARIES) and term.value not in self.ontologies:
                found[term.value] = min(found.get(term.value, sort), sort, key=ORDER.index)
        return found

    def _maker(self, term: ox.NamedNode) -> str | None:
        """The ontology that defines a term; "" where this graph does and names none; None where another vocabulary does."""
        by_name = {iri.rstrip("#/"): iri for iri in self.ontologies}
        makers = [
            each.object.value for each in self.stated(term, DEFINED_BY, None) if isinstance(each.object, ox.NamedNode)
        ]
        for each in makers:
            if each.rstrip("#/") in by_name:
                return by_name[each.rstrip("#/")]
        for namespace, iri in self._namespaces.items():
            if term.value.startswith(namespace):
                return iri
        if makers:
            return None
        if term.value.startswith(self._bundle.base) and "#" in term.value:
            return ""
        if not any(each.object in DECLARATIONS for each in self.stated(term, TYPE, None)):
            return None
        # Where there is no ontology at all, the graph itself is the one that declares its terms.
        defined = any(True for each in DEFINITIONS for _ in self.stated(term, each, None))
        return "" if defined or not self.ontologies else None

    def _kind(self, term: str, least: str) -> str:
        types = set(self.described(term).get(TYPE, ()))
        for kind in ("datatype", "class", "object", "data", "annotation"):
            if KINDS[kind] in types:
                return kind
        if not IMPLIES_OBJECT.isdisjoint(types):
            return "object"
        return "scheme" if least == "individual" and SCHEME in types else least

    def _all_anchors(self) -> Iterator[tuple[str, str]]:
        """An anchor for each term, which no other has: of two terms of one local name, the second keeps its prefix."""
        taken = set[str]()
        for term in self.kinds:
            tries = (anchor(term, self._bundle), fragment(short(term, self._bundle)), fragment(term))
            place = next((each for each in tries if each not in taken), tries[-1])
            taken.add(place)
            yield term, place


def _shared(terms: Sequence[str], sorts: Mapping[str, str], limit: int) -> list[str]:
    """As many terms as there may be, so that many of one sort leave room for the others."""
    groups = [[term for term in terms if sorts[term] == sort] for sort in dict.fromkeys(sorts.values())]
    found: list[str] = []
    for at, group in enumerate(sorted(groups, key=len)):
        found += group[: (limit - len(found)) // (len(groups) - at)]
    return found
