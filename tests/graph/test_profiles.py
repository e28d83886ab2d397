"""Profiles say what the graph says in the words of other vocabularies, and keep to the rules of those who made them."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from orgatlas.graph.build import Edition, build, edition_store
from orgatlas.graph.bundle import Bundle, open_bundle
from orgatlas.graph.errors import BrokenBundle, QuestionError, UnknownProfile
from orgatlas.graph.frames import pack_error, unpack_error
from orgatlas.graph.library import read_question
from orgatlas.graph.profiles import STANDARD, Profile, find_profile, profiled, profiles_of, read_profile, read_profiles
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.validator import PyShaclValidator, ShaclValidator, Validator
from orgatlas.graph.vocabulary import PREFIXES, name

MINISTRY = Path(__file__).parent.parent / "bundles" / "ministry"
PROFILES = read_profiles()
CPSV_AP, CPOV, ORG, SCHEMA = (PROFILES[each] for each in ("cpsv-ap", "cpov", "org", "schema-org"))
SEMIC = {CPSV_AP.name: "cpsv-ap-3.2.0", CPOV.name: "cpov-2.1.2"}

TYPE, LABEL, SPATIAL = name("rdf:type"), name("skos:prefLabel"), name("dct:spatial")
SERVICE, ORGANISATION = name("cpsv:PublicService"), name("org:Organization")
AUDIENCE = name("dct:audience")
FORMAL, UNIT = name("org:FormalOrganization"), name("org:OrganizationalUnit")
COUNTRY = "http://publications.europa.eu/resource/authority/country/"

IN_FINLAND = """
@prefix atlas: <https://w3id.org/orgatlas/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<id/place/FI> a atlas:Country ;
  atlas:isoAlpha2 "FI" ;
  atlas:isoAlpha3 "FIN" ;
  schema:sameAs <http://publications.europa.eu/resource/authority/country/FIN> ;
  skos:prefLabel "Finland"@en , "Finlande"@fr .
<id/body/ministry> dct:spatial <id/place/FI> .
"""
"""What the ministry does not say of itself, and CPSV-AP asks of an authority: where it is at work."""

HEAD = """\
#+ title: {en: A vocabulary, fr: Un vocabulaire}
#+ description: {en: Its words., fr: Ses termes.}
"""
IRI = "#+ profile: https://example.org/profile\n"
PARAMETER = """\
#+ parameters:
#+   - {name: resource, type: iri, optional: true, label: {en: Resource, fr: Ressource}}
"""
BODY = "CONSTRUCT { ?resource a ?class } WHERE { ?resource a ?class }\n"


CONCEPTS = (
    ("skos:Concept", "skos:prefLabel", "skos:prefLabel"),
    ("skos:Concept", "skos:definition", "skos:definition"),
    ("skos:Concept", "skos:inScheme", "skos:inScheme"),
)
BODIES = (
    ("org:Organization", "skos:prefLabel", "skos:prefLabel"),
    ("org:Organization", "dct:description", "dct:description"),
    ("org:Organization", "org:classification", "org:classification"),
    ("org:Organization", "org:purpose", "org:purpose"),
)
WORDS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "cpsv-ap": (
        *CONCEPTS,
        ("skos:ConceptScheme", "rdfs:label", "rdfs:label"),
        ("cpsv:PublicService", "skos:prefLabel", "dct:title"),
        ("cpsv:PublicService", "skos:altLabel", "dcat:keyword"),
        ("cpsv:PublicService", "dct:description", "dct:description"),
        ("cpsv:PublicService", "atlas:providedBy", "cv:hasCompetentAuthority"),
        ("cpsv:PublicService", "dct:audience", "dct:audience"),
        ("cpsv:PublicService", "dct:subject", "cv:thematicArea"),
        ("cpsv:PublicService", "cv:isClassifiedBy", "cv:isClassifiedBy"),
        ("cpsv:PublicService", "dct:relation", "cv:relatedService"),
    ),
    "cpov": (*CONCEPTS, *BODIES, ("skos:ConceptScheme", "rdfs:label", "rdfs:label")),
    "org": (
        *CONCEPTS,
        *BODIES,
        ("skos:ConceptScheme", "rdfs:label", "skos:prefLabel"),
        ("org:Organization", "skos:altLabel", "skos:altLabel"),
        ("org:Organization", "dct:spatial", "dct:spatial"),
        ("atlas:Jurisdiction", "skos:prefLabel", "skos:prefLabel"),
    ),
    "schema-org": (
        ("skos:ConceptScheme", "rdfs:label", "schema:name"),
        ("org:Organization", "org:purpose", "schema:keywords"),
        ("org:Organization", "dct:spatial", "schema:areaServed"),
        ("cpsv:PublicService", "dct:audience", "schema:audience"),
        ("cpsv:PublicService", "dct:relation", "schema:isRelatedTo"),
        ("cpsv:PublicService", "atlas:providedBy", "schema:provider"),
        ("atlas:Jurisdiction", "schema:containedInPlace", "schema:containedInPlace"),
        ("atlas:Jurisdiction", "schema:sameAs", "schema:sameAs"),
        ("skos:Concept", "skos:definition", "schema:description"),
        *(
            (kind, stated, told)
            for kind in ("org:Organization", "cpsv:PublicService", "atlas:Jurisdiction", "skos:Concept")
            for stated, told in (("skos:prefLabel", "schema:name"), ("skos:altLabel", "schema:alternateName"))
        ),
        *((kind, "dct:description", "schema:description") for kind in ("org:Organization", "cpsv:PublicService")),
    ),
}
"""By profile: of what things, which property of the graph, and the property in whose words its values are told."""


def stating(folder: Path, *statements: str) -> Edition:
    """The ministry with more to say."""
    copied = shutil.copytree(MINISTRY, folder / "ministry")
    for number, turtle in enumerate(statements):
        (copied / "graph" / "data" / f"more-{number}.ttl").write_text(turtle, encoding="utf-8")
    return build(open_bundle([copied]))


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The ministry, which says where it is."""
    return stating(tmp_path_factory.mktemp("bundle"), IN_FINLAND)


