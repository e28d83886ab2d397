"""Axioms become rules: the OWL 2 RL/RDF tables, instantiated for the axioms that an ontology really holds.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules

TABLES are the W3C's tables 4 to 9, line by line: ``name | axiom | if | then``. A capital stands for a term
that the axiom names, a small letter for anything (but ``a`` for rdf:type); ``E in L`` takes each member of a
list and ``E & F in L`` each pair of members. A line becomes a rule for each match of its axiom column, so
that what no axiom asks for costs nothing; a line whose rule has no capitals becomes one rule for all.

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

TABLES = """
Table 4, equality
eq-sym       |                                                   | x sameAs y             | y sameAs x
eq-trans     |                                                   | x sameAs y, y sameAs z | x sameAs z
eq-rep-s     | X sameAs Y, P used                                | x sameAs y, x P z      | y P z
eq-rep-p     | P sameAs Q, P used                                | x P y                  | x Q y
eq-rep-o     | X sameAs Y, P used                                | y sameAs z, x P y      | x P z
eq-diff1     | X differentFrom Y                                 | X sameAs Y             | false
eq-diff1     | X differentFrom X                                 |                        | false
eq-diff2     | A a AllDifferent, A members L, X & Y in L         | X sameAs Y             | false
eq-diff3     | A a AllDifferent, A distinctMembers L, X & Y in L | X sameAs Y             | false

Table 5, axioms about properties
prp-dom      | P domain C                                         | x P y                | x a C
prp-rng      | P range C                                          | x P y                | y a C
prp-fp       | P a FunctionalProperty                             | x P y, x P z, y != z | false
prp-ifp      | P a InverseFunctionalProperty                      | y P x, z P x, y != z | false
prp-irp      | P a IrreflexiveProperty                            | x P x                | false
prp-symp     | P a SymmetricProperty                              | x P y                | y P x
prp-asyp     | P a AsymmetricProperty                             | x P y, y P x         | false
prp-trp      | P a TransitiveProperty                             | x P y, y P z         | x P z
prp-spo1     | P subPropertyOf Q                                  | x P y                | x Q y
prp-eqp1     | P equivalentProperty Q                             | x P y                | x Q y
prp-eqp2     | P equivalentProperty Q                             | x Q y                | x P y
prp-pdw      | P propertyDisjointWith Q                           | x P y, x Q y         | false
prp-adp      | A a AllDisjointProperties, A members L, P & Q in L | x P y, x Q y         | false
prp-inv1     | P inverseOf Q                                      | x P y                | y Q x
prp-inv2     | P inverseOf Q                                      | x Q y                | y P x
prp-npa1     | N sourceIndividual X, N assertionProperty P, N targetIndividual Y | X P Y | false
prp-npa2     | N sourceIndividual X, N assertionProperty P, N targetValue Y | X P Y | false

Table 6, classes
cls-nothing2 |                                        | x a Nothing                 | false
cls-int2     | C intersectionOf L, E in L             | x a C                       | x a E
cls-uni      | C unionOf L, E in L                    | x a E                       | x a C
cls-com      | C complementOf D                       | x a C, x a D                | false
cls-svf1     | C someValuesFrom D, C onProperty P     | x P y, y a D                | x a C
cls-svf2     | C someValuesFrom Thing, C onProperty P | x P y                       | x a C
cls-avf      | C allValuesFrom D, C onProperty P      | x a C, x P y                | y a D
cls-hv1      | C hasValue Y, C onProperty P           | x a C                       | x P Y
cls-hv2      | C hasValue Y, C onProperty P           | x P Y                       | x a C
cls-maxc1    | C maxCardinality 0, C onProperty P     | x a C, x P y                | false
cls-maxc2    | C maxCardinality 1, C onProperty P     | x a C, x P y, x P z, y != z | false
cls-maxqc1   | C maxQualifiedCardinality 0, C onProperty P, C onClass D | x a C, x P y, y a D | false
cls-maxqc2   | C maxQualifiedCardinality 0, C onProperty P, C onClass Thing | x a C, x P y | false
cls-maxqc3   | C maxQualifiedCardinality 1, C onProperty P, C onClass D | \
               x a C, x P y, y a D, x P z, z a D, y != z | false
