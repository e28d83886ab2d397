"""Turns: so many things happen at a time, and others wait in a line until one comes to an end.

https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore
"""

import asyncio

from orgatlas.graph.errors import Busy


class Turns:
    """A number of things that happen at a time, and a line of limited length before them."""

    def __init__(self, number: int, waiting: int) -> None:
        self._free, self._number = asyncio.Semaphore(number), number
        self._room, self._waiting = waiting, 0

    async def take(self, patience: float) -> None:
        """Wait for one's turn, so many seconds at most. Raises Busy."""
        if not self._free.locked():
            await self._free.acquire()
            return
        if self._waiting >= self._room:
            limits = f"Too many requests: {self._number:,} at a time are worked on, and {self._room:,} may wait."
            raise Busy(limits)
        self._waiting += 1
        try:
            async with asyncio.timeout(patience):
                await self._free.acquire()
        except TimeoutError:
            raise Busy(f"No request before this one came to an end within its limit of {patience:g} seconds.") from None
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """Let the next one have its turn."""
        self._free.release()
