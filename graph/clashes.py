"""Clashes: where the graph contradicts its axioms, one for each rule and focus node."""

from collections.abc import Iterator
from copy import copy

import numpy as np
from pyoxigraph import Triple

from orgatlas.graph.axioms import SAME_AS, Rule
from orgatlas.graph.derivations import premises
from orgatlas.graph.facts import Fact, Facts, Pairs
from orgatlas.graph.joins import Plan, rows, starts
from orgatlas.graph.program import Program
from orgatlas.graph.proofs import Clash
from orgatlas.graph.relation import Numbers, Relation, among, distinct, subjects


class Clashes:
    """The clashes of some facts, kept up to date: a thousand values are one mistake, so a focus node has one a rule."""

    def __init__(self, facts: Facts, program: Program) -> None:
        self._facts, self._program = facts, program
        self._found: dict[tuple[Rule, int], tuple[Clash, tuple[Fact, ...]]] = {}
        number = facts.dictionary.number
        for rule in program.rules:
            if rule.head is not None:
                continue
            if not rule.body:
                self._found[rule, 0] = Clash(rule.name, rule.axiom, rule.axioms[:1], rule.axioms), ()
                continue
            relation = facts.relations.get(number(rule.body[0].predicate))
            if relation is not None and len(begin := starts(rule.body[0], relation, number)):
                self._look(Plan(rule, rule.body[0], number), begin)

    def copy(self, facts: Facts) -> "Clashes":
        """The same clashes of facts that are about to change."""
        copied = copy(self)
        copied._facts, copied._found = facts, dict(self._found)
        return copied

    def __iter__(self) -> Iterator[Clash]:
        """Each clash once, though it be seen from several of its nodes."""
        once: dict[tuple[str, Triple | None, frozenset[Triple]], Clash] = {}
        for clash, _ in self._found.values():
            once.setdefault((clash.rule, clash.axiom, frozenset(clash.triples)), clash)
        return iter(once.values())

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._found)

    def added(self, came: Pairs) -> None:
        """Look for clashes in which one of these pairs, which have come, takes part."""
        number = self._facts.dictionary.number
        for predicate, keys in came.items():
            for made in self._program.woken(self._program.forbidding, predicate, keys):
                begin = starts(made.start, Relation(keys), number)
                for columns in self._rows(made, begin):
                    self._note(made, columns)

    def removed(self, gone: Pairs) -> None:
        """Look anew wherever a triple of a clash is one of these pairs, which have gone."""
        number = self._facts.dictionary.number
        vanished = {(predicate, key) for predicate, keys in gone.items() for key in keys.tolist()}
        lost = [where for where, (_, held) in self._found.items() if not vanished.isdisjoint(held)]
        for rule, focus in lost:
            del self._found[rule, focus]
            made = Plan(rule, rule.body[0], number)
            begin = starts(made.start, self._facts.relation(number(rule.body[0].predicate)), number)
            self._look(made, begin[subjects(begin) == np.uint64(focus)])

    def _look(self, made: Plan, begin: Numbers) -> None:
        """Note one clash for each focus node; a second pair of a node is only looked at where the first is none."""
        if not len(begin):
            return
        focus = subjects(begin)
        first = np.concatenate(([True], focus[1:] != focus[:-1]))
        clashing = [self._note(made, columns) for columns in self._rows(made, begin[first])]
        rest = begin[~first]
        if clashing and len(rest):
            rest = rest[~among(subjects(rest), distinct(np.concatenate(clashing)))]
        for columns in self._rows(made, rest):
            self._note(made, columns)

    def _rows(self, made: Plan, begin: Numbers) -> Iterator[list[Numbers]]:
        same = self._facts.relation(self._facts.dictionary.number(SAME_AS))
        return rows(made, begin, self._facts.relations, same)

    def _note(self, made: Plan, columns: list[Numbers]) -> Numbers:
        """Note the first row of each focus node; returns those nodes."""
        rule = made.rule
        focus, places = np.unique(columns[made.columns[rule.body[0].subject]], return_index=True)
        for node, place in zip(focus.tolist(), places.tolist(), strict=True):
            if (rule, node) not in self._found:
                held = premises(made, columns, place, self._facts.dictionary)
                triples = dict.fromkeys(triple for fact in held if (triple := self._facts.triple(fact)) is not None)
                self._found[rule, node] = Clash(rule.name, rule.axiom, tuple(triples), rule.axioms), held
        return focus
