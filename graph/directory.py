"""The IRIs below the base, in order: which are parts of a document, and which are nearest to one that is unknown.

https://www.w3.org/TR/cooluris/#hashuri
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice

import pyoxigraph as ox

from orgatlas.graph.internal import internal
from orgatlas.graph.store import MemoryStore, Query

COMPARED = 2000
"""How many names are compared with one that is unknown."""

FEW = 100
"""So many IRIs are put in their places one by one; for more of them all are sorted again."""


class Directory:
    """Every IRI below a base that has been the subject of a statement or the name of a graph.

    What is not said any more stays listed: who takes an IRI from here asks the store about it.
    """

    def __init__(self, store: MemoryStore, base: str) -> None:
        self._store, self._base = store, base
        results = store.query(Query(internal("iris"), values={"base": ox.Literal(base)})).results
        assert isinstance(results, ox.QuerySolutions)
        graphs = {graph.value for graph in store.named_graphs() if graph.value.startswith(base)}
        self._iris = sorted({row["iri"].value for row in results} | graphs)

    def __iter__(self) -> Iterator[str]:
        """The IRIs of which something is said now, in order."""
        return filter(self._is_known, self._iris)

    def learn(self, quads: Iterable[ox.Quad]) -> None:
        """Take in the IRIs of statements that are new."""
        terms = (term for quad in quads for term in (quad.subject, quad.graph_name))
        new = {term.value for term in terms if isinstance(term, ox.NamedNode) and term.value.startswith(self._base)}
        new = {iri for iri in new if not self._is_listed(iri)}
        if len(new) > FEW:
            self._iris = sorted((*self._iris, *new))
        else:
            for iri in new:
                insort(self._iris, iri)

    def below(self, beginning: str) -> Iterator[str]:
        """The IRIs that begin with some text and of which something is said now, in order."""
        place = bisect_left(self._iris, beginning)
        for iri in islice(self._iris, place, None):
            if not iri.startswith(beginning):
                return
            if self._is_known(iri):
                yield iri

    def fragments(self, document: str) -> Iterator[str]:
        """The IRIs that name parts of a document: its own with # and more."""
        return self.below(f"{document.partition('#')[0]}#")

    def nearest(self, iri: str, limit: int = 5) -> list[str]:
        """Known IRIs that are written much like an unknown one: below it, beside it, or else where it would stand."""
        whole = iri.rstrip("/")
        if below := list(islice(self.below(f"{whole}/"), limit)):
            return below
        folder, _, last = whole.rpartition("/")
        place = bisect_left(self._iris, iri)
        around = self._iris[max(0, place - COMPARED // 2) : place + COMPARED // 2]
        below = list(islice(self.below(f"{folder}/"), COMPARED)) if folder.startswith(self._base.rstrip("/#")) else []
        beside = [each for each in around if each.startswith(f"{folder}/")]
        found = _alike(last, (*below, *beside), limit) or _alike(last, around, limit)
        return [each for each in found if self._is_known(each)]

    def _is_listed(self, iri: str) -> bool:
        place = bisect_left(self._iris, iri)
        return place < len(self._iris) and self._iris[place] == iri

    def _is_known(self, iri: str) -> bool:
        node = ox.NamedNode(iri)
        return any(True for _ in self._store.find(node, None, None)) or any(True for _ in self._store.quads_of(node))


def _alike(last: str, iris: Iterable[str], limit: int) -> list[str]:
    """The IRIs whose last part is written like a text, the most alike first."""
    names: dict[str, str] = {}
    for iri in iris:
        names.setdefault(iri.rpartition("/")[2].lower(), iri)
    return [names[name] for name in get_close_matches(last[:200].lower(), names, n=limit, cutoff=0.6)]
