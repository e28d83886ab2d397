"""Why a statement holds: its account as JSON-LD, in other forms of RDF, and as a page or a piece of one.

https://www.w3.org/TR/json-ld11/ and https://www.w3.org/TR/prov-o/
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.answers import send
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import N_, Wording, translations, worded
from orgatlas.api.limits import Pairs, query_pairs
from orgatlas.api.negotiation import choose, encoding_for
from orgatlas.api.pages import language_for, render, resource_url
from orgatlas.api.problems import problem, told
from orgatlas.api.sparql import GRAPH_TYPES, VARY, graph_form
from orgatlas.api.tables import short
from orgatlas.graph.account import PLACES, in_reading_order
from orgatlas.graph.errors import ParameterError, ProofTooLarge, QueryError
from orgatlas.graph.formats import GRAPH_FORMATS, GraphFormat

TERMS = ("s", "p", "o")
NO_STEPS: Mapping[str, int] = {}
OF_EXPLANATIONS = (*TERMS, "format")
JSON_LD = next(form for form in GRAPH_FORMATS if form.name == "jsonld")

STEP_LIMIT = 200
"""Steps of one proof that a page shows."""


@dataclass(frozen=True, slots=True)
class Said:
    """A term as a page shows it: its text, where that leads, and the language or datatype of a literal."""

    text: Wording
    url: str | None = None
    iri: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a statement stands: the name of the passage or graph, its place, what it supports, and its words if at hand."""

    name: Said
    source: Said | None = None
    start: int | None = None
    end: int | None = None
    supports: Wording | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A statement as a page shows it; `step` is the number of the step that concludes it."""

    subject: Said
    predicate: Said
    object: Said
    status: str = ""
    passages: tuple[Passage, ...] = ()
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule by its name and in words, and the axiom that it uses."""

    notation: str
    rule: Wording
    because: Wording


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step: what it concludes, by which rule and axiom, from what."""

    number: int
    conclusion: Line
    reason: Reason
    premises: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Nearest:
    """A rule that would conclude the statement: what of it is there, and what is missing."""

    reason: Reason
    held: tuple[Line, ...]
    missing: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What would contradict the statement: a rule, and statements that cannot all be true with it."""

    reason: Reason
    statements: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An explanation as a page shows it. `proofs` are lists of steps, the conclusion first.

    `unknown` are the terms that the graph does not speak of; `reasoned` says whether anything may follow, and `contradictory`
    whether the graph contradicts itself.
    """

    status: str
    line: Line
    ways: int
    counted: bool
    proofs: tuple[tuple[StepShown, ...], ...]
    lengths: tuple[int, ...]
    nearest: tuple[Nearest, ...]
    forbidden: tuple[Forbidden, ...]
    unknown: tuple[Said, ...]
    reasoned: bool
    contradictory: bool


async def explanation(request: Request, atlas: Atlas) -> Response:
    """Why a statement holds, or what is missing for it to hold.

    Subject, property and object are IRIs, names with a prefix, or names that only one thing bears.
    """
    pairs = query_pairs(request)
    formats = [value for name, value in pairs if name == "format"]
    accept = request.headers.get("accept")
    if not formats and choose(accept, [*GRAPH_TYPES, "text/html"]) == "text/html":
        language = language_for(request)
        search = request.scope["query_string"].decode("ascii", "replace")
        target = f"/{language}/explain" + (f"?{search}" if search else "")
        return RedirectResponse(target, 303, {"Vary": "Accept, Accept-Language"})
    terms = _terms(pairs)
    form, media_type = _form(request, formats)
    opened = atlas.readers.explain(terms, str(request.url), form.name, encoding_for(request))
    return await send(request, opened, ("", media_type), VARY)


async def explanation_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The same for people; with the parameter `fragment`, only the piece that other pages put in."""
    pairs = query_pairs(request)
    given = dict(pairs)
    asked = any(given.get(name, "").strip() for name in TERMS)
    found, fault = None, None
    if asked:
        try:
            terms = _terms(pairs)
            document = await atlas.readers.explain(terms, str(request.url), JSON_LD.name).read_json()
            found = _Reading(atlas, language).shown(document)
        except (ParameterError, ProofTooLarge, QueryError) as error:
            fault = problem(error)
    return render(
        request,
        language,
        "explanation.html" if "fragment" in given else "explain.html",
        status=fault.status if fault else HTTPStatus.OK,
        given={name: given.get(name, "") for name in TERMS},
        explanation=found,
        fault=fault,
        told=told(fault, language) if fault else None,
        files=[
            (
                form.suffix,
                f"/explain?{urlencode([*((name, given.get(name, '')) for name in TERMS), ('format', form.suffix)])}",
            )
            for form in (JSON_LD, *(each for each in GRAPH_FORMATS if each.name in ("turtle", "ntriples")))
        ],
    )


