"""The library of questions: their list, a page for each with its form and answer, and its answer as a file.

https://www.w3.org/TR/sparql11-results-csv-tsv/ and https://www.w3.org/TR/sparql11-results-json/
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import PurePath
from urllib.parse import quote, urlencode

from pyoxigraph import Literal, NamedNode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.answers import Forms, Shown, shown, stream
from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import require_edition, unchanged, validators
from orgatlas.api.languages import LANGUAGES, N_, NAMES, Wording
from orgatlas.api.limits import Pairs, first_value, query_pairs
from orgatlas.api.manual import MEDIA_TYPE, entry, without_head
from orgatlas.api.outcome import EDITION, Asked, Outcome, apart, failed, outcome
from orgatlas.api.pages import language_for, page_url, render
from orgatlas.api.results import ROWS, VIEW
from orgatlas.api.sparql import infers, is_true
from orgatlas.graph.errors import AtlasError, ParameterError
from orgatlas.graph.formats import GRAPH_FORMATS, SPREADSHEET, TABLE_FORMATS
from orgatlas.graph.library import Parameter, ParameterType, Question, Term, bind, find
from orgatlas.graph.store import Query
from orgatlas.graph.terms import abbreviated

CHOICE_LIMIT = 200
"""Things that a list to choose from may have; where there are more, one writes."""

FOUND_LIMIT = 20
"""Things that are offered in place of a text that is no IRI."""

VOLATILE = re.compile(r"\b(?:BNODE|NOW|RAND|STRUUID|UUID)\b", re.IGNORECASE)
"""Functions whose results differ from one time to the next. Unlike a stranger's query, a question is not written to hide them."""

INFER = "infer"
"""The parameter that every question has, unless it has one of this name itself: whether to look at what follows."""

TAGS: Mapping[str, str] = {
    "units": N_("Units"),
    "services": N_("Services"),
    "engagements": N_("International engagements"),
    "places": N_("Places"),
    "concepts": N_("Concepts"),
    "evidence": N_("Evidence"),
    "vocabulary": N_("Vocabulary"),
}
"""What a tag is called. Another one shows itself."""

INPUTS: Mapping[ParameterType, str] = {
    ParameterType.INTEGER: "number",
    ParameterType.DATE: "date",
}
"""The kinds of input that a browser knows; all others are text."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to choose and its name."""

    value: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as a form shows it; `found` are the things that may be meant by a text that is no IRI, None where it is one."""

    parameter: Parameter
    value: str
    input: str
    choices: tuple[Choice, ...] = ()
    found: tuple[Choice, ...] | None = None


def by_tag(library: Mapping[str, Question]) -> dict[str, list[Question]]:
    """The questions under the first of their tags, by what the tag is called."""
    groups: dict[str, list[Question]] = {TAGS[tag]: [] for tag in TAGS}
    for question in library.values():
        tag = question.tags[0] if question.tags else N_("Other questions")
        groups.setdefault(TAGS.get(tag, tag), []).append(question)
    return {title: questions for title, questions in groups.items() if questions}


async def list_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The list of all questions."""
    return render(request, language, "questions.html", tags=by_tag(atlas.library), faults=atlas.faults)


async def question_page(request: Request, atlas: Atlas, language: str) -> Response:
    """A question with its form and its answer, or what is wrong with what was asked."""
    question = find(atlas.library, request.path_params["name"])
    declared = question.names
    pairs, page = apart(query_pairs(request), declared)
    pairs = _with_language(question, pairs, language)
    try:
        asked = Asked(
            _query(question, atlas, pairs), pairs, _file(question, atlas, pairs), _settled(question, pairs), declared
        )
    except ParameterError as error:
        # Who comes without saying of what to ask is shown the form.
        found = failed(error, language) if error.name in dict(pairs) else Outcome()
    else:
        found = await outcome(request, atlas, language, asked, page)
    return render(
        request,
        language,
        "question.html",
        status=found.status,
        question=question,
        fields=await _fields(question, atlas, language, dict(pairs)),
        chosen=lambda name, value: page_url(language, "queries", question.name, **{**dict(pairs), name: value}),
        kept=[pair for pair in page if pair[0] in (VIEW, ROWS)],
        found=found,
        text=without_head(question.text),
    )