@pytest.fixture(scope="module", params=["the built-in graph", "the ministry"])
def told(request: pytest.FixtureRequest, closed: MemoryStore, bundle: Bundle) -> tuple[MemoryStore, Bundle]:
    """A graph with what follows, and its bundle."""
    if request.param == "the built-in graph":
        return closed, bundle
    edition: Edition = request.getfixturevalue("ministry")
    return edition_store(edition), edition.bundle


def whole(profile: Profile, edition: Edition) -> set[Triple]:
    return set(profiled(edition_store(edition), profile, edition.bundle))


def shapes(shared: Path, profile: Profile) -> list[Triple]:
    """The shapes of a profile as its makers publish them."""
    file = shared / "data" / "semic" / f"{SEMIC[profile.name]}-shacl.ttl"
    return [quad.triple for quad in parse(path=file, format=RdfFormat.TURTLE)]


def of_class(store: MemoryStore, *classes: NamedNode) -> set[NamedNode]:
    found = {quad.subject for each in classes for quad in store.find(None, TYPE, each)}
    return {each for each in found if isinstance(each, NamedNode)}


def values(triples: Iterable[Triple], subject: object, predicate: NamedNode) -> set[object]:
    return {each.object for each in triples if each.subject == subject and each.predicate == predicate}


def typed(triples: Iterable[Triple], kind: NamedNode) -> set[object]:
    return {each.subject for each in triples if each.predicate == TYPE and each.object == kind}


def terms(triples: Iterable[Triple]) -> set[str]:
    """The properties and classes that some triples use."""
    used = {each.object if each.predicate == TYPE else each.predicate for each in triples}
    return {each.value for each in used if isinstance(each, NamedNode)} | {TYPE.value}


# What official shapes say.


@pytest.mark.parametrize("engine", [ShaclValidator(), PyShaclValidator()], ids=lambda each: each.name)
@pytest.mark.parametrize("profile", [CPSV_AP, CPOV], ids=lambda each: each.name)
def test_what_is_said_in_an_official_profile_conforms_to_its_unmodified_shapes(
    told: tuple[MemoryStore, Bundle], profile: Profile, engine: Validator, shared: Path
) -> None:
    store, bundle = told
    assert engine.validate(profiled(store, profile, bundle), shapes(shared, profile)) == []


def test_what_is_said_of_one_resource_conforms_by_itself(told: tuple[MemoryStore, Bundle], shared: Path) -> None:
    store, bundle = told
    for profile in (CPSV_AP, CPOV):
        rules = shapes(shared, profile)
        for resource in of_class(store, SERVICE, ORGANISATION):
            said = profiled(store, profile, bundle, resource)
            assert ShaclValidator().validate(said, rules) == [], resource


