"""Every form holds the same statements, and the same bundle gives the same bytes in another process too."""

import hashlib
import io
import subprocess
import sys

import pyoxigraph as ox
import pytest
from rdflib import Dataset, Graph

from orgatlas.graph.build import Edition
from orgatlas.graph.export import export
from orgatlas.graph.formats import GRAPH_FORMATS, GraphFormat


def exported(edition: Edition, form: GraphFormat, full: bool) -> bytes:
    output = io.BytesIO()
    export(edition, form, output, full)
    return output.getvalue()


@pytest.mark.parametrize("full", [False, True], ids=["base", "full"])
@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_every_form_holds_the_same_statements(edition: Edition, form: GraphFormat, full: bool) -> None:
    quads = {*edition.stated, *edition.inferred()} if full else set(edition.stated)
    parsed = list(ox.parse(exported(edition, form, full), format=form.engine))
    assert len(parsed) == len(quads if form.datasets else {quad.triple for quad in quads})


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_rdflib_reads_what_we_write(edition: Edition, form: GraphFormat) -> None:
    names = {"jsonld": "json-ld", "ntriples": "nt", "rdfxml": "xml"}
    graph = Dataset() if form.datasets else Graph()
    graph.parse(data=exported(edition, form, full=True), format=names.get(form.name, form.name))
    assert len(graph) == len({quad.triple for quad in (*edition.stated, *edition.inferred())})


@pytest.mark.parametrize("form", ["turtle", "trig", "jsonld", "rdfxml"])
def test_two_processes_write_the_same_bytes(form: str) -> None:
    command = [
        sys.executable,
        "-c",
        "from orgatlas.api.cli import main; main()",
        "export",
        "--full",
        "--format",
        form,
    ]
    digests = {
        hashlib.sha256(subprocess.run(command, capture_output=True, check=True).stdout).digest() for _ in range(3)
    }
    assert len(digests) == 1
