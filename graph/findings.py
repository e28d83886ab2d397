"""Findings: what a check, a shape or a reasoner has to say about the graph.

The fields follow the validation results of SHACL: https://www.w3.org/TR/shacl/#results-validation-result
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """The three severities of SHACL, the worst first."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and what to do about it.

    ``messages`` and ``remedy`` are keyed by language; text without a language has the key ``""``.
    """

    rule: str
    """IRI of the shape or check."""
    severity: Severity
    messages: Mapping[str, str]
    remedy: Mapping[str, str] = field(default_factory=dict)
    focus: str | None = None
    """An N-Triples term."""
    path: str | None = None
    """The IRI of a property, or a SPARQL property path."""
    value: str | None = None
    """An N-Triples term."""
    component: str | None = None
    """IRI of the constraint component, for SHACL results."""
    file: str | None = None
    line: int | None = None
    column: int | None = None


def wording(texts: Mapping[str, str], language: str) -> str:
    """The text in ``language``, else in English, else in none, else in any; empty where there is no text."""
    for choice in (language, "en", ""):
        if choice in texts:
            return texts[choice]
    return next((texts[choice] for choice in sorted(texts)), "")


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by file and line, then the worst first: the same set always in the same order."""
    return sorted(findings, key=_sort_key)


def _sort_key(finding: Finding) -> tuple[object, ...]:
    return (
        finding.file or "",
        finding.line or 0,
        finding.column or 0,
        list(Severity).index(finding.severity),
        finding.rule,
        finding.focus or "",
        finding.path or "",
        finding.value or "",
        finding.component or "",
        sorted(finding.messages.items()),
        sorted(finding.remedy.items()),
    )


def count(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity, those with none included."""
    totals = dict.fromkeys(Severity, 0)
    for finding in findings:
        totals[finding.severity] += 1
    return totals
