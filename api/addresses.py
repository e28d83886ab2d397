"""Which address leads to what an IRI names, and the reverse: /id names the thing, /data and the pages tell of it.

https://www.w3.org/TR/cooluris/#r303gendocument and https://www.rfc-editor.org/rfc/rfc3987#section-3 (IRIs as URIs)

Links stay on this server, whatever address it runs under: they are paths. The IRIs in the data stay what they are.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlencode

from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.vocabulary import ID

WELL_KNOWN = "/.well-known/void"
"""Where harvesters look for the description of the data set (https://www.w3.org/TR/void/#well-known)."""

DESCRIBED_BY = f'<{WELL_KNOWN}>; rel="describedby"; type="text/turtle"'

SUFFIXES: Mapping[str, str] = {form.suffix: form.name for form in GRAPH_FORMATS} | {"csv": "csv"}
"""The forms of a description, by the suffix of its address."""

TAKEN = frozenset(
    {"", "countries", "explain", "help", "ns", "org", "org.csv", "org.svg", "queries", "resource", "search"}
    | {"services", "shapes", "sparql"}
)
"""Names of pages, below the language, that are no things."""

BELOW = frozenset({"queries"})
"""Those that have further pages below them."""

LEGAL = "/:@!$&'()*+,;=~%-._"
"""What the path of an address may hold as it is, beside letters and digits."""

_DOTS = re.compile(r"(?:^|/)(?:\.|%2[Ee]){1,2}(?:/|$)")
_BYTES = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_HARMLESS = re.compile(r"%(?:2[146789A-Ea-e]|3[0-9ABDabd]|4[0-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])")


def candidates(base: str, path: str) -> list[str]:
    """The IRIs below a base that a path as it was sent may mean, the likeliest first.

    What is not ASCII is always percent-encoded in an address, and may or may not be so in the data; the same is true of
    letters and signs that nobody need encode.
    """
    plain = _BYTES.sub(_text, path)
    return [base + each for each in dict.fromkeys((path, plain, _HARMLESS.sub(lambda found: unquote(found[0]), plain)))]


def things(base: str, path: str) -> list[str]:
    """The IRIs that the path of a page or a document may mean: what /id has, then what stands elsewhere below the base."""
    return [*candidates(base, ID + path), *candidates(base, path)]


def page_path(base: str, language: str, iri: str) -> str:
    """The page that tells of a thing."""
    if (path := _path(base, iri)) is None or _first(path) in BELOW or path.partition("#")[0] in TAKEN:
        return f"/{language}/resource?{urlencode({'iri': iri})}"
    return f"/{language}/{path}"


def data_path(base: str, iri: str, suffix: str | None = None) -> str:
    """The document that tells of a thing, in the form of a suffix, or in the one that its client likes."""
    document = iri.partition("#")[0]
    if (path := _path(base, document)) is None:
        format = {"format": suffix} if suffix else {}
        return f"/data?{urlencode({'iri': iri} | format)}"
    return f"/data/{path}" + (f".{suffix}" if suffix else "")


def document_iri(base: str, iri: str) -> str:
    """The IRI of the document that tells of a thing: where it is found on the server that the base belongs to."""
    return base.rstrip("/#") + data_path(base, iri)


def _path(base: str, iri: str) -> str | None:
    """What stands behind the base, and behind /id, as part of an address; None where an address cannot hold it."""
    if not iri.startswith(base):
        return None
    path, mark, fragment = iri.removeprefix(base).removeprefix(ID).partition("#")
    if not path or "?" in path or path.startswith("/") or path.endswith("/") or _DOTS.search(path):
        return None
    return quote(path, safe=LEGAL) + (f"#{quote(fragment, safe=LEGAL)}" if mark else "")


def _first(path: str) -> str:
    return re.split(r"[/#]", path)[0]


def _text(found: re.Match[str]) -> str:
    try:
        return unquote(found[0], errors="strict")
    except UnicodeDecodeError:
        return found[0]
