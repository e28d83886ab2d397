"""Property paths: the text says what the triples say."""

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from orgatlas.graph.paths import Node, index, to_text, to_triples

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://e/> . :s sh:path "

PATHS = {
    ":p": "http://e/p",
    "( :p :q )": "(<http://e/p>/<http://e/q>)",
    "[ sh:inversePath :p ]": "^<http://e/p>",
    "[ sh:alternativePath ( :p :q ) ]": "(<http://e/p>|<http://e/q>)",
    "[ sh:zeroOrMorePath :p ]": "(<http://e/p>)*",
    "[ sh:oneOrMorePath [ sh:inversePath :p ] ]": "(^<http://e/p>)+",
    "( :p [ sh:zeroOrOnePath ( :q [ sh:alternativePath ( :r :t ) ] ) ] )": (
        "(<http://e/p>/((<http://e/q>/(<http://e/r>|<http://e/t>)))?)"
    ),
}


@pytest.mark.parametrize(("turtle", "text"), PATHS.items())
def test_a_path_is_the_same_after_the_way_through_text_and_back(turtle: str, text: str) -> None:
    triples = [quad.triple for quad in parse(f"{HEAD}{turtle} .", format=RdfFormat.TURTLE)]
    graph = index(triples)
    assert to_text(graph, graph[NamedNode("http://e/s")][NamedNode("http://www.w3.org/ns/shacl#path")][0]) == text
    node, described = to_triples(text)
    assert to_text(index(described), node) == text


@pytest.mark.parametrize("text", ["", "no path", "(<http://e/p>", "(<http://e/p>/<http://e/q>|<http://e/r>)", "^"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_triples(text)


def test_a_path_that_contains_itself_is_refused() -> None:
    node = BlankNode("p")
    loop: dict[Node, dict[NamedNode, list[Node]]] = {
        node: {NamedNode("http://www.w3.org/ns/shacl#inversePath"): [node]}
    }
    with pytest.raises(ValueError, match="no property path"):
        to_text(loop, node)
    with pytest.raises(ValueError, match="no property path"):
        to_text({}, Literal("p"))
