"""Do the questions of the library still answer what they should? Each has its expected answer beside it.

A question that needs the closure must answer otherwise without it, or its axioms are idle; and its property-path form must give
the closure's answer from what is stated alone, or one of the two is wrong.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from orgatlas.graph.apart import apart, each_apart
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import ParameterError, QueryError, QuerySyntaxError, QuestionError, Unfinished, shortened
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.index import write_index
from orgatlas.graph.library import Question, bind, read_question, read_text, titles_of
from orgatlas.graph.matching import mentions
from orgatlas.graph.profiles import PROFILES, read_profile
from orgatlas.graph.store import MemoryStore, Query
from orgatlas.graph.vocabulary import rule

Rows = Counter[tuple[str | None, ...]]

DEADLINE = 30.0
"""Seconds that a question may take, in all its forms."""


def check_answers(bundle: Bundle, closed: MemoryStore, stated: MemoryStore) -> Iterator[Finding]:
    """Findings about the questions of a bundle, asked of the closure and of what is stated."""
    files = sorted(bundle.questions.glob("*.rq"))
    profiles = sorted((bundle.questions / PROFILES).glob("*.rq"))
    # Apart, because a question may be the end of the process that answers it.
    with TemporaryDirectory(prefix="orgatlas-") as folder:
        index = Path(folder) / "search.db"
        looks = [(partial(_findings, file, bundle, closed, stated, index), DEADLINE) for file in files]
        looks += [(partial(_faults, file), DEADLINE) for file in profiles]
        if any(map(_searches, files)):
            with suppress(Unfinished):  # of the question that is the end of it, it will be told
                apart(lambda: write_index(closed, bundle, titles_of(bundle), index))
        for file, found in zip((*files, *profiles), each_apart(looks), strict=True):
            yield from [_finding("question-readable", file, NO_END)] if isinstance(found, Unfinished) else found


def _searches(file: Path) -> bool:
    try:
        return mentions(read_text(file))
    except QuestionError:
        return False


def _findings(file: Path, bundle: Bundle, closed: MemoryStore, stated: MemoryStore, index: Path) -> list[Finding]:
    try:
        return list(_check(read_question(file), file, bundle, closed, stated, index))
    except QuestionError as error:
        return [_unreadable(error)]


def _faults(file: Path) -> list[Finding]:
    """What is wrong with a profile: nobody expects an answer of one, but it has to be one."""
    try:
        read_profile(file)
    except QuestionError as error:
        return [_unreadable(error)]
    return []


def _unreadable(error: QuestionError) -> Finding:
    return _finding("question-readable", error.file, {"en": error.reason, "fr": error.reason}, error.line)


def _check(
    question: Question, file: Path, bundle: Bundle, closed: MemoryStore, stated: MemoryStore, index: Path
) -> Iterator[Finding]:
    texts = [question.title, question.description, *(parameter.label for parameter in question.parameters)]
    if untranslated := [
        language for language in bundle.manifest.languages if any(language not in text for text in texts)
    ]:
        messages = {language: text.format(", ".join(untranslated)) for language, text in UNTRANSLATED.items()}
        yield _finding("question-translated", file, messages, severity=Severity.WARNING)
    answer = _ask(question, file, bundle, closed, index)
    expectation = next((f for f in (file.with_suffix(".tsv"), file.with_suffix(".nt")) if f.is_file()), None)
    if expectation is None:
        yield _finding("answer-expected", file, NO_EXPECTATION, severity=Severity.WARNING)
    elif (expected := _expected(expectation)) is None:
        yield _finding("answer-expected", expectation, BROKEN_EXPECTATION)
    elif expected != answer:
        yield _finding("answer-expected", expectation, _difference(expected, answer))
    if not question.inference:
        return
    if _ask(question, file, bundle, stated, index) == answer:
        yield _finding("inference-matters", file, IDLE_AXIOMS)
    paths = file.parent / "paths" / file.name
    if not paths.is_file():
        yield _finding("paths-agree", file, NO_PATHS, severity=Severity.WARNING)
    elif (other := _ask(question, paths, bundle, stated, index)) != answer:
        yield _finding("paths-agree", paths, _difference(answer, other))


def _ask(question: Question, file: Path, bundle: Bundle, store: MemoryStore, index: Path) -> Rows:
    """What a question, or the other form of it in `file`, answers. Raises QuestionError."""
    try:
        values = bind(question, {}, bundle.base, bundle.prefixes)
        query = Query(read_text(file), bundle.base, bundle.prefixes, values, index=index)
        return _rows(store.query(query).results)
    except QuerySyntaxError as error:
        raise QuestionError(file, error.line, error.reason) from None
    except (ParameterError, QueryError, RuntimeError, OSError, ValueError) as error:  # the last three: the engine's own
        raise QuestionError(file, None, str(error)) from None


def _rows(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> Rows:
    if isinstance(results, ox.QueryBoolean):
        return Counter([(str(bool(results)),)])
    return Counter(tuple(None if term is None else str(term) for term in row) for row in results)


def _expected(file: Path) -> Rows | None:
    """The rows that a file expects, or None where it does not say them."""
    try:
        if file.suffix == ".nt":
            return Counter((str(t.subject), str(t.predicate), str(t.object)) for t in ox.parse(path=str(file)))
        return _rows(ox.parse_query_results(path=str(file), format=ox.QueryResultsFormat.TSV))
    except (SyntaxError, ValueError, OSError, MemoryError):
        return None


def _finding(
    name: str,
    file: Path,
    messages: Mapping[str, str],
    line: int | None = 1,
    severity: Severity = Severity.VIOLATION,
) -> Finding:
    return Finding(rule(name), severity, messages, REMEDIES[name], file=str(file), line=line or 1)


def _difference(expected: Rows, answer: Rows) -> dict[str, str]:
    """How an answer differs: counts, and a few rows of either kind."""
    lost, found = expected - answer, answer - expected
    rows = [
        f"{sign} {_row(row)}"
        for sign, some in (("−", lost), ("+", found))
        for row in sorted(some, key=str)[:ROWS_SHOWN]
    ]
    numbers = {"lost": lost.total(), "found": found.total()}
    return {language: "\n".join([text.format(**numbers), *rows]) for language, text in WRONG_ANSWER.items()}


def _row(row: tuple[str | None, ...]) -> str:
    return shortened("\t".join(term or "" for term in row), 300)


ROWS_SHOWN = 3
WRONG_ANSWER = {
    "en": "The answer differs from the expected one. Rows missing (−): {lost}; not expected (+): {found}.",
    "fr": "La réponse diffère de celle attendue. Lignes manquantes (−) : {lost}; inattendues (+) : {found}.",
}
UNTRANSLATED = {
    "en": "The title, the description or the label of a parameter is missing in: {}.",
    "fr": "Le titre, la description ou le libellé d’un paramètre manque en : {}.",
}
NO_EXPECTATION = {
    "en": "The question has no expected answer beside it.",
    "fr": "La question n’est pas accompagnée d’une réponse attendue.",
}
BROKEN_EXPECTATION = {
    "en": "The expected answer cannot be read: it is to be a table in TSV, or a graph in N-Triples.",
    "fr": "La réponse attendue est illisible : il faut un tableau en TSV, ou un graphe en N-Triples.",
}
NO_END = {
    "en": "The engine did not finish answering this question: it broke down, or ran out of time.",
    "fr": "Le moteur n’a pas fini de répondre à cette question : il s’est arrêté net, ou le temps lui a manqué.",
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
    "question-translated": {
        "en": "Give each text of the head in every language of atlas.toml, as {en: …, fr: …}.",
        "fr": "Donner chaque texte de l’en-tête dans toutes les langues d’atlas.toml, sous la forme {en: …, fr: …}.",
    },
    "question-readable": {"en": "Mend the query file.", "fr": "Corrigez le fichier de requête."},
    "answer-expected": {
        "en": "Find out which is right. If it is the new answer: orgatlas query NAME --format tsv > NAME.tsv",
        "fr": "Déterminer laquelle est juste. Si c’est la nouvelle : orgatlas query NOM --format tsv > NOM.tsv",
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
