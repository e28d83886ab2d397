"""What is installed for development is this repository, file by file.

https://setuptools.pypa.io/en/latest/userguide/development_mode.html
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for folder in ("api", "graph") for path in (ROOT / folder).rglob("*.py"))
STALE = "the installed tree of links is stale: run `make install`"


def module_name(path: Path) -> str:
    """The dotted name that a module file is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(["orgatlas", *(part for part in parts if part != "__init__")])


def installed_root() -> Path:
    """The folder that the installed package's data is read from."""
    spec = find_spec("orgatlas.graph")
    assert spec is not None, STALE
    assert spec.origin is not None, STALE
    return Path(spec.origin).parent.parent


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_module_file_imports_under_the_package_name(path: Path) -> None:
    name = module_name(path)
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name in [module_name(each) for each in MODULES]:
            pytest.fail(f"{error.name} is not installed: {STALE}")
        raise
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == path, STALE


@pytest.mark.parametrize("folder", ["api/web", "graph/data", "ontology", "queries", "shapes"])
def test_data_file_is_read_from_the_repository(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("[!.]*[!~]") if path.is_file() and path.suffix != ".pyc"]
    installed = installed_root()
    stale = [path for path in files if (installed / path.relative_to(ROOT)).resolve() != path]
    assert stale == [], STALE


def test_no_installed_file_is_gone_from_the_repository() -> None:
    dangling = [path for path in installed_root().rglob("*") if path.is_symlink() and not path.exists()]
    assert dangling == [], STALE
