"""The files in which the whole data set can be taken away: every form, stated or with what follows, plain or compressed.

https://www.w3.org/TR/void/#dumps and https://www.w3.org/TR/vocab-dcat-3/#Class:Distribution
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orgatlas.graph.formats import DUMP_FORMATS, GraphFormat
from orgatlas.graph.profiles import Profile

EXTENTS: Mapping[str, Mapping[str, str]] = {
    "base": {"en": "what is stated", "fr": "ce qui est énoncé"},
    "full": {"en": "what is stated and what follows", "fr": "ce qui est énoncé et ce qui en découle"},
}
"""How much a file holds, by the beginning of its name."""

GZIP = ".gz"


@dataclass(frozen=True, slots=True)
class Dump:
    """A file: its name, its form, and what is in it. `profile` is the IRI of the vocabulary, where that is not our own."""

    file: str
    form: GraphFormat
    title: Mapping[str, str]
    extent: str
    profile: str | None = None
    compressed: bool = False

    @property
    def media_type(self) -> str:
        """That of what is in it."""
        return self.form.media_type


def dumps(profiles: Mapping[str, Profile]) -> dict[str, Dump]:
    """Every file there is, by its name."""
    return {dump.file: dump for dump in (*_whole(), *_profiled(profiles.values()))}


def _whole() -> Iterator[Dump]:
    for extent, words in EXTENTS.items():
        for form in DUMP_FORMATS:
            title = {language: f"{form.title}{_COLON[language]}{text}" for language, text in words.items()}
            yield from _both(f"{extent}.{form.suffix}", form, title, extent)


def _profiled(profiles: Iterable[Profile]) -> Iterator[Dump]:
    turtle = DUMP_FORMATS[0]
    for profile in profiles:
        title = {language: f"{turtle.title}{_COLON[language]}{text}" for language, text in profile.title.items()}
        yield from _both(f"{profile.name}.{turtle.suffix}", turtle, title, profile.name, profile.iri)


def _both(
    file: str, form: GraphFormat, title: Mapping[str, str], extent: str, profile: str | None = None
) -> Iterator[Dump]:
    yield Dump(file, form, title, extent, profile)
    yield Dump(file + GZIP, form, title, extent, profile, compressed=True)


_COLON = {"en": ": ", "fr": "\u00a0: "}
