"""A document of unknown origin is read whole, or refused with the place and the reason, and leads nowhere."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from orgatlas.graph.documents import DEPTH_LIMIT, PARTS_LIMIT, TERM_LIMIT, read_document, read_triples
from orgatlas.graph.errors import UnreadableData
from orgatlas.graph.formats import GRAPH_FORMATS, named

TURTLE, NTRIPLES, XML, JSON, TRIG, NQUADS = (form.media_type for form in GRAPH_FORMATS)
BASE = "https://example.org/"
OPENED = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://example.org/">'
WHOLE = OPENED + '<rdf:Description rdf:about="a"><e:p>x</e:p></rdf:Description>\n</rdf:RDF>'
A, P, C = (ox.NamedNode(BASE + name) for name in "apc")


def triples(content: str | bytes, media_type: str) -> list[ox.Triple]:
    return read_triples(content if isinstance(content, bytes) else content.encode(), media_type, BASE)


def refused(content: str | bytes, media_type: str) -> UnreadableData:
    with pytest.raises(UnreadableData) as caught:
        triples(content, media_type)
    return caught.value


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("<a> <p> 'x' .", TURTLE),
        (f'<{BASE}a> <{BASE}p> "x" .', NTRIPLES),
        (WHOLE, XML),
        ('{"@id": "a", "https://example.org/p": "x"}', JSON),
        ("{ <a> <p> 'x' }", TRIG),
        (f'<{BASE}a> <{BASE}p> "x" .', NQUADS),
        ("<a> <p> 'x' .", "Text/Turtle ; charset=utf-8"),
    ],
)
def test_every_form_is_read(content: str, media_type: str) -> None:
    assert triples(content, media_type) == [ox.Triple(A, P, ox.Literal("x"))]


@pytest.mark.parametrize("media_type", ["text/html", "application/json", "", "text/turtlé"])
def test_what_is_no_form_of_rdf_is_refused(media_type: str) -> None:
    assert "no form of RDF" in refused("<a> <p> <c> .", media_type).reason


def test_blank_nodes_are_like_those_of_no_other_document() -> None:
    both = {triple.subject for _ in range(2) for triple in triples("_:a <p> <c> .", TURTLE)}
    assert len(both) == 2
    assert ox.BlankNode("a") not in both


def test_a_file_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    for name, content in (("turtle", "<a> <p> 'x' ."), ("rdfxml", WHOLE)):
        file = tmp_path / name
        file.write_text(content)
        assert read_document(named(name, GRAPH_FORMATS), BASE, file) == [ox.Quad(A, P, ox.Literal("x"))]
    with pytest.raises(FileNotFoundError):
        read_document(named("turtle", GRAPH_FORMATS), BASE, tmp_path / "none")


# Documents that break off or are broken


def test_rdfxml_that_breaks_off_anywhere_is_refused() -> None:
    for length in range(len(WHOLE)):
        assert refused(WHOLE[:length], XML).line in (1, 2)


@pytest.mark.parametrize(
    ("content", "media_type", "place"),
    [
        ("<a> <p> <c> .\n<a> <p> ; .", TURTLE, (2, 9)),
        ("<a> <p> ", TURTLE, (1, 9)),
        (f"<{BASE}a> <{BASE}p> <{BASE}c>", NTRIPLES, (1, None)),
        ("{ <a> <p> <c>", TRIG, (1, None)),
        ('[\n{"@id": "a"', JSON, (2, None)),
        ("", JSON, (1, 1)),
        ("", XML, (1, 1)),
        (WHOLE.replace("</e:p>", "</e:q>"), XML, (1, None)),
    ],
)
def test_a_broken_document_is_refused_with_its_place(
    content: str, media_type: str, place: tuple[int, int | None]
) -> None:
    error = refused(content, media_type)
    assert error.line == place[0]
    assert error.column is not None
    assert place[1] in (None, error.column)
    assert "Parser error" not in error.reason


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<a> <p> 'ok' .\n<a> <p> '\xff' .", TURTLE),
        (b"<a> <p> 'ok' .\n<a> <p> '\xed\xa0\x80' .", TURTLE),
        (b'<https://a> <https://b> "ok" .\n<https://a> <https://b> "\xc3" .', NTRIPLES),
        (b'{"@id": "a",\n "https://example.org/p": "\xff"}', JSON),
        (WHOLE.encode().replace(b">x<", b">\n\xff<"), XML),
    ],
    ids=["byte", "surrogate", "ntriples", "jsonld", "rdfxml"],
)
def test_bad_utf8_is_refused_with_its_line(content: bytes, media_type: str) -> None:
    assert refused(content, media_type).line == 2


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_xml_in_another_encoding_is_refused(encoding: str) -> None:
    assert "UTF-8" in refused(f'<?xml version="1.0" encoding="{encoding}"?>{WHOLE}'.encode(encoding), XML).reason


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("<a b> <p> <c> .", TURTLE),
        ("<a> <p> <a\\u0020b> .", TURTLE),
        ("<a> <p> <https://[> .", TURTLE),
        ("<a> <p> 'x'^^<a b> .", TURTLE),
        ("<relative> <p> <c> .", NTRIPLES),
        (WHOLE.replace('"a"', '"a b"'), XML),
        ("<a> <p> 'x'@averylongtag .", TURTLE),
        ("<a> <p> 'x'@en-averylongtag .", TURTLE),
        ("<a> <p> 'x'@en- .", TURTLE),
        (WHOLE.replace("<e:p>", '<e:p xml:lang="no tag">'), XML),
        ("<a> <p> '\\uD800' .", TURTLE),
    ],
)
def test_bad_iris_language_tags_and_escapes_are_refused(content: str, media_type: str) -> None:
    refused(content, media_type)


# Documents that grow


def entities(*declared: str, said: str = "&a;") -> str:
    document = OPENED + f"<rdf:Description><e:p>{said}</e:p></rdf:Description></rdf:RDF>"
    return f"<!DOCTYPE r [{''.join(f'<!ENTITY {each}>' for each in declared)}]>{document}"


@pytest.mark.parametrize(
    "content",
    [
        entities('a0 "haha"', *(f'a{n} "{f"&a{n - 1};" * 10}"' for n in range(1, 12)), said="&a11;"),
        entities(f'a "{"x" * 100_000}"', said="&a;" * 1000),
        entities('a "&b;"', 'b "&a;"'),
    ],
    ids=["billion laughs", "quadratic", "loop"],
)
def test_entities_that_grow_beyond_measure_are_refused(content: str) -> None:
    assert "amplification" in (reason := refused(content, XML).reason) or "recursive" in reason


def test_an_entity_of_the_document_itself_is_read() -> None:
    [triple] = triples(entities('a "bc"', said="a&a;d"), XML)
    assert triple.object == ox.Literal("abcd")


@pytest.mark.parametrize(
    ("nested", "media_type"),
    [
        (lambda depth: '{"https://p": ' * depth + "1" + "}" * depth, JSON),
        (lambda depth: "[" * depth + "]" * depth, JSON),
        (lambda depth: OPENED + "<e:C><e:p>" * (depth // 2) + "</e:p></e:C>" * (depth // 2) + "</rdf:RDF>", XML),
    ],
    ids=["objects", "lists", "elements"],
)
def test_deep_jsonld_and_xml_are_refused_before_they_overflow_a_stack(
    nested: Callable[[int], str], media_type: str
) -> None:
    triples(nested(DEPTH_LIMIT - 2), media_type)
    for depth in (DEPTH_LIMIT + 2, 300_000):
        assert str(DEPTH_LIMIT) in refused(nested(depth), media_type).reason


def test_brackets_in_strings_are_no_depth() -> None:
    for text in ("[" * 1000, '\\"[' * 1000, "\\\\"):
        assert len(triples(f'{{"@id": "a", "https://example.org/p": ["{text}", "]"]}}', JSON)) == 2


@pytest.mark.parametrize("media_type", [TURTLE, NTRIPLES, TRIG, NQUADS])
def test_deep_triple_terms_are_refused(media_type: str) -> None:
    def nested(depth: int) -> str:
        return f"<{BASE}a> <{BASE}p> " + f"<<( <{BASE}a> <{BASE}p> " * depth + f"<{BASE}c>" + " )>>" * depth + " ."

    assert triples(nested(TERM_LIMIT), media_type)
    for depth in (TERM_LIMIT + 1, 1000):
        assert str(TERM_LIMIT) in refused(nested(depth), media_type).reason


# Documents that lead elsewhere


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket at which nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        yield door
        with pytest.raises(BlockingIOError):
            door.accept()


@pytest.mark.parametrize(
    "context",
    [
        '"ADDRESS"',
        '["ADDRESS"]',
        '{"@version": 1.1, "@import": "ADDRESS"}',
        '{"p": {"@id": "x:p", "@context": "ADDRESS"}}',
    ],
    ids=["remote", "in a list", "imported", "of a property"],
)
def test_a_remote_context_is_refused_and_never_fetched(listener: socket.socket, context: str) -> None:
    context = context.replace("ADDRESS", f"http://127.0.0.1:{listener.getsockname()[1]}/context")
    assert "from elsewhere" in refused(f'{{"@context": {context}, "@id": "a", "p": "x"}}', JSON).reason


@pytest.mark.parametrize("kind", ["SYSTEM", "PUBLIC 'x'"])
def test_an_entity_from_elsewhere_is_refused_and_never_fetched(listener: socket.socket, kind: str) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/entity"
    refused(entities(f'a {kind} "{address}"'), XML)
    refused(f'<!DOCTYPE r {kind} "{address}">' + entities().split("]>")[1], XML)


def test_no_file_gets_into_a_document(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    refused(entities(f'a SYSTEM "{(tmp_path / "secret").as_uri()}"'), XML)


# Graphs are named by who sends them


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("<g> { <a> <p> <c> }", TRIG),
        ("<a> <p> <c> . _:g { <a> <p> <c> }", TRIG),
        (f"<{BASE}a> <{BASE}p> <{BASE}c> <{BASE}g> .", NQUADS),
        ('{"@id": "g", "@graph": [{"@id": "a", "https://example.org/p": "x"}]}', JSON),
    ],
)
def test_a_document_that_names_graphs_is_refused(content: str, media_type: str) -> None:
    assert "names the graph" in refused(content, media_type).reason


# Several documents in a body


def body(*parts: tuple[str, str], boundary: str = "B") -> str:
    told = (f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in parts)
    return "".join(told) + f"--{boundary}--\r\n"


PART = (TURTLE, "<a> <p> <c> .")
MULTIPART = "multipart/form-data; boundary=B"


def test_the_documents_of_a_body_are_read_each_in_its_form() -> None:
    found = triples(body(PART, (XML, WHOLE), (JSON, '{"@id": "a", "https://example.org/p": "é"}')), MULTIPART)
    assert found == [ox.Triple(A, P, each) for each in (C, ox.Literal("x"), ox.Literal("é"))]


@pytest.mark.parametrize(
    "media_type", ['Multipart/Form-Data; boundary="B"', "multipart/form-data; charset=utf-8; boundary=B"]
)
def test_the_boundary_is_found_however_it_is_written(media_type: str) -> None:
    assert triples(body(PART), media_type) == [ox.Triple(A, P, C)]


def test_blank_nodes_of_two_parts_are_two() -> None:
    first, second = triples(body((TURTLE, "_:a <p> <c> ."), (TURTLE, "_:a <p> <c> .")), MULTIPART)
    assert first.subject != second.subject


def test_line_ends_in_a_part_stay_as_they_are() -> None:
    [triple] = triples(body((TURTLE, '<a> <p> """x\ry\r\nz\n""" .')), MULTIPART)
    assert triple.object == ox.Literal("x\ry\r\nz\n")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (body(PART), "multipart/form-data; boundary=C"),
        (body(PART), "multipart/form-data"),
        (body(PART), "multipart/form-data; boundary="),
        (body(PART).removesuffix("--B--\r\n"), MULTIPART),
        (body(PART, PART)[:-20], MULTIPART),
        ("--B--\r\n", MULTIPART),
        ("", MULTIPART),
        (body(("multipart/form-data", "x")), MULTIPART),
        (body(("multipart/mixed; boundary=D", body(PART, boundary="D"))), MULTIPART),
        (body(("message/rfc822", "Content-Type: text/turtle\r\n\r\n<a> <p> <c> .")), MULTIPART),
    ],
    ids=["other", "none", "empty", "no end", "breaks off", "no part", "no body", "bare", "nested", "message"],
)
def test_parts_that_cannot_be_told_apart_are_refused(content: str, media_type: str) -> None:
    assert refused(content, media_type).form == "multipart/form-data"


@pytest.mark.parametrize(
    "part",
    [
        ("text/html", "<p>"),
        ("", "<a> <p> <c> ."),
        (TURTLE, "<a> <p>"),
        (TRIG, "<g> { <a> <p> <c> }"),
        (JSON, "[" * 100_000),
        (XML, WHOLE[:-5]),
    ],
    ids=["html", "no type", "broken", "named", "deep", "cut"],
)
def test_one_part_that_cannot_be_read_is_the_end_of_all(part: tuple[str, str]) -> None:
    refused(body(PART, part), MULTIPART)


def test_parts_are_counted() -> None:
    assert len(triples(body(*[PART] * PARTS_LIMIT), MULTIPART)) == PARTS_LIMIT
    assert "parts" in refused(body(*[PART] * (PARTS_LIMIT + 1)), MULTIPART).reason
