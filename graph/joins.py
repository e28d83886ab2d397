"""A rule made ready to be run: from one of its atoms, or back from its head, through the others as joins of columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


class Plan(NamedTuple):
    """A rule, and how to find the ways in which its body holds.

    A row has what the `start` matched, subject then object, then the constants of the rule, then what each step finds.
    """

    rule: Rule
    start: Atom
    constants: tuple[int, ...]
    steps: tuple[Step, ...]
    columns: Mapping[Slot, int]


def plan(rule: Rule, start: Atom, number: Callable[[Term], int]) -> Plan:
    """Plan a rule from an atom of its body on, or back from its head."""
    waiting = list(rule.body)
    if start in waiting:
        waiting.remove(start)
    columns: dict[Slot, int] = {start.object: 1, start.subject: 0}
    others = (slot for atom in (*waiting, rule.head) if atom for slot in (atom.subject, atom.object))
    constants = [slot for slot in dict.fromkeys(others) if not isinstance(slot, str) and slot not in columns]
    columns.update({slot: 2 + i for i, slot in enumerate(constants)})
    width = 2 + len(constants)
    steps = []
    while waiting:
        atom = max(waiting, key=lambda atom: _closeness(atom, columns))
        waiting.remove(atom)
        join: Literal["check", "forth", "back"] = "check"
        # An atom without an end that is known: all subjects first. No rule of the tables has one.
        if atom.subject not in columns:
            join, columns[atom.subject], width = "back", width, width + 1
        if atom.object not in columns:
            join, columns[atom.object], width = "forth", width, width + 1
        steps.append(Step(join, number(atom.predicate), columns[atom.subject], columns[atom.object]))
    return Plan(rule, start, tuple(map(number, constants)), tuple(steps), columns)


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
    if not steps:
        yield columns
        return
    join, predicate, subject, object = steps[0]
    relation = relations.get(predicate)
    if relation is None or not len(relation):
        return
    if join == "check":
        held = relation.pairs.has(pairs(columns[subject], columns[object]))
        if held.all():
            yield from _joined(columns, steps[1:], relations)
        elif held.any():
            yield from _joined([column[held] for column in columns], steps[1:], relations)
        return
    keys, known = (relation.pairs, subject) if join == "forth" else (relation.back, object)
    for places, ends in keys.following(columns[known]):
        yield from _joined([*(column[places] for column in columns), ends], steps[1:], relations)


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
