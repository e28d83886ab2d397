"""The library reads comment heads strictly and turns a user's text into terms of the declared type."""

import socket
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Variable

from orgatlas.graph.bundle import open_bundle
from orgatlas.graph.errors import BrokenBundle, ParameterError, QuestionError, UnknownQuestion
from orgatlas.graph.library import (
    ParameterType,
    Question,
    bind,
    find,
    library_of,
    questions_of,
    read_library,
    read_path_forms,
    read_question,
)

BASE = "https://example.org/ministry/"
XSD = "http://www.w3.org/2001/XMLSchema#"
HEAD = """\
#+ title:
#+   en: Units of a ministry
#+   fr: Unités d’un ministère
#+ description: {en: All of them., fr: Toutes.}
#+ tags: [units]
"""
BODY = """
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX unit: <id/unit/>

SELECT ?unit ?parent ?lang ?rank ?since ?text ?active
WHERE { ?unit org:subOrganizationOf ?parent VALUES (?lang ?rank ?since ?text ?active) { (UNDEF UNDEF UNDEF UNDEF UNDEF) } }
"""
LABEL = "label: {en: It, fr: Cela}"


def written(folder: Path, head: str = HEAD, body: str = BODY, name: str = "units") -> Path:
    path = folder / f"{name}.rq"
    path.write_text(head + body, encoding="utf-8")
    return path


def with_parameter(folder: Path, *fields: str) -> Path:
    lines = [HEAD + "#+ parameters:", f"#+   - {fields[0]}", *(f"#+     {field}" for field in fields[1:])]
    return written(folder, "\n".join(lines) + "\n")


def asking(folder: Path, kind: str, *fields: str) -> Question:
    return read_question(with_parameter(folder, "name: parent", f"type: {kind}", LABEL, *fields))


# Reading.


def test_a_head_says_what_is_asked_and_what_may_be_chosen(tmp_path: Path) -> None:
    question = read_question(
        with_parameter(
            tmp_path,
            "name: parent",
            "type: iri",
            "class: org:Organization",
            "default: unit:top",
            "label: {en: Parent, fr: Unité mère}",
        )
    )
    assert question.name == "units"
    assert question.title == {"en": "Units of a ministry", "fr": "Unités d’un ministère"}
    assert question.tags == ("units",)
    assert question.prefixes == {"org": "http://www.w3.org/ns/org#", "unit": "id/unit/"}
    (parameter,) = question.parameters
    assert (parameter.name, parameter.type, parameter.optional) == ("parent", ParameterType.IRI, False)
    assert (parameter.choices, parameter.default) == ("org:Organization", "unit:top")
    assert parameter.label["fr"] == "Unité mère"


def test_a_default_is_text_whatever_yaml_would_make_of_it(tmp_path: Path) -> None:
    path = with_parameter(tmp_path, "name: since", "type: date", "default: 2005-04-01", LABEL)
    assert read_question(path).parameters[0].default == "2005-04-01"


def test_the_number_of_a_question_may_stand_alone_or_in_a_list(tmp_path: Path) -> None:
    assert read_question(written(tmp_path, HEAD + "#+ cq: 7\n")).cq == (7,)
    assert read_question(written(tmp_path, HEAD + "#+ cq: [7, 9]\n")).cq == (7, 9)


@pytest.mark.parametrize(
    ("head", "line", "reason"),
    [
        ("", 1, "begins with a head"),
        ("#+ title: [\n#+ tags: }\n", 2, "not YAML"),
        ("#+ title: {en: A, fr: B}\n#+ title: {en: A, fr: B}\n", 2, "a second time"),
        ("#+ description: {en: A}\n#+ title: {en: A, en: B}\n", 2, "a second time"),
        ("#+ title: {en: A, fr: B}\n", 1, "'description' is missing"),
        ("#+ title: A\n#+ description: {en: A, fr: B}\n", 1, "expected keys and values"),
        ("#+ title: {en: A, fr: B}\n#+ descriptoin: {en: A, fr: B}\n", 2, "expected description"),
        (HEAD + "#+ tags: [a]\n", 6, "a second time"),
        (HEAD + "#+ cq: seven\n", 6, "expected a number"),
        (HEAD + "#+ inference: [[a]]\n", 6, "expected a single text"),
        (HEAD + "\n#+ cq: 7\n", 7, "stand together"),
    ],
)
def test_a_broken_head_is_named_by_its_line(tmp_path: Path, head: str, line: int, reason: str) -> None:
    path = written(tmp_path, head)
    with pytest.raises(QuestionError, match=reason) as caught:
        read_question(path)
    assert (caught.value.file, caught.value.line) == (path, line)


