"""A thing as its page shows it: where it stands, facts under their properties, each with its status and where it is stated.

https://www.w3.org/TR/sparql11-results-json/#select-encode-terms is how its terms are written.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orgatlas.api.addresses import SUFFIXES, data_path, page_path
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import LANGUAGES, N_, Wording, translations, typeset, worded
from orgatlas.api.orgchart import colour
from orgatlas.api.pages import resource_url
from orgatlas.api.tables import reason_url, short
from orgatlas.graph import labels
from orgatlas.graph.errors import shortened
from orgatlas.graph.folding import folded, is_seen
from orgatlas.graph.vocabulary import ID, PREFIXES

VALUE_LIMIT, VALUE_LIMIT_WHOLE = 5, 500
"""Values of one property that a page shows, and that it shows to who wants all."""

GROUP_LIMIT = 200
"""Properties that a page shows."""

TEXT_LIMIT = 4000
"""Characters of one text that a page shows."""

DCT, RDF, RDFS, SKOS = (PREFIXES[each] for each in ("dct", "rdf", "rdfs", "skos"))
TYPE = f"{RDF}type"
NAMES = tuple(each.value for each in labels.NAMES)
NOTE = f"{SKOS}editorialNote"
DESCRIPTIONS = (
    f"{DCT}description",
    f"{SKOS}definition",
    f"{PREFIXES['schema']}description",
    f"{RDFS}comment",
)
"""The properties that say what a thing is, the most telling first."""

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
    quote: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its status (stated, derived or added), the places that state it, and where the reason is told.

    `anchor` is where it is found on the page.
    """

    anchor: str
    value: Thing
    status: str
    places: tuple[Place, ...]
    why: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing that something stands beside: its name, its page, its level in words, and the colour of that by number.

    `reference` is what the address of the chart calls it.
    """

    iri: str
    name: Wording
    url: str | None
    caption: Wording | None = None
    level: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """What a thing is part of, from the top; what is beside it, itself among them; what is inside it; and how many more.

    `higher` is how many are above those, and `also` is what it is part of besides.
    """

    above: tuple[Neighbour, ...]
    higher: int
    also: tuple[Neighbour, ...]
    beside: tuple[Neighbour, ...]
    inside: tuple[Neighbour, ...]
    more_beside: int
    more_inside: int


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one property, how many more there are than these, and how many in all."""

    property: Thing
    facts: tuple[Fact, ...]
    more: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the document, which has a fragment of its own."""

    fragment: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows of a thing.

    `kind` is the level of a unit, else the narrowest class; `level` the colour of a unit. `texts` describe it, `notes` are those
    of the editors, `quote` is the passage itself where the page is of one. `files` are suffix, address and size in bytes, None
    where that is not known. `cut` says that the description itself is longer.
    """

    iri: str
    name: Wording
    kind: Thing | None
    level: int | None
    types: tuple[Thing, ...]
    position: Position | None
    texts: tuple[Wording, ...]
    notes: tuple[Fact, ...]
    quote: Mapping[str, str] | None
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    incoming: tuple[Group, ...]
    using: tuple[tuple[Thing, Thing, Fact], ...]
    inside: tuple[tuple[Thing, Thing, Fact], ...]
    files: tuple[tuple[str, str, int | None], ...]
    cut: bool


def resource_view(sheet: Mapping[str, Any], atlas: Atlas, language: str, whole: bool) -> View:
    """The view of a thing, as graph/sheet.py tells of it: a page of everyday size, or the `whole`."""
    return _Reading(sheet, atlas, language, VALUE_LIMIT_WHOLE if whole else VALUE_LIMIT).view()


