"""The reasoner: what follows from the graph by its own axioms, and where it contradicts itself.

Rules of OWL 2 RL/RDF, run forward to a fixpoint; complete for them as far as axioms.py says.
https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules

Semi-naive evaluation: each round joins only what the round before has found with all that is known. Terms are
integers while it runs, those of literals negative, because a literal is never the subject of a conclusion.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from orgatlas.graph.axioms import (
    AXIOM_CLASSES,
    AXIOM_PREDICATES,
    NOTHING,
    OWL,
    RDFS,
    SAME_AS,
    THING,
    TYPE,
    Atom,
    Rule,
    Slot,
    Term,
    compile_rules,
    concludes_axioms,
    expressions,
    is_axiom,
)

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

Pair: TypeAlias = tuple[int, int]
Row: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Triples that cannot all be true (or, for a functional property, should not)."""

    rule: str
    """As the W3C calls it, for example ``cax-adc``."""
    axiom: Triple | None
    """The axiom that forbids it; None for cls-nothing2, which needs none."""
    triples: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """What follows from a graph: nothing that was asserted, nothing trivial."""

    inferred: frozenset[Triple]
    clashes: tuple[Clash, ...]
    """One for each rule and focus node, not each pair of values: a thousand values are one mistake."""


class Reasoner(Protocol):
    """Knows what follows from triples, the ontology among them."""

    def close(self, triples: Iterable[Triple]) -> Closure: ...


class RuleReasoner:
    """The OWL 2 RL/RDF rules that the axioms ask for, run to a fixpoint."""

    def close(self, triples: Iterable[Triple]) -> Closure:
        facts = _Facts(triples)
        axioms = facts.axioms()
        rules: dict[Rule, Rule] = {}
        news = axioms
        while news:  # a second time only where rules conclude axioms that ask for rules of their own
            asked = [rule for rule in compile_rules(axioms, facts.predicates()) if rule not in rules]
            fresh = {rule: facts.stepwise(rule) for rule in asked}
            rules.update(fresh)
            news = facts.saturate(rules.values(), fresh.values()) - axioms
            axioms |= news
        return Closure(frozenset(facts.inferred(expressions(axioms))), tuple(facts.clashes(rules)))


class _Relation:
    """The pairs (subject, object) of one predicate, indexed from either end once a join asks for it."""

    __slots__ = ("_objects", "_subjects", "pairs")

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self.pairs = set(pairs)
        self._objects: defaultdict[int, list[int]] | None = None
        self._subjects: defaultdict[int, list[int]] | None = None

    def add(self, fresh: set[Pair]) -> None:
        """Adds pairs that are not there yet."""
        self.pairs |= fresh
        if self._objects is not None:
            for subject, object in fresh:
                self._objects[subject].append(object)
        if self._subjects is not None:
            for subject, object in fresh:
                self._subjects[object].append(subject)

    @property
    def objects(self) -> defaultdict[int, list[int]]:
        if self._objects is None:
            self._objects = defaultdict(list)
            for subject, object in self.pairs:
                self._objects[subject].append(object)
        return self._objects

    @property
    def subjects(self) -> defaultdict[int, list[int]]:
        if self._subjects is None:
            self._subjects = defaultdict(list)
            for subject, object in self.pairs:
                self._subjects[object].append(subject)
        return self._subjects


_Join: TypeAlias = Callable[[Iterable[Row], _Relation, int, int], Iterator[Row]]


def _check(rows: Iterable[Row], relation: _Relation, subject: int, object: int) -> Iterator[Row]:
    pairs = relation.pairs
    return (row for row in rows if (row[subject], row[object]) in pairs)


def _follow(rows: Iterable[Row], relation: _Relation, subject: int, object: int) -> Iterator[Row]:
    ends = relation.objects
    return ((*row, end) for row in rows for end in ends.get(row[subject], ()))


def _follow_back(rows: Iterable[Row], relation: _Relation, subject: int, object: int) -> Iterator[Row]:
    starts = relation.subjects
    return ((*row, start) for row in rows for start in starts.get(row[object], ()))


class _Step(NamedTuple):
    """A further atom of a rule, to be joined to the rows; its ends are columns of them."""

    join: _Join
    predicate: int
    subject: int
    object: int


class _Plan(NamedTuple):
    """A rule made ready to be run from one of its atoms.

    A row is the pair that the first atom matched, then the constants of the rule, then what each step finds.
    """

    rule: Rule
    first: Atom
    constants: Row
    steps: list[_Step]
    columns: dict[Slot, int]


def _plan(rule: Rule, first: int, number: Callable[[Term], int]) -> _Plan:
    start = rule.body[first]
    waiting = [*rule.body[:first], *rule.body[first + 1 :]]
    columns: dict[Slot, int] = {start.object: 1, start.subject: 0}
    others = (slot for atom in (*waiting, rule.head) if atom for slot in (atom.subject, atom.object))
    constants = [slot for slot in dict.fromkeys(others) if not isinstance(slot, str) and slot not in columns]
    columns.update({slot: 2 + i for i, slot in enumerate(constants)})
    width = 2 + len(constants)
    steps = []
    while waiting:
        atom = max(waiting, key=lambda atom: _closeness(atom, columns))
        waiting.remove(atom)
        join: _Join = _check
        for slot, reach in ((atom.subject, _follow_back), (atom.object, _follow)):
            if slot not in columns:
                join, columns[slot], width = reach, width, width + 1
        steps.append(_Step(join, number(atom.predicate), columns[atom.subject], columns[atom.object]))
    return _Plan(rule, start, tuple(map(number, constants)), steps, columns)


