"""The examination finds nothing in the built-in bundle, and in each violating example just what it shows."""

import shutil
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import parse

from orgatlas.graph.bundle import BUILT_IN, open_bundle
from orgatlas.graph.check import Examination, check
from orgatlas.graph.findings import Severity
from orgatlas.graph.vocabulary import PREFIXES, name

EXAMPLES = sorted((BUILT_IN / "shapes" / "examples").glob("*.trig"))
IDENTIFIERS = {
    quad.subject.value: quad.object.value
    for file in (BUILT_IN / "shapes").glob("*.ttl")
    for quad in parse(path=str(file))
    if quad.predicate == name("dct:identifier")
}
MANIFEST = 'name.en = "Ministry"\nbase_iri = "https://example.org/ministry/"\n'
EXPLAINED = """GRAPH <graph/stated> {{
  <graph/stated> <http://www.w3.org/ns/prov#wasAttributedTo> <id/body> ;
    <http://www.w3.org/2004/02/skos/core#editorialNote> "Stated by the ministry."@en .
  {0}
}}
"""


@cache
def examined(example: Path) -> Examination:
    """What came of an example, looked at once for all tests."""
    return check(open_bundle([example]))


def graver(examination: Examination) -> set[str]:
    """The rules broken, notes aside, without their namespace."""
    return {
        each.rule.removeprefix(PREFIXES["rule"]) for each in examination.findings if each.severity is not Severity.INFO
    }


def test_the_built_in_bundle_has_no_findings(shared: Path) -> None:
    examination = check(open_bundle(), sources=shared / "sources", engine="both")
    assert examination.passed
    assert graver(examination) == set()
    assert len(examination.rules) > 100


def test_a_second_organisation_has_no_findings() -> None:
    assert graver(check(open_bundle([Path(__file__).parent.parent / "bundles" / "ministry"]))) == set()


def test_there_is_an_example_of_either_kind_for_each_constraint() -> None:
    wanted = {f"S{number:02d}-{kind}" for number in range(1, 29) for kind in ("valid", "violating")}
    assert {file.stem for file in EXAMPLES} == wanted


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_breaks_its_own_constraint_and_no_other(example: Path) -> None:
    examination = examined(example)
    broken = {
        IDENTIFIERS.get(each.rule, each.rule) for each in examination.findings if each.severity is not Severity.INFO
    }
    number, kind = example.stem.split("-")
    assert broken == ({number} if kind == "violating" else set())
    assert examination.passed == (kind == "valid")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_every_finding_says_what_is_wrong_and_what_to_do_in_both_languages(example: Path) -> None:
    for finding in examined(example).findings:
        assert {"en", "fr"} <= set(finding.messages)
        assert {"en", "fr"} <= set(finding.remedy)
        assert finding.file or finding.focus


def test_a_finding_names_the_line_of_its_focus_node() -> None:
    example = next(file for file in EXAMPLES if file.stem == "S02-violating")
    [finding] = [each for each in examined(example).findings if each.rule.endswith("#unit-one-level")]
    lines = example.read_text(encoding="utf-8").splitlines()
    assert finding.file == str(example)
    assert "a org:OrganizationalUnit" in lines[(finding.line or 0) - 1]


def bundle_of(folder: Path, **files: str) -> Examination:
    (folder / "atlas.toml").write_text(MANIFEST)
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return check(open_bundle([folder]))


def test_a_contradiction_is_a_finding_with_the_clashing_statements(tmp_path: Path) -> None:
    clash = "<id/x> a <https://w3id.org/orgatlas/ns#Country> , <https://w3id.org/orgatlas/ns#Subdivision> ."
    examination = bundle_of(tmp_path, **{"graph/data/a.trig": EXPLAINED.format(clash)})
    found = [each for each in examination.findings if each.rule.endswith("#no-contradiction")]
    assert found
    assert "Subdivision" in found[0].messages["en"]


def test_a_question_with_a_wrong_expected_answer_is_a_finding(tmp_path: Path) -> None:
    head = "#+ title: {en: a, fr: a}\n#+ description: {en: a, fr: a}\n"
    examination = bundle_of(
        tmp_path,
        **{
            "queries/one.rq": head + "SELECT (1 AS ?n) {}",
            "queries/one.tsv": "?n\n2\n",
            "queries/bad.rq": "#+ title: [",
        },
    )
    assert {"answer-expected", "question-readable"} <= graver(examination)


def test_an_axiom_outside_owl_2_rl_is_a_finding(tmp_path: Path) -> None:
    axiom = """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix x: <https://example.org/ministry/ns#> .
    x:A a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty x:p ; owl:someValuesFrom x:A ] .
    x:p a owl:ObjectProperty .
    """
    assert "owl2-rl" in graver(bundle_of(tmp_path, **{"ontology/own.ttl": axiom}))


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_either_engine_alone_finds_the_same(engine: str) -> None:
    example = next(file for file in EXAMPLES if file.stem == "S01-violating")
    assert graver(check(open_bundle([example]), engine=engine)) == {"unit-one-parent"}


def test_engines_that_disagree_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgatlas.graph.check.PyShaclValidator.validate", lambda *_: [])
    example = next(file for file in EXAMPLES if file.stem == "S01-violating")
    assert graver(check(open_bundle([example]))) == {"unit-one-parent", "engines-agree"}


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, which is not installed")
def test_hermit_agrees_that_the_built_in_bundle_is_consistent() -> None:
    assert graver(check(open_bundle(), dl=True)) == set()