class _Reading:
    def __init__(self, sheet: Mapping[str, Any], atlas: Atlas, language: str, limit: int) -> None:
        self._limit = limit
        self._iri, self._cut = sheet["resource"], sheet["cut"]
        self._rows: list[Mapping[str, Any]] = sheet["rows"]
        self._units, self._standing, self._kind = sheet["units"], sheet["standing"], sheet["kind"]
        self._sizes, self._quotes = sheet["sizes"], sheet["quotes"]
        self._atlas, self._language = atlas, language
        self._names: dict[str, dict[str, str]] = {}
        self._about: dict[str, dict[str, list[Term]]] = {}
        self._numbers: dict[str, str] = {}
        for row in self._rows:
            subject, predicate = row["s"]["value"], row["p"]["value"]
            named = row["s"]["type"] == "uri" and predicate in NAMES and row["o"]["type"] == "literal"
            if named and is_seen(row["o"]["value"]):
                self._name_of(subject, predicate, row["o"])
            if predicate == f"{DCT}identifier":
                self._numbers.setdefault(subject, row["o"]["value"])
            if row["role"] == "graph":
                self._about.setdefault(subject, {}).setdefault(predicate, []).append(row["o"])

    def _name_of(self, subject: str, predicate: str, literal: Term) -> None:
        rank = f"{NAMES.index(predicate)}"
        self._names.setdefault(subject, {}).setdefault(
            literal.get("xml:lang", "") + "\0" + rank, shortened(literal["value"], labels.LENGTH)
        )

    def view(self) -> View:
        own = [row for row in self._rows if row["role"] == "own"]
        parts: dict[str, list[Mapping[str, Any]]] = {}
        for row in own:
            if row["s"]["value"] != self._iri:
                parts.setdefault(row["s"]["value"], []).append(row)
        mine = [row for row in own if row["s"]["value"] == self._iri]
        groups = self._groups((row for row in mine if row["p"]["value"] != NOTE), "o")
        incoming = [row for row in self._rows if row["role"] == "incoming" and row["o"]["value"] == self._iri]
        unit = self._units[self._iri]
        level = colour(unit["level"]) if unit["level"] is not None else None
        return View(
            self._iri,
            self._called(self._iri),
            self._thing({"type": "uri", "value": self._kind}) if self._kind else None,
            level,
            tuple(fact.value for group in groups if group.property.iri == TYPE for fact in group.facts),
            self._position(),
            self._texts(mine, DESCRIPTIONS),
            self._notes(row for row in mine if row["p"]["value"] == NOTE),
            self._quotes.get(self._iri),
            groups,
            tuple(Part(self._fragment(iri), self._groups(rows, "o")) for iri, rows in parts.items()),
            self._groups(incoming, "s"),
            self._statements("using"),
            self._statements("inside"),
            tuple(
                (suffix, data_path(self._atlas.bundle.base, self._iri, suffix), self._sizes.get(suffix))
                for suffix in SUFFIXES
                if not self._sizes or suffix in self._sizes  # what a form cannot say is not offered in it
            ),
            self._cut,
        )

    def _notes(self, rows: Iterable[Mapping[str, Any]]) -> tuple[Fact, ...]:
        """The notes in the language of the page, else those there are."""
        facts = [fact for group in self._groups(rows, "o") for fact in group.facts]
        return tuple(fact for fact in facts if fact.value.text.language in (None, self._language)) or tuple(facts)

    def _texts(self, rows: Iterable[Mapping[str, Any]], properties: tuple[str, ...]) -> tuple[Wording, ...]:
        """What the first of some properties that is there says, in the language of the page if it can be."""
        said: dict[str, dict[str, list[str]]] = {}
        for row in rows:
            if row["p"]["value"] in properties and row["o"]["type"] == "literal":
                texts = said.setdefault(row["p"]["value"], {}).setdefault(row["o"].get("xml:lang", ""), [])
                if row["o"]["value"] not in texts:
                    texts.append(row["o"]["value"])
        for property in properties:
            for tag in (self._language, *LANGUAGES, "", *said.get(property, ())):
                if texts := said.get(property, {}).get(tag, []):
                    return tuple(typeset(Wording(shortened(text, TEXT_LIMIT), tag or None)) for text in texts[:3])
        return ()

    def _position(self) -> Position | None:
        above, beside, inside = (self._standing[each] for each in ("above", "beside", "inside"))
        if not above and not inside["iris"]:
            return None
        return Position(
            tuple(map(self._neighbour, above)),
            self._standing["higher"],
            tuple(map(self._neighbour, self._standing["also"])),
            tuple(map(self._neighbour, beside["iris"])) or (self._neighbour(self._iri),),
            tuple(map(self._neighbour, inside["iris"])),
            max(beside["total"] - len(beside["iris"]), 0),
            inside["total"] - len(inside["iris"]),
        )

    def _reference(self, iri: str) -> str:
        """A thing as the address of the chart has it."""
        return iri.removeprefix(self._atlas.bundle.base + ID)

    def _neighbour(self, iri: str) -> Neighbour:
        unit = self._units[iri]
        if unit["number"]:
            self._numbers.setdefault(iri, unit["number"])
        known = typeset(worded(unit["names"], self._language))
        caption = typeset(worded(unit["levelNames"], self._language))
        name = known if known.text else self._numbered(iri) or Wording(labels.local_name(iri))
        url = resource_url(self._atlas, self._language, iri)
        return Neighbour(iri, name, url, caption if caption.text else None, colour(unit["level"]), self._reference(iri))

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
            # One more takes no more room than the word that it is left out.
            limit = self._limit + (len(values) == self._limit + 1)
            facts = sorted((self._fact(rows, place) for rows in values.values()), key=self._fact_order)
            groups.append(
                Group(
                    self._thing({"type": "uri", "value": iri}),
                    tuple(facts[:limit]),
                    max(len(facts) - limit, 0),
                    len(facts),
                )
            )
        return tuple(sorted(groups, key=self._group_order)[:GROUP_LIMIT])

    def _statements(self, role: str) -> tuple[tuple[Thing, Thing, Fact], ...]:
        rows = [row for row in self._rows if row["role"] == role]
        return tuple(
            (self._thing(row["s"]), self._thing(row["p"]), self._fact([row], "o")) for row in rows[: self._limit * 4]
        )

    def _fact(self, rows: list[Mapping[str, Any]], place: str) -> Fact:
        """One value; where several graphs state it, what is stated counts more than what is added or derived."""
        statuses = {row["status"] for row in rows}
        status = next(each for each in ("stated", "added", "derived") if each in statuses)
        graphs = [row["graph"] for row in rows if row["graph"] and row["status"] != "derived"]
        terms = [rows[0][each] for each in ("s", "p", "o")]
        why = None if self._atlas.fixed else reason_url(terms, self._language)
        anchor = f"f-{rows[0]['fact'][:8]}"
        return Fact(anchor, self._thing(rows[0][place]), status, tuple(map(self._place, graphs)), why)

    def _place(self, graph: str) -> Place:
        about = self._about.get(graph, {})
        supports = self._best(_by_language(about.get(f"{RDFS}comment", ())))
        url = resource_url(self._atlas, self._language, graph)
        return Place(self._called(graph), url, supports, self._quotes.get(graph))

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
        if iri not in self._numbers:
            return None
        return Wording(translations(self._language).gettext(N_("Passage {number}")).format(number=self._numbers[iri]))

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
