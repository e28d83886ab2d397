"""`orgatlas query`: a question of the library, a file or standard input, answered on standard output.

Here the query is the caller's own, and so is what it may use: no deadline, no limit of memory.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import pyoxigraph as ox
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orgatlas.api.manual import manual
from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import (
    EvaluationFailed,
    ParameterError,
    QuestionError,
    UnknownFormat,
    UnknownQuestion,
    UsageError,
    shortened,
)
from orgatlas.graph.findings import wording
from orgatlas.graph.formats import ANSWER_FORMATS, GRAPH_FORMATS, TABLE_FORMATS, GraphFormat, TableFormat, named
from orgatlas.graph.index import write_index
from orgatlas.graph.library import bind, question_of, questions_of, read_question, read_text, titles_of
from orgatlas.graph.matching import mentions
from orgatlas.graph.store import MemoryAnswer, Query, Term
from orgatlas.graph.terms import abbreviated


def list_questions(bundle: Bundle, form: str | None) -> None:
    """Names and titles of the questions of a bundle, or their manual as `markdown`. Raises UnknownFormat for another form."""
    if form not in (None, "table", "markdown"):
        raise UnknownFormat(str(form), ["table", "markdown"])
    table = Table("Question", "Title", box=None)
    questions, faults = questions_of(bundle)
    if form == "markdown":
        sys.stdout.write(manual(questions.values(), "en"))
        sys.stdout.flush()
        return
    for name, question in questions.items():
        table.add_row(name, Text(wording(question.title, "en")))
    Console().print(table)
    for fault in faults:
        Console(stderr=True).print(Text(str(fault)))


def ask(
    bundle: Bundle, question: str, params: Sequence[str], form: str | None, stated: bool, output: IO[bytes]
) -> None:
    """Answer one question. Raises UnknownQuestion, QuestionError, ParameterError, UnknownFormat, QueryError and EngineFailed."""
    every: tuple[GraphFormat | TableFormat, ...] = (*ANSWER_FORMATS, *GRAPH_FORMATS)
    chosen = named(form, every) if form is not None and form != "table" else None
    query = _read(bundle, question, [_split(param) for param in params])
    edition = build(bundle, reasoning=not stated)
    store = edition_store(edition, inferred=not stated)
    with TemporaryDirectory(prefix="orgatlas-") as folder:
        if mentions(query.text):
            query = replace(query, index=Path(folder) / "search.db")
            write_index(store, bundle, titles_of(bundle), Path(folder) / "search.db")
        answer = store.query(query)
        try:
            _write(answer, query, form, chosen, output)
        except (RuntimeError, ValueError) as error:  # the engine's own, while it evaluates or writes
            raise EvaluationFailed(str(error)) from None


def _write(
    answer: MemoryAnswer, query: Query, form: str | None, chosen: GraphFormat | TableFormat | None, output: IO[bytes]
) -> None:
    if chosen is not None:
        answer.write(output, chosen)
    elif answer.kind == "triples":
        answer.write(output, named("turtle", GRAPH_FORMATS))
    elif form == "table" or output.isatty():
        _print(answer, query)
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
        return _own(bundle, _standard_input(), given)
    files = {file.stem: file for file in bundle.question_files}
    file = files.get(question, Path(question))
    if not _is_file(file):
        raise UnknownQuestion(question, get_close_matches(shortened(question), files, n=3, cutoff=0.4))
    if question not in files and not (text := read_text(file)).startswith("#+"):
        return _own(bundle, text, given)
    asked = question_of(bundle, file) if question in files else read_question(file)
    return Query(asked.text, bundle.base, bundle.prefixes, bind(asked, given, bundle.base, bundle.prefixes))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for any file
        return False


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionError(Path("standard input"), None, f"not UTF-8 at byte {error.start}") from None


def _own(bundle: Bundle, text: str, given: Sequence[tuple[str, str]]) -> Query:
    if given:
        raise UsageError("A query without a `#+ parameters` head takes no --param.")
    return Query(text, bundle.base, bundle.prefixes)


def _print(answer: MemoryAnswer, query: Query) -> None:
    """A table for people, without the columns of parameters that have a value: they would say one thing over and over."""
    console = Console()
    if isinstance(answer.results, ox.QueryBoolean):
        console.print("yes" if bool(answer.results) else "no")
        return
    assert isinstance(answer.results, ox.QuerySolutions)
    columns = [each.value for each in answer.results.variables if each.value not in query.values]
    table = Table(*columns)
    for row in answer.results:
        table.add_row(*(Text(_shown(row[column], query.prefixes)) for column in columns))
    console.print(table)
    Console(stderr=True).print(f"{table.row_count:,} {'row' if table.row_count == 1 else 'rows'}")


def _shown(term: Term | None, prefixes: Mapping[str, str]) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return abbreviated(term.value, prefixes)
    return term.value if isinstance(term, ox.Literal) else str(term)