@pytest.mark.parametrize("engine", [ShaclValidator(), PyShaclValidator()], ids=lambda each: each.name)
def test_an_authority_that_does_not_say_where_it_is_at_work_breaks_the_shapes(
    closed: MemoryStore, bundle: Bundle, shared: Path, engine: Validator
) -> None:
    nowhere = MemoryStore(quad for quad in closed if quad.predicate != SPATIAL)
    findings = engine.validate(profiled(nowhere, CPSV_AP, bundle), shapes(shared, CPSV_AP))
    assert [(each.focus, each.path) for each in findings] == [(f"<{bundle.base}id/org/csc>", SPATIAL.value)]


@pytest.mark.parametrize("engine", [ShaclValidator(), PyShaclValidator()], ids=lambda each: each.name)
def test_a_service_without_an_authority_and_a_name_breaks_the_shapes(
    closed: MemoryStore, bundle: Bundle, shared: Path, engine: Validator
) -> None:
    health = NamedNode(bundle.base + "id/service/health")
    lacking = {name("cv:hasCompetentAuthority"), name("dct:title")}
    said = [
        each for each in profiled(closed, CPSV_AP, bundle) if each.subject != health or each.predicate not in lacking
    ]
    findings = engine.validate(said, shapes(shared, CPSV_AP))
    assert {(each.focus, each.path) for each in findings} == {(str(health), each.value) for each in lacking}


# What each profile says.


def test_every_service_and_every_organisation_stands_in_each_profile_that_speaks_of_such(
    told: tuple[MemoryStore, Bundle],
) -> None:
    store, bundle = told
    said = {profile.name: profiled(store, profile, bundle) for profile in PROFILES.values()}
    services, organisations = of_class(store, SERVICE), of_class(store, ORGANISATION)
    assert services
    assert typed(said["cpsv-ap"], SERVICE) == services
    assert typed(said["schema-org"], name("schema:GovernmentService")) == services
    for profile in ("cpov", "org"):
        assert typed(said[profile], ORGANISATION) == organisations
        assert typed(said[profile], UNIT) == of_class(store, UNIT)
    assert typed(said["org"], FORMAL) == of_class(store, FORMAL)
    providers = {quad.subject for quad in store.find(None, name("atlas:provides"), None)}
    assert typed(said["cpov"], name("cv:PublicOrganisation")) == of_class(store, FORMAL) | providers
    assert typed(said["schema-org"], name("schema:GovernmentOrganization")) == of_class(store, FORMAL)
    assert typed(said["schema-org"], name("schema:Organization")) == of_class(store, UNIT)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.name)
def test_nothing_is_lost_and_nothing_is_added(told: tuple[MemoryStore, Bundle], profile: Profile) -> None:
    store, bundle = told
    said = profiled(store, profile, bundle)
    for kind, stated, in_its_words in WORDS[profile.name]:
        for each in of_class(store, name(kind)) & {triple.subject for triple in said}:
            if facts := {quad.object for quad in store.find(each, name(stated), None)}:
                assert values(said, each, name(in_its_words)) == facts, (each, stated)


def test_the_built_in_graph_has_facts_for_every_word_of_the_profiles(closed: MemoryStore) -> None:
    for kind, stated, _ in {each for words in WORDS.values() for each in words}:
        assert any(True for each in of_class(closed, name(kind)) for _ in closed.find(each, name(stated), None)), stated


@pytest.mark.parametrize("profile", [CPOV, ORG, SCHEMA], ids=lambda each: each.name)
def test_an_organisation_is_told_with_the_names_of_what_lies_directly_above_and_below(
    told: tuple[MemoryStore, Bundle], profile: Profile
) -> None:
    store, bundle = told
    called = name("schema:name") if profile is SCHEMA else LABEL
    everything = profiled(store, profile, bundle)
    names: dict[object, set[object]] = {}
    for quad in store.find(None, LABEL, None):
        names.setdefault(quad.subject, set()).add(quad.object)
    for each in of_class(store, ORGANISATION):
        around: set[object] = {each}
        around |= {quad.object for quad in store.find(each, name("org:subOrganizationOf"), None)}
        around |= {quad.subject for quad in store.find(None, name("org:subOrganizationOf"), each)}
        said = profiled(store, profile, bundle, each)
        for organisation in around:
            assert values(said, organisation, TYPE) == values(everything, organisation, TYPE) != set()
            assert values(said, organisation, called) == names[organisation]


