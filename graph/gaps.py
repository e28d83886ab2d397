"""Gaps: what is missing for a triple that does not hold, for the rules that come nearest to concluding it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from orgatlas.graph.axioms import TYPE, Atom, Rule, Slot, Term
from orgatlas.graph.closure import Closure
from orgatlas.graph.expressions import INVERSE_OF
from orgatlas.graph.proofs import Gap, Pattern

TRIED = 6
"""How many atoms a rule may have so that every choice of them is tried."""

MATCHES = 100
"""How many matches of one atom are tried."""

DEPTH = 6
"""How many expressions within expressions are looked into."""


class Gaps:
    """What is missing, as the axioms of a closure have it."""

    def __init__(self, closure: Closure) -> None:
        self._closure, self._facts = closure, closure.facts
        self._inverses: defaultdict[Term, list[Triple]] = defaultdict(list)
        for axiom in closure.axioms:
            if axiom.predicate == INVERSE_OF:
                self._inverses[axiom.subject].append(axiom)
        self._rules: defaultdict[Slot, list[Rule]] = defaultdict(list)
        for rule in closure.program.rules:
            if rule.head:
                self._rules[rule.head.predicate].append(rule)

    def nearest(self, triple: Triple, shown: int) -> tuple[Gap, ...]:
        """The gaps with the least that is missing, and of those the ones with the most that is there."""
        goal = Pattern(*triple)
        found: dict[tuple[Triple | Pattern, ...], Gap] = {}
        for gap in self._gaps(goal, frozenset([goal])):
            found.setdefault((*gap.held, *gap.missing), gap)
        return tuple(sorted(found.values(), key=_distance)[:shown])

    def _gaps(self, goal: Pattern, above: frozenset[Pattern]) -> Iterator[Gap]:
        for rule in self._rules.get(goal.predicate, ()):
            assert rule.head
            bound: dict[Slot, Slot] = {}
            ends = ((rule.head.subject, goal.subject), (rule.head.object, goal.object))
            if all(_agrees(slot, term, bound) for slot, term in ends):
                gap = self._gap(rule, bound)
                if gap is not None and above.isdisjoint(gap.missing):
                    yield self._deepened(gap, above)

    def _gap(self, rule: Rule, bound: Mapping[Slot, Slot]) -> Gap | None:
        """The least that is missing for a rule to conclude what it is bound to; None where nobody could state it."""
        if len(rule.body) > TRIED:
            held, bindings = self._held_of_many(rule.body, bound)
        else:
            held, bindings = self._most_held(rule.body, bound)
        missing = [atom for atom in rule.body if atom not in held]
        axioms = dict.fromkeys(rule.axioms)
        told = [self._told(atom, bindings, axioms) for atom in (*held, *missing)]
        if any(each is None or isinstance(each.subject, Literal | Triple) for each in told):
            return None
        patterns = [each for each in told if each is not None]
        triples = (Triple(each.subject, each.predicate, each.object) for each in patterns[: len(held)])  # type: ignore[arg-type]
        return Gap(rule.name, tuple(axioms), tuple(triples), tuple(patterns[len(held) :]))

    def _most_held(
        self, body: Sequence[Atom], bound: Mapping[Slot, Slot]
    ) -> tuple[Sequence[Atom], Mapping[Slot, Slot]]:
        """The most atoms of a body that hold together, with what the variables then stand for."""
        for size in range(1, len(body)):
            for missing in combinations(body, size):
                held = [atom for atom in body if atom not in missing]
                if (bindings := self._match(held, bound)) is not None:
                    return held, bindings
        return (), bound

    def _held_of_many(
        self, body: Sequence[Atom], bound: Mapping[Slot, Slot]
    ) -> tuple[Sequence[Atom], Mapping[Slot, Slot]]:
        """Of a long body as much as holds when it is tried from the front or from the back, one atom after another."""
        found: tuple[list[Atom], Mapping[Slot, Slot]] = [], bound
        for order in (body, body[::-1]):
            held, bindings = list[Atom](), bound
            for atom in order:
                if _is_near(atom, bindings) and (more := self._match([atom], bindings)) is not None:
                    held, bindings = [*held, atom], more
            if len(held) > len(found[0]) and len(held) < len(body):
                found = held, bindings
        return found

    def _told(self, atom: Atom, bound: Mapping[Slot, Slot], axioms: dict[Triple, None]) -> Pattern | None:
        """An atom as it could be stated: one of an inverse without a name the other way round; None for no such property."""
        subject, predicate, object = _filled(atom, bound)
        turns = 0
        while isinstance(predicate, BlankNode) and turns < DEPTH:
            inverse = next(iter(self._inverses.get(predicate, ())), None)
            if inverse is None:
                return None
            axioms[inverse] = None
            subject, predicate, object = object, inverse.object, subject
            turns += 1
        return Pattern(subject, predicate, object) if isinstance(predicate, NamedNode) else None

    def _match(self, atoms: Sequence[Atom], bound: Mapping[Slot, Slot]) -> Mapping[Slot, Slot] | None:
        """What the variables stand for where all these atoms hold, begun with what is bound; None where they do not."""
        if not atoms:
            return bound
        # An atom that shares nothing with what is bound would hold of anything.
        near = next((atom for atom in atoms if _is_near(atom, bound)), None)
        if near is None:
            return None
        rest = [atom for atom in atoms if atom is not near]
        for subject, object in self._matches(near, bound):
            more = dict(bound)
            if _agrees(near.subject, subject, more) and _agrees(near.object, object, more):
                found = self._match(rest, more)
                if found is not None:
                    return found
        return None

    def _matches(self, atom: Atom, bound: Mapping[Slot, Slot]) -> Iterator[tuple[Term, Term]]:
        known, term = self._facts.dictionary.known, self._facts.dictionary.term
        subject, predicate, object = _filled(atom, bound)
        ends = [None if isinstance(slot, str) else known(slot) for slot in (subject, object)]
        if any(end is None and not isinstance(slot, str) for end, slot in zip(ends, (subject, object), strict=True)):
            return
        relation = self._facts.relations.get(self._facts.dictionary.number(predicate))
        for key in relation.matching(*ends)[:MATCHES].tolist() if relation is not None else ():
            yield term(key >> 32), term(key & 0xFFFF_FFFF)

    def _deepened(self, gap: Gap, above: frozenset[Pattern]) -> Gap:
        """A gap whose missing memberships of expressions are replaced by what is missing for those."""
        if len(above) > DEPTH:
            return gap
        axioms, held, missing = dict.fromkeys(gap.axioms), dict.fromkeys(gap.held), dict[Pattern, None]()
        for pattern in gap.missing:
            inner = None
            if pattern.predicate == TYPE and self._closure.is_expression(pattern.object):
                gaps = self._gaps(pattern, above | {pattern})
                inner = min(gaps, key=_distance, default=None)
            axioms |= dict.fromkeys(inner.axioms if inner else ())
            held |= dict.fromkeys(inner.held if inner else ())
            missing |= dict.fromkeys(inner.missing if inner else (pattern,))
        return Gap(gap.rule, tuple(axioms), tuple(held), tuple(missing))


def _distance(gap: Gap) -> tuple[int, int]:
    """How far a rule is from concluding: what is missing, and then what is not there to speak for it."""
    return len(gap.missing), -len(gap.held)


def _agrees(slot: Slot, term: Slot, bound: dict[Slot, Slot]) -> bool:
    """Whether a slot can stand for a term; a variable that is not bound is bound to it."""
    return bound.setdefault(slot, term) == term if isinstance(slot, str) else slot == term


def _filled(atom: Atom, bound: Mapping[Slot, Slot]) -> tuple[Slot, Term, Slot]:
    return bound.get(atom.subject, atom.subject), atom.predicate, bound.get(atom.object, atom.object)


def _is_near(atom: Atom, bound: Mapping[Slot, Slot]) -> bool:
    """Whether an atom has a variable that is bound, or none at all."""
    variables = [slot for slot in (atom.subject, atom.object) if isinstance(slot, str)]
    return not variables or any(not isinstance(bound.get(slot, slot), str) for slot in variables)
