"""A contradiction is told with the axiom that forbids it and the proof of what was not stated; too much names the axiom."""

import pytest
from pyoxigraph import RdfFormat, parse

from orgatlas.graph.closure import Closure
from orgatlas.graph.contradiction import contradictions, too_much
from orgatlas.graph.errors import TooMuchFollows
from orgatlas.graph.findings import Severity

PREFIXES = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def closed(text: str, limit: int | None = None) -> Closure:
    return Closure((quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)), limit)


def test_what_was_concluded_is_told_with_its_proof() -> None:
    [found] = contradictions(
        closed(":p rdfs:range :A . :A rdfs:subClassOf :B . :B owl:disjointWith :C . :x :p :y . :y a :C .")
    )
    english, french = found.messages["en"], found.messages["fr"]
    for said in (english, french):
        assert "https://example.org/B> <http://www.w3.org/2002/07/owl#disjointWith>" in said
        assert "<https://example.org/x> <https://example.org/p> <https://example.org/y>" in said
        assert said.index("/A>") < said.rindex("/B>")
    assert "by the rule “range of a property” from" in english
    assert "par la règle «\u00a0sous-classe\u00a0» de" in french
    assert found.severity is Severity.VIOLATION


def test_what_was_stated_needs_no_proof() -> None:
    [found] = contradictions(closed(":B owl:disjointWith :C . :y a :B , :C ."))
    assert "follows" not in found.messages["en"]


def test_too_much_names_the_axiom_in_both_languages() -> None:
    ring = "".join(f":n{i} :p :n{(i + 1) % 90} . " for i in range(90))
    with pytest.raises(TooMuchFollows) as caught:
        closed(":p a owl:TransitiveProperty . " + ring, limit=2000)
    found = too_much(caught.value)
    assert found.messages.keys() == found.remedy.keys() == {"en", "fr"}
    assert all("TransitiveProperty" in text and "prp-trp" in text for text in found.messages.values())
