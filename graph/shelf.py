"""The shelf: files of the whole data set, each made when it is first asked for and kept while its edition is the current one.

A file lets its reader go before it is sent, so that a slow client keeps nobody waiting and may go on where it broke off.
"""

import asyncio
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from orgatlas.graph.pool import Readers
from orgatlas.graph.tasks import is_kept


@dataclass(frozen=True, slots=True)
class Book:
    """A file on the shelf, and the SHA-256 of its bytes in 64 hexadecimal digits."""

    path: Path
    sha256: str


class Shelf:
    """The files of one edition at a time. `readers` make them and say which edition is the current one."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._edition = ""
        self._making: dict[str, asyncio.Task[Book]] = {}

    async def take(self, file: str) -> Book:
        """The file of a name in graph/dumps.py. Raises Busy, QueryTimeout, ReaderLost and what its making raises."""
        if self._edition != self._readers.digest:
            self._clear()
        if not is_kept(task := self._making.get(file)):
            self._making[file] = task = asyncio.create_task(self._make(file, self._folder))
        # Who asked first may go; others wait for the same.
        return await asyncio.shield(task)

    @property
    def _folder(self) -> Path:
        return self._readers.folder / "shelf" / self._edition[:32]

    def _clear(self) -> None:
        """Give up the files of another edition; whoever is sent one still has it open."""
        if self._edition:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._edition, self._making = self._readers.digest, {}

    async def _make(self, file: str, folder: Path) -> Book:
        folder.mkdir(parents=True, exist_ok=True)
        total, path = hashlib.sha256(), folder / file
        with path.with_name(f"{file}.new").open("wb") as output:
            async with self._readers.dump(file) as answer:
                async for chunk in answer.chunks:
                    total.update(chunk)
                    output.write(chunk)
        path.with_name(f"{file}.new").rename(path)
        return Book(path, total.hexdigest())
