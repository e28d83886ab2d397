"""The SERVICE clauses of a query: where they are, what they ask, and that the engine sees them in the same places.

https://www.w3.org/TR/sparql11-federated-query/#service
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from orgatlas.graph.errors import OutboundRefused, QuerySyntaxError, shortened
from orgatlas.graph.federation import refuse_outbound
from orgatlas.graph.syntax import syntax_error
from orgatlas.graph.tokens import TOKENS, is_name, word

CLAUSES_LIMIT = 10
"""Clauses that one query may have."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A SERVICE clause in a text: where it begins and ends, its endpoint as written, and its pattern."""

    start: int
    end: int
    silent: bool
    endpoint: str
    pattern: str


def clauses_of(
    text: str, tokens: Sequence[re.Match[str]], prefixes: Mapping[str, str], base: str | None
) -> list[Clause]:
    """The outermost SERVICE clauses, once it is sure that the engine would see them in the same places."""
    try:
        _parse(text, prefixes, base)
    except SyntaxError as error:
        raise syntax_error(error, text, prefixes) from None
    clauses: list[Clause] = []
    for place, token in enumerate(tokens):
        if word(token) == "SERVICE" and not (clauses and token.start() < clauses[-1].end):
            clauses.append(_clause(text, tokens[place:]))
    if len(clauses) > CLAUSES_LIMIT:
        raise refused(f"A query may have {CLAUSES_LIMIT} SERVICE clauses, and this one has {len(clauses)}.")
    for clause in clauses:
        try:
            _parse(f"{text[: clause.start]}\0{text[clause.start + 1 :]}", prefixes, base)
        except SyntaxError:
            continue
        raise _unsure()  # a text that parses with a broken keyword has it in a string or comment, as the engine reads it
    # If what is left without the clauses is a query, they end where they seem to. If it is one even when every word of this
    # name has another letter, none of them was the keyword, in whichever way the engine takes it. Else nobody is asked.
    rest, done = "", 0
    for clause in clauses:
        rest, done = f"{rest}{text[done : clause.start]}{{}}", clause.end
    rest += text[done:]
    try:
        _parse(_renamed(rest), {_renamed(prefix): iri for prefix, iri in prefixes.items()}, base)
    except SyntaxError:
        raise _unsure() from None
    return clauses


def _clause(text: str, tokens: Sequence[re.Match[str]]) -> Clause:
    """The clause that begins with the first of these tokens."""
    silent = len(tokens) > 1 and word(tokens[1]) == "SILENT"
    if len(tokens) < 3 + silent:
        raise _unsure()
    endpoint, *group = tokens[1 + silent :]
    if endpoint[0][0] in "?$":
        raise refused(f"SERVICE {endpoint[0]} is refused: the endpoint must be an IRI, because it is asked beforehand.")
    if not is_name(endpoint) or group[0][0] != "{":
        raise _unsure()
    depth = 0
    for token in group:
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            pattern = text[group[0].end() : token.start()]
            return Clause(tokens[0].start(), token.end(), silent, endpoint[0], pattern)
    raise _unsure()


def _parse(text: str, prefixes: Mapping[str, str], base: str | None) -> None:
    """Have the engine read a query and evaluate nothing. Raises SyntaxError."""
    try:
        # A graph without a name cannot be asked: the engine says so when it has parsed the text, and does no more.
        ox.Store().query(text, base_iri=base, prefixes=dict(prefixes), default_graph=[None])  # type: ignore[list-item]
    except TypeError:
        return
    except (ValueError, RuntimeError) as error:
        raise QuerySyntaxError(str(error)) from None
    raise AssertionError("the engine evaluated what it was to parse")


def prologue_of(tokens: Sequence[re.Match[str]]) -> str:
    """The PREFIX and BASE lines that a query begins with."""
    lines = {"PREFIX": 3, "BASE": 2, "VERSION": 2}
    place = 0
    while place < len(tokens) and (length := lines.get(word(tokens[place]) or "")):
        place += length
    return " ".join(token[0] for token in tokens[:place])


def heading(pattern: str, prefixes: Mapping[str, str], base: str | None) -> str:
    """What an endpoint has to know besides the prologue: our base, and those of our prefixes that a pattern may use."""
    used = {token["prefix"] for token in TOKENS.finditer(pattern)}
    lines = [f"PREFIX {prefix}: {ox.NamedNode(iri)} " for prefix, iri in prefixes.items() if prefix in used]
    return "".join([f"BASE {ox.NamedNode(base)} " if base else "", *lines])


def resolved(name: str, prologue: str, prefixes: Mapping[str, str], base: str | None) -> str:
    """The IRI that an IRI or prefixed name stands for."""
    asking = f"{prologue} SELECT ?iri {{ VALUES ?iri {{ {name} }} }}"
    refuse_outbound(asking)
    try:
        rows = ox.Store().query(asking, base_iri=base, prefixes=dict(prefixes))
    except (SyntaxError, ValueError) as error:
        raise QuerySyntaxError(f"the endpoint {shortened(name)} cannot be read: {error}") from None
    assert isinstance(rows, ox.QuerySolutions)
    (iri,) = (row["iri"] for row in rows)
    assert isinstance(iri, ox.NamedNode)
    return iri.value


def _renamed(text: str) -> str:
    return re.sub("(?i)s(?=ervice)", lambda found: "x" if found[0] == "s" else "X", text)


def refused(reason: str) -> OutboundRefused:
    """That a SERVICE is not asked, and why."""
    return OutboundRefused("SERVICE", reason)


def _unsure() -> OutboundRefused:
    return refused("SERVICE is refused: it cannot be told for sure where this clause begins and ends.")
