"""What docs/spreadsheets-and-notebooks.md tells to do works with a real server and the real programs, and prints what it says."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import httpx
import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "spreadsheets-and-notebooks.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
UTF_8 = {**os.environ, "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, the language it is in, the section it stands in, and what it is said to print."""

    language: str
    code: str
    section: str
    output: str | None


def blocks() -> list[Block]:
    """All blocks that can be run."""
    found, section = list[Block](), ""
    for heading, language, code in re.findall(r"^## ([^\n]*)$|^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        if heading:
            section = heading
        elif language == "text":
            found[-1] = Block(found[-1].language, found[-1].code, section, code)
        elif language:
            found.append(Block(language, code, section, None))
    return found


BLOCKS = blocks()


def of(language: str, word: str = "") -> list[Block]:
    """The blocks in a language that hold a word."""
    return [block for block in BLOCKS if block.language == language and word in block.code]


def program(name: str) -> str:
    """The path of a program that CI always has."""
    if (path := shutil.which(name)) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing")
        pytest.skip(f"{name} is not here: what the documentation says of it was not tested")
    return path


def run(words: list[str], folder: Path) -> str:
    """What a program prints; it has to end well."""
    done = subprocess.run(
        words, cwd=folder, capture_output=True, encoding="utf-8", env={**UTF_8, "HOME": str(folder)}, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def served(client: httpx.Client) -> Callable[[str], str]:
    """Puts the address of the server in the place of that of the documentation."""
    return lambda code: code.replace(ADDRESS, str(client.base_url).rstrip("/"))


def test_every_way_is_shown() -> None:
    sections = {block.section for block in BLOCKS}
    assert sections == {"Excel", "LibreOffice Calc", "pandas", "R", "DuckDB", "A shell"}
    assert {block.language for block in BLOCKS} == {"python", "r", "sh", "sql", "powerquery"}
    assert all(block.output for language in ("python", "r", "sql") for block in of(language))


@pytest.mark.parametrize("block", of("python"), ids=lambda block: block.section)
def test_python(block: Block, served: Callable[[str], str], tmp_path: Path) -> None:
    assert run([sys.executable, "-P", "-W", "error", "-c", served(block.code)], tmp_path) == block.output


@pytest.mark.parametrize("block", of("r"), ids=lambda block: block.section)
def test_r(block: Block, served: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "block.r").write_text(served(block.code), encoding="utf-8")
    assert run([program("Rscript"), "--vanilla", "block.r"], tmp_path) == block.output


@pytest.mark.parametrize(
    "block", [block for block in of("sh", "curl") if block.output], ids=lambda block: block.section
)
def test_shell(block: Block, served: Callable[[str], str], tmp_path: Path) -> None:
    program("curl")
    assert run(["sh", "-c", served(block.code)], tmp_path).replace("\r", "") == block.output


def test_duckdb_in_sql(served: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program("curl")
    [fetch], [question] = of("sh", "curl -sO"), of("sql")
    run(["sh", "-c", served(fetch.code)], tmp_path)
    monkeypatch.chdir(tmp_path)
    assert f"{duckdb.sql(question.code)}".strip() == (question.output or "").strip()


def calc(words: str, folder: Path) -> dict[str, str | None]:
    """What stands in the cells after Calc has read a file, each text with its formula if it has one."""
    soffice = program("soffice")
    own = f"{soffice} -env:UserInstallation=file://{folder}/profile"
    run(["sh", "-c", words.replace("soffice", own, 1)], folder)
    [file] = folder.glob("*.ods")
    with zipfile.ZipFile(file) as document:
        content = document.read("content.xml").decode()
    cells = re.findall(r"<table:table-cell([^>]*)><text:p>(.*?)</text:p>", content)
    found = ((text.replace("&apos;", "'"), re.search(r'table:formula="([^"]*)"', how)) for how, text in cells)
    return {text: formula[1] if formula else None for text, formula in found}


def test_calc_reads_an_address(served: Callable[[str], str], tmp_path: Path) -> None:
    [block] = of("sh", "soffice")
    cells = calc(served(block.code), tmp_path)
    assert "évaluation des programmes et des opérations" in cells
    assert set(cells.values()) == {None}


HOSTILE = """SELECT (-5 AS ?number) ("=1+1" AS ?begins) ("46;=1+2" AS ?parted) ("@é" AS ?at) ("\\t=1+3" AS ?tab) {}"""
COMMA, SEMICOLON = "44,34,76", "59,34,76"


@pytest.mark.parametrize("separator", [COMMA, SEMICOLON])
def test_calc_runs_no_formula_out_of_an_answer(client: httpx.Client, tmp_path: Path, separator: str) -> None:
    def cells(form: str) -> dict[str, str | None]:
        folder = tmp_path / form
        folder.mkdir()
        place = client.build_request("GET", "/sparql", params={"format": form, "query": HOSTILE}).url
        return calc(
            f'soffice --headless --infilter="Text - txt - csv (StarCalc):{separator}" --convert-to ods "{place}"',
            folder,
        )

    assert any(formula for formula in cells("csv").values()), "Calc runs none at all, and this test tells nothing"
    inert = cells("spreadsheet")
    assert set(inert.values()) == {None}
    if separator == COMMA:
        assert {"-5", "'=1+1", "46;'=1+2", "'@é"} <= set(inert)


@pytest.mark.parametrize("address", re.findall(r"http://127\.0\.0\.1:8000(/queries/[^\s\"'`]+)", TEXT))
def test_every_address_answers(client: httpx.Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf") == ("spreadsheet=true" in address)
    assert len(answer.text.splitlines()) > 1


def test_excel_is_told_the_encoding() -> None:
    [block] = of("powerquery")
    assert "Encoding = 65001" in block.code
    assert "spreadsheet=true" in block.code
