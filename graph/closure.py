"""A closure: what is asserted and all that follows from it, as columns of numbers, kept up to date under change.

Semi-naive evaluation: each round joins only what the round before has found with all that is known.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import NamedNode, Quad, Triple

from orgatlas.graph.axioms import (
    NOTHING,
    OWL,
    RDFS,
    SAME_AS,
    THING,
    TYPE,
    Axioms,
    Rule,
    Term,
    compile_rules,
    expressions,
    is_axiom,
)
from orgatlas.graph.clashes import Clashes
from orgatlas.graph.dictionary import Dictionary
from orgatlas.graph.errors import TooMuchFollows
from orgatlas.graph.facts import Facts, Pairs
from orgatlas.graph.joins import NOTHING_IS_THE_SAME, Plan, conclusions, rows, starts
from orgatlas.graph.program import Program
from orgatlas.graph.proofs import Clash
from orgatlas.graph.relation import NONE, Mask, Numbers, Relation, among, distinct, merged, objects, subjects, without
from orgatlas.graph.retraction import Retraction, TooMuchEffort

LIMIT, GROWTH = 20_000_000, 10
"""How many pairs a closure may hold, helpers among them, of eight or sixteen bytes each; or so many times what is asserted."""

TRIAL = 100_000
"""How many pairs may follow from a triple that is only tried."""

REPEATS = 10
"""How many times that many ways may lead to them: what runs round in circles finds the same again and again."""

_SUBCLASS = NamedNode(RDFS + "subClassOf")
_UPWARD = frozenset({TYPE, _SUBCLASS, NamedNode(RDFS + "domain"), NamedNode(RDFS + "range")})
_EVERYTHING = frozenset({THING, NamedNode(RDFS + "Resource")})
_REFLEXIVE = frozenset(
    {
        SAME_AS,
        _SUBCLASS,
        NamedNode(RDFS + "subPropertyOf"),
        NamedNode(OWL + "equivalentClass"),
        NamedNode(OWL + "equivalentProperty"),
    }
)


class Consequences(NamedTuple):
    """How a change alters what follows: what now does and did not, and what did and no longer does."""

    added: frozenset[Triple]
    removed: frozenset[Triple]


class Closure:
    """What is asserted and what follows from it by the OWL 2 RL/RDF rules that its own axioms ask for."""

    def __init__(self, triples: Iterable[Triple] = (), limit: int | None = None, rules: bool = True) -> None:
        """Close triples, the ontology among them; without rules, nothing follows.

        Raises TooMuchFollows where there would be more pairs than the limit, or far more ways to them.
        """
        facts = Facts(Dictionary())
        self._limit, self._rules = limit, rules
        self._order: list[tuple[int, Numbers]] | None = None
        self._start(facts, facts.encode(triples))

    def retold(self) -> "Closure":
        """The same closure once more, begun with what is asserted, which remembers in which order things were concluded."""
        told = copy(self)
        told._order = []
        told._start(Facts(self.facts.dictionary), {p: keys.all for p, keys in self.facts.asserted.items()})
        return told

    def order(self) -> dict[int, tuple[Numbers, NDArray[np.intp]]]:
        """The pairs of each property that were concluded, sorted, and when each was; only of a closure that was retold."""
        found: defaultdict[int, list[tuple[int, Numbers]]] = defaultdict(list)
        for place, (predicate, keys) in enumerate(self._order or ()):
            found[predicate].append((place, keys))
        ordered = {}
        for predicate, columns in found.items():
            keys = np.concatenate([column for _, column in columns])
            places = np.repeat([place for place, _ in columns], [len(column) for _, column in columns])
            by_key = np.argsort(keys)
            ordered[predicate] = keys[by_key], places[by_key]
        return ordered

    def _start(self, facts: Facts, asserted: Pairs) -> None:
        self.facts, self.program = facts, Program(facts.dictionary)
        for predicate, keys in asserted.items():
            facts.state(predicate, keys)
            facts.learn(predicate, keys)
        self._count_anew()
        self._most = self._limit or max(LIMIT, GROWTH * len(facts))
        self._axioms = set(facts.axioms()) if self._rules else set()
        news, known = self._axioms, dict[Axioms, Axioms]()
        while news:  # a second time only where rules conclude axioms that ask for rules of their own
            fresh = self.program.extend(compile_rules(self._axioms, self._properties(), known))
            for whole, step in self.program.steps.items():
                if step not in facts.wholes:
                    facts.wholes[step] = whole
                    facts.relations[step] = Relation(facts.relation(whole).pairs.all)
            _, restated = self._saturate({}, fresh)
            news = restated - self._axioms
            self._axioms |= news
        number = facts.dictionary.known
        self._hidden = expressions(self._axioms)
        self._expressions = _column(map(number, self._hidden))
        self._everything = _column(map(number, _EVERYTHING))
        self._nothing = number(NOTHING)
        self._clashes = Clashes(facts, self.program)

    def _count_anew(self) -> None:
        """Begin to count what is concluded, and in how many ways."""
        self._found: Counter[Rule] = Counter()
        self._pairs, self._ways = len(self.facts), 0

    def __len__(self) -> int:
        """How many triples follow."""
        return sum(map(len, self._following().values()))

    def __iter__(self) -> Iterator[Triple]:
        """What follows: nothing that was asserted, nothing trivial, nothing of the expressions of the ontology.

        It comes property by property, since in which order rules are woken may depend on what blank nodes are called.
        """
        for predicate, keys in self._in_order():
            yield from self.facts.triples(predicate, keys)

    def quads(self, graph: NamedNode) -> Iterator[Quad]:
        """The same, in a graph."""
        for predicate, keys in self._in_order():
            yield from self.facts.quads(predicate, keys, graph)

    def _in_order(self) -> Iterator[tuple[int, Numbers]]:
        following = self._following()
        for predicate in sorted(following, key=lambda each: str(self.facts.dictionary.term(each))):
            yield predicate, following[predicate]

    @property
    def inferred(self) -> frozenset[Triple]:
        """All that follows, at once."""
        return frozenset(self)

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """One for each rule and focus node, not each pair of values: a thousand values are one mistake."""
        return tuple(self._clashes)

    @property
    def contradicts_itself(self) -> bool:
        """Whether there is any clash."""
        return bool(self._clashes)

    @property
    def reasons(self) -> bool:
        """Whether anything may follow."""
        return self._rules

    @property
    def axioms(self) -> frozenset[Triple]:
        """The triples that its rules were read from, asserted or concluded."""
        return frozenset(self._axioms)

    def is_expression(self, term: object) -> bool:
        """Whether a term is a blank node that stands for a class expression, an axiom or a list of the ontology."""
        return term in self._hidden

    # Change.

    def change(self, added: Iterable[Triple] = (), removed: Iterable[Triple] = ()) -> Consequences:
        """Take assertions back and make others; a triple in both is asserted afterwards.

        Starts over where the ontology is changed, and where that is quicker. Raises TooMuchFollows, and then the closure
        is of no more use.
        """
        self._count_anew()
        coming, going = self.facts.encode(added), self.facts.encode(removed)
        stated = {p: keys[~self.facts.is_asserted(p, keys)] for p, keys in coming.items()}
        taken = {p: without(keys[self.facts.is_asserted(p, keys)], coming.get(p, NONE)) for p, keys in going.items()}
        stated, taken = ({p: keys for p, keys in pairs.items() if len(keys)} for pairs in (stated, taken))
        if self._asks_for_rules(stated, taken):
            return self._start_over(stated, taken)
        return self._altered(stated, taken)

    def clashes_with(self, triple: Triple) -> tuple[Clash, ...]:
        """What would contradict itself if this triple, which does not hold, were asserted; nothing changes.

        None for an axiom, nor where very much would follow from it.
        """
        if not self._rules or is_axiom(*triple):
            return ()
        trial = copy(self)
        trial.facts = self.facts.copy()
        trial._clashes = self._clashes.copy(trial.facts)
        trial._most = len(self.facts) + TRIAL
        try:
            trial.change([triple])
        except TooMuchFollows:
            return ()
        known = {(clash.rule, clash.axioms, frozenset(clash.triples)) for clash in self.clashes}
        return tuple(c for c in trial.clashes if (c.rule, c.axioms, frozenset(c.triples)) not in known)

    def _altered(self, stated: Pairs, taken: Pairs) -> Consequences:
        facts, steps, before = self.facts, self.program.steps, self.facts.copy()
        for predicate, keys in taken.items():
            facts.asserted[predicate].remove(keys)
        try:
            gone = Retraction(facts, self.program).gone({**taken, **_renamed(taken, steps)})
        except TooMuchEffort:
            gone = None
        if gone is None or self._asks_for_rules({}, gone):
            self.facts = before
            return self._start_over(stated, taken)
        for predicate, keys in gone.items():
            facts.relations[predicate].remove(keys)
        for predicate, keys in stated.items():
            facts.state(predicate, keys)
        begin = {p: facts.learn(p, keys) for p, keys in {**stated, **_renamed(stated, steps)}.items()}
        came, restated = self._saturate(begin, ())
        if restated:
            self.facts = before
            return self._start_over(stated, taken)
        self._clashes.removed(gone)
        self._clashes.added(came)
        return self._compared(stated, taken, came, gone)

    def _compared(self, stated: Pairs, taken: Pairs, came: Pairs, gone: Pairs) -> Consequences:
        """What followed before and does not now, and the other way round."""
        facts = self.facts
        added: set[Triple] = set()
        removed: set[Triple] = set()
        for predicate in {**stated, **taken, **came, **gone}:
            here = [pairs.get(predicate, NONE) for pairs in (stated, taken, came, gone)]
            touched = distinct(np.concatenate(here))
            is_stated, is_taken, has_come, has_gone = (among(touched, keys) for keys in here)
            known, asserted = facts.relation(predicate).pairs.has(touched), facts.is_asserted(predicate, touched)
            followed = (has_gone | (known & ~has_come)) & ~is_taken & ~(asserted & ~is_stated)
            follows = known & ~asserted
            added |= set(facts.triples(predicate, self._telling(predicate, touched[follows & ~followed])))
            removed |= set(facts.triples(predicate, self._telling(predicate, touched[followed & ~follows])))
        return Consequences(frozenset(added), frozenset(removed))

    def _asks_for_rules(self, *changes: Pairs) -> bool:
        """Whether other axioms stand there with these changes, or rules of owl:sameAs are needed for a new property."""
        facts = self.facts
        same = any(axiom.predicate == SAME_AS for axiom in self._axioms)
        return any(
            (same and not len(facts.relation(predicate)))
            or any(is_axiom(*each) for each in facts.triples(predicate, keys))
            for pairs in changes
            for predicate, keys in pairs.items()
        )

    def _start_over(self, stated: Pairs, taken: Pairs) -> Consequences:
        before = self._following()
        asserted = {p: without(keys.all, taken.get(p, NONE)) for p, keys in self.facts.asserted.items()}
        for predicate, keys in stated.items():
            asserted[predicate] = merged(asserted.get(predicate, NONE), keys)
        self._start(Facts(self.facts.dictionary), asserted)
        now = self._following()
        return Consequences(self._difference(now, before), self._difference(before, now))

    def _difference(self, one: Pairs, other: Pairs) -> frozenset[Triple]:
        return frozenset(
            triple
            for predicate, keys in one.items()
            for triple in self.facts.triples(predicate, without(keys, other.get(predicate, NONE)))
        )

    # The fixpoint.

    def _saturate(self, begin: Pairs, fresh: Iterable[Rule]) -> tuple[dict[int, Numbers], set[Triple]]:
        """Add all that follows from the pairs that have just come, and by rules that were not yet run.

        Returns what has come, and the axioms among the conclusions for which there may have to be more rules.
        """
        came: defaultdict[int, list[Numbers]] = defaultdict(list)
        restated: set[Triple] = set()
        delta: defaultdict[int, list[Numbers]] = defaultdict(list)
        wholes = self.facts.wholes

        def conclude(made: Plan, relation: Relation) -> None:
            for predicate, found in self._conclusions(made, relation):
                delta[predicate].append(found)
                if made.rule in self.program.asking:
                    restated.update(self._axioms_among(wholes.get(predicate, predicate), found))

        for predicate, keys in begin.items():
            if len(keys):
                delta[predicate].append(keys)
        for rule in fresh:
            if (first := self._rarest(rule)) is not None:
                conclude(*first)
        while delta:
            before = {predicate: np.sort(np.concatenate(columns)) for predicate, columns in delta.items()}
            delta.clear()
            for predicate, keys in before.items():
                came[predicate].append(keys)
                relation = Relation(keys)
                for made in self.program.woken(self.program.watching, predicate, keys):
                    conclude(made, relation)
        return {predicate: np.sort(np.concatenate(columns)) for predicate, columns in came.items()}, restated

    def _axioms_among(self, predicate: int, found: Numbers) -> Iterator[Triple]:
        """The axioms among some pairs. Of what is the same, only properties ask for rules of their own."""
        if self.facts.dictionary.term(predicate) == SAME_AS:
            used = _column({*self.facts.relations, *self.program.watching, *self.program.concluding})
            first = found[:1] if all(axiom.predicate != SAME_AS for axiom in self._axioms) else NONE
            found = np.concatenate([first, found[among(subjects(found), used) | among(objects(found), used)]])
        return (each for each in self.facts.triples(predicate, found) if is_axiom(*each))

    def _conclusions(self, made: Plan, relation: Relation) -> Iterator[tuple[int, Numbers]]:
        """Add what a rule concludes if its start is a pair of this relation; yields what of it is new."""
        facts, rule = self.facts, made.rule
        assert rule.head
        head = facts.dictionary.number(rule.head.predicate)
        begin = starts(made.start, relation, facts.dictionary.number)
        for columns in rows(made, begin, facts.relations, NOTHING_IS_THE_SAME):
            found = conclusions(made, columns)
            self._found[rule] += len(found)
            self._ways += len(found)
            if len(fresh := facts.learn(head, found)):
                self._pairs += len(fresh)
                if self._order is not None:
                    self._order.append((head, fresh))
                yield head, fresh
            if self._pairs > self._most or self._ways > self._most * REPEATS:
                raise self._too_much()

    def _rarest(self, rule: Rule) -> tuple[Plan, Relation] | None:
        """A rule, to be run on all that is known, begun at its rarest atom; None where an atom has no match."""
        number = self.facts.dictionary.number
        if not rule.body:
            assert rule.head
            ends = [number(slot) for slot in (rule.head.subject, rule.head.object) if not isinstance(slot, str)]
            alone = Relation(np.array([ends[0] << 32 | ends[1]], np.uint64)) if len(ends) == 2 else Relation()
            return Plan(rule, rule.head, number), alone
        relations = [self.facts.relation(number(atom.predicate)) for atom in rule.body]
        counts = [len(starts(atom, relation, number)) for atom, relation in zip(rule.body, relations, strict=True)]
        if not all(counts):
            return None
        first = counts.index(min(counts))
        return Plan(rule, rule.body[first], number), relations[first]

    def _too_much(self) -> TooMuchFollows:
        [(rule, count)] = self._found.most_common(1)
        told = " ".join(map(str, rule.axiom)) if rule.axiom else str(rule.body[0].predicate)
        return TooMuchFollows(self._most, rule.name, told, count)

    def _properties(self) -> list[Term]:
        """The properties in use."""
        hidden = set(self.program.steps.values())
        used = (p for p, relation in self.facts.relations.items() if len(relation) and p not in hidden)
        return [self.facts.dictionary.term(predicate) for predicate in used]

    def _following(self) -> dict[int, Numbers]:
        """The pairs of each property that are known and were not asserted, as far as they say something."""
        found = {}
        for predicate, relation in self.facts.relations.items():
            keys = relation.pairs.all
            found[predicate] = self._telling(predicate, keys[~self.facts.is_asserted(predicate, keys)])
        return found

    def _telling(self, predicate: int, keys: Numbers) -> Numbers:
        """The pairs that say something, and of anything but an expression."""
        name = self.facts.dictionary.term(predicate)
        if not isinstance(name, NamedNode):
            return NONE
        ends = subjects(keys), objects(keys)
        telling: Mask = ~(among(ends[0], self._expressions) | among(ends[1], self._expressions))
        if name in _REFLEXIVE:
            telling &= ends[0] != ends[1]
        if name in _UPWARD:
            telling &= ~among(ends[1], self._everything)
        if name == _SUBCLASS and self._nothing is not None:
            telling &= ends[0] != np.uint64(self._nothing)
        return keys[telling]


def is_trivial(triple: Triple) -> bool:
    """Whether a triple is true in every graph, so that no closure holds it."""
    subject, predicate, object = triple
    return (
        (predicate in _REFLEXIVE and subject == object)
        or (predicate in _UPWARD and object in _EVERYTHING)
        or (predicate == _SUBCLASS and subject == NOTHING)
    )


def _column(numbers: Iterable[int | None]) -> Numbers:
    return np.array(sorted(number for number in numbers if number is not None), np.uint64)


def _renamed(pairs: Pairs, names: Mapping[int, int]) -> dict[int, Numbers]:
    """The pairs of transitive properties, which are steps as well."""
    return {names[predicate]: keys for predicate, keys in pairs.items() if predicate in names}
