"""Validators: one contract, kept by both engines, and what is said when they part."""

import dataclasses
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.validator import AGREEMENT, PyShaclValidator, ShaclValidator, Validator, disagreements

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix atlas: <https://w3id.org/orgatlas/ns#> .
@prefix rule: <https://w3id.org/orgatlas/shapes#> .
@prefix ex: <http://example.org/> .
"""

SHAPES = """
<https://w3id.org/orgatlas/shapes> sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI
] .

rule:unit a sh:NodeShape ;
  sh:targetClass ex:Unit ;
  atlas:remedy "Look at the unit."@en , "Examinez l’unité."@fr ;
  sh:property rule:unit-parent ;
  sh:property [
    sh:path ex:label ; sh:uniqueLang true ; sh:languageIn ( "en" "fr" ) ; sh:severity sh:Warning ;
    sh:message "Bad labels."@en , "Mauvais libellés."@fr ;
  ] ;
  sh:xone (
    [ sh:property [ sh:path ex:a ; sh:maxCount 0 ] ]
    [ sh:property [ sh:path ex:b ; sh:minCount 1 ] ]
  ) ;
  sh:message "Unit is wrong."@en , "L’unité est fausse."@fr ;
  sh:sparql rule:no-cycle .

rule:no-cycle a sh:SPARQLConstraint ;
  sh:prefixes <https://w3id.org/orgatlas/shapes> ;
  sh:message "It is above {?value}."@en , "It is, il est, au-dessus de {?value}."@fr ;
  sh:select "SELECT $this ?value WHERE { $this ex:parent+ $this . BIND($this AS ?value) }" .

rule:unit-parent a sh:PropertyShape ;
  sh:path ex:parent ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ;
  sh:message "One parent."@en , "Un seul parent."@fr ;
  atlas:remedy "Name it."@en , "Nommez-le."@fr .

rule:period a sh:NodeShape ;
  sh:targetSubjectsOf ex:start ;
  sh:property [ sh:path ex:start ; sh:datatype xsd:date ; sh:lessThan ex:end ] ;
  sh:property [ sh:path ( ex:within [ sh:inversePath ex:part ] ) ; sh:maxCount 0 ] .

rule:code a sh:PropertyShape ;
  sh:targetSubjectsOf ex:code ; sh:path ex:code ;
  sh:pattern "^[A-Z]{2}$" ; sh:hasValue "CA" ; sh:in ( "CA" "01" ) .
"""

DATA = """
ex:good a ex:Unit ; ex:parent ex:top ; ex:label "one"@en , "un"@fr .
ex:orphan a ex:Unit .
ex:loop a ex:Unit ; ex:parent ex:loop .
ex:two a ex:Unit ; ex:parent ex:top , "top" , [ ex:p 1 ] ; ex:label "one"@en , "two"@en , "eins"@de .
ex:torn a ex:Unit ; ex:parent ex:top ; ex:b 1 .
ex:year ex:start "2005-04-31"^^xsd:date , "2006-04-01"^^xsd:date ; ex:end "2006-01-01"^^xsd:date ;
  ex:within ex:decade . ex:quarter ex:part ex:decade .
