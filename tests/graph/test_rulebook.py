"""The rulebook tells every rule of a bundle in words of both languages, and which example keeps and which breaks it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orgatlas.graph.bundle import BUILT_IN, Bundle
from orgatlas.graph.rulebook import rulebook
from orgatlas.graph.store import MemoryStore

RULES = "https://w3id.org/orgatlas/shapes#"
PREFIXES = """
@prefix : <https://example.org/rules#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""


@pytest.fixture(scope="module")
def told(closed: MemoryStore, bundle: Bundle) -> dict[str, Any]:
    return rulebook(closed, bundle)


def rule(told: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [each for each in told["rules"] if (each["iri"] or "").endswith(f"#{name}")]
    assert isinstance(found, dict)
    return found


def words(told: dict[str, Any], sentence: dict[str, list[Any]], language: str = "en") -> str:
    names = told["names"]
    parts = (
        each if isinstance(each, str) else names[each["iri"]].get(language) or names[each["iri"]][""]
        for each in sentence[language]
    )
    return "".join(parts).replace("\u00a0", " ")


def of(tmp_path: Path, text: str, store: MemoryStore, bundle: Bundle) -> dict[str, Any]:
    file = tmp_path / "own.ttl"
    file.write_text(PREFIXES + text, encoding="utf-8")
    return rulebook(store, replace(bundle, folder=tmp_path, shapes=(file,)))


def test_it_is_json(told: dict[str, Any]) -> None:
    assert json.loads(json.dumps(told)) == told


def test_every_rule_is_told_in_both_languages(told: dict[str, Any]) -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in (BUILT_IN / "shapes").glob("*.ttl"))
    assert len(told["rules"]) == text.count("a sh:PropertyShape") + text.count("a sh:NodeShape") == 69
    assert len({each["anchor"] for each in told["rules"]}) == 69
    for each in told["rules"]:
        assert each["labels"].keys() == each["messages"].keys() == each["remedies"].keys() == {"en", "fr"}
        assert each["requirements"]
        assert each["targets"] or each["partOf"] or "file" in str(each["requirements"]) or "texts" in str(each)
        assert each["anchor"] == each["iri"].removeprefix(RULES)


def test_a_rule_says_what_it_applies_to_where_it_looks_and_what_must_hold(told: dict[str, Any]) -> None:
    found = rule(told, "unit-one-parent")
    assert [words(told, each) for each in found["targets"]] == ["whatever is “organisational unit”"]
    assert words(told, found["path"], "fr") == "« relève directement de »"
    assert [words(told, each["words"]) for each in found["requirements"]] == [
        "exactly one value",
        "every value is an IRI",
    ]
    assert (found["identifier"], found["severity"]) == ("S01", "Violation")
    assert words(told, rule(told, "stage-one-previous")["targets"][0]) == "whatever “is directly followed by” leads to"
    assert words(told, rule(told, "level-has-rank")["targets"][0], "fr") == "« niveaux de la hiérarchie » seulement"


def test_a_query_is_told_by_the_message_of_its_rule(told: dict[str, Any]) -> None:
    [requirement] = rule(told, "hierarchy-acyclic")["requirements"]
    assert words(told, requirement["words"]).startswith("a query finds no case of this: Going up from here")


def test_a_part_of_a_rule_says_of_which(told: dict[str, Any]) -> None:
    assert rule(told, "partner-named")["partOf"] == [RULES + "engagement-partner"]
    assert rule(told, "unit-has-highest-level")["partOf"] == [RULES + "unit-of-highest-level"]


def test_every_identifier_has_its_examples(told: dict[str, Any]) -> None:
    assert told["examples"].keys() == {each["identifier"] for each in told["rules"]}
    for files in told["examples"].values():
        assert [each["valid"] for each in files] == [True, False]
    assert "A visit that came from nowhere." in told["examples"]["S16"][1]["text"]


def test_the_terms_that_the_page_of_the_ontology_shows_are_listed(told: dict[str, Any]) -> None:
    assert "http://www.w3.org/ns/org#OrganizationalUnit" in told["terms"]
    assert "https://w3id.org/orgatlas/ns#levels" in told["terms"]
    assert "https://w3id.org/orgatlas/ns" not in told["terms"]
    assert RULES + "unit-one-parent" not in told["terms"]
    assert "http://www.w3.org/2001/XMLSchema#integer" not in told["terms"]


def test_a_shape_without_a_name_is_a_rule_if_it_has_a_target(
    tmp_path: Path, stated: MemoryStore, bundle: Bundle
) -> None:
    text = "[] a sh:NodeShape ; sh:targetClass org:Organization ; sh:property [ sh:path org:unitOf ; sh:maxCount 0 ] ."
    told = of(tmp_path, text, stated, bundle)
    [found] = told["rules"]
    assert (found["iri"], found["anchor"], found["labels"]) == (None, "rule-1", {})
    assert words(told, found["targets"][0]) == "whatever is “organisation”"
    assert words(told, found["requirements"][0]["words"]) == "for “org:unitOf”:"


def test_a_class_that_is_a_shape_is_its_own_target(tmp_path: Path, stated: MemoryStore, bundle: Bundle) -> None:
    told = of(tmp_path, ':C a owl:Class , sh:NodeShape ; rdfs:label "Cell" ; sh:nodeKind sh:IRI .', stated, bundle)
    [found] = told["rules"]
    assert words(told, found["targets"][0]) == "whatever is “Cell”"
    assert found["anchor"] == "https://example.org/rules%23C"


def test_a_rule_that_is_switched_off_says_so_and_its_severity_is_its_own(
    tmp_path: Path, stated: MemoryStore, bundle: Bundle
) -> None:
    text = ':s a sh:NodeShape ; sh:targetNode :x ; sh:deactivated true ; sh:severity sh:Info ; sh:message "No." .'
    [found] = of(tmp_path, text, stated, bundle)["rules"]
    assert (found["deactivated"], found["severity"], found["messages"]) == (True, "Info", {"": "No."})


def test_a_bundle_has_examples_of_its_own(tmp_path: Path, stated: MemoryStore, bundle: Bundle) -> None:
    folder = tmp_path / "shapes" / "examples"
    folder.mkdir(parents=True)
    for name in ("X1-valid", "X1-old", "X2-valid"):
        (folder / f"{name}.ttl").write_text("# Mine.", encoding="utf-8")
    text = ':s a sh:NodeShape ; <http://purl.org/dc/terms/identifier> "X1" ; sh:targetNode :x .'
    assert of(tmp_path, text, stated, bundle)["examples"] == {
        "X1": [{"file": "X1-valid.ttl", "valid": True, "text": "# Mine."}]
    }
