"""Only who has the token changes the graph, and where nobody may, not even they."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest

from orgatlas.api.access import read_token
from orgatlas.graph.errors import UsageError
from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings

Running: TypeAlias = Callable[..., AbstractContextManager[tuple[Readers, int]]]


TOKEN = "a-secret.token~1+/=="
RIGHT = {"authorization": f"Bearer {TOKEN}"}
UPDATE, FORM, TURTLE = "application/sparql-update", "application/x-www-form-urlencoded", "text/turtle"
WRITES = [
    ("POST", "/sparql", UPDATE, "INSERT DATA { <x:a> <x:b> <x:c> }"),
    ("POST", "/sparql", FORM, "update=INSERT+DATA+%7B+%3Cx%3Aa%3E+%3Cx%3Ab%3E+%3Cx%3Ac%3E+%7D"),
    ("PUT", "/graphs?graph=x:g", TURTLE, "<x:a> <x:b> <x:c> ."),
    ("PUT", "/graphs/g", TURTLE, "<x:a> <x:b> <x:c> ."),
    ("POST", "/graphs?default", TURTLE, "<x:a> <x:b> <x:c> ."),
    ("POST", "/graphs", TURTLE, "<x:a> <x:b> <x:c> ."),
    ("DELETE", "/graphs?default", TURTLE, ""),
]
every_write = pytest.mark.parametrize(
    ("method", "target", "media_type", "body"), WRITES, ids=[f"{each[0]} {each[1]} {each[2]}" for each in WRITES]
)


@contextmanager
def served(running: Running, settings: Settings, token: str | None) -> Iterator[httpx.Client]:
    """A client, without a token, of a server without data."""
    with (
        running([], settings, empty=True, token=token) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def writable(running: Running) -> Iterator[httpx.Client]:
    """A client of a server that takes changes."""
    with served(running, Settings(writable=True, gate=False, readers=2), TOKEN) as client:
        yield client


@pytest.fixture(scope="module")
def frozen(running: Running) -> Iterator[httpx.Client]:
    """A client of a server that takes none."""
    with served(running, Settings(readers=2), None) as client:
        yield client


def send(client: httpx.Client, write: tuple[str, str, str, str], **headers: str) -> httpx.Response:
    method, target, media_type, body = write
    return client.request(method, target, content=body, headers={"content-type": media_type, **headers})


def edition(client: httpx.Client) -> str:
    return str(client.get("/healthz").json()["edition"])


@every_write
def test_a_change_with_the_token_is_made(
    writable: httpx.Client, method: str, target: str, media_type: str, body: str
) -> None:
    assert send(writable, (method, target, media_type, body), **RIGHT).status_code in (201, 204)


@every_write
def test_a_change_without_the_token_is_not_made(
    writable: httpx.Client, method: str, target: str, media_type: str, body: str
) -> None:
    before = edition(writable)
    answer = send(writable, (method, target, media_type, body))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="orgatlas"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401
    assert edition(writable) == before


@every_write
def test_where_nobody_may_the_token_does_not_help(
    frozen: httpx.Client, method: str, target: str, media_type: str, body: str
) -> None:
    before = edition(frozen)
    for headers in ({}, RIGHT, {"authorization": "Bearer None"}, {"authorization": "Bearer"}):
        answer = send(frozen, (method, target, media_type, body), **headers)
        assert answer.status_code == 403
        assert "www-authenticate" not in answer.headers
        assert "read-only" in answer.json()["detail"]
    assert edition(frozen) == before


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        TOKEN,
        f"Bearer{TOKEN}",
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        f"Digest {TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}=",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN} {TOKEN}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
        f'Bearer "{TOKEN}"',
        f"Bearer token={TOKEN}",
        f"Bearer\t{TOKEN}",
        "Bearer None",
    ],
)
def test_any_other_token_or_scheme_is_refused(writable: httpx.Client, given: str) -> None:
    before = edition(writable)
    answer = send(writable, WRITES[0], authorization=given)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="orgatlas", error="invalid_token"'
    assert TOKEN not in answer.text
    assert edition(writable) == before


def test_bytes_that_are_no_text_are_no_token(writable: httpx.Client) -> None:
    headers = [(b"authorization", b"Bearer \xff\xfe"), (b"content-type", UPDATE.encode())]
    assert writable.post("/sparql", content="CLEAR ALL", headers=headers).status_code == 401


@pytest.mark.parametrize("given", [f"bearer {TOKEN}", f"BEARER {TOKEN}", f"Bearer   {TOKEN}"])
def test_the_scheme_may_be_written_in_any_case(writable: httpx.Client, given: str) -> None:
    assert send(writable, WRITES[0], authorization=given).status_code == 204


@pytest.mark.parametrize("values", [[RIGHT, RIGHT], [RIGHT, {"authorization": "Bearer x"}]])
def test_two_authorizations_are_none(writable: httpx.Client, values: list[dict[str, str]]) -> None:
    before = edition(writable)
    headers = [("content-type", UPDATE), *(("authorization", each["authorization"]) for each in values)]
    answer = writable.post("/sparql", content=WRITES[0][3], headers=headers)
    assert answer.status_code == 401
    assert edition(writable) == before


@pytest.mark.parametrize("name", ["access_token", "token", "authorization"])
def test_a_token_in_the_address_or_in_a_form_is_ignored(writable: httpx.Client, name: str) -> None:
    before = edition(writable)
    in_address = writable.delete("/graphs", params={"default": "", name: TOKEN})
    in_form = writable.post("/sparql", data={"update": "INSERT DATA { <x:u> <x:v> <x:w> }", name: TOKEN})
    in_cookie = send(writable, WRITES[0], cookie=f"{name}={TOKEN}")
    assert [each.status_code for each in (in_address, in_form, in_cookie)] == [401, 401, 401]
    assert edition(writable) == before


def test_who_may_not_write_learns_nothing_else(writable: httpx.Client) -> None:
    """The answer does not say whether a graph is there, and a body is not read."""
    for write in (
        ("DELETE", "/graphs?graph=x:none", TURTLE, ""),
        ("PUT", "/graphs?graph=x:g", "text/html", "<p>"),
        ("POST", "/sparql", UPDATE, "no update"),
    ):
        assert send(writable, write).status_code == 401


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, RIGHT], ids=["none", "wrong", "right"])
def test_whoever_reads_needs_no_token(writable: httpx.Client, headers: dict[str, str]) -> None:
    assert writable.get("/sparql", params={"query": "ASK {}"}, headers=headers).status_code == 200
    assert writable.post("/sparql", data={"query": "ASK {}"}, headers=headers).status_code == 200
    assert writable.get("/graphs?default", headers=headers).status_code == 200


# The token file


@pytest.mark.parametrize("content", [f"{TOKEN}\n", TOKEN, f"  {TOKEN}  \r\nsecond line\n"])
def test_the_token_is_the_first_line_of_its_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content.encode())
    assert read_token(file, writable=True) == TOKEN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\nsecond",
        b"two words\n",
        b"caf\xc3\xa9\n",
        b"\xff\n",
        b"=\n",
        b"a=b\n",
        b'"quoted"\n',
        b"a\x00b\n",
    ],
)
def test_a_file_without_a_token_in_its_first_line_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_token(file, writable=True)
    assert str(file) in str(caught.value)


def test_a_writable_service_needs_a_token_file_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--token-file"):
        read_token(None, writable=True)
    for file in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            read_token(file, writable=True)


def test_a_service_that_is_read_only_reads_no_token(tmp_path: Path) -> None:
    assert read_token(tmp_path / "none", writable=False) is None
