"""An account is JSON-LD that another reader understands, and leads from a conclusion to the passages."""

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import DCTERMS, PROV, RDF, RDFS, SKOS

from orgatlas.graph.account import Account, written
from orgatlas.graph.build import Edition, edition_store
from orgatlas.graph.explain import explain


def account(edition: Edition, *terms: str, texts: Path | None = None) -> dict[str, Any]:
    told = Account(edition.closure, edition_store(edition), edition.bundle, texts)
    return told.document(explain(edition.closure, told.names.triple(*terms)), "https://example.org/explain")


ASSISTANCE = ("International Relations Directorate", "oversees", "technical assistance to Barbados")


def test_a_conclusion_leads_to_its_passages(edition: Edition) -> None:
    document = account(edition, *ASSISTANCE)
    assert document["status"] == "derived"
    [proof] = document["proofs"]
    leaves = [each for step in proof["steps"] for each in step["premises"] if each["status"] != "derived"]
    passages = {graph["@id"].rpartition("/")[2]: graph for leaf in leaves for graph in leaf["statedIn"]}
    assert passages.keys() == {"s04", "s12"}
    assert passages["s04"]["position"]["start"] < passages["s04"]["position"]["end"]
    assert passages["s04"]["supports"].keys() == {"en", "fr"}
    assert "quote" not in passages["s04"]


def test_the_words_of_a_passage_are_there_where_the_text_is(edition: Edition, shared: Path) -> None:
    document = account(edition, *ASSISTANCE, texts=shared / "sources")
    quotes = [g["quote"]["exact"] for s in document["proofs"][0]["steps"] for p in s["premises"] for g in p["statedIn"]]
    assert all("technical assistance" in quote for quote in quotes)
    assert len(quotes) == 2


def test_a_statement_has_one_number_however_often_it_is_told(edition: Edition) -> None:
    steps = account(edition, "CSC", *ASSISTANCE[1:])["proofs"][0]["steps"]
    concluded = {step["conclusion"]["@id"] for step in steps}
    assert len(concluded) == len(steps) == 9
    derived = {each["@id"] for step in steps for each in step["premises"] if each["status"] == "derived"}
    assert derived < concluded


@pytest.mark.parametrize("terms", [ASSISTANCE, ("CSC", "skos:prefLabel", "Correctional Service of Canada")])
def test_another_reader_understands_it(edition: Edition, terms: tuple[str, str, str]) -> None:
    document = account(edition, *terms)
    text = written(document, ox.RdfFormat.JSON_LD, {})
    graph = rdflib.Graph().parse(data=text, format="json-ld")
    root = rdflib.URIRef("https://example.org/explain")
    [statement] = graph.objects(root, DCTERMS.subject)
    assert graph.value(statement, RDF.predicate) == rdflib.URIRef(document["triple"]["predicate"]["@id"])
    activities = list(graph.subjects(RDF.type, PROV.Activity))
    assert len(activities) == sum(len(proof["steps"]) for proof in document["proofs"])
    for activity in activities:
        assert list(graph.objects(activity, PROV.used))
        assert graph.value(activity, PROV.generated)
        assert {each.language for each in graph.objects(activity, RDFS.comment)} == {"en", "fr"}  # type: ignore[attr-defined]
        assert graph.value(graph.value(activity, DCTERMS.conformsTo), SKOS.notation)
    # The engine reads the same.
    ours = rdflib.Graph().parse(data=written(document, ox.RdfFormat.N_TRIPLES, {}), format="nt")
    assert len(ours) == len(graph)


def test_what_would_contradict_the_graph_is_told(edition: Edition) -> None:
    document = account(edition, "England", "a", "atlas:Country")
    assert document["status"] == document["triple"]["status"] == "absent"
    [clash] = document["forbidden"]
    assert clash["rule"]["notation"] == "cax-dw"
    assert [each["status"] for each in clash["statements"]] == ["tried", "added"]
    assert account(edition, "England", "a", "atlas:Country")["forbidden"] == document["forbidden"]
    graph = rdflib.Graph().parse(data=written(document, ox.RdfFormat.N_TRIPLES, {}), format="nt")
    assert (rdflib.URIRef("https://example.org/explain"), RDF.value, rdflib.Literal("absent")) in graph


@pytest.mark.parametrize(
    ("terms", "status", "unknown"),
    [
        (("unit:nope", "a", "atlas:Sector"), "absent", ["s"]),
        (("unit:research-branch", "a", "owl:Thing"), "always", []),
        (("CSC", "owl:sameAs", "CSC"), "always", []),
        (("unit:research-branch", "skos:prefLabel", '"Recherche"@fr'), "absent", []),
        (("unit:policy-and-research-sector", "org:subOrganizationOf", "CSC"), "added", []),
        (("unit:research-branch", "a", "org:OrganizationalUnit"), "stated", []),
    ],
)
def test_a_status_says_on_whose_authority(
    edition: Edition, terms: tuple[str, str, str], status: str, unknown: list[str]
) -> None:
    document = account(edition, *terms)
    assert (document["status"], document["unknown"]) == (status, unknown)


def test_an_expression_is_told_in_words(edition: Edition) -> None:
    [step, *_] = account(edition, "unit:research-branch", "a", "branch")["proofs"][0]["steps"]
    assert step["conclusion"]["object"]["label"]["en"] == "something whose “classification” is “branch”"


def test_what_is_missing_is_told_for_what_does_not_hold(edition: Edition) -> None:
    document = account(edition, "unit:research-branch", "a", "atlas:Sector")
    assert (document["status"], document["proofs"], document["ways"]) == ("absent", [], 0)
    [missing] = document["nearest"][0]["missing"]
    assert missing["predicate"]["@id"].endswith("classification")
    assert json.dumps(document)
