"""What a page shows below a query: its answer as a table or a picture, the way through its rows, its files, and how to cite it.

https://www.w3.org/TR/sparql11-results-json/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request

from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import SHORTEST, require_edition
from orgatlas.api.languages import translations
from orgatlas.api.limits import Pairs, first_value
from orgatlas.api.pages import edition_date, site_root
from orgatlas.api.pictures import VIEWS, Picture, picture, suiting
from orgatlas.api.problems import Problem, problem, told
from orgatlas.api.results import MOST_ROWS, OF_RESULTS, ORDER, PAGE, VIEW, Results, Showing, results, showing
from orgatlas.api.tables import Heading, Table, table
from orgatlas.graph.errors import ParameterError, QueryError, UnknownEdition
from orgatlas.graph.formats import GRAPH_FORMATS, SPREADSHEET, TABLE_FORMATS
from orgatlas.graph.results import ROW_LIMIT
from orgatlas.graph.store import Query

EDITION = "edition"
"""The parameter that says of which edition something is asked."""

PAGE_PARAMETERS = (*OF_RESULTS, EDITION)
"""The parameters of a page with an answer, beside those of what is asked."""

FAULTS = (ParameterError, QueryError, UnknownEdition)
"""What may be wrong with what is asked; the page says so in place of the answer."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to show an answer otherwise; `current` is how it is shown now."""

    name: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, where it leads to sort by it, and how the rows are sorted now: ascending, descending, or not by it."""

    heading: Heading
    url: str | None
    sorted: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """What it takes to find an answer again and to see that it is the same.

    `address` gives the page, `file` the lines that `digest` is the SHA-256 of once they are sorted; both name the edition.
    """

    address: str
    file: str
    edition: str
    date: str
    digest: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer as a page shows it, or what is wrong in place of it.

    `first` and `last` number the rows that are shown; `most` is how many rows are looked at.
    """

    results: Results | None = None
    table: Table | None = None
    columns: tuple[Column, ...] = ()
    views: tuple[Link, ...] = ()
    picture: Picture | None = None
    earlier: str | None = None
    later: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    spreadsheet: str | None = None
    citation: Citation | None = None
    fault: Problem | None = None
    told: str | None = None
    most: int = ROW_LIMIT

    @property
    def status(self) -> HTTPStatus:
        """The status of the page."""
        return self.fault.status if self.fault else HTTPStatus.OK

    @property
    def first(self) -> int:
        """The number of the first row that is shown, from 1."""
        return self.results.start + 1 if self.results else 0

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.results.start + len(self.results.rows) if self.results else 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the query, the parameters of the page less those of PAGE_PARAMETERS, and those that it takes for itself.

    `file` gives the address of the answer in a form, by its suffix or `spreadsheet`, with more parameters; `hidden` are the
    columns that say only what the form says.
    """

    query: Query
    pairs: Pairs
    file: Callable[[str, Mapping[str, str]], str]
    hidden: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()


def apart(pairs: Pairs, taken: frozenset[str] = frozenset()) -> tuple[Pairs, Pairs]:
    """The parameters of what is asked, and those of the page, unless what is asked has `taken` their names."""
    page = [pair for pair in pairs if pair[0] in PAGE_PARAMETERS and pair[0] not in taken]
    return [pair for pair in pairs if pair not in page], page


def failed(error: Exception, language: str) -> Outcome:
    """The outcome of what cannot be answered."""
    fault = problem(error)
    return Outcome(fault=fault, told=told(fault, language))


async def outcome(request: Request, atlas: Atlas, language: str, asked: Asked, page: Pairs) -> Outcome:
    """The answer to what is asked, as the parameters of the page want it shown."""
    try:
        edition = None if EDITION in asked.taken else first_value(page, EDITION) or None
        require_edition(atlas, edition)
        # Where nobody can be asked for the next page, this one has as many rows as it may.
        wanted = Showing(rows=MOST_ROWS) if atlas.fixed else showing(page, asked.taken)
        found = await results(atlas, asked.query, language, wanted)
        if wanted.order and wanted.order.lstrip("-") not in found.columns:
            expected = ", ".join(found.columns) or "nothing, since the answer has no columns"
            raise ParameterError(ORDER, f"one of {expected}", wanted.order)
    except FAULTS as error:
        return failed(error, language)
    ways = _Ways(request.scope["path"], asked.pairs, page, asked.taken, atlas.fixed)
    drawn = table(found, atlas, language, asked.hidden)
    kinds = suiting(found) if VIEW not in asked.taken else ()
    names = translations(language).gettext
    forms = GRAPH_FORMATS if found.graph is not None else TABLE_FORMATS
    start, count = found.start, len(found.rows)
    return Outcome(
        results=found,
        table=drawn,
        columns=tuple(_column(each, wanted.order, ways) for each in drawn.headings) if drawn else (),
        views=tuple(Link(names(VIEWS[kind]), ways.to({VIEW: kind}), kind == wanted.view) for kind in kinds)
        if len(kinds) > 1 and not atlas.fixed
        else (),
        picture=picture(wanted.view, found, atlas, language) if wanted.view in kinds else None,
        earlier=ways.to({PAGE: str(wanted.page - 1)}) if start and wanted.page > 1 else None,
        later=ways.to({PAGE: str(wanted.page + 1)})
        if start + count < found.total and count and not atlas.fixed
        else None,
        files=tuple((form.suffix, asked.file(form.suffix, {})) for form in forms),
        spreadsheet=asked.file(SPREADSHEET.name, {}) if drawn and not atlas.fixed else None,
        citation=_citation(request, atlas, asked, found),
    )


@dataclass(frozen=True, slots=True)
class _Ways:
    """The addresses of the same page with other parameters of its own."""

    path: str
    asked: Pairs
    page: Pairs
    taken: frozenset[str]
    fixed: bool

    def to(self, changed: Mapping[str, str]) -> str:
        """Behind a change of what is shown one is at the first page again."""
        kept = [pair for pair in self.page if pair[0] not in changed and pair[0] != PAGE]
        pairs = [*self.asked, *kept, *changed.items()]
        return f"{self.path}?{urlencode(pairs, safe=':/')}#answer"


def _column(heading: Heading, order: str | None, ways: _Ways) -> Column:
    variable = heading.variable
    if variable is None or ORDER in ways.taken or ways.fixed:
        return Column(heading, None, None)
    ascending = order == variable
    url = ways.to({ORDER: f"-{variable}" if ascending else variable})
    return Column(heading, url, "ascending" if ascending else "descending" if order == f"-{variable}" else None)


def _citation(request: Request, atlas: Atlas, asked: Asked, found: Results) -> Citation | None:
    if found.digest is None:
        return None
    root = site_root(request, atlas).removesuffix("/")
    edition = atlas.readers.digest[:SHORTEST]
    repeated = {} if EDITION in asked.taken or atlas.fixed else {EDITION: edition}
    pairs = [*asked.pairs, *repeated.items()]
    address = request.scope["path"] + (f"?{urlencode(pairs, safe=':/')}" if pairs and not atlas.fixed else "")
    file = asked.file("nt" if found.graph is not None else "tsv", repeated)
    return Citation(f"{root}{address}", f"{root}{file}", edition, edition_date(atlas), found.digest)
