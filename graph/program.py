"""The rules of an ontology as a program: for each property, the rules to run when pairs of it come, go, or are asked for.

A transitive property is lengthened by a single *step* at a time, a pair that transitivity did not conclude: each path is then
found once, and not once for each node on it. The steps are a property of their own, which is nobody's business but this one's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from pyoxigraph import BlankNode

from orgatlas.graph.axioms import Atom, Rule, concludes_axioms
from orgatlas.graph.dictionary import Dictionary
from orgatlas.graph.joins import Plan
from orgatlas.graph.relation import Numbers, objects

STEP = "step"
"""The name of the rule by which a step is a pair of its property."""


class Watch:
    """Plans that begin at the pairs of one property: at those with one object, as of rdf:type, or at any."""

    def __init__(self) -> None:
        self._of_any: list[Plan] = []
        self._of_one: defaultdict[int, list[Plan]] = defaultdict(list)

    def add(self, made: Plan, object: int | None) -> None:
        """Take in a plan, whose start may name its object."""
        (self._of_any if object is None else self._of_one[object]).append(made)

    def woken(self, keys: Numbers) -> Iterator[Plan]:
        """The plans that may have to be run when these pairs come or go."""
        yield from self._of_any
        if self._of_one:
            for object in np.unique(objects(keys)).tolist():
                yield from self._of_one.get(object, ())


class Program:
    """The rules that axioms have asked for, ready to be run."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self.rules: dict[Rule, None] = {}
        """As the tables give them."""
        self.steps: dict[int, int] = {}
        """The property of the steps of each transitive property."""
        self.made: dict[Rule, None] = {}
        """The rules that conclude, as they are run."""
        self.asking: set[Rule] = set()
        """Those of them whose conclusions may be axioms that ask for rules of their own."""
        self.watching: Mapping[int, Watch] = {}
        """The plans of rules that conclude, from each atom of their bodies on, by the property of that atom."""
        self.forbidding: Mapping[int, Watch] = {}
        """The same for those that find clashes."""
        self.concluding: Mapping[int, list[Plan]] = {}
        """The plans back from the heads, by the property of the head."""
        self.explaining: Mapping[int, list[Plan]] = {}
        """The same for rules as the tables give them: a proof may turn a whole path about, and need not do so step by step."""

    def extend(self, rules: Iterable[Rule]) -> list[Rule]:
        """Take in rules; returns those that have to be run on all that is known."""
        self.rules |= dict.fromkeys(rules)
        number = self._dictionary.number
        for rule in self.rules:
            if is_transitivity(rule) and rule.head and number(rule.head.predicate) not in self.steps:
                self.steps[number(rule.head.predicate)] = number(BlankNode())
        before = self.made
        self.made = dict.fromkeys(self._stepwise(rule) for rule in self.rules if rule.head)
        self.asking = {self._stepwise(rule) for rule in self.rules if concludes_axioms(rule)}
        self.made |= dict.fromkeys(self._step_rule(whole, step) for whole, step in self.steps.items())
        self._plan()
        return [rule for rule in self.made if rule not in before]

    def by_steps(self, rule: Rule) -> Plan | None:
        """The plan of transitivity back from its head that lengthens a path by a step; None for another rule."""
        if not is_transitivity(rule):
            return None
        stepwise = self._stepwise(rule)
        assert stepwise.head
        return Plan(stepwise, stepwise.head, self._dictionary.number)

    def woken(self, watches: Mapping[int, Watch], predicate: int, keys: Numbers) -> Iterator[Plan]:
        """The plans of one kind that may have to be run when these pairs of a property come or go."""
        watch = watches.get(predicate)
        return iter(()) if watch is None else watch.woken(keys)

    def _plan(self) -> None:
        number = self._dictionary.number
        watching, forbidding = (defaultdict[int, Watch](Watch) for _ in range(2))
        concluding, explaining = (defaultdict[int, list[Plan]](list) for _ in range(2))
        for rule in (*self.made, *(rule for rule in self.rules if rule.head is None)):
            for atom in rule.body:
                watched = watching if rule.head else forbidding
                object = None if isinstance(atom.object, str) else number(atom.object)
                watched[number(atom.predicate)].add(Plan(rule, atom, number), object)
            if rule.head:
                concluding[number(rule.head.predicate)].append(Plan(rule, rule.head, number))
        for step in self.steps.values():
            explaining[step] = concluding[step]
        for rule in self.rules:
            if rule.head:
                explaining[number(rule.head.predicate)].append(Plan(rule, rule.head, number))
        self.watching, self.forbidding = watching, forbidding
        self.concluding, self.explaining = concluding, explaining

    def _stepwise(self, rule: Rule) -> Rule:
        """A rule, made to conclude steps where what it concludes is transitive."""
        assert rule.head
        step = self._step(rule.head)
        if step is None:
            return rule
        if is_transitivity(rule):
            return replace(rule, body=(rule.body[0], self._step(rule.body[1]) or rule.body[1]))
        # What only renames or turns about a path does so to each of its steps.
        only = self._step(rule.body[0]) if len(rule.body) == 1 and _is_pair(rule.body[0], rule.head) else None
        return replace(rule, body=(only,) if only else rule.body, head=step)

    def _step(self, atom: Atom) -> Atom | None:
        """The atom of the steps of a transitive property; None for one of another."""
        step = self.steps.get(self._dictionary.number(atom.predicate))
        return None if step is None else atom._replace(predicate=self._dictionary.term(step))

    def _step_rule(self, whole: int, step: int) -> Rule:
        term = self._dictionary.term
        return Rule(STEP, (Atom("x", term(step), "y"),), Atom("x", term(whole), "y"))


def is_transitivity(rule: Rule) -> bool:
    """Whether a rule says that a property is transitive."""
    if rule.head is None or len(rule.body) != 2:
        return False
    (start, predicate, middle), other = rule.body
    end = other.object
    return (
        all(isinstance(slot, str) for slot in (start, middle, end))
        and len({start, middle, end}) == 3
        and rule.head == (start, predicate, end)
        and other == (middle, predicate, end)
    )


def _is_pair(body: Atom, head: Atom) -> bool:
    """Whether two atoms speak of the same two variables."""
    ends = {body.subject, body.object}
    return len(ends) == 2 and all(isinstance(slot, str) for slot in ends) and ends == {head.subject, head.object}
