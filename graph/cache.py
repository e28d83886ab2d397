"""Small answers that were given lately, by edition and question: pages and programs ask the same again and again.

An edition never changes, so that nothing here gets old: https://www.rfc-editor.org/rfc/rfc9111#section-2
"""

import re
from collections import OrderedDict
from typing import Generic, TypeVar

VOLATILE = re.compile(rb"RAND|NOW|UUID|BNODE|SERVICE|\\\\", re.IGNORECASE)
"""What may make a query answer differently each time, escapes included. Where a word stands in a name, nothing is kept."""

LARGEST = 256 * 1024
"""Bytes of an answer above which it is not kept."""

Kept = TypeVar("Kept")


class Cache(Generic[Kept]):
    """Values by key, as many as fit into a number of bytes; what was not asked for the longest makes room."""

    def __init__(self, size: int) -> None:
        self._size = self._room = size
        self._values = OrderedDict[bytes, tuple[Kept, int]]()

    def get(self, key: bytes) -> Kept | None:
        """What is kept under a key."""
        if (found := self._values.get(key)) is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: bytes, value: Kept, size: int) -> None:
        """Keep a value of so many bytes, unless its question may be answered differently next time."""
        size += len(key)
        if size > min(LARGEST, self._size) or key in self._values or VOLATILE.search(key):
            return
        self._values[key] = value, size
        self._room -= size
        while self._room < 0:
            _, (_, freed) = self._values.popitem(last=False)
            self._room += freed

    def clear(self) -> None:
        """Keep nothing."""
        self._room = self._size
        self._values.clear()
