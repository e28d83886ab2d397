"""Checks: queries whose every row is a finding, about the ontology or about named graphs.

https://www.w3.org/TR/sparql11-query/#rdfDataset and, for the severities, https://www.w3.org/TR/shacl/#severity
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import yaml

from orgatlas.graph.errors import BrokenFile, EngineFailed
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.rules import read_rules, worded
from orgatlas.graph.syntax import syntax_error
from orgatlas.graph.vocabulary import rule

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

HEAD = "#+"
ANSWER = frozenset({"focus", "path", "value"})


@dataclass(frozen=True, slots=True)
class Check:
    """A query, each row of which is a finding: ?focus, ?path and ?value, any of which may be unbound.

    The texts are keyed by language, and empty where a shape has the words.
    """

    rule: str
    """IRI of the rule."""
    severity: Severity
    query: str
    path: Path
    label: Mapping[str, str] = field(default_factory=dict)
    message: Mapping[str, str] = field(default_factory=dict)
    remedy: Mapping[str, str] = field(default_factory=dict)
    like: tuple[str, ...] = ()
    """The checks of other tools that find the same."""


def read_check(path: Path) -> Check:
    """The check in a file that begins with a YAML head after `#+`; raises BrokenFile."""
    query = path.read_text(encoding="utf-8")
    head = _head(path, query)
    if not isinstance(head.get("rule"), str):
        raise BrokenFile(path, "expected a head that names its rule: #+ rule: named-graph", 1)
    severity = head.get("severity", Severity.VIOLATION)
    if severity not in set(Severity):
        raise BrokenFile(path, f"expected a severity among {', '.join(Severity)}, but got {severity!r}", 1)
    like = head.get("like", [])
    if not isinstance(like, list):
        raise BrokenFile(path, "expected a list after like", 1)
    try:
        ox.Store().query(query)
    except SyntaxError as error:
        fault = syntax_error(error, query)
        raise BrokenFile(path, fault.reason, fault.line, fault.column) from None
    return Check(
        rule=rule(head["rule"]),
        severity=Severity(severity),
        query=query,
        path=path,
        label=_texts(path, head, "label"),
        message=_texts(path, head, "message"),
        remedy=_texts(path, head, "remedy"),
        like=tuple(str(each) for each in like),
    )


def read_checks(folder: Path) -> list[Check]:
    """The checks of a folder, by file name; raises BrokenFile."""
    return [read_check(path) for path in sorted(folder.glob("*.rq"))]


def run_check(
    check: Check, store: ox.Store, substitutions: Mapping[ox.Variable, Term] | None = None, **options: Any
) -> list[Finding]:
    """What a check finds, in the words of its head; `options` go to the query. Raises EngineFailed.

    The engine takes a substitution only for a variable that the query selects; one for a variable
    that the query does not have is left out.
    """
    given = {each: term for each, term in (substitutions or {}).items() if _speaks_of(check, each)}
    try:
        rows = store.query(check.query, substitutions=given, **options)
    except RuntimeError as error:
        raise EngineFailed(f"{check.path.name}: {error}") from error
    if not isinstance(rows, ox.QuerySolutions):
        raise EngineFailed(f"{check.path.name} must be a SELECT.")
    return list(_findings(check, rows))


def run_checks(
    store: ox.Store,
    checks: Iterable[Check],
    shapes: Iterable[ox.Triple],
    vocabulary: ox.NamedNode,
    inferred: ox.NamedNode,
) -> list[Finding]:
    """What the checks find in a store that holds the data set; the words for it come from the shapes.

    `vocabulary` and `inferred` are the graphs that nobody has to account for. Raises EngineFailed.
    """
    graphs = {ox.Variable("vocabulary"): vocabulary, ox.Variable("inferred"): inferred}
    found = [finding for check in checks for finding in run_check(check, store, graphs)]
    return list(worded(found, read_rules(shapes)))


def _speaks_of(check: Check, variable: ox.Variable) -> bool:
    return re.search(rf"[?$]{variable.value}\b", check.query) is not None


def _findings(check: Check, rows: ox.QuerySolutions) -> Iterator[Finding]:
    bound = ANSWER & {variable.value for variable in rows.variables}
    for row in rows:
        focus, path, value = (row[name] if name in bound else None for name in ("focus", "path", "value"))
        yield Finding(
            rule=check.rule,
            severity=check.severity,
            messages=check.message,
            remedy=check.remedy,
            focus=None if focus is None else str(focus),
            path=path.value if isinstance(path, ox.NamedNode) else None,
            value=None if value is None else str(value),
        )


def _head(path: Path, text: str) -> dict[str, Any]:
    lines = [line.removeprefix(HEAD)[1:] for line in text.splitlines() if line.startswith(HEAD)]
    try:
        head = yaml.safe_load("\n".join(lines))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise BrokenFile(path, f"the head is not YAML: {reason}", mark.line + 1 if mark else 1) from None
    return head if isinstance(head, dict) else {}


def _texts(path: Path, head: Mapping[str, Any], key: str) -> dict[str, str]:
    texts = head.get(key, {})
    if isinstance(texts, dict) and all(isinstance(part, str) for pair in texts.items() for part in pair):
        return texts
    raise BrokenFile(path, f"expected a text for each language after {key}", 1)