def test_the_hierarchy_is_told_both_ways(told: tuple[MemoryStore, Bundle]) -> None:
    store, bundle = told
    parents = {(quad.subject, quad.object) for quad in store.find(None, name("org:subOrganizationOf"), None)}
    assert parents
    for profile, up, down in (
        (CPOV, name("org:subOrganizationOf"), name("org:hasSubOrganization")),
        (ORG, name("org:subOrganizationOf"), name("org:hasSubOrganization")),
        (SCHEMA, name("schema:parentOrganization"), name("schema:subOrganization")),
    ):
        said = profiled(store, profile, bundle)
        assert {(each.subject, each.object) for each in said if each.predicate == up} == parents
        assert {(each.object, each.subject) for each in said if each.predicate == down} == parents


def test_a_unit_is_a_unit_of_the_organisation_that_it_lies_directly_in(told: tuple[MemoryStore, Bundle]) -> None:
    store, bundle = told
    formal = of_class(store, FORMAL)
    top = {quad.subject for quad in store.find(None, name("org:subOrganizationOf"), None) if quad.object in formal}
    for profile, unit_of, has_unit in (
        (CPOV, name("org:unitOf"), name("org:hasUnit")),
        (ORG, name("org:unitOf"), name("org:hasUnit")),
        (SCHEMA, None, name("schema:department")),
    ):
        said = profiled(store, profile, bundle)
        assert {each.object for each in said if each.predicate == has_unit} == top
        if unit_of is not None:
            assert {each.subject for each in said if each.predicate == unit_of} == top


def test_every_concept_that_a_profile_points_to_has_a_name_there(told: tuple[MemoryStore, Bundle]) -> None:
    store, bundle = told
    for profile in (CPSV_AP, CPOV, ORG):
        said = profiled(store, profile, bundle)
        named = {each.subject for each in said if each.predicate == LABEL}
        assert typed(said, name("skos:Concept"))
        assert typed(said, name("skos:Concept")) <= named


def test_an_audience_says_in_words_whom_a_service_is_for(told: tuple[MemoryStore, Bundle]) -> None:
    store, bundle = told
    said = profiled(store, SCHEMA, bundle)
    audiences = {each.object for each in said if each.predicate == name("schema:audience")}
    assert audiences == {quad.object for each in of_class(store, SERVICE) for quad in store.find(each, AUDIENCE, None)}
    assert audiences <= typed(said, name("schema:Audience"))
    assert all(len(values(said, each, name("schema:audienceType"))) == 2 for each in audiences)


def test_a_service_is_told_with_all_that_the_graph_has_of_it(closed: MemoryStore, bundle: Bundle) -> None:
    def resource(local: str) -> NamedNode:
        return NamedNode(f"{bundle.base}id/{local}")

    corcan, csc = resource("service/corcan"), resource("org/csc")
    rehabilitation = resource("concept/service-type/rehabilitation-program")
    official = profiled(closed, CPSV_AP, bundle, corcan)
    assert values(official, corcan, name("dct:identifier")) == {Literal(corcan.value)}
    assert values(official, corcan, name("cv:hasCompetentAuthority")) == {csc}
    assert rehabilitation in values(official, corcan, name("cv:isClassifiedBy"))
    canada = NamedNode(COUNTRY + "CAN")
    assert values(official, csc, SPATIAL) == values(profiled(closed, CPOV, bundle), csc, SPATIAL) == {canada}
    for said in (official, profiled(closed, CPOV, bundle, csc)):
        assert values(said, canada, name("rdfs:label")) == {Literal("Canada", language=each) for each in ("en", "fr")}
    found = profiled(closed, SCHEMA, bundle, corcan)
    assert values(found, corcan, name("schema:areaServed")) == {resource("place/CA")}
    assert Literal("rehabilitation program", language="en") in values(found, corcan, name("schema:serviceType"))
    assert rehabilitation in values(found, corcan, name("schema:category"))


def test_search_engines_are_told_of_a_service_and_its_provider_from_either_end(ministry: Edition) -> None:
    store, base = edition_store(ministry), ministry.bundle.base
    licences, office = NamedNode(base + "id/service/licences"), NamedNode(base + "id/body/office")
    for each in (licences, office):
        said = profiled(store, SCHEMA, ministry.bundle, each)
        assert values(said, licences, name("schema:provider")) == {office}
        assert all(len(values(said, end, name("schema:name"))) == 2 for end in (licences, office))


