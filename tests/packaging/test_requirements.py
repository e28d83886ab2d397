"""The pinned files agree with each other and with pyproject.toml, and everything in them has a hash.

https://pip.pypa.io/en/stable/topics/secure-installs/
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FILES = ["build.txt", "run.txt", "dev.txt"]
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\\n]+)? \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def pins(file: str) -> dict[str, str]:
    """The version that a file pins for each name."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    return {canonicalize_name(name): pinned for name, pinned, _ in PIN.findall(text)}


@pytest.fixture(scope="module")
def declared() -> dict[str, Any]:
    """The tables of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_every_pin_has_a_hash_and_no_address(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    starts = [line for line in lines if not line.startswith(" ")]
    assert starts
    assert len(starts) == len(pins(file))
    assert "://" not in text


def test_runtime_pins_are_part_of_the_development_pins() -> None:
    development = pins("dev.txt")
    assert {name: development.get(name) for name in pins("run.txt")} == pins("run.txt")
    assert {name: development.get(name) for name in pins("build.txt")} == pins("build.txt")


@pytest.mark.parametrize(
    ("table", "file"), [("dependencies", "run.txt"), ("dev", "dev.txt"), ("requires", "build.txt")]
)
def test_what_is_declared_is_pinned_within_its_range(declared: dict[str, Any], table: str, file: str) -> None:
    tables = {
        "dependencies": declared["project"]["dependencies"],
        "dev": declared["project"]["optional-dependencies"]["dev"],
        "requires": declared["build-system"]["requires"],
    }
    pinned = pins(file)
    outside = [
        text
        for text in tables[table]
        for requirement in [Requirement(text)]
        if not requirement.specifier.contains(pinned.get(canonicalize_name(requirement.name), "0"))
    ]
    assert outside == [], "run `make lock`"
