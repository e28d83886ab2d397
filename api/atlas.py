"""What is served: a bundle, the way to its readers, the settings, its questions, its profiles, its files and its search."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from orgatlas.graph.apart import apart, each_apart
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.dumps import Dump, dumps
from orgatlas.graph.errors import QuestionError, Unfinished
from orgatlas.graph.finder import Finder
from orgatlas.graph.internal import internal
from orgatlas.graph.library import Question, Term, questions_of
from orgatlas.graph.pool import Readers
from orgatlas.graph.profiles import Profile, profiles_of
from orgatlas.graph.settings import Settings
from orgatlas.graph.shelf import Shelf
from orgatlas.graph.store import Query

SECONDS = 30.0
"""How long the engine may look at one question, where one of them is more than it can take."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """What a route needs to answer. `faults` are those of questions that cannot be read, and so are not in the library.

    `token` is what changes need; without one there are none. `fixed` says that pages are written once and for all, with nobody
    there to ask.
    """

    bundle: Bundle
    readers: Readers
    settings: Settings
    library: Mapping[str, Question]
    faults: tuple[QuestionError, ...]
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
    """Read the questions; of those that cannot be read only the faults are kept. Raises BrokenBundle for a broken profile."""
    library, faults = _questions(bundle)
    profiles = apart(partial(profiles_of, bundle))
    finder = Finder(readers, {name: question.title for name, question in library.items()})
    dumped = dumps(profiles)
    return Atlas(
        bundle, readers, settings, library, tuple(faults), profiles, dumped, Shelf(readers), finder, token, fixed
    )


def _questions(bundle: Bundle) -> tuple[dict[str, Question], list[QuestionError]]:
    """The questions of a bundle, and the faults of those that cannot be read."""
    # Apart, because the engine looks at each question, and one may be the end of the process that looks.
    with suppress(Unfinished):
        return apart(partial(questions_of, bundle))
    library: dict[str, Question] = {}
    faults: list[QuestionError] = []
    files = bundle.question_files
    looks = [(partial(questions_of, bundle, [file.stem]), SECONDS) for file in files]
    for file, found in zip(files, each_apart(looks), strict=True):
        if isinstance(found, Unfinished):
            faults.append(QuestionError(file, None, "the engine breaks down at it"))
        else:
            library |= found[0]
            faults += found[1]
    return library, faults
