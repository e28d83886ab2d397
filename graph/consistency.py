"""Can the ontology and the data be true together, and is the hierarchy of classes complete? HermiT says so.

It is a reasoner for the whole of OWL 2 DL, a Java program that owlready2 carries: http://www.hermit-reasoner.com/
"""

import io
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from orgatlas.graph.axioms import NOTHING, THING, Term
from orgatlas.graph.closure import Closure
from orgatlas.graph.errors import EngineFailed, MissingProgram
from orgatlas.graph.expressions import DATATYPES
from orgatlas.graph.findings import Finding, Severity, ordered
from orgatlas.graph.vocabulary import PREFIXES, name, rule

CONSISTENT, SATISFIABLE, HIERARCHY = rule("consistent"), rule("satisfiable"), rule("hierarchy-complete")
SUBCLASS, EQUIVALENT = name("rdfs:subClassOf"), name("owl:equivalentClass")
OWL_2 = DATATYPES | {name("owl:real"), name("owl:rational")}
EXACT = {each for each in OWL_2 if each.value.lower().endswith(("decimal", "integer", "long"))}
"""Numbers that may have any number of digits, or too many for a float."""
OWL_IMPORTS, RDF_TYPE, DATATYPE = name("owl:imports"), name("rdf:type"), name("rdfs:Datatype")
BUILDING = {name(f"rdf:{each}") for each in ("first", "rest")}
BUILDING |= {name(f"owl:{each}") for each in ("oneOf", "unionOf", "intersectionOf", "complementOf")}
BUILDING |= {name(f"owl:{each}") for each in ("datatypeComplementOf", "onDatatype", "withRestrictions")}
BUILDING |= {name(f"xsd:{end}{kind}clusive") for end in ("min", "max") for kind in ("In", "Ex")}
"""What lists and data ranges are made of."""

_Links: TypeAlias = defaultdict[Term, set[Term]]


def check_dl(triples: Iterable[Triple]) -> list[Finding]:
    """Reports an inconsistency, or else the classes that can have no members, and what the rules miss between the others.

    MissingProgram without Java. What is said with datatypes beyond OWL 2's own, xsd:date among them, is left out:
    HermiT gives up at them.
    """
    if shutil.which("java") is None:
        raise MissingProgram(
            "The check with HermiT needs Java, and there is no `java` on the PATH. "
            "Install it (Debian and Ubuntu: the package default-jre-headless), or check without --dl."
        )
    import owlready2

    stated = list(triples)
    try:
        world = owlready2.World()
        document = pyoxigraph.serialize(_understood(stated), format=RdfFormat.N_TRIPLES) or b""
        world.get_ontology("urn:orgatlas:checked#").load(fileobj=io.BytesIO(document), format="ntriples")
        news = world.get_ontology("urn:orgatlas:inferred#")  # HermiT reads the world, and writes here what is new
        owlready2.sync_reasoner_hermit(news, infer_property_values=False, debug=0)
        impossible = {
            NamedNode(each.iri) for each in world.inconsistent_classes() if isinstance(each, owlready2.ThingClass)
        }
        saved = io.BytesIO()
        news.save(saved, format="ntriples")
    except owlready2.OwlReadyInconsistentOntologyError:
        return [_inconsistent()]
    except Exception as error:  # owlready2 and HermiT raise whatever they meet
        raise EngineFailed(f"HermiT could not read the ontology: {_reason(error)}") from error
    told = [quad.triple for quad in pyoxigraph.parse(saved.getvalue(), format=RdfFormat.N_TRIPLES)]
    # An expression that it cannot read is a class to HermiT, with a name that nobody has given.
    terms = {THING, *(each.subject for each in stated), *(each.object for each in stated)}
    spoken = {each for each in terms if isinstance(each, NamedNode) and each != NOTHING}
    return ordered([*map(_unsatisfiable, impossible & spoken), *_missed(stated, told, spoken - impossible)])


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
    """Whether a literal or datatype is not OWL 2's own, or a number is more than owlready2 keeps, which uses floats."""
    if isinstance(term, Literal):
        return term.datatype not in OWL_2 or (term.datatype in EXACT and len(term.value) > 15)
    return isinstance(term, NamedNode) and term.value.startswith(PREFIXES["xsd"]) and term not in OWL_2


def _missed(stated: list[Triple], told: list[Triple], classes: set[NamedNode]) -> Iterator[Finding]:
    """What HermiT has told of these classes, and the rules of OWL 2 RL do not find.

    HermiT tells which classes are the same and which are next to each other. So nothing is reported that follows from
    what is known and what else is reported.
    """
    if not any(each.predicate in (SUBCLASS, EQUIVALENT) for each in told):
        return
    above, same = _Links(set), _Links(set)
    for subject, predicate, object in (*stated, *Closure(stated)):
        if predicate in (SUBCLASS, EQUIVALENT):
            above[subject].add(object)
        if predicate == EQUIVALENT:
            above[object].add(subject)
            _join(same, subject, object)
    for subject, predicate, object in told:
        if predicate == EQUIVALENT:
            _join(same, subject, object)

    leaders: dict[Term, NamedNode] = {}
    for leader in sorted(classes & same.keys(), key=_thing_first):
        group = _reached(same, leader) - leaders.keys()
        leaders |= dict.fromkeys(group, leader)
        for member in sorted(classes & group - {leader}):
            if not {leader, member} <= _reached(above, leader, THING) & _reached(above, member, THING):
                yield _missing(member, EQUIVALENT, leader)
                _join(above, leader, member)
    # HermiT speaks of any of the classes that are the same, and not of the same one each time.
    steps = {
        (leaders.get(t.subject, t.subject), leaders.get(t.object, t.object)) for t in told if t.predicate == SUBCLASS
    }
    for lower, upper in steps:
        if isinstance(lower, NamedNode) and isinstance(upper, NamedNode) and {lower, upper} <= classes:
            if upper not in _reached(above, lower, THING):
                yield _missing(lower, SUBCLASS, upper)


def _join(links: _Links, one: Term, other: Term) -> None:
    links[one].add(other)
    links[other].add(one)


def _reached(links: _Links, *start: Term) -> set[Term]:
    """Where the links lead to, the start included."""
    found: set[Term] = set()
    waiting = [*start]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += links.get(each, ())
    return found


def _thing_first(each: NamedNode) -> tuple[bool, str]:
    return each != THING, each.value


def _reason(error: Exception) -> str:
    """What Java said first, without its stack."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("at ", "Java error message is"))]
    return re.sub(r'^Exception in thread "\w+" (\S+: )?', "", told[0]) if told else type(error).__name__


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
