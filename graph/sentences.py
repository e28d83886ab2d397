"""Sentences with terms in them: axioms in words, as lists of texts and of terms that a page can make links of.

https://www.w3.org/TR/owl2-syntax/#Axioms
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.errors import shortened
from orgatlas.graph.expressions import INVERSE_OF, ON_PROPERTY, QUALIFIERS, construct_of
from orgatlas.graph.paths import FIRST, Index, Node, members
from orgatlas.graph.reasons import Reasons
from orgatlas.graph.vocabulary import LANGUAGES

EXPRESSION_LIMIT = 200
"""Parts of an expression that is put into words."""

TEXT_LIMIT = 2000
"""Characters of a text."""

TOO_LONG = ("an expression too long to tell", "une expression trop longue à énoncer")

Sentence = dict[str, list[Any]]
"""By language, the parts: a text, or a term as {"iri": ...}."""


class Sentences:
    """Says things in both languages. `mention` is told of every term that a sentence holds."""

    def __init__(self, graph: Index, mention: Callable[[str], object]) -> None:
        self._graph, self._mention = graph, mention
        self._reasons = Reasons(triples(graph), lambda term, _: self.marked(term))
        self._said: list[Node] = []

    def axiom(self, triple: ox.Triple) -> Sentence:
        """An axiom; empty where there is none to tell."""
        if is_short(self._graph, triple.object):
            return {language: self.parts(text) for language, text in self._reasons.axiom((triple,)).items()}
        return {language: [text] for language, text in zip(LANGUAGES, TOO_LONG, strict=True)}

    def said(self, term: Node, language: str) -> str:
        """A term or an expression with marks in it, to be put into a longer text of which `parts` are made."""
        return self._reasons.said(term, language) if is_short(self._graph, term) else "…"

    def parts(self, text: str) -> list[Any]:
        """A text cut at the marks that stand for terms."""
        pieces = re.split("\0([0-9]+)\0", text)
        found = [piece if at % 2 == 0 else self.value(self._said[int(piece)]) for at, piece in enumerate(pieces)]
        return [each for each in found if each != ""]

    def value(self, term: Node) -> Any:
        """A term as a part of a sentence."""
        if isinstance(term, ox.NamedNode):
            self._mention(term.value)
            return {"iri": term.value}
        return shortened(term.value, TEXT_LIMIT) if isinstance(term, ox.Literal) else "…"

    def marked(self, term: Node) -> str:
        """A mark that stands for a term in a text, because the name of one may be any text."""
        self._said.append(term)
        return f"\0{len(self._said) - 1}\0"


def triples(graph: Index) -> Iterator[ox.Triple]:
    """The triples of an index."""
    return (
        ox.Triple(subject, predicate, each)  # type: ignore[arg-type]
        for subject, described in graph.items()
        for predicate, objects in described.items()
        for each in objects
    )


def is_short(graph: Index, node: Node) -> bool:
    """Whether a term or an expression is short enough for a sentence; one that is part of itself never is."""
    left = EXPRESSION_LIMIT

    def fits(node: Node) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and (not isinstance(node, ox.BlankNode) or all(map(fits, _operands(graph, node))))

    return fits(node)


def _operands(graph: Index, node: Node) -> Iterable[Node]:
    described: Mapping[ox.NamedNode, Any] = graph.get(node, {})
    if FIRST in described:
        return members(graph, node)
    found = [each for predicate in (ON_PROPERTY, INVERSE_OF, *QUALIFIERS) for each in described.get(predicate, ())]
    built = construct_of(graph, node)
    return [*found, built[1]] if built else found
