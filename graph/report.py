"""Findings as a report: text for people, and the formats that programs read.

turtle: https://www.w3.org/TR/shacl/#validation-report
sarif: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
junit: the XML that continuous integration servers read
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from orgatlas.graph import paths
from orgatlas.graph.findings import Finding, Severity, count, ordered, wording
from orgatlas.graph.vocabulary import PREFIXES, name
from orgatlas.graph.vocabulary import rule as rule_iri

SH = PREFIXES["sh"]
SHOWN = {prefix: PREFIXES[prefix] for prefix in ("atlas", "rdfs", "rule", "sh", "xsd")}
RDF_TYPE, RDFS_COMMENT = name("rdf:type"), name("rdfs:comment")
REMEDY = name("atlas:remedy")
CHECK_COMPONENT = NamedNode(rule_iri("CheckConstraintComponent"))
"""SHACL asks for a component in every result: this one stands for checks that are not SHACL's."""

Term = NamedNode | BlankNode | Literal | Triple


TOLD_OF_ONE_RULE = 20
"""Findings of one rule that the text tells of one by one; the other formats tell of all."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a text report says around its findings."""

    what_to_do: str
    none: str
    summary: str
    more: str


WORDS = {
    "en": Words(
        "what to do:", "No findings.", "Violations: {0}, warnings: {1}, notes: {2}.", "… and {0:,} more of {1}."
    ),
    "fr": Words(
        "à faire :",
        "Rien à signaler.",
        "Violations : {0}, avertissements : {1}, remarques : {2}.",
        "… et {0} autres de {1}.",
    ),
}


def text(findings: Iterable[Finding], language: str = "en", rules: Sequence[str] = ()) -> str:
    """One block a finding, and a line that sums up; safe to print on a terminal."""
    findings, words = ordered(findings), WORDS.get(language, WORDS["en"])
    totals = count(findings)
    last = words.summary.format(*(totals[each] for each in Severity)) if findings else words.none
    told = Counter[str]()
    blocks = []
    for each in findings:
        told[each.rule] += 1
        if told[each.rule] <= TOLD_OF_ONE_RULE:
            blocks.append("\n".join(_block(each, language, words)))
    left = [(_short(rule), times - TOLD_OF_ONE_RULE) for rule, times in told.items() if times > TOLD_OF_ONE_RULE]
    blocks += [_printable(words.more.format(times, rule)) for rule, times in left]
    return "\n\n".join([*blocks, last]) + "\n"


def _block(finding: Finding, language: str, words: Words) -> Iterator[str]:
    place = _place(finding)
    yield _printable(f"{place + ': ' if place else ''}{finding.severity} {_short(finding.rule)}")
    yield "  " + _printable(wording(finding.messages, language))
    path = f"<{finding.path}>" if _is_iri(finding.path) else finding.path
    if at := [each for each in (finding.focus, path, finding.value) if each]:
        yield "  " + _printable(" ".join(at))
    if finding.remedy:
        yield f"  {words.what_to_do} " + _printable(wording(finding.remedy, language))


def turtle(findings: Iterable[Finding], language: str = "en", rules: Sequence[str] = ()) -> str:
    """A SHACL validation report, in every language there is."""
    return (pyoxigraph.serialize(report(findings), format=RdfFormat.TURTLE, prefixes=SHOWN) or b"").decode()


def report(findings: Iterable[Finding]) -> list[Triple]:
    """The same report as triples."""
    findings = ordered(findings)
    node = BlankNode("orgatlas-report")
    triples = [
        Triple(node, RDF_TYPE, NamedNode(SH + "ValidationReport")),
        Triple(
            node,
            NamedNode(SH + "conforms"),
            Literal("false" if findings else "true", datatype=name("xsd:boolean")),
        ),
    ]
    for number, finding in enumerate(findings, start=1):
        result = BlankNode(f"orgatlas-result-{number}")
        triples.append(Triple(node, NamedNode(SH + "result"), result))
        triples.append(Triple(result, RDF_TYPE, NamedNode(SH + "ValidationResult")))
        triples += _result(finding, result)
    return triples


def _result(finding: Finding, result: BlankNode) -> Iterator[Triple]:
    rule = _iri(finding.rule)
    focus = _term(finding.focus) if finding.focus else Literal(finding.file) if finding.file else rule
    component = NamedNode(finding.component) if finding.component else CHECK_COMPONENT
    yield Triple(result, NamedNode(SH + "focusNode"), focus)
    yield Triple(result, NamedNode(SH + "sourceShape"), rule)
    yield Triple(result, NamedNode(SH + "sourceConstraintComponent"), component)
    yield Triple(result, NamedNode(SH + "resultSeverity"), NamedNode(SH + finding.severity))
    for predicate, texts in ((NamedNode(SH + "resultMessage"), finding.messages), (REMEDY, finding.remedy)):
        for language, said in sorted(texts.items()):
            yield Triple(result, predicate, Literal(said, language=language) if language else Literal(said))
    if finding.value:
        yield Triple(result, NamedNode(SH + "value"), _term(finding.value))
    if place := _place(finding):
        yield Triple(result, RDFS_COMMENT, Literal(place))
    if finding.path:
        try:
            path, described = paths.to_triples(finding.path, f"{result.value}-path")
        except ValueError:  # a finding that is not SHACL's may call anything its path
            return
        yield Triple(result, NamedNode(SH + "resultPath"), path)
        yield from described


