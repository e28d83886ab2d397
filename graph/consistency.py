"""Can the ontology and the data be true together, and is the hierarchy of classes complete? HermiT says so.

It is a reasoner for the whole of OWL 2 DL, a Java program that owlready2 carries: http://www.hermit-reasoner.com/
"""

import io
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from orgatlas.graph.axioms import NOTHING, THING, Term, is_axiom
from orgatlas.graph.closure import Closure
from orgatlas.graph.errors import EngineFailed, MissingProgram, TooMuchFollows
from orgatlas.graph.expressions import DATATYPES
from orgatlas.graph.findings import Finding, Severity, ordered
from orgatlas.graph.vocabulary import PREFIXES, name, rule

CONSISTENT, SATISFIABLE, HIERARCHY = rule("consistent"), rule("satisfiable"), rule("hierarchy-complete")
SUBCLASS, EQUIVALENT = name("rdfs:subClassOf"), name("owl:equivalentClass")
OWL_2 = DATATYPES | {name("owl:real"), name("owl:rational")}
OWL_IMPORTS, RDF_TYPE, DATATYPE = name("owl:imports"), name("rdf:type"), name("rdfs:Datatype")
BUILDING = {name(f"rdf:{each}") for each in ("first", "rest")}
BUILDING |= {name(f"owl:{each}") for each in ("oneOf", "unionOf", "intersectionOf", "complementOf")}
BUILDING |= {name(f"owl:{each}") for each in ("datatypeComplementOf", "onDatatype", "withRestrictions")}
BUILDING |= {name(f"xsd:{end}{kind}clusive") for end in ("min", "max") for kind in ("In", "Ex")}
"""What lists and data ranges are made of."""

MEMORY = 2000
"""Megabytes that HermiT may use."""


def check_dl(triples: Iterable[Triple]) -> list[Finding]:
    """Reports an inconsistency, or else the classes that can have no members, and what the rules miss between the others.

    What is said with datatypes beyond OWL 2's own, xsd:date among them, is left out: HermiT gives up at them.
    Raises MissingProgram without Java, and EngineFailed.
    """
    stated = list(triples)
    understood = list(_understood(stated))
    hierarchy = _classified(understood)
    if hierarchy is None:
        return [_inconsistent()]
    # An expression that it cannot read is a class to HermiT, with a name that nobody has given.
    named = {THING, *_classes(understood)}
    impossible = named & next((group for group in hierarchy.same if NOTHING in group), frozenset())
    return ordered([*map(_unsatisfiable, impossible), *_missed(stated, hierarchy, named - impossible)])


def _classes(triples: list[Triple]) -> Iterator[NamedNode]:
    """The classes that an ontology has, as owlready2 reads it."""
    import owlready2

    world = owlready2.World()
    named = (triple for triple in triples if not isinstance(triple.object, Literal))  # some numbers are too long for it
    document = pyoxigraph.serialize(named, format=RdfFormat.N_TRIPLES) or b""
    try:
        world.get_ontology("urn:orgatlas:checked#").load(fileobj=io.BytesIO(document), format="ntriples")
        yield from (NamedNode(each.iri) for each in world.classes())
    except Exception as error:  # it raises whatever it meets
        raise EngineFailed(f"owlready2 could not read the ontology: {type(error).__name__}: {error}") from error
    finally:
        world.close()


@dataclass(frozen=True, slots=True)
class _Hierarchy:
    """The classes as HermiT has put them in order."""

    same: list[frozenset[NamedNode]]
    """Classes that have the same members."""
    steps: list[tuple[NamedNode, NamedNode]]
    """A class and one right above it, with nothing in between; of those that are the same, any."""


