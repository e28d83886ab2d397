"""The seam between a question and the quads: a query goes in, an answer comes out that knows its kind and writes itself.

https://www.w3.org/TR/sparql11-query/ and https://www.w3.org/TR/sparql11-protocol/
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Literal, Protocol

import pyoxigraph as ox

from orgatlas.graph.caps import UNCOUNTED, Caps, write_capped
from orgatlas.graph.dataset import DatasetClause, clause_of
from orgatlas.graph.errors import EvaluationFailed, UnknownGraph, WrongAnswerKind
from orgatlas.graph.federation import refuse_outbound
from orgatlas.graph.formats import ANSWER_FORMATS, GRAPH_FORMATS, SPREADSHEET, GraphFormat, TableFormat
from orgatlas.graph.literals import is_rewritten
from orgatlas.graph.matching import functions, mentions
from orgatlas.graph.patch import Patch
from orgatlas.graph.spreadsheet import write_spreadsheet
from orgatlas.graph.syntax import syntax_error

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
GraphName = ox.NamedNode | ox.DefaultGraph
AnswerKind = Literal["boolean", "solutions", "triples"]
KIND_IN_WORDS: Mapping[AnswerKind, str] = {
    "boolean": "yes or no",
    "solutions": "a table",
    "triples": "a graph",
}

DefaultGraphs = list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
NamedGraphs = list[ox.NamedNode | ox.BlankNode]

UNNAMED = ox.DefaultGraph()
UNLIMITED = Caps(UNCOUNTED, 2**62)


@dataclass(frozen=True, slots=True)
class Query:
    """One SPARQL query. Variables in `values` are bound to terms by the engine and never become text of the query.

    `default_graphs` and `named_graphs` describe its dataset; where both are empty, its own FROM clauses do, or nothing.
    `seconds` is how long it may take, where that is less than is allowed. Unless `inferred`, only what is stated is looked at.
    `index` is the file in which its functions of graph/matching.py look; without one there are none.
    To a `whole` one, all graphs are the default graph even where that is strict: it is a question of ours about everything.
    """

    text: str
    base: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Term] = field(default_factory=dict)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    seconds: float | None = None
    inferred: bool = True
    whole: bool = False
    index: Path | None = None


class Answer(Protocol):
    """What came of a query, to be written once, in the thread that asked."""

    kind: AnswerKind

    def write(self, output: IO[bytes], form: GraphFormat | TableFormat, caps: Caps = UNLIMITED) -> str | None:
        """Write the answer; returns which cap cut it, if one did.

        Raises WrongAnswerKind if the form is not for this kind of answer.
        """
        ...


class Store(Protocol):
    """Where the quads are."""

    def query(self, query: Query) -> Answer:
        """Ask; raises QuerySyntaxError, OutboundRefused and EvaluationFailed."""
        ...


@dataclass(frozen=True, slots=True)
class MemoryAnswer:
    """An answer of the engine in this process. Bound to its thread: pyoxigraph ends the process otherwise."""

    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
    prefixes: Mapping[str, str]

    @property
    def kind(self) -> AnswerKind:
        """What kind of answer it is."""
        if isinstance(self.results, ox.QueryTriples):
            return "triples"
        return "boolean" if isinstance(self.results, ox.QueryBoolean) else "solutions"

    def write(self, output: IO[bytes], form: GraphFormat | TableFormat, caps: Caps = UNLIMITED) -> str | None:
        """Write the answer; returns which cap cut it, if one did.

        Raises WrongAnswerKind if the form is not for this kind of answer.
        """
        known = GRAPH_FORMATS if self.kind == "triples" else ANSWER_FORMATS
        if form not in known:
            raise WrongAnswerKind(KIND_IN_WORDS[self.kind], [each.name for each in known])
        if form is SPREADSHEET and not isinstance(self.results, ox.QueryTriples):
            return write_spreadsheet(self.results, output, caps)
        return write_capped(self.results, output, form, caps, self.prefixes)


class MemoryStore:
    """The quads in the memory of this process.

    Unless `strict`, the default graph is the union of all graphs. The engine's own union counts a triple as often as
    graphs state it, which makes every COUNT wrong. So the engine's default graph holds the union, each triple once, beside
    the named graphs; what is stated in no named graph is what stands there alone, or is in `_both`.
    """

    def __init__(self, quads: Iterable[ox.Quad], inferred: ox.NamedNode | None = None, strict: bool = False) -> None:
        self.inferred, self.strict = inferred, strict
        self._store = ox.Store()
        self._both: set[ox.Triple] = set()
        self._stated: ox.Store | None = None
        self._size: int | None = None
        self._sent: dict[ox.Quad, ox.Quad] = {}
        held = tuple(quads)
        self._unnamed = any(quad.graph_name == UNNAMED for quad in held)
        self._store.bulk_extend(held)
        self._remember(held)
        if not strict:
            unnamed = {quad.triple for quad in self._store.quads_for_pattern(None, None, None, UNNAMED)}
            if unnamed:
                self._both = {quad.triple for quad in self._store if quad.graph_name != UNNAMED} & unnamed
            self._store.bulk_extend(placed(each.triple) for each in held)

    def __len__(self) -> int:
        """How many triples it knows, each counted once (where strict, once a graph)."""
        if self.strict:
            return len(self._store)
        if self._size is None:
            self._size = sum(1 for _ in self.quads_of(UNNAMED))
        return self._size

    def query(self, query: Query) -> MemoryAnswer:
        """Ask; raises QuerySyntaxError, OutboundRefused, EvaluationFailed, and EngineFailed where its index is gone."""
        refuse_outbound(query.text)
        matching = functions(query.index) if query.index is not None and mentions(query.text) else None
        prefixes = _spoken(query.prefixes, query.text)
        clause = DatasetClause(query.default_graphs, query.named_graphs)
        try:
            # The engine's merge of several graphs holds a triple as often as they state it.
            if not clause and len((own := clause_of(query.text, query.base, prefixes)).default) > 1:
                clause = own
            store, default, named = _dataset(clause, self._store if query.inferred else self._only_stated())
            results = store.query(
                query.text,
                base_iri=query.base,
                prefixes=prefixes,
                use_default_graph_as_union=query.whole and self.strict,
                default_graph=default,
                named_graphs=named,
                substitutions={ox.Variable(name): value for name, value in query.values.items()},
                custom_functions=matching,
            )
        except SyntaxError as error:
            raise syntax_error(error, query.text, query.prefixes) from None
        # A graph may be named by what is no IRI, a function be unknown, a value be for a variable that the answer has not.
        except (ValueError, RuntimeError) as error:
            raise EvaluationFailed(str(error)) from None
        return MemoryAnswer(results, query.prefixes)

    def _only_stated(self) -> ox.Store:
        """The engine's store without what follows; made when it is first asked for, and again after a change."""
        if not self._holds_inferred():
            return self._store
        if self._stated is None:
            self._stated = ox.Store()
            for graph in self._store.named_graphs():
                if graph != self.inferred:
                    self._stated.add_graph(graph)
                    self._stated.bulk_extend(self._of(graph))
            self._stated.bulk_extend(self.stated_in(UNNAMED) if self.strict else map(placed, self.asserted()))
        return self._stated

    def _holds_inferred(self) -> bool:
        return self.inferred is not None and any(True for _ in self.quads_of(self.inferred))

    # The Graph Store: what is stated, graph by graph.

    def quads_of(self, graph: GraphName) -> Iterator[ox.Quad]:
        """What the engine holds of a graph: of the default graph, all that queries see there."""
        return self._of(graph)

    def _of(self, graph: GraphName | ox.BlankNode) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(None, None, None, graph)

    def graph(self, name: GraphName) -> Iterator[ox.Triple]:
        """The triples of a graph as queries see it. Raises UnknownGraph."""
        if not self.has_graph(name):
            raise UnknownGraph(name.value if isinstance(name, ox.NamedNode) else "default")
        return (quad.triple for quad in self.quads_of(name))

    def has_graph(self, name: GraphName) -> bool:
        """Whether there is such a graph; a graph may be there and empty. The default graph always is."""
        return isinstance(name, ox.DefaultGraph) or self._store.contains_named_graph(name)

    def named_graphs(self) -> set[ox.NamedNode]:
        """The names of the graphs."""
        return {graph for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode)}

    def stated_in(self, graph: GraphName) -> Iterator[ox.Quad]:
        """What is stated in a graph; of the default graph, only what was stated there and nowhere else put."""
        if self.strict or graph != UNNAMED:
            return self.quads_of(graph)
        if not self._unnamed:
            return iter(())  # nothing ever was, and there is no need to look at the whole union
        return (quad for quad in self.quads_of(UNNAMED) if self._is_unnamed(quad.triple))

    def stated(self) -> Iterator[ox.Quad]:
        """Every quad that is stated, with its literals as they were sent: the engine writes some of them anew."""
        graphs: list[GraphName] = [UNNAMED, *(self.named_graphs() - {self.inferred})]
        for graph in graphs:
            for quad in self.stated_in(graph):
                yield self._sent.get(quad, quad)

    def asserted(self) -> Iterator[ox.Triple]:
        """The triple of every quad that is stated, as the engine holds it; some of them more than once."""
        if not self.strict and not self._holds_inferred():
            return (quad.triple for quad in self.quads_of(UNNAMED))  # nothing else is in the union
        named = (
            quad.triple for graph in self._store.named_graphs() if graph != self.inferred for quad in self._of(graph)
        )
        return chain((quad.triple for quad in self.stated_in(UNNAMED)), named)

    def held(self, quad: ox.Quad) -> ox.Quad | None:
        """A quad as the engine holds it, in which a literal may be in other words; None if it is not held."""
        return next(self._held(quad.triple, quad.graph_name), None)

    def sent_literals(self) -> Iterator[tuple[ox.Literal, ox.Literal]]:
        """The literals that the engine holds in other words, each as held and as sent."""
        for held, sent in self._sent.items():
            if isinstance(held.object, ox.Literal) and isinstance(sent.object, ox.Literal):
                yield held.object, sent.object

    def find(
        self, subject: ox.NamedNode | ox.BlankNode | None, predicate: ox.NamedNode | None, object: Term | None
    ) -> Iterator[ox.Quad]:
        """The quads that match, in whatever graph; None matches anything."""
        return self._store.quads_for_pattern(subject, predicate, object, None)

    def statements(self, triple: ox.Triple) -> list[ox.Quad]:
        """The quads that state a triple, in whichever graph."""
        found = [quad for quad in self._named(triple) if quad.graph_name != self.inferred]
        unnamed = placed(triple)
        return [*found, unnamed] if self.states(unnamed) else found

    def copy(self) -> ox.Store:
        """The engine's store once more, to try something on."""
        copied = ox.Store()
        copied.bulk_extend(self._store)
        for graph in self._store.named_graphs():
            copied.add_graph(graph)
        return copied

    def __iter__(self) -> Iterator[ox.Quad]:
        """Every quad that queries see."""
        return iter(self._store)

    def __contains__(self, quad: ox.Quad) -> bool:
        """Whether queries see a quad."""
        return quad in self._store

    def states(self, quad: ox.Quad) -> bool:
        """Whether a quad is stated in its graph; in the default graph, whether it is stated there itself."""
        return quad in self._store and (self.strict or quad.graph_name != UNNAMED or self._is_unnamed(quad.triple))

    def apply(self, patch: Patch) -> None:
        """Change what is held. A quad that goes and is not there, or comes and is, changes nothing."""
        self._stated = None
        for quad in patch.removed:
            self._remove(quad)
        for graph in patch.dropped:
            self._store.remove_graph(graph)
        for graph in patch.made:
            self._store.add_graph(graph)
        for quad in patch.added:
            self._add(quad)
        self._remember(patch.added)

    def infer(self, triples: Iterable[ox.Triple]) -> None:
        """Make the graph of what follows hold these triples, of which none is stated, and no others."""
        assert self.inferred
        self._stated = self._size = None
        for quad in list(self.quads_of(self.inferred)):
            self._remove(quad)
        graphs: list[GraphName] = [self.inferred] if self.strict else [self.inferred, UNNAMED]
        self._store.bulk_extend(placed(triple, graph) for triple in triples for graph in graphs)

    def _remove(self, quad: ox.Quad) -> None:
        triple = quad.triple
        if self._sent:
            self._sent.pop(quad, None)
        if self.strict:
            self._store.remove(quad)
        elif quad.graph_name != UNNAMED:
            unnamed = self._is_unnamed(triple)
            self._store.remove(quad)
            if not any(True for _ in self._named(triple)):
                self._both.discard(triple)
                if not unnamed and (whole := placed(triple)) in self._store:
                    self._store.remove(whole)
                    self._grow(-1)
        elif triple in self._both:
            self._both.discard(triple)
        elif self._is_unnamed(triple):
            self._store.remove(quad)
            self._grow(-1)

    def _add(self, quad: ox.Quad) -> None:
        if not self.strict:
            triple = quad.triple
            before = next(self._held(triple, UNNAMED), None)
            if before is None:
                self._grow(1)
            if quad.graph_name == UNNAMED:
                self._unnamed = True
                if before and not self._is_unnamed(before.triple):
                    self._both.add(before.triple)
            elif before is None:
                self._store.add(placed(triple))
            elif self._is_unnamed(before.triple):
                self._both.add(before.triple)
        self._store.add(quad)

    def _grow(self, triples: int) -> None:
        if self._size is not None:
            self._size += triples

    def _held(
        self, triple: ox.Triple, graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph | None
    ) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, graph)

    def _named(self, triple: ox.Triple) -> Iterator[ox.Quad]:
        quads = self._held(triple, None)
        return (quad for quad in quads if quad.graph_name != UNNAMED)

    def _is_unnamed(self, triple: ox.Triple) -> bool:
        """Whether a triple of the union is stated in the default graph itself."""
        if triple in self._both:
            return True
        return placed(triple) in self._store and not any(True for _ in self._named(triple))

    def _remember(self, quads: Iterable[ox.Quad]) -> None:
        """Keep the literals that the engine writes anew as they were sent, because shapes speak of those."""
        for sent in quads:
            if isinstance(sent.object, ox.Literal) and is_rewritten(sent.object):
                held = next(self._held(sent.triple, sent.graph_name), None)
                if held is not None and held != sent:
                    self._sent[held] = sent


