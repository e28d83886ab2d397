"""The wording of rules: what a shape says is wrong, how grave it is, and what to do about it.

https://www.w3.org/TR/shacl/#sh-message
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, Triple

from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.vocabulary import PREFIXES, name

MESSAGE, REMEDY, SEVERITY = name("sh:message"), name("atlas:remedy"), name("sh:severity")


@dataclass(slots=True)
class Rule:
    """What a rule says, keyed by language."""

    severity: Severity = Severity.VIOLATION
    messages: dict[str, str] = field(default_factory=dict)
    remedy: dict[str, str] = field(default_factory=dict)


def read_rules(shapes: Iterable[Triple]) -> Mapping[str, Rule]:
    """The rules of a shapes graph, by IRI."""
    rules: dict[str, Rule] = defaultdict(Rule)
    for shape, predicate, value in shapes:
        if not isinstance(shape, NamedNode):
            continue
        if predicate == SEVERITY and isinstance(value, NamedNode):
            severity = value.value.removeprefix(PREFIXES["sh"])
            if severity in set(Severity):
                rules[shape.value].severity = Severity(severity)
        elif predicate in (MESSAGE, REMEDY) and isinstance(value, Literal):
            texts = rules[shape.value].messages if predicate == MESSAGE else rules[shape.value].remedy
            texts[value.language or ""] = value.value
    return dict(rules)


def worded(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """The findings, each that has no words given those of its rule, and its severity."""
    for finding in findings:
        rule = rules.get(finding.rule)
        if finding.messages or rule is None:
            yield finding
        else:
            yield replace(finding, severity=rule.severity, messages=rule.messages, remedy=rule.remedy)
