"""Does a graph conform to its shapes? One seam, two engines: a fast one, and the reference.

https://www.w3.org/TR/shacl/#validation
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from orgatlas.graph import paths
from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.findings import Finding, Severity, ordered
from orgatlas.graph.paths import SH, Index, Node, members
from orgatlas.graph.rdflib_terms import from_rdflib, to_rdflib
from orgatlas.graph.vocabulary import name, rule

AGREEMENT = rule("engines-agree")
MADE_UP = "urn:orgatlas:shape:"  # shapes without an IRI get one while they are validated
UNNAMED = MADE_UP + "unnamed"
REMEDY, MESSAGE = name("atlas:remedy"), name("sh:message")
RDF_TYPE, OWL_IMPORTS = name("rdf:type"), name("owl:imports")

SHAPE_CLASSES = {name("sh:NodeShape"), name("sh:PropertyShape")}
INNER_SHAPES = {name("sh:property"), name("sh:node"), name("sh:not"), name("sh:qualifiedValueShape")}
INNER_SHAPE_LISTS = {name("sh:and"), name("sh:or"), name("sh:xone")}
INNER_CONSTRAINTS = {name("sh:sparql")}


class Validator(Protocol):
    """Validates a flat graph; raises EngineFailed where the shapes can not be read."""

    name: str

    def validate(self, data: Iterable[Triple], shapes: Iterable[Triple]) -> list[Finding]: ...


class ShaclValidator:
    """The `shacl` package, in Rust: fast, and lets other threads run."""

    name = "shacl"

    def validate(self, data: Iterable[Triple], shapes: Iterable[Triple]) -> list[Finding]:
        import shacl

        named = _name_shapes(shapes)
        try:
            compiled = shacl.Shapes.from_text(_ntriples(named.triples), "ntriples")
            report = compiled.validate_text(_ntriples(data), "ntriples").serialize("ntriples")
        except ValueError as error:
            raise EngineFailed(f"{self.name} can not use the shapes: {error}") from error
        return _findings(_parse(report), named)


class PyShaclValidator:
    """pySHACL on rdflib: slow, and the reference."""

    name = "pyshacl"

    _alone = threading.Lock()  # pySHACL patches rdflib for the whole process while it loads shapes

    def validate(self, data: Iterable[Triple], shapes: Iterable[Triple]) -> list[Finding]:
        import pyshacl
        from rdflib import Graph

        named = _name_shapes(shapes)
        # Fresh graphs, because pySHACL writes into those that it is given.
        try:
            with self._alone, _without_complaints():
                data_graph, shapes_graph = to_rdflib(_without_imports(data)), to_rdflib(named.triples)
                _, report, text = pyshacl.validate(
                    data_graph,
                    shacl_graph=shapes_graph,
                    inference="none",
                    do_owl_imports=False,
                    inplace=True,
                )
        except EngineFailed:
            raise
        except Exception as error:  # its parsers of SPARQL and of patterns let their own errors through
            raise EngineFailed(f"{self.name} can not use the shapes: {error}") from error
        if not isinstance(report, Graph):
            raise EngineFailed(f"{self.name} gave no report: {text}")
        return _findings(from_rdflib(report), named)


def disagreements(
    first: Iterable[Finding], second: Iterable[Finding], names: tuple[str, str] = ("shacl", "pyshacl")
) -> list[Finding]:
    """What only one of two engines found, by focus node, component, path and rule."""
    left, right = ({_identity(each): each for each in ordered(findings)} for findings in (first, second))
    found = [_disagreement(left[key], *names) for key in left.keys() - right.keys()]
    found += [_disagreement(right[key], *reversed(names)) for key in right.keys() - left.keys()]
    return ordered(found)


def _identity(finding: Finding) -> tuple[str | None, ...]:
    # An engine names blank nodes as it likes: of two of them only the kind can be compared.
    focus = "_:" if finding.focus and finding.focus.startswith("_:") else finding.focus
    return focus, finding.component, finding.path, finding.rule


def _disagreement(finding: Finding, found_by: str, missed_by: str) -> Finding:
    component = (finding.component or "").removeprefix(SH)
    return Finding(
        rule=AGREEMENT,
        severity=Severity.VIOLATION,
        messages={
            "en": f"{found_by} finds a violation of {finding.rule} ({component}) that {missed_by} does not.",
            "fr": f"{found_by} trouve une violation de {finding.rule} ({component}) que {missed_by} ne trouve pas.",
        },
        remedy={
            "en": "Look at the rule: one of the engines reads it wrongly, or it says what SHACL leaves open.",
            "fr": "Examinez la règle : l’un des moteurs la lit mal, ou elle dit ce que SHACL laisse ouvert.",
        },
        focus=finding.focus,
        path=finding.path,
        value=finding.value,
        component=finding.component,
        file=finding.file,
        line=finding.line,
        column=finding.column,
    )


@dataclass(frozen=True, slots=True)
class _Shapes:
    """A shapes graph in which every shape has an IRI, so that a report can be traced back to it."""

    triples: list[Triple]
    index: Index
    made_up: frozenset[Node]
    outer: Mapping[Node, list[Node]]
    """The shapes that a shape or constraint is part of."""


def _name_shapes(triples: Iterable[Triple]) -> _Shapes:
    triples = list(_without_imports(triples))
    index = paths.index(triples)
    inner = [(holder, part) for holder, part in _parts(triples, index) if isinstance(part, BlankNode)]
    blank: list[Node] = [part for _, part in inner]
    blank += [t.subject for t in triples if t.predicate == RDF_TYPE and t.object in SHAPE_CLASSES]
    names: dict[Node, NamedNode] = {}
    for node in blank:
        if isinstance(node, BlankNode):
            names.setdefault(node, NamedNode(f"{MADE_UP}{len(names) + 1}"))
    outer: dict[Node, list[Node]] = {}
    for holder, part in inner:
        outer.setdefault(names[part], []).append(names.get(holder, holder))
    renamed = [Triple(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object)) for t in triples]
    return _Shapes(renamed, paths.index(renamed), frozenset(names.values()), outer)


def _parts(triples: Iterable[Triple], index: Index) -> Iterator[tuple[Node, Node]]:
    for triple in triples:
        if triple.predicate in INNER_SHAPES | INNER_CONSTRAINTS:
            yield triple.subject, triple.object
        elif triple.predicate in INNER_SHAPE_LISTS:
            for member in members(index, triple.object):
                yield triple.subject, member


def _findings(report: Iterable[Triple], shapes: _Shapes) -> list[Finding]:
    index = paths.index(report)
    results = [node for predicates in index.values() for node in predicates.get(NamedNode(SH + "result"), ())]
    return ordered(_finding(index, result, shapes) for result in results)


def _finding(report: Index, result: Node, shapes: _Shapes) -> Finding:
    def value(local: str) -> Node | None:
        return next(iter(report[result].get(NamedNode(SH + local), ())), None)

    focus, offending, path, shape = (value(each) for each in ("focusNode", "value", "resultPath", "sourceShape"))
    component, severity, constraint = (
        value(each) for each in ("sourceConstraintComponent", "resultSeverity", "sourceConstraint")
    )
    enclosing = list(_enclosing(shape, shapes))
    sources = ([constraint] if constraint else []) + enclosing
    said = [text for text in report[result].get(NamedNode(SH + "resultMessage"), ()) if isinstance(text, Literal)]
    return Finding(
        rule=enclosing[-1].value if enclosing and isinstance(enclosing[-1], NamedNode) else UNNAMED,
        severity=_severity(severity),
        messages=_messages(_texts(sources, MESSAGE, shapes.index), said, component),
        remedy={text.language or "": text.value for text in _texts(sources, REMEDY, shapes.index)},
        focus=str(focus) if focus else None,
        path=paths.to_text(report, path) if path else None,
        value=str(offending) if offending else None,
        component=component.value if isinstance(component, NamedNode) else None,
    )


def _enclosing(shape: Node | None, shapes: _Shapes) -> Iterator[Node]:
    """The shape and those around it, outwards, up to the first that has an IRI of its own."""
    seen: set[Node] = set()
    while shape is not None and shape not in seen:
        yield shape
        seen.add(shape)
        shape = next(iter(shapes.outer.get(shape, ())), None) if shape in shapes.made_up else None


def _severity(node: Node | None) -> Severity:
    said = node.value.removeprefix(SH) if isinstance(node, NamedNode) else ""
    # SHACL allows any IRI as a severity; one that we do not know may be a grave one.
    return next((each for each in Severity if each == said), Severity.VIOLATION)


def _texts(sources: Iterable[Node], predicate: NamedNode, shapes: Index) -> list[Literal]:
    """The texts of the innermost of the sources that has any."""
    for source in sources:
        if texts := [each for each in shapes.get(source, {}).get(predicate, ()) if isinstance(each, Literal)]:
            return texts
    return []


def _messages(templates: list[Literal], said: list[Literal], component: Node | None) -> dict[str, str]:
    """By language: the shapes' own, since pySHACL drops the language of some and `shacl` has no others."""
    if templates:
        made = {_template(each, templates): each.value for each in said}
        return {each.language or "": made.get(each, each.value) for each in templates}
    iri = component.value if isinstance(component, NamedNode) else SH
    if said and not iri.startswith(SH):  # a component of one's own comes with its own words
        return {each.language or "": each.value for each in said}
    short = iri.removeprefix(SH).removesuffix("ConstraintComponent")
    return {"en": f"The constraint {short} is not met.", "fr": f"La contrainte {short} n’est pas respectée."}


