"""The README tells the truth: every answer shown is the one given, every option named exists, every link leads somewhere."""

import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orgatlas.api.cli import shell
from orgatlas.graph.bundle import Bundle, open_bundle
from orgatlas.graph.check import check
from orgatlas.graph.findings import Severity
from orgatlas.graph.formats import TABLE_FORMATS, named
from orgatlas.graph.library import read_library
from orgatlas.graph.store import MemoryStore, Query
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ASKED = re.findall(r"^\$ ask '([^']*)'\n(.*?)(?=\n\n|\n```)", README, re.MULTILINE | re.DOTALL)


def test_a_dozen_questions_are_shown() -> None:
    assert len(ASKED) >= 12


@pytest.mark.parametrize(("query", "answer"), ASKED, ids=[str(number) for number in range(len(ASKED))])
def test_the_answer_shown_is_the_answer_given(query: str, answer: str, closed: MemoryStore, bundle: Bundle) -> None:
    output = io.BytesIO()
    closed.query(Query(query, bundle.base, bundle.prefixes)).write(output, named("csv", TABLE_FORMATS))
    assert output.getvalue().decode().splitlines() == answer.splitlines()


@pytest.mark.parametrize("verb", ["serve", "query", "explain", "check", "export"])
def test_every_option_of_a_command_is_named_and_every_option_named_is_one(verb: str) -> None:
    [row] = re.findall(rf"^\| `orgatlas {verb}[^|]*\|(.*)\|$", README, re.MULTILINE)
    said = CliRunner().invoke(shell, [verb, "--help"], env={"COLUMNS": "200"}).output
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said)) - {"--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", row)) <= options


EXPLAINED = re.findall(r"^\$ (orgatlas explain [^\n]*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("command", "answer"), EXPLAINED)
def test_the_explanation_shown_is_the_one_given(command: str, answer: str) -> None:
    program = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()"]
    done = subprocess.run([*program, *shlex.split(command)[1:]], stdout=subprocess.PIPE, encoding="utf-8", check=False)
    assert done.stdout == answer


def test_the_number_of_questions_is_right(bundle: Bundle) -> None:
    assert f"the {len(read_library(bundle.questions))} questions" in README


def test_every_link_leads_to_a_file() -> None:
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", README + (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")):
        assert (ROOT / link).exists(), link


def test_the_least_bundle_shown_passes(tmp_path: Path) -> None:
    (serve, toml), [trig], [question] = (
        re.findall(rf"^```{kind}\n(.*?)^```", README, re.MULTILINE | re.DOTALL) for kind in ("toml", "turtle", "sparql")
    )
    toml += serve
    for name, text in {
        "atlas.toml": toml,
        "graph/data/lakes.trig": trig,
        "queries/units-of-level.rq": question,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    answer = "?unit\t?level\n<https://example.org/lakes/id/unit/shores>\t<https://w3id.org/orgatlas/ns#level-sector>\n"
    (tmp_path / "queries" / "units-of-level.tsv").write_text(answer)
    examination = check(open_bundle([tmp_path]))
    assert open_bundle([tmp_path]).served()["services"] == ("example.org",)
    assert [each for each in examination.findings if each.severity is not Severity.INFO] == []
