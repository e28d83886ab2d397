"""The page of services: every one with who provides it and whom it is for, and only those for one population if that is asked."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

Serving = Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]]


def table(page: str) -> str:
    return page[page.index("<tbody>") : page.index("</tbody>")]


def test_every_service_is_there_in_both_languages(client: httpx.Client) -> None:
    for language, name, provider in (
        ("en", "chaplaincy services", "Correctional Service of Canada"),
        ("fr", "services d’aumônerie", "Service correctionnel du Canada"),
    ):
        rows = table(client.get(f"/{language}/services").text)
        assert rows.count('<th scope="row">') == 9
        assert f">{name}</a>" in rows
        assert f">{provider}</a>" in rows


@pytest.mark.parametrize("audience", ["population:staff", "https://w3id.org/orgatlas/csc/id/concept/population/staff"])
def test_those_for_one_population_can_be_asked_for(client: httpx.Client, audience: str) -> None:
    page = client.get("/en/services", params={"audience": audience}).text
    assert table(page).count('<th scope="row">') == 1
    assert "chaplaincy" in table(page)
    assert '<option value="population:staff" selected>' in page


def test_a_population_that_nothing_is_for_is_told_back_as_text(client: httpx.Client) -> None:
    page = client.get("/fr/services", params={"audience": "<b>nobody"})
    assert page.status_code == 200
    assert "<code>&lt;b&gt;nobody</code>" in page.text
    assert "<tbody>" not in page.text


def test_the_table_is_a_file_as_well(client: httpx.Client) -> None:
    assert 'href="/queries/services.csv?lang=fr"' in client.get("/fr/services").text
    assert client.get("/queries/services.csv?lang=fr").text.count("\n") >= 9


def test_many_services_are_cut_with_a_word_and_none_is_no_fault(serving: Serving, tmp_path: Path) -> None:
    service = "<https://example.org/{}> a <http://purl.org/vocab/cpsv#PublicService> .\n"
    (tmp_path / "many.ttl").write_text("".join(map(service.format, range(500))))
    (tmp_path / "none.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    with serving([tmp_path / "many.ttl"]) as client:
        page = client.get("/en/services").text
        assert table(page).count('<th scope="row">') == 100
        assert "larger than one page" in page
    with serving([tmp_path / "none.ttl"]) as client:
        assert "no services" in client.get("/en/services").text
