"""Literals as they were written: the engine holds some of them in other words, and shapes speak of what was written.

https://www.w3.org/TR/rdf12-concepts/#section-Graph-Literal
"""

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from orgatlas.graph.tokens import TOKENS, is_name
from orgatlas.graph.vocabulary import PREFIXES

XSD = PREFIXES["xsd"]
_AS_THEY_ARE = {XSD + "string", PREFIXES["rdf"] + "langString", XSD + "anyURI"}
_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?")


def is_rewritten(literal: ox.Literal) -> bool:
    """Whether the engine may hold a literal in other words than it was sent in."""
    datatype = literal.datatype.value
    if datatype in _AS_THEY_ARE or not datatype.startswith(XSD):
        return False
    if datatype == XSD + "integer":
        return not _PLAIN_INTEGER.fullmatch(literal.value)
    if datatype in (XSD + "date", XSD + "dateTime"):
        return not _PLAIN_DATE.fullmatch(literal.value)
    return literal.value not in ("true", "false")


def typed_literals(text: str, prefixes: Mapping[str, str]) -> list[tuple[ox.Literal, ox.Literal]]:
    """The literals in a SPARQL text that the engine holds in other words, each as held and as written.

    As far as they can be told: those in quotation marks with a datatype. `prefixes` are known besides its own.
    """
    tokens = [token for token in TOKENS.finditer(text) if not token["space"]]
    known, found = dict(prefixes), set[str]()
    for place, token in enumerate(tokens):
        if token[0].upper() == "PREFIX" and len(tokens) > place + 2 and tokens[place + 1]["prefix"] is not None:
            known[tokens[place + 1]["prefix"]] = tokens[place + 2][0].strip("<>")
        after = tokens[place + 1 : place + 4]
        if token[0][0] in "\"'" and [each[0] for each in after[:2]] == ["^", "^"] and is_name(after[-1]):
            found.add(f"{token[0]}^^{after[-1][0]}")
    literals = (literal for each in sorted(found) for literal in _read(each, known))
    return [(_held(literal), literal) for literal in literals if is_rewritten(literal)]


def as_sent(quads: Iterable[ox.Quad], sent: Iterable[tuple[ox.Literal, ox.Literal]]) -> list[ox.Quad]:
    """The quads, with each literal as it was sent, where only one was sent; `sent` are pairs of one as held and as sent."""
    forms: dict[ox.Literal, set[ox.Literal]] = {}
    for held, literal in sent:
        forms.setdefault(held, set()).add(literal)
    return [
        ox.Quad(quad.subject, quad.predicate, next(iter(forms[quad.object])), quad.graph_name)
        if isinstance(quad.object, ox.Literal) and len(forms.get(quad.object, ())) == 1
        else quad
        for quad in quads
    ]


def _read(literal: str, prefixes: Mapping[str, str]) -> list[ox.Literal]:
    lines = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items() if f"^^{prefix}:" in literal)
    try:
        quads = list(ox.parse(f"{lines}<x:s> <x:p> {literal} .", format=ox.RdfFormat.TURTLE))
    except (SyntaxError, ValueError):
        return []
    return [quad.object for quad in quads if isinstance(quad.object, ox.Literal)]


def _held(literal: ox.Literal) -> ox.Literal:
    """A literal in the words of the engine."""
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), literal))
    [quad] = store
    assert isinstance(quad.object, ox.Literal)
    return quad.object
