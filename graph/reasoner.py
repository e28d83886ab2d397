"""The seam of reasoning: triples go in, the ontology among them, and out comes what follows and what clashes.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from collections.abc import Iterable
from typing import Protocol

from pyoxigraph import Triple

from orgatlas.graph.closure import Closure


class Reasoner(Protocol):
    """Knows what follows from triples, the ontology among them."""

    def close(self, triples: Iterable[Triple]) -> Closure: ...


class RuleReasoner:
    """The OWL 2 RL/RDF rules that the axioms ask for, run to a fixpoint."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit

    def close(self, triples: Iterable[Triple]) -> Closure:
        """Close triples. Raises TooMuchFollows where more would follow than the limit."""
        return Closure(triples, self._limit)
