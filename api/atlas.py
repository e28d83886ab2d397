"""What is served: a bundle, the way to its readers, the settings, and its questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from orgatlas.graph.apart import apart
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.internal import internal
from orgatlas.graph.library import Question, Term, library_of
from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import Query


@dataclass(frozen=True, slots=True)
class Atlas:
    """What a route needs to answer. `token` is what changes need; without one there are none."""

    bundle: Bundle
    readers: Readers
    settings: Settings
    library: Mapping[str, Question]
    token: str | None = None

    def own_query(self, name: str, **values: Term) -> Query:
        """One of the pages' own queries."""
        return Query(internal(name), values=values)


def open_atlas(bundle: Bundle, readers: Readers, settings: Settings, token: str | None = None) -> Atlas:
    """Read the questions; raises BrokenBundle, and Unfinished if one of them is more than the engine can take."""
    # Apart, because the engine looks at each question, and one may be the end of the process that looks.
    library = apart(partial(library_of, bundle))
    return Atlas(bundle, readers, settings, library, token)
