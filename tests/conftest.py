"""What many tests start from: the built-in graph, built once, and the folder of source documents and official shapes."""

import os
from pathlib import Path

import pytest

from orgatlas.graph.build import Edition, build, edition_store
from orgatlas.graph.bundle import BUILT_IN, Bundle, open_bundle
from orgatlas.graph.index import write_index
from orgatlas.graph.library import titles_of
from orgatlas.graph.store import MemoryStore

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the repository that holds the source documents. Continuous integration always has it."""
    folder = ROOT.parent / "shared"
    if not (folder / "sources").is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} is missing")
        pytest.skip(f"{folder} is not here: nothing was compared with the source documents")
    return folder


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The built-in bundle."""
    return open_bundle([BUILT_IN])


@pytest.fixture(scope="session")
def edition(bundle: Bundle) -> Edition:
    """The built-in graph."""
    return build(bundle)


@pytest.fixture(scope="session")
def closed(edition: Edition) -> MemoryStore:
    """A store of what is stated and what follows."""
    return edition_store(edition)


@pytest.fixture(scope="session")
def stated(edition: Edition) -> MemoryStore:
    """A store of what is stated only."""
    return edition_store(edition, inferred=False)


@pytest.fixture(scope="session")
def index(closed: MemoryStore, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The search index of the built-in graph."""
    path = tmp_path_factory.mktemp("search") / "index.db"
    write_index(closed, bundle, titles_of(bundle), path)
    return path
