"""Terms as numbers, so that millions of triples are columns of integers."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term = NamedNode | BlankNode | Literal | Triple
Numbers = NDArray[np.uint64]

LITERAL = 1 << 31
"""The bit by which the number of a literal, or of a quoted triple, is known: it is never the subject of a conclusion."""


class Dictionary:
    """A number below 2**32 for each term, in the order in which they are met; never another one while it lives."""

    def __init__(self) -> None:
        self._numbers = _Numbers()

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, term: Term) -> int:
        """The number of a term; a new one where the term is new."""
        return self._numbers[term]

    def known(self, term: Term) -> int | None:
        """The number of a term, or None if it has none."""
        return self._numbers.get(term)

    def term(self, number: int) -> Term:
        """The term of a number."""
        return self._numbers.terms[number & ~LITERAL]

    def terms(self, numbers: Numbers) -> list[Term]:
        """The terms of many numbers, in their order."""
        terms = self._numbers.terms
        return [terms[number] for number in (numbers & (LITERAL - 1)).tolist()]

    def numbers(self, triples: Iterable[Triple]) -> Numbers:
        """The numbers of triples: a row for each, with subject, predicate and object."""
        numbers = self._numbers
        flat = np.fromiter((numbers[term] for triple in triples for term in triple), np.uint64)
        return flat.reshape(-1, 3)


class _Numbers(dict[Term, int]):
    """A dictionary that gives a term its number when it is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: list[Term] = []

    def __missing__(self, term: Term) -> int:
        number = len(self.terms)
        self.terms.append(term)
        if isinstance(term, Literal | Triple):
            number |= LITERAL
        self[term] = number
        return number
