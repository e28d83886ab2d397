"""The rulebook: what the shapes of a bundle demand, rule by rule, in words of both languages, with examples.

https://www.w3.org/TR/shacl/#constraints and https://www.w3.org/TR/shacl/#targets
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.bundle import BUILT_IN, Bundle, read_files
from orgatlas.graph.constraints import LIST_LIMIT, PARTS, PATH, Constraints, Described, texts
from orgatlas.graph.naming import Names
from orgatlas.graph.paths import SH, Node, index, members
from orgatlas.graph.rules import read_rules
from orgatlas.graph.sentences import Sentence, Sentences
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.terminology import DECLARATIONS, DEFINED_BY, fragment, short
from orgatlas.graph.vocabulary import PREFIXES, name

TYPE, ONTOLOGY, DEACTIVATED = name("rdf:type"), name("owl:Ontology"), name("sh:deactivated")
SHAPES = {name("sh:NodeShape"), name("sh:PropertyShape")}
CLASSES = {name("owl:Class"), name("rdfs:Class")}

TARGETS: Mapping[str, tuple[str, str]] = {
    "targetClass": ("whatever is {}", "tout ce qui est {}"),
    "targetNode": ("{} alone", "{} seulement"),
    "targetSubjectsOf": ("whatever has {}", "tout ce qui a {}"),
    "targetObjectsOf": ("whatever {} leads to", "tout ce à quoi mène {}"),
    "target": ("what a query selects", "ce qu’une requête sélectionne"),
}


def rulebook(store: MemoryStore, bundle: Bundle) -> dict[str, Any]:
    """The rules of a bundle for JSON, those with an identifier by it; the names of terms come from the store.

    A rule has `targets`, `path` and `requirements`: sentences by language, as in a glossary; a requirement may have `parts`.
    `examples` has the texts of the example files by identifier, `names` what each IRI is called.
    """
    return _Rulebook(store, bundle).document()


class _Rulebook:
    def __init__(self, store: MemoryStore, bundle: Bundle) -> None:
        self._bundle, self._store = bundle, store
        self._triples = [quad.triple for quad in read_files(bundle, bundle.shapes)]
        self._graph = index(self._triples)
        self._mentioned: dict[str, None] = {}
        self._sentences = Sentences(self._graph, lambda iri: self._mentioned.setdefault(iri))
        self._names = Names(store, bundle)
        self._wordings = read_rules(self._triples)
        self._constraints = Constraints(self._graph, self._sentences)
        self._referring = self._references()

    def document(self) -> dict[str, Any]:
        shapes = sorted(self._shapes(), key=lambda shape: (self._identifier(shape), str(shape)))
        rules = [self._rule(shape, number) for number, shape in enumerate(shapes, 1)]
        anchors = {each["iri"]: each["anchor"] for each in rules if each["iri"]}
        return {
            "about": [self._about(node) for node, each in self._graph.items() if ONTOLOGY in each.get(TYPE, ())],
            "rules": rules,
            "anchors": anchors,
            "names": {iri: self._called(iri) for iri in self._mentioned},
            "terms": [iri for iri in self._mentioned if iri not in anchors and self._is_declared(iri)],
            "examples": self._examples({each["identifier"] for each in rules}),
        }

    def _shapes(self) -> Iterator[Node]:
        """The shapes that are rules: with an IRI, or with a target of their own."""
        targets = {ox.NamedNode(SH + each) for each in TARGETS}
        for node, described in self._graph.items():
            is_shape = not SHAPES.isdisjoint(described.get(TYPE, ()))
            has_target = any(each in described for each in targets)
            if has_target or (isinstance(node, ox.NamedNode) and (is_shape or PATH in described)):
                yield node

    def _rule(self, shape: Node, number: int) -> dict[str, Any]:
        described = self._graph[shape]
        iri = shape.value if isinstance(shape, ox.NamedNode) else None
        wording = self._wordings.get(iri or "")
        if iri:
            self._mentioned.setdefault(iri)
        return {
            "iri": iri,
            "anchor": self._anchor(iri) if iri else f"rule-{number}",
            "identifier": self._identifier(shape),
            "labels": texts(described, "rdfs:label", "sh:name"),
            "targets": list(self._targets(shape)),
            "path": self._constraints.path(described[PATH][0]) if PATH in described else None,
            "requirements": self._constraints.requirements(described),
            "severity": wording.severity if wording else "Violation",
            "messages": wording.messages if wording else texts(described, "sh:message"),
            "remedies": wording.remedy if wording else {},
            "descriptions": texts(described, "sh:description", "rdfs:comment"),
            "partOf": sorted(self._referring.get(shape, ())),
            "deactivated": any(
                each.value == "true" for each in described.get(DEACTIVATED, ()) if isinstance(each, ox.Literal)
            ),
        }

    def _targets(self, shape: Node) -> Iterator[Sentence]:
        described = self._graph[shape]
        for local, words in TARGETS.items():
            for each in described.get(ox.NamedNode(SH + local), ())[:LIST_LIMIT]:
                yield self._target(words, each)
        if self._is_class(shape):
            yield self._target(TARGETS["targetClass"], shape)

    def _target(self, words: tuple[str, str], term: Node) -> Sentence:
        return self._constraints.sentence(words, lambda language: self._constraints.said(term, language))

    def _is_class(self, shape: Node) -> bool:
        """Whether a shape is a class as well, and so its own target."""
        types = self._graph[shape].get(TYPE, ())
        return not SHAPES.isdisjoint(types) and not CLASSES.isdisjoint(types)

    def _called(self, iri: str) -> dict[str, str]:
        node = ox.NamedNode(iri)
        own = texts(self._graph.get(node, {}), "rdfs:label", "sh:name")
        return own or dict(self._names.of(node)) or {"": short(iri, self._bundle)}

    def _about(self, node: Node) -> dict[str, Any]:
        described = self._graph[node]
        links = {
            key: described.get(name(each), ())
            for key, each in (("licences", "dct:license"), ("creators", "dct:creator"))
        }
        return {
            "iri": node.value if isinstance(node, ox.NamedNode) else None,
            "titles": texts(described, "dct:title", "rdfs:label"),
            "descriptions": texts(described, "dct:description", "rdfs:comment"),
            "versions": list(texts(described, "owl:versionInfo").values()),
            **{key: [self._sentences.value(each) for each in values] for key, values in links.items()},
        }

    def _identifier(self, shape: Node) -> str:
        return next(iter(texts(self._graph[shape], "dct:identifier").values()), "")

    def _anchor(self, iri: str) -> str:
        local = iri.removeprefix(PREFIXES["rule"])
        return fragment(local if local != iri else short(iri, self._bundle))

    def _is_declared(self, iri: str) -> bool:
        """Whether the page of the ontology shows a term: it is declared, or an ontology of the store defines it."""
        node = ox.NamedNode(iri)
        makers = [quad.object for quad in self._store.find(node, DEFINED_BY, None)]
        ontologies = (self._store.find(each, TYPE, ONTOLOGY) for each in makers if isinstance(each, ox.NamedNode))
        return any(map(any, ontologies)) or any(
            quad.object in DECLARATIONS for quad in self._store.find(node, TYPE, None)
        )

    def _references(self) -> dict[Node, set[str]]:
        """Of each shape, the rules that speak of it, however deep inside themselves."""
        found: defaultdict[Node, set[str]] = defaultdict(set)
        for shape in self._shapes():
            waiting, seen = [shape], {shape}
            while waiting:
                each = waiting.pop()
                for inner in self._inner(self._graph.get(each, {})):
                    if isinstance(inner, ox.NamedNode) and isinstance(shape, ox.NamedNode):
                        found[inner].add(shape.value)
                    elif inner not in seen and not isinstance(inner, ox.NamedNode):
                        seen.add(inner)
                        waiting.append(inner)
        return found

    def _inner(self, described: Described) -> Iterable[Node]:
        for local in (*PARTS, "qualifiedValueShape"):
            for each in described.get(ox.NamedNode(SH + local), ()):
                yield from members(self._graph, each) if local in ("and", "or", "xone") else [each]

    def _examples(self, identifiers: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """The example files for each identifier: one that conforms, and one that does not."""
        found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        folders = [folder / "shapes" / "examples" for folder in dict.fromkeys((BUILT_IN, self._bundle.folder))]
        files: dict[str, Path] = {file.name: file for folder in folders for file in folder.glob("*-*.t*")}
        for _, file in sorted(files.items()):
            identifier, _, outcome = file.stem.rpartition("-")
            if identifier in identifiers and outcome in ("valid", "violating"):
                text = file.read_text(encoding="utf-8", errors="replace")
                found[identifier].append({"file": file.name, "valid": outcome == "valid", "text": text})
        return dict(found)