def test_a_concept_is_told_to_search_engines_as_a_term_of_its_scheme(tmp_path: Path) -> None:
    edition = stating(
        tmp_path, '<https://example.org/ministry/ns#level-office> <http://www.w3.org/2004/02/skos/core#notation> "2" .'
    )
    level, levels = NamedNode("https://example.org/ministry/ns#level-office"), name("atlas:levels")
    said = profiled(edition_store(edition), SCHEMA, edition.bundle, level)
    assert values(said, level, TYPE) == {name("schema:DefinedTerm")}
    assert values(said, level, name("schema:inDefinedTermSet")) == {levels}
    assert values(said, level, name("schema:termCode")) == {Literal("2")}
    assert values(said, levels, TYPE) == {name("schema:DefinedTermSet")}
    assert len(values(said, levels, name("schema:name"))) == 2


def test_a_place_is_told_to_search_engines_with_its_codes_and_its_records_elsewhere(
    closed: MemoryStore, bundle: Bundle
) -> None:
    england, kingdom = (NamedNode(f"{bundle.base}id/place/{code}") for code in ("GB-ENG", "GB"))
    said = profiled(closed, SCHEMA, bundle, england)
    assert values(said, england, name("schema:identifier")) == {Literal("GB-ENG")}
    assert values(said, england, name("schema:containedInPlace")) == {kingdom}
    assert values(said, england, TYPE) == {name("schema:AdministrativeArea")}
    assert values(said, kingdom, TYPE) == {name("schema:Country")}


# What is missing, and what there is too much of.


def test_a_service_without_a_description_is_described_by_its_name(ministry: Edition) -> None:
    licences = NamedNode(ministry.bundle.base + "id/service/licences")
    said = whole(CPSV_AP, ministry)
    assert values(said, licences, name("dct:description")) == values(said, licences, name("dct:title"))


def test_a_described_service_keeps_its_description_and_not_its_name(tmp_path: Path) -> None:
    edition = stating(tmp_path, '<id/service/licences> <http://purl.org/dc/terms/description> "To go by boat."@en .')
    licences = NamedNode(edition.bundle.base + "id/service/licences")
    described = values(whole(CPSV_AP, edition), licences, name("dct:description"))
    assert described == {Literal("To go by boat.", language="en")}


def test_official_profiles_take_no_text_without_a_language(tmp_path: Path) -> None:
    edition = stating(
        tmp_path,
        '<id/service/licences> <http://purl.org/dc/terms/description> "To go by boat." .'
        '<id/body/office> <http://purl.org/dc/terms/description> "An office." .',
    )
    licences, office = (NamedNode(edition.bundle.base + each) for each in ("id/service/licences", "id/body/office"))
    said = whole(CPSV_AP, edition)
    assert values(said, licences, name("dct:description")) == values(said, licences, name("dct:title"))
    assert not values(whole(CPOV, edition), office, name("dct:description"))


def test_the_first_identifier_that_is_stated_comes_before_the_iri(tmp_path: Path) -> None:
    edition = stating(
        tmp_path,
        '<id/service/licences> <http://purl.org/dc/terms/identifier> "L-2" , "L-1" .'
        '<id/body/office> <http://purl.org/dc/terms/identifier> "O-2" , "O-1" .',
    )
    licences, office = (NamedNode(edition.bundle.base + each) for each in ("id/service/licences", "id/body/office"))
    services, registers = whole(CPSV_AP, edition), whole(CPOV, edition)
    assert values(services, licences, name("dct:identifier")) == {Literal("L-1")}
    assert values(services, office, name("dct:identifier")) == {Literal("O-1")}
    (identifier,) = values(registers, office, NamedNode("http://www.w3.org/ns/adms#identifier"))
    assert values(registers, identifier, name("skos:notation")) == {Literal("O-1")}
    both = {Literal("O-1"), Literal("O-2")}
    assert values(whole(ORG, edition), office, name("org:identifier")) == both
    assert values(whole(ORG, edition), office, name("dct:identifier")) == both
    assert values(whole(SCHEMA, edition), office, name("schema:identifier")) == both
    department = NamedNode(edition.bundle.base + "id/body/department")
    assert values(whole(ORG, edition), department, name("dct:identifier")) == {Literal(department.value)}
    assert values(whole(SCHEMA, edition), department, name("schema:identifier")) == {Literal(department.value)}