def _classified(triples: list[Triple]) -> _Hierarchy | None:
    """What HermiT makes of an ontology; None where it is inconsistent.

    It is not run by owlready2, which rounds numbers, loses names where the locale is not of UTF-8, classifies more than
    is asked here, and takes a file that HermiT could not read for one without mistakes.
    """
    import owlready2

    if shutil.which(owlready2.JAVA_EXE) is None:
        raise MissingProgram(
            "The check with HermiT needs Java, and there is no `java` on the PATH. "
            "Install it (Debian and Ubuntu: the package default-jre-headless), or check without --dl."
        )
    home = Path(owlready2.__file__).parent / "hermit"
    with NamedTemporaryFile(suffix=".nt") as file:
        pyoxigraph.serialize(triples, file.name, format=RdfFormat.N_TRIPLES)
        ran = subprocess.run(
            [owlready2.JAVA_EXE, f"-Xmx{MEMORY}M", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8",
             "-classpath", f"{home}:{home / 'HermiT.jar'}", "org.semanticweb.HermiT.cli.CommandLine",
             "--classify", Path(file.name).as_uri()],
            # In another locale Java finds no file whose path has a letter that this one lacks.
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
    if ran.returncode and "Inconsistent ontology" in ran.stderr:
        return None
    if ran.returncode or UNREAD in ran.stderr:
        raise EngineFailed(f"HermiT could not read the ontology: {_reason(ran.stderr or ran.stdout)}")
    found: dict[str, list[list[NamedNode]]] = {"EquivalentClasses": [], "SubClassOf": []}
    for relation, classes in ANSWER.findall(ran.stdout):
        found[relation].append([NamedNode(iri) for iri in classes.split("> <")])
    return _Hierarchy(
        list(map(frozenset, found["EquivalentClasses"])), [(lower, upper) for lower, upper in found["SubClassOf"]]
    )


ANSWER = re.compile(r"^(EquivalentClasses|SubClassOf)\( <(.+)> \)$", re.MULTILINE)
UNREAD = "It all went pear-shaped: "
"""What HermiT says of a file that it could not read, and exits as if all were well."""


def _understood(triples: list[Triple]) -> Iterator[Triple]:
    """The triples without imports, which fetch, and without what would be refused or misread."""
    left_out = _left_out(triples)
    for triple in triples:
        kept = triple.object not in left_out and not _foreign(triple.object)
        if kept and triple.subject not in left_out and triple.predicate != OWL_IMPORTS:
            yield triple


def _left_out(triples: list[Triple]) -> set[Term]:
    """The datatypes that are not OWL 2's own, and the lists and data ranges of which a part is left out.

    A shorter list is another list, and false things would follow from it. A restriction that lacks its filler may
    stay: to HermiT it is a class of which nothing is known.
    """
    waiting: list[Term] = [t.subject for t in triples if t.predicate == RDF_TYPE and t.object == DATATYPE]
    wholes: defaultdict[Term, list[Term]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple.subject, BlankNode) and triple.predicate in BUILDING:
            if _foreign(triple.object):
                waiting.append(triple.subject)
            wholes[triple.object].append(triple.subject)
    found: set[Term] = set()
    while waiting:
        part = waiting.pop()
        found.add(part)
        waiting += wholes.pop(part, ())
    return found


def _foreign(term: Term) -> bool:
    """Whether a literal or datatype is not OWL 2's own, nor a triple, which it does not know as a term."""
    if isinstance(term, Literal):
        return term.datatype not in OWL_2
    return isinstance(term, Triple) or (
        isinstance(term, NamedNode) and term.value.startswith(PREFIXES["xsd"]) and term not in OWL_2
    )


def _missed(stated: list[Triple], hierarchy: _Hierarchy, classes: set[NamedNode]) -> Iterator[Finding]:
    """What HermiT has found of these classes, and the rules of OWL 2 RL do not find.

    Nothing is reported that follows from what is known and what was reported before.
    """
    # What is said of members has no say in how their classes lie, and may be much.
    axioms = [each for each in stated if is_axiom(*each)]
    try:
        rules = Closure(axioms)
    except TooMuchFollows:  # which is reported for what it is
        return
    above: defaultdict[Term, set[Term]] = defaultdict(set)
    for subject, predicate, object in (*axioms, *rules):
        if predicate == SUBCLASS:  # the rules make two of these of an equivalence
            above[subject].add(object)

    def known(lower: NamedNode, upper: NamedNode) -> bool:
        found: set[Term] = set()
        waiting: list[Term] = [lower, THING]
        while waiting and upper not in found:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += above[each]
        return upper in found

    leaders: dict[NamedNode, NamedNode] = {}
    for group in hierarchy.same:
        if not (members := sorted(classes & group, key=lambda each: (each != THING, each.value))):
            continue
        leader = members[0]
        leaders |= dict.fromkeys(group, leader)
        for other in members[1:]:
            if not (known(other, leader) and known(leader, other)):
                yield _missing(other, EQUIVALENT, leader)
                above[other].add(leader)
                above[leader].add(other)
    for one, two in hierarchy.steps:
        lower, upper = leaders.get(one, one), leaders.get(two, two)
        if {lower, upper} <= classes and not known(lower, upper):
            yield _missing(lower, SUBCLASS, upper)


def _reason(told: str) -> str:
    """What Java said first, without its stack."""
    lines = [line.strip() for line in told.replace(UNREAD, "").splitlines() if line.strip()]
    first = next((line for line in lines if not line.startswith(("at ", "Picked up "))), "it does not say why")
    return re.sub(r'^Exception in thread "\w+" (\S+: )?', "", first)


def _inconsistent() -> Finding:
    return Finding(
        rule=CONSISTENT,
        severity=Severity.VIOLATION,
        messages={
            "en": "The ontology and the data contradict each other: they can not all be true.",
            "fr": "L’ontologie et les données se contredisent : elles ne peuvent pas être toutes vraies.",
        },
        remedy={
            "en": "Look for a node that is in two disjoint classes, or that a domain or range puts into one.",
            "fr": "Cherchez un nœud qui est dans deux classes disjointes, ou qu’un domaine ou une portée y place.",
        },
    )


def _unsatisfiable(node: NamedNode) -> Finding:
    return Finding(
        rule=SATISFIABLE,
        severity=Severity.VIOLATION,
        messages={
            "en": f"The class {node} can have no members.",
            "fr": f"La classe {node} ne peut avoir aucun membre.",
        },
        remedy={
            "en": "Look for two disjoint classes above it, or for a restriction that nothing can meet.",
            "fr": "Cherchez deux classes disjointes au-dessus d’elle, ou une restriction que rien ne peut remplir.",
        },
        focus=str(node),
    )


def _missing(lower: NamedNode, predicate: NamedNode, upper: NamedNode) -> Finding:
    """A warning: nothing is untrue, but there are answers that the graph should give and does not.

    A note would be hidden, and the fault is mended by one triple.
    """
    said = MISSING[predicate]
    return Finding(
        rule=HIERARCHY,
        severity=Severity.WARNING,
        messages={language: text.format(lower=lower, upper=upper) for language, text in said.items()},
        remedy=STATE,
        focus=str(lower),
        path=predicate.value,
        value=str(upper),
    )


MISSING = {
    SUBCLASS: {
        "en": "Every {lower} is a {upper}, says HermiT; the rules of OWL 2 RL do not find it.",
        "fr": "Tout {lower} est un {upper}, dit HermiT ; les règles OWL 2 RL ne le trouvent pas.",
    },
    EQUIVALENT: {
        "en": "The classes {lower} and {upper} have the same members, says HermiT; the rules of OWL 2 RL do not find it.",
        "fr": "Les classes {lower} et {upper} ont les mêmes membres, dit HermiT ; les règles OWL 2 RL ne le trouvent pas.",
    },
}
STATE = {
    "en": "State it in the ontology if it is meant to be so; otherwise mend the axiom that it follows from.",
    "fr": "Énoncez-le dans l’ontologie si c’est voulu ; sinon corrigez l’axiome dont cela découle.",
}
