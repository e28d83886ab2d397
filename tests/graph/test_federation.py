"""No query leads outside, however the keyword is written; and no honest query is refused for a word in it."""

import pytest

from orgatlas.graph.errors import OutboundRefused
from orgatlas.graph.federation import refuse_outbound


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?s <http://x/service> 'SERVICE' }",
        "# SERVICE\nSELECT * { ?s service:load ?load }",
        'SELECT * { ?s ?p "a \\" SERVICE"@en }',
        "SELECT * { ?s x:SERVICE '''load ' ''' }",
        "SELECT ?s { BIND(1 < 2 AS ?service) }",
        "SELECT * { GRAPH service:chaplaincy { ?s ?p ?o } }",
        "SELECT * FROM service:chaplaincy { ?s ?p ?o }",
        "SELECT * { service:chaplaincy ?p ?o . { ?s ?p ?o } }",
        "SELECT * { ?s a:b.SERVICE <x> {} }",
        "SELECT * { ?s ?p ?o FILTER (?o < 5 && ?s != <http://x/service#a>) }",
        "SELECT * { ?s ?p <http://x/service#a> FILTER (?o < 5) FILTER (?p > 3) }",
        "SELECT * { ?s ?p ?o FILTER (?s IN (<http://x/service#a>, <http://x/load#b>)) }",
    ],
)
def test_the_words_may_stand_where_they_are_no_keywords(text: str) -> None:
    refuse_outbound(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://x> { ?s ?p ?o } }",
        "select * { service<http://x>{} }",
        "SELECT * { SERVICESILENT <http://x> {} }",
        "SELECT * { SERVICE:x {} }",
        "SELECT * { serviceex:y # comment\n {} }",
        "SELECT * { ?s ?p 1SERVICE <x> {} }",
        # Where "<" can be "less than", what looks like an IRI may hold the keyword, or hide where a string or comment ends.
        "PREFIX : <http://x/> SELECT * { FILTER(1<2)SERVICE:a#>\n{ ?s ?p ?o } }",
        "PREFIX : <http://x/> SELECT * { FILTER(1<=2)SERVICE:a#>\n{ ?s ?p ?o } }",
        "PREFIX : <http://x/> SELECT * { FILTER(1<2&&'x>#'='y')SERVICE:a{} }",
        "PREFIX : <http://x/> ASK { FILTER(EXISTS{FILTER(1<2)SERVICE:a#>\n{}}) }",
        "PREFIX : <http://x/> SELECT * { VALUES ?s {:b} FILTER(1<2)SERVICE?s#>\n{ ?a ?p ?o } }",
        # Characters that the engine takes in names.
        *(f"PREFIX : <http://x/> SELECT * {{ SERVICE:{odd}{{}} }}" for odd in "\ufeff\u200c\u0387\u0300\u203f\uffee"),
        "SELECT * { FILTER(?a<?b&&?c>?d) SERVICE ?x {} }",
        'SELECT * { ?s ?p "a"SERVICE <x> {} }',
        "SELECT * { ?s ?p ?o.SERVICE <x> {} }",
        'SELECT * { ?s ?p "\\u0022" SERVICE <x> {} FILTER("\\u0022"="") }',
        "SELECT * { \\u0053ERVICE <x> {} }",
        "SELECT * { GRAPH <a>{}SERVICE:x {} }",
        "PREFIX : <http://x/> SELECT * { OPTIONAL {<<?s?p'a>#'>> :p ?o} .SERVICE <http://x> {}\n }",
        "LOAD <http://x>",
        "INSERT DATA { <a> <b> <c> } ; LOAD SILENT <http://x> INTO GRAPH <y>",
    ],
)
def test_a_call_to_another_server_is_refused(text: str) -> None:
    with pytest.raises(OutboundRefused, match="switched off"):
        refuse_outbound(text)
