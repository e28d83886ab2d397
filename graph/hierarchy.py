"""The organisation as a tree: which unit is directly part of which, how many are below each, and in which order they stand.

https://www.w3.org/TR/vocab-org/#org:subOrganizationOf

Every unit stands in the tree once, below the first of its wholes that is reached from the top, so neither a circle nor a unit
with two wholes makes it endless.
"""

import re
from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from orgatlas.graph.folding import folded
from orgatlas.graph.labels import Names, best_of, local_name, names_of
from orgatlas.graph.patch import Patch
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import LANGUAGES, name

TYPE, SUBCLASS = name("rdf:type"), name("rdfs:subClassOf")
CLASSES = tuple(map(name, ("org:Organization", "org:FormalOrganization", "org:OrganizationalUnit")))
"""What a unit is an instance of, where the structure does not say so."""

UPWARD = tuple(map(name, ("org:subOrganizationOf", "org:unitOf")))
DOWNWARD = tuple(map(name, ("org:hasSubOrganization", "org:hasUnit")))
CLASSIFICATION, RANK = name("org:classification"), name("atlas:levelRank")
STRUCTURE = frozenset((*UPWARD, *DOWNWARD, TYPE, SUBCLASS, CLASSIFICATION, RANK))
RELATED = tuple(map(name, ("rdfs:subPropertyOf", "owl:equivalentProperty", "owl:inverseOf")))
"""The properties that the tree is made of, and how others come to imply them."""

NO_RANK, UNRANKED = -(10**9), 10**9
"""What has no level stands before every level, being an organisation as a whole; a level without a rank stands last."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,8}", re.ASCII)

WHOLES = 50
"""Direct wholes of one unit that are compared with each other."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the organisation, or a class of units that have none: its IRI, None if nothing is known, and its rank."""

    iri: str | None
    rank: int = NO_RANK


class Hierarchy:
    """The units of an edition. A change tells it when it has to look again (`learn`)."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._read()

    def learn(self, patch: Patch) -> None:
        """Look again where a change has touched the structure; `patch` is made already."""
        if any(quad.predicate in self._telling for quad in (*patch.added, *patch.removed)):
            self._read()

    def _read(self) -> None:
        self._telling = _telling(self._store)
        found = _wholes(self._store)
        self._order: dict[tuple[str, str], list[str]] = {}
        self.wholes: dict[str, tuple[str, ...]] = {iri: _direct(iri, found) for iri in found}
        parts: defaultdict[str, list[str]] = defaultdict(list)
        for iri, above in self.wholes.items():
            for each in above:
                parts[each].append(iri)
        self._parts: dict[str, tuple[str, ...]] = {iri: tuple(each) for iri, each in parts.items()}
        self.parent, self.depths = _spanned(self.wholes, self._parts)
        self.below = _counted(self.parent)
        self.tops = tuple(iri for iri, parent in self.parent.items() if parent is None)
        self._levels = _levels(self._store, self.parent)
        self.counts = Counter(self._levels.values())
        self.levels = tuple(sorted(self.counts, key=lambda level: (level.rank, level.iri or "")))

    def __len__(self) -> int:
        return len(self.parent)

    def __contains__(self, iri: str) -> bool:
        return iri in self.parent

    def names(self, iri: str) -> Names:
        """What a unit is called, by language."""
        return names_of(self._store, ox.NamedNode(iri))

    def level(self, iri: str) -> Level:
        """The level that a unit is classified with, else the narrowest of its classes."""
        return self._levels[iri]

    def inside(self, iri: str) -> int:
        """How many units are directly part of one."""
        return len(self._parts.get(iri, ()))

    def path(self, iri: str) -> list[str]:
        """The units from the top of the tree down to one, both included."""
        found = [iri]
        while (above := self.parent[found[-1]]) is not None:
            found.append(above)
        return found[::-1]

    def parts(self, iri: str | None, language: str) -> Sequence[str]:
        """What is directly part of a unit, or stands at the top, as a reader of a language expects it: by level, then by name.

        A part that stands elsewhere in the tree, too, is among them.
        """
        if (ordered := self._order.get((iri or "", language))) is None:
            found = self.tops if iri is None else self._parts.get(iri, ())
            ordered = sorted(found, key=lambda each: self._key(each, language))
            self._order[iri or "", language] = ordered
        return ordered

    def rows(self, language: str, start: int, count: int) -> list[str]:
        """Some of the units in the order of the tree, each before what is below it."""
        found: list[str] = []
        waiting = [*reversed(self.parts(None, language))]
        while waiting and len(found) < count:
            iri = waiting.pop()
            size = self.below[iri] + 1
            if start >= size:
                start -= size
                continue
            if start == 0:
                found.append(iri)
            else:
                start -= 1
            waiting += [each for each in reversed(self.parts(iri, language)) if self.parent[each] == iri]
        return found

    def _key(self, iri: str, language: str) -> tuple[int, str, str]:
        called = best_of(self.names(iri), (language, *LANGUAGES)) or local_name(iri)
        return self._levels[iri].rank, folded(called), iri


def _telling(store: MemoryStore) -> set[ox.NamedNode]:
    """The properties whose statements may change the structure: its own, and those from which these follow."""
    seen, waiting = {*STRUCTURE, *RELATED}, [*STRUCTURE]
    while waiting:
        known = waiting.pop()
        stated = [quad.subject for each in RELATED for quad in store.find(None, each, known)]
        mutual = [quad.object for each in RELATED[1:] for quad in store.find(known, each, None)]
        for other in (*stated, *mutual):
            if isinstance(other, ox.NamedNode) and other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def _wholes(store: MemoryStore) -> dict[str, list[str]]:
    """Every unit, in the order of IRIs, with the units that it is said to be part of, itself never."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for part, whole in _said(store):
        wholes = found[part]
        found[whole]
        if part != whole and whole not in wholes:
            insort(wholes, whole)
    for each in CLASSES:
        for quad in store.find(None, TYPE, each):
            if isinstance(quad.subject, ox.NamedNode):
                found[quad.subject.value]
    return {iri: found[iri] for iri in sorted(found)}


