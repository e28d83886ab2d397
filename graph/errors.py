"""What can go wrong, as one tree; `graph` raises meaning, and the doors turn it into a status or an exit code.

AtlasError
├── UsageError            the call itself is wrong
│   ├── NoSuchBundle          there is no such folder or file
│   ├── ParameterError        a parameter of a question is missing, unknown or of the wrong type
│   ├── PortInUse             somebody listens there already
│   ├── UnknownEngine         no such SHACL engine
│   ├── UnknownFormat         no such format
│   ├── UnknownProfile        no such profile: the nearest names are given
│   └── UnknownQuestion       no such question: the nearest names are given
├── BrokenFile            a file of a bundle cannot be read: file, line, column, reason
│   ├── QuestionError         a query file has a broken head
│   └── ManifestError         atlas.toml says something it must not
├── BrokenBundle          several files are broken: all of them
├── QueryError            a query or a change was refused or not finished
│   ├── Busy                  no reader was free, or the graph is being loaded again
│   ├── EvaluationFailed      the engine gave up on it
│   ├── Inexpressible         a form of RDF cannot say what is to be written in it
│   ├── OutboundRefused       it asks for another server
│   ├── QuerySyntaxError      it is not SPARQL: line, column, reason
│   ├── QueryTimeout          it ran past its deadline
│   ├── ReaderLost            the process that answered it died
│   ├── ShapesViolated        a change would break shapes: the findings say which
│   ├── SilentProfile         a profile says nothing of a resource
│   ├── UnknownGraph          there is no graph of this name
│   ├── UnknownResource       the graph does not speak of this: the nearest IRIs are given
│   ├── UnreadableData        what was sent is not the RDF it says it is: line, column, reason
│   ├── WriteRefused          a change that cannot be made here
│   └── WrongAnswerKind       it gives a graph where a table is asked for, or the reverse
├── EngineFailed          a validator or reasoner could not do its work
│   ├── ProofTooLarge         the search for a proof came to no end
│   ├── TooMuchFollows        more follows from the graph than is kept: the axiom says from what
│   └── Unfinished            its process died, or ran past its limit
└── MissingProgram        a program outside Python is needed and not installed
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class AtlasError(Exception):
    """Every error that Orgatlas raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """How it goes from one process to another: its arguments are the message, not what it was made from."""
        return _made_again, (type(self), self.args), vars(self)


def _made_again(kind: type[AtlasError], args: tuple[Any, ...]) -> AtlasError:
    error = kind.__new__(kind)
    error.args = args
    return error


class UsageError(AtlasError):
    """The call itself is wrong: the shell answers it with exit code 2."""


class NoSuchBundle(UsageError):
    """There is no such folder or file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"There is no file or folder {path}.")


class ParameterError(UsageError):
    """A parameter of a question is missing, unknown or of the wrong type."""

    def __init__(self, name: str, expected: str, got: str | None = None) -> None:
        self.name, self.expected, self.got = name, expected, got
        found = "" if got is None else f", but got {shortened(got)!r}"
        super().__init__(f"Parameter {shortened(name)!r}: expected {shortened(expected, 1000)}{found}.")


class PortInUse(UsageError):
    """Somebody listens at the address already."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        super().__init__(f"Port {port} on {host} is in use. Choose another with --port.")


class UnknownEngine(UsageError):
    """No SHACL engine has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"There is no engine {shortened(name)!r}. Known engines: {', '.join(known)}.")


class UnknownFormat(UsageError):
    """No format has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"There is no format {shortened(name)!r}. Known formats: {', '.join(known)}.")


class UnknownProfile(UsageError):
    """No profile has this name or IRI: `nearest` are names like it, and `known` the IRIs of those that there are."""

    def __init__(self, name: str, nearest: Sequence[str], known: Sequence[str]) -> None:
        self.name, self.nearest, self.known = name, tuple(nearest), tuple(known)
        hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"There is no profile {shortened(name)!r}.{hint} Known profiles: {', '.join(known)}.")


class UnknownQuestion(UsageError):
    """No question of the library has this name."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        self.name, self.nearest = name, tuple(nearest)
        hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"There is no question {shortened(name)!r}.{hint}")


class UnknownEdition(UsageError):
    """Another edition is here than the one that is asked for."""

    def __init__(self, edition: str, current: str) -> None:
        self.edition, self.current = edition, current
        super().__init__(f"Edition {shortened(edition)!r} is not here. What is here is edition {current}.")


class BrokenFile(AtlasError):
    """A file of a bundle cannot be read.

    `line` and `column` count from 1 and are None where the reason concerns the whole file.
    """

    def __init__(self, file: Path, reason: str, line: int | None = None, column: int | None = None) -> None:
        self.file, self.line, self.column, self.reason = file, line, column, reason
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {reason}")


class QuestionError(BrokenFile):
    """A query file has a head that does not say what it must, or a body that is not SPARQL."""

    def __init__(self, file: Path, line: int | None, reason: str) -> None:
        super().__init__(file, reason, line)


class ManifestError(BrokenFile):
    """atlas.toml is not TOML, or says something it must not."""


class BrokenBundle(AtlasError):
    """Several files of a bundle cannot be read; nothing of it was loaded."""

    def __init__(self, faults: Sequence[BrokenFile]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


class QueryError(AtlasError):
    """A query or a change was refused or not finished."""


class Busy(QueryError):
    """No reader was free in time, or the graph is being loaded again; another try may succeed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{reason} Try again shortly.")


