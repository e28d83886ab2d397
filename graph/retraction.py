"""Retraction: which of the known pairs no longer follow once some assertions are taken back.

Whatever a vanished pair has helped to conclude is looked at, and stays if it can be proved from what is still asserted: the
backward/forward algorithm (Motik, Nenov, Piro, Horrocks: Incremental Update of Datalog Materialisation, AAAI 2015).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np

from orgatlas.graph.derivations import bodies, derivations, premises
from orgatlas.graph.facts import Fact, Facts, Pairs
from orgatlas.graph.joins import NOTHING_IS_THE_SAME, Columns, Plan, conclusions, rows, starts
from orgatlas.graph.program import Program
from orgatlas.graph.relation import Numbers, Relation

EFFORT, SHARE = 5_000, 400
"""How many facts are looked at before it is quicker to start over; of a large closure, one in so many."""


class TooMuchEffort(Exception):
    """It is quicker to start over."""


class _Way:
    """A way to conclude a fact, and how many of its premises are still unproved."""

    __slots__ = ("conclusion", "missing")

    def __init__(self, conclusion: Fact, missing: int) -> None:
        self.conclusion, self.missing = conclusion, missing


class Retraction:
    """One retraction. The facts are as they were, but for what is asserted; nothing is removed from them here."""

    def __init__(self, facts: Facts, program: Program) -> None:
        self._facts, self._program = facts, program
        self._gone: set[Fact] = set()
        self._proved: set[Fact] = set()
        self._effort = max(EFFORT, len(facts) // SHARE)
        self._open = cache(self._ways_to)
        """The ways to a fact that were not yet looked at."""
        self._below: defaultdict[Fact, list[Fact]] = defaultdict(list)
        """The premises, not proved at first, of the ways to a fact that were."""
        self._ways: defaultdict[Fact, list[_Way]] = defaultdict(list)
        """The ways that wait for a fact to be proved."""

    def gone(self, taken_back: Pairs) -> Pairs:
        """What is gone with these assertions. Raises TooMuchEffort."""
        news = self._vanish((predicate, key) for predicate, keys in taken_back.items() for key in keys.tolist())
        while news:
            news = self._vanish(self._concluded_from(news))
        return grouped(self._gone)

    def _vanish(self, candidates: Iterable[Fact]) -> set[Fact]:
        """Of some candidates, and of what was looked at for their sake, the facts that are newly gone."""
        news: set[Fact] = set()
        for fact in candidates:
            if fact not in self._gone:
                news |= self._refuted(fact)
        return news

    def _refuted(self, fact: Fact) -> set[Fact]:
        """Try to prove a fact; returns nothing if it is proved, and otherwise all that is refuted with it."""
        seen: set[Fact] = set()
        waiting = [fact]
        while waiting:
            if fact in self._proved:
                return set()
            each = waiting[-1]
            if each in self._proved or each in self._gone:
                waiting.pop()
            elif each not in seen:
                seen.add(each)
                waiting += self._below[each]  # as far as an earlier search has come
            elif missing := next(self._open(each), None):
                waiting += missing - seen
            else:
                waiting.pop()
        refuted = seen - self._proved
        self._gone |= refuted
        return refuted

    def _ways_to(self, fact: Fact) -> Iterator[set[Fact]]:
        """The premises that each way to a fact still lacks. Ends early where they prove it."""
        if self._facts.states(fact):
            self._prove(fact)
            return
        self._effort -= 1
        if not self._effort:
            raise TooMuchEffort
        for made, columns in derivations(self._facts, self._program.concluding.get(fact[0], ()), fact):
            if self._has_firm_row(made, columns):
                self._prove(fact)
                return
            for row in range(len(columns[0])):
                needed = set(premises(made, columns, row, self._facts.dictionary))
                if needed & self._gone:
                    continue
                for premise in needed - self._proved:
                    if self._facts.states(premise):
                        self._prove(premise)
                if not (missing := needed - self._proved):
                    self._prove(fact)
                    return
                way = _Way(fact, len(missing))
                for premise in missing:
                    self._ways[premise].append(way)
                self._below[fact] += missing
                yield missing

    def _has_firm_row(self, made: Plan, columns: Columns) -> bool:
        """Whether all premises are asserted in one of many rows."""
        firm = np.ones(len(columns[0]), np.bool_)
        for predicate, keys in bodies(made, columns, self._facts.dictionary):
            firm &= self._facts.is_asserted(predicate, keys)
        return bool(firm.any())

    def _prove(self, fact: Fact) -> None:
        """Note that a fact is proved, and all that only waited for it."""
        waiting = [fact]
        while waiting:
            if (each := waiting.pop()) in self._proved:
                continue
            self._proved.add(each)
            for way in self._ways.pop(each, ()):
                way.missing -= 1
                if not way.missing:
                    waiting.append(way.conclusion)

    def _concluded_from(self, news: set[Fact]) -> Iterator[Fact]:
        """What has been concluded with the help of these facts."""
        for predicate, keys in grouped(news).items():
            relation = Relation(keys)
            for made in self._program.woken(self._program.watching, predicate, keys):
                assert made.rule.head
                begin = starts(made.start, relation, self._facts.dictionary.number)
                head = self._facts.dictionary.number(made.rule.head.predicate)
                for columns in rows(made, begin, self._facts.relations, NOTHING_IS_THE_SAME):
                    for key in conclusions(made, columns).tolist():
                        yield head, key


def grouped(facts: Iterable[Fact]) -> dict[int, Numbers]:
    """Facts as sorted pairs of each property."""
    by_property = defaultdict[int, list[int]](list)
    for predicate, key in facts:
        by_property[predicate].append(key)
    return {predicate: np.array(sorted(keys), np.uint64) for predicate, keys in by_property.items()}
