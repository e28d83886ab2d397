"""Reports: every format says the same, and each is what its readers expect."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from orgatlas.graph import report
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.validator import ShaclValidator
from orgatlas.graph.vocabulary import name, rule

PARENT = Finding(
    rule=rule("unit-parent"),
    severity=Severity.VIOLATION,
    messages={"en": "A unit has one parent.", "fr": "Une unité a un seul parent."},
    remedy={"en": "Name one.", "fr": "Nommez-en un."},
    focus="<http://example.org/unit>",
    path="(<http://example.org/p>/^<http://example.org/q>)",
    value='"deux"@fr',
    component="http://www.w3.org/ns/shacl#MaxCountConstraintComponent",
    file="graph/data/my units.ttl",
    line=12,
    column=3,
)
LABEL = Finding(rule=rule("label"), severity=Severity.WARNING, messages={"en": "No label."}, focus="_:b0")
NOTE = Finding(rule=rule("note"), severity=Severity.INFO, messages={"en": "By the way."}, file="atlas.toml")
HOSTILE = Finding(
    rule="not an IRI <b>",
    severity=Severity.VIOLATION,
    messages={"en": 'a\x1b[31m "quoted" \u202e\x00]]>\nsecond line', "": ""},
    focus="<http://example.org/a> . <http://example.org/b> <http://example.org/c> <http://example.org/d>",
    path="nonsense|",
    value='"open',
    file="../\x1b]0;title\x07.ttl",
)
ALL = [PARENT, LABEL, NOTE, HOSTILE]
RULES = [rule("unit-parent"), rule("label"), rule("never-broken")]


def triples(findings: list[Finding]) -> list[Triple]:
    return [quad.triple for quad in parse(report.turtle(findings), format=RdfFormat.TURTLE)]


def values(graph: list[Triple], subject: object, prefixed: str) -> set[object]:
    return {each.object for each in graph if each.subject == subject and each.predicate == name(prefixed)}


@pytest.mark.parametrize("form", report.FORMATS)
def test_every_format_is_the_same_whatever_the_order_of_the_findings(form: str) -> None:
    write = report.FORMATS[form]
    assert write(ALL, "en", RULES) == write(ALL[::-1], "en", RULES[::-1])


@pytest.mark.parametrize("form", report.FORMATS)
def test_every_format_can_say_that_there_is_nothing(form: str) -> None:
    assert report.FORMATS[form]([], "en", ()).endswith("\n")


def test_text_is_one_block_a_finding_and_a_summary() -> None:
    assert report.text([PARENT, LABEL]) == (
        "Warning label\n"
        "  No label.\n"
        "  _:b0\n"
        "\n"
        "graph/data/my units.ttl:12:3: Violation unit-parent\n"
        "  A unit has one parent.\n"
        '  <http://example.org/unit> (<http://example.org/p>/^<http://example.org/q>) "deux"@fr\n'
        "  what to do: Name one.\n"
        "\n"
        "Violations: 1, warnings: 1, notes: 0.\n"
    )


def test_text_speaks_the_language_asked_for() -> None:
    said = report.text([PARENT], "fr")
    assert "Une unité a un seul parent." in said
    assert "à faire : Nommez-en un." in said
    assert said.endswith("Violations : 1, avertissements : 0, remarques : 0.\n")


def test_text_can_not_command_the_terminal() -> None:
    said = report.text([HOSTILE])
    assert not set(said) & set("\x1b\x00\x07\u202e")
    assert "\\u001B[31m" in said
    assert "second line" in said.splitlines()[1]


def test_turtle_is_a_validation_report_in_both_languages() -> None:
    graph = triples([PARENT])
    [head] = [each.subject for each in graph if each.object == name("sh:ValidationReport")]
    assert values(graph, head, "sh:conforms") == {Literal(False)}
    [result] = values(graph, head, "sh:result")
    assert values(graph, result, "sh:resultMessage") == {
        Literal("A unit has one parent.", language="en"),
        Literal("Une unité a un seul parent.", language="fr"),
    }
    assert values(graph, result, "atlas:remedy") == {
        Literal("Name one.", language="en"),
        Literal("Nommez-en un.", language="fr"),
    }
    assert values(graph, result, "sh:focusNode") == {NamedNode("http://example.org/unit")}
    assert values(graph, result, "sh:value") == {Literal("deux", language="fr")}
    assert values(graph, result, "sh:sourceShape") == {NamedNode(rule("unit-parent"))}
    assert values(graph, result, "sh:resultSeverity") == {name("sh:Violation")}
    assert values(graph, result, "sh:sourceConstraintComponent") == {name("sh:MaxCountConstraintComponent")}
    assert values(graph, result, "rdfs:comment") == {Literal("graph/data/my units.ttl:12:3")}
    [path] = values(graph, result, "sh:resultPath")
    assert isinstance(path, BlankNode)
    assert values(graph, path, "rdf:first") == {NamedNode("http://example.org/p")}


REPORT_SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix : <http://example.org/> .
:Report sh:targetClass sh:ValidationReport ; a sh:NodeShape ;
  sh:property [ sh:path sh:conforms ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path sh:result ; sh:class sh:ValidationResult ; sh:nodeKind sh:BlankNode ] .
:Result sh:targetClass sh:ValidationResult ; a sh:NodeShape ;
  sh:property [ sh:path sh:focusNode ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path sh:resultSeverity ; sh:in ( sh:Info sh:Warning sh:Violation ) ; sh:minCount 1 ] ,
    [ sh:path sh:sourceConstraintComponent ; sh:nodeKind sh:IRI ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path sh:sourceShape ; sh:minCount 1 ; sh:maxCount 1 ] , [ sh:path sh:value ; sh:maxCount 1 ] ,
    [ sh:path sh:resultPath ; sh:nodeKind sh:BlankNodeOrIRI ; sh:maxCount 1 ] ,
    [ sh:path sh:resultMessage ; sh:nodeKind sh:Literal ; sh:minCount 1 ] .
"""


