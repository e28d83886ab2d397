"""An answer as a page shows it: some of its rows, what the things in them are called, and what it takes to cite and repeat it.

https://www.w3.org/TR/sparql11-results-json/
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field

from orgatlas.api.answers import Binding
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import Wording, typeset, worded
from orgatlas.api.limits import Pairs, first_value, one_of, whole_number
from orgatlas.graph.errors import ParameterError
from orgatlas.graph.results import ROW_LIMIT, Wanted
from orgatlas.graph.store import Query

VIEW, ORDER, PAGE, ROWS = OF_RESULTS = ("view", "order", "page", "rows")
"""The parameters that say what is shown of an answer."""

VIEWS = ("table", "bars", "map", "tree")

ROWS_SHOWN, MOST_ROWS = 100, 1000
"""Rows of a page where nothing else is asked for, and at most."""


@dataclass(frozen=True, slots=True)
class Results:
    """What is shown of an answer: a truth value, or a graph in Turtle, or columns and `rows` behind the first `start` of `total`.

    `names` and `codes` (ISO 3166, of places) are by IRI; `seconds` is the time it took. `cut` is the cap that cut the answer,
    `narrowed` says that columns are not shown, `shortened` that lines of a graph are not. `digest` is the SHA-256 of the
    canonical answer (graph/results.py), None of one that was cut.
    """

    truth: bool | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Binding, ...] = ()
    graph: str | None = None
    total: int = 0
    cut: str | None = None
    narrowed: bool = False
    shortened: bool = False
    start: int = 0
    names: Mapping[str, Wording] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """What of an answer is shown, and how: a view, an order as graph/results.py has it, a page from 1, and the rows of a page."""

    view: str = VIEWS[0]
    order: str | None = None
    page: int = 1
    rows: int = ROWS_SHOWN


def showing(pairs: Pairs, taken: Collection[str] = ()) -> Showing:
    """What the parameters of a page ask for, less those that are `taken` for something else. Raises ParameterError."""
    said = {name: first_value(pairs, name) for name in OF_RESULTS if name not in taken}
    order = said.get(ORDER) or None
    if order and not re.fullmatch(r"-?\w{1,200}", order):
        raise ParameterError(ORDER, "the name of a column, with - before it from high to low", order)
    return Showing(
        one_of(VIEW, said.get(VIEW) or VIEWS[0], VIEWS),
        order,
        whole_number(PAGE, said.get(PAGE) or "1", ROW_LIMIT),
        whole_number(ROWS, said.get(ROWS) or str(ROWS_SHOWN), MOST_ROWS),
    )


async def results(atlas: Atlas, query: Query, language: str, shown: Showing) -> Results:
    """What is shown of the answer to a query, for a reader of a language.

    Raises Busy, QuerySyntaxError, OutboundRefused, EvaluationFailed, QueryTimeout and ReaderLost.
    """
    told = await atlas.readers.results(query, asdict(Wanted(language, shown.order, shown.page, shown.rows))).read_json()
    names = {iri: typeset(worded(each, language)) for iri, each in told.pop("names").items()}
    columns, rows = (tuple(told.pop(each, ())) for each in ("columns", "rows"))
    return Results(columns=columns, rows=rows, names=names, **told)