def _form(request: Request, formats: list[str]) -> tuple[GraphFormat, str]:
    """The form that a client wants; JSON-LD where it likes nothing better."""
    if formats:
        return graph_form(request, formats)
    media_type = choose(request.headers.get("accept"), [JSON_LD.media_type, *GRAPH_TYPES])
    if media_type is None:
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"Available: {', '.join(GRAPH_TYPES)}.", VARY)
    return GRAPH_TYPES[media_type], media_type


def _terms(pairs: Pairs) -> tuple[str, str, str]:
    """The three names of a statement, each given once."""
    for name in TERMS:
        values = [value for key, value in pairs if key == name]
        if len(values) != 1 or not values[0].strip():
            raise ParameterError(name, "one value: an IRI, a name with a prefix, or the name of something in the graph")
    given = dict(pairs)
    return given["s"], given["p"], given["o"]


class _Reading:
    """Reads an account as a page shows it in one language."""

    def __init__(self, atlas: Atlas, language: str) -> None:
        self._atlas, self._language = atlas, language

    def shown(self, document: Mapping[str, Any]) -> Shown:
        return Shown(
            document["status"],
            self._line(document["triple"]),
            document["ways"],
            document["counted"],
            tuple(self._steps(proof["steps"]) for proof in document["proofs"]),
            tuple(len(proof["steps"]) for proof in document["proofs"]),
            tuple(self._nearest(each) for each in document["nearest"]),
            tuple(self._forbidden(each) for each in document["forbidden"]),
            tuple(self._said(document["triple"][PLACES[each]]) for each in document["unknown"]),
            document["reasoned"],
            document["contradictory"],
        )

    def _steps(self, steps: list[Mapping[str, Any]]) -> tuple[StepShown, ...]:
        last_first = in_reading_order(steps)
        numbers = {step["conclusion"]["@id"]: number for number, step in enumerate(last_first, 1)}
        return tuple(
            StepShown(
                number,
                self._line(step["conclusion"]),
                self._reason(step),
                self._lines(step["premises"], numbers),
            )
            for number, step in enumerate(last_first[:STEP_LIMIT], 1)
        )

    def _nearest(self, gap: Mapping[str, Any]) -> Nearest:
        return Nearest(self._reason(gap), self._lines(gap["held"]), self._lines(gap["missing"]))

    def _forbidden(self, clash: Mapping[str, Any]) -> Forbidden:
        return Forbidden(self._reason(clash), self._lines(clash["statements"]))

    def _reason(self, told: Mapping[str, Any]) -> Reason:
        name, because = worded(told["rule"]["name"], self._language), worded(told["because"], self._language)
        return Reason(told["rule"]["notation"], name, because)

    def _lines(
        self, statements: Iterable[Mapping[str, Any]], numbers: Mapping[str, int] = NO_STEPS
    ) -> tuple[Line, ...]:
        return tuple(self._line(each, numbers.get(each.get("@id", ""))) for each in statements)

    def _line(self, statement: Mapping[str, Any], step: int | None = None) -> Line:
        subject, predicate, object = (self._said(statement[each]) for each in PLACES.values())
        return Line(
            subject,
            predicate,
            object,
            statement.get("status", ""),
            tuple(self._passage(each) for each in statement.get("statedIn", ())),
            step,
        )

    def _said(self, term: Mapping[str, Any]) -> Said:
        if "@value" in term:
            tag = term.get("@language") or term.get("@type")
            return Said(Wording(str(term["@value"]), term.get("@language")), kind=tag and short(tag, self._atlas))
        iri: str = term["@id"]
        if iri.startswith("_:"):
            something = translations(self._language).gettext(N_("something")) + f" ({iri[2:]})"
            return Said(worded(term["label"], self._language) if "label" in term else Wording(something))
        url = resource_url(self._atlas, self._language, iri)
        text = worded(term["label"], self._language) if "label" in term else Wording(short(iri, self._atlas))
        return Said(text, url, iri)

    def _passage(self, graph: Mapping[str, Any]) -> Passage:
        return Passage(
            self._said(graph),
            self._said(graph["source"]) if "source" in graph else None,
            graph["position"]["start"] if "position" in graph else None,
            graph["position"]["end"] if "position" in graph else None,
            worded(graph["supports"], self._language) if "supports" in graph else None,
            graph["quote"]["exact"] if "quote" in graph else None,
        )
