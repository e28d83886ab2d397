"""Reasons in words: the rules of OWL 2 RL and the axioms they use, in English and French.

https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from pyoxigraph import BlankNode, NamedNode, Triple

from orgatlas.graph.axioms import TYPE, Term
from orgatlas.graph.expressions import INVERSE_OF, ON_PROPERTY, QUALIFIERS
from orgatlas.graph.paths import FIRST, Index, index, members
from orgatlas.graph.vocabulary import LANGUAGES, name

Words = TypeVar("Words")

RULES: Mapping[str, tuple[str, str]] = {
    "eq-sym": ("sameness holds both ways", "l’identité vaut dans les deux sens"),
    "eq-trans": ("sameness carries over", "l’identité se transmet"),
    "eq-rep-s": ("the same subject under another name", "le même sujet sous un autre nom"),
    "eq-rep-p": ("the same property under another name", "la même propriété sous un autre nom"),
    "eq-rep-o": ("the same object under another name", "le même objet sous un autre nom"),
    "eq-diff1": ("different things are the same", "des choses différentes sont identiques"),
    "eq-diff2": ("different things are the same", "des choses différentes sont identiques"),
    "eq-diff3": ("different things are the same", "des choses différentes sont identiques"),
    "prp-dom": ("domain of a property", "domaine d’une propriété"),
    "prp-rng": ("range of a property", "portée d’une propriété"),
    "prp-fp": ("two values of a functional property", "deux valeurs d’une propriété fonctionnelle"),
    "prp-ifp": ("one value for two things", "une seule valeur pour deux choses"),
    "prp-irp": ("irreflexive property of a thing to itself", "propriété irréflexive d’une chose à elle-même"),
    "prp-symp": ("symmetric property", "propriété symétrique"),
    "prp-asyp": ("asymmetric property both ways", "propriété asymétrique dans les deux sens"),
    "prp-trp": ("transitive property", "propriété transitive"),
    "prp-spo1": ("sub-property", "sous-propriété"),
    "prp-spo2": ("chain of properties", "enchaînement de propriétés"),
    "prp-eqp1": ("equivalent properties", "propriétés équivalentes"),
    "prp-eqp2": ("equivalent properties", "propriétés équivalentes"),
    "prp-pdw": ("two disjoint properties", "deux propriétés disjointes"),
    "prp-adp": ("two disjoint properties", "deux propriétés disjointes"),
    "prp-inv1": ("inverse property", "propriété inverse"),
    "prp-inv2": ("inverse property", "propriété inverse"),
    "prp-key": ("two things with one key", "deux choses pour une clé"),
    "prp-npa1": ("what is denied is said", "ce qui est nié est dit"),
    "prp-npa2": ("what is denied is said", "ce qui est nié est dit"),
    "cls-nothing2": ("member of an impossible class", "membre d’une classe impossible"),
    "cls-int1": ("in all classes of an intersection", "dans toutes les classes d’une intersection"),
    "cls-int2": ("part of an intersection", "élément d’une intersection"),
    "cls-uni": ("in a class of a union", "dans une classe d’une union"),
    "cls-com": ("in a class and in its complement", "dans une classe et dans son complément"),
    "cls-svf1": ("has some value of a class", "a une valeur d’une classe"),
    "cls-svf2": ("has some value", "a une valeur"),
    "cls-avf": ("has only values of a class", "n’a que des valeurs d’une classe"),
    "cls-hv1": ("the value that members of a class have", "la valeur qu’ont les membres d’une classe"),
    "cls-hv2": ("has the value that makes a member", "a la valeur qui fait d’elle un membre"),
    "cls-maxc1": ("a value where none may be", "une valeur là où il n’en faut aucune"),
    "cls-maxc2": ("two values where one may be", "deux valeurs là où une seule est admise"),
    "cls-maxqc1": ("a value where none may be", "une valeur là où il n’en faut aucune"),
    "cls-maxqc2": ("a value where none may be", "une valeur là où il n’en faut aucune"),
    "cls-maxqc3": ("two values where one may be", "deux valeurs là où une seule est admise"),
    "cls-maxqc4": ("two values where one may be", "deux valeurs là où une seule est admise"),
    "cls-oo": ("one of the members listed", "l’un des membres énumérés"),
    "cax-sco": ("sub-class", "sous-classe"),
    "cax-eqc1": ("equivalent classes", "classes équivalentes"),
    "cax-eqc2": ("equivalent classes", "classes équivalentes"),
    "cax-dw": ("in two disjoint classes", "dans deux classes disjointes"),
    "cax-adc": ("in two disjoint classes", "dans deux classes disjointes"),
    "scm-cls": ("every class is one of things", "toute classe est une classe de choses"),
    "scm-sco": ("sub-class of a sub-class", "sous-classe d’une sous-classe"),
    "scm-eqc1": ("equivalent classes", "classes équivalentes"),
    "scm-eqc2": ("sub-classes of each other", "sous-classes l’une de l’autre"),
    "scm-op": ("object property", "propriété d’objet"),
    "scm-dp": ("datatype property", "propriété de données"),
    "scm-spo": ("sub-property of a sub-property", "sous-propriété d’une sous-propriété"),
    "scm-eqp1": ("equivalent properties", "propriétés équivalentes"),
    "scm-eqp2": ("sub-properties of each other", "sous-propriétés l’une de l’autre"),
    "scm-dom1": ("domain within a wider class", "domaine dans une classe plus large"),
    "scm-dom2": ("domain of the property above", "domaine de la propriété supérieure"),
    "scm-rng1": ("range within a wider class", "portée dans une classe plus large"),
    "scm-rng2": ("range of the property above", "portée de la propriété supérieure"),
    "scm-hv": ("the same value of a sub-property", "la même valeur d’une sous-propriété"),
    "scm-svf1": ("some value of a narrower class", "une valeur d’une classe plus étroite"),
    "scm-svf2": ("some value of a sub-property", "une valeur d’une sous-propriété"),
    "scm-avf1": ("only values of a narrower class", "seulement des valeurs d’une classe plus étroite"),
    "scm-avf2": ("only values of a wider property", "seulement des valeurs d’une propriété plus large"),
    "scm-int": ("part of an intersection", "élément d’une intersection"),
    "scm-uni": ("part of a union", "élément d’une union"),
}
"""Each rule by the name the W3C gives it, in as few words as tell what happens."""

AXIOMS: Mapping[str, tuple[str, str]] = {
    "rdfs:domain": ("whatever has {s} is {o}", "tout ce qui a {s} est {o}"),
    "rdfs:range": ("whatever {s} leads to is {o}", "tout ce à quoi mène {s} est {o}"),
    "rdfs:subClassOf": ("whatever is {s} is {o}", "tout ce qui est {s} est {o}"),
    "rdfs:subPropertyOf": ("{s} is a case of {o}", "{s} est un cas de {o}"),
    "owl:inverseOf": ("{s} is {o} the other way round", "{s} est {o} dans l’autre sens"),
    "owl:equivalentClass": ("{s} means {o}", "{s} signifie {o}"),
    "owl:equivalentProperty": ("{s} and {o} mean the same", "{s} et {o} ont le même sens"),
    "owl:propertyChainAxiom": ("{o} make {s}", "{o} donnent {s}"),
    "owl:disjointWith": ("nothing is both {s} and {o}", "rien n’est à la fois {s} et {o}"),
    "owl:complementOf": ("{s} means what is not {o}", "{s} signifie ce qui n’est pas {o}"),
    "owl:propertyDisjointWith": ("{s} and {o} exclude each other", "{s} et {o} s’excluent"),
    "owl:sameAs": ("{s} and {o} are the same", "{s} et {o} sont une même chose"),
    "owl:differentFrom": ("{s} and {o} are different", "{s} et {o} sont différents"),
    "owl:hasKey": ("whatever is {s} is told apart by {o}", "ce qui est {s} se distingue par {o}"),
}
TYPES: Mapping[str, tuple[str, str]] = {
    "owl:TransitiveProperty": ("{s} is transitive", "{s} est transitive"),
    "owl:SymmetricProperty": ("{s} is symmetric", "{s} est symétrique"),
    "owl:AsymmetricProperty": ("{s} is asymmetric", "{s} est asymétrique"),
    "owl:FunctionalProperty": ("{s} has one value at most", "{s} a tout au plus une valeur"),
    "owl:InverseFunctionalProperty": ("{s} tells things apart", "{s} distingue les choses"),
    "owl:IrreflexiveProperty": ("nothing has {s} to itself", "rien n’a {s} envers soi-même"),
    "owl:AllDisjointClasses": ("nothing is two of these at once", "rien n’est deux de celles-ci à la fois"),
    "owl:AllDisjointProperties": ("the properties exclude each other", "les propriétés s’excluent"),
    "owl:AllDifferent": ("all are different", "tous sont différents"),
}
CLASSES: Mapping[str, tuple[str, str]] = {
    "owl:hasValue": ("something whose {p} is {v}", "quelque chose dont {p} est {v}"),
    "owl:someValuesFrom": ("something with a {p} that is {v}", "quelque chose ayant un {p} qui est {v}"),
    "owl:allValuesFrom": ("something whose every {p} is {v}", "quelque chose dont tout {p} est {v}"),
    "owl:complementOf": ("something that is not {v}", "quelque chose qui n’est pas {v}"),
    "owl:maxCardinality": ("something with at most {v} {p}", "quelque chose ayant au plus {v} {p}"),
    "owl:maxQualifiedCardinality": ("something with at most {v} {p}", "quelque chose ayant au plus {v} {p}"),
    "owl:minCardinality": ("something with at least {v} {p}", "quelque chose ayant au moins {v} {p}"),
    "owl:minQualifiedCardinality": ("something with at least {v} {p}", "quelque chose ayant au moins {v} {p}"),
    "owl:cardinality": ("something with exactly {v} {p}", "quelque chose ayant exactement {v} {p}"),
    "owl:qualifiedCardinality": ("something with exactly {v} {p}", "quelque chose ayant exactement {v} {p}"),
}
QUALIFIED = (" that is {}", " qui est {}")
"""What a qualified cardinality counts."""

LISTS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "owl:intersectionOf": (("at once ", " and "), ("à la fois ", " et ")),
    "owl:unionOf": (("either ", " or "), ("soit ", ", soit ")),
    "owl:oneOf": (("one of ", ", "), ("l’un de ", ", ")),
}
"""What stands before the members of a list, and between them."""

INVERSE = ("the inverse of {}", "l’inverse de {}")
THEN = (", then ", ", puis ")
QUOTED = ("“{}”", "«\u00a0{}\u00a0»")
DEFINITION = ("by definition: {}", "par définition\u00a0: {}")

Label = Callable[[Term, str], str]
"""The name of a term in a language."""


def _owl(names: Mapping[str, Words]) -> dict[NamedNode, Words]:
    return {name(key): words for key, words in names.items()}


_AXIOMS, _TYPES, _CLASSES, _LISTS = _owl(AXIOMS), _owl(TYPES), _owl(CLASSES), _owl(LISTS)

DEEP = 8
"""How many expressions within each other are put into words."""


class Reasons:
    """Says rules and axioms in words; what an expression is made of is looked up among the axioms of an ontology."""

    def __init__(self, axioms: Iterable[Triple], label: Label) -> None:
        self._graph: Index = index(axioms)
        self._label = label

    def rule(self, rule: str) -> dict[str, str]:
        """A rule in few words, by language."""
        return dict(zip(LANGUAGES, RULES.get(rule, (rule, rule)), strict=True))

    def axiom(self, axioms: tuple[Triple, ...]) -> dict[str, str]:
        """The axiom that some triples make, in a sentence by language; empty where there is none to tell."""
        said = {language: self._axiom(axioms[0], language) for language in LANGUAGES} if axioms else {}
        return said if all(said.values()) else {}

    def _axiom(self, axiom: Triple, language: str) -> str:
        subject, predicate, object = axiom
        place = LANGUAGES.index(language)
        if predicate == TYPE and isinstance(object, NamedNode) and object in _TYPES:
            return _TYPES[object][place].format(s=self.said(subject, language))
        if predicate in _AXIOMS:
            return _AXIOMS[predicate][place].format(s=self.said(subject, language), o=self.said(object, language))
        if predicate in _CLASSES or predicate in _LISTS:
            return DEFINITION[place].format(self._expression(subject, language, 0))
        return ""

    def said(self, term: Term, language: str, depth: int = 0) -> str:
        """A term by its name, or the expression that a blank node stands for."""
        place, described = LANGUAGES.index(language), self._graph.get(term, {})
        if not isinstance(term, BlankNode) or not described:
            return QUOTED[place].format(self._label(term, language))
        if depth > DEEP:
            return "…"
        if INVERSE_OF in described:
            return INVERSE[place].format(self.said(described[INVERSE_OF][0], language, depth + 1))
        if FIRST in described:
            return THEN[place].join(self.said(each, language, depth + 1) for each in members(self._graph, term))
        return self._expression(term, language, depth)

    def _expression(self, node: Term, language: str, depth: int) -> str:
        place, described = LANGUAGES.index(language), self._graph.get(node, {})
        for predicate, wordings in _LISTS.items():
            if predicate in described:
                parts = members(self._graph, described[predicate][0])
                before, between = wordings[place]
                return before + between.join(self.said(each, language, depth + 1) for each in parts)
        for predicate, wording in _CLASSES.items():
            if predicate in described:
                on, value = described.get(ON_PROPERTY, [node])[0], described[predicate][0]
                told = wording[place].format(
                    p=self.said(on, language, depth + 1), v=self.said(value, language, depth + 1)
                )
                counted = [each for qualifier in QUALIFIERS for each in described.get(qualifier, ())[:1]]
                return told + "".join(QUALIFIED[place].format(self.said(each, language, depth + 1)) for each in counted)
        return QUOTED[place].format(self._label(node, language))
