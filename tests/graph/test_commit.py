"""A change comes to what it says and what follows from it, in the union and in every graph; what breaks a shape never gets in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgatlas.graph.build import Edition, edition_store
from orgatlas.graph.bundle import BUILT_IN, Bundle, empty_bundle, open_bundle
from orgatlas.graph.commit import Change, Rules, closed, rehearse
from orgatlas.graph.errors import (
    EvaluationFailed,
    OutboundRefused,
    QuerySyntaxError,
    ShapesViolated,
    UnknownGraph,
    UnreadableData,
    WriteRefused,
)
from orgatlas.graph.patch import Patch
from orgatlas.graph.store import UNNAMED, GraphName, MemoryStore, placed
from orgatlas.graph.vocabulary import INFERRED_GRAPH, name

EX = "https://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"


def iri(local: str) -> ox.NamedNode:
    return ox.NamedNode(EX + local)


A, B, C, D, P = (iri(each) for each in "abcdp")
G, H = iri("g"), iri("h")
PLAIN = Rules(empty_bundle(), gate=False)
INFERRED = PLAIN.inferred
PREFIX = f"PREFIX : <{EX}> "


# The store against a plain model


@dataclass
class Model:
    """What is stated in each graph, as sets; the default graph that queries see is made from them when asked for."""

    strict: bool
    graphs: dict[GraphName, set[ox.Triple]] = field(default_factory=lambda: {UNNAMED: set()})

    def apply(self, patch: Patch) -> None:
        for quad in patch.removed:
            assert isinstance(quad.graph_name, ox.NamedNode | ox.DefaultGraph)
            self.graphs.get(quad.graph_name, set()).discard(quad.triple)
        for graph in patch.dropped:
            self.graphs.pop(graph, None)
        for graph in patch.made:
            self.graphs.setdefault(graph, set())
        for quad in patch.added:
            assert isinstance(quad.graph_name, ox.NamedNode | ox.DefaultGraph)
            self.graphs.setdefault(quad.graph_name, set()).add(quad.triple)

    @property
    def default(self) -> set[ox.Triple]:
        return self.graphs[UNNAMED] if self.strict else set[ox.Triple]().union(*self.graphs.values())

    @property
    def quads(self) -> set[ox.Quad]:
        return {placed(triple, graph) for graph, found in self.graphs.items() for triple in found}


TRIPLES = [ox.Triple(A, P, B), ox.Triple(A, P, ox.Literal("x")), ox.Triple(B, P, ox.BlankNode("n"))]
NAMED = [G, H, INFERRED]
GRAPHS: list[GraphName] = [UNNAMED, *NAMED]
all_quads = st.sets(st.builds(placed, st.sampled_from(TRIPLES), st.sampled_from(GRAPHS)), max_size=5)


@st.composite
def changes(draw: st.DrawFn) -> Patch:
    removed, added = draw(all_quads), draw(all_quads)
    return Patch(tuple(removed - added), tuple(added - removed))


def agrees(store: MemoryStore, model: Model) -> None:
    """Compare all that can be asked of a store with the model."""
    assert sorted(map(str, store.quads_of(UNNAMED))) == sorted(str(placed(each)) for each in model.default)
    assert store.named_graphs() == set(model.graphs) - {UNNAMED}
    assert len(store) == (len(model.quads) if model.strict else len(model.default))
    for graph in GRAPHS:
        expected = {placed(triple, graph) for triple in model.graphs.get(graph, ())}
        assert sorted(map(str, store.stated_in(graph))) == sorted(map(str, expected))
        assert store.has_graph(graph) == (graph in model.graphs)
        for triple in TRIPLES:
            assert store.states(placed(triple, graph)) == (placed(triple, graph) in expected)
    stated = sorted(str(quad) for quad in model.quads if quad.graph_name != INFERRED)
    assert sorted(map(str, store.stated())) == stated
    for triple in TRIPLES:
        assert sorted(map(str, store.statements(triple))) == [each for each in stated if each.startswith(f"{triple}")]
    assert set(store) == model.quads | {placed(triple) for triple in model.default}


@pytest.mark.parametrize("strict", [False, True], ids=["union", "strict"])
@given(begun=all_quads, patches=st.lists(changes(), max_size=6))
def test_a_store_holds_what_a_plain_model_says(strict: bool, begun: set[ox.Quad], patches: list[Patch]) -> None:
    store, model = MemoryStore(begun, INFERRED, strict), Model(strict)
    model.apply(Patch(added=tuple(begun)))
    agrees(store, model)
    for patch in patches:
        store.apply(patch)
        model.apply(patch)
        agrees(store, model)


@pytest.mark.parametrize("strict", [False, True], ids=["union", "strict"])
@given(begun=all_quads, patch=changes(), new=st.sampled_from([iri("new"), None]))
def test_the_inverse_of_a_change_restores_what_was_there(
    strict: bool, begun: set[ox.Quad], patch: Patch, new: ox.NamedNode | None
) -> None:
    every = Patch(made=tuple(NAMED))
    store, model = MemoryStore(begun, INFERRED, strict), Model(strict)
    for each in (store, model):
        each.apply(every + Patch(added=tuple(begun)))
    # A patch of the engine's tells only what it changes.
    removed = tuple(quad for quad in patch.removed if quad in model.quads)
    added = tuple(quad for quad in patch.added if quad not in model.quads)
    real = Patch(removed, added, made=(new,) if new else ())
    store.apply(real)
    store.apply(real.inverse())
    agrees(store, model)


@pytest.mark.parametrize("strict", [False, True], ids=["union", "strict"])
def test_a_dropped_graph_comes_back_with_what_it_held(strict: bool) -> None:
    store, model = MemoryStore([], INFERRED, strict), Model(strict)
    begun = Patch(added=tuple(placed(triple, G) for triple in TRIPLES), made=(H,))
    drop = Patch(removed=begun.added, dropped=(G, H))
    for each in (store, model):
        each.apply(begun)
    store.apply(drop)
    assert list(store) == []
    assert store.named_graphs() == set()
    store.apply(drop.inverse())
    agrees(store, model)


# What an update comes to


def stored(quads: Iterable[ox.Quad] = (), strict: bool = False) -> MemoryStore:
    return MemoryStore(quads, INFERRED, strict)


def rows(store: MemoryStore) -> set[str]:
    return {str(quad) for graph in GRAPHS for quad in store.stated_in(graph)}


def said(*quads: ox.Quad) -> set[str]:
    return set(map(str, quads))


def update(store: MemoryStore, text: str, rules: Rules = PLAIN, using: Sequence[str] = ()) -> Patch:
    return rehearse(store, Change("update", (PREFIX + text).encode(), using=tuple(using)), rules)


ABC = ox.Triple(A, P, B)
IN_G, IN_H, IN_NONE = placed(ABC, G), placed(ABC, H), placed(ABC)


def test_what_is_inserted_is_in_its_graph_and_in_the_union() -> None:
    store = stored()
    assert update(store, "INSERT DATA { GRAPH :g { :a :p :b } }") == Patch(added=(IN_G,), made=(G,))
    assert list(store.graph(UNNAMED)) == list(store.graph(G)) == [ABC]


def test_what_is_there_already_is_no_change() -> None:
    assert not update(stored([IN_G]), "INSERT DATA { GRAPH :g { :a :p :b } }")
    assert not update(stored([IN_G]), "DELETE DATA { GRAPH :h { :a :p :b } }")
    assert not update(stored([IN_G]), "INSERT { GRAPH :g { ?s ?p ?o } } WHERE { ?s ?p ?o }")


def test_what_is_removed_from_the_union_goes_from_every_graph() -> None:
    for text in ("DELETE DATA { :a :p :b }", "DELETE WHERE { :a ?p ?o }", "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"):
        store = stored([IN_G, IN_H, IN_NONE, placed(ABC, INFERRED)])
        removed = update(store, text, replace(PLAIN, reasoning=False)).removed
        assert said(*removed) == said(IN_G, IN_H, IN_NONE)
        assert rows(store) == said(placed(ABC, INFERRED))


def test_where_strict_only_the_default_graph_loses_it() -> None:
    store = stored([IN_G, IN_NONE], strict=True)
    assert update(store, "DELETE WHERE { ?s ?p ?o }").removed == (IN_NONE,)
    assert rows(store) == said(IN_G)


def test_what_is_removed_from_a_graph_stays_in_the_others() -> None:
    store = stored([IN_G, IN_H])
    assert update(store, "DELETE WHERE { GRAPH :g { ?s ?p ?o } }").removed == (IN_G,)
    assert list(store.graph(UNNAMED)) == [ABC]


@pytest.mark.parametrize("text", ["DROP GRAPH :g", "DROP NAMED", "DROP ALL", "MOVE GRAPH :g TO GRAPH :k"])
def test_a_graph_can_be_dropped(text: str) -> None:
    store = stored([IN_G])
    assert update(store, text).dropped == (G,)
    assert not store.has_graph(G)


def test_an_empty_graph_is_one() -> None:
    store = stored([IN_G])
    assert update(store, "CREATE GRAPH :new") == Patch(made=(iri("new"),))
    update(store, "CLEAR GRAPH :g")
    assert store.has_graph(G)
    assert list(store) == []


@pytest.mark.parametrize("text", ["CLEAR DEFAULT", "COPY DEFAULT TO :g", "ADD GRAPH :g TO DEFAULT", "drop default"])
def test_the_keyword_default_is_refused_where_the_default_graph_is_the_union(text: str) -> None:
    store = stored([IN_G])
    with pytest.raises(WriteRefused, match="--strict-default-graph"):
        update(store, text)
    assert rows(store) == said(IN_G)


def test_the_keyword_default_means_the_default_graph_where_strict() -> None:
    store = stored([IN_G, IN_NONE], strict=True)
    assert update(store, "CLEAR DEFAULT").removed == (IN_NONE,)


def test_blank_nodes_of_an_update_are_new_ones() -> None:
    store = stored([ox.Quad(ox.BlankNode("x"), P, B)])
    update(store, "INSERT DATA { _:x :p :b }")
    update(store, "INSERT DATA { _:x :p :b }")
    assert len({quad.subject for quad in store}) == 3


def test_an_update_may_look_at_chosen_graphs_only() -> None:
    store = stored([placed(ABC, G), ox.Quad(A, P, C, H)])
    update(store, "INSERT { GRAPH :k { ?s ?p ?o } } WHERE { ?s ?p ?o }", using=[EX + "h"])
    assert list(store.graph(iri("k"))) == [ox.Triple(A, P, C)]


def test_a_silent_load_does_nothing_and_the_rest_is_done() -> None:
    store = stored()
    update(store, "LOAD SILENT <http://127.0.0.1:9/>; INSERT DATA { GRAPH :g { :a :p :b } }")
    assert rows(store) == said(IN_G)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("LOAD <http://127.0.0.1:9/>", OutboundRefused),
        ("INSERT {} WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", OutboundRefused),
        ("CREATE GRAPH :g", EvaluationFailed),
        ("DROP GRAPH :none", EvaluationFailed),
        ("INSERT DATA { GRAPH :g { :c :p :d } }; DROP GRAPH :none", EvaluationFailed),
        ("SELECT * {}", QuerySyntaxError),
    ],
)
def test_what_fails_changes_nothing(text: str, error: type[Exception]) -> None:
    store = stored([IN_G])
    with pytest.raises(error):
        update(store, text)
    assert rows(store) == said(IN_G)


def test_a_syntax_error_has_its_place() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        rehearse(stored(), Change("update", b"INSERT DATA {\n  <a> <b>\n}"), PLAIN)
    assert (caught.value.line, caught.value.column) == (3, 1)
    with pytest.raises(QuerySyntaxError, match="not UTF-8 at byte 13"):
        rehearse(stored(), Change("update", b"INSERT DATA {\xff}"), PLAIN)


def test_a_syntax_error_has_its_place_in_the_text_that_was_sent() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        rehearse(stored(), Change("update", b"INSERT {} WHERE { ?s ?p }", using=(EX + "g",)), PLAIN)
    assert (caught.value.line, caught.value.column) == (1, 26)


def test_a_syntax_error_after_a_silent_load_has_its_place() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        rehearse(stored(), Change("update", b"LOAD SILENT\n<x:y>\n;\nINSERT DATA {\n  <a> <b>\n}"), PLAIN)
    assert (caught.value.line, caught.value.column) == (6, 1)


def test_what_is_deleted_and_put_back_is_there() -> None:
    store = stored([IN_G, IN_H])
    update(store, "DELETE DATA { :a :p :b }; INSERT DATA { GRAPH :g { :a :p :b } }")
    assert rows(store) == said(IN_G)


def test_what_one_operation_takes_from_the_union_it_cannot_put_into_a_graph_that_has_it() -> None:
    """The engine tells what changed, and that a graph holds still what it held is no change."""
    store = stored([IN_G, IN_H])
    update(store, "DELETE { :a :p :b } INSERT { GRAPH :g { :a :p :b } } WHERE {}")
    assert rows(store) == said()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "INSERT DATA { GRAPH :g { :a :p :b } }",
            "INSERT { GRAPH :h { ?s ?p ?o } } WHERE { ?s ?p ?o }",
            [IN_G, IN_H],
        ),
        ("INSERT DATA { GRAPH :g { :a :p :b } }", "DELETE WHERE { ?s ?p ?o }", []),
        ("DELETE DATA { GRAPH :g { :c :p :d } }", "INSERT { GRAPH :h { ?s ?p ?o } } WHERE { ?s ?p ?o }", []),
    ],
    ids=["copied", "deleted", "gone"],
)
def test_an_operation_sees_in_the_union_what_the_one_before_did(
    first: str, second: str, expected: list[ox.Quad]
) -> None:
    store = stored([ox.Quad(C, P, D, G)] if first.startswith("DELETE") else [])
    update(store, f"{first}; {second}")
    assert rows(store) == said(*expected)


# What a whole graph comes to


def store_graph(
    store: MemoryStore, operation: str, content: str = "", graph: str | None = EX + "g", rules: Rules = PLAIN
) -> Patch:
    change = Change(operation, content.encode(), graph=graph, media_type="text/turtle", base=EX)  # type: ignore[arg-type]
    return rehearse(store, change, rules)


def test_a_graph_is_replaced() -> None:
    store = stored([IN_G, ox.Quad(A, P, C, G), IN_H])
    patch = store_graph(store, "put", "<a> <p> <b>, <d>, <d> .")
    assert patch == Patch((ox.Quad(A, P, C, G),), (ox.Quad(A, P, D, G),))
    assert rows(store) == said(IN_G, ox.Quad(A, P, D, G), IN_H)


def test_a_graph_is_added_to() -> None:
    store = stored([IN_G])
    assert store_graph(store, "post", "<a> <p> <b>, <d> .") == Patch(added=(ox.Quad(A, P, D, G),))


def test_a_graph_is_made_even_if_it_is_empty() -> None:
    for operation in ("put", "post"):
        store = stored()
        assert store_graph(store, operation) == Patch(made=(G,))
        assert list(store.graph(G)) == []


def test_a_graph_is_deleted() -> None:
    store = stored([IN_G, IN_H])
    assert store_graph(store, "delete") == Patch((IN_G,), dropped=(G,))
    assert rows(store) == said(IN_H)
    with pytest.raises(UnknownGraph):
        store_graph(store, "delete")


@pytest.mark.parametrize("strict", [False, True], ids=["union", "strict"])
def test_of_the_default_graph_only_what_is_stated_there_is_replaced_and_deleted(strict: bool) -> None:
    store = stored([IN_G, IN_NONE, ox.Quad(A, P, C)], strict)
    store_graph(store, "put", "<a> <p> <d> .", graph=None)
    assert rows(store) == said(IN_G, ox.Quad(A, P, D))
    assert not store_graph(store, "delete", graph=None).dropped
    assert rows(store) == said(IN_G)


def test_a_document_that_cannot_be_read_changes_nothing() -> None:
    store = stored([IN_G])
    for operation in ("put", "post"):
        with pytest.raises(UnreadableData):
            store_graph(store, operation, "<a> <p> <c> . <a>")
    assert rows(store) == said(IN_G)


# What follows


RULE = ox.Quad(P, name("rdf:type"), name("owl:TransitiveProperty"), iri("rules"))
FIRST, SECOND = ox.Quad(A, P, B, G), ox.Quad(B, P, C, G)
FOLLOWS = ox.Quad(A, P, C, INFERRED)


def test_what_follows_is_added_and_taken_away_again() -> None:
    store = stored([RULE, FIRST])
    patch = update(store, "INSERT DATA { GRAPH :g { :b :p :c } }")
    assert patch.added == (SECOND, FOLLOWS)
    assert ox.Triple(A, P, C) in list(store.graph(UNNAMED))
    patch = update(store, "DELETE DATA { GRAPH :g { :b :p :c } }")
    assert patch.removed == (SECOND, FOLLOWS)
    assert ox.Triple(A, P, C) not in list(store.graph(UNNAMED))


def test_what_is_stated_no_longer_only_follows() -> None:
    store = stored([RULE, FIRST, SECOND, FOLLOWS])
    patch = update(store, "INSERT DATA { GRAPH :h { :a :p :c } }")
    assert patch == Patch((FOLLOWS,), (ox.Quad(A, P, C, H),), made=(H,))
    assert store_graph(store, "delete", graph=EX + "h").added == (FOLLOWS,)


def test_nothing_follows_without_reasoning() -> None:
    patch = update(stored([RULE, FIRST]), "INSERT DATA { GRAPH :g { :b :p :c } }", replace(PLAIN, reasoning=False))
    assert patch == Patch(added=(SECOND,))


def test_what_follows_cannot_be_deleted_while_it_follows() -> None:
    for text in ("DELETE DATA { :a :p :c }", f"DELETE WHERE {{ GRAPH <{INFERRED.value}> {{ ?s ?p ?o }} }}"):
        store = stored([RULE, FIRST, SECOND, FOLLOWS])
        assert not update(store, text)
        assert said(FOLLOWS) <= rows(store)


def test_nobody_writes_where_only_the_reasoner_may() -> None:
    begun = [RULE, FIRST, SECOND, FOLLOWS]
    for text in (
        f"INSERT DATA {{ GRAPH <{INFERRED.value}> {{ :d :p :d }} }}",
        f"INSERT {{ GRAPH <{INFERRED.value}> {{ :d :p ?o }} }} WHERE {{ :a :p ?o }}",
        f"COPY GRAPH :g TO GRAPH <{INFERRED.value}>",
    ):
        with pytest.raises(WriteRefused):
            update(stored(begun), text)
    for operation, content in (("put", "<d> <p> <d> ."), ("post", "<d> <p> <d> ."), ("delete", "")):
        with pytest.raises(WriteRefused):
            store_graph(stored(begun), operation, content, INFERRED.value)


def test_putting_less_where_only_the_reasoner_may_write_is_refused_too() -> None:
    with pytest.raises(WriteRefused):
        store_graph(stored([RULE, FIRST, SECOND, FOLLOWS]), "put", "", INFERRED.value)


def test_without_reasoning_it_is_a_graph_like_any_other() -> None:
    rules = replace(PLAIN, reasoning=False)
    assert store_graph(stored(), "put", "<d> <p> <d> .", INFERRED.value, rules).made == (INFERRED,)


@pytest.mark.parametrize("strict", [False, True], ids=["union", "strict"])
@given(begun=all_quads, gone=all_quads)
def test_deleting_data_comes_to_what_it_does_on_a_copy(strict: bool, begun: set[ox.Quad], gone: set[ox.Quad]) -> None:
    named = {each for each in gone if not isinstance(each.object, ox.BlankNode)}
    said = "".join(
        f"GRAPH {each.graph_name} {{ {each.triple} }} " if each.graph_name != UNNAMED else f"{each.triple} . "
        for each in sorted(named, key=str)
    )
    stores = [MemoryStore(begun, None, strict) for _ in range(2)]
    rules = replace(PLAIN, reasoning=False)
    texts = (
        f"DELETE DATA {{ {said} }}",
        f"DELETE {{ {said} }} WHERE {{}}",
    )  # the second one looks at a copy of everything
    patches = [update(store, text, rules) for store, text in zip(stores, texts, strict=True)]
    assert set(stores[0]) == set(stores[1])
    assert sorted(map(str, patches[0].removed)) == sorted(map(str, patches[1].removed))


@pytest.mark.parametrize("strict", [False, True], ids=["union", "strict"])
def test_what_another_graph_still_states_goes_on_supporting(strict: bool) -> None:
    axiom = ox.Quad(P, ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#domain"), C)
    store = MemoryStore([axiom, ox.Quad(A, P, B), ox.Quad(A, P, B, G), ox.Quad(A, P, B, H)], INFERRED, strict)
    closure = closed(store, PLAIN)
    assert closure is not None
    store.infer(closure)
    follows = ox.Quad(A, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), C, INFERRED)
    assert follows in store
    for graph, left in (("GRAPH :g", True), ("GRAPH :h", True), ("", False)):
        text = f"{PREFIX} DELETE DATA {{ {graph} {{ :a :p :b }} }}" if graph else f"{PREFIX} DELETE DATA {{ :a :p :b }}"
        patch = rehearse(store, Change("update", text.encode()), PLAIN, closure)
        assert (follows in patch.removed) != left
        assert (follows in store) == left


# The gate


@pytest.fixture
def built_in(bundle: Bundle) -> Rules:
    """The shapes of the built-in bundle."""
    return Rules(bundle)


def ours(edition: Edition, text: str, rules: Rules, store: MemoryStore | None = None, form: str | None = None) -> Patch:
    return rehearse(store or edition_store(edition), Change("update", text.encode(), report_form=form), rules)


def rules_broken(error: ShapesViolated) -> set[str]:
    return {str(each["rule"]).rpartition("#")[2] for each in error.findings}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("DELETE WHERE { unit:research-branch skos:prefLabel ?label }", "name-in-english"),
        ("INSERT DATA { GRAPH <graph/curation> { <a> <b> <c> } }", "term-declared"),
        ("COPY GRAPH <graph/curation> TO GRAPH <graph/curation2>", "named-graph"),
        (
            (
                "DELETE { GRAPH ?g { ?v atlas:reportedCount ?n } } INSERT { GRAPH ?g { ?v atlas:reportedCount 0 } } WHERE "
                "{ GRAPH ?g { ?v atlas:reportedCount ?n } }"
            ),
            "reported-count",
        ),
    ],
)
def test_what_breaks_a_shape_is_refused_and_told(edition: Edition, built_in: Rules, text: str, rule: str) -> None:
    with pytest.raises(ShapesViolated) as caught:
        ours(edition, text, built_in)
    assert rule in rules_broken(caught.value)
    assert rule in str(caught.value)
    assert caught.value.report is None
    assert all(each["severity"] == "Violation" for each in caught.value.findings)


def test_a_refusal_comes_with_a_report_in_the_form_asked_for(edition: Edition, built_in: Rules) -> None:
    text = "DELETE WHERE { unit:research-branch skos:prefLabel ?label }"
    with pytest.raises(ShapesViolated) as caught:
        ours(edition, text, built_in, form="ntriples")
    assert caught.value.report is not None
    found = list(ox.parse(caught.value.report, format=ox.RdfFormat.N_TRIPLES))
    assert [each.object for each in found if each.predicate == name("sh:conforms")] == [
        ox.Literal("false", datatype=ox.NamedNode(XSD + "boolean"))
    ]


def test_past_the_gate_the_same_gets_in(edition: Edition, built_in: Rules) -> None:
    assert ours(edition, "DELETE WHERE { unit:research-branch skos:prefLabel ?label }", replace(built_in, gate=False))


def test_what_conforms_gets_in_with_what_follows_from_it(edition: Edition, built_in: Rules) -> None:
    store = edition_store(edition)
    text = (
        "INSERT DATA { GRAPH <graph/curation> { unit:new a org:OrganizationalUnit ; org:classification atlas:level-branch ; "
        "org:subOrganizationOf unit:policy-and-research-sector ; skos:prefLabel 'New Branch'@en , 'Nouvelle direction'@fr } }"
    )
    patch = ours(edition, text, built_in, store)
    graphs = {quad.graph_name for quad in patch.added}
    assert graphs == {ox.NamedNode(edition.bundle.base + each) for each in ("graph/curation", INFERRED_GRAPH)}
    undone = ours(edition, "DELETE WHERE { unit:new ?p ?o }", built_in, store)
    assert said(*undone.removed) == said(*patch.added)
    assert set(store) == set(edition_store(edition))


def test_a_broken_graph_may_be_changed_as_long_as_it_does_not_get_worse(edition: Edition, built_in: Rules) -> None:
    store = edition_store(edition)
    past = replace(built_in, gate=False)
    ours(edition, "DELETE WHERE { unit:research-branch skos:prefLabel ?label }", past, store)
    half = "INSERT DATA { GRAPH <graph/curation> { unit:research-branch skos:prefLabel 'Research Branch'@en } }"
    assert ours(edition, half, built_in, store)
    with pytest.raises(ShapesViolated) as caught:
        ours(edition, "DELETE WHERE { unit:policy-and-research-sector skos:prefLabel ?label }", built_in, store)
    focus = f"<{edition.bundle.prefixes['unit']}policy-and-research-sector>"
    assert {each["focus"] for each in caught.value.findings} == {focus}


def test_a_contradiction_is_refused() -> None:
    gate = Rules(empty_bundle())
    text = ":a a :One , :Two . :One a owl:Class ; owl:disjointWith :Two . :Two a owl:Class ."
    store = stored()
    with pytest.raises(ShapesViolated) as caught:
        update(store, f"INSERT DATA {{ GRAPH :g {{ {text} }} }}", gate)
    assert "no-contradiction" in rules_broken(caught.value)
    assert not list(store)


# Literals as they were sent


@pytest.fixture
def numbers(tmp_path: Path) -> Rules:
    """A bundle of one's own whose shape asks for numbers of one datatype."""
    (tmp_path / "atlas.toml").write_text('name = {en = "x", fr = "x"}\nbase_iri = "https://example.org/"\n')
    (tmp_path / "shapes").mkdir()
    for file in (BUILT_IN / "shapes").glob("*.ttl"):
        (tmp_path / "shapes" / file.name).write_text("")
    (tmp_path / "shapes" / "own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "<count> a sh:PropertyShape ; sh:targetSubjectsOf <p> ; sh:path <p> ; sh:datatype xsd:nonNegativeInteger ; "
        "sh:pattern '^0' .\n"
    )
    return Rules(replace(open_bundle([tmp_path]), plain=True), reasoning=False)


