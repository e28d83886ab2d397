"""What is served: a bundle, the way to its readers, the settings, its questions, its profiles, its files and its search."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from orgatlas.graph.apart import apart
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.dumps import Dump, dumps
from orgatlas.graph.finder import Finder
from orgatlas.graph.internal import internal
from orgatlas.graph.library import Question, Term, library_of
from orgatlas.graph.pool import Readers
from orgatlas.graph.profiles import Profile, profiles_of
from orgatlas.graph.settings import Settings
from orgatlas.graph.shelf import Shelf
from orgatlas.graph.store import Query


@dataclass(frozen=True, slots=True)
class Atlas:
    """What a route needs to answer. `token` is what changes need; without one there are none.

    `fixed` says that pages are written once and for all, with nobody there to ask.
    """

    bundle: Bundle
    readers: Readers
    settings: Settings
    library: Mapping[str, Question]
    profiles: Mapping[str, Profile]
    dumps: Mapping[str, Dump]
    shelf: Shelf
    finder: Finder
    token: str | None = None
    fixed: bool = False

    def own_query(self, name: str, **values: Term) -> Query:
        """One of the pages' own queries."""
        return Query(internal(name), values=values, whole=True)


def open_atlas(
    bundle: Bundle, readers: Readers, settings: Settings, token: str | None = None, fixed: bool = False
) -> Atlas:
    """Read the questions; raises BrokenBundle, and Unfinished if one of them is more than the engine can take."""
    # Apart, because the engine looks at each question, and one may be the end of the process that looks.
    library, profiles = apart(partial(_questions, bundle))
    finder = Finder(readers, {name: question.title for name, question in library.items()})
    return Atlas(bundle, readers, settings, library, profiles, dumps(profiles), Shelf(readers), finder, token, fixed)


def _questions(bundle: Bundle) -> tuple[dict[str, Question], dict[str, Profile]]:
    return library_of(bundle), profiles_of(bundle)
