"""The page of countries: a map and a table that say the same, whatever the graph looks like."""

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path

import httpx
import pytest

Serving = Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]]

KB = 1024
VISIT, ASSISTANCE = "atlas:kind-delegation-visit", "atlas:kind-technical-assistance"

PREFIXES = """
@prefix : <https://example.org/atlas/> .
@prefix atlas: <https://w3id.org/orgatlas/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""

ODD = """
:e1 atlas:partner :loop ; dct:type :evil-kind .
:loop a atlas:Country ; skos:prefLabel "a circle"@en ; schema:containedInPlace :loop , :loop2 .
:loop2 schema:containedInPlace :loop .
:e2 atlas:partner :evil ; dct:type :evil-kind .
:evil skos:prefLabel "<script>alert(1)</script>"@en ; atlas:isoAlpha2 "SE" ; skos:scopeNote "a <b>note</b>"@en .
:evil-kind skos:prefLabel "kind <i>of</i> evil"@en .
:e3 atlas:partner :rtl ; dct:type :evil-kind .
:rtl skos:prefLabel "السويد"@ar ; atlas:isoAlpha2 "se" .
[] atlas:partner :Nowhere .
:e4 atlas:partner "a text" .
:e7 atlas:partner [ skos:prefLabel "a land without an IRI"@en ] .
:e5 atlas:partner :town ; dct:type :evil-kind .
:town skos:prefLabel "town"@en ; schema:containedInPlace :county .
:county schema:containedInPlace :land .
:land skos:prefLabel "land"@en ; atlas:isoAlpha3 "NOR" .
:e6 atlas:partner :wrong ; dct:type :evil-kind .
:wrong skos:prefLabel "wrong code"@en ; atlas:isoAlpha2 "ZZ" .
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[httpx.Client]:
    """A client of a server for plain files with every oddity."""
    file: Path = tmp_path_factory.mktemp("odd") / "odd.ttl"
    kinds = "".join(
        f':k{n} skos:prefLabel "kind {n}"@en . :m{n} atlas:partner :many ; dct:type :k{n} .\n' for n in range(9)
    )
    many = ':many skos:prefLabel "many kinds"@en ; atlas:isoAlpha2 "DE" .\n'
    file.write_text(PREFIXES + ODD + kinds + many, encoding="utf-8")
    with serving([file]) as client:
        yield client


