"""Proofs: what they are made of. A proof is a list, so that however long it is, no reader of it has to recurse.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from dataclasses import dataclass

from pyoxigraph import Triple

from orgatlas.graph.axioms import Slot


@dataclass(frozen=True, slots=True)
class Step:
    """A rule concludes a triple from others, because an axiom says so."""

    triple: Triple
    """The conclusion."""
    rule: str
    """As the W3C calls it, for example ``prp-spo2``."""
    axioms: tuple[Triple, ...]
    """The triples that the axiom is made of, lists and all; none where the axiom is a premise (Table 9)."""
    premises: tuple[Triple, ...]
    """What it is concluded from. An axiom that itself had to be concluded is among them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a triple holds. Each premise of a step is asserted, or the conclusion of an earlier step; without steps, so is it."""

    triple: Triple
    steps: tuple[Step, ...] = ()

    @property
    def asserted(self) -> tuple[Triple, ...]:
        """The asserted triples on which it rests, axioms included, each once."""
        concluded = {step.triple for step in self.steps}
        used = (triple for step in self.steps for triple in (*step.premises, *step.axioms))
        return tuple(dict.fromkeys(t for t in used if t not in concluded)) if self.steps else (self.triple,)


@dataclass(frozen=True, slots=True)
class Clash:
    """Triples that cannot all be true (or, for a functional property, should not)."""

    rule: str
    """As the W3C calls it, for example ``cax-adc``."""
    axiom: Triple | None
    """The axiom that forbids it; None for cls-nothing2, which needs none."""
    triples: tuple[Triple, ...]
    axioms: tuple[Triple, ...] = ()
    """All that the axiom is made of, lists and all."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple that is missing; a string stands for anything, the same one for the same thing."""

    subject: Slot
    predicate: Slot
    object: Slot


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule that would conclude a triple: what of its body holds, and what is missing."""

    rule: str
    axioms: tuple[Triple, ...]
    held: tuple[Triple, ...]
    missing: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a triple holds, or what is missing for it to hold."""

    triple: Triple
    asserted: bool
    proofs: tuple[Proof, ...]
    """The shortest first: the assertion, if it is one, then one proof for each different last step."""
    ways: int
    """How many different last steps there are, the assertion counted as one; `proofs` may hold fewer."""
    counted: bool
    """Whether that is all of them: where there are very many, the search ends before."""
    gaps: tuple[Gap, ...] = ()
    """Where it does not hold: the rules that are nearest to concluding it, the nearest first."""
    clashes: tuple[Clash, ...] = ()
    """Where it does not hold: what would contradict it."""
    trivial: bool = False
    """Whether it is true of everything, so that nobody writes it down."""

    @property
    def holds(self) -> bool:
        """Whether the triple is asserted or follows."""
        return bool(self.proofs)
