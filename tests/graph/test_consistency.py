"""HermiT: contradictions, impossible classes and what the rules miss between classes are found; nothing else is said."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from orgatlas.graph import consistency
from orgatlas.graph.closure import Closure
from orgatlas.graph.consistency import CONSISTENT, EQUIVALENT, HIERARCHY, SATISFIABLE, SUBCLASS, check_dl
from orgatlas.graph.errors import EngineFailed, MissingProgram, TooMuchFollows
from orgatlas.graph.findings import Finding, Severity

ONTOLOGY = """
@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://example.org/ontology> a owl:Ontology .
:Country a owl:Class . :Unit a owl:Class ; owl:disjointWith :Country .
:partOf a owl:ObjectProperty ; rdfs:domain :Unit ; rdfs:range :Unit .
:code a owl:DatatypeProperty , owl:FunctionalProperty .
"""

CLASSES = """
:A a owl:Class . :B a owl:Class . :C a owl:Class . :D a owl:Class . :E a owl:Class .
:p a owl:ObjectProperty . :q a owl:DatatypeProperty .
"""
"""Names for ontologies of which only the form matters."""


def restriction(turtle: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty {turtle} ]"


UNION = ":A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( :B :C ) ] . :B rdfs:subClassOf :D . :C rdfs:subClassOf :D ."
"""Whatever is A is B or C and so in either case D: no rule of OWL 2 RL can go through the cases."""

SOME_P = f":C owl:equivalentClass {restriction(':p ; owl:someValuesFrom owl:Thing')} ."
BRACKETS = str.maketrans("", "", "<>")
BOTH = "[ a owl:Class ; owl:intersectionOf ( :B :C ) ]"

needs_java = pytest.mark.skipif(
    shutil.which("java") is None, reason="NO JAVA: consistency is not tested; install default-jre-headless"
)


def triples(turtle: str = "") -> list[Triple]:
    return [quad.triple for quad in parse(ONTOLOGY + turtle, format=RdfFormat.TURTLE)]


def shown(findings: list[Finding]) -> list[str]:
    """The findings, each in three words, without what all IRIs of the example have in common."""
    return sorted(_shown(findings))


def _shown(findings: list[Finding]) -> Iterator[str]:
    relations = {SUBCLASS.value: "⊑", EQUIVALENT.value: "≡"}
    for each in findings:
        what = f"{each.focus} {relations[each.path]} {each.value}" if each.path else f"{each.focus} impossible"
        yield what.replace("http://example.org/", "").replace("http://www.w3.org/2002/07/", "").translate(BRACKETS)


@needs_java
def test_a_consistent_ontology_has_no_findings_and_nothing_is_printed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert check_dl(triples(":a :partOf :b . :b :partOf :c .")) == []
    assert capfd.readouterr() == ("", "")


@needs_java
@pytest.mark.parametrize(
    "contradiction", [":x a :Unit , :Country .", ":x a :Country ; :partOf :y .", ':x :code "a" , "b" .']
)
def test_a_contradiction_is_found(contradiction: str) -> None:
    [finding] = check_dl(triples(contradiction))
    assert finding.rule == CONSISTENT
    assert finding.messages.keys() == finding.remedy.keys() == {"en", "fr"}


@needs_java
def test_a_class_that_can_have_no_members_is_found() -> None:
    [finding] = check_dl(triples(":Chimera a owl:Class ; rdfs:subClassOf :Unit , :Country ."))
    assert (finding.rule, finding.focus) == (SATISFIABLE, "<http://example.org/Chimera>")


@needs_java
@pytest.mark.parametrize(
    ("axioms", "missed"),
    [
        (UNION, ["A ⊑ D"]),
        (
            f":A rdfs:subClassOf {restriction(':p ; owl:minCardinality 2')} . {SOME_P}",
            ["A ⊑ C"],
        ),
        (f":A rdfs:subClassOf :B , :C . :D owl:equivalentClass {BOTH} .", ["A ⊑ D"]),
        (f":A owl:equivalentClass {BOTH} . :D owl:equivalentClass {BOTH} .", ["D ≡ A"]),
        (f":A owl:equivalentClass {BOTH} . :D owl:equivalentClass {BOTH} ; rdfs:subClassOf :A .", ["D ≡ A"]),
        (f":A owl:equivalentClass {BOTH} . :D owl:equivalentClass {BOTH} , :E .", ["D ≡ A"]),
        (":A owl:equivalentClass [ a owl:Class ; owl:unionOf ( :B [ owl:complementOf :B ] ) ] .", ["A ≡ owl#Thing"]),
    ],
    ids=[
        "cases",
        "counting",
        "intersection",
        "equivalence",
        "the other direction",
        "equivalence of three",
        "everything",
    ],
)
def test_what_the_rules_miss_between_classes_is_found(axioms: str, missed: list[str]) -> None:
    findings = check_dl(triples(CLASSES + axioms))
    assert shown(findings) == missed
    assert {(each.rule, each.severity) for each in findings} == {(HIERARCHY, Severity.WARNING)}
    assert all(each.messages.keys() == each.remedy.keys() == {"en", "fr"} for each in findings)


@needs_java
@pytest.mark.parametrize(
    "axioms",
    [
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :D .",
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :A . :C rdfs:subClassOf owl:Thing .",
        ":A owl:equivalentClass :B . :B owl:equivalentClass :C . :C rdfs:subClassOf :D .",
        ":A owl:equivalentClass owl:Thing .",
        "owl:Thing rdfs:subClassOf :A .",
        f":A rdfs:subClassOf {restriction(':p ; owl:someValuesFrom owl:Thing')} . {SOME_P}",
        f":A owl:equivalentClass {BOTH} . :x :p :y . :y a :A .",
    ],
    ids=["chain", "ring", "equivalence", "everything", "no less", "restriction", "intersection"],
)
def test_what_the_rules_find_as_well_is_not_reported(axioms: str) -> None:
    assert check_dl(triples(CLASSES + axioms)) == []


@needs_java
def test_what_follows_from_what_is_reported_is_not_reported() -> None:
    below = ":E rdfs:subClassOf :A . :Unit owl:equivalentClass :A . :D rdfs:subClassOf :Top . :Top a owl:Class ."
    assert shown(check_dl(triples(CLASSES + UNION + below))) == ["A ⊑ D"]


@needs_java
def test_what_was_missed_and_is_stated_is_not_reported_again() -> None:
    assert check_dl(triples(CLASSES + UNION + ":A rdfs:subClassOf :D .")) == []


@needs_java
def test_an_impossible_class_is_not_reported_as_a_subclass_of_everything() -> None:
    impossible = (
        ":Chimera a owl:Class ; rdfs:subClassOf :Unit , :Country . :Child a owl:Class ; rdfs:subClassOf :Chimera ."
    )
    assert shown(check_dl(triples(CLASSES + UNION + impossible))) == [
        "A ⊑ D",
        "Child impossible",
        "Chimera impossible",
    ]


@needs_java
def test_where_the_rules_come_to_no_end_they_are_compared_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: object) -> Closure:
        raise TooMuchFollows(1, "scm-sco", "", 2)

    monkeypatch.setattr(consistency, "Closure", endless)
    chimera = ":Chimera a owl:Class ; rdfs:subClassOf :Unit , :Country ."
    assert shown(check_dl(triples(CLASSES + UNION + chimera))) == ["Chimera impossible"]


@needs_java
def test_of_a_contradiction_nothing_else_follows() -> None:
    assert [each.rule for each in check_dl(triples(CLASSES + UNION + ":x a :Unit , :Country ."))] == [CONSISTENT]


@needs_java
@pytest.mark.parametrize(
    "range_of_a",
    [
        '[ a owl:DataRange ; owl:oneOf ( "a"^^:hue "b" ) ]',
        '[ owl:oneOf ( "a"^^:hue "b" ) ]',
        '[ a owl:DataRange ; owl:unionOf ( [ owl:oneOf ( "b" "2005"^^xsd:gYear ) ] ) ]',
        '[ a owl:DataRange ; owl:onDatatype xsd:string ; owl:withRestrictions ( [ xsd:minInclusive "2005"^^xsd:gYear ] ) ]',
        "xsd:date",
    ],
)
def test_nothing_false_follows_from_what_is_left_out(range_of_a: str) -> None:
    axioms = f"""
    :A owl:equivalentClass {restriction(f":q ; owl:someValuesFrom {range_of_a}")} .
    :B rdfs:subClassOf {restriction(':q ; owl:hasValue "b"')} .
    :C owl:equivalentClass {restriction(":q ; owl:someValuesFrom xsd:date")} ; rdfs:subClassOf :Unit , :Country .
    """
    assert shown(check_dl(triples(CLASSES + axioms))) == ["C impossible"]


@needs_java
@pytest.mark.parametrize("name", ["A", "Alpha"])  # HermiT chooses the one name here, the other there
def test_a_class_defined_by_what_is_left_out_is_spoken_of_by_its_name(name: str) -> None:
    left_out = f":A owl:equivalentClass {restriction(':q ; owl:someValuesFrom xsd:date')} ."
    axioms = (CLASSES + UNION + left_out).replace(":A ", f":{name} ")
    assert shown(check_dl(triples(axioms))) == [f"{name} ⊑ D"]


@needs_java
def test_numbers_of_many_digits_are_not_taken_for_their_neighbours() -> None:
    near = {"A": "1.00000000000000000001", "B": "1.00000000000000000002", "C": "12345678901234567890123"}
    axioms = [f":{name} owl:equivalentClass {restriction(f':q ; owl:hasValue {n}')} ." for name, n in near.items()]
    assert check_dl(triples(CLASSES + "".join(axioms))) == []


@needs_java
def test_any_name_is_understood_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    axioms = (CLASSES + UNION).replace(":D", ":Île") + ":Chimère a owl:Class ; rdfs:subClassOf :Unit , :Country ."
    assert shown(check_dl(triples(axioms))) == ["A ⊑ Île", "Chimère impossible"]


@needs_java
def test_one_check_leaves_nothing_behind_for_the_next() -> None:
    assert check_dl(triples(":x a :Unit , :Country ."))
    assert check_dl(triples(":x a :Unit .")) == []


@needs_java
def test_datatypes_that_hermit_does_not_know_do_not_stop_it() -> None:
    foreign = """
    :shade a rdfs:Datatype . :since a owl:DatatypeProperty ; rdfs:range xsd:date .
    :x :since "2005-04-01"^^xsd:date ; :code "a"^^:hue . :y :code "b"^^:shade .
    :x :partOf <<( :x :code "a" )>> .
    """
    assert check_dl(triples(foreign)) == []
    assert [each.rule for each in check_dl(triples(foreign + ":x a :Unit , :Country ."))] == [CONSISTENT]


@needs_java
def test_imports_are_not_fetched(tmp_path: Path) -> None:
    other = tmp_path / "other.ttl"
    other.write_text(ONTOLOGY + ":x a :Unit , :Country .")
    assert check_dl(triples(f"<http://example.org/ontology> owl:imports <{other.as_uri()}> .")) == []


@needs_java
def test_what_hermit_can_not_read_is_a_clear_error() -> None:
    with pytest.raises(EngineFailed, match=r"^HermiT could not read the ontology: Non-simple property"):
        check_dl(triples(":partOf a owl:TransitiveProperty , owl:IrreflexiveProperty ."))


@needs_java
def test_a_file_of_which_hermit_understands_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "_understood", list)
    with pytest.raises(EngineFailed, match=r"^HermiT could not read the ontology: Problem parsing file:"):
        check_dl(triples(':x :partOf <<( :x :code "a" )>> .'))


@needs_java
def test_what_ends_java_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "MEMORY", 10**9)
    with pytest.raises(EngineFailed, match="initialization of VM"):
        check_dl(triples())


def test_without_java_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgram, match="default-jre-headless"):
        check_dl(triples())
