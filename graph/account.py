"""The account of an explanation: a JSON-LD document that a page is made of as well, with names, rules in words, and passages.

A triple is an rdf:Statement, a step a prov:Activity that used its premises and generated its conclusion:
https://www.w3.org/TR/json-ld11/ and https://www.w3.org/TR/prov-o/
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.closure import Closure
from orgatlas.graph.evidence import passage_of, source_text, verbatim
from orgatlas.graph.naming import Names
from orgatlas.graph.proofs import Clash, Explanation, Gap, Pattern, Proof, Step
from orgatlas.graph.reasons import Reasons
from orgatlas.graph.store import MemoryStore, Term
from orgatlas.graph.vocabulary import LANGUAGES, PREFIXES, name

NONE = "@none"
"""The key of a text without a language."""

PLACES = {"s": "subject", "p": "predicate", "o": "object"}
"""The places of a statement, by the names of the parameters that ask for it."""

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
    "status": "rdf:value",
    "position": "oa:hasSelector",
    "quote": "oa:hasSelector",
    "start": "oa:start",
    "end": "oa:end",
    "exact": "oa:exact",
    # What only those need who read the document as JSON.
    **dict.fromkeys(
        ("ways", "counted", "nearest", "held", "missing", "forbidden", "unknown", "reasoned", "contradictory")
    ),
}


class Account:
    """Tells explanations with what a store knows of the things in them. `texts` is the folder of the source documents."""

    def __init__(self, closure: Closure, store: MemoryStore, bundle: Bundle, texts: Path | None = None) -> None:
        self._closure, self._store, self._bundle, self._texts = closure, store, bundle, texts
        self.names = Names(store, bundle)
        self._reasons = Reasons(closure.axioms, self.names.said)
        self._numbers: dict[ox.Triple, int] = {}

    def document(self, explanation: Explanation, address: str | None = None) -> dict[str, Any]:
        """The account of an explanation; `address` is where it is found."""
        triple = explanation.triple
        status = None if explanation.holds else "always" if explanation.trivial else "absent"
        told = self._statement(triple, status)
        return {
            "@context": CONTEXT,
            **({"@id": address} if address else {}),
            "@type": "prov:Entity",
            "status": told["status"],
            "triple": told,
            "ways": explanation.ways,
            "counted": explanation.counted,
            "proofs": [self._proof(proof) for proof in explanation.proofs],
            "nearest": [self._gap(gap) for gap in explanation.gaps],
            "forbidden": [self._clash(clash) for clash in explanation.clashes],
            "unknown": [place for place, term in zip(PLACES, triple, strict=True) if not self._occurs(term)],
            "reasoned": self._closure.reasons,
            "contradictory": self._closure.contradicts_itself,
        }

    def _occurs(self, term: Term) -> bool:
        """Whether a graph speaks of a thing; a literal may always be said."""
        if isinstance(term, ox.Literal | ox.Triple):
            return True
        if isinstance(term, ox.NamedNode) and term.value.startswith(
            (PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"])
        ):
            return True
        found = chain(self._store.find(term, None, None), self._store.find(None, None, term))
        if isinstance(term, ox.NamedNode):
            found = chain(found, self._store.find(None, term, None))
        return any(True for _ in found)

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

    def _clash(self, clash: Clash) -> dict[str, Any]:
        statements = [self._statement(each, "tried" if not self._holds(each) else None) for each in clash.triples]
        return {**self._reason(clash.rule, clash.axioms), "statements": statements}

    def _holds(self, triple: ox.Triple) -> bool:
        return any(True for _ in self._store.find(*triple))

    def _reason(self, rule: str, axioms: tuple[ox.Triple, ...]) -> dict[str, Any]:
        told = {"notation": rule, "name": self._reasons.rule(rule), "definedBy": TABLES}
        return {"rule": told, "because": self._reasons.axiom(axioms)}

    def _statement(self, triple: ox.Triple, status: str | None = None) -> dict[str, Any]:
        """A triple with the graphs that state it; it has one number however often it is told."""
        number = self._numbers.setdefault(triple, len(self._numbers) + 1)
        graphs = [quad.graph_name for quad in self._store.statements(triple)]
        told = [self._graph(graph) for graph in graphs if isinstance(graph, ox.NamedNode)]
        by_source = self._bundle.plain or len(told) < len(graphs) or any("source" in graph for graph in told)
        return {
            "@id": f"_:statement-{number}",
            "@type": "rdf:Statement",
            **self._pattern(Pattern(*triple)),
            "statedIn": told,
            "status": status or (("stated" if by_source else "added") if graphs else "derived"),
        }

    def _pattern(self, pattern: Pattern) -> dict[str, Any]:
        slots = dict(zip(PLACES.values(), (pattern.subject, pattern.predicate, pattern.object), strict=True))
        return {
            place: {"@id": f"_:{slot}"} if isinstance(slot, str) else self._term(slot) for place, slot in slots.items()
        }

    def _term(self, term: Term) -> dict[str, Any]:
        if isinstance(term, ox.Literal):
            if term.language:
                return {"@value": term.value, "@language": term.language}
            plain = term.datatype.value == PREFIXES["xsd"] + "string"
            return {"@value": term.value} if plain else {"@value": term.value, "@type": term.datatype.value}
        if isinstance(term, ox.Triple):  # JSON-LD has no word for one
            return {"@value": f"<<( {term} )>>"}
        if not isinstance(term, ox.NamedNode):
            if not self._closure.is_expression(term):
                return {"@id": str(term)}
            return {"@id": str(term), "label": {tag: self._reasons.said(term, tag) for tag in LANGUAGES}}
        return {"@id": term.value, **_worded("label", self.names.of(term))}

    def _graph(self, graph: ox.NamedNode) -> dict[str, Any]:
        """A graph, and the passage whose name it is."""
        titles = self._texts_of(graph, "dct:title")
        told: dict[str, Any] = {"@id": graph.value, **_worded("label", self.names.of(graph) or titles)}
        if (passage := passage_of(self._store, graph)) is None:
            return told | _worded("supports", self._texts_of(graph, "skos:editorialNote"))
        told |= {
            "source": self._term(ox.NamedNode(passage.source)),
            "position": {"@type": "oa:TextPositionSelector", "start": passage.start, "end": passage.end},
            **_worded("supports", self._texts_of(graph, "rdfs:comment")),
        }
        text = source_text(self._bundle, passage.source, self._texts)
        quote = verbatim(text, passage) if text is not None else None
        return {**told, "quote": {"@type": "oa:TextQuoteSelector", "exact": quote}} if quote is not None else told

    def _texts_of(self, term: ox.NamedNode, property: str) -> dict[str, str]:
        """The texts that a property has, by language."""
        literals = (quad.object for quad in self._store.find(term, name(property), None))
        return {each.language or "": each.value for each in literals if isinstance(each, ox.Literal)}


def _worded(key: str, texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {key: {language or NONE: text for language, text in texts.items()}} if texts else {}


def in_reading_order(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The steps of a proof as one reads them: the last one first, then each where it is first asked for."""
    by_conclusion = {step["conclusion"]["@id"]: step for step in steps}
    found: dict[str, Mapping[str, Any]] = {}
    waiting = [steps[-1]["conclusion"]["@id"]] if steps else []
    while waiting:
        each = waiting.pop()
        if each in by_conclusion and each not in found:
            found[each] = by_conclusion[each]
            waiting += [premise["@id"] for premise in reversed(found[each]["premises"])]
    return list(found.values())


def written(document: Mapping[str, Any], form: ox.RdfFormat, prefixes: Mapping[str, str]) -> bytes:
    """A document in a form of RDF; JSON-LD is written as it is."""
    text = json.dumps(document, ensure_ascii=False, indent=2).encode()
    if form == ox.RdfFormat.JSON_LD:
        return text + b"\n"
    triples: Iterable[ox.Triple] = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)]
    return ox.serialize(triples, format=form, prefixes=dict(prefixes)) or b""