cls-maxqc4   | C maxQualifiedCardinality 1, C onProperty P, C onClass Thing | \
               x a C, x P y, x P z, y != z | false
cls-oo       | C oneOf L, X in L                      |                             | X a C

Table 7, class axioms
cax-sco      | C subClassOf D                                  | x a C            | x a D
cax-sco      | Thing matters                                   | x a c, c a Class | x a Thing
cax-eqc1     | C equivalentClass D                             | x a C            | x a D
cax-eqc2     | C equivalentClass D                             | x a D            | x a C
cax-dw       | C disjointWith D                                | x a C, x a D     | false
cax-adc      | A a AllDisjointClasses, A members L, C & D in L | x a C, x a D     | false

Table 9, schema vocabulary
scm-cls      |                            | c a Class                            | c subClassOf c
scm-cls      | Thing matters              | c a Class                            | c subClassOf Thing
scm-cls      | Nothing matters            | c a Class                            | Nothing subClassOf c
scm-sco      |                            | c subClassOf d, d subClassOf e       | c subClassOf e
scm-eqc1     |                            | c equivalentClass d                  | c subClassOf d
scm-eqc1     |                            | c equivalentClass d                  | d subClassOf c
scm-eqc2     |                            | c subClassOf d, d subClassOf c       | c equivalentClass d
scm-op       |                            | p a ObjectProperty                   | p subPropertyOf p
scm-dp       |                            | p a DatatypeProperty                 | p subPropertyOf p
scm-spo      |                            | p subPropertyOf q, q subPropertyOf r | p subPropertyOf r
scm-eqp1     |                            | p equivalentProperty q               | p subPropertyOf q
scm-eqp1     |                            | p equivalentProperty q               | q subPropertyOf p
scm-eqp2     |                            | p subPropertyOf q, q subPropertyOf p | p equivalentProperty q
scm-dom1     |                            | p domain c, c subClassOf d           | p domain d
scm-dom2     |                            | p domain c, q subPropertyOf p        | q domain c
scm-rng1     |                            | p range c, c subClassOf d            | p range d
scm-rng2     |                            | p range c, q subPropertyOf p         | q range c
scm-hv       | | c hasValue y, c onProperty p, d hasValue y, d onProperty q, \
               p subPropertyOf q | c subClassOf d
scm-svf1     | | c someValuesFrom y, c onProperty p, d someValuesFrom z, d onProperty p, \
               y subClassOf z | c subClassOf d
scm-svf2     | | c someValuesFrom y, c onProperty p, d someValuesFrom y, d onProperty q, \
               p subPropertyOf q | c subClassOf d
scm-avf1     | | c allValuesFrom y, c onProperty p, d allValuesFrom z, d onProperty p, \
               y subClassOf z | c subClassOf d
scm-avf2     | | c allValuesFrom y, c onProperty p, d allValuesFrom y, d onProperty q, \
               p subPropertyOf q | d subClassOf c