@pytest.mark.parametrize(
    ("fields", "line", "reason"),
    [
        (("name: parent", "type: iri"), 7, "'label' is missing"),
        (("name: 2nd", "type: iri", LABEL), 7, "not the name of a variable"),
        (("name: parent", "type: uri", LABEL), 8, "expected one of iri, language"),
        (("name: parent", "type: iri", LABEL, "optional: maybe"), 10, "true, false"),
        (("name: parent", "type: iri", LABEL, "default: untit:top"), 10, "known prefix"),
        (("name: parent", "type: iri", LABEL, "class: foaf:Agent"), 10, "known prefix"),
        (("name: rank", "type: integer", LABEL, "default: first"), 10, "whole number"),
        (("name: branch", "type: iri", LABEL), 7, r"no variable \?branch"),
    ],
)
def test_a_broken_parameter_is_named_by_its_line(
    tmp_path: Path, fields: tuple[str, ...], line: int, reason: str
) -> None:
    with pytest.raises(QuestionError, match=reason) as caught:
        read_question(with_parameter(tmp_path, *fields))
    assert caught.value.line == line


def test_a_parameter_is_declared_once(tmp_path: Path) -> None:
    twice = "#+ parameters: [{name: unit, type: iri, label: {en: A}}, {name: unit, type: iri, label: {en: A}}]\n"
    with pytest.raises(QuestionError, match="declared twice"):
        read_question(written(tmp_path, HEAD + twice))


def test_a_variable_that_the_answer_does_not_hold_cannot_be_bound(tmp_path: Path) -> None:
    body = "SELECT ?unit WHERE { ?unit ?p ?parent }\n"
    head = HEAD + "#+ parameters: [{name: parent, type: iri, label: {en: A}}]\n"
    with pytest.raises(QuestionError, match=r"no variable \?parent"):
        read_question(written(tmp_path, head, body))


def test_a_construct_binds_what_its_template_uses(tmp_path: Path) -> None:
    head = HEAD + "#+ parameters: [{name: unit, type: iri, label: {en: A}}]\n"
    assert read_question(written(tmp_path, head, "CONSTRUCT { ?unit a ?c } WHERE { ?unit a ?c }\n")).parameters


def test_broken_sparql_is_named_by_its_line_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="not SPARQL") as caught:
        read_question(written(tmp_path, body="\nSELECT ?a\nWHERE { ?a nobody:knows ?b }\n"))
    assert caught.value.line == 8


@pytest.mark.parametrize(
    ("body", "amiss"),
    [
        ("\nSELECT ?a\n  ?b\nWHERE { ?a a ?c }\n", 8),
        ("\nSELECT DISTINCT ?a $b WHERE { ?a a ?c # ?b\n}\n", 7),
        ("\nSELECT ?a (1 AS ?b) ?c WHERE { ?a a ?c }\n", None),
        ("\nSELECT * WHERE { ?a a ?b }\n", None),
        ("\nSELECT ?a ?b WHERE { ?a a $b }\n", None),
    ],
)
def test_a_variable_that_nothing_gives_a_value_is_named_by_its_line(
    tmp_path: Path, body: str, amiss: int | None
) -> None:
    path = written(tmp_path, body=body)
    if amiss is None:
        read_question(path)
        return
    with pytest.raises(QuestionError, match=r"[?$]b is in the answer") as caught:
        read_question(path)
    assert caught.value.line == amiss


def test_a_broken_question_is_left_out_and_its_fault_is_told(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    written(tmp_path / "queries", name="good")
    written(tmp_path / "queries", "", name="headless")
    (tmp_path / "atlas.toml").write_text('name.en = "X"\nbase_iri = "https://example.org/"\n')
    questions, faults = questions_of(open_bundle([tmp_path]))
    assert "good" in questions
    assert "headless" not in questions
    assert [fault.file.stem for fault in faults] == ["headless"]
    assert set(questions_of(open_bundle([tmp_path]), ["good"])[0]) == {"good"}


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes.rq"
    path.write_bytes(b"#+ title: \xff\n")
    with pytest.raises(QuestionError, match="not UTF-8"):
        read_question(path)


def test_a_library_names_every_broken_file_and_holds_none(tmp_path: Path) -> None:
    written(tmp_path, name="good")
    written(tmp_path, "", name="headless")
    written(tmp_path, body="SELECT", name="unfinished")
    with pytest.raises(BrokenBundle) as caught:
        read_library(tmp_path)
    assert [fault.file.stem for fault in caught.value.faults] == ["headless", "unfinished"]


def test_a_question_is_found_by_its_name_and_a_misspelt_one_is_answered_with_the_nearest(
    tmp_path: Path,
) -> None:
    written(tmp_path, name="units-inside")
    library = read_library(tmp_path)
    assert find(library, "units-inside").name == "units-inside"
    with pytest.raises(UnknownQuestion) as caught:
        find(library, "unit-inside")
    assert caught.value.nearest == ("units-inside",)


def test_a_property_path_form_says_which_question_it_answers(tmp_path: Path) -> None:
    written(tmp_path, "#+ for: units\n", name="any")
    assert list(read_path_forms(tmp_path)) == ["units"]


# Binding.


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("unit:a", BASE + "id/unit/a"),
        ("org:Role", "http://www.w3.org/ns/org#Role"),
        ("skos:Concept", "http://www.w3.org/2004/02/skos/core#Concept"),
        ("https://example.org/é", "https://example.org/é"),
        ("<https://example.org/x>", "https://example.org/x"),
        ("<mailto:a@example.org>", "mailto:a@example.org"),
        ("urn:x:y", "urn:x:y"),
    ],
)
def test_an_iri_is_absolute_or_a_prefixed_name(tmp_path: Path, text: str, iri: str) -> None:
    assert bind(asking(tmp_path, "iri"), {"parent": text}, BASE) == {"parent": NamedNode(iri)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "untit:a",
        "_:b",
        "<a>",
        "unit:a b",
        "unit:a> ?p ?o } #",
        "https://example.org/\\u0020",
        "<https://example.org/> . <https://example.org/>",
        '"text"',
        "?unit",
        "unit:\0",
        "unit:\ud800",
    ],
)
def test_text_that_is_no_iri_never_becomes_one(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError) as caught:
        bind(asking(tmp_path, "iri"), {"parent": text}, BASE)
    assert (caught.value.name, caught.value.got) == ("parent", text)


