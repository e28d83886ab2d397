"""Which of the forms on offer a client wants: media types by Accept, languages by Accept-Language, codings by Accept-Encoding.

https://www.rfc-editor.org/rfc/rfc9110#section-12.5
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from starlette.requests import Request

from orgatlas.graph.encodings import ENCODERS

_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+/[\w!#$&^.+*-]+)\s*(?:;(.*))?", re.ASCII | re.DOTALL)
_CODING = re.compile(r"\s*(\*|[\w!#$%&'+.^`|~-]+)\s*(?:;(.*))?", re.ASCII | re.DOTALL)
_LANGUAGE = re.compile(r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;(.*))?", re.ASCII | re.DOTALL)
_PROFILE = re.compile(r"\s*(<[^<>\s]*>|[\w.:/#-]+)\s*(?:;(.*))?", re.ASCII | re.DOTALL)
_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


def choose(header: str | None, offers: Sequence[str]) -> str | None:
    """The media type on offer that an Accept header likes best, or None if it likes none.

    The most specific range that fits an offer says how much the offer is liked. Among equals one named outright
    comes before one that a wildcard admits, then the earlier offer. Parameters of media types do not count, and
    pieces that are not media ranges are left out.

    >>> choose("text/*;q=0.5, text/csv", ["application/json", "text/html", "text/csv"])
    'text/csv'
    """
    ranges = dict(_pieces(header, _RANGE))
    if not ranges:
        return offers[0] if offers else None
    liked: list[tuple[float, int, int, str]] = []
    for place, offer in enumerate(offers):
        fits = (offer, f"{offer.partition('/')[0]}/*", "*/*")
        specific = next((pattern for pattern in fits if pattern in ranges), None)
        if specific is not None and ranges[specific] > 0:
            liked.append((ranges[specific], -fits.index(specific), -place, offer))
    return max(liked)[-1] if liked else None


def choose_language(header: str | None, offers: Sequence[str]) -> str:
    """The language on offer that an Accept-Language header likes best, else the first on offer.

    >>> choose_language("fr-CA, en;q=0.8", ["en", "fr"])
    'fr'
    """
    liked = dict.fromkeys(offers, 0.0)
    named: set[str] = set()
    for tag, quality in _pieces(header, _LANGUAGE):
        for offer in offers:
            if tag == offer or tag.startswith(f"{offer}-"):
                # en-CA and en are the same offer here, and the one liked better counts.
                liked[offer] = max(liked[offer], quality) if offer in named else quality
                named.add(offer)
            elif tag == "*" and offer not in named:
                liked[offer] = quality
    return max(offers, key=lambda offer: liked[offer])


def choose_encoding(header: str | None, offers: Sequence[str]) -> str:
    """The content coding on offer that an Accept-Encoding header likes best; empty where none is as good as none at all.

    Without the header nothing is coded, for a client that says nothing may know nothing.

    >>> choose_encoding("gzip, deflate, br", ["zstd", "gzip"])
    'gzip'
    """
    liked = dict(_pieces(header, _CODING))
    if "x-gzip" in liked:
        liked.setdefault("gzip", liked["x-gzip"])
    plain = liked.get("identity", 0.0)
    best = max(offers, key=lambda offer: liked.get(offer, liked.get("*", 0.0)), default="")
    return best if best and liked.get(best, liked.get("*", 0.0)) > plain else ""


def encoding_for(request: Request) -> str:
    """The content coding that a client wants, empty for none."""
    header = request.headers.get("accept-encoding")
    return _encoding(header[:500]) if header else ""


@lru_cache(256)
def _encoding(header: str) -> str:
    return choose_encoding(header, list(ENCODERS))


def choose_profile(header: str | None, offers: Sequence[str]) -> str | None:
    """The profile on offer that an Accept-Profile header likes best, None where it likes none or all alike.

    A profile is an IRI in angle brackets, or a name (https://www.w3.org/TR/dx-prof-conneg/#http-getresourcebyprofile).

    >>> choose_profile("<https://schema.org/>;q=0.9, <http://elsewhere.example/>", ["https://schema.org/", "org"])
    'https://schema.org/'
    """
    known = {offer.lower(): offer for offer in offers}
    liked = [
        (quality, -known_at, name) for known_at, (name, quality) in enumerate(_pieces(header, _PROFILE)) if quality
    ]
    named = sorted((each for each in liked if each[2].strip("<>") in known), reverse=True)
    return known[named[0][2].strip("<>")] if named else None


def _pieces(header: str | None, shape: re.Pattern[str]) -> Iterator[tuple[str, float]]:
    """What a header names, in small letters, with how much each is liked."""
    for piece in (header or "").split(","):
        if found := shape.fullmatch(piece):
            qualities = [part for part in (found[2] or "").split(";") if re.match(r"\s*q\s*=", part, re.IGNORECASE)]
            quality = _QUALITY.fullmatch(qualities[0]) if qualities else None
            if quality or not qualities:
                yield found[1].lower(), float(quality[1]) if quality else 1.0