def test_a_unit_that_provides_a_service_has_the_territory_of_the_ministry(ministry: Edition) -> None:
    office = NamedNode(ministry.bundle.base + "id/body/office")
    said = whole(CPSV_AP, ministry)
    assert values(said, office, TYPE) == {name("cv:PublicOrganisation")}
    assert values(said, office, SPATIAL) == {NamedNode(COUNTRY + "FIN")}
    licences = NamedNode(ministry.bundle.base + "id/service/licences")
    finland = NamedNode(ministry.bundle.base + "id/place/FI")
    assert values(whole(SCHEMA, ministry), licences, name("schema:areaServed")) == {finland}


@pytest.mark.parametrize("holder", ["department", "office"])
def test_a_nearer_territory_comes_before_a_farther_one(tmp_path: Path, holder: str) -> None:
    edition = stating(tmp_path, IN_FINLAND, f"<id/body/{holder}> <{SPATIAL.value}> <id/place/SE> .")
    base = edition.bundle.base
    sweden = NamedNode(base + "id/place/SE")  # in no authority table, so that the place stands for itself
    assert values(whole(CPSV_AP, edition), NamedNode(base + "id/body/office"), SPATIAL) == {sweden}
    assert values(whole(SCHEMA, edition), NamedNode(base + "id/service/licences"), name("schema:areaServed")) == {
        sweden
    }


def test_no_territory_is_made_up(tmp_path: Path) -> None:
    edition = stating(tmp_path)
    nowhere = MemoryStore(quad for quad in edition_store(edition) if quad.predicate != SPATIAL)
    assert all(each.predicate != SPATIAL for each in profiled(nowhere, CPSV_AP, edition.bundle))


def test_a_register_gets_one_other_name_a_language_and_search_engines_all(closed: MemoryStore, bundle: Bundle) -> None:
    csc = NamedNode(bundle.base + "id/org/csc")
    stated = {quad.object for quad in closed.find(csc, name("skos:altLabel"), None)}
    assert len(stated) == 4
    kept = values(profiled(closed, CPOV, bundle), csc, name("skos:altLabel"))
    assert kept == {Literal("CSC", language="en"), Literal("SCC", language="fr")}
    assert values(profiled(closed, SCHEMA, bundle), csc, name("schema:alternateName")) == stated


def test_a_register_gets_one_description_a_language(tmp_path: Path) -> None:
    edition = stating(tmp_path, '<id/body/office> <http://purl.org/dc/terms/description> "B"@en , "A"@en , "C"@fr .')
    office = NamedNode(edition.bundle.base + "id/body/office")
    kept = values(whole(CPOV, edition), office, name("dct:description"))
    assert kept == {Literal("A", language="en"), Literal("C", language="fr")}


# In whose words.

SKOS = {
    PREFIXES["skos"] + each
    for each in ("Concept", "ConceptScheme", "altLabel", "definition", "inScheme", "notation", "prefLabel")
}
W3C = {
    PREFIXES[prefix] + local
    for prefix, locals in {
        "org": (
            "FormalOrganization Organization OrganizationalUnit classification hasSubOrganization hasUnit identifier "
            "purpose subOrganizationOf unitOf"
        ),
        "dct": "Location description identifier spatial",
    }.items()
    for local in locals.split()
}

ANYTHING = {
    "Organization",
    "GovernmentOrganization",
    "GovernmentService",
    "AdministrativeArea",
    "Country",
    "Audience",
    "DefinedTerm",
    "DefinedTermSet",
}
ORGANISATIONS = {"Organization", "GovernmentOrganization"}
SERVICES = {"GovernmentService"}
SCHEMA_ORG: Mapping[str, set[str]] = {
    **dict.fromkeys(("name", "alternateName", "description", "identifier", "sameAs"), ANYTHING),
    **dict.fromkeys(("parentOrganization", "subOrganization", "department", "keywords"), ORGANISATIONS),
    **dict.fromkeys(("provider", "audience", "category", "isRelatedTo", "serviceType"), SERVICES),
    "areaServed": ORGANISATIONS | SERVICES,
    "audienceType": {"Audience"},
    "containedInPlace": {"AdministrativeArea", "Country"},
    "inDefinedTermSet": {"DefinedTerm"},
    "termCode": {"DefinedTerm"},
}
"""The properties of schema.org that may be used, and on things of which class (https://schema.org/docs/full.html)."""


