"""What holds for every route: headers, methods, errors, and nothing that leaks."""

import asyncio
import re
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from orgatlas.api.app import at_the_door, create_app
from orgatlas.graph.bundle import open_bundle
from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.settings import Settings

EVERYWHERE = [
    ("GET", "/"),
    ("GET", "/en/"),
    ("GET", "/fr/queries/"),
    ("GET", "/en/sparql"),
    ("GET", "/healthz"),
    ("GET", "/openapi.json"),
    ("GET", "/static/app.css"),
    ("GET", "/nothing"),
    ("GET", "/sparql"),
    ("DELETE", "/sparql"),
    ("OPTIONS", "/sparql"),
    ("GET", "/queries/branches.csv"),
]


class FailingReaders:
    """Readers that fail in a way nobody foresaw."""

    digest, triples, modified = "0" * 64, 0, 0.0

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    @asynccontextmanager
    async def ask(self, *_: Any) -> Any:
        if self.error:
            raise self.error
        yield


@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
def test_every_answer_has_the_safe_headers(client: httpx.Client, method: str, path: str) -> None:
    headers = client.request(method, path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("error", [RuntimeError("secret /etc/passwd"), EngineFailed("secret /etc/passwd")])
@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/fr/"])
def test_a_fault_of_ours_is_500_and_its_text_is_not_sent(error: Exception, path: str) -> None:
    async def get() -> httpx.Response:
        app = create_app(open_bundle(), FailingReaders(error), Settings())  # type: ignore[arg-type]
        transport = httpx.ASGITransport(at_the_door(app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path)

    answer = asyncio.run(get())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"]
    assert ("Une erreur" in answer.text) == (path == "/fr/")


def test_health_names_the_edition(client: httpx.Client) -> None:
    state = client.get("/healthz").json()
    assert state["status"] == "ok"
    assert re.fullmatch("[0-9a-f]{64}", state["edition"])
    assert state["triples"] > 1000


@pytest.mark.parametrize("path", ["/en/", "/fr/sparql", "/healthz", "/static/app.css", "/"])
def test_head_is_get_without_a_body(client: httpx.Client, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers.get("content-type") == whole.headers.get("content-type")


@pytest.mark.parametrize("path", ["/de/", "/de", "/e/queries/", "/EN/", "/de/sparql", "/xx/queries/branches"])
def test_a_language_that_we_do_not_speak_is_not_found(client: httpx.Client, path: str) -> None:
    page = client.get(path, headers={"accept": "text/html", "accept-language": "fr"})
    assert page.status_code == 404
    assert '<html lang="fr">' in page.text


def test_what_is_not_found_is_a_page_for_people_and_json_for_programs(client: httpx.Client) -> None:
    assert "Cette page n’existe pas" in client.get("/fr/nothing").text
    assert "There is no such page" in client.get("/en/nothing").text
    answer = client.get("/nothing")
    assert answer.json() == {"type": "about:blank", "title": "There is no such page", "status": 404}
    assert answer.headers["vary"] == "Accept, Accept-Language"


def test_a_wrong_method_names_the_right_ones(client: httpx.Client) -> None:
    for path, allowed in (("/en/", "GET, HEAD"), ("/queries/branches.csv", "GET, HEAD, OPTIONS")):
        answer = client.post(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_missing_slash_is_added_without_naming_a_host(client: httpx.Client) -> None:
    answer = client.get("/en", headers={"host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (308, "/en/")


def test_a_strange_host_does_no_harm(client: httpx.Client) -> None:
    for host in ("[", "evil.example:99999", "a b"):
        assert client.get("/en/", headers={"host": host}).status_code in (200, 400)
        assert client.get("/nothing", headers={"host": host}).status_code in (404, 400)


def test_static_files_are_kept_by_their_version(client: httpx.Client) -> None:
    page = client.get("/en/").text
    address = re.search(r'href="(/static/app\.css\?v=[0-9a-f]+)"', page)
    assert address
    assert "immutable" in client.get(address[1]).headers["cache-control"]
    assert "immutable" not in client.get("/static/app.css?v=old").headers["cache-control"]
    assert client.get("/static/..%2fpages.py").status_code == 404
    assert client.get("/static/nothing.css").status_code == 404


@pytest.mark.filterwarnings("error")
def test_the_api_description_speaks_of_what_programs_use(client: httpx.Client) -> None:
    description = client.get("/openapi.json").json()
    paths = {"/sparql", "/graphs", "/graphs/{path}", "/queries/{file}", "/explain", "/suggest", "/healthz"}
    paths |= {"/id/{path}", "/data/{path}", "/data"}
    questions = {path for path in description["paths"] if path.endswith(".{form}")}
    assert len(questions) > 50
    assert description["paths"].keys() - questions == paths
    assert description["paths"]["/sparql"].keys() == {"get", "post"}


def test_documentation_from_elsewhere_is_not_served(client: httpx.Client) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