scm-int      | C intersectionOf L, E in L |                                      | C subClassOf E
scm-uni      | C unionOf L, E in L        |                                      | E subClassOf C
"""

# What these schema rules conclude adds no instance: the rules made for their premises conclude it already.
# The others (scm-svf, scm-avf) do add: a restriction need not have a value that its own rules could see.
IMPLIED = frozenset(
    f"scm-{name}"
    for name in "cls sco eqc1 eqc2 op dp spo eqp1 eqp2 dom1 dom2 rng1 rng2 hv int uni".split()  # noqa: SIM905
)

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Slot: TypeAlias = Term | str
"""A term, or the name of a variable."""


class Atom(NamedTuple):
    """A triple pattern of a rule."""

    subject: Slot
    predicate: Term
    object: Slot


@dataclass(frozen=True, slots=True)
class Rule:
    """If the whole body holds, so does the head; without a head, the body is a clash."""

    name: str
    """As the W3C calls it, for example ``prp-spo2``."""
    body: tuple[Atom, ...]
    head: Atom | None
    axiom: Triple | None = None
    """The axiom that asked for this rule; None where the axioms are in the body (Table 9)."""
    distinct: tuple[str, str] | None = None
    """Two variables that must stand for different terms."""


class _Line(NamedTuple):
    """A line of TABLES, each column as lists of words."""

    name: str
    axiom: list[list[str]]
    body: list[list[str]]
    head: list[str]


_Bindings: TypeAlias = Mapping[str, Term]


def _read_tables() -> list[_Line]:
    rows = [line.split("|") for line in TABLES.splitlines() if "|" in line]
    return [_Line(row[0].strip(), _phrases(row[1]), _phrases(row[2]), row[3].split()) for row in rows]


def _phrases(column: str) -> list[list[str]]:
    return [phrase.split() for phrase in column.split(",") if phrase.strip()]


def _slot(word: str, bound: _Bindings) -> Slot:
    """The term that a word of TABLES stands for; a variable or a number stays as it is."""
    if len(word) == 1:
        return TYPE if word == "a" else bound.get(word, word)
    return NamedNode((RDFS if word in _OF_RDFS else OWL) + word)


_OF_RDFS = frozenset({"domain", "range", "subClassOf", "subPropertyOf"})
_LINES = _read_tables()
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


def compile_rules(axioms: Iterable[Triple], used: Iterable[Term] = ()) -> list[Rule]:
    """The rules that these axioms ask for, each once, in the order of the tables.

    ``used`` are the predicates of the data: what owl:sameAs has to be carried over to.
    """
    ontology = _Ontology(axioms)
    made = [rule for line in _LINES for rule in _instances(line, ontology)]
    made += [*_chains(ontology), *_intersections(ontology), *_keys(ontology)]
    if SAME_AS in ontology.triples:
        ontology.used = {*used, *(rule.head.predicate for rule in made if rule.head)}
        made += [rule for line in _LINES if _USED in line.axiom for rule in _instances(line, ontology)]
    if not ontology.matters(THING):  # then nobody asks what is a thing
        made = [rule for rule in made if rule.head is None or rule.head[1:] != (TYPE, THING)]
    return [rule for rule in dict.fromkeys(made) if _says_something(rule)]


def expressions(axioms: Iterable[Triple]) -> set[Term]:
    """The blank nodes that are no individuals: expressions, axioms, and the cells of their lists."""
    ontology = _Ontology(axioms)
    found: set[Term] = set()
    for subject, predicate, object in chain(*ontology.triples.values()):
        if predicate in _DESCRIBING or (predicate == TYPE and object in AXIOM_CLASSES):
            found.add(subject)
        if predicate in _LISTS:
            found.update(ontology.cells(object))
    return {term for term in found if isinstance(term, BlankNode)}


class _Ontology:
    """Axioms, as the tables look them up."""

    def __init__(self, axioms: Iterable[Triple]) -> None:
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


def _instances(line: _Line, ontology: _Ontology) -> Iterator[Rule]:
    """The rules that a line of the tables gives for the axioms at hand."""
    general = line.body and not any(word.isupper() for phrase in [*line.body, line.head] for word in phrase)
    for bound in _matches(line.axiom, ontology, {}):
        yield _rule(line, {} if general else bound)
        if general:
            return


def _rule(line: _Line, bound: _Bindings) -> Rule:
    axiom = bound.get("axiom")
    return Rule(
        line.name,
        tuple(_atom(phrase, bound) for phrase in line.body if phrase[1] != "!="),
        None if line.head == ["false"] else _atom(line.head, bound),
        axiom if isinstance(axiom, Triple) else None,
        next(((phrase[0], phrase[2]) for phrase in line.body if phrase[1] == "!="), None),
    )


def _atom(phrase: list[str], bound: _Bindings) -> Atom:
    subject, predicate, object = (_slot(word, bound) for word in phrase)
    assert not isinstance(predicate, str), "the tables leave no predicate open"
    return Atom(subject, predicate, object)


def _matches(phrases: list[list[str]], ontology: _Ontology, bound: _Bindings) -> Iterator[_Bindings]:
    """Each way to read an axiom column in these axioms; ``axiom`` is bound to the first triple."""
    if not phrases:
        yield bound
        return
    for found in _readings(phrases[0], ontology, bound):
        yield from _matches(phrases[1:], ontology, {**found, **bound})


def _readings(phrase: list[str], ontology: _Ontology, bound: _Bindings) -> Iterator[_Bindings]:
    match phrase:
        case [name, "used"]:
            if name not in bound:
                yield from ({name: predicate} for predicate in ontology.used)
            elif bound[name] in ontology.used:
                yield {}
        case [name, "matters"]:
            if ontology.matters(_slot(name, bound)):
                yield {}
        case [name, "in", members]:
            yield from ({name: member} for member in ontology.members(bound[members]))
        case [name, "&", other, "in", members]:
            for one, another in combinations(ontology.members(bound[members]), 2):
                yield {name: one, other: another}
        case _:
            subject, predicate, object = (_slot(word, bound) for word in phrase)
            for triple in ontology.find(subject, predicate):
                found: dict[str, Term] = {"axiom": triple}
                if _fits(subject, triple.subject, found) and _fits(object, triple.object, found):
                    yield found


def _fits(slot: Slot, term: Term, found: dict[str, Term]) -> bool:
    """Whether a term can stand where the tables have this; a new variable is noted in ``found``."""
    if not isinstance(slot, str):
        return slot == term
    if slot.isdigit():
        return isinstance(term, Literal) and term.value.isdecimal() and int(term.value) == int(slot)
    return found.setdefault(slot, term) == term


def _lists(ontology: _Ontology, predicate: Term) -> Iterator[tuple[Triple, list[Term]]]:
    for triple in ontology.triples.get(predicate, ()):
        if members := ontology.members(triple.object):
            yield triple, members


def _chains(ontology: _Ontology) -> Iterator[Rule]:
    """prp-spo2, for chains of any length."""
    for axiom, steps in _lists(ontology, NamedNode(OWL + "propertyChainAxiom")):
        body = [Atom(f"x{i}", step, f"x{i + 1}") for i, step in enumerate(steps)]
        yield Rule("prp-spo2", tuple(body), Atom("x0", axiom.subject, f"x{len(steps)}"), axiom)


def _intersections(ontology: _Ontology) -> Iterator[Rule]:
    """cls-int1, for any number of classes."""
    for axiom, classes in _lists(ontology, NamedNode(OWL + "intersectionOf")):
        body = [Atom("x", TYPE, part) for part in classes]
        yield Rule("cls-int1", tuple(body), Atom("x", TYPE, axiom.subject), axiom)


def _keys(ontology: _Ontology) -> Iterator[Rule]:
    """prp-key, for any number of properties."""
    for axiom, keys in _lists(ontology, NamedNode(OWL + "hasKey")):
        shared = [(Atom("x", key, f"z{i}"), Atom("y", key, f"z{i}")) for i, key in enumerate(keys)]
        members = Atom("x", TYPE, axiom.subject), Atom("y", TYPE, axiom.subject)
        yield Rule("prp-key", (*members, *chain(*shared)), None, axiom, ("x", "y"))


def _says_something(rule: Rule) -> bool:
    """Whether a rule can be said in RDF, and needs more than what it concludes or what is always so."""
    if any(isinstance(atom.predicate, Literal | Triple) for atom in (*rule.body, rule.head) if atom):
        return False
    if rule.head is None:
        return all(atom.predicate != SAME_AS or atom.subject != atom.object for atom in rule.body)
    return rule.head not in rule.body and not isinstance(rule.head.subject, Literal | Triple)
