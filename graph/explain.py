"""Why a triple holds, or does not: its proofs, the shortest first, or what is missing for the rules that come nearest.

The ways to a triple are searched backwards from it, level by level, through what is known; then costs are carried forward from
what is asserted, the cheapest first (Knuth's generalisation of Dijkstra's algorithm), so that no proof runs in a circle. The cost
of a proof is the number of its inferences, each counted as often as it is used.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import NamedNode, Triple

from orgatlas.graph.axioms import Rule
from orgatlas.graph.closure import Closure, is_trivial
from orgatlas.graph.derivations import bodies, derivations, premises
from orgatlas.graph.errors import ProofTooLarge
from orgatlas.graph.facts import Fact
from orgatlas.graph.gaps import Gaps
from orgatlas.graph.joins import Columns, Plan
from orgatlas.graph.program import STEP
from orgatlas.graph.proofs import Explanation, Proof, Step
from orgatlas.graph.relation import NONE, Numbers

SHOWN = 5
"""How many proofs are given, and how many gaps."""

ENOUGH, MORE, MOST = 400, 3_000, 20_000
"""How many facts are looked at for the sake of other ways, of a shorter one, and of a first one."""

WAYS = 64
"""How many ways of one rule to one fact are looked at, those from what is asserted first."""

MANY = 8
"""How many ways to a fact are as much work as another fact."""


def explain(closure: Closure, triple: Triple, shown: int = SHOWN) -> Explanation:
    """Explain a triple, in the words in which the closure holds it. Raises ProofTooLarge where the search came to no end."""
    goal = closure.facts.fact(triple)
    search = _Search(closure, goal)
    if not search.is_known(goal):
        if closure.reasons and is_trivial(triple):
            return Explanation(triple, False, (), 0, True, trivial=True)
        gaps = Gaps(closure).nearest(triple, shown)
        return Explanation(triple, False, (), 0, True, gaps, closure.clashes_with(triple)[:shown])
    search.run()
    asserted = closure.facts.states(goal)
    found = [search.proof(way) for way in search.ways[:shown]]
    if not found and not asserted:
        found = [_Retelling(closure.retold(), goal).proof_of(triple)]
    # What is used twice is told once: then fewer steps may be told of a proof with as many inferences.
    proofs = ([Proof(triple)] if asserted else []) + sorted(found, key=lambda proof: len(proof.steps))
    return Explanation(
        triple, asserted, tuple(proofs[:shown]), max(search.count, len(found)) + asserted, search.counted
    )


@dataclass(eq=False, slots=True)
class _Way:
    """A rule concludes a fact from others."""

    rule: Rule
    conclusion: Fact
    needs: tuple[Fact, ...]
    missing: int = 0
    cost: int = 0


class _Search:
    """The search for the proofs of one fact."""

    def __init__(self, closure: Closure, goal: Fact) -> None:
        self._facts, self._program, self._goal = closure.facts, closure.program, goal
        step = self._program.steps.get(goal[0])
        self._circular = {goal} if step is None else {goal, (step, goal[1])}
        self._ways: dict[Fact, list[_Way]] = {}
        self._best: dict[Fact, _Way] = {}
        self._derived_axioms = lru_cache(None)(self._axioms_to_prove)
        self._looked_at = 0
        self.counted = True
        self.count = 0
        self.ways: list[_Way] = []
        """The ways to the goal that do not run in a circle, the cheapest first."""

    def is_known(self, fact: Fact) -> bool:
        relation = self._facts.relations.get(fact[0])
        return relation is not None and relation.pairs.holds(fact[1])

    def run(self) -> None:
        """Look back until no shorter proof can come, and the other ways are known or enough was looked at."""
        self._descend()
        frontier, seen, depth, solved_at = [self._goal], {self._goal}, 0, 0
        while frontier:
            below: dict[Fact, None] = {}
            for fact in frontier:
                for way in self._looked(fact):
                    below |= dict.fromkeys(way.needs)
                if self._looked_at > MOST:
                    break
            depth += 1
            frontier = [fact for fact in below if fact not in seen and not self._facts.states(fact)]
            seen |= set(frontier)
            if frontier and ENOUGH < self._looked_at < min(solved_at * 1.5, MOST):
                continue
            solved_at = self._looked_at
            self._solve()
            # A proof through what was not looked at yet has more inferences than it is deep, but for those that are not told.
            shortest = bool(self.ways) and self.ways[0].cost <= (depth + 1) // 2
            if self._looked_at > MOST or (self.ways and self._looked_at > (ENOUGH if shortest else MORE)):
                break
        self.counted &= not frontier
        self.count += len(self.ways)

    def _descend(self) -> None:
        """Follow the most promising way of each fact down to assertions: a first proof, however deep, though not the shortest."""
        waiting = [self._goal]
        while waiting and self._looked_at < MORE:
            fact = waiting.pop()
            if fact in self._ways or self._facts.states(fact):
                continue
            missing = [[each for each in way.needs if not self._facts.states(each)] for way in self._looked(fact)]
            # Not back to where one came from, if there is another way.
            waiting += min(missing, key=self._distance, default=[])

    def _distance(self, needs: Iterable[Fact]) -> tuple[int, int]:
        known = [fact in self._ways for fact in needs]
        return sum(known), len(known)

    def _looked(self, fact: Fact) -> list[_Way]:
        """The ways to a fact, looked for once."""
        if fact not in self._ways:
            self._ways[fact] = list(self._look(fact))
            self._looked_at += 1 + len(self._ways[fact]) // MANY
        return self._ways[fact]

    def _look(self, fact: Fact) -> Iterator[_Way]:
        """The ways to a fact, one step back."""
        seen = set()
        for made, columns in self._derivations(fact):
            for row in self._best_rows(made, columns, fact):
                needs = self._needs(made, columns, row)
                same = made.rule.name, made.rule.axioms, needs
                if fact not in needs and self._circular.isdisjoint(needs) and same not in seen:
                    seen.add(same)
                    yield _Way(made.rule, fact, needs)

    def _derivations(self, fact: Fact) -> Iterator[tuple[Plan, Columns]]:
        """The derivations of a fact. Where there are very many places to cut a path in two, only its last step is cut off."""
        for made, columns in derivations(self._facts, self._program.explaining.get(fact[0], ()), fact):
            stepwise = self._program.by_steps(made.rule) if len(columns[0]) > WAYS else None
            if stepwise is None:
                yield made, columns
            else:
                self._leave_uncounted(fact)
                yield from derivations(self._facts, [stepwise], fact)

    def _leave_uncounted(self, fact: Fact, ways: int = 0) -> None:
        """Note that not all ways to a fact are looked at."""
        if fact == self._goal:
            self.counted = False
            self.count += ways

    def _best_rows(self, made: Plan, columns: Columns, fact: Fact) -> Sequence[int]:
        """The rows to look at: those with the most premises that are asserted first, where there are too many."""
        size = len(columns[0])
        if size <= WAYS:
            return range(size)
        asserted = np.zeros(size, np.int8)
        for predicate, keys in bodies(made, columns, self._facts.dictionary):
            asserted += self._facts.is_asserted(predicate, keys)
        self._leave_uncounted(fact, size - WAYS)
        best: list[int] = np.argsort(-asserted, kind="stable")[:WAYS].tolist()
        return best

    def _needs(self, made: Plan, columns: Columns, row: int) -> tuple[Fact, ...]:
        """What a rule needs in one row: its premises, and those of its axioms that are themselves concluded."""
        held = premises(made, columns, row, self._facts.dictionary)
        return tuple(dict.fromkeys((*held, *self._derived_axioms(made.rule))))

    def _axioms_to_prove(self, rule: Rule) -> tuple[Fact, ...]:
        """The axioms of a rule that are themselves concluded."""
        return tuple(fact for fact in map(self._facts.fact, rule.axioms) if not self._facts.states(fact))

    def _solve(self) -> None:
        """What the cheapest proof of each fact costs, without the goal as a premise."""
        self._best = {}
        waiting: defaultdict[Fact, list[_Way]] = defaultdict(list)
        heap: list[tuple[int, int, _Way]] = []
        order = 0
        for ways in self._ways.values():
            for way in ways:
                open_needs = [fact for fact in way.needs if not self._facts.states(fact)]
                way.missing, way.cost = len(open_needs), 0 if self._is_untold(way.conclusion) else 1
                for fact in open_needs:
                    waiting[fact].append(way)
                if not open_needs:
                    heap.append((way.cost, order := order + 1, way))
        heapq.heapify(heap)
        ways_to_goal = []
        while heap:
            cost, _, way = heapq.heappop(heap)
            fact = way.conclusion
            if fact == self._goal:
                ways_to_goal.append(way)
                continue
            if fact in self._best:
                continue
            self._best[fact] = way
            for above in waiting.pop(fact, ()):
                above.missing -= 1
                above.cost += cost
                if not above.missing:
                    heapq.heappush(heap, (above.cost, order := order + 1, above))
        self.ways = ways_to_goal

    def proof(self, last: _Way) -> Proof:
        """The proof that ends in this way."""
        needed: dict[Fact, None] = {}
        waiting = list(last.needs)
        while waiting:
            fact = waiting.pop()
            if fact not in needed and fact in self._best:
                needed[fact] = None
                waiting += self._best[fact].needs
        steps: dict[Triple, Step] = {}
        for fact in self._best:  # in the order in which they were proved
            # A step of a property is told as the pair that it is.
            if (
                fact in needed
                and self._best[fact].rule.name != STEP
                and (triple := self._facts.triple(fact)) is not None
            ):
                steps.setdefault(triple, self._step(triple, self._best[fact]))
        goal = self._facts.triple(self._goal)
        assert goal is not None
        steps.pop(goal, None)
        return Proof(goal, (*steps.values(), self._step(goal, last)))

    def _is_untold(self, fact: Fact) -> bool:
        """Whether a fact is of a property without a name, so that it is told by what it is concluded from."""
        return not isinstance(self._facts.dictionary.term(self._facts.wholes.get(fact[0], fact[0])), NamedNode)

    def _step(self, triple: Triple, way: _Way) -> Step:
        """A way in triples. What has no name of its own, as an inverse may have none, is told by what it is concluded from."""
        axioms, told = dict.fromkeys(way.rule.axioms), dict[Triple, None]()
        waiting = list(reversed(way.needs))
        while waiting:
            fact = waiting.pop()
            if (premise := self._facts.triple(fact)) is not None:
                told[premise] = None
            else:
                axioms |= dict.fromkeys(self._best[fact].rule.axioms)
                waiting += reversed(self._best[fact].needs)
        return Step(triple, way.rule.name, tuple(axioms), tuple(told))


class _Retelling(_Search):
    """A proof of what the search finds none of, because all ways near it run in circles: as it was concluded.

    Every fact was concluded from others that were there before it.
    """

    def __init__(self, closure: Closure, goal: Fact) -> None:
        super().__init__(closure, goal)
        self._order = closure.order()

    def proof_of(self, triple: Triple) -> Proof:
        """One proof. Raises ProofTooLarge where it would have very many steps."""
        best: dict[Fact, _Way] = {}
        waiting = [self._goal]
        while waiting:
            fact = waiting.pop()
            if fact in best or self._facts.states(fact):
                continue
            best[fact] = self._earliest(fact)
            waiting += best[fact].needs
            if len(best) > MOST:
                raise ProofTooLarge(MOST)
        last = best[self._goal]
        if last.rule.name == STEP:
            last = best[last.needs[0]]
        self._best = {fact: best[fact] for fact in sorted(best, key=self._place)}
        return self.proof(last)

    def _earliest(self, fact: Fact) -> _Way:
        """The way from what was there first."""
        place, found = self._place(fact), list[tuple[int, bool, int, _Way]]()
        for made, columns in derivations(self._facts, self._program.concluding.get(fact[0], ()), fact):
            latest = np.full(len(columns[0]), -1, np.intp)
            for predicate, keys in bodies(made, columns, self._facts.dictionary):
                latest = np.maximum(latest, self._places(predicate, keys))
            row = int(latest.argmin())
            needs = self._needs(made, columns, row)
            when = max((self._place(each) for each in needs), default=-1)
            if when < place:
                # What is a step is told as one, and not as longer than it is.
                found.append((when, made.rule.name != STEP, len(found), _Way(made.rule, fact, needs)))
        if not found:
            raise ProofTooLarge(MOST)
        return min(found)[-1]

    def _place(self, fact: Fact) -> int:
        return int(self._places(fact[0], np.array([fact[1]], np.uint64))[0])

    def _places(self, predicate: int, keys: Numbers) -> NDArray[np.intp]:
        """When each of some pairs was concluded, -1 for what is asserted."""
        asserted = self._facts.is_asserted(predicate, keys)
        known, places = self._order.get(predicate, (NONE, np.empty(0, np.intp)))
        if not len(known):
            return np.full(len(keys), -1, np.intp)
        found = places[np.minimum(known.searchsorted(keys), len(known) - 1)]
        found[asserted] = -1
        return found