NUMBER = f'"01"^^<{XSD}nonNegativeInteger>'


def test_a_shape_sees_the_literals_of_a_graph_as_they_were_sent(numbers: Rules) -> None:
    store = MemoryStore([], numbers.inferred)
    assert store_graph(store, "put", f"<a> <p> {NUMBER} .", rules=numbers)
    assert [str(quad.object) for quad in store.stated()] == [NUMBER]
    assert store_graph(store, "post", f"<b> <p> {NUMBER} .", rules=numbers)
    for other in ('"1"', "1", f'"1"^^<{XSD}nonNegativeInteger>', f'"01"^^<{XSD}integer>'):
        with pytest.raises(ShapesViolated):
            store_graph(store, "post", f"<c> <p> {other} .", graph=EX + "h", rules=numbers)


def test_literals_keep_their_form_through_a_change_taken_back(numbers: Rules) -> None:
    number = ox.Quad(A, P, ox.Literal("01", datatype=ox.NamedNode(XSD + "nonNegativeInteger")), G)
    store = MemoryStore([number], numbers.inferred)
    assert list(store.stated()) == [number]
    store.apply(Patch(removed=(number,)))
    store.apply(Patch(added=(number,)))
    assert list(store.stated()) == [number]
    store.apply(Patch(removed=tuple(store)))
    assert list(store.stated()) == []


@pytest.mark.parametrize(
    "text",
    [
        f"INSERT DATA {{ GRAPH :g {{ :a :p {NUMBER} }} }}",
        f"INSERT {{ GRAPH :g {{ :a :p {NUMBER} }} }} WHERE {{}}",
        "COPY GRAPH :h TO GRAPH :g",
        "INSERT { GRAPH :g { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    ],
    ids=["data", "template", "copy", "pattern"],
)
def test_a_shape_sees_the_literals_of_an_update_as_they_were_sent(numbers: Rules, text: str) -> None:
    number = ox.Literal("01", datatype=ox.NamedNode(XSD + "nonNegativeInteger"))
    store = MemoryStore([ox.Quad(B, P, number, H)], numbers.inferred)
    assert update(store, text, numbers)


def test_a_literal_that_follows_is_no_change_a_second_time() -> None:
    store = stored([RULE, FIRST])
    assert store_graph(store, "put", f"<b> <p> {NUMBER} .", graph=EX + "h")
    assert not update(store, "INSERT DATA {}")