def _file(question: Question, atlas: Atlas, pairs: Pairs) -> Callable[[str, Mapping[str, str]], str]:
    """The address of the answer as a file."""

    def address(form: str, more: Mapping[str, str]) -> str:
        suffix = "csv" if form == SPREADSHEET.name else form
        extra = [(SPREADSHEET.name, "true")] if form == SPREADSHEET.name else []
        given = "" if atlas.fixed else urlencode([*pairs, *extra, *more.items()], safe=":/")
        return f"/queries/{quote(question.name)}.{suffix}" + (f"?{given}" if given else "")

    return address


async def file(request: Request, atlas: Atlas) -> Response:
    """The answer to a question in the form that the suffix names; without a suffix, the way to its page."""
    path = PurePath(request.path_params["file"])
    question = find(atlas.library, path.stem)
    if not path.suffix:
        language = language_for(request)
        search = request.scope["query_string"].decode("ascii", "replace")
        target = f"/{language}/queries/{quote(question.name)}" + (f"?{search}" if search else "")
        return RedirectResponse(target, 303, {"Vary": "Accept-Language"})
    if path.suffix == ".md":
        language = language_for(request)
        headers = {**validators(atlas, language), "Vary": "Accept-Language", "Content-Language": language}
        kept = unchanged(request, headers)
        return kept or Response(entry(question, language), headers=headers, media_type=MEDIA_TYPE)
    table_form = next((form for form in TABLE_FORMATS if path.suffix == f".{form.suffix}"), None)
    graph_form = next((form for form in GRAPH_FORMATS if path.suffix == f".{form.suffix}"), None)
    if table_form is None and graph_form is None:
        known = ", ".join(f".{form.suffix}" for form in (*TABLE_FORMATS, *GRAPH_FORMATS)) + ", .md"
        raise HTTPException(HTTPStatus.NOT_FOUND, f"A question answers as one of {known}.")
    pairs = query_pairs(request)
    declared = question.names
    if path.suffix == ".csv" and SPREADSHEET.name not in declared:
        table_form = SPREADSHEET if is_true(pairs, SPREADSHEET.name, False) else table_form
        pairs = [pair for pair in pairs if pair[0] != SPREADSHEET.name]
    if EDITION not in declared:
        require_edition(atlas, first_value(pairs, EDITION) or None)
        pairs = [pair for pair in pairs if pair[0] != EDITION]
    query = _query(question, atlas, pairs)
    headers = {} if VOLATILE.search(without_head(question.text)) else validators(atlas)
    if headers and (kept := unchanged(request, headers)) is not None:
        return kept
    return await stream(request, atlas, query, Forms(table_form, graph_form), headers)


def _query(question: Question, atlas: Atlas, pairs: Pairs) -> Query:
    """The query with what is given; `infer` is its own unless the question has a parameter of this name."""
    infer = INFER not in question.names
    given = [pair for pair in pairs if pair[0] != INFER] if infer else pairs
    values = bind(question, given, atlas.bundle.base, atlas.bundle.prefixes)
    return Query(question.text, values=values, inferred=infers(pairs) if infer else True)


def _with_language(question: Question, pairs: Pairs, language: str) -> Pairs:
    """On a page, names come in its language unless another was asked for."""
    given = {name for name, _ in pairs}
    wanted = [each.name for each in question.parameters if each.type is ParameterType.LANGUAGE]
    return pairs + [(name, language) for name in wanted if name not in given]


def _settled(question: Question, pairs: Pairs) -> frozenset[str]:
    """The columns that say only what the form says: parameters that have a value."""
    given = dict(pairs)
    return frozenset(each.name for each in question.parameters if given.get(each.name, each.default))


async def _fields(question: Question, atlas: Atlas, language: str, given: Mapping[str, str]) -> tuple[Field, ...]:
    fields = (_field(each, question, atlas, language, given) for each in question.parameters)
    return tuple(await asyncio.gather(*fields))