class EvaluationFailed(QueryError):
    """The engine gave up on a query, or on writing its answer in the form asked for."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The query cannot be answered: {shortened(reason, 300)}")


class Inexpressible(QueryError):
    """A form of RDF cannot say what is to be written in it: `what` is the first thing that it cannot."""

    def __init__(self, form: str, what: str) -> None:
        self.form, self.what = form, shortened(what)
        super().__init__(f"{form} cannot say this: {self.what}. Another form can.")


class OutboundRefused(QueryError):
    """A query asks for data from another server. `reason` says why where some servers may be asked."""

    def __init__(self, keyword: str, reason: str | None = None) -> None:
        self.keyword, self.reason = keyword, reason
        super().__init__(reason or f"{keyword} is switched off: this service asks no other server.")


class QuerySyntaxError(QueryError):
    """A text is not a SPARQL query, or not an update. `line` and `column` count from 1."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        self.reason, self.line, self.column = reason, line, column
        place = "" if line is None else f" at line {line}, column {column}"
        super().__init__(f"Syntax error{place}: {reason}")


class QueryTimeout(QueryError):
    """A query ran past its deadline."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"The query was stopped at its limit of {seconds:g} seconds.")


class ReaderLost(QueryError):
    """The process that answered a query died, by exhaustion or by a fault of the engine; `memory` is its limit in MiB."""

    def __init__(self, memory: int | None = None) -> None:
        self.memory = memory
        limits = "" if memory is None else f": its memory, of which it may have {memory:,} MiB, or its stack"
        super().__init__(f"The query exhausted the process that answered it{limits}. Nothing else was affected.")


class ShapesViolated(QueryError):
    """A change would break shapes that hold, or make a contradiction; nothing was changed.

    `findings` are those that were not there before, as JSON has them, and `report` is the SHACL report in the form asked for.
    """

    def __init__(self, findings: Sequence[Mapping[str, Any]], report: str | None = None) -> None:
        self.findings, self.report = tuple(findings), report
        rules = ", ".join(sorted({shortened(str(each["rule"]).rpartition("#")[2]) for each in findings}))
        count = f"{len(findings):,} {'rule violation' if len(findings) == 1 else 'rule violations'}"
        super().__init__(f"Nothing was changed, because the change would bring {count}: {shortened(rules, 300)}.")


class SilentProfile(QueryError):
    """A profile says nothing of a resource. `known` are the names of those that do."""

    def __init__(self, profile: str, resource: str, known: Sequence[str]) -> None:
        self.profile, self.resource, self.known = profile, resource, tuple(known)
        those = f" These do: {', '.join(known)}." if known else ""
        super().__init__(f"The profile {profile} says nothing of <{shortened(resource, 300)}>.{those}")


class UnknownGraph(QueryError):
    """There is no graph of this name."""

    def __init__(self, graph: str) -> None:
        self.graph = graph
        super().__init__(f"There is no graph {shortened(graph)}.")


class UnknownResource(QueryError):
    """The graph does not speak of a resource. `nearest` are IRIs of which it does."""

    def __init__(self, resource: str, nearest: Sequence[str] = ()) -> None:
        self.resource, self.nearest = resource, tuple(nearest)
        hint = f" Did you mean {' or '.join(f'<{each}>' for each in nearest)}?" if nearest else ""
        super().__init__(f"The graph does not speak of <{shortened(resource, 300)}>.{hint}")


class UnreadableData(QueryError):
    """What was sent is not the RDF that it says it is. `line` and `column` count from 1."""

    def __init__(self, form: str, reason: str, line: int | None = None, column: int | None = None) -> None:
        self.form, self.reason, self.line, self.column = form, reason, line, column
        place = "" if line is None else f" at line {line}" + ("" if column is None else f", column {column}")
        super().__init__(f"The data cannot be read as {form}{place}: {shortened(reason, 300)}")


class WriteRefused(QueryError):
    """A change that cannot be made here, whatever it holds."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class WrongAnswerKind(QueryError):
    """A query gives a graph where a table is asked for, or the reverse."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        self.kind, self.known = kind, tuple(known)
        super().__init__(f"This query answers with {kind}. Formats for it: {', '.join(known)}.")


class EngineFailed(AtlasError):
    """A validator or reasoner could not do its work: the message says which one and why."""


class ProofTooLarge(EngineFailed):
    """The search for a proof was given up after so many facts."""

    def __init__(self, facts: int) -> None:
        self.facts = facts
        super().__init__(f"This follows, but no proof was found among the {facts:,} nearest statements.")


class TooMuchFollows(EngineFailed):
    """More follows from a graph than is kept, or in too many ways.

    `rule` and `axiom` are those by which most of it follows (the axiom may be a property of OWL's own), `count` in how many
    ways, `limit` how many statements may follow.
    """

    def __init__(self, limit: int, rule: str, axiom: str, count: int) -> None:
        self.limit, self.rule, self.axiom, self.count = limit, rule, axiom, count
        super().__init__(
            f"Too much follows from this graph: by {axiom} (rule {rule}) alone something is concluded {count:,} times, "
            f"and the limit is {limit:,} statements."
        )


class Unfinished(EngineFailed):
    """Work in a process of its own came to no end: the process died, or ran past its limit of `seconds`."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        died = "died: something is nested too deeply, or memory ran out"
        reason = died if seconds is None else f"was stopped at its limit of {seconds:g} seconds"
        super().__init__(f"The process that did this work {reason}.")


class MissingProgram(AtlasError):
    """A program outside Python is needed and not installed: the message names the package."""


def shortened(text: str, limit: int = 120) -> str:
    """The text, cut with an ellipsis where it is too long to repeat in a message."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