@pytest.mark.parametrize("profile", [CPSV_AP, CPOV], ids=lambda each: each.name)
def test_an_official_profile_has_only_terms_that_its_makers_publish(
    told: tuple[MemoryStore, Bundle], profile: Profile, shared: Path
) -> None:
    store, bundle = told
    published = {TYPE.value, PREFIXES["rdfs"] + "label"} | SKOS
    for kind in ("", "-shacl"):
        for quad in parse(path=shared / "data" / "semic" / f"{SEMIC[profile.name]}{kind}.ttl"):
            published |= {each.value for each in quad.triple if isinstance(each, NamedNode)}
    assert terms(profiled(store, profile, bundle)) <= published


def test_the_profile_of_w3c_has_only_terms_of_its_ontology_of_skos_and_of_dublin_core(
    told: tuple[MemoryStore, Bundle],
) -> None:
    store, bundle = told
    assert terms(profiled(store, ORG, bundle)) <= {TYPE.value} | SKOS | W3C


def test_schema_org_has_every_property_on_things_that_may_have_it(told: tuple[MemoryStore, Bundle]) -> None:
    store, bundle = told
    said = profiled(store, SCHEMA, bundle)
    schema = PREFIXES["schema"]
    classes: dict[object, set[str]] = {}
    for each in said:
        if each.predicate == TYPE and isinstance(each.object, NamedNode):
            classes.setdefault(each.subject, set()).add(each.object.value.removeprefix(schema))
    assert set().union(*classes.values()) <= ANYTHING
    for each in said:
        if each.predicate != TYPE:
            assert classes[each.subject] <= SCHEMA_ORG[each.predicate.value.removeprefix(schema)], each


# One resource.


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.name)
def test_what_is_said_of_all_resources_one_by_one_is_what_is_said_of_everything(
    told: tuple[MemoryStore, Bundle], profile: Profile
) -> None:
    store, bundle = told
    everything = set(profiled(store, profile, bundle))
    kinds = (SERVICE, ORGANISATION, name("atlas:Jurisdiction"), name("skos:Concept"))
    parts = [set(profiled(store, profile, bundle, each)) for each in of_class(store, *kinds)]
    assert set().union(*parts) == everything


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.name)
def test_what_is_said_of_one_resource_is_a_part_of_what_is_said_of_everything(
    closed: MemoryStore, bundle: Bundle, profile: Profile
) -> None:
    csc = NamedNode(bundle.base + "id/org/csc")
    part, everything = (set(profiled(closed, profile, bundle, each)) for each in (csc, None))
    assert csc in {each.subject for each in part}
    assert part < everything


def test_a_profile_is_silent_of_what_it_has_no_words_for(tmp_path: Path) -> None:
    edition = stating(
        tmp_path,
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix schema: <https://schema.org/> ."
        "<id/engagement/sweden> <http://purl.org/dc/terms/description> 'Help.'@en ; <http://purl.org/dc/terms/identifier> '1' ;"
        "  skos:altLabel 'help'@en ; skos:notation '1' ; schema:sameAs <https://example.org/help> .",
    )
    store, base = edition_store(edition), edition.bundle.base
    engagement, department = (NamedNode(base + each) for each in ("id/engagement/sweden", "id/body/department"))
    assert [profiled(store, each, edition.bundle, engagement) for each in PROFILES.values()] == [[], [], [], []]
    assert profiled(store, CPSV_AP, edition.bundle, department) == []


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.name)
def test_the_order_is_that_of_the_terms_and_never_changes(
    closed: MemoryStore, bundle: Bundle, profile: Profile
) -> None:
    said = profiled(closed, profile, bundle)
    assert said == sorted(set(said), key=lambda triple: tuple(map(str, triple)))
    assert said == profiled(MemoryStore(reversed(list(closed))), profile, bundle)


# Reading and finding.


def test_every_profile_has_an_iri_of_its_own_and_speaks_both_languages() -> None:
    assert list(PROFILES) == ["cpov", "cpsv-ap", "org", "schema-org"]
    assert len({each.iri for each in PROFILES.values()}) == len(PROFILES)
    assert all(set(each.title) == set(each.description) == {"en", "fr"} for each in PROFILES.values())
    assert all(each.path.stem == key == each.name for key, each in PROFILES.items())


