"""The whole data set as files: each with its checksum, each whole or in pieces, and made anew with each edition."""

import gzip
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.dumps import dumps
from orgatlas.graph.formats import DUMP_FORMATS
from orgatlas.graph.pool import Readers
from orgatlas.graph.profiles import profiles_of
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import MemoryStore


@pytest.fixture(scope="module")
def names(bundle: Bundle) -> list[str]:
    return list(dumps(profiles_of(bundle)))


def test_every_form_and_profile_is_there_plain_and_compressed(names: list[str]) -> None:
    expected = [f"{extent}.{form.suffix}" for extent in ("base", "full") for form in DUMP_FORMATS]
    expected += [f"{profile}.ttl" for profile in ("cpov", "cpsv-ap", "org", "schema-org")]
    assert sorted(names) == sorted(f"{name}{end}" for name in expected for end in ("", ".gz"))


def test_each_file_is_what_its_checksum_says_and_what_is_compressed_is_the_same(
    client: httpx.Client, names: list[str]
) -> None:
    for name in names:
        found = client.get(f"/dumps/{name}")
        assert found.status_code == HTTPStatus.OK
        assert client.get(f"/dumps/{name}.sha256").text == f"{hashlib.sha256(found.content).hexdigest()}  {name}\n"
        if name.endswith(".gz"):
            assert found.headers["content-type"] == "application/gzip"
            assert gzip.decompress(found.content) == client.get(f"/dumps/{name.removesuffix('.gz')}").content


@pytest.mark.parametrize("extent", ["base", "full"])
@pytest.mark.parametrize("form", DUMP_FORMATS, ids=lambda form: form.name)
def test_every_form_holds_all_of_it(
    client: httpx.Client, stated: MemoryStore, closed: MemoryStore, extent: str, form: object
) -> None:
    assert isinstance(form, type(DUMP_FORMATS[0]))
    content = client.get(f"/dumps/{extent}.{form.suffix}").content
    found = [quad for quad in ox.parse(content, format=form.engine) if "reifies" not in quad.predicate.value]
    store = closed if extent == "full" else stated
    if form.name != "turtle12":
        assert len({quad.triple for quad in found}) == len(store)


def test_a_download_that_broke_off_goes_on(client: httpx.Client) -> None:
    whole = client.get("/dumps/base.nq")
    assert whole.headers["accept-ranges"] == "bytes"
    rest = client.get("/dumps/base.nq", headers={"Range": "bytes=1000-", "If-Range": whole.headers["etag"]})
    assert rest.status_code == HTTPStatus.PARTIAL_CONTENT
    assert rest.content == whole.content[1000:]
    same = client.get("/dumps/base.nq", headers={"If-None-Match": whole.headers["etag"]})
    assert same.status_code == HTTPStatus.NOT_MODIFIED
    other = client.get("/dumps/base.nq", headers={"Range": "bytes=1000-", "If-Range": '"other"'})
    assert other.content == whole.content


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes", "bytes=x"])
def test_a_range_of_an_unknown_kind_is_as_good_as_none(client: httpx.Client, asked: str) -> None:
    found = client.get("/dumps/base.nq", headers={"Range": asked})
    assert found.status_code == HTTPStatus.OK
    assert client.head("/dumps/base.nq", headers={"Range": "bytes=1-2"}).status_code == HTTPStatus.OK
    again = client.get("/dumps/base.nq", headers={"Range": "bytes=1-2", "If-None-Match": found.headers["etag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED


def test_a_file_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    for name in ("full.ttlx", "..%2F..%2Fetc%2Fpasswd", "full", "full.ttl.zip", ".sha256", "snapshot.nq"):
        found = client.get(f"/dumps/{name}")
        assert found.status_code == HTTPStatus.NOT_FOUND
    assert "full.ttl" in client.get("/dumps/full.ttlx").json()["detail"]
    assert client.get("/dumps/").headers["location"] == "/en/dataset#files"


def test_a_change_makes_other_files(
    running: Callable[..., AbstractContextManager[tuple[Readers, int]]], tmp_path: Path
) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<https://example.org/a> <https://example.org/p> 1 .")
    settings = Settings(readers=2, writable=True, gate=False)
    with (
        running([file], settings, token="secret") as (readers, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer secret"}) as client,
    ):
        before = client.get("/dumps/base.nt")
        update = "INSERT DATA { <https://example.org/b> <https://example.org/p> 2 }"
        client.post("/sparql", data={"update": update}).raise_for_status()
        after = client.get("/dumps/base.nt", headers={"If-None-Match": before.headers["etag"]})
        assert after.text.count("\n") == before.text.count("\n") + 1
        assert after.headers["etag"] != before.headers["etag"]
        assert len(list((readers.folder / "shelf").iterdir())) == 1
        described = client.get("/data", params={"iri": "https://example.org/b", "format": "nt"})
        assert "https://example.org/b" in described.text
