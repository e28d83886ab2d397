"""A rule made ready to be run: from one of its atoms, or back from its head, through the others as joins of columns."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from orgatlas.graph.axioms import Atom, Rule, Slot, Term
from orgatlas.graph.dictionary import LITERAL
from orgatlas.graph.relation import BLOCK, Numbers, Relation, objects, pairs, subjects

Columns: TypeAlias = list[Numbers]
"""Rows of numbers, column by column."""

NOTHING_IS_THE_SAME = Relation()
"""For rules that conclude: they ask of no two things whether they are different."""


class Step(NamedTuple):
    """A further atom, to be joined to the rows; `subject` and `object` are columns of them."""

    join: Literal["check", "forth", "back"]
    predicate: int
    subject: int
    object: int


class Plan:
    """A rule, and how to find the ways in which its body holds; thought out when it is first needed.

    A row has what the `start` matched, subject then object, then the constants of the rule, then what each step finds.
    """

    def __init__(self, rule: Rule, start: Atom, number: Callable[[Term], int]) -> None:
        """Plan a rule from an atom of its body on, or back from its head."""
        self.rule, self.start, self._number = rule, start, number

    @cached_property
    def columns(self) -> Mapping[Slot, int]:
        """The column of each variable and constant."""
        return self._made[0]

    @cached_property
    def constants(self) -> tuple[int, ...]:
        """The numbers of the constants, behind the two columns of the start."""
        return self._made[1]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The further atoms, each tied to what is known before it."""
        return self._made[2]

    @cached_property
    def _made(self) -> tuple[Mapping[Slot, int], tuple[int, ...], tuple[Step, ...]]:
        waiting = deque(self.rule.body)
        if self.start in waiting:
            waiting.remove(self.start)
        columns: dict[Slot, int] = {self.start.object: 1, self.start.subject: 0}
        others = (slot for atom in (*waiting, self.rule.head) if atom for slot in (atom.subject, atom.object))
        constants = [slot for slot in dict.fromkeys(others) if not isinstance(slot, str) and slot not in columns]
        columns.update({slot: 2 + i for i, slot in enumerate(constants)})
        width = 2 + len(constants)
        steps = []
        while waiting:
            atom = _closest(waiting, columns)
            join: Literal["check", "forth", "back"] = "check"
            # An atom without an end that is known: all subjects first. No rule of the tables has one.
            if atom.subject not in columns:
                join, columns[atom.subject], width = "back", width, width + 1
            if atom.object not in columns:
                join, columns[atom.object], width = "forth", width, width + 1
            steps.append(Step(join, self._number(atom.predicate), columns[atom.subject], columns[atom.object]))
        return columns, tuple(map(self._number, constants)), tuple(steps)


def _closest(waiting: deque[Atom], columns: Mapping[Slot, int]) -> Atom:
    """Take out the atom that is best tied to what is known: one with both ends known, if the first is not one already."""
    if waiting[0].subject in columns and waiting[0].object in columns:
        return waiting.popleft()
    atom = max(waiting, key=lambda atom: _closeness(atom, columns))
    waiting.remove(atom)
    return atom


def _closeness(atom: Atom, columns: Mapping[Slot, int]) -> tuple[bool, int]:
    """How well an atom is tied to what is known: both ends before one, a variable before a constant."""
    known = [slot for slot in (atom.subject, atom.object) if slot in columns]
    return len(known) == 2, sum(isinstance(slot, str) for slot in known)


def rows(plan: Plan, starts: Numbers, relations: Mapping[int, Relation], same: Relation) -> Iterator[Columns]:
    """The ways in which the whole body holds, begun with these matches of the start; a block at a time."""
    for begin in range(0, len(starts), BLOCK):
        some = starts[begin : begin + BLOCK]
        columns = [subjects(some), objects(some)]
        columns += [np.full(len(some), constant, np.uint64) for constant in plan.constants]
        found = _joined(columns, plan.steps, relations)
        yield from found if plan.rule.distinct is None else _different(found, plan, same)


def conclusions(plan: Plan, columns: Columns) -> Numbers:
    """The pairs that the head of a rule is in some rows; none whose subject is a literal, which has no properties."""
    head = plan.rule.head
    assert head
    keys = pairs(columns[plan.columns[head.subject]], columns[plan.columns[head.object]])
    if all(atom.subject != head.subject for atom in plan.rule.body):
        return keys[keys < LITERAL << 32]
    return keys


def _joined(columns: Columns, steps: Sequence[Step], relations: Mapping[int, Relation]) -> Iterator[Columns]:
    """The rows that all steps leave. A rule may have thousands of steps, so nothing here recurses."""
    sources: list[tuple[Iterator[Columns], int]] = [(iter([columns]), 0)]
    while sources:
        source, place = sources[-1]
        found = next(source, None)
        if found is None:
            sources.pop()
            continue
        while place < len(steps) and steps[place].join == "check" and len(found[0]):
            found = _checked(found, steps[place], relations)
            place += 1
        if not len(found[0]):
            continue
        if place == len(steps):
            yield found
        else:
            sources.append((_extended(found, steps[place], relations), place + 1))


def _checked(columns: Columns, step: Step, relations: Mapping[int, Relation]) -> Columns:
    relation = relations.get(step.predicate)
    if relation is None:
        return [column[:0] for column in columns]
    held = relation.pairs.has(pairs(columns[step.subject], columns[step.object]))
    return columns if held.all() else [column[held] for column in columns]


def _extended(columns: Columns, step: Step, relations: Mapping[int, Relation]) -> Iterator[Columns]:
    relation = relations.get(step.predicate)
    if relation is None or not len(relation):
        return
    keys, known = (relation.pairs, step.subject) if step.join == "forth" else (relation.back, step.object)
    for places, ends in keys.following(columns[known]):
        yield [*(column[places] for column in columns), ends]


def _different(found: Iterable[Columns], plan: Plan, same: Relation) -> Iterator[Columns]:
    """The rows whose two variables stand for things that nothing says are the same."""
    assert plan.rule.distinct
    one, other = (plan.columns[name] for name in plan.rule.distinct)
    for columns in found:
        apart = (columns[one] != columns[other]) & ~same.pairs.has(pairs(columns[one], columns[other]))
        if apart.any():
            yield [column[apart] for column in columns]


def starts(atom: Atom, relation: Relation, number: Callable[[Term], int]) -> Numbers:
    """The pairs of a relation that an atom speaks of."""
    subject = None if isinstance(atom.subject, str) else number(atom.subject)
    object = None if isinstance(atom.object, str) else number(atom.object)
    found = relation.matching(subject, object)
    if isinstance(atom.subject, str) and atom.subject == atom.object:
        found = found[subjects(found) == objects(found)]
    return found
