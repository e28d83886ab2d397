"""Contradictions in words: what the reasoner found that cannot be, as a finding.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from contextlib import suppress

from orgatlas.graph.closure import Closure
from orgatlas.graph.errors import ProofTooLarge, TooMuchFollows
from orgatlas.graph.explain import explain
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.proofs import Clash, Step
from orgatlas.graph.reasons import RULES
from orgatlas.graph.vocabulary import rule

CONTRADICTION = {
    "en": "These statements cannot all be true (rule {rule}): {triples}",
    "fr": "Ces énoncés ne peuvent être tous vrais (règle {rule}) : {triples}",
}
FORBIDDEN = {
    "en": "It is forbidden by {axiom}",
    "fr": "C’est interdit par {axiom}",
}
RESOLVE = {
    "en": "Take back the statement that is wrong, or the axiom that forbids it.",
    "fr": "Retirez l’énoncé qui est faux, ou l’axiome qui l’interdit.",
}


PROVED = {
    "en": "{conclusion} follows by the rule “{rule}” from {premises}",
    "fr": "{conclusion} se déduit par la règle «\u00a0{rule}\u00a0» de {premises}",
}
TOO_MUCH = {
    "en": "Too much follows: by {axiom} (rule {rule}) alone something is concluded {count} times; the limit is {limit}.",
    "fr": "Il s’ensuit trop de choses : par {axiom} (règle {rule}), {count} conclusions à lui seul ; la limite est de {limit}.",
}
BREAK = {
    "en": "Look for a circle: a property that leads back to where it began, or a chain that feeds itself.",
    "fr": "Cherchez un cercle : une propriété qui ramène au départ, ou un enchaînement qui se nourrit de lui-même.",
}

PROOFS = 50
"""Contradictions that are told with their proofs: a reader of more has other worries."""


def contradictions(closure: Closure) -> list[Finding]:
    """What there is to say of the clashes of a closure, with the proof of what in them was not stated."""
    return [contradiction(clash, closure if place < PROOFS else None) for place, clash in enumerate(closure.clashes)]


def contradiction(clash: Clash, closure: Closure | None = None) -> Finding:
    """What there is to say of a clash, at the first of its triples; with a closure, also how they follow."""
    first = clash.triples[0]
    together = " ; ".join(str(triple) for triple in clash.triples)
    steps = [] if closure is None else _steps(clash, closure)
    texts = {}
    for place, (language, text) in enumerate(CONTRADICTION.items()):
        said = [text.format(triples=together, rule=clash.rule)]
        if clash.axiom is not None and clash.axiom not in clash.triples:
            said.append(FORBIDDEN[language].format(axiom=clash.axiom))
        for step in steps:
            premises = " ; ".join(map(str, step.premises)) or str(step.axioms[0])
            name = RULES.get(step.rule, (step.rule, step.rule))[place]
            said.append(PROVED[language].format(conclusion=step.triple, rule=name, premises=premises))
        texts[language] = ". ".join(said)
    return Finding(
        rule("no-contradiction"), Severity.VIOLATION, texts, RESOLVE,
        focus=str(first.subject), path=first.predicate.value, value=str(first.object),
    )  # fmt: skip


def _steps(clash: Clash, closure: Closure) -> list[Step]:
    """The steps by which the triples of a clash were concluded, each once."""
    found: dict[Step, None] = {}
    for triple in clash.triples:
        with suppress(ProofTooLarge):
            found |= dict.fromkeys(explain(closure, triple, 1).proofs[0].steps)
    return list(found)


def too_much(error: TooMuchFollows) -> Finding:
    """That reasoning was given up, and on whose account."""
    texts = {language: text.format(**vars(error)) for language, text in TOO_MUCH.items()}
    return Finding(rule("closure-finite"), Severity.VIOLATION, texts, BREAK)
