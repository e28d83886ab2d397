"""Derivations: in which ways a rule concludes a fact from others, one step back."""

from collections.abc import Iterable, Iterator

import numpy as np

from orgatlas.graph.dictionary import Dictionary
from orgatlas.graph.facts import Fact, Facts
from orgatlas.graph.joins import NOTHING_IS_THE_SAME, Columns, Plan, rows
from orgatlas.graph.relation import Numbers, pairs


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


def bodies(made: Plan, columns: Columns, dictionary: Dictionary) -> Iterator[tuple[int, Numbers]]:
    """What the body of a rule is in some rows: the property of each atom, and its pairs."""
    for atom in made.rule.body:
        ends = columns[made.columns[atom.subject]], columns[made.columns[atom.object]]
        yield dictionary.number(atom.predicate), pairs(*ends)


def premises(made: Plan, columns: Columns, row: int, dictionary: Dictionary) -> tuple[Fact, ...]:
    """The facts that the body of a rule is in one row."""
    alone = [column[row : row + 1] for column in columns]
    return tuple((predicate, int(keys[0])) for predicate, keys in bodies(made, alone, dictionary))
