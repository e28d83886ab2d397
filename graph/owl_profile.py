"""Is the ontology inside OWL 2 RL, and does it keep those conditions of OWL 2 DL that reasoners stumble over?

Every triple must be read as part of an axiom that the profile has; whatever is left over is reported.
https://www.w3.org/TR/owl2-profiles/#OWL_2_RL and
https://www.w3.org/TR/owl2-syntax/#Global_Restrictions_on_Axioms_in_OWL_2_DL
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, NamedNode, Triple

from orgatlas.graph.expressions import (
    CONSTRUCTS,
    INVERSE_OF,
    ON_PROPERTY,
    OWL,
    RDFS,
    XSD,
    Problem,
    construct_of,
    show,
)
from orgatlas.graph.findings import Finding, Severity, ordered
from orgatlas.graph.paths import RDF, Node, members
from orgatlas.graph.structure import (
    EQUIVALENT_PROPERTY,
    KINDS,
    NEEDS_SIMPLE,
    SUB_PROPERTY,
    TYPE,
    Axiom,
    Ontology,
    axiom_of,
    read,
)
from orgatlas.graph.vocabulary import rule

RL, DL, DECLARED = rule("owl2-rl"), rule("owl2-dl"), rule("declared")


def check_profile(triples: Iterable[Triple]) -> list[Finding]:
    """What keeps an ontology out of OWL 2 RL; nothing if it is in."""
    triples = list(triples)
    ontology = read(triples)
    axioms = [axiom for triple in triples if (axiom := axiom_of(ontology, triple)) is not None]
    findings = [_finding(ontology, axiom, problem) for axiom in axioms for problem in axiom.problems]
    findings += _undeclared(ontology, axioms)
    findings += _punned(ontology)
    findings += _not_simple(ontology, axioms)
    findings += _irregular(ontology, axioms)
    return ordered(_once(findings))


def _once(findings: Iterable[Finding]) -> list[Finding]:
    return list({(each.rule, each.focus, each.messages["en"]): each for each in findings}.values())


def _undeclared(ontology: Ontology, axioms: list[Axiom]) -> Iterator[Finding]:
    classes = {each for axiom in axioms for root in axiom.classes for each in _named_classes(ontology, root)}
    properties = {_base(ontology, each) for axiom in axioms for each in axiom.properties}
    properties |= {_base(ontology, each) for node in ontology.graph.values() for each in node.get(ON_PROPERTY, ())}
    for node, kind_en, kind_fr, kinds in (
        *((each, "class", "classe", ("class",)) for each in classes),
        *((each, "property", "propriété", ("object", "data", "annotation")) for each in properties),
    ):
        if isinstance(node, NamedNode) and not node.value.startswith(OWL) and not ontology.is_a(node, *kinds):
            yield Finding(
                rule=DECLARED,
                severity=Severity.VIOLATION,
                messages={
                    "en": f"{node} is used as a {kind_en} and not declared as one.",
                    "fr": f"{node} sert de {kind_fr} sans être déclarée comme telle.",
                },
                remedy={
                    "en": "Declare it in the ontology, or in the stubs if it is another vocabulary's; "
                    "or mend its name.",
                    "fr": "Déclarez-la dans l’ontologie, ou dans les extraits repris s’il s’agit d’un autre "
                    "vocabulaire ; ou corrigez son nom.",
                },
                focus=str(node),
            )


def _named_classes(ontology: Ontology, node: Node, above: frozenset[Node] = frozenset()) -> Iterator[Node]:
    if isinstance(node, NamedNode):
        if not node.value.startswith((XSD, RDFS, RDF)) and not ontology.is_a(node, "datatype"):
            yield node
    elif node not in above and (found := construct_of(ontology.graph, node)):
        predicate, operand = found
        name = predicate.value.removeprefix(OWL)
        inner = [operand] if name in ("complementOf", "someValuesFrom", "allValuesFrom") else []
        inner += members(ontology.graph, operand) if name in ("intersectionOf", "unionOf") else []
        inner += ontology.graph[node].get(NamedNode(OWL + "onClass"), ())
        for each in inner:
            yield from _named_classes(ontology, each, above | {node})


def _punned(ontology: Ontology) -> Iterator[Finding]:
    for left, right in (
        ("object", "data"),
        ("object", "annotation"),
        ("data", "annotation"),
        ("class", "datatype"),
    ):
        for node in ontology.kinds[left] & ontology.kinds[right]:
            names = [show({}, KINDS[kind]) for kind in (left, right)]
            problem = Problem("no term may be both", "aucun terme ne peut être les deux", dl=True)
            axiom = Axiom(" and ".join(names), Triple(node, TYPE, KINDS[right]), (node,))  # type: ignore[arg-type]
            yield _finding(ontology, axiom, problem)


def _base(ontology: Ontology, node: Node) -> Node:
    """The property itself, where only its inverse is named."""
    inverse = ontology.graph.get(node, {}).get(INVERSE_OF) if isinstance(node, BlankNode) else None
    return inverse[0] if inverse else node


def _hierarchy(ontology: Ontology, axioms: list[Axiom]) -> dict[Node, set[Node]]:
    """The properties directly above each one; equivalent and inverse ones stand above each other."""
    above: dict[Node, set[Node]] = {}
    for axiom in axioms:
        if axiom.triple.predicate in (SUB_PROPERTY, EQUIVALENT_PROPERTY, INVERSE_OF):
            lower, upper = (_base(ontology, each) for each in axiom.operands)
            above.setdefault(lower, set()).add(upper)
            if axiom.triple.predicate != SUB_PROPERTY:
                above.setdefault(upper, set()).add(lower)
    return above


def _reach(above: dict[Node, set[Node]], start: Iterable[Node]) -> set[Node]:
    reached, todo = set(start), list(start)
    while todo:
        for each in above.get(todo.pop(), set()) - reached:
            reached.add(each)
            todo.append(each)
    return reached


def _not_simple(ontology: Ontology, axioms: list[Axiom]) -> Iterator[Finding]:
    chained = [axiom.operands[-1] for axiom in axioms if axiom.name == "SubPropertyOfChain"]
    transitive = [axiom.operands[0] for axiom in axioms if axiom.name == "TransitiveProperty"]
    composite = _reach(_hierarchy(ontology, axioms), [*chained, *transitive])
    problem = Problem(
        "the property is transitive or made by a chain, itself or one below it, and may not be used so",
        "la propriété est transitive ou définie par une chaîne, elle-même ou l’une de ses sous-propriétés, "
        "et ne peut pas servir ainsi",
        dl=True,
    )
    for axiom in axioms:
        needs_simple = axiom.name == "DisjointProperties" or NamedNode(OWL + axiom.name) in NEEDS_SIMPLE
        if needs_simple and composite & {_base(ontology, each) for each in axiom.operands}:
            yield _finding(ontology, axiom, problem)
    for node, described in ontology.graph.items():
        for predicate in described.keys() & CONSTRUCTS.keys():
            properties = {_base(ontology, each) for each in described.get(ON_PROPERTY, ())}
            if CONSTRUCTS[predicate].counts and isinstance(node, BlankNode) and properties & composite:
                axiom = Axiom("Restriction", Triple(node, predicate, described[predicate][0]), (node,))
                yield _finding(ontology, axiom, problem)


def _irregular(ontology: Ontology, axioms: list[Axiom]) -> Iterator[Finding]:
    """Chains that come back to themselves by way of another property: no tableau reasoner can follow."""
    above = _hierarchy(ontology, axioms)
    chains = [axiom for axiom in axioms if axiom.name == "SubPropertyOfChain"]
    strict: list[tuple[Axiom, Node, Node]] = []
    for axiom in chains:
        *steps, whole = (_base(ontology, each) for each in axiom.operands)
        free = {0, len(steps) - 1} if steps.count(whole) == 1 or steps == [whole, whole] else set()
        strict += [(axiom, step, whole) for place, step in enumerate(steps) if not (step == whole and place in free)]
    for _, step, whole in strict:
        above.setdefault(step, set()).add(whole)
    problem = Problem(
        "the chain depends on itself by way of its own steps",
        "la chaîne dépend d’elle-même par ses propres étapes",
        dl=True,
    )
    for axiom, step, whole in strict:
        if step in _reach(above, [whole]):
            yield _finding(ontology, axiom, problem)


def _finding(ontology: Ontology, axiom: Axiom, problem: Problem) -> Finding:
    shown = f"{axiom.name}({' '.join(show(ontology.graph, each) for each in axiom.operands)})"
    subject = axiom.triple.subject
    return Finding(
        rule=DL if problem.dl else RL,
        severity=axiom.severity,
        messages={"en": f"{shown}: {problem.en}.", "fr": f"{shown} : {problem.fr}."},
        remedy={
            "en": "Say it with an axiom of OWL 2 RL, or as a shape if it is there to check and not to infer.",
            "fr": "Dites-le par un axiome de OWL 2 RL, ou par une forme s’il sert à vérifier, non à inférer.",
        },
        focus=str(subject) if isinstance(subject, NamedNode) else None,
        path=axiom.triple.predicate.value,
    )
