"""The tree of links: units below each other, each open or closed as the address of the page says.

https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ (what the script makes of it)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import Wording
from orgatlas.api.pages import page_url
from orgatlas.api.units import Units


@dataclass(frozen=True, slots=True)
class State:
    """What is looked at, as the address has it: how, how many levels, which unit, which others are open, and where lists go on.

    Units are written as they stand behind /id, or as whole IRIs.
    """

    view: str = "chart"
    depth: int | None = None
    focus: str | None = None
    opened: tuple[str, ...] = ()
    start: int = 0
    page: int = 1

    def address(self, language: str, path: str = "org", **changed: Any) -> str:
        """The address of the page in this state, or in another."""
        to = replace(self, **({"start": 0, "page": 1} | changed))
        pairs = [
            *([("view", to.view)] if to.view != "chart" else []),
            *([("depth", str(to.depth))] if to.depth else []),
            *([("focus", to.focus)] if to.focus else []),
            *(("open", each) for each in to.opened),
            *([("from", str(to.start))] if to.start else []),
            *([("page", str(to.page))] if to.page > 1 else []),
        ]
        return f"{page_url(language, path)}?{urlencode(pairs, safe=':/')}" if pairs else page_url(language, path)


@dataclass(frozen=True, slots=True)
class Node:
    """A unit in the tree of links.

    `turn` is the address at which it is open, or closed if it is open; none where there is nothing to turn. `parts` is what is
    shown below it, `pieces` the address that has them for the script; `before` and `after` are the addresses of further parts.
    """

    name: Wording
    url: str | None
    level: int
    current: bool = False
    turn: str | None = None
    opened: bool = False
    pieces: str | None = None
    parts: tuple["Node", ...] = ()
    before: str | None = None
    after: str | None = None
    rest: int = 0


def branches(outline: Mapping[str, Any], atlas: Atlas, language: str, state: State) -> Node:
    """The tree of an outline; its root stands for no unit."""
    return _Branches(Units(outline, atlas, language), state).tops()


def branch(outline: Mapping[str, Any], atlas: Atlas, language: str, state: State) -> Node | None:
    """The unit that an outline is about, with its parts; none if it is about none."""
    return _Branches(Units(outline, atlas, language), state).node(outline["focus"]) if outline["focus"] else None


class _Branches:
    def __init__(self, units: Units, state: State) -> None:
        self._units, self._state = units, state

    def tops(self) -> Node:
        """The tree; its root stands for no unit."""
        return self._branch("", Node(Wording(""), None, 0))

    def node(self, iri: str, opened: bool = True) -> Node:
        """A unit with the parts that are open below it."""
        is_open = opened and iri in self._units.outline["tree"]
        known = Node(
            self._units.name(iri),
            self._units.url(iri),
            self._units.level(iri),
            current=iri == self._units.outline["focus"],
            opened=is_open,
        )
        if not self._units[iri]["inside"] or not opened:
            return known
        turn, pieces = self._turning(iri, is_open)
        return replace(self._branch(iri, known) if is_open else known, turn=turn, pieces=pieces)

    def _turning(self, iri: str, is_open: bool) -> tuple[str | None, str | None]:
        """The address that opens or closes a unit, and the one that has its parts; the way to the unit looked at stays open."""
        outline, language = self._units.outline, self._units.language
        if self._units.atlas.fixed or outline["whole"] or (is_open and iri in outline["path"]):
            return None, None
        reference = self._units.reference(iri)
        others = tuple(each for each in self._state.opened if each != reference)
        if is_open:
            return self._state.address(language, opened=others), None
        pieces = self._state.address(language, view="tree", focus=reference, opened=())
        return self._state.address(language, opened=(*others, reference)), f"{pieces}&piece"

    def _branch(self, iri: str, node: Node) -> Node:
        piece = self._units.outline["tree"].get(iri, {"parts": [], "before": 0, "after": 0})
        # A unit that is part of two is open below the first alone.
        parts = tuple(self.node(each, iri in ("", self._units[each]["parent"])) for each in piece["parts"])
        at = {"focus": self._units.reference(iri)} if iri else {}
        before, after = piece["before"], piece["after"]
        earlier, later = max(before - self._units.outline["limit"], 0), before + len(piece["parts"])
        return replace(
            node,
            parts=parts,
            before=self._state.address(self._units.language, start=earlier, **at) if before else None,
            after=self._state.address(self._units.language, start=later, **at) if after else None,
            rest=after,
        )
