"""The rules of OWL 2 RL/RDF as the W3C prints them: its tables 4 to 9, a line a rule, ``name | axiom | if | then``.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules

A capital stands for a term that the axiom names, a small letter for anything (but ``a`` for rdf:type); ``E in L``
takes each member of a list and ``E & F in L`` each pair of members. A line becomes a rule for each match of its axiom
column, so that what no axiom asks for costs nothing; a line whose rule has no capitals becomes one rule for all.
"""

from typing import NamedTuple

TABLES = """
Table 4, equality
eq-sym       |                                                   | x sameAs y             | y sameAs x
eq-trans     |                                                   | x sameAs y, y sameAs z | x sameAs z
eq-rep-s     | P used                                            | x sameAs y, x P z      | y P z
eq-rep-p     | P sameAs Q, P used                                | x P y                  | x Q y
eq-rep-o     | P used                                            | y sameAs z, x P y      | x P z
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


class Line(NamedTuple):
    """A line of TABLES, each column as lists of words."""

    name: str
    axiom: list[list[str]]
    body: list[list[str]]
    head: list[str]


def read_tables() -> list[Line]:
    """The lines of TABLES, in their order."""
    rows = [line.split("|") for line in TABLES.splitlines() if "|" in line]
    return [Line(row[0].strip(), _phrases(row[1]), _phrases(row[2]), row[3].split()) for row in rows]


def _phrases(column: str) -> list[list[str]]:
    return [phrase.split() for phrase in column.split(",") if phrase.strip()]
