"""A glossary tells every term of the ontologies in a graph in both languages, whatever they are made of, and how it is used."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

from orgatlas.graph.build import Edition, build, edition_store
from orgatlas.graph.bundle import BUILT_IN, Bundle, open_bundle
from orgatlas.graph.glossary import LIST_LIMIT, glossary
from orgatlas.graph.store import MemoryStore, placed
from orgatlas.graph.vocabulary import name

NS = "https://w3id.org/orgatlas/ns#"
PREFIXES = """
@prefix : <https://example.org/o#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/o> a owl:Ontology .
"""


@pytest.fixture(scope="module")
def told(closed: MemoryStore, bundle: Bundle) -> dict[str, Any]:
    return glossary(closed, bundle)


def term(told: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [each for each in (*told["terms"], *told["others"]) if each["iri"].endswith(name)]
    assert isinstance(found, dict)
    return found


def words(told: dict[str, Any], sentence: list[Any], language: str = "en") -> str:
    names = told["names"]
    parts = (
        each if isinstance(each, str) else names[each["iri"]].get(language) or names[each["iri"]][""]
        for each in sentence
    )
    return "".join(parts).replace("\u00a0", " ")


def foreign(tmp_path: Path, text: str) -> dict[str, Any]:
    file = tmp_path / "o.ttl"
    file.write_text(PREFIXES + text, encoding="utf-8")
    edition = build(open_bundle([file]))
    return glossary(edition_store(edition), edition.bundle)


def test_it_is_json_and_names_whatever_it_mentions(told: dict[str, Any]) -> None:
    assert json.loads(json.dumps(told)) == told
    mentioned = set(_iris(told))
    assert mentioned <= told["names"].keys()
    assert all(any(names.values()) for names in told["names"].values())


def _iris(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["iri"]] if isinstance(node.get("iri"), str) else []
        own += node.get("iris", [])
        return own + [iri for key, each in node.items() if key not in ("names", "anchors") for iri in _iris(each)]
    return [iri for each in node for iri in _iris(each)] if isinstance(node, list) else []


def test_the_ontology_says_what_it_is(told: dict[str, Any]) -> None:
    [ontology] = told["ontologies"]
    assert ontology["titles"].keys() == ontology["descriptions"].keys() == ontology["citations"].keys() == {"en", "fr"}
    assert ontology["versionInfo"] == ["0.1.0"]
    assert ontology["versionIRI"] == [{"iri": "https://w3id.org/orgatlas/ns/0.1.0"}]
    assert ontology["licences"] == [{"iri": "https://creativecommons.org/licenses/by/4.0/"}]
    assert (ontology["prefixes"], ontology["changes"]) == (["atlas"], None)


def test_every_term_that_the_files_define_is_there(told: dict[str, Any], stated: MemoryStore) -> None:
    defined = {quad.subject for quad in stated.find(None, name("rdfs:isDefinedBy"), NamedNode(NS[:-1]))}
    assert {each["iri"] for each in told["terms"]} == {each.value for each in defined}  # type: ignore[union-attr]
    assert all(each["definitions"][0].keys() == {"en", "fr"} for each in told["terms"])
    assert all(each["labels"].keys() == {"en", "fr"} for each in (*told["terms"], *told["others"]))


def test_an_axiom_is_a_sentence_whose_terms_can_be_followed(told: dict[str, Any]) -> None:
    sentences = term(told, "#Branch")["axioms"]
    assert [words(told, each["en"]) for each in sentences] == [
        "whatever is “branch” is “organisational unit”",
        "“branch” means at once “organisational unit” and something whose “classification” is “branch”",
    ]
    assert (
        words(told, sentences[0]["fr"], "fr")
        == "tout ce qui est « direction générale » est « unité organisationnelle »"
    )
    assert {"iri": NS + "level-branch"} in sentences[1]["en"]


def test_links_lead_both_ways(told: dict[str, Any]) -> None:
    assert NS + "Country" in term(told, "#Jurisdiction")["subs"]["iris"]
    assert NS + "conductedBy" in term(told, "#Engagement")["domainOf"]["iris"]
    assert NS + "conducts" in term(told, "#Engagement")["rangeOf"]["iris"]
    assert term(told, "#conducts")["inverses"]["iris"] == [NS + "conductedBy"]
    assert term(told, "#conductedBy")["inverses"]["iris"] == [NS + "conducts"]
    assert term(told, "#Branch")["disjoints"]["iris"] == [NS + "Directorate", NS + "Sector"]
    assert term(told, "#Subdivision")["disjoints"]["iris"] == [NS + "Country"]
    assert NS + "level-branch" in term(told, "#levels")["concepts"]["iris"]


def test_uses_are_counted_as_stated_and_in_all(told: dict[str, Any], closed: MemoryStore, edition: Edition) -> None:
    counted = {(each["iri"].rpartition("#")[2]): (each["stated"], each["uses"]) for each in told["terms"]}
    for local in ("engagedWith", "partner", "conducts"):
        triples = {quad.triple for quad in closed.find(None, name(f"atlas:{local}"), None)}
        assert closed.inferred is not None
        derived = {each for each in triples if placed(each, closed.inferred) in closed}
        assert counted[local] == (len(triples) - len(derived), len(triples))
    assert counted["Sector"] == (0, 1)
    assert counted["Engagement"][0] == counted["Engagement"][1] == 20


def test_terms_without_labels_and_with_labels_in_no_language_are_told(tmp_path: Path) -> None:
    told = foreign(
        tmp_path, ':A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:label "Bee" ; rdfs:comment "C." .'
    )
    assert told["names"]["https://example.org/o#A"] == {"": "https://example.org/o#A"}
    assert term(told, "#B")["labels"] == {"": "Bee"}
    assert term(told, "#B")["definitions"] == [{"": "C."}]


@pytest.mark.parametrize(
    ("axiom", "sentence"),
    [
        (
            "[ a owl:Restriction ; owl:onProperty :p ; owl:qualifiedCardinality 2 ; owl:onClass :B ]",
            "whatever is “A” is something with exactly “2” “p” that is “B”",
        ),
        ("[ owl:onProperty :p ; owl:minCardinality 1 ]", "whatever is “A” is something with at least “1” “p”"),
        ("[ owl:complementOf [ owl:oneOf ( :a :b ) ] ]", "whatever is “A” is something that is not one of “a”, “b”"),
    ],
)
def test_expressions_of_others_are_put_into_words(tmp_path: Path, axiom: str, sentence: str) -> None:
    told = foreign(tmp_path, f":A a owl:Class ; rdfs:subClassOf {axiom} . :p a owl:ObjectProperty .")
    [found] = term(told, "#A")["axioms"]
    assert words(told, found["en"]).replace("https://example.org/o#", "") == sentence


def test_circles_end(tmp_path: Path) -> None:
    told = foreign(
        tmp_path,
        ":A a owl:Class ; rdfs:subClassOf :B , _:x . :B a owl:Class ; rdfs:subClassOf :A . "
        f"_:x owl:unionOf ( {'_:x ' * 60}) .",
    )
    assert term(told, "#A")["supers"]["iris"] == ["https://example.org/o#B"]
    assert {"en": ["an expression too long to tell"], "fr": ["une expression trop longue à énoncer"]} in term(
        told, "#A"
    )["axioms"]


def test_an_expression_that_doubles_at_every_step_ends(tmp_path: Path) -> None:
    steps = "".join(f"_:x{each} owl:unionOf ( _:x{each + 1} _:x{each + 1} ) . " for each in range(40))
    told = foreign(tmp_path, ":A a owl:Class ; rdfs:subClassOf _:x0 . _:x40 owl:unionOf ( :A :B ) . " + steps)
    assert term(told, "#A")["axioms"][0]["en"] == ["an expression too long to tell"]


def test_long_lists_say_how_much_they_leave_out(tmp_path: Path) -> None:
    below = "".join(f":C{each} a owl:Class ; rdfs:subClassOf :A . " for each in range(LIST_LIMIT + 7))
    subs = term(foreign(tmp_path, ":A a owl:Class . " + below), "#A")["subs"]
    assert (len(subs["iris"]), subs["more"]) == (LIST_LIMIT, 7)


def test_a_term_that_is_given_up_says_what_takes_its_place(tmp_path: Path) -> None:
    told = foreign(tmp_path, ":A a owl:Class ; owl:deprecated true ; dct:isReplacedBy :B . :B a owl:Class .")
    assert term(told, "#A")["deprecated"]
    assert term(told, "#A")["replacedBy"]["iris"] == ["https://example.org/o#B"]
    assert not term(told, "#B")["deprecated"]


def test_what_is_new_is_told_where_the_bundle_keeps_the_version_before(
    tmp_path: Path, closed: MemoryStore, bundle: Bundle
) -> None:
    folder = tmp_path / "ontology" / "versions"
    folder.mkdir(parents=True)
    core = (BUILT_IN / "ontology" / "core.ttl").read_text(encoding="utf-8")
    old = (
        core.replace("0.1.0", "0.0.9")
        .replace("atlas:worksWith a ", "atlas:wasWith a ")
        .replace("lends its expertise", "lends")
    )
    (folder / "0.0.9.ttl").write_text(old, encoding="utf-8")
    [ontology] = glossary(closed, replace(bundle, folder=tmp_path))["ontologies"]
    assert ontology["since"] == "0.0.9"
    changes = ontology["changes"]
    assert NS + "worksWith" in changes["added"]
    assert changes["removed"] == (NS + "wasWith",)
    assert changes["changed"][NS + "TechnicalAssistance"] == ("definition",)


def test_a_graph_without_reasoning_is_told_as_well(stated: MemoryStore, bundle: Bundle) -> None:
    told = glossary(stated, bundle)
    assert term(told, "#engagedWith")["uses"] == 0
    assert term(told, "#partner")["uses"] == term(told, "#partner")["stated"] > 0
