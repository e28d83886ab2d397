"""Class expressions and data ranges: where OWL 2 RL lets which of them stand.

https://www.w3.org/TR/owl2-profiles/#Class_Expressions_3 and https://www.w3.org/TR/owl2-profiles/#Data_Ranges_2
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from pyoxigraph import BlankNode, Literal, NamedNode

from orgatlas.graph.paths import RDF, Index, Node, members
from orgatlas.graph.vocabulary import PREFIXES

OWL, RDFS, XSD = PREFIXES["owl"], PREFIXES["rdfs"], PREFIXES["xsd"]

THING, NOTHING = NamedNode(OWL + "Thing"), NamedNode(OWL + "Nothing")
ON_PROPERTY, INVERSE_OF = NamedNode(OWL + "onProperty"), NamedNode(OWL + "inverseOf")

DATATYPES = {NamedNode(RDFS + "Literal")}
DATATYPES |= {NamedNode(RDF + name) for name in ("PlainLiteral", "XMLLiteral", "langString")}
DATATYPES |= {
    NamedNode(XSD + name)
    for name in (
        *(
            "decimal",
            "integer",
            "nonNegativeInteger",
            "nonPositiveInteger",
            "positiveInteger",
            "negativeInteger",
        ),
        *("long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        *("float", "double", "string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN"),
        *("boolean", "hexBinary", "base64Binary", "anyURI", "dateTime", "dateTimeStamp"),
    )
}
"""https://www.w3.org/TR/owl2-profiles/#Entities_3: all of OWL 2's but owl:real and owl:rational."""


class Position(Enum):
    """Where a class expression stands, in both languages."""

    SUB = ("subclass", "sous-classe")
    SUPER = ("superclass", "superclasse")
    EQUIVALENT = ("equivalent class", "classe équivalente")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an axiom is outside the profile: a breach of RL's grammar, or of a condition of OWL 2 DL."""

    en: str
    fr: str
    dl: bool = False


@dataclass(frozen=True, slots=True)
class Construct:
    """A way to build a class: what it is called, where it may stand, and where its operands then stand."""

    name: str
    allowed: Mapping[Position, Position]
    thing: bool = False
    """Whether owl:Thing may be the operand."""
    counts: bool = False


SUB, SUPER, EQUIVALENT = Position.SUB, Position.SUPER, Position.EQUIVALENT
AS_IT_STANDS = {each: each for each in Position}

CONSTRUCTS = {
    NamedNode(OWL + predicate): construct
    for predicate, construct in {
        "intersectionOf": Construct("IntersectionOf", AS_IT_STANDS),
        "unionOf": Construct("UnionOf", {SUB: SUB}),
        "complementOf": Construct("ComplementOf", {SUPER: SUB}),
        "oneOf": Construct("OneOf", {SUB: SUB}),
        "someValuesFrom": Construct("SomeValuesFrom", {SUB: SUB}, thing=True),
        "allValuesFrom": Construct("AllValuesFrom", {SUPER: SUPER}),
        "hasValue": Construct("HasValue", AS_IT_STANDS),
        "hasSelf": Construct("HasSelf", {}, counts=True),
        "minCardinality": Construct("MinCardinality", {}, counts=True),
        "maxCardinality": Construct("MaxCardinality", {SUPER: SUB}, counts=True),
        "cardinality": Construct("ExactCardinality", {}, counts=True),
        "minQualifiedCardinality": Construct("MinCardinality", {}, counts=True),
        "maxQualifiedCardinality": Construct("MaxCardinality", {SUPER: SUB}, thing=True, counts=True),
        "qualifiedCardinality": Construct("ExactCardinality", {}, counts=True),
    }.items()
}
LISTS = {NamedNode(OWL + name) for name in ("intersectionOf", "unionOf")}
QUALIFIERS = tuple(NamedNode(OWL + name) for name in ("onClass", "onDataRange"))
PARTS = {*CONSTRUCTS, *QUALIFIERS, ON_PROPERTY} | {
    NamedNode(OWL + name) for name in ("onProperties", "datatypeComplementOf", "onDatatype", "withRestrictions")
}


def construct_of(graph: Index, node: Node) -> tuple[NamedNode, Node] | None:
    """The predicate that builds a class expression, and its operand, list or number."""
    return next(((p, graph[node][p][0]) for p in CONSTRUCTS if p in graph.get(node, {})), None)


