"""No query leads outside: the words that would make the engine call another server are refused before it sees them.

SERVICE (https://www.w3.org/TR/sparql11-federated-query/) and LOAD (https://www.w3.org/TR/sparql11-update/#load) are keywords,
so they are looked for where a keyword can stand: not in comments, strings, IRIs, prefixed names or variables. Readers have
no network besides (confinement.py); this lock says why, and guards where there is no reader.
"""

import re

from orgatlas.graph.errors import OutboundRefused
from orgatlas.graph.tokens import TOKENS, is_ambiguous, is_name, word

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_KEYWORD = re.compile("SERVICE|LOAD", re.IGNORECASE)


NOTHING = "INSERT DATA{}"
"""An operation that does nothing, and is no longer than LOAD SILENT<>."""


def without_silent_loads(text: str) -> str:
    """An update in which each LOAD SILENT does nothing: that is what it does where a LOAD fails, and here each would fail.

    What follows keeps its line and column. https://www.w3.org/TR/sparql11-update/#load
    """
    tokens = [token for token in TOKENS.finditer(text) if not token["space"]]
    words = [word(token) for token in tokens]
    parts, done = list[str](), 0
    for place in range(len(tokens) - 2):
        if words[place : place + 2] == ["LOAD", "SILENT"] and is_name(tokens[place + 2]):
            into = words[place + 3 : place + 5] == ["INTO", "GRAPH"] and len(tokens) > place + 5
            last = tokens[place + 5] if into and is_name(tokens[place + 5]) else tokens[place + 2]
            loading = text[tokens[place].start() : last.end()]
            # As short as the shortest, LOAD SILENT<>; where it goes over several lines, so does what takes its place.
            *before, end = loading.split("\n")
            blank = "\n" * len(before) + " " * (len(end) if before else len(end) - len(NOTHING))
            parts += [text[done : tokens[place].start()], NOTHING + blank]
            done = last.end()
    return "".join([*parts, text[done:]])


def refuse_outbound(text: str) -> None:
    """Raise OutboundRefused if a SPARQL text holds SERVICE or LOAD as a keyword."""
    # An escaped character may be read before or after the text is cut into words, so both readings must be harmless.
    for reading in readings(text):
        _refuse_in(reading)


def readings(text: str) -> tuple[str, ...]:
    """A text as it stands, and where that is another one, with its escapes read as the characters they stand for.

    https://www.w3.org/TR/sparql11-query/#codepointEscape
    """
    return tuple(dict.fromkeys((text, _ESCAPE.sub(_character, text))))


def _refuse_in(text: str) -> None:
    anywhere = _KEYWORD.search(text)
    if anywhere is None:
        return
    before, suspect = "", None
    brackets: list[str] = []
    for token in TOKENS.finditer(text):
        if token["space"]:
            continue
        # Where two readings part, neither is safe.
        if is_ambiguous(token, before, bool(brackets) and brackets[-1] == "("):
            raise OutboundRefused(anywhere[0].upper())
        if token[0] in "([{":
            brackets.append(token[0])
        elif token[0] in ")]}" and brackets:
            brackets.pop()
        if token["word"] and (found := _KEYWORD.search(token["word"])):
            raise OutboundRefused(found[0].upper())
        # The engine needs no space after a keyword: "service:x {" is SERVICE and the name ":x", unless a graph is named.
        if suspect and token[0] == "{":
            raise OutboundRefused(suspect)
        suspect = None
        if token["prefix"] and before not in ("GRAPH", "FROM", "NAMED") and (found := _KEYWORD.search(token["prefix"])):
            suspect = found[0].upper()
        before = token[0].upper()


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else escape[0]
