"""Can the ontology and the data be true together? HermiT, a reasoner for the whole of OWL 2 DL, says so.

It is a Java program that owlready2 carries: http://www.hermit-reasoner.com/
"""

import io
import re
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from orgatlas.graph.errors import EngineFailed, MissingProgram
from orgatlas.graph.expressions import DATATYPES
from orgatlas.graph.findings import Finding, Severity, ordered
from orgatlas.graph.vocabulary import PREFIXES, name, rule

CONSISTENT, SATISFIABLE = rule("consistent"), rule("satisfiable")
OWL_2 = DATATYPES | {name("owl:real"), name("owl:rational")}
OWL_IMPORTS, RDF_TYPE, DATATYPE = name("owl:imports"), name("rdf:type"), name("rdfs:Datatype")


def check_dl(triples: Iterable[Triple]) -> list[Finding]:
    """Reports an inconsistency, or else the classes that can have no members; MissingProgram without Java.

    What is said with datatypes beyond OWL 2's own, xsd:date among them, is left out: HermiT gives up at them.
    """
    if shutil.which("java") is None:
        raise MissingProgram(
            "The check with HermiT needs Java, and there is no `java` on the PATH. "
            "Install it (Debian and Ubuntu: the package default-jre-headless), or check without --dl."
        )
    import owlready2

    try:
        world = owlready2.World()
        document = pyoxigraph.serialize(_understood(list(triples)), format=RdfFormat.N_TRIPLES) or b""
        world.get_ontology("urn:orgatlas:checked#").load(fileobj=io.BytesIO(document), format="ntriples")
        owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        impossible = [_iri(each) for each in world.inconsistent_classes() if each is not owlready2.Nothing]
    except owlready2.OwlReadyInconsistentOntologyError:
        return [_inconsistent()]
    except Exception as error:  # owlready2 and HermiT raise whatever they meet
        raise EngineFailed(f"HermiT could not read the ontology: {_reason(error)}") from error
    return ordered(_unsatisfiable(iri) for iri in impossible)


def _understood(triples: list[Triple]) -> Iterator[Triple]:
    """The triples without imports, which fetch, and without the datatypes that are not OWL 2's own."""
    own = {t.subject for t in triples if t.predicate == RDF_TYPE and t.object == DATATYPE}
    for triple in triples:
        value = triple.object
        foreign = value.datatype not in OWL_2 if isinstance(value, Literal) else value in own or _unknown(value)
        if not foreign and triple.subject not in own and triple.predicate != OWL_IMPORTS:
            yield triple


def _unknown(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(PREFIXES["xsd"]) and term not in OWL_2


def _iri(entity: Any) -> str:
    return str(getattr(entity, "iri", entity))


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


def _unsatisfiable(iri: str) -> Finding:
    return Finding(
        rule=SATISFIABLE,
        severity=Severity.VIOLATION,
        messages={
            "en": f"The class <{iri}> can have no members.",
            "fr": f"La classe <{iri}> ne peut avoir aucun membre.",
        },
        remedy={
            "en": "Look for two disjoint classes above it, or for a restriction that nothing can meet.",
            "fr": "Cherchez deux classes disjointes au-dessus d’elle, ou une restriction que rien ne peut remplir.",
        },
        focus=f"<{iri}>",
    )
