"""The library of questions: their list, a page for each with its form and answer, and its answer as a file.

https://www.w3.org/TR/sparql11-results-csv-tsv/ and https://www.w3.org/TR/sparql11-results-json/
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import PurePath
from urllib.parse import quote, urlencode

from pyoxigraph import NamedNode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.answers import Forms, shown, stream
from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.languages import LANGUAGES, N_, NAMES, Wording
from orgatlas.api.limits import Pairs, query_pairs
from orgatlas.api.pages import language_for, render
from orgatlas.api.problems import problem, told
from orgatlas.api.sparql import infers
from orgatlas.api.tables import table
from orgatlas.graph.errors import ParameterError, QueryError
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS
from orgatlas.graph.library import Parameter, ParameterType, Question, bind, find
from orgatlas.graph.store import Query
from orgatlas.graph.terms import abbreviated

CHOICE_LIMIT = 200
"""Things that a list to choose from may have; where there are more, one writes."""

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
    """A parameter as a form shows it."""

    parameter: Parameter
    value: str
    input: str
    choices: tuple[Choice, ...] = ()


def by_tag(library: Mapping[str, Question]) -> dict[str, list[Question]]:
    """The questions under the first of their tags, by what the tag is called."""
    groups: dict[str, list[Question]] = {TAGS[tag]: [] for tag in TAGS}
    for question in library.values():
        tag = question.tags[0] if question.tags else N_("Other questions")
        groups.setdefault(TAGS.get(tag, tag), []).append(question)
    return {title: questions for title, questions in groups.items() if questions}


async def list_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The list of all questions."""
    return render(request, language, "questions.html", tags=by_tag(atlas.library))


async def question_page(request: Request, atlas: Atlas, language: str) -> Response:
    """A question with its form and its answer, or what is wrong with what was asked."""
    question = find(atlas.library, request.path_params["name"])
    pairs = _with_language(question, query_pairs(request), language)
    answer, fault = None, None
    try:
        answer = await shown(atlas, _query(question, atlas, pairs))
    except (ParameterError, QueryError) as error:
        # Who comes without saying of what to ask is shown the form.
        if not isinstance(error, ParameterError) or error.name in dict(pairs):
            fault = problem(error)
    forms = GRAPH_FORMATS if answer is not None and answer.graph is not None else TABLE_FORMATS
    suffix = "" if atlas.fixed else urlencode(pairs, safe=":/")
    return render(
        request,
        language,
        "question.html",
        status=fault.status if fault else HTTPStatus.OK,
        question=question,
        fields=await _fields(question, atlas, language, dict(pairs)),
        answer=answer,
        table=table(answer, atlas, language, _settled(question, pairs)),
        fault=fault,
        told=told(fault, language) if fault else None,
        text=without_head(question.text),
        files=[
            (form.suffix, f"/queries/{question.name}.{form.suffix}" + (f"?{suffix}" if suffix else ""))
            for form in forms
            if answer is not None
        ],
    )


async def file(request: Request, atlas: Atlas) -> Response:
    """The answer to a question in the form that the suffix names; without a suffix, the way to its page."""
    path = PurePath(request.path_params["file"])
    question = find(atlas.library, path.stem)
    if not path.suffix:
        language = language_for(request)
        search = request.scope["query_string"].decode("ascii", "replace")
        target = f"/{language}/queries/{quote(question.name)}" + (f"?{search}" if search else "")
        return RedirectResponse(target, 303, {"Vary": "Accept-Language"})
    table_form = next((form for form in TABLE_FORMATS if path.suffix == f".{form.suffix}"), None)
    graph_form = next((form for form in GRAPH_FORMATS if path.suffix == f".{form.suffix}"), None)
    if table_form is None and graph_form is None:
        known = ", ".join(f".{form.suffix}" for form in (*TABLE_FORMATS, *GRAPH_FORMATS))
        raise HTTPException(HTTPStatus.NOT_FOUND, f"A question answers as one of {known}.")
    pairs = query_pairs(request)
    infer = INFER not in {each.name for each in question.parameters}
    asked = [pair for pair in pairs if pair[0] != INFER] if infer else pairs
    query = replace(_query(question, atlas, asked), inferred=infers(pairs) if infer else True)
    headers = {} if VOLATILE.search(without_head(question.text)) else validators(atlas)
    if headers and (kept := unchanged(request, headers)) is not None:
        return kept
    return await stream(request, atlas, query, Forms(table_form, graph_form), headers)


def without_head(text: str) -> str:
    """A query without its comments at the top."""
    return re.sub(r"\A(?:#[^\n]*\n|\s*\n)*", "", text)


def _query(question: Question, atlas: Atlas, pairs: Pairs) -> Query:
    return Query(question.text, values=bind(question, pairs, atlas.bundle.base, atlas.bundle.prefixes))


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
    match parameter.type:
        case ParameterType.LANGUAGE:
            tags = dict.fromkeys((*LANGUAGES, *atlas.bundle.manifest.languages))
            choices = tuple(Choice(tag, Wording(NAMES.get(tag, tag), tag)) for tag in tags)
        case ParameterType.BOOLEAN:
            choices = (Choice("true", Wording("true", "en")), Choice("false", Wording("false", "en")))
        case ParameterType.IRI:
            choices = await _choices(parameter, question, atlas, language)
            value = _short(parameter, question, atlas, value)
        case ParameterType.INTEGER | ParameterType.DATE | ParameterType.TEXT:
            pass
    if choices and value not in ("", *(choice.value for choice in choices)):
        choices = (Choice(value, Wording(value)), *choices)
    return Field(parameter, value, INPUTS.get(parameter.type, "text"), choices)


async def _choices(parameter: Parameter, question: Question, atlas: Atlas, language: str) -> tuple[Choice, ...]:
    """The members of the class or scheme of a parameter, in the order of their names."""
    if parameter.choices is None:
        return ()
    prefix, _, local = parameter.choices.partition(":")
    namespace = {**atlas.bundle.prefixes, **question.prefixes}.get(prefix, "")
    of_class = NamedNode(atlas.bundle.resolve(namespace) + local)
    answer = await shown(atlas, atlas.own_query("choices", **{"class": of_class}))
    names: dict[str, Wording] = {}
    for row in answer.rows:
        short = abbreviated(row["choice"]["value"], atlas.bundle.prefixes)
        name = Wording(row["label"]["value"], row["label"].get("xml:lang"))
        if short not in names or name.language == language:
            names[short] = name
    if answer.cut or len(names) > CHOICE_LIMIT:
        return ()
    return tuple(Choice(short, names[short]) for short in sorted(names, key=lambda each: names[each].text.casefold()))


def _short(parameter: Parameter, question: Question, atlas: Atlas, value: str) -> str:
    """An IRI as the choices write it, or what was given where that is none."""
    try:
        given = {parameter.name: value} if value else {}
        term = bind(question, given, atlas.bundle.base, atlas.bundle.prefixes).get(parameter.name)
    except ParameterError:
        return value
    return abbreviated(term.value, atlas.bundle.prefixes) if term is not None else value
