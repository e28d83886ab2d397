"""Units of an organisation as pages show them: names, pages, levels and their colours, and how many are below each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import N_, Wording, number, translations, typeset, worded
from orgatlas.api.orgchart import colour
from orgatlas.api.pages import resource_url
from orgatlas.graph.labels import local_name
from orgatlas.graph.vocabulary import ID

BELOW = N_("{count} below")


@dataclass(frozen=True, slots=True)
class Level:
    """A level in the key to the colours: its name, its colour by number, and how many units are on it."""

    name: Wording
    level: int
    units: int


class Units:
    """The units of an outline (graph/outline.py) for a page in a language."""

    def __init__(self, outline: Mapping[str, Any], atlas: Atlas, language: str) -> None:
        self.outline, self.atlas, self.language = outline, atlas, language
        self._units: Mapping[str, Any] = outline["units"]
        self.gettext = translations(language).gettext

    def __getitem__(self, iri: str) -> Mapping[str, Any]:
        return self._units[iri]  # type: ignore[no-any-return]

    def reference(self, iri: str) -> str:
        """A unit as the address has it."""
        return iri.removeprefix(self.atlas.bundle.base + ID)

    def name(self, iri: str) -> Wording:
        """What a unit is called."""
        known = typeset(worded(self._units[iri]["names"], self.language))
        return known if known.text else Wording(local_name(iri))

    def url(self, iri: str) -> str | None:
        """The page of a unit."""
        return resource_url(self.atlas, self.language, iri)

    def level(self, iri: str) -> int:
        """The colour of a unit, by number."""
        place = self._units[iri]["level"]
        return colour(place)

    def caption(self, iri: str) -> Wording:
        """The level of a unit, in words."""
        place = self._units[iri]["level"]
        return self._level_name(self.outline["levels"][place]) if place is not None else Wording("")

    def _level_name(self, level: Mapping[str, Any]) -> Wording:
        known = typeset(worded(level["names"], self.language))
        if known.text:
            return Wording(known.text[:1].upper() + known.text[1:], known.language)
        return Wording(local_name(level["iri"]) if level["iri"] else self.gettext(N_("Unit")))

    def levels(self) -> list[Level]:
        """The key to the colours."""
        return [
            Level(self._level_name(each), colour(place), each["units"])
            for place, each in enumerate(self.outline["levels"])
        ]

    def below(self, iri: str) -> str:
        """How many units are below one, in words; empty if none is."""
        count = self._units[iri]["below"]
        return self.gettext(BELOW).format(count=number(count, self.language)) if count else ""
