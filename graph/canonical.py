"""Canonical labels of blank nodes, and a hash that is the same however a data set was written or its blank nodes were called.

https://www.w3.org/TR/rdf-canon/ (RDFC-1.0 with SHA-256)

The labels depend only on the quads that mention blank nodes: all others pass as they are. Blank nodes that look alike make the
algorithm exponential, so that it gives up after so many steps; the engine's own has no such limit.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby, permutations
from typing import Any, TypeAlias

import pyoxigraph as ox

from orgatlas.graph.errors import EngineFailed

STEPS = 500_000
"""How many orders of blank nodes that look alike are tried, 1 to 3 s; ten for each blank node where that is more."""

_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Labels: TypeAlias = dict[ox.BlankNode, str]


def canonical(quads: Iterable[ox.Quad], steps: int | None = None) -> Iterator[ox.Quad]:
    """The quads with canonical labels c14n0, c14n1, ...: those without blank nodes as they come, the others sorted behind them.

    Only those others are kept in memory. Raises EngineFailed where labels would take too many steps.
    """
    aside: list[ox.Quad] = []
    yield from ground(quads, aside)
    yield from relabelled(aside, canonical_labels(aside, steps))


def ground(quads: Iterable[ox.Quad], aside: list[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads without blank nodes; the others are put aside."""
    for quad in quads:
        if mentions_blank_node(quad):
            aside.append(quad)
        else:
            yield quad


def canonical_hash(quads: Iterable[ox.Quad], steps: int | None = None) -> str:
    """SHA-256 of the canonical N-Quads of a data set, 64 hexadecimal digits. Raises EngineFailed as `canonical` does.

    Holds the whole document in memory: about 0.5 GB for a million quads.
    """
    document = ox.serialize(canonical(quads, steps), format=ox.RdfFormat.N_QUADS) or b""
    lines = document.splitlines(keepends=True)  # a line end within a literal is escaped
    del document
    lines.sort()  # UTF-8 sorts as code points do
    total = hashlib.sha256()
    for line, _ in groupby(lines):
        total.update(line)
    return total.hexdigest()


def mentions_blank_node(quad: ox.Quad) -> bool:
    """Whether a blank node stands in a quad, be it within a triple of a triple."""
    if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.graph_name, ox.BlankNode):
        return True
    term = quad.object
    while isinstance(term, ox.Triple):
        if isinstance(term.subject, ox.BlankNode):
            return True
        term = term.object
    return isinstance(term, ox.BlankNode)


def canonical_labels(quads: Iterable[ox.Quad], steps: int | None = None) -> _Labels:
    """The canonical label of each blank node of a data set, of which only the quads with blank nodes matter.

    Raises EngineFailed where it would take too many steps, or where chains of nodes that look alike are too long.
    """
    try:
        return _Labelling(quads, steps).labels()
    except RecursionError:
        raise EngineFailed(
            "No canonical labels were found: a chain of blank nodes that look alike is too long."
        ) from None


def labels_as_met(quads: Iterable[ox.Quad]) -> _Labels:
    """Labels b0, b1, ... in the order in which blank nodes are met: not canonical, and never too much work."""
    labels: _Labels = {}
    for quad in quads:
        for _, node in _nodes(quad):
            labels.setdefault(node, f"b{len(labels)}")
    return labels


def relabelled(quads: Iterable[ox.Quad], labels: _Labels) -> list[ox.Quad]:
    """The quads with these labels, each once, sorted by code point."""
    return sorted(set(renamed(quads, labels)), key=str)


def renamed(quads: Iterable[ox.Quad], labels: _Labels) -> Iterator[ox.Quad]:
    """The quads with these labels, as they come."""
    nodes = {node: ox.BlankNode(label) for node, label in labels.items()}
    return (_renamed(quad, nodes) for quad in quads)


def labels_for(quads: list[ox.Quad]) -> _Labels:
    """Canonical labels for the blank nodes of some quads, or labels as they are met where too many look alike.

    Files are always read in the same order, so that what is written of them has the same bytes either way.
    """
    try:
        return canonical_labels(quads)
    except EngineFailed:
        return labels_as_met(quads)


def _renamed(quad: ox.Quad, nodes: dict[ox.BlankNode, ox.BlankNode]) -> ox.Quad:
    graph = quad.graph_name
    subject, object = _renamed_ends(quad.subject, quad.object, nodes)
    return ox.Quad(subject, quad.predicate, object, nodes[graph] if isinstance(graph, ox.BlankNode) else graph)


def _renamed_ends(subject: _Term, object: _Term, nodes: dict[ox.BlankNode, ox.BlankNode]) -> tuple[Any, Any]:
    if isinstance(subject, ox.BlankNode):
        subject = nodes[subject]
    if isinstance(object, ox.BlankNode):
        object = nodes[object]
    elif isinstance(object, ox.Triple):
        inner = _renamed_ends(object.subject, object.object, nodes)
        object = ox.Triple(inner[0], object.predicate, inner[1])
    return subject, object


