"""Every page is sound: one heading, names for every field, nothing from another host, no more bytes than agreed."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import httpx
import pytest

PAGES = [
    "/",
    "/org",
    "/org?view=tree",
    "/org?view=table",
    "/services",
    "/countries",
    "/help",
    "/dataset",
    "/search?q=relations",
    "/explain?s=org:csc&p=a&o=org:Organization",
    "/unit/international-relations-directorate",
    "/service/corcan",
    "/place/GB-ENG",
    "/source/B/s04",
    "/queries/",
    "/queries/visits-reported",
    "/queries/describe?resource=unit:research-branch",
    "/queries/organisation-as-schema-org",
    "/queries/branches?lang=!",
    "/sparql",
    "/sparql?query=SELECT+*+%7B%3Fs+%3Fp+%3Fo%7D+LIMIT+9",
    "/sparql?query=SELECT",
    "/nothing",
]
VOID = {"meta", "link", "img", "input", "br", "hr"}


class Page(HTMLParser):
    """The elements of a page; fails on one that is not closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of each element of these names."""
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(params=[f"/{language}{path}" for language in ("en", "fr") for path in PAGES])
def page(request: pytest.FixtureRequest, client: httpx.Client) -> Page:
    return Page(client.get(request.param).text)


def test_a_page_has_its_landmarks_and_one_heading_of_the_first_order(page: Page) -> None:
    for tag in ("h1", "main", "header", "footer"):
        assert len(page.of(tag)) == 1, tag
    assert page.of("title")
    skip = next(attributes for attributes in page.of("a"))
    assert skip["href"] == "#main"


def test_headings_leave_no_order_out(page: Page) -> None:
    orders = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(orders))


def test_every_field_has_a_label_and_every_reference_a_target(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {attributes["for"] for attributes in page.of("label")}
    for attributes in page.of("input", "select", "textarea"):
        assert attributes["id"] in labelled
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(name) in (None, *ids)
    for attributes in page.of("th"):
        assert attributes["scope"] in ("col", "row")
    assert len(page.of("caption")) == len(page.of("table"))


def test_nothing_is_taken_from_another_host_and_nothing_is_inline(page: Page) -> None:
    assert not page.of("style", "iframe")
    for attributes in page.of("script"):
        assert attributes.get("type") == "application/ld+json" or re.fullmatch(
            r"/static/[a-z]+\.js\?v=[0-9a-f]{12}", attributes.get("src") or ""
        )
    for tag, attributes in page.elements:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        if tag in ("link", "img", "form"):
            address = attributes.get("href") or attributes.get("src") or attributes.get("action") or ""
            assert address.startswith("/")
            assert not address.startswith("//")


def test_a_page_leads_to_itself_in_the_other_language(page: Page) -> None:
    language = page.of("html")[0]["lang"]
    other = next(attributes for attributes in page.of("a") if attributes.get("class") == "language")
    assert other["lang"] == other["hreflang"] == {"en": "fr", "fr": "en"}[language or ""]
    assert (other["href"] or "").startswith(f"/{other['lang']}/")


def test_pages_and_what_they_need_come_compressed(client: httpx.Client) -> None:
    for path in ("/en/", "/static/app.css", "/static/app.js"):
        plain = client.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        for coding in ("gzip", "zstd"):
            answer = client.get(path, headers={"accept-encoding": coding})
            assert answer.headers["content-encoding"] == coding
            assert coding != "gzip" or answer.text == plain.text
            assert "accept-encoding" in answer.headers["vary"].lower()
            assert int(answer.headers["content-length"]) < len(plain.content) // 2


def test_what_has_not_changed_is_told_of_with_what_it_varies_by(client: httpx.Client) -> None:
    page = client.get("/en/help")
    again = client.get("/en/help", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["vary"] == page.headers["vary"] == "Accept-Encoding"


def test_scripts_are_of_a_kind_that_browsers_run(client: httpx.Client) -> None:
    answer = client.get("/static/app.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
