"""An edition holds what is stated and what follows, each under its own name, and is named by a digest."""

from pathlib import Path

from pyoxigraph import NamedNode

from orgatlas.graph.build import Edition, build, edition_store
from orgatlas.graph.bundle import Bundle, empty_bundle, open_bundle
from orgatlas.graph.store import MemoryStore, Query
from orgatlas.graph.vocabulary import INFERRED_GRAPH

MINISTRY = Path(__file__).parent.parent / "bundles" / "ministry"


def holds(store: MemoryStore, bundle: Bundle, ask: str) -> bool:
    return bool(store.query(Query(ask, bundle.base, bundle.prefixes)).results)


def test_what_follows_was_not_stated(edition: Edition) -> None:
    stated = {quad.triple for quad in edition.stated}
    assert not stated & edition.closure.inferred


def test_nothing_trivial_follows(edition: Edition) -> None:
    for triple in edition.closure.inferred:
        assert not str(triple.subject).startswith('"'), triple
        assert triple.subject != triple.object, triple


def test_nothing_contradicts_itself(edition: Edition) -> None:
    assert edition.closure.clashes == ()


def test_what_follows_lies_in_a_graph_of_its_own(edition: Edition) -> None:
    assert {quad.graph_name for quad in edition.inferred()} == {NamedNode(edition.bundle.base + INFERRED_GRAPH)}


def test_a_place_the_source_never_names_is_only_inferred(
    closed: MemoryStore, stated: MemoryStore, bundle: Bundle
) -> None:
    united_kingdom = "ASK { organisation:csc atlas:engagedWith place:GB }"
    assert holds(closed, bundle, united_kingdom)
    assert not holds(stated, bundle, united_kingdom)


def test_the_same_files_give_the_same_digest_and_another_base_another(edition: Edition) -> None:
    assert build(open_bundle(), reasoning=False).digest == edition.digest
    assert build(open_bundle(base_iri="https://example.org/"), reasoning=False).digest != edition.digest


def test_an_empty_graph_is_empty() -> None:
    assert len(edition_store(build(empty_bundle()))) == 0


def test_plain_files_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<a> <b> <c> .")
    assert len(edition_store(build(open_bundle([tmp_path / "a.ttl"])))) == 1


def test_a_second_organisation_gets_the_same_inferences_from_the_unchanged_core() -> None:
    bundle = open_bundle([MINISTRY])
    edition = build(bundle)
    questions = (
        "ASK { body:ministry atlas:offers service:licences }",
        "ASK { engagement:sweden a atlas:TechnicalAssistance }",
        "ASK { body:office atlas:engagedWith place:SE }",
        "ASK { body:office org:transitiveSubOrganizationOf body:ministry }",
        "ASK { body:office a <https://example.org/ministry/ns#Office> }",
    )
    for question in questions:
        assert not holds(edition_store(edition, inferred=False), bundle, question), question
        assert holds(edition_store(edition), bundle, question), question
