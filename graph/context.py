"""JSON-LD in short words: the context of an ontology, and a writer that compacts quads with it and loses nothing.

https://www.w3.org/TR/json-ld11/ and https://www.w3.org/TR/json-ld11-api/#iri-expansion

A property or class of the ontology is called by its local name. Things are called by their whole IRIs, which can be followed
as they are. The context stands in the document, as far as it is used, so that nothing has to be fetched to read it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import IO, Any, TypeAlias, TypeGuard

import pyoxigraph as ox

from orgatlas.graph.errors import Inexpressible
from orgatlas.graph.vocabulary import PREFIXES, name

Context: TypeAlias = Mapping[str, Any]
"""What stands as the value of @context."""

_Value: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_TYPE, _RANGE, _FUNCTIONAL = name("rdf:type"), name("rdfs:range"), name("owl:FunctionalProperty")
_XSD, _STRING, _DATE = PREFIXES["xsd"], PREFIXES["xsd"] + "string", PREFIXES["xsd"] + "date"
_CLASSES = {name("owl:Class"), name("rdfs:Class")}
_PROPERTIES = {name(f"owl:{each}Property") for each in ("Annotation", "Datatype", "Object")} | {name("rdf:Property")}
_DATES = {name(f"dct:{each}") for each in ("created", "issued", "modified")} | {
    name(f"dcat:{each}") for each in ("startDate", "endDate")
}
_TEXTS = {name(f"dct:{each}") for each in ("abstract", "bibliographicCitation", "description", "rights", "title")} | {
    name(f"skos:{each}")
    for each in ("altLabel", "definition", "editorialNote", "example", "hiddenLabel", "note", "prefLabel", "scopeNote")
}
_TEXTS |= {name("rdfs:comment"), name("rdfs:label")}
_ONE_A_LANGUAGE = {name("rdfs:label"), name("skos:prefLabel")}
"""What is known of properties that ontologies leave open: their values are dates, or texts, of which a language has one."""

_NAME = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_KEYWORDS = {"context", "graph", "id", "index", "language", "list", "set", "type", "value"}
"""Not used as terms: other contexts give these names to the keywords of JSON-LD."""

_NATIVE = {
    _XSD + "integer": re.compile(r"0|-?[1-9][0-9]{0,14}"),
    _XSD + "boolean": re.compile(r"true|false"),
}
"""Literals that JSON can say in its own words, exactly."""

_COUNTED = {_XSD + each for each in ("integer", "nonNegativeInteger", "positiveInteger", "boolean", "string")}
"""Ranges that are not written into a context: their values are numbers and strings of JSON as they are."""


def context(prefixes: Mapping[str, str], ontology: Iterable[ox.Quad]) -> dict[str, Any]:
    """The context of an ontology: a term for each class and property, and the prefixes that leave the terms their names.

    Where several would have the same local name, the vocabulary that comes first among `prefixes` has it, and the others keep
    their prefixes. Functional properties have one value, texts a map of languages, and all others an array.
    """
    facts = _Facts(ontology)
    terms: dict[str, Any] = {"@version": 1.1}
    taken = {*PREFIXES, *_KEYWORDS}
    order = {prefix: place for place, prefix in enumerate(prefixes)}
    for _, local, iri in sorted(_named(facts.terms, prefixes), key=lambda each: (order[each[0]], each[1])):
        if _NAME.fullmatch(local) and local not in taken:
            taken.add(local)
            terms[local] = facts.definition(iri)
    for prefix, namespace in prefixes.items():
        # A namespace that ends otherwise would be no prefix to a reader of JSON-LD 1.1.
        if prefix and prefix not in terms and namespace[-1:] in ":/?#[]@" and prefix not in _KEYWORDS:
            terms[prefix] = namespace
    return terms


def _named(terms: Iterable[ox.NamedNode], prefixes: Mapping[str, str]) -> Iterator[tuple[str, str, ox.NamedNode]]:
    """The prefix and the local name of each term that has some, by its longest namespace."""
    for term in terms:
        spaces = [prefix for prefix, namespace in prefixes.items() if term.value.startswith(namespace)]
        if spaces:
            prefix = max(spaces, key=lambda each: len(prefixes[each]))
            yield prefix, term.value.removeprefix(prefixes[prefix]), term


class _Facts:
    """What an ontology says of its terms, and how it uses them itself."""

    def __init__(self, ontology: Iterable[ox.Quad]) -> None:
        self.kinds: dict[ox.NamedNode, set[object]] = {}
        self.ranges: dict[ox.NamedNode, set[object]] = {}
        self.values: dict[ox.NamedNode, set[str]] = {}
        for quad in ontology:
            value = quad.object
            kind = "@id" if not isinstance(value, ox.Literal) else "@language" if value.language else "@value"
            self.values.setdefault(quad.predicate, set()).add(kind)
            if isinstance(quad.subject, ox.NamedNode) and quad.predicate in (_TYPE, _RANGE):
                told = self.kinds if quad.predicate == _TYPE else self.ranges
                told.setdefault(quad.subject, set()).add(value)
        self.terms = {term for term, kinds in self.kinds.items() if kinds & (_CLASSES | _PROPERTIES)}
        self.terms |= self.values.keys() - {_TYPE}

    def definition(self, term: ox.NamedNode) -> dict[str, Any]:
        """The term definition of a class or property."""
        kinds, values = self.kinds.get(term, set()), self.values.get(term)
        if kinds & _CLASSES:
            return {"@id": term.value}
        datatypes = {each.value for each in self.ranges.get(term, ()) if isinstance(each, ox.NamedNode)}
        datatypes = {each for each in datatypes if each.startswith(_XSD)}
        defined: dict[str, Any] = {"@id": term.value}
        if name("owl:ObjectProperty") in kinds:
            defined["@type"] = "@id"
        elif term in _DATES:
            defined["@type"] = _DATE
        elif term in _ONE_A_LANGUAGE:
            return defined | {"@container": "@language"}
        elif term in _TEXTS or (values == {"@language"} and not datatypes):
            return defined | {"@container": ["@language", "@set"]}
        elif len(datatypes) == 1 and not datatypes & _COUNTED:
            [defined["@type"]] = datatypes
        elif values == {"@id"}:
            defined["@type"] = "@id"
        return defined if _FUNCTIONAL in kinds else defined | {"@container": "@set"}


def write_jsonld(quads: Iterable[ox.Quad], context: Context, output: IO[bytes]) -> None:
    """Write quads as a document of nodes, sorted, a line a node; the nodes of each named graph stand within it.

    All quads are held in memory. Raises Inexpressible where they hold a triple within a triple, or a text with a direction:
    JSON-LD cannot say these, and nothing is written then.
    """
    ordered = sorted(dict.fromkeys(quads), key=_place)
    for text in _document(ordered, _Words(context, ordered)):
        output.write(text.encode())


def _place(quad: ox.Quad) -> tuple[str, ...]:
    graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
    return graph, str(quad.subject), str(quad.predicate), str(quad.object)


def _document(ordered: Iterable[ox.Quad], words: "_Words") -> Iterator[str]:
    entries = ",\n".join(f" {_json(term)}: {_json(defined)}" for term, defined in words.context.items())
    yield f'{{"@context": {{\n{entries}\n}},\n"@graph": ['
    comma = ""
    for graph, quads in groupby(ordered, key=lambda quad: quad.graph_name):
        unnamed = isinstance(graph, ox.DefaultGraph)
        if not unnamed:
            yield f'{comma}\n{{"@id": {_json(_called(graph))}, "@graph": ['
            comma = ""
        for _, said in groupby(quads, key=lambda quad: quad.subject):
            yield f"{comma}\n{_json(words.node(said))}"
            comma = ","
        if not unnamed:
            yield "\n]}"
            comma = ","
    yield "\n]}\n"


class _Words:
    """The words for some quads: `context` is what of a context they use."""

    def __init__(self, whole: Context, quads: Iterable[ox.Quad]) -> None:
        self._terms = {defined["@id"]: term for term, defined in whole.items() if isinstance(defined, dict)}
        spaces = {term: namespace for term, namespace in whole.items() if isinstance(namespace, str)}
        self._prefixes = sorted(spaces.items(), key=lambda each: -len(each[1]))
        spoken, self._schemes = self._heard(whole, quads)
        self._words = {iri: self._word(iri) for iri in spoken}
        used = {word.partition(":")[0] for iri, word in self._words.items() if word != iri}
        self.context = {term: defined for term, defined in whole.items() if term == "@version" or term in used}

    def _heard(self, whole: Context, quads: Iterable[ox.Quad]) -> tuple[set[str], set[str]]:
        """The IRIs for which there may be words, and the schemes of all IRIs."""
        spoken: set[str] = set()
        iris: set[str] = set()
        for quad in quads:
            predicate, value = quad.predicate.value, quad.object
            if isinstance(value, ox.Triple) or (isinstance(value, ox.Literal) and value.direction):
                raise Inexpressible("JSON-LD", str(value))
            spoken.add(predicate)
            iris.update(each.value for each in (quad.subject, quad.graph_name) if isinstance(each, ox.NamedNode))
            if isinstance(value, ox.NamedNode):
                iris.add(value.value)
                if quad.predicate == _TYPE:
                    spoken.add(value.value)
            elif isinstance(value, ox.Literal) and not value.language:
                datatype = value.datatype.value
                usual = whole.get(self._terms.get(predicate, ""), {}).get("@type", _STRING)
                if datatype not in (usual, _STRING) and not _is_native(value):
                    spoken.add(datatype)
        return spoken - {_TYPE.value}, {iri.partition(":")[0] for iri in iris | spoken}

    def _word(self, iri: str) -> str:
        """The term of a class, property or datatype, else its prefixed name, else its IRI.

        No word is the scheme of an IRI: a reader that takes it for a prefix would take the IRI apart.
        """
        term = self._terms.get(iri)
        if term and term not in self._schemes:
            return term
        for prefix, namespace in self._prefixes:
            local = iri.removeprefix(namespace)
            if local not in ("", iri) and not local.startswith("//") and prefix not in self._schemes:
                return f"{prefix}:{local}"
        return iri

    def node(self, quads: Iterable[ox.Quad]) -> dict[str, Any]:
        """The node object of what is said of one subject; the quads are sorted."""
        said: dict[str, list[_Value]] = {}
        for quad in quads:
            said.setdefault(quad.predicate.value, []).append(quad.object)
        node: dict[str, Any] = {"@id": _called(quad.subject)}
        if types := [each for each in said.get(_TYPE.value, ()) if isinstance(each, ox.NamedNode | ox.BlankNode)]:
            node["@type"] = [self._words.get(_called(each), _called(each)) for each in types]
        for predicate, values in said.items():
            if predicate == _TYPE.value:
                # The keyword takes no literal; its IRI does.
                values = [each for each in values if isinstance(each, ox.Literal)]
            self._say(node, predicate, values)
        return node

    def _say(self, node: dict[str, Any], predicate: str, values: list[_Value]) -> None:
        """Put what a property says into a node. Its IRI is the key for values that its term has no place for."""
        key = self._words.get(predicate, predicate)
        defined = self.context.get(key, {"@container": "@set"})
        container = defined.get("@container", "")
        if "@language" in container:
            texts: dict[str, list[str]] = {}
            for tag, text in sorted((each.language or "", each.value) for each in values if _has_language(each)):
                texts.setdefault(tag, []).append(text)
            if texts:
                many = "@set" in container
                node[key] = {tag: each if many or len(each) > 1 else each[0] for tag, each in texts.items()}
            key, container = predicate, "@set"
            values = [each for each in values if not _has_language(each)]
        if values:
            written = [self._value(each, defined.get("@type")) for each in values]
            node[key] = written if "@set" in container or len(written) > 1 else written[0]

    def _value(self, value: _Value, coerced: str | None) -> Any:
        """A value, where strings are taken for what they are `coerced` to."""
        if isinstance(value, ox.NamedNode | ox.BlankNode):
            return _called(value) if coerced == "@id" else {"@id": _called(value)}
        assert isinstance(value, ox.Literal)
        if value.language:
            return {"@value": value.value, "@language": value.language}
        datatype = value.datatype.value
        if datatype == (coerced or _STRING):
            return value.value
        if datatype == _STRING:
            return {"@value": value.value}
        if _is_native(value) and not coerced:
            return json.loads(value.value)
        return {"@value": value.value, "@type": self._words.get(datatype, datatype)}


def _is_native(literal: ox.Literal) -> bool:
    pattern = _NATIVE.get(literal.datatype.value)
    return pattern is not None and pattern.fullmatch(literal.value) is not None


def _has_language(value: _Value) -> TypeGuard[ox.Literal]:
    return isinstance(value, ox.Literal) and bool(value.language)


def _called(node: _Value) -> str:
    return node.value if isinstance(node, ox.NamedNode) else str(node)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