def test_turtle_keeps_what_shacl_asks_of_a_report_whatever_the_findings_hold() -> None:
    shapes = [quad.triple for quad in parse(REPORT_SHAPE, format=RdfFormat.TURTLE)]
    assert ShaclValidator().validate(triples(ALL), shapes) == []
    broken = [each for each in triples(ALL) if each.predicate != name("sh:focusNode")]
    assert len(ShaclValidator().validate(broken, shapes)) == len(ALL)


def test_turtle_takes_no_triples_from_the_text_of_a_finding() -> None:
    assert name("sh:focusNode") in {each.predicate for each in triples([HOSTILE])}
    assert NamedNode("http://example.org/b") not in {each.subject for each in triples([HOSTILE])}


def test_turtle_without_findings_conforms() -> None:
    [conforms] = [each.object for each in triples([]) if each.predicate == name("sh:conforms")]
    assert conforms == Literal(True)


def test_json_has_the_findings_and_their_number() -> None:
    content = json.loads(report.json_(ALL))
    assert content["summary"] == {"findings": 4, "violation": 2, "warning": 1, "info": 1}
    [found] = [each for each in content["findings"] if each["rule"] == PARENT.rule]
    assert found["messages"] == PARENT.messages
    assert (found["file"], found["line"], found["column"]) == ("graph/data/my units.ttl", 12, 3)


def test_sarif_is_a_log_with_rules_and_results() -> None:
    log = json.loads(report.sarif(ALL, "fr", RULES))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {each["id"] for each in rules} >= {"unit-parent", "label", "never-broken"}
    assert len({each["id"] for each in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
    [parent] = [each for each in run["results"] if each["ruleId"] == "unit-parent"]
    assert parent["message"]["text"] == "Une unité a un seul parent. Nommez-en un."
    [location] = parent["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "graph/data/my%20units.ttl"},
        "region": {"startLine": 12, "startColumn": 3},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "<http://example.org/unit>"


def test_junit_has_a_case_for_every_rule_that_ran_and_all_but_notes_fail() -> None:
    suites = ElementTree.fromstring(report.junit(ALL, "en", RULES))
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    assert len(cases) == 5
    assert cases["never-broken"].find("failure") is None
    assert "No label." in (cases["label"].findtext("failure") or "")
    assert "By the way." in (cases["note"].findtext("system-out") or "")
    [failure] = cases["unit-parent"].iter("failure")
    assert failure.get("message") == "A unit has one parent."
    assert "graph/data/my units.ttl:12:3" in (failure.text or "")
    [suite] = suites.iter("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("5", "3")


def test_text_tells_of_twenty_findings_of_a_rule_and_counts_the_rest() -> None:
    said = report.text([replace(PARENT, focus=f"<http://example.org/{number}>") for number in range(1000)])
    assert said.count("A unit has one parent.") == 20
    assert "… and 980 more of unit-parent.\n" in said
    assert said.endswith("Violations: 1000, warnings: 0, notes: 0.\n")
