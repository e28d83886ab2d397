"""The account of an explanation: a JSON-LD document that a page is made of as well, with names, rules in words, and passages.

A triple is an rdf:Statement, a step a prov:Activity that used its premises and generated its conclusion:
https://www.w3.org/TR/json-ld11/ and https://www.w3.org/TR/prov-o/
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.closure import Closure
from orgatlas.graph.evidence import Passage, passages, source_text, verbatim
from orgatlas.graph.naming import Names
from orgatlas.graph.proofs import Explanation, Gap, Pattern, Proof, Step
from orgatlas.graph.reasons import Reasons
from orgatlas.graph.store import MemoryStore, Term
from orgatlas.graph.vocabulary import PREFIXES

NONE = "@none"
"""The key of a text without a language."""

TABLES = "https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules"


def _many(iri: str, container: str) -> dict[str, str]:
    return {"@id": iri, "@container": container}


CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    **{prefix: PREFIXES[prefix] for prefix in ("dct", "oa", "prov", "rdf", "rdfs", "skos")},
    "triple": "dct:subject",
    "proofs": _many("dct:hasPart", "@list"),
    "steps": _many("dct:hasPart", "@list"),
    "conclusion": "prov:generated",
    "premises": _many("prov:used", "@set"),
    "axioms": _many("dct:requires", "@set"),
    "rule": "dct:conformsTo",
    "notation": "skos:notation",
    "name": _many("skos:prefLabel", "@language"),
    "because": _many("rdfs:comment", "@language"),
    "label": _many("rdfs:label", "@language"),
    "supports": _many("rdfs:comment", "@language"),
    "subject": "rdf:subject",
    "predicate": "rdf:predicate",
    "object": "rdf:object",
    "statedIn": _many("dct:isPartOf", "@set"),
    "source": "oa:hasSource",
    "definedBy": {"@id": "rdfs:isDefinedBy", "@type": "@id"},
    # What only those need who read the document as JSON.
    **dict.fromkeys(("status", "ways", "counted", "start", "end", "quote", "nearest", "held", "missing")),
}


class Account:
    """Tells explanations with what a store knows of the things in them. `texts` is the folder of the source documents."""

    def __init__(self, closure: Closure, store: MemoryStore, bundle: Bundle, texts: Path | None = None) -> None:
        self._store, self._bundle, self._texts = store, bundle, texts
        self.names = Names(store, bundle)
        self._reasons = Reasons(closure.axioms, self.names.said)
        self._passages: dict[str, Passage] | None = None
        self._numbers: dict[ox.Triple, int] = {}

    def document(self, explanation: Explanation, address: str | None = None) -> dict[str, Any]:
        """The account of an explanation; `address` is where it is found."""
        return {
            "@context": CONTEXT,
            **({"@id": address} if address else {}),
            "@type": "prov:Entity",
            "status": "stated" if explanation.asserted else "derived" if explanation.holds else "absent",
            "triple": self._statement(explanation.triple),
            "ways": explanation.ways,
            "counted": explanation.counted,
            "proofs": [self._proof(proof) for proof in explanation.proofs],
            "nearest": [self._gap(gap) for gap in explanation.gaps],
        }

    def _proof(self, proof: Proof) -> dict[str, Any]:
        return {"@type": "prov:Plan", "steps": [self._step(step) for step in proof.steps]}

    def _step(self, step: Step) -> dict[str, Any]:
        return {
            "@type": "prov:Activity",
            **self._reason(step.rule, step.axioms),
            "premises": [self._statement(each) for each in step.premises],
            "axioms": [self._statement(each) for each in step.axioms],
            "conclusion": self._statement(step.triple),
        }

    def _gap(self, gap: Gap) -> dict[str, Any]:
        return {
            **self._reason(gap.rule, gap.axioms),
            "held": [self._statement(each) for each in gap.held],
            "missing": [self._pattern(each) for each in gap.missing],
        }

    def _reason(self, rule: str, axioms: tuple[ox.Triple, ...]) -> dict[str, Any]:
        told = {"notation": rule, "name": self._reasons.rule(rule), "definedBy": TABLES}
        return {"rule": told, "because": self._reasons.axiom(axioms)}

    def _statement(self, triple: ox.Triple) -> dict[str, Any]:
        """A triple with the graphs that state it; it has one number however often it is told."""
        number = self._numbers.setdefault(triple, len(self._numbers) + 1)
        graphs = [quad.graph_name for quad in self._store.statements(triple)]
        return {
            "@id": f"_:statement-{number}",
            "@type": "rdf:Statement",
            **self._pattern(Pattern(*triple)),
            "statedIn": [self._graph(graph) for graph in graphs if isinstance(graph, ox.NamedNode)],
            "status": "stated" if graphs else "derived",
        }

    def _pattern(self, pattern: Pattern) -> dict[str, Any]:
        slots = {"subject": pattern.subject, "predicate": pattern.predicate, "object": pattern.object}
        return {
            place: {"@id": f"_:{slot}"} if isinstance(slot, str) else self._term(slot) for place, slot in slots.items()
        }

    def _term(self, term: Term) -> dict[str, Any]:
        if isinstance(term, ox.Literal):
            if term.language:
                return {"@value": term.value, "@language": term.language}
            plain = term.datatype.value == PREFIXES["xsd"] + "string"
            return {"@value": term.value} if plain else {"@value": term.value, "@type": term.datatype.value}
        if not isinstance(term, ox.NamedNode):
            return {"@id": str(term)}
        return {"@id": term.value, **_worded("label", self.names.of(term))}

    def _graph(self, graph: ox.NamedNode) -> dict[str, Any]:
        """A graph, and the passage whose name it is."""
        if self._passages is None:
            self._passages = {each.iri: each for each in passages(self._store, self._bundle)}
        told: dict[str, Any] = {"@id": graph.value, **_worded("label", self.names.of(graph))}
        if (passage := self._passages.get(graph.value)) is None:
            return told
        told |= {"source": self._term(ox.NamedNode(passage.source)), "start": passage.start, "end": passage.end}
        told |= _worded("supports", self._comments(graph))
        text = source_text(self._bundle, passage.source, self._texts)
        quote = verbatim(text, passage) if text is not None else None
        return {**told, "quote": quote} if quote is not None else told

    def _comments(self, term: ox.NamedNode) -> dict[str, str]:
        found = self._store.find(term, ox.NamedNode(PREFIXES["rdfs"] + "comment"), None)
        literals = (quad.object for quad in found if isinstance(quad.object, ox.Literal))
        return {literal.language or "": literal.value for literal in literals}


def _worded(key: str, texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {key: {language or NONE: text for language, text in texts.items()}} if texts else {}


def written(document: Mapping[str, Any], form: ox.RdfFormat, prefixes: Mapping[str, str]) -> bytes:
    """A document in a form of RDF; JSON-LD is written as it is."""
    text = json.dumps(document, ensure_ascii=False, indent=2).encode()
    if form == ox.RdfFormat.JSON_LD:
        return text + b"\n"
    triples: Iterable[ox.Triple] = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)]
    return ox.serialize(triples, format=form, prefixes=dict(prefixes)) or b""
