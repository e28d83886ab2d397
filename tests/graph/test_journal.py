"""The journal keeps the data set as it was and every change since, whatever moment the keeper dies at."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from orgatlas.graph.journal import Journal
from orgatlas.graph.patch import Patch, written

EX = "https://example.org/"
A, B, G = (ox.NamedNode(EX + name) for name in "abg")
DIGEST = "ab" * 32
QUADS = [
    ox.Quad(A, B, ox.Literal("01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")), G),
    ox.Quad(A, B, ox.Literal("# a line\n# and another"), ox.DefaultGraph()),
    ox.Quad(ox.BlankNode("kept"), B, ox.Triple(A, B, ox.BlankNode("kept")), G),
]
CHANGES = [written(Patch(added=(quad,))) for quad in QUADS]


def test_before_the_first_change_there_is_nothing(tmp_path: Path) -> None:
    assert Journal(tmp_path).before() is None
    assert list(Journal(tmp_path).changes()) == []


def test_the_data_set_is_kept_as_it_was_with_its_digest(tmp_path: Path) -> None:
    Journal(tmp_path).begin(lambda: QUADS, DIGEST)
    before = Journal(tmp_path).before()
    assert before is not None
    assert before.digest == DIGEST
    assert before.quads == QUADS


def test_an_empty_data_set_is_one_too(tmp_path: Path) -> None:
    Journal(tmp_path).begin(list, DIGEST)
    assert Journal(tmp_path).before() == ([], DIGEST)


def test_only_the_first_data_set_is_kept(tmp_path: Path) -> None:
    Journal(tmp_path).begin(lambda: QUADS, DIGEST)
    Journal(tmp_path).begin(list, "cd" * 32)
    assert Journal(tmp_path).before() == (QUADS, DIGEST)


def test_changes_come_back_in_their_order_to_whoever_opens_the_folder_next(tmp_path: Path) -> None:
    for change in [*CHANGES, b"", *CHANGES]:
        Journal(tmp_path).append(change)
    assert list(Journal(tmp_path).changes()) == [*CHANGES, b"", *CHANGES]


def test_a_snapshot_that_breaks_off_is_not_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        Journal(tmp_path).begin(_ends_early, DIGEST)
    assert Journal(tmp_path).before() is None
    Journal(tmp_path).begin(lambda: QUADS, DIGEST)
    assert Journal(tmp_path).before() == (QUADS, DIGEST)


def test_a_change_that_breaks_off_anywhere_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for change in CHANGES:
        journal.append(change)
    [file] = tmp_path.iterdir()
    whole, last = file.read_bytes(), struct.calcsize(">Q") + len(CHANGES[-1])
    for missing in range(1, last + 1):
        file.write_bytes(whole[:-missing])
        assert list(Journal(tmp_path).changes()) == CHANGES[:-1]


@pytest.mark.parametrize("left", [3, 8, 11], ids=["half a length", "a length alone", "a part of the change"])
def test_a_change_after_one_that_broke_off_is_kept(tmp_path: Path, left: int) -> None:
    Journal(tmp_path).append(CHANGES[0])
    [file] = tmp_path.iterdir()
    broken = struct.pack(">Q", len(CHANGES[1])) + CHANGES[1]
    file.write_bytes(file.read_bytes() + broken[:left])
    Journal(tmp_path).append(CHANGES[2])
    assert list(Journal(tmp_path).changes()) == [CHANGES[0], CHANGES[2]]


def _ends_early() -> Iterator[ox.Quad]:
    yield QUADS[0]
    raise RuntimeError
