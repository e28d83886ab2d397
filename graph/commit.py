"""How a change gets in: it is rehearsed in a fork of the keeper, and only what conforms comes back, as a patch.

https://www.w3.org/TR/sparql11-update/ and https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import pyoxigraph as ox

from orgatlas.graph.bundle import BUILT_IN, Bundle, read_files
from orgatlas.graph.checks import read_checks, run_checks
from orgatlas.graph.closure import Closure
from orgatlas.graph.contradiction import contradiction, contradictions
from orgatlas.graph.dataset import (
    DatasetClause,
    deleted_data,
    names_the_default_graph,
    only_inserts_data,
    operations,
    using,
)
from orgatlas.graph.documents import read_triples
from orgatlas.graph.errors import EvaluationFailed, QuerySyntaxError, ShapesViolated, UnknownGraph, WriteRefused
from orgatlas.graph.federation import refuse_outbound, without_silent_loads
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.formats import GRAPH_FORMATS, named
from orgatlas.graph.literals import as_sent, typed_literals
from orgatlas.graph.patch import Patch
from orgatlas.graph.reasoner import RuleReasoner
from orgatlas.graph.report import SHOWN, report
from orgatlas.graph.rules import read_rules, worded
from orgatlas.graph.store import UNNAMED, GraphName, MemoryStore, placed
from orgatlas.graph.syntax import syntax_error
from orgatlas.graph.validator import ShaclValidator
from orgatlas.graph.vocabulary import INFERRED_GRAPH, VOCABULARY_GRAPH

Operation = Literal["update", "put", "post", "delete"]


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants changed.

    An update has its text in `content`, and perhaps the graphs that its patterns look at. The others are of the Graph
    Store Protocol: `graph` is a name, or None for the default graph; `content` is what was sent, of `media_type`.
    `base` is what relative IRIs in it are resolved against; `report_form` is the form of the report on what it violates.
    """

    operation: Operation
    content: bytes = b""
    graph: str | None = None
    media_type: str = ""
    base: str | None = None
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    report_form: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a change is judged: the shapes and axioms of a bundle, with what follows or without, at the gate or past it."""

    bundle: Bundle
    reasoning: bool = True
    gate: bool = True

    @property
    def inferred(self) -> ox.NamedNode:
        """The graph of what follows."""
        return ox.NamedNode(self.bundle.base + INFERRED_GRAPH)


def closed(store: MemoryStore, rules: Rules) -> Closure | None:
    """What follows from what a store states, in the words of its engine; None where nothing is to follow.

    Raises TooMuchFollows.
    """
    return RuleReasoner().close(store.asserted()) if rules.reasoning else None


def rehearse(store: MemoryStore, change: Change, rules: Rules, closure: Closure | None = None) -> Patch:
    """What a change comes to, with what follows from it. Store and closure are changed too: they have to be ones to throw away.

    The closure is that of the store; without it, it is made. Raises QuerySyntaxError, OutboundRefused, EvaluationFailed,
    UnreadableData, UnknownGraph, WriteRefused, TooMuchFollows and ShapesViolated.
    """
    closure = closed(store, rules) if closure is None else closure
    before = () if closure is None else closure.clashes
    stated = _updated(store, change, rules) if change.operation == "update" else _stored(store, change)
    _refuse_derived(stated, rules)
    derived = _derived(store, stated, closure, rules)
    store.apply(derived)
    if rules.gate and (
        found := [*_violations(store, rules), *(contradictions(closure) if closure is not None else ())]
    ):
        # A graph that breaks shapes already may still be changed, as long as it does not get worse.
        store.apply(derived.inverse())
        store.apply(stated.inverse())
        known = {_identity(each) for each in (*_violations(store, rules), *map(contradiction, before))}
        if fresh := [each for each in found if _identity(each) not in known]:
            raise ShapesViolated([asdict(each) for each in fresh], _reported(fresh, change.report_form))
    return stated + derived


def commit(store: MemoryStore, patch: Patch, rules: Rules, closure: Closure | None) -> None:
    """Make a change that was rehearsed. What follows from it is known, and the closure only has to follow."""
    store.apply(patch)
    if closure is not None:
        removed, added = (
            tuple(quad for quad in quads if quad.graph_name != rules.inferred) for quads in (patch.removed, patch.added)
        )
        closure.change(*_assertions(store, Patch(removed, added)))


# What a change states.


def _updated(store: MemoryStore, change: Change, rules: Rules) -> Patch:
    """Update the store; returns what that came to. Where the default graph is a union, it is one after each operation."""
    text = without_silent_loads(_text(change.content))
    refuse_outbound(text)
    base, prefixes = change.base or rules.bundle.base, rules.bundle.prefixes
    if not store.strict and names_the_default_graph(text):
        raise WriteRefused(AMBIGUOUS_DEFAULT)
    clause = DatasetClause(change.using, change.using_named)
    meant = using(text, clause) if clause else text
    steps = [meant] if store.strict or only_inserts_data(meant) else operations(meant)
    if len(steps) > 1 and any(_fault(step, base, prefixes) for step in steps):
        steps = [meant]
    whole = Patch()
    try:
        for step in steps:
            done = _operated(store, step, base, rules)
            store.apply(done)
            whole += done
    except SyntaxError as error:  # told with its place in what was sent, and only one step can have it
        raise syntax_error(_fault(text, base, prefixes) or error, text, prefixes, update=True) from None
    except EvaluationFailed:
        store.apply(whole.inverse())
        raise
    return whole


def _fault(text: str, base: str, prefixes: Mapping[str, str]) -> SyntaxError | None:
    """What keeps an update from being read. It is tried on nothing, where it can do no harm."""
    try:
        ox.Store().update(text, base_iri=base, prefixes=dict(prefixes))
    except SyntaxError as error:
        return error
    except (RuntimeError, ValueError, OSError):
        pass  # as where there is no graph to be dropped
    return None


def _operated(store: MemoryStore, text: str, base: str, rules: Rules) -> Patch:
    """What an operation, or several that need not see each other, comes to."""
    if (data := deleted_data(text)) is not None and _fault(text, base, rules.bundle.prefixes) is None:
        return _deleted(store, data, base, rules)
    # What looks at nothing need not be tried on a copy of everything.
    blind = only_inserts_data(text)
    tried = ox.Store() if blind else store.copy()
    try:
        tried.update(text, base_iri=base, prefixes=rules.bundle.prefixes)
    except (RuntimeError, ValueError, OSError) as error:
        raise EvaluationFailed(str(error)) from None
    graphs = {graph for graph in tried.named_graphs() if isinstance(graph, ox.NamedNode)}
    made = _sorted(graphs - store.named_graphs())
    literals = [*store.sent_literals(), *typed_literals(text, rules.bundle.prefixes)]
    if blind:
        return Patch(added=tuple(as_sent((quad for quad in tried if not store.states(quad)), literals)), made=made)
    removed = [quad for quad in store if quad not in tried]
    if not store.strict:
        removed = _from_every_graph(store, removed)
    return Patch(
        removed=tuple(quad for quad in removed if quad.graph_name != rules.inferred),
        added=tuple(as_sent((quad for quad in tried if quad not in store), literals)),
        made=made,
        dropped=_sorted(store.named_graphs() - graphs - {rules.inferred}),
    )


def _deleted(store: MemoryStore, data: str, base: str, rules: Rules) -> Patch:
    """What it comes to that data are deleted; they are told by inserting them where nothing is."""
    told = ox.Store()
    told.update(data, base_iri=base, prefixes=rules.bundle.prefixes)
    removed = [held for quad in told if (held := store.held(quad))]
    removed = removed if store.strict else _from_every_graph(store, removed)
    return Patch(removed=tuple(quad for quad in removed if quad.graph_name != rules.inferred))


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise QuerySyntaxError(f"not UTF-8 at byte {error.start}") from None


def _from_every_graph(store: MemoryStore, removed: Iterable[ox.Quad]) -> list[ox.Quad]:
    """What goes from the union goes from every graph that states it."""
    gone: dict[ox.Quad, None] = {}
    for quad in removed:
        gone |= dict.fromkeys(store.statements(quad.triple) if quad.graph_name == UNNAMED else [quad])
    return list(gone)


def _stored(store: MemoryStore, change: Change) -> Patch:
    """Put, add or delete a graph of the store; returns what that came to."""
    graph: GraphName = ox.NamedNode(change.graph) if change.graph is not None else UNNAMED
    there = set(store.stated_in(graph))
    if change.operation == "delete":
        if not store.has_graph(graph):
            raise UnknownGraph(str(change.graph))
        patch = Patch(tuple(there), dropped=(graph,) if isinstance(graph, ox.NamedNode) else ())
        store.apply(patch)
        return patch
    sent = read_triples(change.content, change.media_type, change.base)
    coming = ox.Store()
    coming.bulk_extend(quads := [placed(triple, graph) for triple in dict.fromkeys(sent)])
    removed = tuple(quad for quad in there if quad not in coming) if change.operation == "put" else ()
    made = (graph,) if isinstance(graph, ox.NamedNode) and not store.has_graph(graph) else ()
    patch = Patch(removed, tuple(quad for quad in quads if not store.states(quad)), made=made)
    store.apply(patch)
    return patch


def _refuse_derived(stated: Patch, rules: Rules) -> None:
    """Nobody writes where only the reasoner may."""
    touched = (*(quad.graph_name for quad in (*stated.removed, *stated.added)), *stated.made, *stated.dropped)
    if rules.reasoning and rules.inferred in touched:
        raise WriteRefused(f"{rules.inferred.value} holds what follows from the other graphs. State it in another one.")


def _sorted(graphs: Iterable[ox.NamedNode]) -> tuple[ox.NamedNode, ...]:
    return tuple(sorted(graphs, key=str))


# What follows from it, and whether it conforms.


def _derived(store: MemoryStore, stated: Patch, closure: Closure | None, rules: Rules) -> Patch:
    """How the graph of what follows has to change with what is stated now."""
    if closure is None:
        return Patch()
    added, removed = (
        [placed(triple, rules.inferred) for triple in triples]
        for triples in closure.change(*_assertions(store, stated))
    )
    return Patch(tuple(quad for quad in removed if quad in store), tuple(quad for quad in added if quad not in store))


def _assertions(store: MemoryStore, stated: Patch) -> tuple[list[ox.Triple], list[ox.Triple]]:
    """The triples that some graph states since a change, and those that none does, in the words of the engine."""
    added = [held.triple for quad in stated.added if (held := store.held(quad))]
    return added, [quad.triple for quad in stated.removed if not store.statements(quad.triple)]


def _violations(store: MemoryStore, rules: Rules) -> list[Finding]:
    """What breaks a shape. Plain files need not say on whose authority they speak."""
    stated = list(store.stated())
    shapes = list(dict.fromkeys(quad.triple for quad in read_files(rules.bundle, rules.bundle.shapes)))
    found = ShaclValidator().validate(dict.fromkeys(quad.triple for quad in stated), shapes)
    if not rules.bundle.plain:
        quads = ox.Store()
        quads.bulk_extend(stated)
        vocabulary = ox.NamedNode(rules.bundle.base + VOCABULARY_GRAPH)
        found += run_checks(quads, read_checks(BUILT_IN / "shapes" / "checks"), shapes, vocabulary, rules.inferred)
    return [each for each in worded(found, read_rules(shapes)) if each.severity is Severity.VIOLATION]


def _identity(finding: Finding) -> tuple[str | None, ...]:
    return finding.rule, finding.component, finding.focus, finding.path, finding.value


def _reported(findings: Iterable[Finding], form: str | None) -> str | None:
    """The SHACL report, where a form of RDF was asked for."""
    if form is None:
        return None
    return (ox.serialize(report(findings), format=named(form, GRAPH_FORMATS).engine, prefixes=SHOWN) or b"").decode()


AMBIGUOUS_DEFAULT = (
    "DEFAULT is ambiguous here, because the default graph is the union of all graphs. "
    "Name a graph, or serve with --strict-default-graph."
)
