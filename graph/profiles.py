"""Profiles: the facts of a graph in the words of another vocabulary, each a CONSTRUCT query in queries/profiles.

https://www.w3.org/TR/dx-prof/; how a visitor asks for one: https://www.w3.org/TR/dx-prof-conneg/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode, QueryTriples, Triple
from pyoxigraph import Store as Engine

from orgatlas.graph.bundle import BUILT_IN, Bundle
from orgatlas.graph.errors import QuestionError, UnknownProfile
from orgatlas.graph.formats import DUMP_FORMATS
from orgatlas.graph.library import ANY_BASE, ParameterType, read_all, read_question
from orgatlas.graph.store import MemoryStore, Query

PROFILES = "profiles"
"""The folder beside the questions."""

STANDARD = BUILT_IN / "queries" / PROFILES
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
RESERVED = {"atlas", "base", "full"} | {form.name for form in DUMP_FORMATS} | {form.suffix for form in DUMP_FORMATS}
"""Names that stand for our own words, for how much a dump holds, or for a form."""

FOCUS = "resource"
"""The one parameter of a profile: bound, the answer is of that resource and of what is needed to understand it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A vocabulary, and the query that speaks it. `title` and `description` are by language tag."""

    name: str
    iri: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    text: str
    path: Path


def profiles_of(bundle: Bundle) -> dict[str, Profile]:
    """The profiles in which a bundle can be told, by name; raises BrokenBundle naming every broken file.

    A profile of the bundle's own takes the place of the standard one of the same name or IRI.
    """
    standard, folder = read_profiles(), bundle.questions / PROFILES
    if folder == STANDARD:
        return dict(standard)
    own = read_all(folder, read_profile)
    taken = {each.iri for each in own.values()}
    kept = {name: each for name, each in standard.items() if each.iri not in taken}
    return dict(sorted((kept | own).items()))


@cache
def read_profiles() -> dict[str, Profile]:
    """The standard profiles, by name."""
    return read_all(STANDARD, read_profile)


def read_profile(path: Path) -> Profile:
    """The profile in a file; raises QuestionError with the line where its head or its SPARQL is broken."""
    if not _NAME.fullmatch(path.stem) or path.stem in RESERVED:
        reserved = f"is not one of {', '.join(sorted(RESERVED))}"
        raise QuestionError(path, None, f"a profile is called in small letters, digits and hyphens, and {reserved}")
    question = read_question(path, more=("profile",))
    assert question.profile is not None
    declared = [(each.name, each.type, each.optional) for each in question.parameters]
    if declared != [(FOCUS, ParameterType.IRI, True)]:
        raise QuestionError(path, None, f"a profile has one parameter, {FOCUS}: an IRI, and optional")
    if not isinstance(Engine().query(question.text, base_iri=ANY_BASE), QueryTriples):
        raise QuestionError(path, None, "a profile is a CONSTRUCT query")
    return Profile(path.stem, question.profile, question.title, question.description, question.text, path)


def find_profile(profiles: Mapping[str, Profile], name_or_iri: str) -> Profile:
    """The profile of a name or an IRI; raises UnknownProfile with the nearest names."""
    if name_or_iri in profiles:
        return profiles[name_or_iri]
    for profile in profiles.values():
        if profile.iri == name_or_iri:
            return profile
    names = {each: profile.name for profile in profiles.values() for each in (profile.name, profile.iri)}
    nearest = dict.fromkeys(names[each] for each in get_close_matches(name_or_iri, names, cutoff=0.5))
    raise UnknownProfile(name_or_iri, list(nearest), [each.iri for each in profiles.values()])


def profiled(store: MemoryStore, profile: Profile, bundle: Bundle, resource: NamedNode | None = None) -> list[Triple]:
    """What a profile says of a resource, or of everything there is, sorted by subject, predicate and object.

    The store has to hold what follows as well. Raises QueryError.
    """
    values = {} if resource is None else {FOCUS: resource}
    results = store.query(Query(profile.text, bundle.base, values=values, whole=True)).results
    assert isinstance(results, QueryTriples)
    return sorted(set(results), key=lambda triple: tuple(map(str, triple)))
