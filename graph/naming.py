"""What people call things by: an IRI, a name with a prefix, a literal, or the name of something where no other bears it.

https://www.w3.org/TR/turtle/#literals
"""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import chain, islice

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import ParameterError
from orgatlas.graph.internal import internal
from orgatlas.graph.store import MemoryStore, Query, Term
from orgatlas.graph.terms import abbreviated, expanded, shown
from orgatlas.graph.vocabulary import LANGUAGES, name

TYPE, CLASS = name("rdf:type"), name("owl:Class")

Fits = Callable[[ox.NamedNode], bool]
_BARE = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false")
_BLANK = re.compile(r"_:[A-Za-z0-9][\w.-]*")

LABELS = name("skos:prefLabel"), name("rdfs:label")
COMPARED = 5000
"""How many names are compared with one that nothing bears."""

LONGEST = 2000
"""Characters of a name."""


class Names:
    """Looks up, in a store, what names stand for and what things are called."""

    def __init__(self, store: MemoryStore, bundle: Bundle) -> None:
        self._store, self._bundle = store, bundle
        self._known: dict[Term, dict[str, str]] = {}

    def triple(self, subject: str, predicate: str, object: str) -> ox.Triple:
        """The triple that three texts stand for, in the words in which the store holds it. Raises ParameterError."""
        start = self.resource("s", subject)
        property = TYPE if predicate == "a" else self.resource("p", predicate, self._is_property)
        if not isinstance(property, ox.NamedNode):
            raise ParameterError("p", "a property, which has an IRI", predicate)
        triple = ox.Triple(start, property, self._object(start, property, object))
        held = next(self._store.find(*triple), None)
        return held.triple if held else triple

    def resource(self, place: str, text: str, fits: Fits | None = None) -> ox.NamedNode | ox.BlankNode:
        """The thing that a text stands for; where several bear it as a name, one that `fits`.

        `place` is the name of the parameter it came in. Raises ParameterError.
        """
        text = _clean(place, text)
        if _BLANK.fullmatch(text):
            return ox.BlankNode(text[2:])
        if _looks_like_iri(text, self._bundle):
            try:
                return self._iri(text)
            except ValueError as error:
                raise ParameterError(place, str(error), text) from None
        found = self._called(text)
        found = list(filter(fits, found)) if fits and any(map(fits, found)) else found
        if len(found) == 1:
            return found[0]
        if found:
            which = ", ".join(abbreviated(each.value, self._bundle.prefixes) for each in found[:5])
            raise ParameterError(place, f"the name of one thing only; this one is borne by {which}", text)
        hint = "an IRI, a name with a prefix, or the name of something in the graph"
        raise ParameterError(place, hint + self._nearest(text), text)

    def _object(self, subject: ox.NamedNode | ox.BlankNode, predicate: ox.NamedNode, text: str) -> Term:
        text = _clean("o", text)
        if text.startswith(('"', "'")):
            return _literal(text, self._bundle)
        # What the graph says here, word for word, is what is meant before any thing that is called so.
        held = self._query("said-of", subject=subject, predicate=predicate)
        values = [row["value"] for row in held if isinstance(row["value"], ox.Literal) and row["value"].value == text]
        if len(values) == 1:
            return values[0]
        if _BARE.fullmatch(text):
            return _literal(text, self._bundle)
        return self.resource("o", text, self._is_class if predicate == TYPE else None)

    def _is_property(self, thing: ox.NamedNode) -> bool:
        return any(True for _ in self._store.find(None, thing, None))

    def _is_class(self, thing: ox.NamedNode) -> bool:
        return any(True for _ in chain(self._store.find(thing, TYPE, CLASS), self._store.find(None, TYPE, thing)))

    def _iri(self, text: str) -> ox.NamedNode:
        if text.startswith("<") and text.endswith(">"):
            return ox.NamedNode(self._bundle.resolve(text[1:-1]))
        return expanded(text, self._bundle.base, self._bundle.prefixes)

    def _called(self, text: str) -> list[ox.NamedNode]:
        """The things that bear a name, written with small or capital letters."""
        spaced = re.sub(r"\s+", " ", text)
        tries = [spaced, spaced.lower(), spaced[:1].upper() + spaced[1:].lower(), spaced.title(), spaced.upper()]
        tries += [each.replace("'", "’") for each in tries] + [each.replace("’", "'") for each in tries]
        found: dict[ox.NamedNode, None] = {}
        for each in dict.fromkeys(tries):
            for literal in (*(ox.Literal(each, language=tag) for tag in LANGUAGES), ox.Literal(each)):
                things = (row["thing"] for row in self._query("named", name=literal))
                found |= dict.fromkeys(each for each in things if isinstance(each, ox.NamedNode))
            if found:
                return list(found)
        return self._local(spaced) if re.fullmatch(r"[\w.-]+", spaced) else []

    def _local(self, text: str) -> list[ox.NamedNode]:
        """The things in the graph whose IRI is a known prefix and this."""
        things = (ox.NamedNode(namespace + text) for namespace in dict.fromkeys(self._bundle.prefixes.values()))
        return [thing for thing in things if any(True for _ in self._store.find(thing, None, None))]

    def _nearest(self, text: str) -> str:
        """Names that are written nearly so, to be added to a sentence."""
        labels = chain.from_iterable(self._store.find(None, each, None) for each in LABELS)
        names = (quad.object.value for quad in labels if isinstance(quad.object, ox.Literal))
        known = dict.fromkeys(islice(names, COMPARED))
        near = [each for each in known if each.lower().startswith(text.lower())][:3]
        near = near or get_close_matches(text, known, n=3, cutoff=0.7)
        return f" (perhaps {' or '.join(map(repr, near))})" if near else ""

    def of(self, term: Term) -> dict[str, str]:
        """What a thing is called, by language, empty for none; nothing for what has no name."""
        if term not in self._known:
            names: dict[str, str] = dict(BUILT_IN_NAMES.get(term, {})) if isinstance(term, ox.NamedNode) else {}
            if isinstance(term, ox.NamedNode):
                for row in self._query("names", thing=term):
                    text = row["name"]
                    assert isinstance(text, ox.Literal)
                    names.setdefault(text.language or "", text.value)
            self._known[term] = names
        return self._known[term]

    def said(self, term: Term, language: str) -> str:
        """A term for a sentence: by its name in the language, or in another, or by its IRI; a literal by its text."""
        if isinstance(term, ox.Literal):
            return term.value
        if not isinstance(term, ox.NamedNode):
            return str(term)
        names = self.of(term)
        for tag in (language, "en", "", *names):
            if tag in names:
                return names[tag]
        return shown(term.value, self._bundle.base, self._bundle.prefixes)

    def _query(self, question: str, /, **values: Term) -> Iterator[ox.QuerySolution]:
        results = self._store.query(Query(internal(question), values=values, whole=True)).results
        assert isinstance(results, ox.QuerySolutions)
        return results


