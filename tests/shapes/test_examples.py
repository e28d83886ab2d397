"""Every rule is broken by its violating example and by no other, and no rule by a valid one, whichever engine looks."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import STANDARD_ONTOLOGY, open_bundle, read_file, read_files
from orgatlas.graph.checks import read_checks, run_checks
from orgatlas.graph.evidence import against_texts
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.rules import read_rules, worded
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.validator import PyShaclValidator, ShaclValidator, Validator, disagreements
from orgatlas.graph.vocabulary import INFERRED_GRAPH, PREFIXES, VOCABULARY_GRAPH, name, rule

ROOT = Path(__file__).parents[2]
SHAPES, EXAMPLES, CHECKS = ROOT / "shapes", ROOT / "shapes" / "examples", ROOT / "shapes" / "checks"
BASE = "https://example.org/atlas/"
VOCABULARY, INFERRED = ox.NamedNode(BASE + VOCABULARY_GRAPH), ox.NamedNode(BASE + INFERRED_GRAPH)
NUMBERS = [f"S{number:02}" for number in range(1, 29)]
ENGINES: dict[str, Validator] = {"shacl": ShaclValidator(), "pyshacl": PyShaclValidator()}

PARTS = {
    "level-has-rank",
    "organisation-inside",
    "partner-described",
    "partner-named",
    "period-starts-before-end",
    "position-starts-before-end",
    "unit-has-highest-level",
    "unit-in-formal-organisation",
}
"""Shapes that another one is made of: a finding names that other one."""


@cache
def shapes() -> tuple[ox.Triple, ...]:
    """All shapes, in one graph."""
    files = sorted(SHAPES.glob("*.ttl"))
    return tuple(quad.triple for file in files for quad in read_file(file, BASE, ox.DefaultGraph()))


@cache
def ontology() -> tuple[ox.Quad, ...]:
    """The vocabulary that stands beside every example."""
    files = [ROOT / "ontology" / file for file in STANDARD_ONTOLOGY]
    return tuple(quad for file in files for quad in read_file(file, BASE, VOCABULARY))


def values(predicate: str) -> dict[str, list[str]]:
    """What each named shape says by a property."""
    found: dict[str, list[str]] = {}
    for shape, property_, value in shapes():
        if property_ == name(predicate) and isinstance(shape, ox.NamedNode):
            text = (
                f"{value.value}@{value.language}" if isinstance(value, ox.Literal) and value.language else value.value
            )
            found.setdefault(shape.value, []).append(text)
    return found


IDENTIFIERS = {shape: identifiers[0] for shape, identifiers in values("dct:identifier").items()}


def findings(file: Path, engine: str) -> list[Finding]:
    """What the shapes, by one engine, the queries on named graphs and the comparison with texts find in a data set."""
    bundle = open_bundle([file])
    quads = [*ontology(), *read_files(bundle, bundle.data)]
    triples = {quad.triple for quad in quads}
    store = ox.Store()
    store.extend(quads)
    found = ENGINES[engine].validate(triples, shapes())
    found += run_checks(store, read_checks(CHECKS), shapes(), VOCABULARY, INFERRED)
    found += worded(against_texts(MemoryStore(quads), bundle, None), read_rules(shapes()))
    return [finding for finding in found if finding.severity is not Severity.INFO]


@cache
def example(stem: str, engine: str) -> tuple[Finding, ...]:
    return tuple(findings(EXAMPLES / f"{stem}.trig", engine))


def numbers(found: Iterable[Finding]) -> set[str]:
    return {IDENTIFIERS.get(finding.rule, finding.rule) for finding in found}


def rules(found: Iterable[Finding]) -> set[str]:
    return {finding.rule.removeprefix(PREFIXES["rule"]) for finding in found}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_violating_example_breaks_its_own_rule_and_no_other(number: str, engine: str) -> None:
    assert numbers(example(f"{number}-violating", engine)) == {number}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_valid_example_breaks_no_rule(number: str, engine: str) -> None:
    assert example(f"{number}-valid", engine) == ()


@pytest.mark.parametrize("kind", ["valid", "violating"])
@pytest.mark.parametrize("number", NUMBERS)
def test_both_engines_find_the_same(number: str, kind: str) -> None:
    fast, reference = (example(f"{number}-{kind}", engine) for engine in ("shacl", "pyshacl"))
    assert disagreements(fast, reference) == []


@pytest.mark.parametrize("number", NUMBERS)
def test_a_finding_says_what_is_wrong_and_what_to_do_in_both_languages(number: str) -> None:
    for finding in example(f"{number}-violating", "shacl"):
        assert {*finding.messages} == {*finding.remedy} == {"en", "fr"}


def test_each_rule_has_a_valid_and_a_violating_example_and_no_file_is_left_over() -> None:
    wanted = {f"{number}-{kind}.trig" for number in NUMBERS for kind in ("valid", "violating")}
    assert {file.name for file in EXAMPLES.iterdir()} == wanted | {"S20.txt", "S21.txt"}


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.trig")), ids=lambda file: file.stem)
def test_an_example_says_first_what_it_shows(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith(".")


STAGES = """
  concept:appeal a skos:Concept ; skos:inScheme atlas:stages ; atlas:nextStage concept:ruling ;
    skos:prefLabel "appeal"@en , "appel"@fr ; skos:definition "Asking again."@en , "Une nouvelle demande."@fr .
  concept:ruling a skos:Concept ; skos:inScheme atlas:stages ;
    skos:prefLabel "ruling"@en , "arrêt"@fr ; skos:definition "The last word."@en , "Le dernier mot."@fr .
