"""Do the questions of the library still answer what they should? Each has its expected answer beside it.

A question that needs the closure must answer otherwise without it, or its axioms are idle; and its property-path form must give
the closure's answer from what is stated alone, or one of the two is wrong.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import QueryError, QuestionError
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.library import Question, bind, read_question
from orgatlas.graph.store import MemoryStore, Query
from orgatlas.graph.vocabulary import rule

Rows = Counter[tuple[str | None, ...]]


def check_answers(bundle: Bundle, closed: MemoryStore, stated: MemoryStore) -> Iterator[Finding]:
    """Findings about the questions of a bundle, asked of the closure and of what is stated."""
    for file in sorted(bundle.questions.glob("*.rq")):
        try:
            question = read_question(file)
            yield from _check(question, file, bundle, closed, stated)
        except QuestionError as error:
            yield _finding("question-readable", error.file, {"en": error.reason, "fr": error.reason}, error.line)
        except QueryError as error:
            yield _finding("question-readable", file, {"en": str(error), "fr": str(error)}, getattr(error, "line", 1))


def _check(
    question: Question, file: Path, bundle: Bundle, closed: MemoryStore, stated: MemoryStore
) -> Iterator[Finding]:
    answer = _ask(question, file, bundle, closed)
    expectation = next((f for f in (file.with_suffix(".tsv"), file.with_suffix(".nt")) if f.is_file()), None)
    if expectation is None:
        yield _finding("answer-expected", file, NO_EXPECTATION, severity=Severity.WARNING)
    elif (expected := _expected(expectation)) != answer:
        lost, found = sum((expected - answer).values()), sum((answer - expected).values())
        yield _finding("answer-expected", expectation, _in_words(WRONG_ANSWER, lost, found))
    if not question.inference:
        return
    if _ask(question, file, bundle, stated) == answer:
        yield _finding("inference-matters", file, IDLE_AXIOMS)
    paths = file.parent / "paths" / file.name
    if not paths.is_file():
        yield _finding("paths-agree", file, NO_PATHS, severity=Severity.WARNING)
    elif (other := _ask(question, paths, bundle, stated)) != answer:
        yield _finding(
            "paths-agree",
            paths,
            _in_words(WRONG_ANSWER, sum((answer - other).values()), sum((other - answer).values())),
        )


def _ask(question: Question, file: Path, bundle: Bundle, store: MemoryStore) -> Rows:
    values = bind(question, {}, bundle.base, bundle.prefixes)
    return _rows(store.query(Query(file.read_text(encoding="utf-8"), bundle.base, bundle.prefixes, values)).results)


def _rows(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> Rows:
    if isinstance(results, ox.QueryBoolean):
        return Counter([(str(bool(results)),)])
    return Counter(tuple(None if term is None else str(term) for term in row) for row in results)


def _expected(file: Path) -> Rows:
    if file.suffix == ".nt":
        return Counter((str(t.subject), str(t.predicate), str(t.object)) for t in ox.parse(path=str(file)))
    results = ox.parse_query_results(path=str(file), format=ox.QueryResultsFormat.TSV)
    return _rows(results)


def _finding(
    name: str,
    file: Path,
    messages: Mapping[str, str],
    line: int | None = 1,
    severity: Severity = Severity.VIOLATION,
) -> Finding:
    return Finding(rule(name), severity, messages, REMEDIES[name], file=str(file), line=line or 1)


def _in_words(template: Mapping[str, str], lost: int, found: int) -> dict[str, str]:
    return {language: text.format(lost=lost, found=found) for language, text in template.items()}


WRONG_ANSWER = {
    "en": "The answer differs from the expected one: {lost} rows are missing and {found} were not expected.",
    "fr": "La réponse diffère de celle attendue : {lost} lignes manquent et {found} n’étaient pas attendues.",
}
NO_EXPECTATION = {
    "en": "The question has no expected answer beside it.",
    "fr": "La question n’est pas accompagnée d’une réponse attendue.",
}
IDLE_AXIOMS = {
    "en": "The question is said to need what follows from the axioms, and answers the same without it.",
    "fr": "La question est censée exiger ce qui découle des axiomes, et répond pareillement sans cela.",
}
NO_PATHS = {
    "en": "The question needs what follows and has no property-path form in queries/paths.",
    "fr": "La question exige ce qui découle et n’a pas de forme à chemins de propriétés dans queries/paths.",
}
REMEDIES = {
    "question-readable": {"en": "Mend the query file.", "fr": "Corrigez le fichier de requête."},
    "answer-expected": {
        "en": "See which of the two is right, and mend the other.",
        "fr": "Voyez laquelle des deux est juste et corrigez l’autre.",
    },
    "inference-matters": {
        "en": "Take `inference` out of its head, or ask by the derived property.",
        "fr": "Retirez `inference` de l’en-tête, ou interrogez la propriété déduite.",
    },
    "paths-agree": {
        "en": "Write the same question with property paths over what is stated.",
        "fr": "Écrivez la même question avec des chemins de propriétés sur ce qui est énoncé.",
    },
}
