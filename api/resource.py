"""A description as a page shows it: facts under their properties, each with its status and where it is stated.

https://www.w3.org/TR/sparql11-results-json/#select-encode-terms is how its terms are written.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orgatlas.api.addresses import SUFFIXES, data_path, page_path
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import LANGUAGES, N_, Wording, folded, translations
from orgatlas.api.pages import resource_url
from orgatlas.api.tables import reason_url, short
from orgatlas.graph.errors import shortened
from orgatlas.graph.vocabulary import PREFIXES

VALUE_LIMIT = 50
"""Values of one property that a page shows."""

GROUP_LIMIT = 200
"""Properties that a page shows."""

TEXT_LIMIT = 4000
"""Characters of one text that a page shows."""

NAME_LIMIT = 300
"""Characters of a name."""

DCT, RDF, RDFS, SKOS = (PREFIXES[each] for each in ("dct", "rdf", "rdfs", "skos"))
TYPE = f"{RDF}type"
NAMES = (f"{SKOS}prefLabel", f"{RDFS}label", f"{DCT}title", f"{PREFIXES['schema']}name", f"{PREFIXES['foaf']}name")
FIRST = (TYPE, *NAMES, f"{SKOS}altLabel", f"{SKOS}definition", f"{DCT}description", f"{RDFS}comment")
"""The properties that stand first on a page."""

VOCABULARIES = tuple(PREFIXES.values())
Term = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thing:
    """A term: what it is called or says, where it leads, its IRI, and the datatype of a literal that is not a text.

    `outside` says that it leads to another site.
    """

    text: Wording
    url: str | None = None
    iri: str | None = None
    datatype: str | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact is stated: a passage by its number, or another graph by its title."""

    name: Wording
    url: str | None = None
    supports: Wording | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its status (stated, derived or added), the places that state it, and where the reason is told."""

    value: Thing
    status: str
    places: tuple[Place, ...]
    why: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one property, and how many more there are than these."""

    property: Thing
    facts: tuple[Fact, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the document, which has a fragment of its own."""

    fragment: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows of a thing. `cut` says that the description itself is longer."""

    iri: str
    name: Wording
    types: tuple[Thing, ...]
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    incoming: tuple[Group, ...]
    using: tuple[tuple[Thing, Thing, Fact], ...]
    inside: tuple[tuple[Thing, Thing, Fact], ...]
    files: tuple[tuple[str, str], ...]
    cut: bool


def resource_view(document: Mapping[str, Any], atlas: Atlas, language: str) -> View:
    """The view of a description, as graph/describe.py writes it as JSON."""
    return _Reading(document, atlas, language).view()


class _Reading:
    def __init__(self, document: Mapping[str, Any], atlas: Atlas, language: str) -> None:
        self._iri, self._cut = document["resource"], document["cut"]
        self._rows: list[Mapping[str, Any]] = document["rows"]
        self._atlas, self._language = atlas, language
        self._names: dict[str, dict[str, str]] = {}
        self._about: dict[str, dict[str, list[Term]]] = {}
        self._numbers: dict[str, str] = {}
        for row in self._rows:
            subject, predicate = row["s"]["value"], row["p"]["value"]
            if row["s"]["type"] == "uri" and predicate in NAMES and row["o"]["type"] == "literal":
                self._name_of(subject, predicate, row["o"])
            if predicate == f"{DCT}identifier":
                self._numbers.setdefault(subject, row["o"]["value"])
            if row["role"] == "graph":
                self._about.setdefault(subject, {}).setdefault(predicate, []).append(row["o"])

    def _name_of(self, subject: str, predicate: str, literal: Term) -> None:
        rank = f"{NAMES.index(predicate)}"
        self._names.setdefault(subject, {}).setdefault(
            literal.get("xml:lang", "") + "\0" + rank, shortened(literal["value"], NAME_LIMIT)
        )

    def view(self) -> View:
        own = [row for row in self._rows if row["role"] == "own"]
        parts: dict[str, list[Mapping[str, Any]]] = {}
        for row in own:
            if row["s"]["value"] != self._iri:
                parts.setdefault(row["s"]["value"], []).append(row)
        groups = self._groups((row for row in own if row["s"]["value"] == self._iri), "o")
        incoming = [row for row in self._rows if row["role"] == "incoming" and row["o"]["value"] == self._iri]
        return View(
            self._iri,
            self._called(self._iri),
            tuple(fact.value for group in groups if group.property.iri == TYPE for fact in group.facts),
            groups,
            tuple(Part(self._fragment(iri), self._groups(rows, "o")) for iri, rows in parts.items()),
            self._groups(incoming, "s"),
            self._statements("using"),
            self._statements("inside"),
            tuple((suffix, data_path(self._atlas.bundle.base, self._iri, suffix)) for suffix in SUFFIXES),
            self._cut,
        )

    def _fragment(self, iri: str) -> str:
        return iri.rpartition("#")[2]

    def _groups(self, rows: Iterable[Mapping[str, Any]], place: str) -> tuple[Group, ...]:
        """Rows under their properties; `place` is where the value stands, s or o."""
        by_property: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
        for row in rows:
            values = by_property.setdefault(row["p"]["value"], {})
            values.setdefault(json.dumps(row[place]), []).append(row)
        groups = []
        for iri, values in by_property.items():
            facts = sorted((self._fact(rows, place) for rows in values.values()), key=self._fact_order)
            groups.append(
                Group(
                    self._thing({"type": "uri", "value": iri}),
                    tuple(facts[:VALUE_LIMIT]),
                    max(len(facts) - VALUE_LIMIT, 0),
                )
            )
        return tuple(sorted(groups, key=self._group_order)[:GROUP_LIMIT])

    def _statements(self, role: str) -> tuple[tuple[Thing, Thing, Fact], ...]:
        rows = [row for row in self._rows if row["role"] == role]
        return tuple(
            (self._thing(row["s"]), self._thing(row["p"]), self._fact([row], "o")) for row in rows[: VALUE_LIMIT * 4]
        )

    def _fact(self, rows: list[Mapping[str, Any]], place: str) -> Fact:
        """One value; where several graphs state it, what is stated counts more than what is added or derived."""
        statuses = {row["status"] for row in rows}
        status = next(each for each in ("stated", "added", "derived") if each in statuses)
        graphs = [row["graph"] for row in rows if row["graph"] and row["status"] != "derived"]
        terms = [rows[0][each] for each in ("s", "p", "o")]
        why = None if self._atlas.fixed else reason_url(terms, self._language)
        return Fact(self._thing(rows[0][place]), status, tuple(map(self._place, graphs)), why)

    def _place(self, graph: str) -> Place:
        about = self._about.get(graph, {})
        supports = self._best(_by_language(about.get(f"{RDFS}comment", ())))
        return Place(self._called(graph), resource_url(self._atlas, self._language, graph), supports)

    def _thing(self, term: Term) -> Thing:
        if term["type"] == "uri":
            iri = term["value"]
            if (url := self._url(iri)) is None and iri.startswith(("http://", "https://")):
                return Thing(self._called(iri), iri, iri, outside=True)
            return Thing(self._called(iri), url, iri)
        if term["type"] == "literal":
            datatype = term.get("datatype")
            plain = datatype in (None, f"{PREFIXES['xsd']}string")
            kind = None if plain else short(str(datatype), self._atlas)
            return Thing(Wording(shortened(term["value"], TEXT_LIMIT), term.get("xml:lang")), datatype=kind)
        if term["type"] == "bnode":
            return Thing(Wording(f"_:{term['value'][:8]}"))
        return Thing(Wording(shortened(term["value"], TEXT_LIMIT)))

    def _url(self, iri: str) -> str | None:
        """Where a thing leads: terms of a vocabulary have a page as well, whoever defines them."""
        if self._atlas.fixed or not iri.startswith(VOCABULARIES):
            return resource_url(self._atlas, self._language, iri)
        return page_path(self._atlas.bundle.base, self._language, iri)

    def _called(self, iri: str) -> Wording:
        if iri == TYPE:
            return Wording(translations(self._language).gettext(N_("is a")))
        names = self._names.get(iri, {})
        ranked = sorted((key.rpartition("\0")[2], key.rpartition("\0")[0], text) for key, text in names.items())
        by_language: dict[str, str] = {}
        for _, language, text in ranked:
            by_language.setdefault(language, text)
        return self._best(by_language) or self._numbered(iri) or Wording(short(iri, self._atlas))

    def _numbered(self, iri: str) -> Wording | None:
        """A passage by its number."""
        return Wording(self._numbers[iri]) if iri in self._numbers else None

    def _best(self, wordings: Mapping[str, str]) -> Wording | None:
        for tag in (self._language, *LANGUAGES, "", *wordings):
            if tag in wordings:
                return Wording(wordings[tag], tag or None)
        return None

    def _fact_order(self, fact: Fact) -> tuple[bool, str, str]:
        """Texts in the language of the page first."""
        return (
            fact.value.text.language not in (None, self._language),
            folded(fact.value.text.text),
            fact.value.iri or "",
        )

    def _group_order(self, group: Group) -> tuple[int, str, str]:
        iri = group.property.iri or ""
        return (FIRST.index(iri) if iri in FIRST else len(FIRST), folded(group.property.text.text), iri)


def _by_language(literals: Iterable[Term]) -> dict[str, str]:
    return {literal.get("xml:lang", ""): literal["value"] for literal in literals}
