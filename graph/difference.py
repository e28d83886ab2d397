"""The difference between two versions of an ontology: the terms that came and went, and those of which something else is said.

https://www.w3.org/TR/owl2-syntax/#Versioning_of_OWL_2_Ontologies
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from orgatlas.graph.expressions import OWL, RDFS, show
from orgatlas.graph.paths import Index, Node, index, members
from orgatlas.graph.vocabulary import name

TYPE, ONTOLOGY, DEPRECATED = name("rdf:type"), name("owl:Ontology"), name("owl:deprecated")
VERSION_IRI, VERSION_INFO, PRIOR = name("owl:versionIRI"), name("owl:versionInfo"), name("owl:priorVersion")
LABELS = {name("rdfs:label"), name("skos:prefLabel")}
DEFINITIONS = {name("skos:definition"), name("rdfs:comment")}
REMARKS = {name("rdfs:isDefinedBy"), name("rdfs:seeAlso"), name("owl:versionInfo"), DEPRECATED} | LABELS | DEFINITIONS
DEPRECATED_TYPES = {name("owl:DeprecatedClass"), name("owl:DeprecatedProperty")}
GROUPS = (name("owl:members"), name("owl:distinctMembers"))


@dataclass(frozen=True, slots=True)
class Difference:
    """The IRIs of terms, each list in order; `changed` says for each whether its label, definition or axioms changed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    deprecated: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def difference(before: Iterable[Triple], after: Iterable[Triple]) -> Difference:
    """What an ontology says of its terms now and did not say before. Blank nodes are compared by what they stand for."""
    old, new = _Version(before), _Version(after)
    common = sorted(old.terms & new.terms)
    changes = {term: tuple(_changes(old, new, term)) for term in common}
    return Difference(
        tuple(sorted(new.terms - old.terms)),
        tuple(sorted(old.terms - new.terms)),
        tuple(term for term in common if new.is_deprecated(term) and not old.is_deprecated(term)),
        {term: what for term, what in changes.items() if what},
    )


def is_deprecated(described: Mapping[NamedNode, Iterable[Node]]) -> bool:
    """Whether what is said of a term says that it should no longer be used."""
    marks = (each.value for each in described.get(DEPRECATED, ()) if isinstance(each, Literal))
    return any(each in ("true", "1") for each in marks) or not DEPRECATED_TYPES.isdisjoint(described.get(TYPE, ()))


def _changes(old: "_Version", new: "_Version", term: str) -> Iterator[str]:
    for what, predicates in (("label", LABELS), ("definition", DEFINITIONS)):
        if old.texts(term, predicates) != new.texts(term, predicates):
            yield what
    if old.axioms.get(term) != new.axioms.get(term):
        yield "axioms"


class _Version:
    """The terms of a version by IRI, and what its axioms say of each."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._graph: Index = index(triples)
        self.terms = {
            term.value
            for term, described in self._graph.items()
            if isinstance(term, NamedNode) and TYPE in described and ONTOLOGY not in described[TYPE]
        }
        self.axioms: dict[str, set[tuple[str, str]]] = {}
        for subject, described in self._graph.items():
            if isinstance(subject, NamedNode):
                self.axioms.setdefault(subject.value, set()).update(self._of_term(described))
            elif isinstance(subject, BlankNode):
                self._take_group(described)

    def _of_term(self, described: Mapping[NamedNode, Iterable[Node]]) -> Iterator[tuple[str, str]]:
        for predicate, objects in described.items():
            if predicate == TYPE or (predicate.value.startswith((OWL, RDFS)) and predicate not in REMARKS):
                shown = {self._shown(each) for each in objects if each not in DEPRECATED_TYPES}
                yield from ((predicate.value, each) for each in shown)

    def _take_group(self, described: Mapping[NamedNode, Iterable[Node]]) -> None:
        """An axiom about several terms at once, such as owl:AllDisjointClasses, is one about each of them."""
        kinds = " ".join(sorted(self._shown(each) for each in described.get(TYPE, ())))
        for predicate in GROUPS:
            for head in described.get(predicate, ()):
                group = members(self._graph, head)
                said = kinds, " ".join(sorted(map(self._shown, group)))
                for each in group:
                    if isinstance(each, NamedNode):
                        self.axioms.setdefault(each.value, set()).add(said)

    def _shown(self, node: Node) -> str:
        return show(self._graph, node)

    def texts(self, term: str, predicates: Iterable[NamedNode]) -> set[tuple[str, str]]:
        described = self._graph.get(NamedNode(term), {})
        objects = (each for predicate in predicates for each in described.get(predicate, ()))
        return {(each.language or "", each.value) for each in objects if isinstance(each, Literal)}

    def is_deprecated(self, term: str) -> bool:
        return is_deprecated(self._graph.get(NamedNode(term), {}))


def before(header: Mapping[NamedNode, Iterable[Node]], others: Mapping[str, Mapping[NamedNode, Iterable[Node]]]) -> str:
    """Which of other versions, by any name, came before the one with this header; empty if none did.

    It is the one that owl:priorVersion names, else the newest that is older by owl:versionInfo.
    """
    prior = {each for each in header.get(PRIOR, ()) if isinstance(each, NamedNode)}
    for key, other in others.items():
        if not prior.isdisjoint(other.get(VERSION_IRI, ())):
            return key
    own = _number(header)
    older = {key: number for key, other in others.items() if (number := _number(other)) < own}
    return max(older, key=lambda key: older[key], default="")


def _number(header: Mapping[NamedNode, Iterable[Node]]) -> tuple[int, ...]:
    infos = (each.value for each in header.get(VERSION_INFO, ()) if isinstance(each, Literal))
    parts = next(infos, "").strip().lstrip("v").split(".")
    return tuple(int(each) for each in parts if each.isascii() and each.isdigit() and len(each) < 10)