ex:place ex:code "can" , "CA" .
"""

ENGINES: list[Validator] = [ShaclValidator(), PyShaclValidator()]
each_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def triples(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + turtle, format=RdfFormat.TURTLE)]


def found_by(engine: Validator, data: str = DATA, shapes: str = SHAPES) -> list[Finding]:
    return engine.validate(triples(data), triples(shapes))


def about(findings: list[Finding], node: str) -> list[Finding]:
    return [each for each in findings if each.focus == f"<http://example.org/{node}>"]


def short(iri: str | None) -> str:
    return (iri or "").rpartition("#")[2].removesuffix("ConstraintComponent")


@each_engine
def test_good_data_has_no_findings(engine: Validator) -> None:
    assert about(found_by(engine), "good") == []
    assert found_by(engine, data="ex:good a ex:Unit ; ex:parent ex:top .") == []


@each_engine
def test_without_data_or_without_shapes_there_is_nothing_to_find(engine: Validator) -> None:
    assert found_by(engine, data="") == []
    assert found_by(engine, shapes="") == []


@each_engine
def test_a_finding_says_what_is_wrong_where_and_what_to_do(engine: Validator) -> None:
    [finding] = about(found_by(engine), "orphan")
    assert finding == Finding(
        rule="https://w3id.org/orgatlas/shapes#unit-parent",
        severity=Severity.VIOLATION,
        messages={"en": "One parent.", "fr": "Un seul parent."},
        remedy={"en": "Name it.", "fr": "Nommez-le."},
        focus="<http://example.org/orphan>",
        path="http://example.org/parent",
        component="http://www.w3.org/ns/shacl#MinCountConstraintComponent",
    )


@each_engine
def test_a_shape_without_an_iri_goes_by_the_rule_around_it(engine: Validator) -> None:
    labels = [each for each in about(found_by(engine), "two") if short(each.component) in ("UniqueLang", "LanguageIn")]
    assert {each.rule for each in labels} == {"https://w3id.org/orgatlas/shapes#unit"}
    assert {each.severity for each in labels} == {Severity.WARNING}
    assert all(each.messages == {"en": "Bad labels.", "fr": "Mauvais libellés."} for each in labels)
    assert all(each.remedy["fr"] == "Examinez l’unité." for each in labels)
    assert {each.value for each in labels} == {None, '"eins"@de'}


@each_engine
def test_a_query_s_message_is_filled_in_and_keeps_its_language(engine: Validator) -> None:
    [cycle] = [each for each in about(found_by(engine), "loop") if short(each.component) == "SPARQL"]
    assert cycle.rule == "https://w3id.org/orgatlas/shapes#unit"
    assert cycle.messages == {
        "en": "It is above http://example.org/loop.",
        "fr": "It is, il est, au-dessus de http://example.org/loop.",
    }
    assert cycle.value == "<http://example.org/loop>"


@each_engine
def test_values_are_those_of_the_data_to_the_letter(engine: Validator) -> None:
    values = {
        each.value for each in found_by(engine, data='ex:place ex:code "CA" , "007"^^xsd:integer .') if each.value
    }
    assert values == {'"007"^^<http://www.w3.org/2001/XMLSchema#integer>'}


@each_engine
def test_a_path_of_several_steps_is_told_as_sparql(engine: Validator) -> None:
    assert "(<http://example.org/within>/^<http://example.org/part>)" in {each.path for each in found_by(engine)}


@each_engine
def test_a_constraint_without_words_of_its_own_is_named_in_both_languages(engine: Validator) -> None:
    findings = [each for each in found_by(engine) if short(each.component) == "Pattern"]
    assert [each.messages for each in findings] == [
        {"en": "The constraint Pattern is not met.", "fr": "La contrainte Pattern n’est pas respectée."}
    ]


@each_engine
def test_an_import_is_not_followed(engine: Validator, tmp_path: Path) -> None:
    elsewhere = tmp_path / "more.ttl"
    elsewhere.write_text(PREFIXES + "rule:more a sh:NodeShape ; sh:targetNode ex:x ; sh:nodeKind sh:Literal .")
    imports = f"<http://example.org/o> owl:imports <{elsewhere.as_uri()}> ."
    assert found_by(engine, data=imports, shapes=imports + SHAPES) == []


@each_engine
def test_shapes_that_can_not_be_read_are_a_clear_error(engine: Validator) -> None:
    broken = "rule:bad a sh:NodeShape ; sh:targetNode ex:x ; sh:pattern '(' ."
    with pytest.raises(EngineFailed, match=f"^{engine.name} can not use the shapes"):
        found_by(engine, data="ex:x ex:p ex:y .", shapes=broken)


@each_engine
def test_what_is_given_is_not_changed(engine: Validator) -> None:
    data, shapes = triples(DATA), triples(SHAPES)
    before = (list(data), list(shapes))
    engine.validate(data, shapes)
    assert (data, shapes) == before


def test_an_ill_typed_literal_is_not_complained_about_beside_the_findings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert found_by(PyShaclValidator(), data='ex:y ex:start "2005-04-31"^^xsd:date .')
    assert not caplog.records


def test_the_engines_agree() -> None:
    fast, reference = (found_by(engine) for engine in ENGINES)
    assert len(fast) > 10
    assert disagreements(fast, reference) == []
    assert {(each.focus, str(each.messages), str(each.remedy)) for each in fast if "_:" not in (each.value or "")} == {
        (each.focus, str(each.messages), str(each.remedy)) for each in reference if "_:" not in (each.value or "")
    }


def test_each_difference_between_the_engines_is_a_finding() -> None:
    fast, reference = (found_by(engine) for engine in ENGINES)
    missed = about(fast, "orphan")[0]
    elsewhere = dataclasses.replace(missed, path="http://example.org/other")
    differences = disagreements([each for each in fast if each != missed], [*reference, elsewhere])
    assert {each.rule for each in differences} == {AGREEMENT}
    assert {each.path for each in differences} == {missed.path, elsewhere.path}
    assert all("pyshacl finds a violation" in each.messages["en"] for each in differences)
    assert all("que shacl ne trouve pas" in each.messages["fr"] for each in differences)


def test_of_blank_nodes_only_the_kind_is_compared() -> None:
    [finding] = about(found_by(ShaclValidator()), "orphan")
    here, there = (dataclasses.replace(finding, focus=label) for label in ("_:a", "_:b"))
    assert disagreements([here], [there]) == []
    assert len(disagreements([here], [finding])) == 2
