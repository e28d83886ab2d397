"""The pairs of a property as sorted columns: what millions of joins are done on without a Python object for each.

A pair (subject, object) of two numbers below 2**32 is one key of 64 bits, so that a set of pairs is a sorted array.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
Mask = NDArray[np.bool_]

NONE: Numbers = np.empty(0, np.uint64)
HALF = np.uint64(32)
LOW = np.uint64(0xFFFF_FFFF)

BLOCK = 1 << 20
"""How many rows a join makes at a time: however many there are to come, this many are in memory."""


def pairs(subjects: Numbers, objects: Numbers) -> Numbers:
    """A key for each pair."""
    return subjects << HALF | objects


def subjects(keys: Numbers) -> Numbers:
    """The subject of each key."""
    return keys >> HALF


def objects(keys: Numbers) -> Numbers:
    """The object of each key."""
    return keys & LOW


def turned(keys: Numbers) -> Numbers:
    """The keys with subject and object changed about, in the order of the keys."""
    return keys << HALF | keys >> HALF


def distinct(keys: Numbers) -> Numbers:
    """The keys in order, each once."""
    if len(keys) < 2:
        return keys
    ordered = np.sort(keys)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def among(keys: Numbers, column: Numbers) -> Mask:
    """Which of the keys are in a sorted column."""
    if not len(column):
        return np.zeros(len(keys), np.bool_)
    places = column.searchsorted(keys)
    places[places == len(column)] = 0
    found: Mask = column[places] == keys
    return found


def without(keys: Numbers, column: Numbers) -> Numbers:
    """The keys that are not in a sorted column."""
    return keys[~among(keys, column)] if len(column) else keys


def merged(one: Numbers, other: Numbers) -> Numbers:
    """Two sorted columns that share no key, as one."""
    if not len(one) or not len(other):
        return one if len(one) else other
    return np.insert(one, one.searchsorted(other), other)


class Keys:
    """A set of keys: most of them in a large column and the newest in a small one, so that adding a few costs little."""

    __slots__ = ("large", "small")

    def __init__(self, keys: Numbers = NONE) -> None:
        self.large, self.small = keys, NONE

    def __len__(self) -> int:
        return len(self.large) + len(self.small)

    def copy(self) -> "Keys":
        """The same keys; columns are shared, since none is ever changed."""
        copied = Keys(self.large)
        copied.small = self.small
        return copied

    @property
    def all(self) -> Numbers:
        """All keys, sorted."""
        self.large, self.small = merged(self.large, self.small), NONE
        return self.large

    def has(self, keys: Numbers) -> Mask:
        """Which of some keys are in the set."""
        found = among(keys, self.large)
        return found | among(keys, self.small) if len(self.small) else found

    def holds(self, key: int) -> bool:
        """Whether one key is in the set."""
        wanted = np.uint64(key)
        for column in (self.large, self.small):
            place = column.searchsorted(wanted)
            if place < len(column) and column[place] == wanted:
                return True
        return False

    def add(self, fresh: Numbers) -> None:
        """Add sorted keys that are not in the set."""
        self.small = merged(self.small, fresh)
        if len(self.small) * 8 > len(self.large):
            self.large, self.small = merged(self.large, self.small), NONE

    def remove(self, gone: Numbers) -> None:
        """Remove sorted keys that are in the set."""
        for name in ("large", "small"):
            column = getattr(self, name)
            if (there := among(gone, column)).any():
                setattr(self, name, np.delete(column, column.searchsorted(gone[there])))

    def beginning(self, start: int) -> Numbers:
        """The second halves of the keys whose first half is this number."""
        low, high = np.uint64(start << 32), np.uint64(start << 32 | 0xFFFF_FFFF)
        found = [
            column[column.searchsorted(low) : column.searchsorted(high, "right")] & LOW
            for column in (self.large, self.small)
            if len(column)
        ]
        return found[0] if len(found) == 1 else np.concatenate([NONE, *found])

    def following(self, starts: Numbers) -> Iterator[tuple[NDArray[np.intp], Numbers]]:
        """What is joined to each of many numbers: places among them, and second halves of keys; about a block at a time."""
        lows = starts << HALF
        for column in (self.large, self.small):
            if not len(column):
                continue
            first = column.searchsorted(lows)
            counts = column.searchsorted(lows | LOW, "right") - first
            ends = counts.cumsum()
            begin = 0
            while begin < len(starts):
                before = int(ends[begin - 1]) if begin else 0
                end = max(int(ends.searchsorted(before + BLOCK, "right")), begin + 1)
                size = int(ends[end - 1]) - before
                if size:
                    some = counts[begin:end]
                    places = np.repeat(np.arange(begin, end), some)
                    shifts = np.repeat(first[begin:end] - (ends[begin:end] - some) + before, some)
                    yield places, column[shifts + np.arange(size)] & LOW
                begin = end


class Relation:
    """The pairs of one property, found from either end. The way back is only made where a join asks for it."""

    __slots__ = ("_back", "pairs")

    def __init__(self, keys: Numbers = NONE) -> None:
        self.pairs = Keys(keys)
        self._back: Keys | None = None

    def __len__(self) -> int:
        return len(self.pairs)

    def copy(self) -> "Relation":
        """The same pairs."""
        copied = Relation()
        copied.pairs, copied._back = self.pairs.copy(), self._back.copy() if self._back is not None else None
        return copied

    @property
    def back(self) -> Keys:
        """The pairs turned about."""
        if self._back is None:
            self._back = Keys(np.sort(turned(self.pairs.all)))
        return self._back

    def add(self, fresh: Numbers) -> None:
        """Add sorted pairs that are not there."""
        self.pairs.add(fresh)
        if self._back is not None:
            self._back.add(np.sort(turned(fresh)))

    def remove(self, gone: Numbers) -> None:
        """Remove sorted pairs that are there."""
        self.pairs.remove(gone)
        if self._back is not None:
            self._back.remove(np.sort(turned(gone)))

    def matching(self, subject: int | None, object: int | None) -> Numbers:
        """The pairs with this subject and this object, where they are given."""
        if subject is not None and object is not None:
            key = subject << 32 | object
            return np.array([key], np.uint64) if self.pairs.holds(key) else NONE
        if object is not None:
            return self.back.beginning(object) << HALF | np.uint64(object)
        if subject is not None:
            return self.pairs.beginning(subject) | np.uint64(subject << 32)
        return self.pairs.all