def class_problems(
    graph: Index, node: Node, position: Position, *, thing: bool = False, above: frozenset[Node] = frozenset()
) -> Iterator[Problem]:
    """Why a class expression may not stand in this position."""
    if isinstance(node, NamedNode):
        if node == THING and not thing:
            yield _misplaced("owl:Thing", position)
        return
    found = construct_of(graph, node)
    if node in above or found is None:
        yield Problem(f"{show(graph, node)} is no class expression", f"{show(graph, node)} n’est pas une classe")
        return
    predicate, operand = found
    construct, above = CONSTRUCTS[predicate], above | {node}
    if position not in construct.allowed:
        yield _misplaced(construct.name, position)
        return
    inner = construct.allowed[position]
    if predicate in LISTS:
        for each in members(graph, operand):
            yield from class_problems(graph, each, inner, above=above)
    elif construct.name == "MaxCardinality":
        if not isinstance(operand, Literal) or operand.value not in ("0", "1"):
            yield Problem("MaxCardinality may only be 0 or 1", "MaxCardinality ne peut être que 0 ou 1")
        for qualifier in QUALIFIERS:
            for each in graph[node].get(qualifier, ()):
                yield from _filler_problems(graph, each, inner, qualifier != QUALIFIERS[0], construct.thing, above)
    elif construct.name == "HasValue":
        yield from literal_problems(operand)
    elif construct.name == "OneOf":
        if any(isinstance(each, Literal) for each in members(graph, operand)):
            yield Problem("OneOf may not list literals", "OneOf ne peut pas énumérer de littéraux")
    else:
        yield from _filler_problems(graph, operand, inner, _is_range(graph, operand), construct.thing, above)


def _filler_problems(
    graph: Index, node: Node, position: Position, is_range: bool, thing: bool, above: frozenset[Node]
) -> Iterator[Problem]:
    if is_range:
        yield from range_problems(graph, node)
    else:
        yield from class_problems(graph, node, position, thing=thing, above=above)


def _is_range(graph: Index, node: Node) -> bool:
    types = graph.get(node, {}).get(NamedNode(RDF + "type"), ())
    datatype = isinstance(node, NamedNode) and node.value.startswith((XSD, RDFS, RDF))
    return datatype or NamedNode(RDFS + "Datatype") in types or NamedNode(OWL + "DataRange") in types


def range_problems(graph: Index, node: Node, above: frozenset[Node] = frozenset()) -> Iterator[Problem]:
    """Why a data range is outside OWL 2 RL, which knows datatypes and their intersections."""
    if isinstance(node, NamedNode):
        defined = NamedNode(OWL + "equivalentClass") in graph.get(node, {})
        if node not in DATATYPES and not defined:
            yield _foreign_datatype(node)
        return
    parts = graph.get(node, {}).get(NamedNode(OWL + "intersectionOf"))
    if not parts or node in above:
        yield Problem(
            "a data range may only be a datatype or an intersection of datatypes",
            "un ensemble de données ne peut être qu’un type de données ou une intersection de tels types",
        )
        return
    for each in members(graph, parts[0]):
        yield from range_problems(graph, each, above | {node})


def literal_problems(term: Node) -> Iterator[Problem]:
    """Why a literal may not stand in an axiom."""
    if isinstance(term, Literal) and term.datatype not in DATATYPES:
        yield _foreign_datatype(term.datatype)


def _foreign_datatype(datatype: NamedNode) -> Problem:
    shown = show({}, datatype)
    return Problem(f"{shown} is not a datatype of OWL 2 RL", f"{shown} n’est pas un type de données de OWL 2 RL")


def _misplaced(name: str, position: Position) -> Problem:
    en, fr = position.value
    return Problem(f"{name} may not stand in {en} position", f"{name} ne peut pas figurer en position de {fr}")


def show(graph: Index, node: Node, above: frozenset[Node] = frozenset()) -> str:
    """An expression in the manner of the functional-style syntax, IRIs in full but for the built-in ones."""
    if not isinstance(node, BlankNode):
        for prefix, namespace in (("owl:", OWL), ("rdf:", RDF), ("rdfs:", RDFS), ("xsd:", XSD)):
            if isinstance(node, NamedNode) and node.value.startswith(namespace):
                return prefix + node.value.removeprefix(namespace)
        return str(node)
    described, inner = graph.get(node, {}), above | {node}
    if node in above or not described:
        return "_:"
    if INVERSE_OF in described:
        return f"ObjectInverseOf({show(graph, described[INVERSE_OF][0], inner)})"
    if NamedNode(RDF + "first") in described:
        return " ".join(show(graph, each, inner) for each in members(graph, node))
    if found := construct_of(graph, node):
        predicate, operand = found
        parts = [*described.get(ON_PROPERTY, ())[:1], operand]
        parts += [each for qualifier in QUALIFIERS for each in described.get(qualifier, ())[:1]]
        return f"{CONSTRUCTS[predicate].name}({' '.join(show(graph, each, inner) for each in parts)})"
    return "_:"