"""
PROCESSES = """
  concept:permit atlas:includes concept:application , concept:inspection , concept:decision .
  concept:review atlas:includes concept:appeal , concept:ruling .
"""
SHA = "da9a8382cf70b96ca897f2ff93ebc958cb5a5c1d0abbbf54e932e21825a4581f"
POSITION = "oa:hasSelector <id/source/leaflet/p1#position> ;"
EDITORIAL = 'skos:editorialNote "Entered from the staff directory of the ministry."@en ;\n    '
ATTRIBUTION = "prov:wasAttributedTo organisation:ministry ."

# A valid example, what is changed in it, and the rules that it then breaks.
VARIANTS = [
    ("S01", "    org:subOrganizationOf unit:inspection ;\n", "", {"unit-one-parent"}),
    ("S02", "atlas:level-sector ;", "atlas:level-sector , atlas:level-branch ;", {"unit-one-level"}),
    (
        "S02",
        "a org:FormalOrganization ;",
        "a org:Organization ;",
        {"unit-of-highest-level", "organisation-formal-or-inside"},
    ),
    ("S02", "atlas:level-sector ;", "<id/concept/unknown> ;", {"unit-one-level"}),
    ("S02", "atlas:level-sector ;", "atlas:kind-peace-mission ;", {"unit-level-in-scheme"}),
    ("S03", '"Ministry of Harbours"@en , ', "", {"name-in-english"}),
    ("S03", "@fr .", "@de .", {"name-languages", "name-in-french"}),
    ("S03", "@fr .", '@fr , "Ports"@fr .', {"name-languages"}),
    ("S03", "@fr .", '@fr , "Ports" .', {"name-languages"}),
    ("S03", "a org:FormalOrganization ;", "a org:Organization ;", {"organisation-formal-or-inside"}),
    ("S04", "Eastern Inspection Branch", "inspection branch", set()),
    ("S06", "org:subOrganizationOf unit:inspection ;", "org:subOrganizationOf unit:safety ;", set()),
    ("S07", "atlas:levelRank 4 ;", "", {"level-one-rank"}),
    ("S07", "atlas:levelRank 4 ;", "atlas:levelRank 0 ;", {"level-one-rank"}),
    ("S07", "atlas:levelRank 4 ;", "atlas:levelRank 4 , 5 ;", {"level-one-rank"}),
    ("S07", "atlas:levelRank 4 ;", 'atlas:levelRank "four" ;', {"level-one-rank"}),
    ("S07", "atlas:levelRank 4 ;", "atlas:levelRank 4.5 ;", {"level-one-rank"}),
    ("S10", "    dct:audience concept:skippers ;\n", "", {"service-audience"}),
    ("S10", "dct:audience concept:skippers ;", "dct:audience <id/concept/unknown> ;", {"service-audience"}),
    ("S10", "dct:audience concept:skippers ;", "dct:audience atlas:level-sector ;", {"service-audience-in-scheme"}),
    ("S10", "a cpsv:PublicService ;", "a atlas:Program ;", set()),
    ("S11", "atlas:setting concept:quay ;", "atlas:setting <id/concept/unknown> ;", {"setting-described"}),
    ("S12", '    atlas:isoAlpha3 "NOR" ;\n', "", {"country-alpha-3"}),
    ("S12", 'atlas:isoAlpha3 "NOR" ;', 'atlas:isoAlpha3 "nor" ;', {"country-alpha-3"}),
    ("S12", '"NO" ;', '"NO"@en ;', {"country-alpha-2"}),
    ("S12", 'atlas:isoAlpha2 "NO" ;', 'atlas:isoAlpha2 "NO" , "NW" ;', {"country-alpha-2"}),
    ("S13", 'atlas:isoAlpha2 "FR" ;', 'atlas:isoAlpha2 "GB" ;', {"country-alpha-2-unique"}),
    ("S13", 'atlas:isoAlpha3 "FRA" ;', 'atlas:isoAlpha3 "GBR" ;', {"country-alpha-3-unique"}),
    ("S13", '"GB-ENG"', '"GB-ENGL"', {"subdivision-code"}),
    ("S13", '"GB-ENG"', '"GBENG"', {"subdivision-code", "subdivision-code-of-country"}),
    ("S13", "schema:containedInPlace place:GB ;", "schema:containedInPlace place:XX ;", {"subdivision-country"}),
    ("S13", "schema:containedInPlace place:GB ;", "", {"subdivision-country"}),
    (
        "S13",
        'atlas:isoAlpha2 "FR" ;',
        'atlas:isoAlpha2 "FR" ; schema:containedInPlace place:GB ;',
        {"country-in-no-country"},
    ),
    (
        "S13",
        'atlas:isoAlpha2 "FR" ;',
        'atlas:isoAlpha2 "FR" ; atlas:isoSubdivisionCode "GB-FRA" ;',
        {"country-without-subdivision-code"},
    ),
    ("S15", "    atlas:conductedBy organisation:ministry ;\n", "", {"engagement-conductor"}),
    ("S15", "a org:FormalOrganization ;", "a org:FormalOrganization ; atlas:conducts engagement:visit-NO ;", set()),
    ("S15", "dct:type atlas:kind-delegation-visit ;", "dct:type <id/concept/unknown> ;", {"engagement-kind"}),
    ("S15", "dct:type atlas:kind-delegation-visit ;", "dct:type atlas:level-sector ;", {"engagement-kind-in-scheme"}),
    ("S16", "place:NO ;", 'place:NO ; atlas:partnerDescription "pilots"@en ;', {"engagement-partner"}),
    ("S17", "atlas:reportedCount 12 ;", "atlas:reportedCount 0 ;", {"reported-count"}),
    ("S17", "atlas:reportedCount 12 ;", "atlas:reportedCount 12 , 13 ;", {"reported-count"}),
    ("S17", "atlas:reportedCount 12 ;", 'atlas:reportedCount "12"^^xsd:nonNegativeInteger ;', set()),
    ("S17", "    dct:temporal period:2019 ;\n", "", {"reported-count-period"}),
    ("S18", "GRAPH <id/source/leaflet/p1> {", "{", {"named-graph"}),
    ("S19", "oa:start 0 ;", "oa:start 52 ;", {"position-order"}),
    ("S19", "oa:start 0 ;", "oa:start -1 ;", {"position-start"}),
    ("S19", "oa:start 0 ;", 'oa:start "0" ;', {"position-start"}),
    ("S19", "oa:end 52 .", "oa:end 52 , 53 .", {"position-end"}),
    ("S19", f'    atlas:sha256 "{SHA}" ;\n', "", {"passage-digest"}),
    ("S19", SHA, SHA.upper(), {"passage-digest"}),
    ("S19", "oa:hasSource source:leaflet ;", "oa:hasSource source:leaflet , source:letter ;", {"passage-source"}),
    ("S19", "oa:hasSource source:leaflet ;", 'oa:hasSource "leaflet" ;', {"passage-source"}),
    ("S19", POSITION, "", {"passage-position"}),
    ("S19", POSITION, "oa:hasSelector [ a oa:TextPositionSelector ; oa:start 0 ; oa:end 52 ] ;", {"passage-position"}),
    ("S22", '  dcat:endDate "2019-06-30"^^xsd:date ;\n', "", {"period-end"}),
    ("S22", '"2019-04-01"^^xsd:date', '"2019-04-01"', {"period-start"}),
    ("S22", '"2019-06-30"^^xsd:date', '"2019-04-01"^^xsd:date', {"period-order"}),
    ("S22", '"2019-06-30"^^xsd:date', '"2019-03-31"^^xsd:date', {"period-order"}),
    (
        "S23",
        "atlas:nextStage concept:inspection ;",
        "atlas:nextStage concept:inspection , concept:decision ;",
        {"stage-one-next", "stage-one-previous"},
    ),
    ("S23", "\n}\n", STAGES + "}", {"stages-one-start"}),
    ("S23", "\n}\n", STAGES + PROCESSES + "}", set()),
    ("S24", "skos:inScheme atlas:settings ;", "skos:inScheme atlas:settings , atlas:topics ;", {"concept-one-scheme"}),
    ("S24", "    skos:inScheme atlas:settings ;\n", "", {"concept-one-scheme"}),
    ("S24", "skos:inScheme atlas:settings ;", "skos:inScheme <id/scheme/unknown> ;", {"concept-one-scheme"}),
    ("S24", "@en ,\n      \"Là où", "@en , \"A wall.\"@en ,\n      \"Là où", {"concept-defined-in-english"}),
    ("S24", "amarrés et inspectés.\"@fr", "amarrés et inspectés.\"", {"concept-defined-in-french"}),
    (
        "S24",
        "concept:seafarers a skos:Concept ;",
        "concept:seafarers a skos:Concept ; skos:broader concept:skippers ;",
        {"broader-acyclic"},
    ),
    ("S25", f";\n    {ATTRIBUTION}", ".", {"graph-explained"}),
    ("S25", f"<graph/curation> {EDITORIAL}{ATTRIBUTION}", "", {"named-graph"}),
    ("S26", "a org:FormalOrganization ;", "a org:FormalOrganization , org:Ministry ;", {"term-declared"}),
    (
        "S27",
        "a org:FormalOrganization ;",
        "a org:FormalOrganization ; atlas:engagedWith place:NO ;",
        {"closure-not-stated"},
    ),
]  # fmt: skip


def variant(number: str, old: str, new: str, folder: Path) -> Path:
    """A valid example with something changed in it."""
    text = (EXAMPLES / f"{number}-valid.trig").read_text(encoding="utf-8")
    assert text.count(old) == 1
    file = folder / f"{number}.trig"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.parametrize(("number", "old", "new", "broken"), VARIANTS)
def test_a_change_to_a_valid_example_breaks_these_rules(
    number: str, old: str, new: str, broken: set[str], tmp_path: Path
) -> None:
    file = variant(number, old, new, tmp_path)
    found = {engine: findings(file, engine) for engine in ENGINES}
    assert {engine: rules(each) for engine, each in found.items()} == dict.fromkeys(ENGINES, broken)
    assert disagreements(found["shacl"], found["pyshacl"]) == []


def test_every_rule_is_broken_by_an_example_or_by_a_change_to_one() -> None:
    broken = set().union(*(changed for *_, changed in VARIANTS))
    broken |= {each for number in NUMBERS for each in rules(example(f"{number}-violating", "shacl"))}
    assert broken == {iri.removeprefix(PREFIXES["rule"]) for iri in IDENTIFIERS} - PARTS


def test_the_built_in_graph_breaks_no_rule() -> None:
    bundle = open_bundle()
    quads = read_files(bundle, bundle.ontology + bundle.data)
    assert ENGINES["shacl"].validate({quad.triple for quad in quads}, shapes()) == []
    store = ox.Store()
    store.extend(quads)
    vocabulary, inferred = (ox.NamedNode(bundle.base + graph) for graph in (VOCABULARY_GRAPH, INFERRED_GRAPH))
    assert run_checks(store, read_checks(CHECKS), shapes(), vocabulary, inferred) == []


def test_the_rules_are_numbered_from_the_first_to_the_last() -> None:
    assert sorted(set(IDENTIFIERS.values())) == NUMBERS
    assert all(len(each) == 1 for each in values("dct:identifier").values())


def test_every_shape_of_a_property_has_a_name_and_a_number() -> None:
    kinds = (name("sh:NodeShape"), name("sh:PropertyShape"))
    of_kind = {shape for shape, _, value in shapes() if value in kinds}
    with_path = {shape for shape, predicate, _ in shapes() if predicate == name("sh:path")}
    assert {shape.value for shape in of_kind | with_path} == set(IDENTIFIERS)


@pytest.mark.parametrize("iri", IDENTIFIERS, ids=lambda iri: iri.removeprefix(PREFIXES["rule"]))
def test_a_rule_is_complete(iri: str) -> None:
    assert iri.startswith(rule(""))
    assert values("sh:severity")[iri] == [PREFIXES["sh"] + "Violation"]
    assert values("rdfs:isDefinedBy")[iri] == ["https://w3id.org/orgatlas/shapes"]
    for words in ("rdfs:label", "sh:message", "atlas:remedy"):
        texts = values(words)[iri]
        assert sorted(text.rpartition("@")[2] for text in texts) == ["en", "fr"]
        assert len({text.rpartition("@")[0] for text in texts}) == 2


def test_a_rule_without_a_target_names_the_query_that_does_its_work() -> None:
    named = {iri: checks[0] for iri, checks in values("atlas:check").items()}
    assert {check for check in named.values() if check != "python"} == {file.name for file in CHECKS.iterdir()}
    assert {each.rule: each.path.name for each in read_checks(CHECKS)}.items() <= named.items()
    assert {iri for iri, check in named.items() if check == "python"} == {
        rule("passage-text"),
        rule("passages-cover-source"),
    }


def test_no_rule_speaks_of_one_organisation() -> None:
    terms = {term.value for triple in shapes() for term in triple if isinstance(term, ox.NamedNode)}
    others = {term for term in terms if not term.startswith(tuple(PREFIXES.values()))}
    assert others == {
        "https://creativecommons.org/licenses/by/4.0/",
        "https://w3id.org/orgatlas/ns",
        "https://w3id.org/orgatlas/project",
        "https://w3id.org/orgatlas/shapes",
    }
