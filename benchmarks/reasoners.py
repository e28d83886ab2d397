"""What reasoning.py measures, a task a process, so that its memory is its own: `reasoners.py TASK FILE...`; prints JSON.

Imports stand in the tasks: reasonable lives in an environment that has nothing of ours, and the other way round.
"""

import json
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from organisation import ATLAS, BASE, FAN, ORG, TYPE, unit

OWL, RDFS = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#"
REFLEXIVE = {OWL + name for name in ("sameAs", "equivalentClass", "equivalentProperty")}
REFLEXIVE |= {RDFS + "subClassOf", RDFS + "subPropertyOf"}
UPWARD = {TYPE, RDFS + "subClassOf", RDFS + "domain", RDFS + "range"}
SAMPLES = 20
"""How many units are added and removed, and how many triples are explained."""

DEPTHS = 5
"""How deep the tree is cut into: below, a unit of a million triples may have no sub-units."""

NEW = 3_000_020
"""The number of a unit that is not there, and that has a service, a remit and an engagement; so has every 60th from it on."""

Report = dict[str, Any]


# Closures, each from two files of N-Triples. `told` is a file of what ours told of them, to be compared.


def by_orgatlas(ontology: Path, data: Path, told: Path | None = None) -> Report:
    """Read and close, then tell one triple after another."""
    from pyoxigraph import RdfFormat, serialize

    from orgatlas.graph.closure import Closure

    start = time.perf_counter()
    closure = Closure(_triples(ontology, data))
    closed = time.perf_counter() - start
    count = sum(1 for _ in closure)
    report = {"closed": closed, "told": time.perf_counter() - start, "peak": _peak(), "count": count}
    if told:
        serialize(closure, str(told), RdfFormat.N_TRIPLES)
    return report


def by_reasonable(ontology: Path, data: Path, told: Path | None = None) -> Report:
    """Read, close, and be given all triples in a list: it cannot do the one without the other."""
    from reasonable import PyReasoner

    start = time.perf_counter()
    reasoner = PyReasoner()
    for file in (ontology, data):
        reasoner.load_file(str(file))
    found = reasoner.reason()
    report = {"told": time.perf_counter() - start, "peak": _peak()}
    return report | (_compared(found, told, ontology, data) if told else {})


def by_owlrl(ontology: Path, data: Path, told: Path | None = None) -> Report:
    """Read and close within a graph of rdflib."""
    from owlrl.OWLRL import OWLRL_Semantics
    from rdflib import Graph

    start = time.perf_counter()
    graph = Graph()
    for file in (ontology, data):
        graph.parse(file, format="nt")
    OWLRL_Semantics(graph, False, False).closure()
    report = {"told": time.perf_counter() - start, "peak": _peak()}
    return report | (_compared(graph, told, ontology, data) if told else {})


def _compared(theirs: Iterable[Any], told: Path, *stated: Path) -> Report:
    """What only one of two has, counted by property, and what of theirs is set aside, counted by why."""
    from rdflib import Graph

    both, ours = Graph(), Graph().parse(told, format="nt")
    for file in stated:
        both.parse(file, format="nt")
    named = ((subject, predicate, _plain(object)) for subject, predicate, object in theirs)
    found = {triple for triple in named if triple not in both}
    further = [(triple, _trivial(*triple)) for triple in found if triple not in ours]
    return {
        "ours": _counts(str(triple[1]) for triple in ours if triple not in found),
        "theirs": _counts(str(triple[1]) for triple, reason in further if not reason),
        "aside": _counts(reason for _, reason in further if reason),
    }


def _plain(term: Any) -> Any:
    """A text without the datatype that every text has: rdflib holds the two for different terms."""
    from rdflib import XSD, Literal

    return Literal(str(term)) if isinstance(term, Literal) and term.datatype == XSD.string else term


def _trivial(subject: Any, predicate: Any, object: Any) -> str:
    """Why a conclusion tells nothing; an empty text where it does tell something."""
    from rdflib import XSD, BNode, Literal

    of_rdf = (OWL, RDFS, str(XSD), TYPE.removesuffix("type"))
    for reason, holds in {
        "of a literal": isinstance(subject, Literal),
        "of an expression": isinstance(subject, BNode) or isinstance(object, BNode),
        "of itself": str(predicate) in REFLEXIVE and subject == object,
        "is a thing": str(predicate) in UPWARD and str(object) in {OWL + "Thing", RDFS + "Resource"},
        "of OWL and RDF": str(subject).startswith(of_rdf),
    }.items():
        if holds:
            return reason
    return ""


# Changes.


