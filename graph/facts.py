"""All that is known, as relations between numbers, and which part of it was asserted."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import TypeAlias

import numpy as np
from pyoxigraph import NamedNode, Quad, Triple

from orgatlas.graph.axioms import AXIOM_CLASSES, AXIOM_PREDICATES, TYPE
from orgatlas.graph.dictionary import Dictionary
from orgatlas.graph.relation import Keys, Mask, Numbers, Relation, distinct, objects, pairs, subjects

Fact: TypeAlias = tuple[int, int]
"""A property, and a pair of it as a key."""

Pairs = Mapping[int, Numbers]
"""Sorted pairs of some properties, each once."""


class Facts:
    """The asserted triples and, as they are concluded, the others."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self.relations: dict[int, Relation] = {}
        self.asserted: dict[int, Keys] = {}
        self.wholes: dict[int, int] = {}
        """The transitive property of each property of steps: what is asserted of the one is of the other."""

    def __len__(self) -> int:
        """How many pairs are known."""
        return sum(map(len, self.relations.values()))

    def copy(self) -> "Facts":
        """The same facts, to try a change on; only the dictionary is shared, and grows."""
        copied = Facts(self.dictionary)
        copied.relations = {predicate: relation.copy() for predicate, relation in self.relations.items()}
        copied.asserted = {predicate: keys.copy() for predicate, keys in self.asserted.items()}
        copied.wholes = self.wholes
        return copied

    def relation(self, predicate: int) -> Relation:
        """The pairs of a property; it is made where there was none."""
        if predicate not in self.relations:
            self.relations[predicate] = Relation()
        return self.relations[predicate]

    def encode(self, triples: Iterable[Triple]) -> dict[int, Numbers]:
        """The pairs of each property of some triples."""
        numbers = self.dictionary.numbers(triples)
        if not len(numbers):
            return {}
        by_property = numbers[np.argsort(numbers[:, 1], kind="stable")]
        properties, begins = np.unique(by_property[:, 1], return_index=True)
        return {
            int(each): distinct(pairs(rows[:, 0], rows[:, 2]))
            for each, rows in zip(properties, np.split(by_property, begins[1:]), strict=True)
        }

    def state(self, predicate: int, keys: Numbers) -> None:
        """Note that these pairs, of which none was, are asserted."""
        self.asserted.setdefault(predicate, Keys()).add(keys)

    def is_asserted(self, predicate: int, keys: Numbers) -> Mask:
        """Which of some pairs were asserted."""
        held = self.asserted.get(self.wholes.get(predicate, predicate))
        return held.has(keys) if held is not None else np.zeros(len(keys), np.bool_)

    def states(self, fact: Fact) -> bool:
        """Whether a fact was asserted."""
        held = self.asserted.get(self.wholes.get(fact[0], fact[0]))
        return held is not None and held.holds(fact[1])

    def fact(self, triple: Triple) -> Fact:
        """A triple as a fact."""
        number = self.dictionary.number
        return number(triple.predicate), number(triple.subject) << 32 | number(triple.object)

    def triple(self, fact: Fact) -> Triple | None:
        """A fact as a triple, a step as the pair that it is; None for one of a property without a name."""
        return next(self.triples(self.wholes.get(fact[0], fact[0]), np.array([fact[1]], np.uint64)), None)

    def learn(self, predicate: int, found: Numbers) -> Numbers:
        """Add pairs, in any order; returns those that are new, sorted."""
        relation = self.relation(predicate)
        # Most of what is found is known: the fewer are left to be sorted.
        fresh = distinct(found[~relation.pairs.has(found)]) if len(relation) else distinct(found)
        if len(fresh):
            relation.add(fresh)
        return fresh

    def triples(self, predicate: int, keys: Numbers) -> Iterator[Triple]:
        """These pairs as triples; none where the property is one without a name."""
        named, terms = self.dictionary.term(predicate), self.dictionary.terms
        if isinstance(named, NamedNode):
            for subject, object in zip(terms(subjects(keys)), terms(objects(keys)), strict=True):
                yield Triple(subject, named, object)  # type: ignore[arg-type]

    def quads(self, predicate: int, keys: Numbers, graph: NamedNode) -> Iterator[Quad]:
        """These pairs as quads of a graph, likewise; not made of triples, because there may be millions."""
        named, terms = self.dictionary.term(predicate), self.dictionary.terms
        if isinstance(named, NamedNode):
            ends = terms(subjects(keys)), terms(objects(keys))
            yield from map(Quad, ends[0], repeat(named), ends[1], repeat(graph))  # type: ignore[arg-type]

    def axioms(self) -> Iterator[Triple]:
        """What is known and rules could be read from."""
        known = self.dictionary.known
        for predicate in map(known, AXIOM_PREDICATES):
            if predicate is not None and predicate in self.relations:
                yield from self.triples(predicate, self.relations[predicate].pairs.all)
        kind = known(TYPE)
        if kind is not None and kind in self.relations:
            for axiom_class in map(known, AXIOM_CLASSES):
                if axiom_class is not None:
                    yield from self.triples(kind, self.relations[kind].matching(None, axiom_class))
