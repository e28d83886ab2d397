"""Reads the triples of an ontology as axioms, each with what keeps it out of OWL 2 RL's grammar.

https://www.w3.org/TR/owl2-mapping-to-rdf/#Mapping_from_RDF_Graphs_to_the_Structural_Specification
"""

from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple

from orgatlas.graph.expressions import (
    CONSTRUCTS,
    EQUIVALENT,
    INVERSE_OF,
    OWL,
    PARTS,
    RDFS,
    SUB,
    SUPER,
    XSD,
    Problem,
    class_problems,
    literal_problems,
    range_problems,
    show,
)
from orgatlas.graph.findings import Severity
from orgatlas.graph.paths import RDF, Index, Node, index, members

TYPE, CHAIN = NamedNode(RDF + "type"), NamedNode(OWL + "propertyChainAxiom")
SUB_PROPERTY = NamedNode(RDFS + "subPropertyOf")
EQUIVALENT_PROPERTY, EQUIVALENT_CLASS = (
    NamedNode(OWL + "equivalentProperty"),
    NamedNode(OWL + "equivalentClass"),
)

KINDS = {
    "class": NamedNode(OWL + "Class"),
    "datatype": NamedNode(RDFS + "Datatype"),
    "object": NamedNode(OWL + "ObjectProperty"),
    "data": NamedNode(OWL + "DatatypeProperty"),
    "annotation": NamedNode(OWL + "AnnotationProperty"),
}
IMPLIES_OBJECT = {NamedNode(OWL + f"{name}Property") for name in ("InverseFunctional", "Symmetric", "Transitive")}
NEEDS_SIMPLE: set[Node] = {
    NamedNode(OWL + f"{name}Property") for name in ("Functional", "InverseFunctional", "Irreflexive", "Asymmetric")
}
CHARACTERISTICS = IMPLIES_OBJECT | NEEDS_SIMPLE
NOISE: dict[Node, tuple[str, ...]] = {
    NamedNode(RDF + "Property"): ("object", "data", "annotation"),
    NamedNode(RDFS + "Class"): ("class", "datatype"),
}
"""Types of RDFS that OWL overlooks where a type of its own stands beside them."""
PLAIN_TYPES = {
    NamedNode(OWL + name) for name in ("Ontology", "NamedIndividual", "DeprecatedClass", "DeprecatedProperty")
}
EXPRESSION_TYPES = {
    KINDS["class"],
    KINDS["datatype"],
    NamedNode(OWL + "Restriction"),
    NamedNode(RDF + "List"),
}
GROUPS = {
    NamedNode(OWL + "AllDisjointClasses"): "DisjointClasses",
    NamedNode(OWL + "AllDisjointProperties"): "DisjointProperties",
    NamedNode(OWL + "AllDifferent"): "DifferentIndividuals",
    NamedNode(OWL + "NegativePropertyAssertion"): "NegativePropertyAssertion",
}
GROUP_PARTS = {
    NamedNode(OWL + name)
    for name in (
        "members",
        "distinctMembers",
        "sourceIndividual",
        "assertionProperty",
        "targetIndividual",
        "targetValue",
    )
}
ANNOTATIONS = {NamedNode(RDFS + name) for name in ("label", "comment", "seeAlso", "isDefinedBy")} | {
    NamedNode(OWL + name)
    for name in (
        *("imports", "versionIRI", "versionInfo", "priorVersion", "deprecated"),
        *("backwardCompatibleWith", "incompatibleWith"),
    )
}
SAME = {NamedNode(OWL + "sameAs"), NamedNode(OWL + "differentFrom")}
CLASS_AXIOMS = {
    NamedNode(RDFS + "subClassOf"): ("SubClassOf", SUB, SUPER),
    EQUIVALENT_CLASS: ("EquivalentClasses", EQUIVALENT, EQUIVALENT),
    NamedNode(OWL + "disjointWith"): ("DisjointClasses", SUB, SUB),
}
PROPERTY_AXIOMS = {
    SUB_PROPERTY: "SubPropertyOf",
    EQUIVALENT_PROPERTY: "EquivalentProperties",
    NamedNode(OWL + "propertyDisjointWith"): "DisjointProperties",
    INVERSE_OF: "InverseObjectProperties",
}


