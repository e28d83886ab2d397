"""The journal: the data set as it was before the first change, and every change since.

From it a keeper that died comes back to where it was. https://afs.github.io/rdf-delta/rdf-patch.html
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

_LENGTH = struct.Struct(">Q")


class Before(NamedTuple):
    """The data set before the first change, and the digest that named it."""

    quads: list[ox.Quad]
    digest: str


class Journal:
    """Files in a folder: a snapshot, in whose first line the digest stands, and the changes in their order."""

    def __init__(self, folder: Path) -> None:
        self._snapshot, self._changes = folder / "snapshot.nq", folder / "changes"
        self._whole: int | None = None  # bytes of the changes that are whole, once that is known

    @property
    def files(self) -> list[Path]:
        """Those that are there."""
        return [file for file in (self._snapshot, self._changes) if file.exists()]

    def before(self) -> Before | None:
        """The data set before the first change, or None where nothing was ever changed."""
        if not self._snapshot.exists():
            return None
        content = self._snapshot.read_bytes()
        digest = content.partition(b"\n")[0].removeprefix(b"# ").decode()
        return Before(list(ox.parse(content, format=ox.RdfFormat.N_QUADS)), digest)

    def begin(self, quads: Callable[[], Iterable[ox.Quad]], digest: str) -> None:
        """Keep the data set as it is before the first change; later this does nothing, and the quads are not asked for."""
        if not self._snapshot.exists():
            fresh = self._snapshot.with_suffix(".new")
            with fresh.open("wb") as file:
                file.write(f"# {digest}\n".encode())
                ox.serialize(quads(), file, format=ox.RdfFormat.N_QUADS)
            fresh.rename(self._snapshot)

    def append(self, change: bytes) -> None:
        """Add a change, given as RDF Patch, in the place of one that broke off."""
        whole = sum(_LENGTH.size + len(each) for each in self.changes()) if self._whole is None else self._whole
        with self._changes.open("r+b" if self._changes.exists() else "wb") as file:
            file.truncate(whole)
            file.seek(whole)
            file.write(_LENGTH.pack(len(change)) + change)
            self._whole = file.tell()

    def changes(self) -> Iterator[bytes]:
        """Every change in order. One that breaks off was never acknowledged, and is left out."""
        if not self._changes.exists():
            return
        with self._changes.open("rb") as file:
            while len(size := file.read(_LENGTH.size)) == _LENGTH.size:
                [length] = _LENGTH.unpack(size)
                change = file.read(length)
                if len(change) < length:
                    return
                yield change
