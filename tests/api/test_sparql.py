"""The query operation of the SPARQL 1.1 Protocol, from friends and from others."""

import json
import time

import httpx
import pytest

ASK = "ASK { ?s ?p ?o }"
SELECT = "SELECT ?s { ?s a org:OrganizationalUnit } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s a org:OrganizationalUnit }"
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def still_well(client: httpx.Client) -> bool:
    """Whether the next query is answered."""
    return client.get("/sparql", params={"query": ASK}).json()["boolean"] is True


def read_slowly(answer: httpx.Response) -> None:
    """Read to the end, but leave most of the time to others."""
    for _ in answer.iter_bytes():
        time.sleep(0.02)


def test_a_query_is_answered_by_get(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": SELECT})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert len(answer.json()["results"]["bindings"]) == 7


def test_a_query_is_answered_by_both_kinds_of_post(client: httpx.Client) -> None:
    expected = client.get("/sparql", params={"query": SELECT}).json()
    assert client.post("/sparql", data={"query": SELECT}).json() == expected
    assert client.post("/sparql", content=SELECT, headers={"content-type": QUERY}).json() == expected
    charset = {"content-type": f"{QUERY}; charset=UTF-8"}
    assert client.post("/sparql", content=SELECT, headers=charset).json() == expected


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "application/json", "application/json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8"),
        (CONSTRUCT, "*/*", "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "text/csv, application/n-triples;q=0.1", "application/n-triples"),
    ],
)
def test_the_answer_comes_in_the_form_asked_for(client: httpx.Client, query: str, accept: str, media_type: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize(
    ("query", "form", "media_type"),
    [
        (SELECT, "csv", "text/csv; charset=utf-8"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (CONSTRUCT, "ttl", "text/turtle; charset=utf-8"),
        (CONSTRUCT, "json", "application/ld+json"),
    ],
)
def test_the_form_may_stand_in_the_address(client: httpx.Client, query: str, form: str, media_type: str) -> None:
    answer = client.get("/sparql", params={"query": query, "format": form}, headers={"accept": BROWSER})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)


def test_a_dataset_may_be_described(client: httpx.Client) -> None:
    graph = "https://w3id.org/orgatlas/csc/id/source/B/s01"
    counting = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    whole = client.get("/sparql", params={"query": counting}).json()
    part = client.get("/sparql", params={"query": counting, "default-graph-uri": graph}).json()
    assert int(part["results"]["bindings"][0]["n"]["value"]) < int(whole["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize(("language", "path"), [("en", "/en/sparql"), ("fr-CA, en;q=0.5", "/fr/sparql")])
def test_a_browser_is_sent_to_the_form_with_the_same_query(client: httpx.Client, language: str, path: str) -> None:
    headers = {"accept": BROWSER, "accept-language": language}
    answer = client.get("/sparql", params={"query": "ASK {'é' ?p '&+'}"}, headers=headers)
    assert answer.status_code == 303
    assert httpx.URL(answer.headers["location"]).path == path
    assert httpx.URL(answer.headers["location"]).params["query"] == "ASK {'é' ?p '&+'}"
    assert answer.headers["vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize(
    ("method", "arguments", "status"),
    [
        ("GET", {"params": {"default-graph-uri": "http://x/"}}, 400),
        ("GET", {"params": {"update": "CLEAR ALL"}}, 400),
        ("GET", {"params": {"query": ASK, "timeout": "soon"}}, 400),
        ("GET", {"params": {"query": ASK, "timeout": "-1"}}, 400),
        ("GET", {"params": {"query": ASK, "timeout": "nan"}}, 400),
        ("GET", {"params": {"query": ASK, "using-graph-uri": "http://x/"}}, 400),
        ("GET", {"params": [("query", ASK), ("query", ASK)]}, 400),
        ("GET", {"params": {"query": ""}}, 400),
        ("GET", {"params": {"query": "SELECT"}}, 400),
        ("GET", {"params": {"query": ASK, "default-graph-uri": "no iri"}}, 400),
        ("GET", {"params": [("query", ASK), ("format", "csv"), ("format", "csv")]}, 400),
        ("GET", {"params": [("query", ASK), *((f"p{n}", "") for n in range(1200))]}, 400),
        ("GET", {"params": {"query": ASK, "format": "no-such"}}, 406),
        ("GET", {"params": {"query": ASK}, "headers": {"accept": "image/png"}}, 406),
        ("GET", {"params": {"query": ASK}, "headers": {"accept": "text/turtle"}}, 406),
        ("GET", {"params": {"query": CONSTRUCT, "format": "csv"}}, 406),
        ("GET", {"params": {"query": "ASK { SERVICE <http://127.0.0.1/> {} }"}}, 400),
        ("GET", {"params": {"query": "DELETE WHERE { ?s ?p ?o }"}}, 400),
        ("POST", {"data": {"update": "CLEAR ALL"}}, 403),
        ("POST", {"data": {"update": "CLEAR ALL", "query": ASK}}, 403),
        ("POST", {"data": {"query": ASK}, "params": {"query": ASK}}, 400),
        ("POST", {"content": ASK, "headers": {"content-type": QUERY}, "params": {"query": ASK}}, 400),
        ("POST", {"content": b"ASK {\xff}", "headers": {"content-type": QUERY}}, 400),
        ("POST", {"content": b"query=%FF", "headers": {"content-type": FORM}}, 400),
        ("POST", {"content": ASK}, 415),
        ("POST", {"content": ASK, "headers": {"content-type": "text/plain"}}, 415),
        ("POST", {"content": ASK, "headers": {"content-type": f"{QUERY}; charset=utf-16"}}, 415),
        ("POST", {"content": "CLEAR ALL", "headers": {"content-type": "application/sparql-update"}}, 403),
        ("POST", {"content": b"#" * (1024 * 1024 + 1), "headers": {"content-type": QUERY}}, 413),
        ("PUT", {}, 405),
        ("DELETE", {}, 405),
    ],
)
def test_what_is_no_query_is_refused_with_a_problem(
    client: httpx.Client, method: str, arguments: dict[str, object], status: int
) -> None:
    answer = client.request(method, "/sparql", **arguments)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["title"]
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST, QUERY"


def test_a_body_without_a_length_is_measured_while_it_comes(client: httpx.Client) -> None:
    chunks = (b"#" * 65536 for _ in range(20))
    answer = client.post("/sparql", content=chunks, headers={"content-type": QUERY})
    assert answer.status_code == 413
    assert still_well(client)


def test_bytes_that_are_not_utf8_are_refused(client: httpx.Client) -> None:
    assert client.get("/sparql?query=ASK%7B%FF%7D").status_code == 400
    assert client.get("/sparql?query=ASK%7B%ED%A0%80%7D").status_code == 400


def test_a_syntax_error_names_its_place(client: httpx.Client) -> None:
    problem = client.get("/sparql", params={"query": "SELECT *\n{ ?s ?p }"}).json()
    assert (problem["line"], problem["column"]) == (2, 10)
    assert problem["type"].endswith("#query-syntax-error")


def test_head_says_what_get_would_and_sends_nothing(client: httpx.Client) -> None:
    answer = client.head("/sparql", params={"query": SELECT})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert answer.headers["content-length"] == client.get("/sparql", params={"query": SELECT}).headers["content-length"]
    assert client.head("/sparql", params={"query": "SELECT"}).status_code == 400


def test_scripts_of_other_sites_may_ask(client: httpx.Client) -> None:
    answer = client.options("/sparql", headers={"origin": "https://example.org"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]


def test_a_query_that_exhausts_its_reader_harms_nobody_else(client: httpx.Client) -> None:
    answer = client.post("/sparql", data={"query": "ASK " + "{" * 5000 + "}" * 5000})
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("#reader-lost")
    assert answer.headers["retry-after"] == "1"
    assert still_well(client)


def test_a_query_past_its_deadline_is_ended(client: httpx.Client) -> None:
    cross_product = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    answer = client.get("/sparql", params={"query": cross_product})
    assert answer.status_code == 503
    assert "2 seconds" in answer.json()["detail"]
    assert still_well(client)


def test_an_answer_past_its_deadline_breaks_off_without_an_end(client: httpx.Client) -> None:
    cross_product = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with client.stream("GET", "/sparql", params={"query": cross_product}) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            read_slowly(answer)
    assert still_well(client)


def test_a_visitor_who_leaves_frees_the_reader(client: httpx.Client) -> None:
    cross_product = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    for _ in range(4):  # one more than there are readers
        with client.stream("GET", "/sparql", params={"query": cross_product}) as answer:
            next(answer.iter_bytes())
    assert still_well(client)


def test_problems_are_json_with_their_letters(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": ASK, "format": "é"})
    assert "é" in json.loads(answer.content)["detail"]


def test_what_follows_can_be_left_out(client: httpx.Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) { unit:international-relations-directorate atlas:oversees ?x }"

    def count(**more: str) -> str:
        answer = client.get("/sparql", params={"query": query, "format": "csv", **more})
        assert answer.status_code == 200
        return answer.text.split()[1]

    assert count() == count(infer="true") == "8"
    assert count(infer="false") == count(infer="FALSE") == "0"
    assert client.get("/sparql", params={"query": query, "infer": "maybe"}).status_code == 400
    page = client.get("/en/sparql", params={"query": query, "infer": "false"}).text
    assert 'name="infer" value="false" checked' in page
    assert "infer=false&amp;format=csv" in page
    everything = client.get("/queries/chain-above.csv", params={"unit": "unit:research-branch"}).text
    stated = client.get("/queries/chain-above.csv", params={"unit": "unit:research-branch", "infer": "false"}).text
    assert len(stated.splitlines()) < len(everything.splitlines())


def test_a_table_for_spreadsheets_is_asked_for_by_name_and_never_by_media_type(client: httpx.Client) -> None:
    query = 'SELECT ("=1+1" AS ?text) (-5 AS ?number) {}'
    answer = client.get("/sparql", params={"query": query, "format": "spreadsheet"})
    assert answer.content == b"\xef\xbb\xbftext,number\r\n'=1+1,-5\r\n"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    for how in (
        {"params": {"query": query, "format": "csv"}},
        {"params": {"query": query}, "headers": {"accept": "text/csv"}},
    ):
        assert client.get("/sparql", **how).content == b"text,number\r\n=1+1,-5\r\n"  # type: ignore[arg-type]
    graph = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }", "format": "spreadsheet"})
    assert graph.status_code == 406
