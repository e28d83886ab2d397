"""What is wrong with a SPARQL text, in words for a person: the place, and what is amiss there.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from orgatlas.graph.errors import QuerySyntaxError, shortened
from orgatlas.graph.tokens import TOKENS

_EXPECTED = re.compile(r'("(?:[^"\\]|\\.)*"|\[[^\]]*\](?:\s*\|\s*\[[^\]]*\])*|[^,\s][^,]*)(?:,\s*|$)')
MOST_EXPECTED = 12
UPDATES = {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}
QUERIES = {"ASK", "CONSTRUCT", "DESCRIBE", "SELECT"}


def syntax_error(
    error: SyntaxError, text: str, prefixes: Mapping[str, str] | None = None, update: bool = False
) -> QuerySyntaxError:
    """The engine's syntax error in a query (or an update), with its place taken out and its grammar put into words.

    Where the engine would only list what else it knows, two frequent causes are named: an update where a query is wanted,
    or the reverse, and a prefix that neither the text nor `prefixes` declares.
    """
    said = str(error.msg)
    reason, line, column = said, error.lineno, error.offset
    if place := re.match(r"error at (\d+):(\d+): (.*)", said, re.DOTALL):
        reason, line, column = _in_words(place[3]), int(place[1]), int(place[2])
    tokens = [token for token in TOKENS.finditer(text) if not token["space"]]
    if (found := _verb(tokens)) in UPDATES and not update:
        return QuerySyntaxError("this is an update, and only queries are answered here", line, column)
    if found in QUERIES and update:
        return QuerySyntaxError("this is a query, and an update is expected here", line, column)
    for token in _undeclared(tokens, prefixes or {}):
        name = f"the prefix {shortened(token['prefix'])}: is not declared"
        if text[: token.start()].endswith("<"):
            name = "this is no IRI: it has no end, or a space, a quotation mark, a brace or one of |^`\\ stands in it"
        return QuerySyntaxError(
            name, text.count("\n", 0, token.start()) + 1, token.start() - text.rfind("\n", 0, token.start())
        )
    return QuerySyntaxError(reason, line, column)


def verb(text: str) -> str | None:
    """The word that says what a text does, in capitals: SELECT, INSERT and so on."""
    return _verb([token for token in TOKENS.finditer(text) if not token["space"]])


def _verb(tokens: Sequence[re.Match[str]]) -> str | None:
    words = (token["word"].upper() for token in tokens if token["word"])
    return next((word for word in words if word not in ("PREFIX", "BASE")), None)


def _undeclared(tokens: Sequence[re.Match[str]], prefixes: Mapping[str, str]) -> Iterator[re.Match[str]]:
    """The prefixed names whose prefix nobody declares; that of a blank node is none."""
    known = {*prefixes, "_"}
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token["prefix"] is None:
            continue
        if before is not None and before[0].upper() == "PREFIX":
            known.add(token["prefix"])
        elif token["prefix"] not in known:
            yield token


def _in_words(reason: str) -> str:
    """The engine lists all it would have taken, down to ranges of characters; a person can use the words and signs of it."""
    if "Prefix not found" in reason:
        return "a prefix is used that no PREFIX line declares"
    if "IRI parsing failed" in reason:
        return "an IRI is malformed, or relative where there is no base"
    if "<unreported>" in reason:
        return "something stands here that must not, such as the name of a blank node that was used in another group"
    parts: list[str] = _EXPECTED.findall(reason.removeprefix("expected ").removeprefix("one of "))
    wanted = [part for part in parts if part[0] != "["]
    if sentences := [part for part in wanted if part.count(" ") > 2]:
        return sentences[0]
    if not reason.startswith("expected ") or not wanted:
        return "unexpected text" if reason.startswith("expected ") else reason
    return f"expected {', '.join(wanted[:MOST_EXPECTED])}{', …' if len(wanted) > MOST_EXPECTED else ''}"
