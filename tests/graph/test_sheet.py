"""The sheet of a thing: its kind, where it stands, what its documents weigh, and the words of its passages."""

import json
from pathlib import Path
from typing import Any

import pytest

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.context import context
from orgatlas.graph.describe import described, document, in_form
from orgatlas.graph.directory import Directory
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.hierarchy import Hierarchy
from orgatlas.graph.sheet import AROUND, sheet
from orgatlas.graph.store import MemoryStore

ADDRESS = "https://example.org/data/it"


def of(store: MemoryStore, bundle: Bundle, thing: str, texts: Path | None = None) -> dict[str, Any]:
    description = described(store, Directory(store, bundle.base), [f"{bundle.base}id/{thing}"])
    known = context(bundle.prefixes, ())
    found = sheet(description, store, Hierarchy(store), bundle, known, texts, ADDRESS, "en")
    json.dumps(found)
    return found


@pytest.mark.parametrize(
    ("thing", "kind"),
    [
        ("unit/research-branch", "level-branch"),
        ("service/corcan", "Program"),
        ("place/GB-ENG", "Subdivision"),
        ("engagement/assistance-DZ", "TechnicalAssistance"),
        ("source/B/s04", "SpecificResource"),
    ],
)
def test_a_thing_is_of_its_narrowest_kind(closed: MemoryStore, bundle: Bundle, thing: str, kind: str) -> None:
    assert of(closed, bundle, thing)["kind"].rpartition("/")[2].rpartition("#")[2] == kind


def test_sizes_are_those_of_the_documents(closed: MemoryStore, bundle: Bundle) -> None:
    sizes = of(closed, bundle, "service/corcan")["sizes"]
    description = described(closed, Directory(closed, bundle.base), [f"{bundle.base}id/service/corcan"])
    quads = document(description, bundle, ADDRESS)
    for form in GRAPH_FORMATS:
        assert sizes[form.suffix] == len(in_form(quads, form, bundle, context(bundle.prefixes, ())))
    assert sizes["csv"] > 0


def test_a_passage_is_quoted_with_the_words_around_it_and_those_that_state_facts_without(
    closed: MemoryStore, bundle: Bundle, shared: Path
) -> None:
    own = of(closed, bundle, "source/B/s04", shared / "sources")["quotes"][f"{bundle.base}id/source/B/s04"]
    text = (shared / "sources" / bundle.manifest.sources[1].file).read_text(encoding="utf-8")
    assert own["words"] == text[604:723]
    assert own["before"].removeprefix("…") in text[:604]
    assert 0 < len(own["before"]) <= AROUND + 1
    assert own["after"].removesuffix("…") in text[723:]
    fact = of(closed, bundle, "unit/international-relations-directorate", shared / "sources")["quotes"]
    assert fact[f"{bundle.base}id/source/B/s04"] == {"before": "", "words": own["words"], "after": ""}


def test_without_the_text_or_with_another_nothing_is_quoted(
    closed: MemoryStore, bundle: Bundle, shared: Path, tmp_path: Path
) -> None:
    assert of(closed, bundle, "source/B/s04")["quotes"] == {}
    for source in bundle.manifest.sources:
        text = (shared / "sources" / source.file).read_text(encoding="utf-8")
        (tmp_path / source.file).write_text(f"More. {text}", encoding="utf-8")
    assert of(closed, bundle, "source/B/s04", tmp_path)["quotes"] == {}
    (tmp_path / bundle.manifest.sources[1].file).write_bytes(b"\xff\xfe")
    assert of(closed, bundle, "source/B/s04", tmp_path)["quotes"] == {}


def test_passages_beside_each_other_have_their_numbers(closed: MemoryStore, bundle: Bundle) -> None:
    units = of(closed, bundle, "source/B/s04")["units"]
    assert units[f"{bundle.base}id/source/B/s05"]["number"] == "B05"
