"""A check is read from its file with its words, and each of its rows is a finding."""

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Variable

from orgatlas.graph.checks import read_check, run_check
from orgatlas.graph.errors import BrokenFile, EngineFailed
from orgatlas.graph.findings import Severity
from orgatlas.graph.vocabulary import rule

HEAD = """\
#+ rule: no-rust
#+ severity: Warning
#+ like: [OOPS P08]
#+ message:
#+   en: The ship is rusty.
#+   fr: Le navire est rouillé.
"""
SELECT = "SELECT ?focus ?path ?value ?colour { ?focus ?path ?value FILTER(?value = ?colour) }"
SHIP, COLOUR = NamedNode("https://example.org/ship"), NamedNode("https://example.org/colour")


def written(folder: Path, text: str) -> Path:
    file = folder / "no-rust.rq"
    file.write_text(text, encoding="utf-8")
    return file


def harbour() -> Store:
    store = Store()
    store.extend(Quad(SHIP, COLOUR, Literal(colour), DefaultGraph()) for colour in ("blue", "brown"))
    return store


def test_a_check_has_the_words_of_its_head(tmp_path: Path) -> None:
    check = read_check(written(tmp_path, HEAD + SELECT))
    assert (check.rule, check.severity, check.like) == (rule("no-rust"), Severity.WARNING, ("OOPS P08",))
    assert check.message == {"en": "The ship is rusty.", "fr": "Le navire est rouillé."}
    assert check.remedy == {}


def test_each_row_is_a_finding(tmp_path: Path) -> None:
    check = read_check(written(tmp_path, HEAD + SELECT))
    (finding,) = run_check(check, harbour(), {Variable("colour"): Literal("brown")})
    assert (finding.focus, finding.path, finding.value) == (str(SHIP), COLOUR.value, '"brown"')
    assert (finding.rule, finding.severity, finding.messages) == (check.rule, check.severity, check.message)


def test_columns_may_be_missing(tmp_path: Path) -> None:
    check = read_check(written(tmp_path, HEAD + "SELECT DISTINCT ?focus { ?focus ?path ?value }"))
    (finding,) = run_check(check, harbour())
    assert (finding.focus, finding.path, finding.value) == (str(SHIP), None, None)


def test_a_substitution_the_query_does_not_need_is_left_out(tmp_path: Path) -> None:
    check = read_check(written(tmp_path, HEAD + "SELECT ?focus { ?focus ?path 'blue' }"))
    assert len(run_check(check, harbour(), {Variable("colour"): Literal("brown")})) == 1


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (SELECT, 1, "names its rule"),
        ("#+ rule: no-rust\n#+ like: [OOPS\n#+ severity: Info\n" + SELECT, 3, "not YAML"),
        ("#+ rule: no-rust\n#+ severity: Grave\n" + SELECT, 1, "severity"),
        ("#+ rule: no-rust\n#+ message: rusty\n" + SELECT, 1, "message"),
        ("#+ rule: no-rust\n#+ like: OOPS\n" + SELECT, 1, "like"),
        ("#+ rule: no-rust\nSELECT ?focus { ?focus }", 2, "expected"),
    ],
)
def test_a_broken_check_says_where_and_why(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason) as caught:
        read_check(written(tmp_path, text))
    assert (caught.value.file.name, caught.value.line) == ("no-rust.rq", line)


def test_a_substitution_the_query_does_not_select_is_an_error(tmp_path: Path) -> None:
    check = read_check(written(tmp_path, HEAD + SELECT.replace(" ?colour", "", 1)))
    with pytest.raises(EngineFailed, match=r"no-rust\.rq"):
        run_check(check, harbour(), {Variable("colour"): Literal("brown")})


def test_a_check_that_selects_nothing_is_refused(tmp_path: Path) -> None:
    check = read_check(written(tmp_path, HEAD + "ASK { ?focus ?path ?value }"))
    with pytest.raises(EngineFailed, match=r"no-rust\.rq must be a SELECT"):
        run_check(check, harbour())