def _nodes(quad: ox.Quad) -> Iterator[tuple[str, ox.BlankNode]]:
    """The blank nodes of a quad, each with its place: s, o or g; os is the subject of a triple that is the object."""
    place = ""
    subject, object = quad.subject, quad.object
    while True:
        if isinstance(subject, ox.BlankNode):
            yield f"{place}s", subject
        place += "o"
        if not isinstance(object, ox.Triple):
            break
        subject, object = object.subject, object.object
    if isinstance(object, ox.BlankNode):
        yield place, object
    if isinstance(quad.graph_name, ox.BlankNode):
        yield "g", quad.graph_name


def _pieces(quad: ox.Quad) -> list[str | ox.BlankNode]:
    """The line of N-Quads that states a quad, in pieces: texts, and blank nodes that have no label yet."""
    pieces: list[str | ox.BlankNode] = []
    subject, predicate, object = quad.triple
    closing = ""
    while True:
        pieces += [subject if isinstance(subject, ox.BlankNode) else str(subject), f" {predicate} "]
        if not isinstance(object, ox.Triple):
            break
        pieces.append("<<( ")
        closing += " )>>"
        subject, predicate, object = object
    pieces += [object if isinstance(object, ox.BlankNode) else str(object), f"{closing} "]
    graph = quad.graph_name
    if not isinstance(graph, ox.DefaultGraph):
        pieces += [graph if isinstance(graph, ox.BlankNode) else str(graph), " "]
    return [*pieces, ".\n"]


class _Labelling:
    """The state of https://www.w3.org/TR/rdf-canon/#canon-state, and the steps that are left."""

    def __init__(self, quads: Iterable[ox.Quad], steps: int | None) -> None:
        self._pieces: defaultdict[ox.BlankNode, list[list[str | ox.BlankNode]]] = defaultdict(list)
        self._related: defaultdict[ox.BlankNode, list[tuple[str, ox.BlankNode]]] = defaultdict(list)
        """The blank nodes beside each: the place and property by which they are, as they are hashed, and the node."""
        for quad in dict.fromkeys(quads):
            nodes, pieces = list(_nodes(quad)), _pieces(quad)
            for node in dict.fromkeys(node for _, node in nodes):
                self._pieces[node].append(pieces)
                self._related[node] += [
                    (place if place == "g" else f"{place}{quad.predicate}", other)
                    for place, other in nodes
                    if other != node
                ]
        self._first = {node: self._first_degree(node) for node in self._pieces}
        self._labels: _Labels = {}
        self._steps = self._allowed = steps or max(STEPS, 10 * len(self._pieces))

    def labels(self) -> _Labels:
        """https://www.w3.org/TR/rdf-canon/#canon-algo-algo"""
        alike = Counter(self._first.values())
        by_hash = sorted(self._first, key=self._first.__getitem__)
        for node in by_hash:
            if alike[self._first[node]] == 1:
                self._name(node)
        for _, nodes in groupby(by_hash, self._first.__getitem__):
            told = [self._n_degree(node, {node: "b0"}) for node in nodes if node not in self._labels]
            for _, met in sorted(told, key=lambda each: each[0]):
                for node in met:
                    self._name(node)
        return self._labels

    def _name(self, node: ox.BlankNode) -> None:
        self._labels.setdefault(node, f"c14n{len(self._labels)}")

    def _first_degree(self, node: ox.BlankNode) -> str:
        """https://www.w3.org/TR/rdf-canon/#hash-1d-quads"""
        lines = [
            "".join([each if isinstance(each, str) else "_:a" if each == node else "_:z" for each in pieces])
            for pieces in self._pieces[node]
        ]
        return _hash("".join(sorted(lines)))

    def _n_degree(self, node: ox.BlankNode, met: _Labels) -> tuple[str, _Labels]:
        """The hash of a node and of what lies about it, and in which order nodes were met on the way that was chosen.

        https://www.w3.org/TR/rdf-canon/#hash-nd-quads
        """
        groups: defaultdict[str, list[ox.BlankNode]] = defaultdict(list)
        for place, other in self._related[node]:
            label = self._labels.get(other) or met.get(other)
            groups[_hash(place + (f"_:{label}" if label else self._first[other]))].append(other)
        data = ""
        for hash in sorted(groups):
            chosen: tuple[str, _Labels] | None = None
            for order in permutations(groups[hash]):
                self._step()
                if (tried := self._path(order, met, chosen and chosen[0])) and (not chosen or tried[0] < chosen[0]):
                    chosen = tried
            assert chosen
            data += hash + chosen[0]
            met = chosen[1]
        return _hash(data), met

    def _path(self, order: Iterable[ox.BlankNode], met: _Labels, best: str | None) -> tuple[str, _Labels] | None:
        """The path through nodes in this order, and who is met then; None as soon as it cannot be better than the best."""
        path, met, unmet = "", dict(met), []
        for node in order:
            if label := self._labels.get(node):
                path += f"_:{label}"
            else:
                if node not in met:
                    unmet.append(node)
                path += f"_:{met.setdefault(node, f'b{len(met)}')}"
            if _is_worse(path, best):
                return None
        for node in unmet:
            hash, after = self._n_degree(node, met)
            path += f"_:{met[node]}<{hash}>"
            met = after
            if _is_worse(path, best):
                return None
        return path, met

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise EngineFailed(
                f"No canonical labels were found in {self._allowed:,} steps: too many blank nodes look alike."
            )


def _is_worse(path: str, best: str | None) -> bool:
    return best is not None and len(path) >= len(best) and path > best


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
