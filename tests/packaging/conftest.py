"""The distributions as a user gets them: built once a session, offline, from a copy of the repository.

https://packaging.python.org/en/latest/specifications/
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", "build", "dist", "orgatlas.egg-info", "__pycache__", "node_modules"}


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def repository_files() -> frozenset[str]:
    """Every file of the repository by its path from the root, without what a build or a cache made."""
    # Not yet added counts as well: a forgotten file shows before the commit, not after.
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names: set[str] = set()
    if (ROOT / ".git").exists() and shutil.which("git"):
        names.update(subprocess.run(listing, cwd=ROOT, capture_output=True, text=True).stdout.split("\0"))
    # Without git, or where git does not trust the folder's owner, the tree speaks for itself.
    if not names - {""}:
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names.update(path.as_posix() for path in paths if not made_by_a_tool(path))
    return frozenset(name for name in names if (ROOT / name).is_file())


def made_by_a_tool(path: Path) -> bool:
    """Whether a build, a cache, an environment or the unpacked sdist itself made a path."""
    top = path.parts[0]
    made = not MADE.isdisjoint(path.parts) or top.endswith("_cache") or top == ".hypothesis"
    return made or path.as_posix() in {"PKG-INFO", "setup.cfg"}


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory, repository_files: frozenset[str]) -> Path:
    """A folder with the sdist and the wheel that was built from it."""
    work = tmp_path_factory.mktemp("build")
    for name in repository_files:
        copy = work / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy)
    built = subprocess.run(
        [sys.executable, "-P", "-m", "build", "--no-isolation", "--outdir", "dist", "source"],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return work / "dist"


@pytest.fixture(scope="session")
def sdist(distributions: Path) -> Path:
    """The source distribution."""
    (file,) = distributions.glob("*.tar.gz")
    return file


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    """The built distribution."""
    (file,) = distributions.glob("*.whl")
    return file


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def run_installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Run:
    """Run a command of a fresh environment that holds the wheel, from a folder that is not the repository's.

    What the wheel depends on is borrowed from our own environment, so nothing is fetched.
    """
    work = tmp_path_factory.mktemp("install")
    environment = work / "o'r näme"
    elsewhere = work / "elsewhere"
    elsewhere.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--quiet"]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(wheel)], check=True)
    site = sysconfig.get_path("purelib", vars={"base": str(environment)})
    # A folder named in a .pth file is searched for modules but its own .pth files are not read: our editable
    # install of the repository stays out of sight.
    borrowed = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    Path(site, "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        ours = ("PYTHON", "ORGATLAS_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return subprocess.run(
            [str(environment / "bin" / program), *arguments],
            cwd=elsewhere,
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
