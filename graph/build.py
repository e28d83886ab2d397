"""From the files of a bundle to an edition: what is stated, what follows, and a digest that names the two."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from orgatlas.graph.bundle import Bundle, read_files
from orgatlas.graph.closure import Closure
from orgatlas.graph.reasoner import RuleReasoner
from orgatlas.graph.store import MemoryStore, flat
from orgatlas.graph.vocabulary import INFERRED_GRAPH


@dataclass(frozen=True)
class Edition:
    """One state of a graph. `ontology` and `data` are what is stated; `closure` is what follows from both together."""

    bundle: Bundle
    ontology: tuple[Quad, ...]
    data: tuple[Quad, ...]
    closure: Closure
    digest: str

    @property
    def stated(self) -> tuple[Quad, ...]:
        """Every quad that a file states."""
        return self.ontology + self.data

    def inferred(self) -> Iterator[Quad]:
        """What follows, in the graph of its own."""
        return self.closure.quads(NamedNode(self.bundle.base + INFERRED_GRAPH))


def build(bundle: Bundle, reasoning: bool = True) -> Edition:
    """Read and reason; raises BrokenBundle, and then nothing was loaded.

    The files of a plain bundle are taken as they are, so no vocabulary is put beside them.
    """
    ontology = () if bundle.plain else tuple(dict.fromkeys(read_files(bundle, bundle.ontology)))
    data = tuple(dict.fromkeys(read_files(bundle, bundle.data)))
    closure = RuleReasoner().close(flat(ontology + data)) if reasoning else Closure()
    return Edition(bundle, ontology, data, closure, digest(bundle))


def edition_store(edition: Edition, inferred: bool = True, strict: bool = False) -> MemoryStore:
    """A store of what an edition states and, unless told otherwise, of what follows."""
    quads = (*edition.stated, *edition.inferred()) if inferred else edition.stated
    return MemoryStore(quads, NamedNode(edition.bundle.base + INFERRED_GRAPH), strict)


def digest(bundle: Bundle) -> str:
    """A SHA-256 over names and bytes of the RDF files and the base: 64 hexadecimal digits."""
    total = hashlib.sha256(bundle.base.encode())
    for file in bundle.data if bundle.plain else bundle.ontology + bundle.data:
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
