"""A change to a data set, as RDF Patch writes it: quads that go, quads that come, and graphs that are made or dropped.

https://afs.github.io/rdf-delta/rdf-patch.html

Graphs without a quad have no row of their own there, so they stand in the header, which may hold what one likes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyoxigraph as ox

Thing = TypeVar("Thing", ox.Quad, ox.NamedNode)

MADE, DROPPED = "graph-made", "graph-dropped"


@dataclass(frozen=True, slots=True)
class Patch:
    """What goes and what comes: no quad is in both. `made` and `dropped` are the graphs that came or went as a whole."""

    removed: tuple[ox.Quad, ...] = ()
    added: tuple[ox.Quad, ...] = ()
    made: tuple[ox.NamedNode, ...] = ()
    dropped: tuple[ox.NamedNode, ...] = ()

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return bool(self.removed or self.added or self.made or self.dropped)

    def __add__(self, other: "Patch") -> "Patch":
        """This one and then another; what comes and goes again, or the reverse, is in neither list."""
        removed, added = _net(self.removed, self.added, other.removed, other.added)
        dropped, made = _net(self.dropped, self.made, other.dropped, other.made)
        return Patch(removed, added, made, dropped)

    def inverse(self) -> "Patch":
        """What undoes it."""
        return Patch(self.added, self.removed, self.dropped, self.made)


def _net(
    gone: tuple[Thing, ...], come: tuple[Thing, ...], then_gone: tuple[Thing, ...], then_come: tuple[Thing, ...]
) -> tuple[tuple[Thing, ...], tuple[Thing, ...]]:
    """What two changes together take away and add."""
    if not (gone or come):
        return then_gone, then_come
    missing, fresh = dict.fromkeys(gone), dict.fromkeys(come)
    for each in then_gone:
        if each in fresh:
            del fresh[each]
        else:
            missing[each] = None
    for each in then_come:
        if each in missing:
            del missing[each]
        else:
            fresh[each] = None
    return tuple(missing), tuple(fresh)


def written(patch: Patch) -> bytes:
    """One transaction as RDF Patch."""
    head = [f"H {key} {graph} ." for key, graphs in ((MADE, patch.made), (DROPPED, patch.dropped)) for graph in graphs]
    rows = [f"{sign} {row}" for sign, quads in (("D", patch.removed), ("A", patch.added)) for row in _rows(quads)]
    return "\n".join([*head, "TX .", *rows, "TC .", ""]).encode()


def read(text: bytes) -> Patch:
    """The patch in a transaction that `written` wrote. Raises ValueError, and SyntaxError, where it is none."""
    lines = text.decode().split("\n")
    if lines[-2:] != ["TC .", ""]:
        raise ValueError("the transaction breaks off")

    def quads(sign: str) -> tuple[ox.Quad, ...]:
        rows = "\n".join(line[2:] for line in lines if line.startswith(f"{sign} "))
        return tuple(ox.parse(rows, format=ox.RdfFormat.N_QUADS))

    def graphs(key: str) -> tuple[ox.NamedNode, ...]:
        found = (re.fullmatch(rf"H {key} <([^>]*)> \.", line) for line in lines)
        return tuple(ox.NamedNode(each[1]) for each in found if each)

    return Patch(quads("D"), quads("A"), graphs(MADE), graphs(DROPPED))


def _rows(quads: Sequence[ox.Quad]) -> list[str]:
    text = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").decode()
    return text.split("\n")[:-1] if text else []