def _dataset(clause: DatasetClause, whole: ox.Store) -> tuple[ox.Store, DefaultGraphs | None, NamedGraphs | None]:
    """The engine's store that holds a dataset, and which of its graphs are meant; None means all that it has."""
    if not clause:
        return whole, None, None
    default: DefaultGraphs = [ox.NamedNode(iri) for iri in dict.fromkeys(clause.default)]
    named: NamedGraphs = [ox.NamedNode(iri) for iri in dict.fromkeys(clause.named)]
    if len(default) < 2:
        return whole, default, named
    merged = ox.Store()
    for graph in default:
        merged.bulk_extend(placed(quad.triple) for quad in whole.quads_for_pattern(None, None, None, graph))
    for graph in named:
        merged.bulk_extend(whole.quads_for_pattern(None, None, None, graph))
    return merged, [UNNAMED], named


def _spoken(prefixes: Mapping[str, str], text: str) -> dict[str, str]:
    """The prefixes that a text may use: the engine reads the IRI of each it is given, for every query."""
    if "\\" in text:
        return dict(prefixes)
    return {prefix: iri for prefix, iri in prefixes.items() if f"{prefix}:" in text}


def placed(triple: ox.Triple, graph: GraphName = UNNAMED) -> ox.Quad:
    """The quad that states a triple in a graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def flat(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """The triples of all graphs, each once, in the order of the quads."""
    return list(dict.fromkeys(quad.triple for quad in quads))