@dataclass(frozen=True, slots=True)
class Axiom:
    """One axiom: its name, the triple it begins with, the terms it is about, and the terms' kinds."""

    name: str
    triple: Triple
    operands: tuple[Node, ...]
    problems: tuple[Problem, ...] = ()
    classes: tuple[Node, ...] = ()
    properties: tuple[Node, ...] = ()
    severity: Severity = Severity.VIOLATION


@dataclass(frozen=True, slots=True)
class Ontology:
    """An ontology as triples, and what its terms are declared to be."""

    graph: Index
    kinds: dict[str, frozenset[Node]]

    def is_a(self, node: Node, *kinds: str) -> bool:
        return any(node in self.kinds[kind] for kind in kinds)


def read(triples: list[Triple]) -> Ontology:
    """An index of the ontology, and its declarations."""
    kinds = {
        kind: {t.subject for t in triples if t.predicate == TYPE and t.object == iri} for kind, iri in KINDS.items()
    }
    kinds["object"] |= {t.subject for t in triples if t.predicate == TYPE and t.object in IMPLIES_OBJECT}
    return Ontology(index(triples), {kind: frozenset(nodes) for kind, nodes in kinds.items()})


def axiom_of(ontology: Ontology, triple: Triple) -> Axiom | None:
    """The axiom that a triple begins, or None where it is a part of another or says nothing to a reasoner."""
    subject, predicate, value = triple.subject, triple.predicate, triple.object
    graph = ontology.graph
    if predicate == TYPE:
        return _typing(ontology, triple)
    if predicate in PARTS and isinstance(subject, BlankNode):
        return None
    if predicate in GROUP_PARTS or predicate.value.startswith((RDF, XSD)):  # XSD's are the facets of a datatype
        return None
    if predicate in ANNOTATIONS or ontology.is_a(predicate, "annotation"):
        return _annotation(triple)
    if predicate in CLASS_AXIOMS:
        if predicate == EQUIVALENT_CLASS and ontology.is_a(subject, "datatype"):
            return Axiom("DatatypeDefinition", triple, (subject, value), tuple(range_problems(graph, value)))
        name, left, right = CLASS_AXIOMS[predicate]
        problems = (*class_problems(graph, subject, left), *class_problems(graph, value, right))
        return Axiom(name, triple, (subject, value), problems, classes=(subject, value))
    if predicate in CONSTRUCTS:  # a named class defined without owl:equivalentClass, as OWL 1 allowed
        construct = CONSTRUCTS[predicate]
        allowed = construct.allowed.get(EQUIVALENT)
        inner = (
            ()
            if allowed is None
            else tuple(problem for each in members(graph, value) for problem in class_problems(graph, each, allowed))
        )
        misplaced = Problem(
            f"{construct.name} may not define a class", f"{construct.name} ne peut pas définir une classe"
        )
        problems = inner if allowed else (misplaced,)
        return Axiom("EquivalentClasses", triple, (subject, value), problems, classes=(subject,))
    if predicate in PROPERTY_AXIOMS:
        if predicate == INVERSE_OF and isinstance(subject, BlankNode):
            return None
        return Axiom(PROPERTY_AXIOMS[predicate], triple, (subject, value), properties=(subject, value))
    if predicate == NamedNode(RDFS + "domain"):
        if ontology.is_a(subject, "annotation"):
            return None
        problems = tuple(class_problems(graph, value, SUPER))
        return Axiom("PropertyDomain", triple, (subject, value), problems, classes=(value,), properties=(subject,))
    if predicate == NamedNode(RDFS + "range"):
        return _range(ontology, triple)
    if predicate == CHAIN:
        steps = members(graph, value)
        return Axiom("SubPropertyOfChain", triple, (*steps, subject), properties=(*steps, subject))
    if predicate == NamedNode(OWL + "hasKey"):
        keys, problems = members(graph, value), tuple(class_problems(graph, subject, SUB))
        return Axiom("HasKey", triple, (subject, *keys), problems, classes=(subject,), properties=tuple(keys))
    if predicate in SAME:
        return Axiom(predicate.value.removeprefix(OWL), triple, (subject, value))
    if predicate.value.startswith((OWL, RDFS)):
        return Axiom("Axiom", triple, (subject, predicate, value), (_no_such(predicate),))
    if ontology.is_a(predicate, "object", "data"):
        return Axiom("PropertyAssertion", triple, (predicate, subject, value), tuple(literal_problems(value)))
    return Axiom("PropertyAssertion", triple, (predicate, subject, value), properties=(predicate,))


