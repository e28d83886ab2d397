"""The wheel holds everything that the program reads and nothing else, and works from any folder.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

import subprocess
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
CODE = ("api/", "graph/")
DATA = ("api/web/", "graph/data/", "ontology/", "queries/", "shapes/")


def is_installed(name: str) -> bool:
    """Whether a file of the repository belongs into the wheel."""
    if name.startswith(DATA) or name == "atlas.toml":
        return True
    return name.startswith(CODE) and name.endswith((".py", "/py.typed"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> frozenset[str]:
    """The names in the wheel, folders left out."""
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(name for name in archive.namelist() if not name.endswith("/"))


def test_wheel_holds_the_code_and_data_of_the_repository_and_nothing_else(
    contents: frozenset[str], repository_files: frozenset[str]
) -> None:
    packed = {name for name in contents if ".dist-info/" not in name}
    assert packed == {f"orgatlas/{name}" for name in repository_files if is_installed(name)}


def test_every_file_beside_the_code_is_installed(repository_files: frozenset[str]) -> None:
    code = (name for name in sorted(repository_files) if name.startswith(CODE))
    assert [name for name in code if not is_installed(name)] == []


def test_no_module_lies_at_the_root_where_it_would_be_packed(repository_files: frozenset[str]) -> None:
    assert [name for name in repository_files if "/" not in name and name.endswith(".py")] == []


def test_wheel_carries_both_licences_and_the_types_marker(contents: frozenset[str]) -> None:
    assert {"LICENSE", "LICENSE-DATA.md"} <= {Path(name).name for name in contents if "/licenses/" in name}
    assert {"orgatlas/api/py.typed", "orgatlas/graph/py.typed"} <= contents


def test_installed_code_finds_the_data_beside_it(run_installed: Run) -> None:
    code = (
        "import orgatlas.graph; from pathlib import Path\n"
        "root = Path(orgatlas.graph.__file__).parent.parent\n"
        "data = ('atlas.toml', 'ontology', 'queries', 'shapes', 'graph/data', 'api/web')\n"
        "print(root); print([name for name in data if not (root / name).exists()])"
    )
    ran = run_installed("python", "-c", code)
    assert ran.returncode == 0, ran.stderr
    folder, missing = ran.stdout.splitlines()
    assert "/o'r näme/" in folder, "the repository answered in place of the wheel"
    assert missing == "[]"


def test_installed_command_tells_its_version(run_installed: Run) -> None:
    ran = run_installed("orgatlas", "--version")
    assert ran.returncode == 0, ran.stderr
    assert version("orgatlas") in ran.stdout


def test_installed_command_lists_its_verbs(run_installed: Run) -> None:
    ran = run_installed("orgatlas", "--help")
    assert ran.returncode == 0, ran.stderr
    assert {verb for verb in ("check", "export", "query", "serve") if verb not in ran.stdout} == set()


def test_installed_command_finds_the_built_in_graph_sound(run_installed: Run) -> None:
    ran = run_installed("orgatlas", "check")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_installed_command_answers_a_named_question(run_installed: Run) -> None:
    ran = run_installed("orgatlas", "query", "branches", "--format", "csv")
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) > 1, "a header and no answer"
