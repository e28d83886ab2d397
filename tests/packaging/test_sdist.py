"""The source distribution is the repository: whoever unpacks it can build, lint and test.

https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

import tarfile
from pathlib import Path

GENERATED = {"PKG-INFO", "setup.cfg"}


def test_sdist_holds_the_files_of_the_repository_and_nothing_else(
    sdist: Path, repository_files: frozenset[str]
) -> None:
    with tarfile.open(sdist) as archive:
        members = [member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()]
    packed = {name for name in members if not name.startswith("orgatlas.egg-info/")}
    assert packed - GENERATED == set(repository_files)


def test_scripts_of_the_sdist_can_be_run(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        (script,) = (member for member in archive.getmembers() if member.name.endswith("/.ci/run"))
    assert script.mode & 0o111