def test_a_profile_is_found_by_its_name_and_by_its_iri() -> None:
    assert find_profile(PROFILES, "schema-org") is find_profile(PROFILES, "https://schema.org/") is SCHEMA
    assert find_profile(PROFILES, "http://www.w3.org/ns/org#") is ORG


@pytest.mark.parametrize("asked", ["shema-org", "http://schema.org/"])
def test_an_unknown_profile_is_refused_with_those_like_it_and_those_there_are(asked: str) -> None:
    with pytest.raises(UnknownProfile) as caught:
        find_profile(PROFILES, asked)
    assert caught.value.nearest[0] == "schema-org"
    assert set(caught.value.known) == {each.iri for each in PROFILES.values()}


def test_a_reader_can_tell_that_a_profile_is_unknown() -> None:
    told, _ = unpack_error(pack_error(UnknownProfile("orgs", ["org"], ["http://www.w3.org/ns/org#"]))[5:])
    assert isinstance(told, UnknownProfile)
    assert (told.name, told.nearest, told.known) == ("orgs", ("org",), ("http://www.w3.org/ns/org#",))


def test_a_profile_of_a_bundle_takes_the_place_of_the_standard_one_of_its_name_or_iri(tmp_path: Path) -> None:
    folder = shutil.copytree(MINISTRY, tmp_path / "ministry") / "queries" / "profiles"
    folder.mkdir()
    (folder / "org.rq").write_text(HEAD + IRI + PARAMETER + BODY, encoding="utf-8")
    (folder / "web.rq").write_text(HEAD + "#+ profile: https://schema.org/\n" + PARAMETER + BODY, encoding="utf-8")
    profiles = profiles_of(open_bundle([tmp_path / "ministry"]))
    assert list(profiles) == ["cpov", "cpsv-ap", "org", "web"]
    assert profiles["org"].path == folder / "org.rq"
    assert profiles["org"].iri == "https://example.org/profile"
    assert find_profile(profiles, "https://schema.org/").name == "web"


def test_a_bundle_without_profiles_of_its_own_has_the_standard_ones(bundle: Bundle) -> None:
    assert profiles_of(open_bundle([MINISTRY])) == profiles_of(bundle) == PROFILES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + PARAMETER + BODY, "the key 'profile' is missing"),
        (HEAD + "#+ profile: schema\n" + PARAMETER + BODY, "expected an absolute IRI"),
        (HEAD + IRI + BODY, "a profile has one parameter"),
        (HEAD + IRI + PARAMETER.replace(" optional: true,", "") + BODY, "a profile has one parameter"),
        (HEAD + IRI + PARAMETER.replace("type: iri", "type: text") + BODY, "a profile has one parameter"),
        (HEAD + IRI + PARAMETER + BODY.replace("?resource", "?thing"), "no variable ?resource"),
        (HEAD + IRI + PARAMETER + "SELECT ?resource WHERE { ?resource a ?class }\n", "a profile is a CONSTRUCT"),
    ],
)
def test_a_broken_profile_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "broken.rq"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match=f"^{file}.*{reason}".replace("?", r"\?")):
        read_profile(file)


def test_a_bundle_with_broken_profiles_names_every_one_of_them(tmp_path: Path) -> None:
    folder = shutil.copytree(MINISTRY, tmp_path / "ministry") / "queries" / "profiles"
    folder.mkdir()
    for file in ("one.rq", "two.rq"):
        (folder / file).write_text(HEAD + BODY, encoding="utf-8")
    with pytest.raises(BrokenBundle) as caught:
        profiles_of(open_bundle([tmp_path / "ministry"]))
    assert [fault.file.name for fault in caught.value.faults] == ["one.rq", "two.rq"]


def test_a_question_is_not_a_profile(tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    file.write_text(HEAD + IRI + PARAMETER + BODY, encoding="utf-8")
    with pytest.raises(QuestionError, match="unknown key 'profile'"):
        read_question(file)


@pytest.mark.parametrize("stem", ["my profile", 'x"y', "full", "base", "trig", "ttl12", "atlas", "Org", "a--b", "é"])
def test_a_profile_has_a_name_that_stands_for_nothing_else(tmp_path: Path, stem: str) -> None:
    file = tmp_path / f"{stem}.rq"
    file.write_text((STANDARD / "org.rq").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(QuestionError, match="is called in small letters"):
        read_profile(file)
