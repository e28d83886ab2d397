"""A link checker: from some addresses of a site to every address they lead to, and on."""

import re
from collections.abc import Callable, Iterable
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx


class Links(HTMLParser):
    """What a page links to, and the places in it that a link may lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.places: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what an element says of itself."""
        for name, value in attrs:
            if value is None:
                continue
            if name in ("href", "src", "action"):
                self.targets.add(value)
            elif name == "id":
                self.places.add(value)
            elif name == "content" and (found := re.match(r"0; url=(.*)", value)):
                self.targets.add(unescape(found[1]))


def crawl(
    client: httpx.Client, starts: Iterable[str], follow: Callable[[str], bool] = lambda _: True
) -> tuple[dict[str, httpx.Response], list[str]]:
    """Every answer by its address, and what is wrong: a link that leads nowhere, or to a place that its page has not."""
    home = str(client.base_url).rstrip("/")
    waiting = [urljoin(home + "/", each) for each in starts]
    answers: dict[str, httpx.Response] = {}
    links: dict[str, Links] = {}
    from_where: dict[str, str] = {}
    while waiting:
        address = waiting.pop()
        if address in answers:
            continue
        answers[address] = found = client.get(address, follow_redirects=True)
        if found.status_code == httpx.codes.OK and found.headers["content-type"].startswith("text/html"):
            links[address] = Links(found.text)
            for target in links[address].targets:
                absolute = urldefrag(urljoin(str(found.url), target))[0]
                if absolute.startswith(home) and follow(absolute):
                    from_where.setdefault(absolute, address)
                    waiting.append(absolute)
    wrong = [
        f"{found.status_code} {address}, linked from {from_where.get(address)}"
        for address, found in answers.items()
        if found.status_code != httpx.codes.OK
    ]
    for address, page in links.items():
        for target in page.targets:
            absolute, place = urldefrag(urljoin(str(answers[address].url), target))
            if place and absolute in links and place not in links[absolute].places:
                wrong.append(f"no place #{place} in {absolute}, linked from {address}")
    return answers, wrong


def path(address: str) -> str:
    """The path of an address."""
    return urlsplit(address).path