def changes(ontology: Path, data: Path) -> Report:
    """Milliseconds that changes of a closure take. What each adds, taking it back has to remove, and the other way round."""
    from orgatlas.graph.closure import Closure

    closure = Closure(_triples(ontology, data))
    took: defaultdict[str, list[float]] = defaultdict(list)
    altered: defaultdict[str, list[float]] = defaultdict(list)

    def there_and_back(title: str, back: str, lines: Iterable[str], first: str = "removed") -> None:
        triples, second = _parsed(lines), "added" if first == "removed" else "removed"
        one, other = (_timed(lambda now=now: closure.change(**{now: triples})) for now in (first, second))
        assert (one[1].added, one[1].removed) == (other[1].removed, other[1].added), "a change that is not undone"
        took[title].append(one[0])
        took[back].append(other[0])
        altered[title].append(len(one[1].added) + len(one[1].removed))

    for turn in range(SAMPLES):
        depth = turn % (DEPTHS + 1)
        parent = _first(depth) + turn // (DEPTHS + 1) * FAN**depth // 4
        lines = list(_weighty(unit(NEW + 60 * turn, parent)))
        assert len(lines) == 10
        there_and_back("adding a unit", "removing it", lines, "added")
    for turn in range(SAMPLES):
        depth = turn % DEPTHS + 1
        number = _first(depth) + turn // DEPTHS * FAN**depth // 10
        lines = unit(number, (number - 1) // FAN)
        there_and_back(f"removing a unit of depth {depth}", f"adding it again, depth {depth}", lines)
    for number in range(1, 4):
        link = [line for line in unit(number, 0) if "subOrganizationOf" in line]
        there_and_back("cutting off an eighth of all units", "joining it again", link)
    return {"took": took, "altered": altered, "peak": _peak()}


def _first(depth: int) -> int:
    """The first unit of a depth, of which the root is 0."""
    return (FAN**depth - 1) // (FAN - 1)


def _weighty(lines: Iterable[str]) -> Iterator[str]:
    """Those from which anything follows, but for what follows itself."""
    return (line for line in lines if "prefLabel" not in line and f"{ATLAS}Engagement>" not in line)


# Explanations.


def explanations(*files: Path) -> Report:
    """Milliseconds that explaining some triples takes: of an organisation, or of the built-in graph where no file is given."""
    try:
        from orgatlas.graph.explain import explain
    except ModuleNotFoundError as missing:
        return {"missing": str(missing)}
    from orgatlas.graph.build import build
    from orgatlas.graph.bundle import open_bundle
    from orgatlas.graph.closure import Closure

    closure = Closure(_triples(*files)) if files else build(open_bundle([])).closure
    took: dict[str, float] = {}
    for triple in _sampled(closure):
        took[str(triple)], explanation = _timed(lambda triple=triple: explain(closure, triple))
        assert explanation.holds, triple
    return {"took": list(took.values()), "slowest": max(took, key=lambda triple: took[triple])}


def _sampled(closure: Iterable[Any]) -> list[Any]:
    """Some of what follows: of the root of an organisation, a triple of each property; then of each property in turn."""
    from pyoxigraph import NamedNode, Triple

    root = NamedNode(f"{BASE}unit/0")
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for triple in closure:
        found[triple.predicate].append(triple)
    kind = Triple(root, NamedNode(TYPE), NamedNode(f"{ORG}Organization"))
    chosen = dict.fromkeys(triple for triple in found[kind.predicate] if triple == kind)
    for triples in found.values():
        of_root = [triple for triple in triples if root in (triple.subject, triple.object)]
        chosen |= dict.fromkeys(of_root[-1:])
    chance = random.Random(0)
    while len(chosen) < min(SAMPLES, sum(map(len, found.values()))):
        chosen |= dict.fromkeys(chance.choice(triples) for triples in found.values() if triples)
    return list(chosen)[:SAMPLES]


def _triples(*files: Path) -> Iterator[Any]:
    from pyoxigraph import RdfFormat, parse

    return (quad.triple for quad in chain.from_iterable(parse(path=file, format=RdfFormat.N_TRIPLES) for file in files))


def _parsed(lines: Iterable[str]) -> list[Any]:
    from pyoxigraph import RdfFormat, parse

    return [quad.triple for quad in parse("".join(lines), format=RdfFormat.N_TRIPLES)]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds, and what came of it."""
    start = time.perf_counter()
    result = work()
    return (time.perf_counter() - start) * 1000, result


def _peak() -> float:
    """The most MB of memory that this process had (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _counts(words: Iterable[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(Counter(words).most_common())


TASKS: dict[str, Callable[..., Report]] = {
    "orgatlas": by_orgatlas,
    "reasonable": by_reasonable,
    "owlrl": by_owlrl,
    "changes": changes,
    "explanations": explanations,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*map(Path, sys.argv[2:]))))