def _said(store: MemoryStore) -> Iterator[tuple[str, str]]:
    """Each statement that one unit is part of another."""
    for property in (*UPWARD, *DOWNWARD):
        for quad in store.find(None, property, None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                pair = quad.subject.value, quad.object.value
                yield pair if property in UPWARD else pair[::-1]


def _direct(iri: str, wholes: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The wholes of a unit without those that another of them is part of: some files state every step at once."""
    found = wholes[iri]
    if len(found) < 2 or len(found) > WHOLES:
        return tuple(found)
    far: set[str] = set()
    for each in found:
        above = _above(each, wholes)
        if iri not in above:  # in a circle everything is above everything
            far |= above - {each}
    return tuple(each for each in found if each not in far) or tuple(found)


def _above(iri: str, wholes: Mapping[str, list[str]]) -> set[str]:
    seen, waiting = {iri}, [iri]
    while waiting:
        for each in wholes[waiting.pop()]:
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return seen


def _spanned(
    wholes: Mapping[str, Sequence[str]], parts: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str | None], dict[str, int]]:
    """The unit that each stands below in the tree, and its depth, tops having 1; each comes after the one above it."""
    parent: dict[str, str | None] = {}
    depths: dict[str, int] = {}

    def reach(tops: Iterable[str]) -> None:
        waiting = deque[str]()
        for top in tops:
            parent[top], depths[top] = None, 1
            waiting.append(top)
        while waiting:
            iri = waiting.popleft()
            for part in parts.get(iri, ()):
                if part not in parent:
                    parent[part], depths[part] = iri, depths[iri] + 1
                    waiting.append(part)

    reach(iri for iri, above in wholes.items() if not above)
    for iri in wholes:
        if iri not in parent:  # in a circle, or below one
            reach([_in_circle(iri, wholes)])
    return parent, depths


def _in_circle(iri: str, wholes: Mapping[str, Sequence[str]]) -> str:
    """A unit of the circle that one comes to upwards."""
    seen: set[str] = set()
    while iri not in seen:
        seen.add(iri)
        iri = wholes[iri][0]
    return iri


def _counted(parent: dict[str, str | None]) -> dict[str, int]:
    """How many units stand below each in the tree."""
    below = dict.fromkeys(parent, 0)
    for iri in reversed(parent):
        if (above := parent[iri]) is not None:
            below[above] += below[iri] + 1
    return below


def _levels(store: MemoryStore, units: Iterable[str]) -> dict[str, Level]:
    """The level of each unit: the highest that it is classified with, else the narrowest of its classes."""
    classified = _classified(store)
    known: dict[frozenset[ox.NamedNode], Level] = {}

    def by_class(iri: str) -> Level:
        classes = classes_of(store, ox.NamedNode(iri))
        if classes not in known:
            known[classes] = Level(narrowest(store, classes))
        return known[classes]

    return {iri: classified.get(iri) or by_class(iri) for iri in units}


def _classified(store: MemoryStore) -> dict[str, Level]:
    """The level of each thing that has one; of several the highest."""
    ranks: dict[str, int] = {}
    for quad in store.find(None, RANK, None):
        if isinstance(quad.object, ox.Literal) and _WHOLE.fullmatch(quad.object.value):
            subject, rank = str(quad.subject), int(quad.object.value)
            ranks[subject] = min(rank, ranks.get(subject, rank))
    found: dict[str, Level] = {}
    for quad in store.find(None, CLASSIFICATION, None):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            level = Level(quad.object.value, ranks.get(str(quad.object), UNRANKED))
            known = found.get(quad.subject.value, level)
            found[quad.subject.value] = min(level, known, key=lambda each: (each.rank, each.iri))
    return found


def classes_of(store: MemoryStore, node: ox.NamedNode) -> frozenset[ox.NamedNode]:
    """The classes that a thing is stated, or follows, to be in."""
    return frozenset(quad.object for quad in store.find(node, TYPE, None) if isinstance(quad.object, ox.NamedNode))


def narrowest(store: MemoryStore, classes: Iterable[ox.NamedNode]) -> str | None:
    """Of some classes one that has none of the others below it: the first of those that have a name."""
    ordered = sorted(classes, key=lambda each: each.value)
    wide = {
        above
        for each in ordered
        for quad in store.find(each, SUBCLASS, None)
        if (above := quad.object) != each and next(store.find(above, SUBCLASS, each), None) is None  # type: ignore[arg-type]
    }
    narrow = [each for each in ordered if each not in wide] or ordered
    return next((each.value for each in narrow if names_of(store, each)), narrow[0].value if narrow else None)
