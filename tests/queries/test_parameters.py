"""A parameter narrows an answer and does nothing else, whatever the engine makes of bound variables."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from pyoxigraph import QuerySolutions

from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle, open_bundle
from orgatlas.graph.index import write_index
from orgatlas.graph.library import ParameterType, Question, Term, bind, read_library, titles_of
from orgatlas.graph.store import MemoryStore, Query

BUNDLE: Bundle = open_bundle()
LIBRARY = read_library(BUNDLE.questions)
TABLES = [name for name, question in LIBRARY.items() if "CONSTRUCT" not in question.text]
COMPARED = {("engagements-on-date", "date"), ("find", "text"), ("search", "text"), ("stated-repeatedly", "times")}
"""Parameters that a column is compared with. Left out, there is nothing to compare, so no row is left."""

NAMING = [name for name in TABLES if "lang" in {each.name for each in LIBRARY[name].parameters}]


@cache
def store() -> MemoryStore:
    return edition_store(build(BUNDLE))


@cache
def index() -> Path:
    path = Path(mkdtemp()) / "search.db"
    write_index(store(), BUNDLE, titles_of(BUNDLE), path)
    return path


def rows(question: Question, values: Mapping[str, Term]) -> list[dict[str, str]]:
    results = store().query(Query(question.text, BUNDLE.base, values=values, index=index())).results
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [dict(zip(names, map(str, row), strict=True)) for row in results]


@pytest.mark.parametrize("name", TABLES)
def test_binding_a_parameter_gives_the_rows_of_the_wider_answer_that_hold_it(name: str) -> None:
    question = LIBRARY[name]
    values = bind(question, {}, BUNDLE.base)
    answer = rows(question, values)
    for parameter in values:
        if (name, parameter) in COMPARED:
            continue
        wider = rows(question, {key: term for key, term in values.items() if key != parameter})
        assert [row for row in wider if row[parameter] == str(values[parameter])] == answer


@pytest.mark.parametrize("name", NAMING)
def test_a_question_answers_in_french_as_fully_as_in_english(name: str) -> None:
    question = LIBRARY[name]
    english, french = (rows(question, bind(question, {"lang": lang}, BUNDLE.base)) for lang in ("en", "fr"))
    assert len(french) == len(english)


@pytest.mark.parametrize("name", LIBRARY)
def test_a_question_speaks_both_languages(name: str) -> None:
    question = LIBRARY[name]
    wordings = [question.title, question.description, *(each.label for each in question.parameters)]
    assert all(set(wording) == {"en", "fr"} for wording in wordings)


@pytest.mark.parametrize("name", LIBRARY)
def test_every_parameter_has_a_default_or_may_stay_open(name: str) -> None:
    assert all(each.default or each.optional for each in LIBRARY[name].parameters)


def test_parameters_of_every_type_but_boolean_are_in_use() -> None:
    used = {parameter.type for question in LIBRARY.values() for parameter in question.parameters}
    assert used == set(ParameterType) - {ParameterType.BOOLEAN}


def test_titles_are_different() -> None:
    for language in ("en", "fr"):
        titles = [question.title[language] for question in LIBRARY.values()]
        assert len(set(titles)) == len(titles)


def test_every_competency_question_is_in_the_library() -> None:
    asked = {number for question in LIBRARY.values() for number in question.cq}
    assert asked == {1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 15, 17, 18, 20, 21, 23, 24, 26, 30}
