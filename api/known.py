"""What queries say of things, as lists show it: names in the language of the page, notes, and the pages that tell more.

https://www.w3.org/TR/sparql11-results-json/ is how the rows come: `about` what, `what` is said, and the `value`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orgatlas.api.answers import Shown
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import N_, Wording, translations, typeset, worded
from orgatlas.api.pages import resource_url
from orgatlas.graph.folding import folded, is_seen
from orgatlas.graph.labels import local_name
from orgatlas.graph.terms import abbreviated

FACT_LIMIT = 20_000
"""Rows of an answer that are looked at."""

TEXT_LIMIT = 300
"""Characters of a name or a note that a list shows."""

NOTE_LIMIT = 10
"""Notes on one thing that a list shows."""

TEXTS = frozenset({"name", "note", "text", "unnamed"})
"""The properties, as the queries call them, whose values are texts."""

NAMELESS = N_("without a name")
"""What a thing is called that has neither a name nor an IRI."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing with its name, the page that tells of it, and notes on it."""

    iri: str
    name: Wording
    url: str | None
    notes: tuple[Wording, ...] = ()


@dataclass(slots=True)
class Known:
    """What is known, by thing and property, each value once, to be said in a language."""

    atlas: Atlas
    language: str
    _values: defaultdict[tuple[str, str], dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _texts: defaultdict[tuple[str, str], dict[Wording, None]] = field(default_factory=lambda: defaultdict(dict))
    _names: dict[str, Wording] = field(default_factory=dict)

    def take(self, answer: Shown) -> None:
        """Add the rows of an answer."""
        self._names.clear()
        for row in answer.rows:
            place, value = (_key(row["about"]), row["what"]["value"]), row["value"]
            if place[1] in TEXTS:
                self._texts[place][Wording(value["value"][:TEXT_LIMIT], value.get("xml:lang"))] = None
            else:
                self._values[place][_key(value)] = None

    def of(self, about: str, what: str) -> list[str]:
        """The values of a property of a thing."""
        return list(self._values.get((about, what), ()))

    def having(self, what: str) -> list[str]:
        """The things of which a property is known."""
        return [about for about, property in (*self._values, *self._texts) if property == what]

    def text(self, about: str, what: str) -> Wording:
        """A text of a thing, in the language of the page if it can be; empty if there is none."""
        by_language: dict[str, str] = {}
        for each in sorted(self._texts.get((about, what), ()), key=lambda each: each.text):
            if is_seen(each.text):
                by_language.setdefault(each.language or "", each.text)
        return typeset(worded(by_language, self.language))

    def name(self, about: str) -> Wording:
        """The name of a thing, else the last part of its IRI."""
        if about not in self._names:
            self._names[about] = self._name(about)
        return self._names[about]

    def _name(self, about: str) -> Wording:
        if (known := self.text(about, "name")).text:
            return known
        if about.startswith("_:"):
            return Wording(translations(self.language).gettext(NAMELESS))
        return Wording(local_name(about)[:TEXT_LIMIT])

    def entry(self, about: str, noted: bool = False) -> Entry:
        """A thing as a list shows it, with notes if they are wanted."""
        url = None if about.startswith("_:") else resource_url(self.atlas, self.language, about)
        return Entry(about, self.name(about), url, self._notes(about) if noted else ())

    def entries(self, about: Iterable[str]) -> tuple[Entry, ...]:
        """Things in the order of their names."""
        return tuple(map(self.entry, self.ordered(about)))

    def ordered(self, about: Iterable[str]) -> list[str]:
        """Things in the order of their names."""
        return sorted(about, key=lambda each: (folded(self.name(each).text), each))

    def _notes(self, about: str) -> tuple[Wording, ...]:
        """The notes in the language of the page, else those there are."""
        every = list(self._texts.get((about, "note"), ()))
        own = [note for note in every if note.language == self.language] or every
        return tuple(typeset(note) for note in sorted(own, key=lambda note: note.text)[:NOTE_LIMIT])


def meant(asked: str, iris: Iterable[str], atlas: Atlas) -> str:
    """Which of some things is asked for, by its IRI or by a name with a prefix; empty where it is none of them."""
    return next((iri for iri in iris if asked in (iri, abbreviated(iri, atlas.bundle.prefixes))), "")


def _key(term: Mapping[str, str]) -> str:
    """A term as a key; blank nodes as Turtle writes them."""
    return f"_:{term['value']}" if term["type"] == "bnode" else term["value"]
