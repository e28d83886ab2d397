"""The search: a page for a form, and suggestions for a script while somebody types.

https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ is how the script shows them (api/web/static/search.js).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.hits import SINGLE, TITLES, Hit, find
from orgatlas.api.languages import LANGUAGES, N_, Wording, translations
from orgatlas.api.limits import Pairs, one_of, query_pairs, whole_number
from orgatlas.api.pages import language_for, page_url, render
from orgatlas.graph.errors import ParameterError
from orgatlas.graph.search import KINDS, TEXT_LIMIT, Search

OF_SUGGESTIONS = ("q", "lang", "kind", "limit")

PAGE = 50
"""Things on one page of results."""

SUGGESTED, MOST = 8, 20
"""Suggestions where no number is asked for, and those that may be asked for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind to which the results can be narrowed, how many there are of it, and where; or one page of them."""

    title: str
    count: int
    url: str
    current: bool = False


async def suggest(request: Request, atlas: Atlas) -> Response:
    """What things a text may be the beginning of, as JSON.

    Each item has `name`, `lang`, `kind` and `url`, and `type`, `parent` and `matched`, each with `name` and `lang`, or null.
    `near` says that nothing is called so, and that these are only written much alike.
    """
    given = query_pairs(request)
    language = _one_of(given, "lang", LANGUAGES) or language_for(request)
    kind, limit = _one_of(given, "kind", KINDS), _whole(given, "limit", SUGGESTED, MOST)
    text = _text(given)
    headers = {**validators(atlas, "suggest", text, language, kind or "", str(limit)), "Vary": "Accept-Language"}
    if (kept := unchanged(request, headers)) is not None:
        return kept
    found = await find(atlas, Search(text, language, kind, count=limit))
    content = {"query": text, "near": found.near, "items": [_item(hit, language) for hit in found.hits]}
    return Response(json.dumps(content, ensure_ascii=False), headers=headers, media_type="application/json")


async def search_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The page of results."""
    given = query_pairs(request)
    text, kind = _text(given), _one_of(given, "kind", KINDS)
    number = _whole(given, "page", 1, 10**6)
    found = await find(atlas, Search(text, language, kind, PAGE * (number - 1), PAGE, counted=True))
    total = found.counts.get(kind, 0) if kind else sum(found.counts.values())
    last = max(1, -(-total // PAGE))
    return render(
        request,
        language,
        "search.html",
        asked=text,
        found=found,
        hits=[(hit, _type(hit, language)) for hit in found.hits],
        total=total,
        start=PAGE * (number - 1) + 1,
        number=number,
        last=last,
        kinds=_kinds(found.counts, text, language, kind),
        before=_address(language, text, kind, min(number - 1, last)) if number > 1 else None,
        after=_address(language, text, kind, number + 1) if number < last else None,
    )


def _kinds(counts: Mapping[str, int], text: str, language: str, kind: str | None) -> list[Choice]:
    """The kinds of which something was found, behind all of them; nothing where there is nothing to choose."""
    if len(counts) < 2 and kind is None:
        return []
    told = translations(language).gettext
    every = Choice(told(N_("All")), sum(counts.values()), _address(language, text), kind is None)
    each_kind = (each for each in KINDS if each in counts or each == kind)
    return [
        every,
        *(
            Choice(told(TITLES[each]), counts.get(each, 0), _address(language, text, each), each == kind)
            for each in each_kind
        ),
    ]


def _address(language: str, text: str, kind: str | None = None, number: int = 1) -> str:
    more = {"kind": kind} if kind else {}
    return page_url(language, "search", q=text, **more, **({"page": str(number)} if number > 1 else {}))


def _item(hit: Hit, language: str) -> dict[str, Any]:
    return {
        **_said(hit.name),
        "kind": hit.kind,
        "url": hit.url,
        "type": _said(_type(hit, language)),
        "parent": _said(hit.parent),
        "matched": _said(hit.matched),
    }


def _type(hit: Hit, language: str) -> Wording | None:
    if hit.type is None and hit.kind in SINGLE:
        return Wording(translations(language).gettext(SINGLE[hit.kind]), language)
    return hit.type


def _said(wording: Wording | None) -> Any:
    return {"name": wording.text, "lang": wording.language} if wording else None


# What is asked for.


def _text(given: Pairs) -> str:
    """The text that is looked for. Raises ParameterError."""
    text = " ".join(dict(given).get("q", "").split())
    if len(text) > TEXT_LIMIT:
        raise ParameterError("q", f"at most {TEXT_LIMIT} characters", text)
    return text


def _one_of(given: Pairs, name: str, known: tuple[str, ...]) -> str | None:
    value = dict(given).get(name)
    return one_of(name, value, known) if value else None


def _whole(given: Pairs, name: str, default: int, most: int) -> int:
    value = dict(given).get(name)
    return whole_number(name, value, most) if value else default