def _closeness(atom: Atom, columns: dict[Slot, int]) -> tuple[bool, int]:
    """How well an atom is tied to what is known: both ends before one, a variable before a constant."""
    known = [slot for slot in (atom.subject, atom.object) if slot in columns]
    return len(known) == 2, sum(isinstance(slot, str) for slot in known)


def _is_transitivity(body: tuple[Atom, ...], head: Atom) -> bool:
    if len(body) != 2 or body[0].object != body[1].subject:
        return False
    return head == (body[0].subject, body[0].predicate, body[1].object) and head.predicate == body[1].predicate


class _Facts:
    """All that is known, as relations between integers."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._numbers: dict[Term, int] = {}
        self._resources: list[NamedNode | BlankNode] = []
        self._literals: list[Literal | Triple] = []
        self._relations: defaultdict[int, _Relation] = defaultdict(_Relation)
        self._derived: defaultdict[int, set[Pair]] = defaultdict(set)
        self._steps: dict[int, int] = {}
        number = self._number
        for subject, predicate, object in triples:
            self._relations[number(predicate)].pairs.add((number(subject), number(object)))

    def _number(self, term: Term) -> int:
        number = self._numbers.get(term)
        if number is None:
            if isinstance(term, NamedNode | BlankNode):
                number = len(self._resources)
                self._resources.append(term)
            else:
                self._literals.append(term)
                number = -len(self._literals)
            self._numbers[term] = number
        return number

    def _fixed(self, slot: Slot) -> int | None:
        return None if isinstance(slot, str) else self._number(slot)

    def _triples(self, predicate: int, pairs: Iterable[Pair]) -> Iterator[Triple]:
        """These pairs as triples; none where the predicate is an inverse without a name."""
        resources, literals = self._resources, self._literals
        named = resources[predicate]
        if isinstance(named, NamedNode):
            for subject, object in pairs:
                end = resources[object] if object >= 0 else literals[-object - 1]
                yield Triple(resources[subject], named, end)

    def predicates(self) -> list[Term]:
        used = [number for number, relation in self._relations.items() if relation.pairs]
        return [self._resources[number] for number in used if number not in self._steps.values()]

    def axioms(self) -> set[Triple]:
        """The triples from which rules are made."""
        atoms = [Atom("s", predicate, "o") for predicate in AXIOM_PREDICATES & self._numbers.keys()]
        atoms += [Atom("s", TYPE, kind) for kind in AXIOM_CLASSES & self._numbers.keys()]
        return {
            triple
            for atom in atoms
            for triple in self._triples(self._number(atom.predicate), self._matching(atom, self._known(atom)))
        }

    def _known(self, atom: Atom) -> _Relation:
        return self._relations[self._number(atom.predicate)]

    def _matching(self, atom: Atom, relation: _Relation) -> Collection[Pair]:
        """The pairs of a relation that an atom speaks of."""
        subject, object = self._fixed(atom.subject), self._fixed(atom.object)
        if subject is not None and object is not None:
            return [(subject, object)] if (subject, object) in relation.pairs else []
        if object is not None:
            return [(start, object) for start in relation.subjects.get(object, ())]
        if subject is not None:
            return [(subject, end) for end in relation.objects.get(subject, ())]
        if atom.subject == atom.object:
            return [pair for pair in relation.pairs if pair[0] == pair[1]]
        return relation.pairs

    def stepwise(self, rule: Rule) -> Rule:
        """A rule that makes a property transitive, rewritten to lengthen a path by a single step at a time.

        A step is a pair that no such rule has concluded. The conclusions are the same, but a path is found
        once and not once for each node on it: seconds, not minutes, for a ring of a thousand.
        """
        if not rule.head or not _is_transitivity(rule.body, rule.head):
            return rule
        number = self._number(rule.head.predicate)
        if number not in self._steps:
            self._steps[number] = self._number(BlankNode())
            self._relations[self._steps[number]] = _Relation(self._relations[number].pairs)
        step = self._resources[self._steps[number]]
        return replace(rule, body=(rule.body[0], rule.body[1]._replace(predicate=step)))

    def saturate(self, rules: Iterable[Rule], fresh: Iterable[Rule]) -> set[Triple]:
        """Adds all that follows by these rules, of which ``fresh`` were not yet run on what is known.

        Returns the axioms among the conclusions for which there may have to be more rules.
        """
        watching: defaultdict[int, list[_Plan]] = defaultdict(list)
        for rule in rules:
            for first, atom in enumerate(rule.body if rule.head else ()):
                watching[self._number(atom.predicate)].append(_plan(rule, first, self._number))
        restated: set[Triple] = set()
        delta: defaultdict[int, _Relation] = defaultdict(_Relation)
        for rule in fresh:
            self._learn(rule, self._all_conclusions(rule), delta, restated)
        while delta:
            before, delta = delta, defaultdict(_Relation)
            for number, relation in before.items():
                for plan in watching.get(number, ()):
                    self._learn(plan.rule, self._conclusions(plan, relation), delta, restated)
        return restated

    def _learn(self, rule: Rule, found: set[Pair], delta: defaultdict[int, _Relation], restated: set[Triple]) -> None:
        """Adds what a rule has found, and to ``delta`` what of it is new."""
        if not found or not rule.head:
            return
        number = self._number(rule.head.predicate)
        known = self._relations[number]
        found -= known.pairs
        if not found:
            return
        known.add(found)
        delta[number].pairs |= found
        steps = self._steps.get(number)
        if steps is not None and all(self._number(atom.predicate) != steps for atom in rule.body):
            self._relations[steps].add(found)
            delta[steps].pairs |= found
        self._derived[number] |= found
        if concludes_axioms(rule):
            restated.update(triple for triple in self._triples(number, found) if is_axiom(*triple))

    def _all_conclusions(self, rule: Rule) -> set[Pair]:
        """What a rule concludes from all that is known, begun at its rarest atom."""
        if not rule.head:
            return set()
        if not rule.body:
            subject, object = self._fixed(rule.head.subject), self._fixed(rule.head.object)
            return set() if subject is None or object is None else {(subject, object)}
        counts = [len(self._matching(atom, self._known(atom))) for atom in rule.body]
        if not all(counts):
            return set()
        first = counts.index(min(counts))
        return self._conclusions(_plan(rule, first, self._number), self._known(rule.body[first]))

    def _conclusions(self, plan: _Plan, relation: _Relation) -> set[Pair]:
        """What the rule of a plan concludes if its first atom is one of this relation."""
        head = plan.rule.head
        starts = self._matching(plan.first, relation)
        if not head or not starts:
            return set()
        ends = itemgetter(plan.columns[head.subject], plan.columns[head.object])
        pairs: set[Pair] = set(map(ends, self._rows(plan, starts)))
        if all(atom.subject != head.subject for atom in plan.rule.body):
            return {pair for pair in pairs if pair[0] >= 0}  # a literal has no properties
        return pairs

    def _rows(self, plan: _Plan, starts: Iterable[Pair]) -> Iterable[Row]:
        """The ways in which the whole body holds, begun with these matches of its first atom."""
        rows: Iterable[Row] = starts
        if plan.constants:
            rows = ((*start, *plan.constants) for start in starts)
        for join, predicate, subject, object in plan.steps:
            rows = join(rows, self._relations[predicate], subject, object)
        if plan.rule.distinct:
            one, other = (plan.columns[name] for name in plan.rule.distinct)
            same = self._relations[self._number(SAME_AS)].pairs
            return (row for row in rows if row[one] != row[other] and (row[one], row[other]) not in same)
        return rows

    def inferred(self, hidden: set[Term]) -> Iterator[Triple]:
        """What was concluded and says something, of anything but the ``hidden`` expressions."""
        within = {self._number(term) for term in hidden}
        everything = {self._number(term) for term in _EVERYTHING}
        nothing = self._number(NOTHING)
        for number, pairs in self._derived.items():
            predicate = self._resources[number]
            telling = (pair for pair in pairs if pair[0] not in within and pair[1] not in within)
            if predicate in _REFLEXIVE:
                telling = (pair for pair in telling if pair[0] != pair[1])
            if predicate in _UPWARD:
                telling = (pair for pair in telling if pair[1] not in everything)
            if predicate == _SUBCLASS:
                telling = (pair for pair in telling if pair[0] != nothing)
            yield from self._triples(number, telling)

    def clashes(self, rules: Iterable[Rule]) -> Iterator[Clash]:
        """What must not be, once for each rule, focus node and set of triples."""
        seen = set()
        for rule in rules:
            if rule.head is None:
                for triples in self._witnesses(rule):
                    if (clash := (rule.name, rule.axiom, frozenset(triples))) not in seen:
                        seen.add(clash)
                        yield Clash(rule.name, rule.axiom, triples)

    def _witnesses(self, rule: Rule) -> Iterator[tuple[Triple, ...]]:
        """Triples that make up the body of a rule, the first found for each subject of its first atom."""
        if not rule.body:
            yield () if rule.axiom is None else (rule.axiom,)
            return
        plan = _plan(rule, 0, self._number)
        starts = self._matching(plan.first, self._known(plan.first))
        if not any(True for _ in self._rows(plan, starts)):
            return
        by_focus: defaultdict[int, list[Pair]] = defaultdict(list)
        for start in starts:
            by_focus[start[0]].append(start)
        for some in by_focus.values():
            for row in islice(self._rows(plan, some), 1):
                yield tuple(
                    triple
                    for atom in rule.body
                    for pair in [(row[plan.columns[atom.subject]], row[plan.columns[atom.object]])]
                    for triple in self._triples(self._number(atom.predicate), [pair])
                )
