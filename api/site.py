"""The atlas as a folder of files, which any host of files can serve: the same paths, with links that stand on their own.

https://asgi.readthedocs.io/en/latest/specs/www.html is how the application is asked: no server runs, and every byte is what the
server would send. What nobody is there to answer, such as a query, has no link.
"""

import asyncio
import json
import posixpath
import re
import tempfile
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from starlette.types import ASGIApp, Message

from orgatlas.api.addresses import LEGAL, SUFFIXES, data_path, page_path
from orgatlas.api.app import create_app
from orgatlas.api.atlas import Atlas
from orgatlas.api.catalogue import PAGES
from orgatlas.api.languages import LANGUAGES
from orgatlas.graph.bundle import open_bundle
from orgatlas.graph.errors import EngineFailed, UsageError
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.pool import keeper
from orgatlas.graph.settings import Settings
from orgatlas.graph.vocabulary import ID

MARK = ".orgatlas-site"
"""The file by which a folder is known as one that this command made, and may make anew."""

AT_A_TIME = 6
"""Pages that are made at a time: readers answer beside the process that writes."""

LISTED = 1_000_000
"""Things that a site may have pages for."""

FILES = ("org.csv", "org.svg")
"""What stands beside the pages of a language and is none."""

_LINK = re.compile(r'(\s(?:href|src|data-png)=")(/[^"]*)(")')


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the application answers: its status, its media type, where it leads, and its bytes."""

    status: int
    media_type: str
    location: str
    body: bytes


async def write_site(paths: Sequence[Path], settings: Settings, folder: Path, say: Callable[[str], None]) -> int:
    """Write the site of a bundle into a folder; returns how many files it has.

    What was there before stays until all of it is written. Raises UsageError where the folder holds something else, and
    EngineFailed where a page cannot be made.
    """
    _look_at(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".orgatlas-") as place:
        fresh = Path(place) / "site"
        fresh.mkdir()
        (fresh / MARK).touch()
        count = await _write(paths, settings, fresh, say)
        if folder.exists():
            folder.rename(Path(place) / "before")
        fresh.rename(folder)
    return count


async def _write(paths: Sequence[Path], settings: Settings, folder: Path, say: Callable[[str], None]) -> int:
    bundle = open_bundle(paths, settings.base_iri)
    async with keeper(paths, settings) as readers:
        app = create_app(bundle, readers, settings, fixed=True)
        site = _Site(app, app.state.atlas, folder)
        say("identifiers")
        iris, _ = await readers.listing(0, LISTED)
        things = site.placed(bundle.base, [*iris, *await _graphs(app.state.atlas)])
        if left_out := len(site.missing):
            say(f"{left_out:,} addresses that no file can have are left out")
        say("data set")
        await site.write_all(f"/dumps/{file}{end}" for file in site.atlas.dumps for end in ("", ".sha256"))
        await site.write_all(("/.well-known/void", "/context.jsonld", "/robots.txt", "/sitemap.xml"))
        await site.write_all(f"/{name}.{form.suffix}" for name in ("ns", "shapes") for form in GRAPH_FORMATS)
        say("documents")
        await site.write_all(data_path(bundle.base, iri, suffix) for iri in things for suffix in SUFFIXES)
        say("pages")
        await site.write_all(f"/{language}/{page}" for language in LANGUAGES for page in PAGES)
        await site.write_all(page_path(bundle.base, language, iri) for language in LANGUAGES for iri in things)
        say("questions")
        await site.write_all(f"/{language}/queries/{name}" for language in LANGUAGES for name in site.atlas.library)
        site.write_ways(bundle.base, things)
        await site.write_index()
        return site.count


def _look_at(folder: Path) -> None:
    """Raise UsageError where something would be lost."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise UsageError(f"{folder} is not empty, and was not made by this command: name another folder, or empty it.")


async def _graphs(atlas: Atlas) -> list[str]:
    """The named graphs that stand below the base and not below /id."""
    rows = await atlas.readers.table(atlas.own_query("graph-names"))
    names = [row["name"]["value"] for row in rows]
    base = atlas.bundle.base
    return [name for name in names if name.startswith(base) and not name.startswith(base + ID)]