def _template(message: Literal, templates: Iterable[Literal]) -> Literal | None:
    """The template from which an engine made this message, by putting values for {?names} and {$names}."""
    fitting = []
    for template in templates:
        fixed = re.split(r"\{[?$]\w+\}", template.value)
        pattern = "(?s:.*)".join(re.escape(part) for part in fixed)
        if message.language in (None, template.language) and re.fullmatch(pattern, message.value):
            fitting.append((len("".join(fixed)), template))
    return max(fitting, key=lambda each: each[0], default=(0, None))[1]


@contextmanager
def _without_complaints() -> Iterator[None]:
    """Keeps rdflib from logging a traceback for each ill-typed literal: a finding, if a shape minds."""
    import logging

    log = logging.getLogger("rdflib.term")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _without_imports(triples: Iterable[Triple]) -> Iterator[Triple]:
    return (triple for triple in triples if triple.predicate != OWL_IMPORTS)


def _ntriples(triples: Iterable[Triple]) -> str:
    return (pyoxigraph.serialize(_without_imports(triples), format=RdfFormat.N_TRIPLES) or b"").decode()


def _parse(ntriples: str) -> list[Triple]:
    return [quad.triple for quad in pyoxigraph.parse(ntriples, format=RdfFormat.N_TRIPLES)]
