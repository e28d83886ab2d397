"""The seam between a question and the quads: a query goes in, an answer comes out that knows its kind and writes itself.

https://www.w3.org/TR/sparql11-query/ and https://www.w3.org/TR/sparql11-protocol/
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Literal, Protocol

import pyoxigraph as ox

from orgatlas.graph.errors import QuerySyntaxError, WrongAnswerKind, shortened
from orgatlas.graph.federation import refuse_outbound
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS, GraphFormat, TableFormat
from orgatlas.graph.tokens import TOKENS

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
AnswerKind = Literal["boolean", "solutions", "triples"]
KIND_IN_WORDS: Mapping[AnswerKind, str] = {
    "boolean": "yes or no",
    "solutions": "a table",
    "triples": "a graph",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One SPARQL query. Variables in `values` are bound to terms by the engine and never become text of the query."""

    text: str
    base: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Term] = field(default_factory=dict)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


_EXPECTED = re.compile(r'("(?:[^"\\]|\\.)*"|\[[^\]]*\](?:\s*\|\s*\[[^\]]*\])*|[^,\s][^,]*)(?:,\s*|$)')
MOST_EXPECTED = 12
UPDATES = {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}


class Answer(Protocol):
    """What came of a query, to be written once, in the thread that asked."""

    kind: AnswerKind

    def write(self, output: IO[bytes], form: GraphFormat | TableFormat) -> None:
        """Write the answer; raises WrongAnswerKind if the form is not for this kind of answer."""
        ...


class Store(Protocol):
    """Where the quads are."""

    def query(self, query: Query) -> Answer:
        """Ask; raises QuerySyntaxError and OutboundRefused."""
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

    def write(self, output: IO[bytes], form: GraphFormat | TableFormat) -> None:
        """Write the answer; raises WrongAnswerKind if the form is not for this kind of answer."""
        if isinstance(self.results, ox.QueryTriples):
            if not isinstance(form, GraphFormat):
                raise WrongAnswerKind(KIND_IN_WORDS[self.kind], [each.name for each in GRAPH_FORMATS])
            ox.serialize(self.results, output, format=form.engine, prefixes=dict(self.prefixes))
        else:
            if not isinstance(form, TableFormat):
                raise WrongAnswerKind(KIND_IN_WORDS[self.kind], [each.name for each in TABLE_FORMATS])
            self.results.serialize(output, format=form.engine)


class MemoryStore:
    """The quads in the memory of this process.

    The engine's own union of the named graphs counts a triple as often as graphs state it, which makes every COUNT wrong.
    So the default graph holds the union, each triple once, beside the named graphs.
    """

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._store = ox.Store()
        held = tuple(quads)
        self._store.bulk_extend(held)
        self._store.bulk_extend(ox.Quad(each.subject, each.predicate, each.object) for each in held)

    def __len__(self) -> int:
        """How many triples it knows, each counted once."""
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()))

    def query(self, query: Query) -> MemoryAnswer:
        """Ask; raises QuerySyntaxError and OutboundRefused."""
        refuse_outbound(query.text)
        try:
            results = self._store.query(
                query.text,
                base_iri=query.base,
                prefixes=dict(query.prefixes),
                default_graph=[ox.NamedNode(iri) for iri in query.default_graphs] or None,
                named_graphs=[ox.NamedNode(iri) for iri in query.named_graphs] or None,
                substitutions={ox.Variable(name): value for name, value in query.values.items()},
            )
        except SyntaxError as error:
            raise syntax_error(error, query.text, query.prefixes) from None
        # What FROM names may be no IRI, and a value may be for a variable that the answer has not.
        except (ValueError, RuntimeError) as error:
            raise QuerySyntaxError(str(error)) from None
        return MemoryAnswer(results, query.prefixes)


def flat(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """The triples of all graphs, each once, in the order of the quads."""
    return list(dict.fromkeys(quad.triple for quad in quads))


def syntax_error(error: SyntaxError, text: str, prefixes: Mapping[str, str] | None = None) -> QuerySyntaxError:
    """The engine's syntax error in a text, with its place taken out and its grammar put into words.

    Where the engine would only list what else it knows, two frequent causes are named: an update, and a prefix that neither
    the text nor `prefixes` declares.
    """
    said = str(error.msg)
    reason, line, column = said, error.lineno, error.offset
    if place := re.match(r"error at (\d+):(\d+): (.*)", said, re.DOTALL):
        reason, line, column = _in_words(place[3]), int(place[1]), int(place[2])
    tokens = [token for token in TOKENS.finditer(text) if not token["space"]]
    if _is_update(tokens):
        return QuerySyntaxError("this is an update, and only queries are answered here", line, column)
    for token in _undeclared(tokens, prefixes or {}):
        name = f"the prefix {shortened(token['prefix'])}: is not declared"
        return QuerySyntaxError(
            name, text.count("\n", 0, token.start()) + 1, token.start() - text.rfind("\n", 0, token.start())
        )
    return QuerySyntaxError(reason, line, column)


def _is_update(tokens: Sequence[re.Match[str]]) -> bool:
    words = (token["word"].upper() for token in tokens if token["word"])
    return next((word in UPDATES for word in words if word not in ("PREFIX", "BASE")), False)


def _undeclared(tokens: Sequence[re.Match[str]], prefixes: Mapping[str, str]) -> Iterator[re.Match[str]]:
    """The prefixed names whose prefix nobody declares; that of a blank node is none."""
    known = {*prefixes, "_"}
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token["prefix"] is None:
            continue
        if before is not None and before[0].upper() == "PREFIX":
            known.add(token["prefix"])
        elif token["prefix"] not in known:
            yield token


def _in_words(reason: str) -> str:
    """The engine lists all it would have taken, down to ranges of characters; a person can use the words and signs of it."""
    if "Prefix not found" in reason:
        return "a prefix is used that no PREFIX line declares"
    parts: list[str] = _EXPECTED.findall(reason.removeprefix("expected ").removeprefix("one of "))
    wanted = [part for part in parts if part[0] != "["]
    if sentences := [part for part in wanted if part.count(" ") > 2]:
        return sentences[0]
    if not reason.startswith("expected ") or not wanted:
        return "unexpected text" if reason.startswith("expected ") else reason
    return f"expected {', '.join(wanted[:MOST_EXPECTED])}{', …' if len(wanted) > MOST_EXPECTED else ''}"
