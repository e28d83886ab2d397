"""Contradictions in words: what the reasoner found that cannot be, as a finding.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from orgatlas.graph.clashes import Clash
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.vocabulary import rule

CONTRADICTION = {
    "en": "These statements cannot all be true (rule {rule}): {triples}",
    "fr": "Ces énoncés ne peuvent être tous vrais (règle {rule}) : {triples}",
}
RESOLVE = {
    "en": "Take back the statement that is wrong, or the axiom that forbids it.",
    "fr": "Retirez l’énoncé qui est faux, ou l’axiome qui l’interdit.",
}


def contradiction(clash: Clash) -> Finding:
    """What there is to say of a clash, at the first of its triples."""
    first = clash.triples[0]
    together = " ; ".join(str(triple) for triple in clash.triples)
    texts = {language: text.format(triples=together, rule=clash.rule) for language, text in CONTRADICTION.items()}
    return Finding(
        rule("no-contradiction"), Severity.VIOLATION, texts, RESOLVE,
        focus=str(first.subject), path=first.predicate.value, value=str(first.object),
    )  # fmt: skip
