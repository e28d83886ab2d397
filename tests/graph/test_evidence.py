"""Every passage is where the text says it is, every character of the texts is in one, and every fact is in its passage."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from orgatlas.graph import evidence
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.findings import Severity
from orgatlas.graph.store import MemoryStore, Query
from tests.conftest import ROOT


def test_the_passages_are_those_of_the_texts(stated: MemoryStore, bundle: Bundle, shared: Path) -> None:
    assert list(evidence.against_texts(stated, bundle, shared / "sources")) == []


def test_there_are_fifty_two_passages(stated: MemoryStore, bundle: Bundle) -> None:
    assert len(evidence.passages(stated, bundle)) == 52


def test_without_the_texts_that_is_said(stated: MemoryStore, bundle: Bundle, tmp_path: Path) -> None:
    found = list(evidence.against_texts(stated, bundle, None))
    assert [(each.rule, each.severity) for each in found] == [(evidence.TEXT_AT_HAND, Severity.INFO)] * 2


def test_a_folder_that_was_named_and_lacks_the_texts_is_a_fault(
    stated: MemoryStore, bundle: Bundle, tmp_path: Path
) -> None:
    found = list(evidence.against_texts(stated, bundle, tmp_path))
    assert [(each.rule, each.severity) for each in found] == [(evidence.TEXT_AT_HAND, Severity.VIOLATION)] * 2
    assert [each.value for each in found] == [f'"{each.file}"' for each in bundle.manifest.sources]


def test_a_changed_text_is_noticed(stated: MemoryStore, bundle: Bundle, shared: Path, tmp_path: Path) -> None:
    shutil.copytree(shared / "sources", tmp_path, dirs_exist_ok=True)
    file = tmp_path / bundle.manifest.sources[0].file
    text = file.read_text(encoding="utf-8")
    # The one typographic apostrophe: a reader that "cleans" quotes must be caught.
    file.write_text(text.replace("\u2019", "'") + "\nOne more.", encoding="utf-8")
    found = {(each.rule, each.focus) for each in evidence.against_texts(stated, bundle, tmp_path)}
    assert found == {
        (evidence.TEXT_MATCHES, f"<{bundle.base}id/source/A/s06>"),
        (evidence.TEXT_COVERED, f"<{bundle.base}id/source/A>"),
    }


def test_every_fact_holds_in_the_graph_of_its_passage(stated: MemoryStore, bundle: Bundle) -> None:
    assert list(evidence.coverage(stated, bundle)) == []


def test_every_fact_is_covered_or_has_a_reason(bundle: Bundle, shared: Path) -> None:
    with (shared / "facts.csv").open(encoding="utf-8", newline="") as rows:
        facts = {row["id"] for row in csv.DictReader(rows)}
    entries = evidence.read_coverage(bundle.folder / "graph" / "data" / "coverage.toml")
    assert set(entries) == facts
    for fact, entry in entries.items():
        reason = entry.get("evidence_only")
        assert ("ask" in entry) != (isinstance(reason, dict) and {"en", "fr"} == set(reason)), fact


def test_no_fact_holds_by_accident(stated: MemoryStore, bundle: Bundle) -> None:
    """An ASK that any graph answers with yes would prove nothing: each is false in the graph of another passage."""
    elsewhere = bundle.base + "id/source/A/s01"
    for fact, entry in evidence.read_coverage(bundle.folder / "graph" / "data" / "coverage.toml").items():
        if fact != "A01.1" and isinstance(ask := entry.get("ask"), str):
            query = Query(ask, bundle.base, bundle.prefixes, default_graphs=(elsewhere,))
            assert not bool(stated.query(query).results), fact


@pytest.mark.parametrize("suffix", [".ttl", ".trig", ".toml", ".rq", ".md", ".py", ".tsv"])
def test_no_sentence_of_the_texts_stands_in_the_repository(shared: Path, suffix: str) -> None:
    sentences = [
        " ".join(part.split())
        for text in (shared / "sources").glob("*.txt")
        for part in re.split(r"(?<=[.!?;])\s+|\n+", text.read_text(encoding="utf-8"))
        if len(part) >= 60
    ]
    folders = ("api", "docs", "graph", "ontology", "queries", "shapes", "tests")
    for file in (file for folder in folders for file in (ROOT / folder).rglob(f"*{suffix}")):
        text = " ".join(file.read_text(encoding="utf-8").split())
        assert not [sentence for sentence in sentences if sentence in text], file