def json_(findings: Iterable[Finding], language: str = "en", rules: Sequence[str] = ()) -> str:
    """An object with the findings, in every language there is, and their count by severity."""
    findings = ordered(findings)
    objects = [
        {
            "file": each.file,
            "line": each.line,
            "column": each.column,
            "severity": each.severity,
            "rule": each.rule,
            "messages": dict(each.messages),
            "remedy": dict(each.remedy),
            "focus": each.focus,
            "path": each.path,
            "value": each.value,
            "component": each.component,
        }
        for each in findings
    ]
    summary = {"findings": len(findings), **{each.lower(): total for each, total in count(findings).items()}}
    return _dump({"summary": summary, "findings": objects})


LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(findings: Iterable[Finding], language: str = "en", rules: Sequence[str] = ()) -> str:
    """A log of one run, with its rules; files stay relative to the folder that was checked."""
    findings = ordered(findings)
    ids = sorted({*rules, *(each.rule for each in findings)})
    first = {each.rule: each for each in reversed(findings)}
    run = {
        "tool": {
            "driver": {
                "name": "orgatlas",
                "informationUri": "https://w3id.org/orgatlas",
                "rules": [_sarif_rule(each, first.get(each), language) for each in ids],
            }
        },
        "language": language,
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(each, ids.index(each.rule), language) for each in findings],
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return _dump({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _sarif_rule(rule: str, example: Finding | None, language: str) -> dict[str, object]:
    described: dict[str, object] = {"id": _short(rule)}
    if example:
        described["shortDescription"] = {"text": wording(example.messages, language) or _short(rule)}
        described["defaultConfiguration"] = {"level": LEVELS[example.severity]}
        if example.remedy:
            described["help"] = {"text": wording(example.remedy, language)}
    if _is_iri(rule):
        described["helpUri"] = rule
    return described


def _sarif_result(finding: Finding, rule: int, language: str) -> dict[str, object]:
    location: dict[str, object] = {}
    if finding.file:
        artifact = {"artifactLocation": {"uri": _relative_uri(finding.file)}}
        location["physicalLocation"] = artifact | ({"region": _region(finding)} if finding.line else {})
    if finding.focus:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.focus, "kind": "resource"}]
    said = [wording(finding.messages, language), wording(finding.remedy, language)]
    extra = {"path": finding.path, "value": finding.value, "component": finding.component}
    return {
        "ruleId": _short(finding.rule),
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": " ".join(each for each in said if each) or _short(finding.rule)},
        "locations": [location] if location else [],
        "properties": {key: each for key, each in extra.items() if each},
    }


def _region(finding: Finding) -> Mapping[str, int]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    return {key: number for key, number in region.items() if number}


def _relative_uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def junit(findings: Iterable[Finding], language: str = "en", rules: Sequence[str] = ()) -> str:
    """A test case for every rule that ran; violations and warnings are its failure, notes its output."""
    findings = ordered(findings)
    ids = sorted({*rules, *(each.rule for each in findings)})
    suites = ElementTree.Element("testsuites", name="orgatlas check")
    suite = ElementTree.SubElement(suites, "testsuite", name="orgatlas check", tests=str(len(ids)))
    failures = 0
    for rule in ids:
        case = ElementTree.SubElement(suite, "testcase", classname="orgatlas.check", name=_xml(_short(rule)))
        found = [each for each in findings if each.rule == rule]
        if wrong := [each for each in found if each.severity is not Severity.INFO]:
            failures += 1
            message = wording(wrong[0].messages, language)
            failure = ElementTree.SubElement(case, "failure", type=wrong[0].severity, message=_xml(message))
            failure.text = _xml(text(wrong, language))
        if notes := [each for each in found if each.severity is Severity.INFO]:
            ElementTree.SubElement(case, "system-out").text = _xml(text(notes, language))
    for element in (suites, suite):
        element.attrib |= {"tests": str(len(ids)), "failures": str(failures), "errors": "0", "skipped": "0"}
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


FORMATS: Mapping[str, Callable[[Iterable[Finding], str, Sequence[str]], str]] = {
    "text": text,
    "turtle": turtle,
    "json": json_,
    "sarif": sarif,
    "junit": junit,
}
"""Name of a format, and what writes it: from findings, a language, and the IRIs of the rules that ran."""


def _place(finding: Finding) -> str:
    numbers = [finding.line, finding.column] if finding.line else []
    return ":".join([finding.file, *(str(each) for each in numbers if each)]) if finding.file else ""


def _short(rule: str) -> str:
    prefix = PREFIXES["rule"]
    return rule.removeprefix(prefix) if len(rule) > len(prefix) else rule


def _is_iri(candidate: str | None) -> bool:
    try:
        return bool(candidate and NamedNode(candidate))
    except ValueError:
        return False


def _iri(candidate: str) -> NamedNode:
    return NamedNode(candidate if _is_iri(candidate) else "urn:orgatlas:rule:" + quote(candidate, safe=""))


def _term(ntriples: str) -> Term:
    """The term that the text stands for; a text that is no term, or more than one, stands for itself."""
    try:
        [quad] = pyoxigraph.parse(f"<urn:s> <urn:p> {ntriples} .", format=RdfFormat.N_TRIPLES)
    except (ValueError, SyntaxError):
        return Literal(ntriples)
    found: Term = quad.object
    return found


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _printable(line: str) -> str:
    """One line, without the control characters and direction marks that could fool a reader."""
    unsafe = r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
    return re.sub(unsafe, lambda found: f"\\u{ord(found[0]):04X}", " ".join(line.splitlines()))


def _xml(content: str) -> str:
    """Without the characters that XML 1.0 has no way to write."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", content)
