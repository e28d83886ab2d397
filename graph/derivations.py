"""Derivations: in which ways a rule concludes a fact from others, one step back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import numpy as np

from orgatlas.graph.axioms import Rule, Slot
from orgatlas.graph.dictionary import Dictionary
from orgatlas.graph.facts import Facts
from orgatlas.graph.joins import NOTHING_IS_THE_SAME, Columns, Plan, rows
from orgatlas.graph.relation import Numbers

Fact: TypeAlias = tuple[int, int]
"""A property, and a pair of it as a key."""


def derivations(facts: Facts, plans: Iterable[Plan], fact: Fact) -> Iterator[tuple[Plan, Columns]]:
    """The ways in which rules, planned back from their heads, conclude a fact from what is known; blocks of rows."""
    key = fact[1]
    alone = np.array([key], np.uint64)
    subject, object = key >> 32, key & 0xFFFF_FFFF
    number = facts.dictionary.number
    for made in plans:
        head = made.start
        if not isinstance(head.object, str) and number(head.object) != object:
            continue
        if not isinstance(head.subject, str) and number(head.subject) != subject:
            continue
        if isinstance(head.subject, str) and head.subject == head.object and subject != object:
            continue
        for columns in rows(made, alone, facts.relations, NOTHING_IS_THE_SAME):
            yield made, columns


def premises(
    rule: Rule, columns: Mapping[Slot, int], found: Columns, row: int, dictionary: Dictionary
) -> tuple[Fact, ...]:
    """The facts that the body of a rule is in one row."""
    return tuple(
        (
            dictionary.number(atom.predicate),
            int(found[columns[atom.subject]][row]) << 32 | int(found[columns[atom.object]][row]),
        )
        for atom in rule.body
    )


def as_pairs(fact: Fact) -> tuple[int, Numbers]:
    """A fact as a property and a column of one pair."""
    return fact[0], np.array([fact[1]], np.uint64)