def _clean(place: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise ParameterError(place, "a name; it is empty")
    if len(text) > LONGEST or re.search("[\0\ud800-\udfff]", text):
        raise ParameterError(place, f"up to {LONGEST} Unicode characters", text)
    return text


def _looks_like_iri(text: str, bundle: Bundle) -> bool:
    prefix, colon, local = text.partition(":")
    known = bool(colon) and prefix in bundle.prefixes and not local.startswith((" ", "\u00a0"))
    return known or "://" in text or text.startswith("urn:") or (text.startswith("<") and text.endswith(">"))


def _literal(text: str, bundle: Bundle) -> ox.Literal:
    try:
        quads = list(ox.parse(_turtle(f"<x:s> <x:p> {text} .", bundle.prefixes.items()), format=ox.RdfFormat.TURTLE))
    except SyntaxError:
        quads = []
    if len(quads) != 1 or not isinstance(quads[0].object, ox.Literal):
        raise ParameterError("o", 'a literal as Turtle writes it, for example "text"@en', text)
    return quads[0].object


def _turtle(text: str, prefixes: Iterable[tuple[str, str]]) -> str:
    return "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes) + text


BUILT_IN_NAMES: dict[ox.NamedNode, dict[str, str]] = {TYPE: {"en": "is a", "fr": "est de type"}}
"""Names of what no vocabulary of a bundle has to name."""
