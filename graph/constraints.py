"""Constraints in words: what a shape demands of a thing, or of the values of a path, in sentences of both languages.

https://www.w3.org/TR/shacl/#core-components and https://www.w3.org/TR/shacl/#property-paths
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pyoxigraph as ox

from orgatlas.graph import paths
from orgatlas.graph.paths import SH, Index, Node, members
from orgatlas.graph.reasons import INVERSE, QUOTED, THEN
from orgatlas.graph.sentences import Sentence, Sentences
from orgatlas.graph.vocabulary import LANGUAGES, PREFIXES, name

PATH, CHECK = name("sh:path"), name("atlas:check")
NUMERIC = {PREFIXES["xsd"] + each for each in ("integer", "decimal", "double", "float", "nonNegativeInteger")}

DEPTH_LIMIT, PART_LIMIT, LIST_LIMIT = 8, 200, 40
"""How deep the parts of a rule are followed and how many in all, and members of a list that are told."""

VALUE, ITSELF, IT = ("every value", "chaque valeur"), ("the thing itself", "la chose elle-même"), ("it", "elle")
"""What the constraints of a property shape are about, those of a node shape, and those of one inside another."""

COUNTS: Mapping[tuple[bool, bool], tuple[str, str]] = {
    (True, True): ("between {0} and {1} values", "entre {0} et {1} valeurs"),
    (True, False): ("at least {0} value(s)", "au moins {0} valeur(s)"),
    (False, True): ("at most {1} value(s)", "au plus {1} valeur(s)"),
}
"""How many values there are, by whether there is a least and a most number."""

FEW: Mapping[tuple[int | None, int | None], tuple[str, str]] = {
    (1, 1): ("exactly one value", "exactement une valeur"),
    (1, None): ("at least one value", "au moins une valeur"),
    (None, 1): ("at most one value", "au plus une valeur"),
    (0, 1): ("at most one value", "au plus une valeur"),
    (None, 0): ("no value", "aucune valeur"),
    (0, 0): ("no value", "aucune valeur"),
}
THAT = (" of which this holds:", " dont ceci est vrai\u00a0:")

TERMS: Mapping[str, tuple[str, str]] = {
    "class": ("{v} is {o}", "{v} est {o}"),
    "datatype": ("{v} is of the datatype {o}", "{v} est du type de données {o}"),
    "hasValue": ("one of the values is {o}", "l’une des valeurs est {o}"),
    "minInclusive": ("{v} is {o} or more", "{v} vaut {o} ou plus"),
    "minExclusive": ("{v} is more than {o}", "{v} vaut plus de {o}"),
    "maxInclusive": ("{v} is {o} or less", "{v} vaut {o} ou moins"),
    "maxExclusive": ("{v} is less than {o}", "{v} vaut moins de {o}"),
    "minLength": ("{v} has at least {o} characters", "{v} compte au moins {o} caractères"),
    "maxLength": ("{v} has at most {o} characters", "{v} compte au plus {o} caractères"),
    "pattern": ("{v} has the pattern {o}", "{v} suit le motif {o}"),
    "equals": ("the values are those of {o}", "les valeurs sont celles de {o}"),
    "disjoint": ("no value is one of {o}", "aucune valeur n’est une valeur de {o}"),
    "lessThan": ("{v} comes before every value of {o}", "{v} précède chaque valeur de {o}"),
    "lessThanOrEquals": (
        "{v} comes before every value of {o} or is the same",
        "{v} précède chaque valeur de {o} ou lui est égale",
    ),
}
"""Constraints with one operand, which is a term."""

LISTS: Mapping[str, tuple[str, str]] = {
    "in": ("{v} is one of {o}", "{v} est l’une de {o}"),
    "languageIn": ("{v} is a text in one of the languages {o}", "{v} est un texte dans l’une des langues {o}"),
}
ONE: Mapping[str, tuple[str, str]] = {
    "in": ("{v} is {o}", "{v} est {o}"),
    "languageIn": ("{v} is a text in the language {o}", "{v} est un texte dans la langue {o}"),
}
"""Constraints whose operand is a list of terms, and the same where the list has one."""

PARTS: Mapping[str, tuple[str, str]] = {
    "node": ("of {v}, this holds:", "ceci est vrai de {v}\u00a0:"),
    "property": ("of {v}, this holds:", "ceci est vrai de {v}\u00a0:"),
    "not": ("of {v}, this does not hold:", "ceci n’est pas vrai de {v}\u00a0:"),
    "and": ("of {v}, all of this holds:", "tout ceci est vrai de {v}\u00a0:"),
    "or": ("of {v}, at least one of these holds:", "l’un au moins de ces points est vrai de {v}\u00a0:"),
    "xone": ("of {v}, exactly one of these holds:", "un seul de ces points est vrai de {v}\u00a0:"),
}
"""Constraints whose operands are shapes."""

NODE_KINDS: Mapping[str, tuple[str, str]] = {
    "IRI": ("{v} is an IRI", "{v} est un IRI"),
    "Literal": ("{v} is a literal", "{v} est un littéral"),
    "BlankNode": ("{v} is a blank node", "{v} est un nœud anonyme"),
    "BlankNodeOrIRI": ("{v} is no literal", "{v} n’est pas un littéral"),
    "BlankNodeOrLiteral": ("{v} is no IRI", "{v} n’est pas un IRI"),
    "IRIOrLiteral": ("{v} is no blank node", "{v} n’est pas un nœud anonyme"),
}
UNIQUE = ("no two values are in the same language", "deux valeurs ne sont jamais dans la même langue")
CLOSED = ("there is no property beside those named here", "il n’y a pas d’autre propriété que celles nommées ici")
AT = ("for {}:", "pour {}\u00a0:")
TOGETHER = ("all of this holds:", "tout ceci est vrai\u00a0:")
HOLDS = ("the rule {} holds", "la règle {} est respectée")
QUERY = ("a query finds nothing wrong", "une requête ne trouve rien à redire")
SAID = ("a query finds no case of this: {}", "une requête ne trouve aucun cas de ceci\u00a0: {}")
FILE = ("the query of the file {} finds nothing wrong", "la requête du fichier {} ne trouve rien à redire")
CODE = ("a program compares the data with the texts", "un programme compare les données aux textes")
OTHER = ("the constraint {} holds", "la contrainte {} est respectée")
MORE = ("… and more", "… et plus encore")

ALTERNATIVE = ("{} or else {}", "{} ou bien {}")
REPEATED: Mapping[str, tuple[str, str]] = {
    "zeroOrMorePath": ("{}, any number of times", "{}, un nombre quelconque de fois"),
    "oneOrMorePath": ("{}, once or more", "{}, une fois ou plus"),
    "zeroOrOnePath": ("{}, once or not at all", "{}, une fois ou pas du tout"),
}
QUIET = {"path", "message", "severity", "name", "description", "order", "group", "defaultValue", "flags", "deactivated"}
QUIET |= {"minCount", "maxCount", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint"}
QUIET |= {"ignoredProperties", "target", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"}
"""What is told elsewhere, or no constraint."""

Described = Mapping[ox.NamedNode, Sequence[Node]]
Texts = Mapping[str, str]


class Constraints:
    """Puts the constraints of shapes into words."""

    def __init__(self, graph: Index, sentences: Sentences) -> None:
        self._graph, self._sentences, self._left = graph, sentences, PART_LIMIT

    def requirements(self, described: Described) -> list[dict[str, Any]]:
        """What a rule demands: sentences, some with `parts`, in an order that never changes."""
        self._left = PART_LIMIT
        return list(self._requirements(described, 0))

    def path(self, path: Node) -> Sentence:
        """A property path."""
        return self.sentence(("{}", "{}"), lambda language: self._path(path, language))

    def sentence(
        self, words: Sequence[str], operand: Callable[[str], str], about: Sequence[str] = ("", "")
    ) -> Sentence:
        """Words by language, with an operand put into each, and what they are about."""
        told = {}
        for at, language in enumerate(LANGUAGES):
            said = operand(language)
            told[language] = self._sentences.parts(words[at].format(said, v=about[at], o=said))
        return told

    def said(self, term: Node, language: str) -> str:
        """A term, to be put into a sentence; numbers go without quotation marks."""
        if isinstance(term, ox.BlankNode):
            return "…"
        if isinstance(term, ox.Literal):
            mark = self._sentences.marked(term)
            return mark if term.datatype.value in NUMERIC else QUOTED[LANGUAGES.index(language)].format(mark)
        return self._sentences.said(term, language)

    def _requirements(self, described: Described, depth: int) -> Iterator[dict[str, Any]]:
        about = VALUE if PATH in described else ITSELF if depth == 0 else IT
        yield from self._counts(described)
        for predicate in sorted(described, key=str):
            local = predicate.value.removeprefix(SH)
            if predicate == CHECK or (predicate.value.startswith(SH) and local not in QUIET):
                for operand in described[predicate][:LIST_LIMIT]:
                    self._left -= 1
                    if self._left < 0 or depth > DEPTH_LIMIT:
                        yield _plain(MORE)
                        return
                    yield from self._requirement(local, operand, about, described, depth)

    def _counts(self, described: Described) -> Iterator[dict[str, Any]]:
        least, most = _number(described, "minCount"), _number(described, "maxCount")
        if least is not None or most is not None:
            yield _plain(_count(least, most))

    def _requirement(
        self, local: str, operand: Node, about: tuple[str, str], described: Described, depth: int
    ) -> Iterator[dict[str, Any]]:
        if local in TERMS:
            yield {"words": self.sentence(TERMS[local], lambda language: self.said(operand, language), about)}
        elif local in LISTS:
            listed = members(self._graph, operand)
            listing = LISTS[local] if len(listed) != 1 else ONE[local]
            more = ", …" if len(listed) > LIST_LIMIT else ""
            yield {
                "words": self.sentence(
                    listing, lambda language: self._joined(listed[:LIST_LIMIT], language) + more, about
                )
            }
        elif local == "nodeKind" and isinstance(operand, ox.NamedNode):
            words = NODE_KINDS.get(operand.value.removeprefix(SH), OTHER)
            yield {"words": self.sentence(words, lambda language: self.said(operand, language), about)}
        elif local in ("uniqueLang", "closed"):
            if isinstance(operand, ox.Literal) and operand.value in ("true", "1"):
                yield _plain(UNIQUE if local == "uniqueLang" else CLOSED)
        elif local in PARTS:
            shapes = members(self._graph, operand) if local in ("and", "or", "xone") else [operand]
            parts = [self._part(each, depth + 1) for each in shapes[:LIST_LIMIT]]
            if local == "property" and about == ITSELF:
                yield from parts
            else:
                yield {"words": self.sentence(PARTS[local], lambda _: "", about), "parts": parts}
        elif local == "qualifiedValueShape":
            counted = _count(_number(described, "qualifiedMinCount"), _number(described, "qualifiedMaxCount"))
            counting = [text + that for text, that in zip(counted, THAT, strict=True)]
            yield {**_plain(counting), "parts": [self._part(operand, depth + 1)]}
        elif local == "sparql":
            messages = texts(self._graph.get(operand, {}), "sh:message") or texts(described, "sh:message")
            yield _plain(
                [each.format(_best(messages, LANGUAGES[at])) for at, each in enumerate(SAID)] if messages else QUERY
            )
        elif local == CHECK.value:
            file = operand.value if isinstance(operand, ox.Literal) else ""
            yield _plain(CODE if file == "python" else [each.format(file) for each in FILE])
        else:
            node = ox.NamedNode(SH + local)
            yield {"words": self.sentence(OTHER, lambda language: self.said(node, language))}

    def _part(self, shape: Node, depth: int) -> dict[str, Any]:
        """A shape inside another: a rule by its name, or what it demands."""
        described = self._graph.get(shape, {})
        if isinstance(shape, ox.NamedNode):
            return {"words": self.sentence(HOLDS, lambda language: self.said(shape, language))}
        inner = list(self._requirements(described, depth))
        if PATH not in described:
            return inner[0] if len(inner) == 1 else {**_plain(TOGETHER), "parts": inner}
        path = described[PATH][0]
        return {"words": self.sentence(AT, lambda language: self._path(path, language)), "parts": inner}

    def _joined(self, terms: Sequence[Node], language: str) -> str:
        return ", ".join(self.said(each, language) for each in terms)

    def _path(self, path: Node, language: str, above: frozenset[Node] = frozenset()) -> str:
        """A path in words; one that is part of itself ends in dots."""
        at, node = LANGUAGES.index(language), self._graph.get(path, {})
        if not isinstance(path, ox.BlankNode):
            return self.said(path, language)
        if path in above or len(above) > DEPTH_LIMIT:
            return "…"
        above = above | {path}
        if paths.INVERSE in node:
            return INVERSE[at].format(self._path(node[paths.INVERSE][0], language, above))
        if paths.ALTERNATIVE in node:
            choices = members(self._graph, node[paths.ALTERNATIVE][0])[:LIST_LIMIT]
            said = [self._path(each, language, above) for each in choices] or ["…"]
            while len(said) > 1:
                said[-2:] = [ALTERNATIVE[at].format(*said[-2:])]
            return said[0]
        for local, words in REPEATED.items():
            if inner := node.get(ox.NamedNode(SH + local)):
                return words[at].format(self._path(inner[0], language, above))
        steps = members(self._graph, path)[:LIST_LIMIT]
        return THEN[at].join(self._path(each, language, above) for each in steps) or "…"


def texts(described: Described, *properties: str) -> dict[str, str]:
    """The texts of the first property that has any, by language."""
    for each in map(name, properties):
        if found := [value for value in described.get(each, ()) if isinstance(value, ox.Literal)]:
            return {text.language or "": text.value for text in found}
    return {}


def _plain(words: Sequence[str]) -> dict[str, Any]:
    return {"words": {language: [text] for language, text in zip(LANGUAGES, words, strict=True)}}


def _count(least: int | None, most: int | None) -> Sequence[str]:
    if (least, most) in FEW:
        return FEW[least, most]
    if least is not None and least == most:
        return (f"exactly {least} values", f"exactement {least} valeurs")
    return [each.format(least, most) for each in COUNTS[least is not None, most is not None]]


def _number(described: Described, local: str) -> int | None:
    found = (each.value for each in described.get(ox.NamedNode(SH + local), ()) if isinstance(each, ox.Literal))
    return next((int(each) for each in found if each.isascii() and each.isdigit() and len(each) < 10), None)


def _best(texts: Texts, language: str) -> str:
    return next(chain((texts[tag] for tag in (language, *LANGUAGES, "") if tag in texts), texts.values()))
