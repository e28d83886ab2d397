"""RDF 1.2 Turtle in which each statement is annotated with the graphs it stands in.

https://www.w3.org/TR/rdf12-turtle/#annotation-syntax
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import IO

import pyoxigraph as ox

from orgatlas.graph.vocabulary import PREFIXES, name

TYPE, SOURCE = name("rdf:type"), name("dct:source")
XSD = PREFIXES["xsd"]

Prefixes = Mapping[str, str]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def write_turtle_12(
    triples: Iterable[ox.Triple],
    graphs: Mapping[ox.Triple, Iterable[ox.Quad]],
    output: IO[bytes],
    prefixes: Prefixes,
) -> None:
    """Write triples, those of a subject together, each with an annotation for each named graph it stands in."""
    for text in _turtle_12(triples, graphs, prefixes):
        output.write(text.encode())


def _turtle_12(
    triples: Iterable[ox.Triple], graphs: Mapping[ox.Triple, Iterable[ox.Quad]], prefixes: Prefixes
) -> Iterator[str]:
    """Each triple with an annotation for each named graph it stands in, whose reifier needs no name."""
    names = _Names(prefixes)
    source, blocks = names.of(SOURCE), []
    for subject, said in groupby(triples, key=lambda triple: triple.subject):
        lines = []
        for triple in said:
            named = (quad.graph_name for quad in graphs[triple] if not isinstance(quad.graph_name, ox.DefaultGraph))
            notes = "".join(f" {{| {source} {names.of(graph)} |}}" for graph in named)
            predicate = "a" if triple.predicate == TYPE else names.of(triple.predicate)
            lines.append(f"  {predicate} {names.of(triple.object)}{notes}")
        blocks.append(f"\n{names.of(subject)}\n" + " ;\n".join(lines) + " .\n")
    yield 'VERSION "1.2"\n'
    yield from (f"PREFIX {prefix}: <{prefixes[prefix]}>\n" for prefix in prefixes if prefix in names.used)
    yield from blocks


class _Names:
    """Terms as Turtle writes them; `used` are the prefixes it has taken for that."""

    def __init__(self, prefixes: Prefixes) -> None:
        self.used: set[str] = set()
        self._spaces = sorted(prefixes.items(), key=lambda each: -len(each[1]))
        self._known: dict[ox.NamedNode, str] = {}

    def of(self, term: Term) -> str:
        """A term in the fewest words."""
        if isinstance(term, ox.NamedNode):
            if term not in self._known:
                self._known[term] = self._short(term)
            return self._known[term]
        if isinstance(term, ox.Triple):
            return f"<<( {' '.join(map(self.of, term))} )>>"
        if isinstance(term, ox.BlankNode) or term.language or term.datatype.value == XSD + "string":
            return str(term)
        return f"{ox.Literal(term.value)}^^{self.of(term.datatype)}"

    def _short(self, node: ox.NamedNode) -> str:
        for prefix, space in self._spaces:
            if node.value.startswith(space) and _LOCAL.fullmatch(local := node.value.removeprefix(space)):
                self.used.add(prefix)
                return f"{prefix}:{local}"
        return str(node)


_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w.-]*[\w-])?", re.ASCII)
