"""HermiT: contradictions and impossible classes are found, and nothing else is said."""

import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from orgatlas.graph.consistency import CONSISTENT, SATISFIABLE, check_dl
from orgatlas.graph.errors import EngineFailed, MissingProgram

ONTOLOGY = """
@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://example.org/ontology> a owl:Ontology .
:Country a owl:Class . :Unit a owl:Class ; owl:disjointWith :Country .
:partOf a owl:ObjectProperty ; rdfs:domain :Unit ; rdfs:range :Unit .
:code a owl:DatatypeProperty , owl:FunctionalProperty .
"""

needs_java = pytest.mark.skipif(
    shutil.which("java") is None, reason="NO JAVA: consistency is not tested; install default-jre-headless"
)


def triples(turtle: str = "") -> list[Triple]:
    return [quad.triple for quad in parse(ONTOLOGY + turtle, format=RdfFormat.TURTLE)]


@needs_java
def test_a_consistent_ontology_has_no_findings_and_nothing_is_printed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert check_dl(triples(":a :partOf :b . :b :partOf :c .")) == []
    assert capfd.readouterr() == ("", "")


@needs_java
@pytest.mark.parametrize(
    "contradiction", [":x a :Unit , :Country .", ":x a :Country ; :partOf :y .", ':x :code "a" , "b" .']
)
def test_a_contradiction_is_found(contradiction: str) -> None:
    [finding] = check_dl(triples(contradiction))
    assert finding.rule == CONSISTENT
    assert finding.messages.keys() == finding.remedy.keys() == {"en", "fr"}


@needs_java
def test_a_class_that_can_have_no_members_is_found() -> None:
    [finding] = check_dl(triples(":Chimera a owl:Class ; rdfs:subClassOf :Unit , :Country ."))
    assert (finding.rule, finding.focus) == (SATISFIABLE, "<http://example.org/Chimera>")


@needs_java
def test_one_check_leaves_nothing_behind_for_the_next() -> None:
    assert check_dl(triples(":x a :Unit , :Country ."))
    assert check_dl(triples(":x a :Unit .")) == []


@needs_java
def test_datatypes_that_hermit_does_not_know_do_not_stop_it() -> None:
    foreign = """
    :shade a rdfs:Datatype . :since a owl:DatatypeProperty ; rdfs:range xsd:date .
    :x :since "2005-04-01"^^xsd:date ; :code "a"^^:hue . :y :code "b"^^:shade .
    """
    assert check_dl(triples(foreign)) == []
    assert [each.rule for each in check_dl(triples(foreign + ":x a :Unit , :Country ."))] == [CONSISTENT]


@needs_java
def test_imports_are_not_fetched(tmp_path: Path) -> None:
    other = tmp_path / "other.ttl"
    other.write_text(ONTOLOGY + ":x a :Unit , :Country .")
    assert check_dl(triples(f"<http://example.org/ontology> owl:imports <{other.as_uri()}> .")) == []


@needs_java
def test_what_hermit_can_not_read_is_a_clear_error() -> None:
    with pytest.raises(EngineFailed, match=r"^HermiT could not read the ontology: Non-simple property"):
        check_dl(triples(":partOf a owl:TransitiveProperty , owl:IrreflexiveProperty ."))


def test_without_java_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgram, match="default-jre-headless"):
        check_dl(triples())