def page_of(client: httpx.Client, address: str) -> str:
    """The text of a page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def row(page: str, name: str) -> str:
    """The row of the table that begins with a name."""
    rows: list[str] = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    (found,) = (each for each in rows if re.search(rf'<th scope="row">.*?{re.escape(name)}.*?</th>', each, re.DOTALL))
    return found


def mark(page: str, name: str) -> str:
    """The mark of the map whose title begins with a name."""
    found: list[str] = re.findall(r'<(?:a|g) class="mark".*?</title>.*\n', page)
    (one,) = (each for each in found if f"<title>{name}" in each)
    return one


def names(page: str) -> list[str]:
    """What the rows of the table begin with."""
    return [unescape(re.sub("<[^>]+>", "", each)) for each in re.findall(r'<th scope="row">(.*?)</th>', page)]


def test_every_partner_is_in_the_table_and_on_the_map(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries")
    assert len(names(page)) == 17
    assert page.count('class="mark"') == 17
    sweden = row(page, "Sweden")
    assert 'href="/en/place/SE"' in sweden
    assert ">country<" in sweden
    assert ">delegation visit<" in sweden
    assert ">technical assistance<" in sweden
    assert 'href="/en/engagement/visit-SE"' in sweden
    assert 'href="/en/engagement/assistance-SE"' in sweden
    assert ">subdivision<" in row(page, "England")
    assert 'href="/en/place/SE"' in mark(page, "Sweden")


def test_names_are_those_of_the_page_s_language_in_its_order(client: httpx.Client) -> None:
    french = names(page_of(client, "/fr/countries"))
    assert french[:4] == ["Algérie", "Angleterre", "Arabie saoudite", "Australie"]
    assert french.index("États-Unis") == french.index("Chine") + 1
    assert names(page_of(client, "/en/countries"))[0] == "Algeria"


@pytest.mark.parametrize(
    ("language", "part", "whole"), [("en", "England", "United Kingdom"), ("fr", "Angleterre", "Royaume-Uni")]
)
def test_england_is_drawn_as_the_united_kingdom_and_both_places_say_so(
    client: httpx.Client, language: str, part: str, whole: str
) -> None:
    page = page_of(client, f"/{language}/countries")
    said = re.compile(rf"<p>[^<]*{part}[^<]*{whole}[^<]*</p>")
    assert len(said.findall(page)) == 2
    assert said.search(row(page, part))
    assert said.search(page[page.index("<figcaption") : page.index("</figcaption")])
    assert 'id="shape-GB"' in mark(page, part)
    assert f'href="/{language}/place/GB-ENG"' in mark(page, part)
    assert whole not in row(page, "Suède" if language == "fr" else "Sweden")


def test_small_countries_are_circles_and_others_shapes(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries")
    for name in ("St. Lucia", "Barbados"):
        assert "<circle" in mark(page, name)
        assert "<path" not in mark(page, name)
    assert "<path" in mark(page, "Hungary")
    assert "<circle" not in mark(page, "Hungary")


def test_each_kind_has_a_pattern_and_a_place_of_two_kinds_has_both(client: httpx.Client) -> None:
    english, french = (page_of(client, f"/{language}/countries") for language in ("en", "fr"))
    (visit,) = re.findall(r"url\(#(kind-\d)\)", mark(english, "Japan"))
    (assistance,) = re.findall(r"url\(#(kind-\d)\)", mark(english, "Hungary"))
    assert visit != assistance
    assert set(re.findall(r"url\(#(kind-\d)\)", mark(english, "Sweden"))) == {visit, assistance}
    patterns = [re.search(rf'<pattern id="{each}".*?</pattern>', english, re.DOTALL) for each in (visit, assistance)]
    drawings = [re.sub(r"kind-\d", "", pattern[0]) for pattern in patterns if pattern]
    assert len(set(drawings)) == 2
    assert f"url(#{visit})" in mark(french, "Japon")
    legend = english[english.index('<ul class="legend">') : english.index("</figcaption")]
    assert set(re.findall(r"url\(#(kind-\d)\)", legend)) == {visit, assistance}


def test_what_is_a_list_of_examples_says_so(client: httpx.Client) -> None:
    english, french = (page_of(client, f"/{language}/countries") for language in ("en", "fr"))
    assert "The countries named as having received it are examples; the list is not complete." in english
    assert "Les lieux nommés sont des exemples; la liste n’est pas complète." in french
    assert english.index("the list is not complete") < english.index("<table")


def test_partners_without_a_name_are_told_of(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries")
    assert "60 delegations from abroad, not named" in page
    assert 'href="/en/engagement/visits-2005-06"' in page


def test_the_map_is_no_stop_of_the_keyboard_and_nothing_to_be_read_aloud(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries")
    world = page[page.index('<svg class="world"') :].partition("</svg>")[0]
    assert 'aria-hidden="true"' in world[: world.index(">")]
    assert world.count("<a ") == world.count('tabindex="-1"') == 17
    linked = set(re.findall(r'<a class="mark" href="([^"]+)"', world))
    table = page[page.index("<table") : page.index("</table>")]
    assert all(f'href="{address}"' in table for address in linked)


def test_the_country_of_the_organisation_is_marked_and_no_partner(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries")
    assert '<g class="home"><title>Canada</title>' in page
    assert "Canada" not in names(page)


@pytest.mark.parametrize("kind", [ASSISTANCE, "https://w3id.org/orgatlas/ns#kind-technical-assistance"])
def test_the_filter_leaves_one_kind_in_table_map_and_file(client: httpx.Client, kind: str) -> None:
    page = client.get("/en/countries", params={"kind": kind}).text
    assert len(names(page)) == page.count('class="mark"') == 8
    assert ">delegation visit<" not in row(page, "Sweden")
    assert "visit-SE" not in row(page, "Sweden")
    assert f'<option value="{ASSISTANCE}" selected>' in page
    assert f'href="/queries/countries-by-kind.csv?lang=en&amp;kind={ASSISTANCE}"' in page
    assert len(re.findall(r'<pattern id="kind-', page)) == 1


def test_an_empty_filter_is_none(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries?kind=")
    assert len(names(page)) == 17
    assert "Show all kinds" not in page


@pytest.mark.parametrize("kind", ["atlas:kind-of-blue", "no IRI", "<b>"])
def test_an_unknown_kind_is_said_to_be_unknown(client: httpx.Client, kind: str) -> None:
    page = client.get("/en/countries", params={"kind": kind})
    assert page.status_code == 200
    assert "There is no such kind of engagement here." in page.text
    assert "<b>" not in page.text.replace("<b>Orgatlas</b>", "")
    assert not names(page.text)
    assert f'<option value="{VISIT}">' in page.text


def test_a_kind_without_places_says_so_and_tells_what_there_is(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries?kind=atlas:kind-peace-mission")
    assert "No place is named for this kind of engagement: peace mission." in page
    assert "peace-building and reconstruction missions" in page
    assert "60 delegations" not in page
    assert "<table" not in page


def test_the_file_holds_what_the_table_says(client: httpx.Client) -> None:
    for address in ("/fr/countries", f"/fr/countries?kind={VISIT}"):
        page = page_of(client, address)
        (link,) = re.findall(r'<p class="files">.*?href="([^"]+)"', page)
        rows = list(csv.DictReader(io.StringIO(client.get(unescape(link)).text)))
        assert {each["label"] for each in rows} == set(names(page))


def test_the_page_keeps_its_budget_and_its_policy(client: httpx.Client) -> None:
    for language in ("en", "fr"):
        page = page_of(client, f"/{language}/countries")
        assert len(gzip.compress(page.encode(), 9)) < 20 * KB
        assert " style=" not in page
        assert "<style" not in page


def test_the_style_sheet_and_the_land_are_served(client: httpx.Client) -> None:
    page = page_of(client, "/en/countries")
    (land,) = re.findall(r'<image href="([^"]+)"', page)
    (styles,) = re.findall(r'href="(/static/map\.css[^"]+)"', page)
    for address, media_type in ((land, "image/svg+xml"), (styles, "text/css")):
        answer = client.get(address)
        assert answer.headers["content-type"].startswith(media_type)
        assert "immutable" in answer.headers["cache-control"]


def test_a_place_within_itself_ends(odd: httpx.Client) -> None:
    page = page_of(odd, "/en/countries")
    assert "Not on the map." in row(page, "a circle")
    assert "4 places are not on the map" not in page
    assert "3 places are not on the map" in page


def test_names_and_notes_are_never_markup(odd: httpx.Client) -> None:
    page = page_of(odd, "/en/countries")
    for each in ("<script>alert", "<i>of", "<b>note"):
        assert each not in page
    assert "a &lt;b&gt;note&lt;/b&gt;" in row(page, "&lt;script&gt;")
    assert "<title>&lt;script&gt;" in page


def test_names_of_other_languages_say_which(odd: httpx.Client) -> None:
    page = page_of(odd, "/en/countries")
    assert '<bdi lang="ar">السويد</bdi>' in page
    assert '<span lang="en">town</span>' in page_of(odd, "/fr/countries")


def test_places_without_a_name_a_kind_or_an_engagement_with_an_iri_are_shown(odd: httpx.Client) -> None:
    page = page_of(odd, "/en/countries")
    assert "No kind stated" in row(page, "Nowhere")
    assert "without a name" in row(page, "Nowhere")
    assert "_:" not in page


def test_containment_is_followed_up_to_a_country(odd: httpx.Client) -> None:
    page = page_of(odd, "/en/countries")
    assert "“town” is drawn as “land”." in row(page, "town")
    assert 'id="shape-NO"' in mark(page, "town")


def test_places_with_one_shape_are_drawn_once(odd: httpx.Client) -> None:
    page = page_of(odd, "/en/countries")
    assert page.count('id="shape-SE"') == 1
    assert "السويد" in mark(page, "&lt;script&gt;")


def test_more_kinds_than_patterns_share_the_last(odd: httpx.Client) -> None:
    page = page_of(odd, "/en/countries")
    used = re.findall(r"url\(#(kind-\d)\)", mark(page, "many kinds"))
    assert used == [f"kind-{number}" for number in range(2, 8)]
    legend = page[page.index('<ul class="legend">') : page.index("</figcaption")]
    assert all(f"<b>kind {n}</b>" in legend for n in range(9))
    for each in set(re.findall(r"url\(#(kind-\d)\)", page)):
        assert f'<pattern id="{each}"' in page


def test_a_graph_without_partners_says_so(tmp_path: Path, serving: Serving) -> None:
    file = tmp_path / "none.ttl"
    file.write_text(PREFIXES + ':a skos:prefLabel "a"@en .', encoding="utf-8")
    with serving([file]) as client:
        page = page_of(client, "/en/countries")
        assert "No engagement in this graph names a partner." in page
        assert "<table" not in page
        assert "<svg" not in page[page.index("<main") : page.index("</main")]


def test_thousands_of_partners_are_cut_with_a_word(tmp_path: Path, serving: Serving) -> None:
    file = tmp_path / "many.ttl"
    places = "".join(
        f':e{n} atlas:partner :p{n:04} ; dct:type :k{n % 7 == 0} . :p{n:04} skos:prefLabel "place {n:04}"@en .\n'
        for n in range(3000)
    )
    visits = "".join(f":v{n} atlas:partner :p0000 .\n" for n in range(40))
    file.write_text(PREFIXES + places + visits, encoding="utf-8")
    with serving([file]) as client:
        page = page_of(client, "/en/countries")
        assert len(names(page)) == 300
        assert "There are more places than the 300 that this page shows." in page
        assert "… and 31 more" in row(page, "place 0000")
        few = page_of(client, "/en/countries?kind=https://example.org/atlas/kTrue")
        assert len(names(few)) == 300
        assert names(few)[:3] == ["place 0000", "place 0007", "place 0014"]


def test_partners_without_an_iri_are_told_of(odd: httpx.Client) -> None:
    page = odd.get("/en/countries").text
    described = page[page.index("Partners that are only described") :]
    for words in ("a text", "a land without an IRI"):
        assert words in described