class _Site:
    """A folder that is being written, and how many files it has so far.

    `missing` are paths at which there is nothing: no file can have such a name, or a form cannot say what is to be said.
    """

    def __init__(self, app: ASGIApp, atlas: Atlas, folder: Path) -> None:
        self._app, self.atlas, self._folder = app, atlas, folder
        self._known: set[str] = set()
        self.missing: set[str] = set()
        self.count = 0

    def placed(self, base: str, iris: Iterable[str]) -> list[str]:
        """The things whose pages and documents can all be files beside each other; the paths of the others are missing."""
        kept: list[str] = []
        taken, folders = set[str](), set[str]()
        for iri in iris:
            pages = [page_path(base, language, iri) for language in LANGUAGES]
            documents = [data_path(base, iri, suffix) for suffix in SUFFIXES]
            names = {unquote(path) for path in (*pages, *documents)}
            above = {str(folder) for path in documents for folder in PurePosixPath(unquote(path)).parents}
            if "?" in pages[0] or not all(map(_is_name, names)) or names & taken or names & folders or above & taken:
                self.missing.update((*pages, *documents))
            else:
                taken |= names
                folders |= above
                kept.append(iri)
        return kept

    async def write_all(self, paths: Iterable[str]) -> None:
        """Write what stands at some paths, and whatever those lead to."""
        waiting = [path for path in dict.fromkeys(paths) if path not in self._known and path not in self.missing]
        self._known.update(waiting)
        while waiting:
            found = [self._write(path) for path in waiting[:AT_A_TIME]]
            del waiting[:AT_A_TIME]
            for links in await asyncio.gather(*found):
                new = sorted(links - self._known - self.missing)
                self._known.update(new)
                waiting += new

    async def _write(self, path: str) -> set[str]:
        """Write the file of a path; returns the paths to which it links."""
        fetched = await fetch(self._app, path)
        if fetched.status in (303, 307, 308):
            target = urlsplit(fetched.location).path
            self._put(_file_of(path, page=True), _way(path, target))
            return {target}
        if fetched.status == 406:
            self.missing.add(path)
            return set()
        if fetched.status != 200:
            raise EngineFailed(f"The page {path} answers {fetched.status}: {fetched.body[:200]!r}.")
        page = fetched.media_type.startswith("text/html")
        body, links = _detached(fetched.body.decode(), path, self.missing) if page else (fetched.body, set[str]())
        self._put(_file_of(path, page), body)
        return links

    def _put(self, file: str, content: bytes) -> None:
        place = self._folder / file
        assert ".." not in place.parts
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        self.count += 1

    def write_ways(self, base: str, iris: Iterable[str]) -> None:
        """For the name of each thing a page that leads to what is told of it; and one for the site as a whole."""
        for iri in iris:
            path = quote(iri.removeprefix(base), safe=LEGAL)
            self._put(_file_of(f"/{path}", page=True), _way(f"/{path}", page_path(base, LANGUAGES[0], iri)))
        home = f"/{LANGUAGES[0]}/"
        for path, target in (
            ("/", home),
            ("/dumps/", f"{home}dataset"),
            ("/ns", f"{home}ns"),
            ("/shapes", f"{home}shapes"),
        ):
            self._put(_file_of(path, page=True), _way(path, target))

    async def write_index(self) -> None:
        """The names of everything that has a page, to be searched."""
        base = self.atlas.bundle.base
        things: dict[str, dict[str, Any]] = {}
        for row in await self.atlas.readers.table(self.atlas.own_query("search-index")):
            iri = row["thing"]["value"]
            paths = {language: page_path(base, language, iri) for language in LANGUAGES}
            if iri.startswith(base) and "#" not in iri and self._known.issuperset(paths.values()):
                thing = things.setdefault(iri, {"iri": iri, "pages": paths, "names": [], "classes": []})
                name = {"text": row["name"]["value"], "language": row["name"].get("xml:lang")}
                if name not in thing["names"]:
                    thing["names"].append(name)
                if "class" in row and (kind := row["class"]["value"]) not in thing["classes"]:
                    thing["classes"].append(kind)
        self._put("search-index.json", json.dumps([*things.values()], ensure_ascii=False).encode())


async def fetch(app: ASGIApp, path: str) -> Fetched:
    """What an application answers to GET for a path."""
    parts = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode("ascii"),
        "query_string": parts.query.encode("ascii"),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"text/html, */*;q=0.5" if "." not in parts.path else b"*/*")],
        "client": None,
        "server": ("localhost", 80),
    }
    start: Message = {}
    chunks: list[bytes] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # nobody goes before the answer is there
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    headers = {name.lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Fetched(start["status"], headers.get(b"content-type", ""), headers.get(b"location", ""), b"".join(chunks))


def _file_of(path: str, page: bool) -> str:
    """The file that a host of files serves at a path: for a page without a suffix, the index of a folder."""
    plain = unquote(urlsplit(path).path).strip("/")
    return posixpath.join(plain, "index.html") if page else plain


def _is_name(path: str) -> bool:
    """Whether files can be called so: each part of the path short, none that means another folder, none that is an index."""
    parts = path.strip("/").split("/")
    return all(
        0 < len(part.encode()) < 240 and part not in (".", "..", "index.html") and "\0" not in part for part in parts
    )


def _detached(html: str, path: str, missing: Container[str]) -> tuple[bytes, set[str]]:
    """A page whose links lead from where it is, wherever that is; and the paths that they lead to.

    A link to what is missing becomes one that leads nowhere, as an element without an address is in HTML.
    """
    found: set[str] = set()

    def relative(match: re.Match[str]) -> str:
        target = urlsplit(unescape(match[2]))
        if iri := dict(parse_qsl(target.query)).get("iri"):
            return f"{match[1]}{escape(iri)}{match[3]}"  # no file can have such an address
        if target.path in missing:
            return ""
        found.add(target.path)
        link = _relative(path, target.path) + (f"#{target.fragment}" if target.fragment else "")
        return f"{match[1]}{escape(link)}{match[3]}"

    return _LINK.sub(relative, html).encode(), found


def _relative(path: str, target: str) -> str:
    """From one page to another, a page being a folder."""
    folder = path if path.endswith("/") else f"{path}/"
    link = posixpath.relpath(target, folder)
    return f"{link}/" if _is_page(target) else link


def _is_page(path: str) -> bool:
    _, first, *rest = path.split("/")
    if first in LANGUAGES and rest[0] in FILES:
        return False
    return path.endswith("/") or path in ("/ns", "/shapes") or first in ("id", *LANGUAGES)


def _way(path: str, target: str) -> bytes:
    """A page that leads on at once."""
    link = escape(_relative(path, target))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Orgatlas</title>\n'
        f'<meta http-equiv="refresh" content="0; url={link}">\n<link rel="canonical" href="{link}">\n</head>\n'
        f'<body><p><a href="{link}">{link}</a></p></body>\n</html>\n'
    ).encode()
