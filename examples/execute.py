"""Executes the notebook against a running server and writes it with its outputs: `execute.py [--address URL] [-o FILE]`.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import argparse
import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

NOTEBOOK = Path(__file__).with_name("atlas.ipynb")
ADDRESS = "ORGATLAS_ADDRESS"
"""The variable of the environment by which the notebook knows the server."""


def execute(address: str) -> nbformat.NotebookNode:
    """The notebook with what its cells say; without the times and versions of this machine."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    local = Config(KernelManager={"transport": "ipc"})  # no port of this machine is opened
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False, config=local)
    client.execute(env={**os.environ, ADDRESS: address})
    notebook.metadata.pop("language_info", None)
    return notebook


def main() -> None:
    """Write it in place of itself, or to another file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default=os.environ.get(ADDRESS, "http://127.0.0.1:8000"))
    parser.add_argument("-o", "--output", type=Path, default=NOTEBOOK)
    chosen = parser.parse_args()
    nbformat.write(execute(chosen.address), chosen.output)


if __name__ == "__main__":
    main()
