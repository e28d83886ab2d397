"""Property paths: from SHACL's triples to SPARQL's text, and back.

https://www.w3.org/TR/shacl/#property-paths and https://www.w3.org/TR/sparql11-query/#propertypaths
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from orgatlas.graph.vocabulary import PREFIXES, name

SH, RDF = PREFIXES["sh"], PREFIXES["rdf"]
FIRST, REST, NIL = name("rdf:first"), name("rdf:rest"), name("rdf:nil")

Node = NamedNode | BlankNode | Literal | Triple
Index = Mapping[Node, Mapping[NamedNode, Sequence[Node]]]
"""Subject, then predicate, then objects."""

SUFFIXES = {SH + "zeroOrMorePath": "*", SH + "oneOrMorePath": "+", SH + "zeroOrOnePath": "?"}
INVERSE, ALTERNATIVE = name("sh:inversePath"), name("sh:alternativePath")


def index(triples: Iterable[Triple]) -> dict[Node, dict[NamedNode, list[Node]]]:
    """Triples by subject and predicate."""
    nodes: dict[Node, dict[NamedNode, list[Node]]] = {}
    for triple in triples:
        nodes.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple.object)
    return nodes


def members(graph: Index, head: Node) -> list[Node]:
    """The members of an RDF list; ends where the list is broken or turns back on itself."""
    found: list[Node] = []
    seen: set[Node] = set()
    while head != NIL and head not in seen:
        seen.add(head)
        cell = graph.get(head, {})
        found.extend(cell.get(FIRST, ())[:1])
        head = next(iter(cell.get(REST, ())), NIL)
    return found


def to_text(graph: Index, path: Node) -> str:
    """A path node as text: the bare IRI of a property, or SPARQL with every operand in brackets."""
    return path.value if isinstance(path, NamedNode) else _operand(graph, path, frozenset())


def _operand(graph: Index, path: Node, above: frozenset[Node]) -> str:
    if isinstance(path, NamedNode):
        return f"<{path.value}>"
    if path in above or not isinstance(path, BlankNode):
        raise ValueError(f"{path} is no property path")
    above, node = above | {path}, graph.get(path, {})
    if INVERSE in node:
        return f"^{_operand(graph, node[INVERSE][0], above)}"
    if ALTERNATIVE in node:
        choices = members(graph, node[ALTERNATIVE][0])
        return "(" + "|".join(_operand(graph, each, above) for each in choices) + ")"
    for predicate, suffix in SUFFIXES.items():
        if inner := node.get(NamedNode(predicate)):
            return f"({_operand(graph, inner[0], above)}){suffix}"
    steps = members(graph, path)
    if not steps:
        raise ValueError(f"{path} is no property path")
    return "(" + "/".join(_operand(graph, each, above) for each in steps) + ")"


@dataclass(frozen=True, slots=True)
class _Draft:
    label: str
    triples: list[Triple]

    def node(self) -> BlankNode:
        return BlankNode(f"{self.label}-{len(self.triples)}")


def to_triples(text: str, label: str = "path") -> tuple[NamedNode | BlankNode, list[Triple]]:
    """The node that stands for a path, and the triples that describe it; ValueError if it is no path.

    Its blank nodes are called after `label`, so that what is written with it is the same each time.
    Reads what `to_text` writes: the operands of a sequence or alternative stand in one pair of brackets.
    """
    if not text.startswith(("(", "^", "<")):
        return NamedNode(text), []
    tokens = re.findall(r"<[^<>]*>|\S", text)
    draft = _Draft(label, [])
    node, rest = _read(tokens, draft)
    if rest:
        raise ValueError(f"{text!r} is no property path")
    return node, draft.triples


def _read(tokens: list[str], draft: _Draft) -> tuple[NamedNode | BlankNode, list[str]]:
    match tokens:
        case ["^", *rest]:
            inner, rest = _read(rest, draft)
            return _node(INVERSE, inner, draft), rest
        case ["(", *rest]:
            node, rest = _read_group(rest, draft)
            for predicate, suffix in SUFFIXES.items():
                if rest[:1] == [suffix]:
                    return _node(NamedNode(predicate), node, draft), rest[1:]
            return node, rest
        case [iri, *rest] if iri.startswith("<"):
            return NamedNode(iri[1:-1]), rest
    raise ValueError("a property path ends too early or holds an unknown sign")


def _read_group(tokens: list[str], draft: _Draft) -> tuple[NamedNode | BlankNode, list[str]]:
    operand, rest = _read(tokens, draft)
    operands, joints = [operand], set()
    while rest and rest[0] in "/|":
        joints.add(rest[0])
        operand, rest = _read(rest[1:], draft)
        operands.append(operand)
    if rest[:1] != [")"] or len(joints) > 1:
        raise ValueError("a group of a property path is not closed, or mixes / and |")
    if not joints:
        return operands[0], rest[1:]
    head = _list(operands, draft)
    return (_node(ALTERNATIVE, head, draft) if joints == {"|"} else head), rest[1:]


def _node(predicate: NamedNode, value: NamedNode | BlankNode, draft: _Draft) -> BlankNode:
    node = draft.node()
    draft.triples.append(Triple(node, predicate, value))
    return node


def _list(items: list[NamedNode | BlankNode], draft: _Draft) -> NamedNode | BlankNode:
    head: NamedNode | BlankNode = NIL
    for item in reversed(items):
        cell = draft.node()
        draft.triples.extend([Triple(cell, FIRST, item), Triple(cell, REST, head)])
        head = cell
    return head
