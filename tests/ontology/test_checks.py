"""Every check of the ontology finds its fault, and finds none where there is none."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from orgatlas.graph.checks import Check, read_checks, run_check
from orgatlas.graph.findings import Finding, Severity, wording
from orgatlas.graph.vocabulary import rule

HERE = Path(__file__).parent
ONTOLOGY = HERE.parent.parent / "ontology"
CHECKS = {check.path.stem: check for check in read_checks(ONTOLOGY / "checks")}


def store_of(files: Iterable[Path]) -> Store:
    """The files merged in the default graph, as the checks want them."""
    store = Store()
    for file in files:
        store.load(path=str(file), format=RdfFormat.TURTLE, base_iri="https://example.org/atlas/")
    return store


@cache
def built_in() -> Store:
    return store_of(sorted(ONTOLOGY.glob("*.ttl")))


@cache
def clean() -> Store:
    return store_of([HERE / "clean.ttl"])


def told(findings: Iterable[Finding]) -> list[str]:
    return [f"{found.focus} {found.path} {found.value}: {wording(found.messages, 'en')}" for found in findings]


def test_each_check_has_a_snippet_and_each_snippet_a_check() -> None:
    assert {path.stem for path in (HERE / "checks").glob("*.ttl")} == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_finds_the_fault_of_its_snippet_once(name: str) -> None:
    findings = run_check(CHECKS[name], store_of([HERE / "checks" / f"{name}.ttl"]))
    assert len(findings) == FAULTS.get(name, 1), told(findings)
    assert {(found.rule, found.severity) for found in findings} == {(rule(name), CHECKS[name].severity)}


@pytest.mark.parametrize("name", CHECKS)
def test_a_snippet_says_first_what_is_wrong(name: str) -> None:
    first = (HERE / "checks" / f"{name}.ttl").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith(".")


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_finds_nothing_in_the_clean_ontology(name: str) -> None:
    assert told(run_check(CHECKS[name], clean())) == []


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_is_wrong_and_what_to_do_in_both_languages(name: str) -> None:
    check: Check = CHECKS[name]
    assert check.rule == rule(name)
    for texts in (check.label, check.message, check.remedy):
        assert set(texts) == {"en", "fr"}
        assert all(text.strip() for text in texts.values())
        assert texts["en"] != texts["fr"]


@pytest.mark.parametrize("name", [name for name in CHECKS if CHECKS[name].severity is not Severity.INFO])
def test_the_built_in_ontology_has_no_fault(name: str) -> None:
    assert told(run_check(CHECKS[name], built_in())) == []


# Every term of a cycle is on it.
FAULTS = {"hierarchy-cycle": 2}
