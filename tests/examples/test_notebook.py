"""The notebook runs against a real server, and says and draws what it says and draws in the repository."""

import base64
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import matplotlib.image
import nbformat
import numpy as np
import pytest

from tests.conftest import ROOT

NOTEBOOK = ROOT / "examples" / "atlas.ipynb"

Cells = dict[str, list[dict[str, Any]]]


def outputs(file: Path) -> Cells:
    """The outputs of each cell of code, by its id; a notebook that is not valid raises."""
    notebook: Any = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    return {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def texts(cells: Cells) -> dict[str, list[str]]:
    """What each cell says in words, but for those that tell of the edition."""
    return {
        name: [each.get("text") or each["data"]["text/plain"] for each in said]
        for name, said in cells.items()
        if name != "citation"
    }


@pytest.fixture(scope="module")
def executed(client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Cells:
    """What the cells say when they are executed now."""
    file = tmp_path_factory.mktemp("notebook") / "executed.ipynb"
    script = ROOT / "examples" / "execute.py"
    words = [sys.executable, "-P", str(script), "--address", str(client.base_url), "-o", str(file)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=180)
    assert (done.returncode, done.stderr) == (0, "")
    return outputs(file)


def test_it_says_what_it_says_in_the_repository(executed: Cells) -> None:
    assert texts(executed) == texts(outputs(NOTEBOOK)), "after a change: examples/execute.py"


def test_the_figures_are_right(executed: Cells, client: httpx.Client) -> None:
    [said, _] = texts(executed)["joined"]
    assert said == "18 engagements with 17 partners; named both ways: Sweden\n"
    query = "SELECT (COUNT(DISTINCT ?e) AS ?es) (COUNT(DISTINCT ?p) AS ?ps) { ?e atlas:partner ?p }"
    assert client.get("/sparql", params={"query": query, "format": "csv"}).text.split() == ["es,ps", "18,17"]


def test_the_plot_is_there(executed: Cells) -> None:
    [[drawn], [kept]] = [cells["plot"] for cells in (executed, outputs(NOTEBOOK))]
    for output in (drawn, kept):
        picture = matplotlib.image.imread(io.BytesIO(base64.b64decode(output["data"]["image/png"])), format="png")
        height, width, _ = picture.shape
        assert width > 500
        assert height > 400
        assert marks(picture) == 18
        assert "Sweden alone" in output["metadata"]["image/png"]["alt"]
    assert len(base64.b64decode(kept["data"]["image/png"])) < 100_000


def marks(picture: "np.ndarray[Any, Any]") -> int:
    """How many marks are in the picture: those of a column are runs of rows in its colour."""
    count = 0
    for colour in ((0x0B, 0x53, 0x94), (0xB4, 0x5F, 0x06)):
        rows = (np.abs(picture[:, :, :3] - np.array(colour) / 255).max(axis=2) < 0.02).any(axis=1)
        count += int((np.diff(rows.astype(int)) == 1).sum())
    return count


def test_a_fact_is_followed_to_its_passages(executed: Cells) -> None:
    [said] = texts(executed)["explained"]
    assert said.startswith("derived\n")
    assert "passage B/s12" in said
    assert "passage B/s04" in said


def test_the_answers_are_cited_with_their_edition(executed: Cells, client: httpx.Client) -> None:
    edition = client.get("/queries/engagements.csv").headers["Orgatlas-Edition"]
    [output] = executed["citation"]
    said = output["data"]["text/plain"]
    assert said.count(edition[:12]) == 3
    for address in ("/queries/engagements.csv", "/queries/place-codes.csv", "/sparql"):
        assert f" {address} " in said


def places(cells: Cells) -> Iterator[str]:
    """All that is written anywhere in the outputs."""
    for said in cells.values():
        yield from (str(each) for each in said)


def test_it_holds_nothing_of_the_machine_that_made_it() -> None:
    for text in places(outputs(NOTEBOOK)):
        assert "/tmp" not in text
        assert str(ROOT) not in text
        assert "127.0.0.1" not in text


def test_without_a_server_it_fails() -> None:
    script = ROOT / "examples" / "execute.py"
    words = [sys.executable, "-P", str(script), "--address", "http://127.0.0.1:9", "-o", "/dev/null"]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=180)
    assert done.returncode != 0
    assert "Connection refused" in done.stderr