@pytest.mark.parametrize(
    ("kind", "text", "term"),
    [
        ("language", "fr", Literal("fr")),
        ("language", "FR-ca", Literal("fr-ca")),
        ("integer", "007", Literal("7", datatype=NamedNode(XSD + "integer"))),
        ("integer", "-1", Literal("-1", datatype=NamedNode(XSD + "integer"))),
        ("date", "2005-10-01", Literal("2005-10-01", datatype=NamedNode(XSD + "date"))),
        ("boolean", "true", Literal(True)),
        ("text", '" } #', Literal('" } #')),
    ],
)
def test_text_becomes_a_term_of_the_declared_type(tmp_path: Path, kind: str, text: str, term: Literal) -> None:
    assert bind(asking(tmp_path, kind), {"parent": text}, BASE) == {"parent": term}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("language", "e"),
        ("language", "en_CA"),
        ("integer", "1.0"),
        ("integer", "٣"),
        ("integer", "9" * 19),
        ("date", "2005-02-30"),
        ("date", "20051001"),
        ("date", "yesterday"),
        ("boolean", "yes"),
        ("text", "\0"),
    ],
)
def test_text_of_another_type_is_refused_by_the_name_of_its_parameter(tmp_path: Path, kind: str, text: str) -> None:
    with pytest.raises(ParameterError) as caught:
        bind(asking(tmp_path, kind), {"parent": text}, BASE)
    assert caught.value.name == "parent"


def test_a_default_stands_in_for_what_is_not_given(tmp_path: Path) -> None:
    question = asking(tmp_path, "iri", "default: unit:top")
    assert bind(question, {}, BASE) == {"parent": NamedNode(BASE + "id/unit/top")}


def test_what_has_no_default_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="parent"):
        bind(asking(tmp_path, "text"), {}, BASE)


def test_an_optional_parameter_stays_unbound_where_nothing_is_chosen(tmp_path: Path) -> None:
    question = asking(tmp_path, "iri", "default: unit:top", "optional: true")
    assert bind(question, {"parent": ""}, BASE) == {}
    assert bind(question, {}, BASE) == {"parent": NamedNode(BASE + "id/unit/top")}


def test_an_unknown_parameter_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"parnet.*parent"):
        bind(asking(tmp_path, "text"), {"parnet": "x"}, BASE)


def test_a_parameter_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="one value"):
        bind(asking(tmp_path, "text"), [("parent", "x"), ("parent", "y")], BASE)


def test_hostile_text_is_a_value_and_nothing_else(tmp_path: Path) -> None:
    question = asking(tmp_path, "text")
    values = bind(question, {"parent": '"} . ?s ?p ?o . {"'}, BASE)
    rows = Store().query(
        question.text, base_iri=BASE, substitutions={Variable(name): term for name, term in values.items()}
    )
    assert isinstance(rows, QuerySolutions)
    assert list(rows) == []


def test_a_bundle_gets_the_general_questions_without_the_defaults_of_another() -> None:
    bundle = open_bundle([Path(__file__).parent.parent / "bundles" / "ministry"])
    library = library_of(bundle)
    assert {"describe", "incoming", "find", "services"} <= set(library)
    assert "branches-of-sector" not in library
    assert library["services"].path.parent == bundle.questions
    assert [each.default for each in library["describe"].parameters if each.name == "resource"] == [None]
    assert [each.default for each in library_of(open_bundle())["describe"].parameters if each.name == "resource"] != [
        None
    ]


def test_a_question_that_would_ask_another_server_is_never_tried(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)
        service = f"<http://127.0.0.1:{door.getsockname()[1]}/>"
        with pytest.raises(QuestionError, match="SERVICE is switched off"):
            read_question(written(tmp_path, body=f"SELECT ?x {{ SERVICE {service} {{ ?x ?y ?z }} }}"))
        with pytest.raises(TimeoutError):
            door.accept()
