"""The finder: searches go to a reader, in an index that another one has written for the edition that is there now.

Nothing that a visitor writes is evaluated in this process. The index is made when it is first needed, and kept while its edition
lasts; after a change the first search makes another. A query that searches (graph/matching.py) gets it from here, too.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from orgatlas.graph.errors import AtlasError, EngineFailed
from orgatlas.graph.pool import Readers
from orgatlas.graph.search import Search
from orgatlas.graph.tasks import is_kept

log = logging.getLogger(__name__)


class Finder:
    """The search of one edition at a time. `questions` are the titles of the library by the names of its questions."""

    def __init__(self, readers: Readers, questions: Mapping[str, Mapping[str, str]]) -> None:
        self._readers = readers
        self._questions = [(name, dict(title)) for name, title in questions.items()]
        self._edition = ""
        self._making: asyncio.Task[Path] | None = None
        readers.indexed = self.index

    async def find(self, asked: Search) -> dict[str, Any]:
        """What graph/search.py tells of a search. Raises EngineFailed, Busy, QueryTimeout and ReaderLost."""
        path = await self.index()
        try:
            return await self._readers.search(path, asdict(asked))
        except EngineFailed:
            # A change came in between, and took the file away; or something else did.
            if self._readers.digest == self._edition and path.exists():
                raise
            return await self._readers.search(await self.index(), asdict(asked))

    @property
    def is_ready(self) -> bool:
        """Whether a search would be answered at once."""
        made = self._making
        return self._edition == self._readers.digest and is_kept(made) and made.done()

    async def warm(self) -> None:
        """Make the index before anybody needs it; what goes wrong is logged."""
        try:
            await self.index()
        except AtlasError as error:
            log.warning("The search is not ready: %s", error)

    async def index(self) -> Path:
        """The index of the edition that is there now, made if need be. Raises EngineFailed, Busy, QueryTimeout and ReaderLost."""
        task = self._making
        if not is_kept(task) or self._edition != self._readers.digest or _is_lost(task):
            self._edition = self._readers.digest
            self._making = task = asyncio.create_task(self._make(self._edition))
            # Whoever waits for it hears of its failure; where nobody does, it is no news.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Who asked first may go; others wait for the same.
        return await asyncio.shield(task)

    async def _make(self, edition: str) -> Path:
        """Write the index of an edition, and give up those of others; whoever reads one still has it open."""
        folder = self._readers.folder / "search"
        folder.mkdir(exist_ok=True)
        path, fresh = folder / f"{edition[:32]}.db", folder / f"{uuid4().hex}.new"
        try:
            await self._readers.index(fresh, self._questions)
            fresh.rename(path)
        finally:
            fresh.unlink(missing_ok=True)  # of a reader that was ended at its work
        for other in folder.glob("*.db"):
            if other != path and self._edition == edition:
                other.unlink(missing_ok=True)
        return path


def _is_lost(made: asyncio.Task[Path]) -> bool:
    """Whether somebody took the file away."""
    return made.done() and not made.result().exists()
