"""`orgatlas query` knows where its answer goes: a table for a terminal, CSV for a pipe."""

import csv
import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

COMMAND = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()", "query"]

WIDE = """SELECT ?place ?name { VALUES (?place ?name) {
    ("東京都" "Tokyo") ("Genève" "日内瓦") ("e\u0301le\u0301vation" "한국어") ("🇨🇦" "Canada") } }"""
"""Letters that take two columns, letters that take none, and flags."""


def on_terminal(*words: str, columns: int = 100) -> list[str]:
    """The lines that the command shows on a terminal of so many columns, without the codes of styles."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "FORCE_COLOR")}
    environment |= {"TERM": "xterm-256color", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        [*COMMAND, *words], stdin=terminal, stdout=terminal, stderr=subprocess.DEVNULL, env=environment
    ) as command:
        os.close(terminal)
        shown = b""
        try:
            while piece := os.read(controller, 65536):
                shown += piece
        except OSError:  # Linux says so where the other side is closed
            pass
        finally:
            os.close(controller)
    assert command.returncode == 0
    text = shown.decode()
    for code in ("\x1b[1m", "\x1b[0m"):
        text = text.replace(code, "")
    return text.splitlines()


@pytest.fixture
def wide(tmp_path: Path) -> str:
    """A file with a query for wide letters."""
    file = tmp_path / "wide.rq"
    file.write_text(WIDE, encoding="utf-8")
    return str(file)


def test_a_terminal_gets_a_table() -> None:
    top, head, *rest = on_terminal("units-per-level", "-p", "lang=fr")
    assert top.startswith("┏")
    assert head.split() == ["┃", "class", "┃", "label", "┃", "units", "┃"]
    assert any("atlas:Branch" in line and "direction générale" in line for line in rest)


def test_the_same_in_a_pipe_is_csv() -> None:
    done = subprocess.run([*COMMAND, "units-per-level", "-p", "lang=fr"], capture_output=True, check=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert [row["label"] for row in rows] == ["secteur", "direction générale", "direction"]
    assert done.stdout.startswith(b"class,label,units,lang\r\n")


@pytest.mark.parametrize("columns", [100, 24])
def test_columns_stand_below_each_other_whatever_the_letters_take(wide: str, columns: int) -> None:
    lines = on_terminal(wide, columns=columns)
    assert len({cell_len(line) for line in lines}) == 1
    assert cell_len(lines[0]) <= columns
    assert any("東京" in line for line in lines)


def test_the_form_for_spreadsheets_is_asked_for_by_name(wide: str) -> None:
    done = subprocess.run([*COMMAND, wide, "--format", "spreadsheet"], capture_output=True, check=True)
    assert done.stdout.startswith(b"\xef\xbb\xbfplace,name\r\n")
    assert "Genève,日内瓦\r\n" in done.stdout.decode("utf-8-sig")
