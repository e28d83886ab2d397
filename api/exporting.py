"""`orgatlas export`: the whole data set as one file, in a form or in the words of another vocabulary.

https://www.w3.org/TR/void/#dumps
"""

from collections.abc import Iterable
from pathlib import Path
from typing import IO

from pyoxigraph import Quad

from orgatlas.graph.build import Edition, build, edition_store
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import UnknownFormat
from orgatlas.graph.export import export, statements, write_file
from orgatlas.graph.formats import DUMP_FORMATS, GraphFormat, named, of_file
from orgatlas.graph.profiles import Profile, profiled, profiles_of
from orgatlas.graph.store import placed


def write_dump(bundle: Bundle, form: str | None, full: bool, file: Path | None, output: IO[bytes]) -> tuple[int, str]:
    """Write a bundle into a file, or to `output` where there is none; returns the statements, and the SHA-256 of a file.

    `form` is the name of a form or of a profile; without it the suffix of the file says it, or it is TriG. A profile needs what
    follows; else `full` says whether that is written, too. Raises UnknownFormat and what `build` and `export` raise.
    """
    chosen, profile = _chosen(bundle, form, file)
    edition = build(bundle, reasoning=full or profile is not None)

    def content(opened: IO[bytes]) -> int:
        return export(_quads(edition, profile, full), chosen, opened, bundle.prefixes, edition.ontology)

    return (content(output), "") if file is None else write_file(file, content)


def _chosen(bundle: Bundle, form: str | None, file: Path | None) -> tuple[GraphFormat, Profile | None]:
    told = of_file(file.name, DUMP_FORMATS) if file else None
    if form is None:
        if file is not None and file.suffix and told is None and (file.is_file() or not file.exists()):
            raise UnknownFormat(file.name, [each.suffix for each in DUMP_FORMATS])
        return told or named("trig", DUMP_FORMATS), None
    profiles = profiles_of(bundle)
    if form in profiles:
        return told or named("turtle", DUMP_FORMATS), profiles[form]
    try:
        return named(form, DUMP_FORMATS), None
    except UnknownFormat:
        raise UnknownFormat(form, [*(each.name for each in DUMP_FORMATS), *profiles]) from None


def _quads(edition: Edition, profile: Profile | None, full: bool) -> Iterable[Quad]:
    if profile is None:
        return statements(edition, full)
    return map(placed, profiled(edition_store(edition), profile, edition.bundle))