async def _field(
    parameter: Parameter, question: Question, atlas: Atlas, language: str, given: Mapping[str, str]
) -> Field:
    value = given.get(parameter.name, parameter.default or "")
    choices: tuple[Choice, ...] = ()
    found: tuple[Choice, ...] | None = None
    match parameter.type:
        case ParameterType.LANGUAGE:
            tags = dict.fromkeys((*LANGUAGES, *atlas.bundle.manifest.languages))
            choices = tuple(Choice(tag, Wording(NAMES.get(tag, tag), tag)) for tag in tags)
        case ParameterType.BOOLEAN:
            choices = (Choice("true", Wording("true", "en")), Choice("false", Wording("false", "en")))
        case ParameterType.IRI:
            choices = await _choices(parameter, question, atlas, language)
            if value and not choices and _term(parameter, question, atlas, value) is None:
                found = await _found(parameter, question, atlas, language, value)
            value = _short(parameter, question, atlas, value)
        case ParameterType.INTEGER | ParameterType.DATE | ParameterType.TEXT:
            pass
    if choices and value not in ("", *(choice.value for choice in choices)):
        choices = (Choice(value, Wording(value)), *choices)
    return Field(parameter, value, INPUTS.get(parameter.type, "text"), choices, found)


async def _choices(parameter: Parameter, question: Question, atlas: Atlas, language: str) -> tuple[Choice, ...]:
    """The members of the class or scheme of a parameter, in the order of their names; none where there are too many."""
    if (of_class := _class(parameter, question, atlas)) is None:
        return ()
    answer = await shown(atlas, atlas.own_query("choices", **{"class": of_class}))
    choices = _named(answer, atlas, language)
    if answer.cut or len(choices) > CHOICE_LIMIT:
        return ()
    return tuple(sorted(choices, key=lambda choice: choice.name.text.casefold()))


async def _found(
    parameter: Parameter, question: Question, atlas: Atlas, language: str, text: str
) -> tuple[Choice, ...]:
    """What a search finds of the class or scheme of a parameter, the best first."""
    of_class = _class(parameter, question, atlas)
    bound = {"class": of_class} if of_class else {}
    try:
        asked = atlas.own_query("choices-found", words=Literal(text, language=language), **bound)
        return tuple(_named(await shown(atlas, asked), atlas, language)[:FOUND_LIMIT])
    except AtlasError:
        return ()  # the page says already what went wrong


def _class(parameter: Parameter, question: Question, atlas: Atlas) -> NamedNode | None:
    """The class or scheme that a parameter is chosen from."""
    if parameter.choices is None:
        return None
    prefix, _, local = parameter.choices.partition(":")
    namespace = {**atlas.bundle.prefixes, **question.prefixes}.get(prefix, "")
    return NamedNode(atlas.bundle.resolve(namespace) + local)


def _named(answer: Shown, atlas: Atlas, language: str) -> list[Choice]:
    """The things of an answer with their names, in the language if they have one."""
    names: dict[str, Wording] = {}
    for row in answer.rows:
        short = abbreviated(row["choice"]["value"], atlas.bundle.prefixes)
        name = Wording(row["label"]["value"], row["label"].get("xml:lang"))
        if short not in names or name.language == language:
            names[short] = name
    return [Choice(short, name) for short, name in names.items()]


def _term(parameter: Parameter, question: Question, atlas: Atlas, value: str) -> Term | None:
    """The term that a value stands for, if it stands for one."""
    alone = replace(question, parameters=(parameter,))
    try:
        return bind(alone, {parameter.name: value}, atlas.bundle.base, atlas.bundle.prefixes).get(parameter.name)
    except ParameterError:
        return None


def _short(parameter: Parameter, question: Question, atlas: Atlas, value: str) -> str:
    """An IRI as the choices write it, or what was given where that is none."""
    term = _term(parameter, question, atlas, value)
    return abbreviated(term.value, atlas.bundle.prefixes) if term is not None else value
