"""The examination finds nothing in the built-in bundle, and in each violating example just what it shows."""

import os
import shutil
import time
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import parse

from orgatlas.graph.bundle import BUILT_IN, open_bundle
from orgatlas.graph.check import Examination, check
from orgatlas.graph.findings import Severity
from orgatlas.graph.parsing import check_parsers
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


ONE = "#+ title: {en: a, fr: a}\n#+ description: {en: a, fr: a}\nSELECT (1 AS ?x) {}"


def test_a_question_that_kills_its_process_is_a_finding_and_the_others_are_answered(tmp_path: Path) -> None:
    deep = ONE.replace("1", "(" * 50_000 + "1" + ")" * 50_000)
    files = {"a.rq": ONE, "b.rq": deep, "c.rq": ONE, "c.tsv": "?x\n2\n"}
    examination = bundle_of(tmp_path, **{f"queries/{file}": text for file, text in files.items()})
    found = {(Path(each.file or "").name, each.rule.rpartition("#")[2]) for each in examination.findings}
    assert {("a.rq", "answer-expected"), ("b.rq", "question-readable"), ("c.tsv", "answer-expected")} <= found


def test_an_expected_answer_that_is_no_table_is_a_finding(tmp_path: Path) -> None:
    bundle_of(tmp_path, **{"queries/one.rq": ONE})
    (tmp_path / "queries" / "one.tsv").write_bytes(b"\xff\x00garbage")
    assert graver(check(open_bundle([tmp_path]))) == {"answer-expected"}


@pytest.mark.parametrize(
    "text",
    [
        "#+ title: " + "[" * 3000,
        ONE.replace("SELECT", "#+ cq: " + "9" * 5000 + "\nSELECT"),
        ONE.replace("SELECT (1 AS ?x) {}", "#+ parameters: [{name: x, type: iri, label: {en: a}}]\nSELECT ?x {}"),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_finding(tmp_path: Path, text: str) -> None:
    assert "question-readable" in graver(bundle_of(tmp_path, **{"queries/one.rq": text}))


def test_a_profile_that_is_none_is_a_finding_and_one_that_is_one_is_read(tmp_path: Path) -> None:
    standard = (BUILT_IN / "queries" / "profiles" / "org.rq").read_text(encoding="utf-8")
    folder = "queries/profiles"
    assert graver(bundle_of(tmp_path, **{f"{folder}/own.rq": standard})) == set()
    assert graver(bundle_of(tmp_path, **{f"{folder}/own.rq": ONE})) == {"question-readable"}


@pytest.mark.parametrize("error", [RuntimeError("gave up"), OSError("gave up")])
def test_a_question_that_the_engine_gives_up_on_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("orgatlas.graph.answers._rows", fail)
    examination = bundle_of(tmp_path, **{"queries/one.rq": ONE})
    assert any(each.messages["en"] == "gave up" for each in examination.findings)


def test_a_question_is_a_regular_file(tmp_path: Path) -> None:
    (tmp_path / "queries" / "folder.rq").mkdir(parents=True)
    os.mkfifo(tmp_path / "queries" / "pipe.rq")
    examination = bundle_of(tmp_path)
    assert [each.messages["en"] for each in examination.findings if each.severity is not Severity.INFO] == [
        "not a regular file"
    ] * 2


def test_a_file_that_rdflib_does_not_finish_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgatlas.graph.parsing._count_by_rdflib", lambda *_: time.sleep(600))
    monkeypatch.setattr("orgatlas.graph.parsing._patience", lambda _: 0.1)
    (tmp_path / "a.ttl").write_text("<a:b> <a:c> <a:d> .")
    bundle = open_bundle([tmp_path / "a.ttl"])
    findings = list(check_parsers(bundle))
    assert [each.file for each in findings] == [str(file) for file in bundle.files]
    assert {each.messages["en"] for each in findings} == {"rdflib did not finish reading this file."}


def test_a_reference_engine_that_does_not_finish_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgatlas.graph.check.PyShaclValidator.validate", lambda *_: time.sleep(600))
    monkeypatch.setattr("orgatlas.graph.check.PATIENCE", -100.0)
    example = next(file for file in EXAMPLES if file.stem == "S01-violating")
    findings = check(open_bundle([example])).findings
    assert {each.rule.rpartition("#")[2] for each in findings if each.severity is not Severity.INFO} == {
        "unit-one-parent",
        "engines-agree",
    }
    assert any("did not finish" in each.messages["en"] for each in findings)


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


def test_a_file_that_nothing_reads_is_a_finding(tmp_path: Path) -> None:
    files = {"units.ttl": "", "query/one.rq": "", "queries/one.tsv": "", ".hidden/two.ttl": "", "sources/a.txt": ""}
    examination = bundle_of(tmp_path, **files)
    unread = {each.file for each in examination.findings if each.rule.endswith("#file-read")}
    assert unread == {str(tmp_path / name) for name in ("units.ttl", "query/one.rq", "queries/one.tsv")}


def test_a_question_without_one_of_the_languages_is_a_finding(tmp_path: Path) -> None:
    head = "#+ title: {en: a}\n#+ description: {en: a, fr: a}\n"
    files = {"queries/one.rq": head + "SELECT (1 AS ?n) {}", "queries/one.tsv": "?n\n1\n"}
    assert graver(bundle_of(tmp_path, **files)) == {"question-translated"}


def test_a_wrong_answer_shows_rows_of_either_kind(tmp_path: Path) -> None:
    head = "#+ title: {en: a, fr: a}\n#+ description: {en: a, fr: a}\n"
    files = {"queries/one.rq": head + "SELECT ?n { VALUES ?n {1 2 3 4 5} }", "queries/one.tsv": "?n\n5\n6\n"}
    [finding] = [each for each in bundle_of(tmp_path, **files).findings if each.rule.endswith("#answer-expected")]
    assert "(−): 1" in finding.messages["en"]
    assert "(+): 4" in finding.messages["en"]
    assert finding.messages["en"].count("\n+ ") == 3
