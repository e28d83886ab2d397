"""Axioms become rules: the OWL 2 RL/RDF tables, instantiated for the axioms that an ontology really holds.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules

Where the W3C concludes owl:sameAs because there is one value too many (prp-fp, prp-ifp, prp-key, cls-maxc2,
cls-maxqc3, cls-maxqc4), two different values are a clash here: an organisation wants to hear of the second
value, not to see two things melt into one. Left out: the datatype rules (dt-*), so that a literal is an
instance of nothing; what holds of every graph (eq-ref, prp-ap, cls-thing, cls-nothing1); and that a member of
owl:Nothing, which is a clash, would be a member of every class.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from orgatlas.graph.tables import IMPLIED, Line, read_tables

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
TYPE = NamedNode(RDF + "type")
FIRST = NamedNode(RDF + "first")
REST = NamedNode(RDF + "rest")
NIL = NamedNode(RDF + "nil")
THING = NamedNode(OWL + "Thing")
NOTHING = NamedNode(OWL + "Nothing")
SAME_AS = NamedNode(OWL + "sameAs")

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Slot: TypeAlias = Term | str
"""A term, or the name of a variable."""


class Atom(NamedTuple):
    """A triple pattern of a rule."""

    subject: Slot
    predicate: Term
    object: Slot


class Axioms(tuple[Triple, ...]):
    """The triples of an axiom, which may be a long list shared by thousands of rules: its hash is only worked out once."""

    def __hash__(self) -> int:
        if not hasattr(self, "_hash"):
            self._hash = super().__hash__()
        return self._hash


NO_AXIOMS = Axioms()


@dataclass(frozen=True, slots=True)
class Rule:
    """If the whole body holds, so does the head; without a head, the body is a clash."""

    name: str
    """As the W3C calls it, for example ``prp-spo2``."""
    body: tuple[Atom, ...]
    head: Atom | None
    axioms: Axioms = NO_AXIOMS
    """The triples that asked for this rule, lists and all; none where the axioms are in the body (Table 9)."""
    distinct: tuple[str, str] | None = None
    """Two variables that must stand for different terms."""

    @property
    def axiom(self) -> Triple | None:
        """The first of its axioms, which says what kind of rule it is."""
        return self.axioms[0] if self.axioms else None


_Bindings: TypeAlias = Mapping[str, Term]


def _slot(word: str, bound: _Bindings) -> Slot:
    """The term that a word of TABLES stands for; a variable or a number stays as it is."""
    if len(word) == 1:
        return TYPE if word == "a" else bound.get(word, word)
    return NamedNode((RDFS if word in _OF_RDFS else OWL) + word)


_OF_RDFS = frozenset({"domain", "range", "subClassOf", "subPropertyOf"})
_LINES = read_tables()
_USED = ["P", "used"]
_SUBCLASS = NamedNode(RDFS + "subClassOf")
_UPWARD = frozenset({_SUBCLASS, NamedNode(RDFS + "domain"), NamedNode(RDFS + "range")})


def _vocabulary(namespace: str, names: str) -> frozenset[Term]:
    return frozenset(NamedNode(namespace + name) for name in names.split())


# A blank node that is the subject of one of these is an expression or an axiom, not an individual.
_DESCRIBING = _vocabulary(
    OWL,
    "allValuesFrom annotatedSource assertionProperty cardinality complementOf datatypeComplementOf"
    " distinctMembers hasSelf hasValue intersectionOf inverseOf maxCardinality maxQualifiedCardinality"
    " members minCardinality minQualifiedCardinality onClass onDataRange onDatatype onProperties onProperty"
    " oneOf qualifiedCardinality someValuesFrom sourceIndividual targetIndividual targetValue unionOf"
    " withRestrictions",
)
_LISTS = _vocabulary(
    OWL, "distinctMembers hasKey intersectionOf members oneOf propertyChainAxiom unionOf withRestrictions"
)
AXIOM_PREDICATES = (
    _DESCRIBING
    | _LISTS
    | _vocabulary(OWL, "differentFrom disjointWith equivalentClass equivalentProperty")
    | _vocabulary(OWL, "propertyDisjointWith sameAs")
    | _vocabulary(RDFS, "domain range subClassOf subPropertyOf")
    | {FIRST, REST}
)
"""A triple with one of these predicates is an axiom, or a part of one."""
AXIOM_CLASSES = _vocabulary(
    OWL,
    "AllDifferent AllDisjointClasses AllDisjointProperties AsymmetricProperty Axiom Class DatatypeProperty"
    " FunctionalProperty InverseFunctionalProperty IrreflexiveProperty NegativePropertyAssertion"
    " ObjectProperty Restriction SymmetricProperty TransitiveProperty",
) | _vocabulary(RDFS, "Class Datatype")
"""So is a triple that gives something one of these types."""


def is_axiom(subject: Term, predicate: Term, object: Term) -> bool:
    """Whether rules or expressions could be read from this triple."""
    return predicate in AXIOM_PREDICATES or (predicate == TYPE and object in AXIOM_CLASSES)


def concludes_axioms(rule: Rule) -> bool:
    """Whether a conclusion of this rule can be an axiom that asks for rules of its own."""
    if rule.head is None or rule.name in IMPLIED:
        return False
    _, predicate, object = rule.head
    if predicate == TYPE:
        return isinstance(object, str) or object in AXIOM_CLASSES
    return predicate in AXIOM_PREDICATES


def compile_rules(
    axioms: Iterable[Triple], used: Iterable[Term] = (), known: dict[Axioms, Axioms] | None = None
) -> list[Rule]:
    """The rules that these axioms ask for, each once, in the order of the tables.

    ``used`` are the predicates of the data: what owl:sameAs has to be carried over to. ``known`` are the axioms of rules that
    were made before, and takes in those of the new ones, so that rules of either share them.
    """
    ontology = _Ontology(axioms, {} if known is None else known)
    made = [rule for line in _LINES for rule in _instances(line, ontology)]
    made += [*_chains(ontology), *_intersections(ontology), *_keys(ontology)]
    if SAME_AS in ontology.triples:
        # That sameness is carried over to itself is what eq-sym and eq-trans say already, in fewer ways.
        ontology.used = {*used, *(rule.head.predicate for rule in made if rule.head)} - {SAME_AS}
        made += [rule for line in _LINES if _USED in line.axiom for rule in _instances(line, ontology)]
    if not ontology.matters(THING):  # then nobody asks what is a thing
        made = [rule for rule in made if rule.head is None or rule.head[1:] != (TYPE, THING)]
    return [rule for rule in dict.fromkeys(made) if _says_something(rule)]


def expressions(axioms: Iterable[Triple]) -> set[Term]:
    """The blank nodes that are no individuals: expressions, axioms, and the cells of their lists."""
    ontology = _Ontology(axioms, {})
    found: set[Term] = set()
    for subject, predicate, object in chain(*ontology.triples.values()):
        if predicate in _DESCRIBING or (predicate == TYPE and object in AXIOM_CLASSES):
            found.add(subject)
        if predicate in _LISTS:
            found.update(ontology.cells(object))
    return {term for term in found if isinstance(term, BlankNode)}


class _Ontology:
    """Axioms, as the tables look them up."""

    def __init__(self, axioms: Iterable[Triple], known: dict[Axioms, Axioms]) -> None:
        self._known = known
        self._together: dict[tuple[int, ...], Axioms] = {}
        self._alone: dict[Triple, tuple[Triple, ...]] = {}
        self._lists: dict[Term, tuple[Triple, ...]] = {}
        self.triples: defaultdict[Slot, list[Triple]] = defaultdict(list)
        self.about: defaultdict[tuple[Slot, Slot], list[Triple]] = defaultdict(list)
        self.used: set[Term] = set()
        for triple in axioms:
            self.triples[triple.predicate].append(triple)
            self.about[triple.subject, triple.predicate].append(triple)

    def find(self, subject: Slot, predicate: Slot) -> list[Triple]:
        """The axioms with this predicate, about this subject or, where it is a variable, about any."""
        if isinstance(subject, str):
            return self.triples.get(predicate, [])
        return self.about.get((subject, predicate), [])

    def objects(self, subject: Term, predicate: Term) -> list[Term]:
        return [triple.object for triple in self.find(subject, predicate)]

    def cells(self, head: Term) -> list[Term]:
        """The cells of a list, each once though the list be a ring."""
        seen: dict[Term, None] = {}
        waiting = [head]
        while waiting:
            cell = waiting.pop()
            if cell != NIL and cell not in seen:
                seen[cell] = None
                waiting += self.objects(cell, REST)
        return list(seen)

    def members(self, head: Term) -> list[Term]:
        """The members of a list in their order; none if it is not well-formed."""
        cells = self.cells(head)
        firsts = [self.objects(cell, FIRST) for cell in cells]
        rests = [self.objects(cell, REST) for cell in cells]
        well_formed = all(len(found) == 1 for found in firsts + rests) and [NIL] in rests
        return [found[0] for found in firsts] if well_formed else []

    def alone(self, triple: Triple) -> tuple[Triple, ...]:
        """An axiom of one triple."""
        return self._alone.setdefault(triple, (triple,))

    def list_triples(self, head: Term) -> tuple[Triple, ...]:
        """The triples that a list is made of."""
        if head not in self._lists:
            cells = ((cell, predicate) for cell in self.cells(head) for predicate in (FIRST, REST))
            self._lists[head] = tuple(triple for cell, predicate in cells for triple in self.find(cell, predicate))
        return self._lists[head]

    def together(self, parts: tuple[tuple[Triple, ...], ...]) -> Axioms:
        """The axiom that is made of these parts, which are ones of this ontology; the same for all rules that rest on it."""
        place = tuple(map(id, parts))
        if place not in self._together:
            made = Axioms(chain(*parts))
            self._together[place] = self._known.setdefault(made, made)
        return self._together[place]

    def matters(self, term: Slot) -> bool:
        """Whether an axiom says something of owl:Thing or owl:Nothing that is not true of any class."""
        return any(
            term in (triple.subject, triple.object) and not _is_hollow(triple)
            for triples in self.triples.values()
            for triple in triples
        )


def _is_hollow(triple: Triple) -> bool:
    subject, predicate, object = triple
    return (
        predicate == TYPE
        or (predicate == _SUBCLASS and subject == NOTHING)
        or (predicate in _UPWARD and object == THING)
    )


def _instances(line: Line, ontology: _Ontology) -> Iterator[Rule]:
    """The rules that a line of the tables gives for the axioms at hand."""
    general = line.body and not any(word.isupper() for phrase in [*line.body, line.head] for word in phrase)
    for bound, parts in _matches(line.axiom, ontology, {}):
        yield _rule(line, {}, NO_AXIOMS) if general else _rule(line, bound, ontology.together(parts))
        if general:
            return


def _rule(line: Line, bound: _Bindings, axioms: Axioms) -> Rule:
    return Rule(
        line.name,
        tuple(_atom(phrase, bound) for phrase in line.body if phrase[1] != "!="),
        None if line.head == ["false"] else _atom(line.head, bound),
        axioms,
        next(((phrase[0], phrase[2]) for phrase in line.body if phrase[1] == "!="), None),
    )


def _atom(phrase: list[str], bound: _Bindings) -> Atom:
    subject, predicate, object = (_slot(word, bound) for word in phrase)
    assert not isinstance(predicate, str), "the tables leave no predicate open"
    return Atom(subject, predicate, object)


_Parts: TypeAlias = tuple[tuple[Triple, ...], ...]


def _matches(phrases: list[list[str]], ontology: _Ontology, bound: _Bindings) -> Iterator[tuple[_Bindings, _Parts]]:
    """Each way to read an axiom column in these axioms, with the triples that say so."""
    if not phrases:
        yield bound, ()
        return
    for found, part in _readings(phrases[0], ontology, bound):
        for all_bound, others in _matches(phrases[1:], ontology, {**found, **bound}):
            yield all_bound, (part, *others)


def _readings(
    phrase: list[str], ontology: _Ontology, bound: _Bindings
) -> Iterator[tuple[_Bindings, tuple[Triple, ...]]]:
    match phrase:
        case [name, "used"]:
            if name not in bound:
                yield from (({name: predicate}, NO_AXIOMS) for predicate in ontology.used)
            elif bound[name] in ontology.used:
                yield {}, NO_AXIOMS
        case [name, "matters"]:
            if ontology.matters(_slot(name, bound)):
                yield {}, NO_AXIOMS
        case [name, "in", members]:
            axioms = ontology.list_triples(bound[members])
            yield from (({name: member}, axioms) for member in ontology.members(bound[members]))
        case [name, "&", other, "in", members]:
            axioms = ontology.list_triples(bound[members])
            for one, another in combinations(ontology.members(bound[members]), 2):
                yield {name: one, other: another}, axioms
        case _:
            subject, predicate, object = (_slot(word, bound) for word in phrase)
            for triple in ontology.find(subject, predicate):
                found: dict[str, Term] = {}
                if _fits(subject, triple.subject, found) and _fits(object, triple.object, found):
                    yield found, ontology.alone(triple)


def _fits(slot: Slot, term: Term, found: dict[str, Term]) -> bool:
    """Whether a term can stand where the tables have this; a new variable is noted in ``found``."""
    if not isinstance(slot, str):
        return slot == term
    if slot.isdigit():
        return isinstance(term, Literal) and term.value.isdecimal() and int(term.value) == int(slot)
    return found.setdefault(slot, term) == term


def _lists(ontology: _Ontology, predicate: Term) -> Iterator[tuple[Term, list[Term], Axioms]]:
    """Whatever has a list by this predicate, its members, and the triples that say so."""
    for triple in ontology.triples.get(predicate, ()):
        if members := ontology.members(triple.object):
            yield (
                triple.subject,
                members,
                ontology.together((ontology.alone(triple), ontology.list_triples(triple.object))),
            )


def _chains(ontology: _Ontology) -> Iterator[Rule]:
    """prp-spo2, for chains of any length."""
    for chained, steps, axioms in _lists(ontology, NamedNode(OWL + "propertyChainAxiom")):
        body = [Atom(f"x{i}", step, f"x{i + 1}") for i, step in enumerate(steps)]
        yield Rule("prp-spo2", tuple(body), Atom("x0", chained, f"x{len(steps)}"), axioms)


def _intersections(ontology: _Ontology) -> Iterator[Rule]:
    """cls-int1, for any number of classes."""
    for whole, classes, axioms in _lists(ontology, NamedNode(OWL + "intersectionOf")):
        body = [Atom("x", TYPE, part) for part in classes]
        yield Rule("cls-int1", tuple(body), Atom("x", TYPE, whole), axioms)


def _keys(ontology: _Ontology) -> Iterator[Rule]:
    """prp-key, for any number of properties."""
    for identified, keys, axioms in _lists(ontology, NamedNode(OWL + "hasKey")):
        shared = [(Atom("x", key, f"z{i}"), Atom("y", key, f"z{i}")) for i, key in enumerate(keys)]
        members = Atom("x", TYPE, identified), Atom("y", TYPE, identified)
        yield Rule("prp-key", (*members, *chain(*shared)), None, axioms, ("x", "y"))


def _says_something(rule: Rule) -> bool:
    """Whether a rule can be said in RDF, and needs more than what it concludes or what is always so."""
    if any(isinstance(atom.predicate, Literal | Triple) for atom in (*rule.body, rule.head) if atom):
        return False
    if rule.head is None:
        return all(atom.predicate != SAME_AS or atom.subject != atom.object for atom in rule.body)
    return rule.head not in rule.body and not isinstance(rule.head.subject, Literal | Triple)
