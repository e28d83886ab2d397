"""`orgatlas query`: a question of the library, a file or standard input, answered on standard output.

Here the query is the caller's own and so is the process, so it runs in it; the server never does that.
"""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import IO

import pyoxigraph as ox
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import ParameterError, UnknownQuestion, UsageError
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS, GraphFormat, TableFormat, named
from orgatlas.graph.library import bind, read_library, read_question
from orgatlas.graph.store import MemoryAnswer, Query, Term
from orgatlas.graph.terms import abbreviated


def list_questions(bundle: Bundle) -> None:
    """Names and titles of the questions of a bundle."""
    table = Table("Question", "Title", box=None)
    for name, question in read_library(bundle.questions).items():
        table.add_row(name, Text(question.title["en"]))
    Console().print(table)


def ask(
    bundle: Bundle, question: str, params: Sequence[str], form: str | None, stated: bool, output: IO[bytes]
) -> None:
    """Answer one question. Raises UnknownQuestion, ParameterError, UnknownFormat, WrongAnswerKind and QueryError."""
    every: tuple[GraphFormat | TableFormat, ...] = (*TABLE_FORMATS, *GRAPH_FORMATS)
    chosen = named(form, every) if form is not None and form != "table" else None
    query = _read(bundle, question, [_split(param) for param in params])
    edition = build(bundle, reasoning=not stated)
    answer = edition_store(edition, inferred=not stated).query(query)
    if chosen is not None:
        answer.write(output, chosen)
    elif answer.kind == "triples":
        answer.write(output, named("turtle", GRAPH_FORMATS))
    elif form == "table" or output.isatty():
        _print(answer, bundle)
    else:
        answer.write(output, named("csv", TABLE_FORMATS))


def _split(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not equals:
        raise ParameterError(name, "NAME=VALUE")
    return name, value


def _read(bundle: Bundle, question: str, given: Sequence[tuple[str, str]]) -> Query:
    """The query meant by a name, a file or -; a name is looked for in the library first."""
    if question == "-":
        return _own(bundle, sys.stdin.read(), given)
    file = bundle.questions / f"{question}.rq"
    if "/" in question or not file.is_file():
        file = Path(question)
        if not file.is_file():
            names = sorted(each.stem for each in bundle.questions.glob("*.rq"))
            raise UnknownQuestion(question, get_close_matches(question, names, n=3, cutoff=0.4))
        if not (text := file.read_text(encoding="utf-8")).startswith("#+"):
            return _own(bundle, text, given)
    asked = read_question(file)
    return Query(asked.text, bundle.base, bundle.prefixes, bind(asked, given, bundle.base, bundle.prefixes))


def _own(bundle: Bundle, text: str, given: Sequence[tuple[str, str]]) -> Query:
    if given:
        raise UsageError("A query without a `#+ parameters` head takes no --param.")
    return Query(text, bundle.base, bundle.prefixes)


def _print(answer: MemoryAnswer, bundle: Bundle) -> None:
    console = Console()
    if isinstance(answer.results, ox.QueryBoolean):
        console.print("yes" if bool(answer.results) else "no")
        return
    assert isinstance(answer.results, ox.QuerySolutions)
    table = Table(*(variable.value for variable in answer.results.variables))
    for row in answer.results:
        table.add_row(*(Text(_shown(term, bundle)) for term in row))
    console.print(table)
    Console(stderr=True).print(f"{table.row_count:,} {'row' if table.row_count == 1 else 'rows'}")


def _shown(term: Term | None, bundle: Bundle) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return abbreviated(term.value, bundle.prefixes)
    return term.value if isinstance(term, ox.Literal) else str(term)
