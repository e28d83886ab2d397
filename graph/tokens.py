"""The tokens of SPARQL, as far as they say where a keyword, a name or a bracket stands.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

import re

TOKENS = re.compile(
    r'''
    (?P<space> \s+ | \#[^\r\n]* )
  | (?P<opaque>
        <[^<>"{}|^`\\\x00-\x20]*>
      | """(?:[^"\\]|\\.|"(?!""))*""" | \'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
      | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*'
      | [?$][\w\u0080-\U0010FFFF]+ | @[A-Za-z]+(?:-\w+)* )
  | (?P<prefix> [\w.\-]*): (?:[\w.:\-\u0080-\U0010FFFF]|%[0-9A-Fa-f]{2}|\\.)*
  | (?P<word> [^\W\d]\w* )
  | (?P<other> . )
    ''',
    re.VERBOSE | re.DOTALL,
)
"""The tokens of SPARQL as far as they matter here; the group that matched says what a token is."""

_UNSAFE = re.compile("<[^<>]*['#)][^<>]*>")
_VALUE = re.compile(r"[)}>\"':\d\w.\u0080-\U0010FFFF]\Z(?<!\bIN)(?<!\bDISTINCT)(?<!\bUNDEF)|^\Z")


def word(token: re.Match[str]) -> str | None:
    """The word that a token is, in capitals; None where it is none."""
    return token["word"].upper() if token["word"] else None


def is_name(token: re.Match[str]) -> bool:
    """Whether a token is an IRI or a prefixed name."""
    return token["prefix"] is not None or token[0].startswith("<")


def is_ambiguous(token: re.Match[str], before: str, in_parentheses: bool) -> bool:
    """Whether what looks like an IRI may begin with "less than", and hide where a string, a comment or a bracket ends.

    `before` is the token before it, in capitals. Within parentheses "<" after a value is "less than" or begins an IRI, and
    behind another "<" it begins an IRI or a triple.
    """
    doubtful = (in_parentheses and _VALUE.search(before)) or before == "<"
    return bool(doubtful and _UNSAFE.fullmatch(token[0]))