def _typing(ontology: Ontology, triple: Triple) -> Axiom | None:
    subject, value, graph = triple.subject, triple.object, ontology.graph
    if isinstance(subject, BlankNode) and value in EXPRESSION_TYPES:
        return None
    if value in KINDS.values() or value in PLAIN_TYPES:
        return None
    if value in NOISE and ontology.is_a(subject, *NOISE[value]):
        return None
    if value in CHARACTERISTICS and isinstance(value, NamedNode):
        return Axiom(value.value.removeprefix(OWL), triple, (subject,), properties=(subject,))
    if value in GROUPS and isinstance(value, NamedNode):
        return _group(ontology, triple, GROUPS[value])
    if isinstance(value, NamedNode) and value.value.startswith((OWL, RDFS, RDF)) and value.value != OWL + "Nothing":
        problem = () if value.value == OWL + "Thing" else (_no_such(value),)
        return Axiom("Axiom", triple, (subject, value), problem)
    return Axiom(
        "ClassAssertion",
        triple,
        (value, subject),
        tuple(class_problems(graph, value, SUPER)),
        classes=(value,),
    )


def _group(ontology: Ontology, triple: Triple, name: str) -> Axiom:
    described, graph = ontology.graph[triple.subject], ontology.graph
    lists = [each for part in ("members", "distinctMembers") for each in described.get(NamedNode(OWL + part), ())]
    operands = tuple(each for head in lists for each in members(graph, head))
    if name == "DisjointClasses":
        problems = tuple(problem for each in operands for problem in class_problems(graph, each, SUB))
        return Axiom(name, triple, operands, problems, classes=operands)
    if name == "DisjointProperties":
        return Axiom(name, triple, operands, properties=operands)
    if name == "NegativePropertyAssertion":
        assertion = tuple(described.get(NamedNode(OWL + "assertionProperty"), ()))
        values = described.get(NamedNode(OWL + "targetValue"), ())
        problems = tuple(problem for each in values for problem in literal_problems(each))
        return Axiom(name, triple, (*assertion, *values), problems, properties=assertion)
    return Axiom(name, triple, operands)


def _range(ontology: Ontology, triple: Triple) -> Axiom | None:
    subject, value, graph = triple.subject, triple.object, ontology.graph
    if ontology.is_a(subject, "annotation"):
        return None
    if ontology.is_a(subject, "data"):
        return Axiom("DataPropertyRange", triple, (subject, value), tuple(range_problems(graph, value)))
    problems = tuple(class_problems(graph, value, SUPER))
    return Axiom("ObjectPropertyRange", triple, (subject, value), problems, classes=(value,), properties=(subject,))


def _annotation(triple: Triple) -> Axiom | None:
    # No part of the profile's grammar, but OWL's own tools refuse a literal whose datatype they do not know.
    problems = tuple(literal_problems(triple.object))
    operands = (triple.predicate, triple.subject, triple.object)
    return Axiom("AnnotationAssertion", triple, operands, problems, severity=Severity.WARNING) if problems else None


def _no_such(term: NamedNode) -> Problem:
    return Problem(f"OWL 2 RL has no {show({}, term)}", f"OWL 2 RL ne connaît pas {show({}, term)}")
