"""Caps: an answer is cut behind its last row that is allowed, ends well-formed, and says that it was cut where its form can.

https://www.w3.org/TR/sparql11-results-json/, https://www.w3.org/TR/rdf-sparql-XMLres/ and
https://www.w3.org/TR/sparql11-results-csv-tsv/ say what is well-formed. They have no word for a cut: JSON gets the member
"truncated" behind the results, XML, RDF/XML, Turtle and its kin get a comment; CSV, TSV and JSON-LD have no place for it.
rdflib passes over that member; the engine's own reader of JSON refuses whatever stands behind the results.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedWriter, RawIOBase
from typing import IO, Literal, Protocol, cast

import pyoxigraph as ox

from orgatlas.graph.formats import GraphFormat, TableFormat

Cut = Literal["rows", "bytes"]


UNCOUNTED = 2**62
"""So many rows are none too many, and are not counted."""


@dataclass(frozen=True, slots=True)
class Caps:
    """The most an answer may have: `rows` are solutions or triples, `size` is in bytes, uncompressed."""

    rows: int
    size: int


class Output(Protocol):
    """What an answer is written to."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take some bytes, and keep no reference to them."""
        ...


def write_capped(
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    output: Output,
    form: GraphFormat | TableFormat,
    caps: Caps,
    prefixes: Mapping[str, str],
) -> Cut | None:
    """Write the answer within the caps; returns which cap cut it, "rows" or "bytes", or None if it is whole.

    What has exactly as many rows as allowed is whole. The head of a table is always written, and then whole rows as long as
    head and rows together have no more than `size` bytes; how the document ends does not count. A graph stops at the first
    triple for which `size` bytes are already written, so it may be longer by that of the engine's buffer (8 KiB), one triple
    and its end. Yes or no is never cut. Raises TypeError if the form is not for this kind of answer, and whatever the engine
    and the output raise.
    """
    if isinstance(results, ox.QueryTriples):
        if not isinstance(form, GraphFormat):
            raise TypeError(f"{form.name} is not a form of graphs")
        return _write_graph(results, output, form.engine, caps, prefixes)
    if not isinstance(form, TableFormat):
        raise TypeError(f"{form.name} is not a form of tables")
    if isinstance(results, ox.QueryBoolean):
        output.write(results.serialize(format=form.engine) or b"")
        return None
    return _write_table(results, output, form.engine, caps)


def _sentence(cut: Cut, limit: int, row: str) -> str:
    unit = row if cut == "rows" else "byte"
    return f"Cut at the limit of {limit:,} {unit}{'' if limit == 1 else 's'}."


# Graphs: the engine is given the triples one by one and writes what it got, so they end by themselves.

_HASH = "# {}\n"
REMARKS: Mapping[ox.RdfFormat, str] = {
    ox.RdfFormat.TURTLE: _HASH,
    ox.RdfFormat.N_TRIPLES: _HASH,
    ox.RdfFormat.TRIG: _HASH,
    ox.RdfFormat.N_QUADS: _HASH,
    ox.RdfFormat.RDF_XML: "\n<!-- {} -->\n",
    ox.RdfFormat.JSON_LD: "",
}
"""What is written behind a graph that was cut."""


class _Counted:
    """A binary file that knows how much went through it, and what cut the answer."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self.size = 0
        self.cut: Cut | None = None

    def write(self, data: bytes) -> int:
        self._output.write(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """The engine asks for it."""


def _write_graph(
    results: Iterable[ox.Triple], output: Output, form: ox.RdfFormat, caps: Caps, prefixes: Mapping[str, str]
) -> Cut | None:
    counted = _Counted(output)
    triples = _within(results, counted, caps)
    ox.serialize(triples, cast("IO[bytes]", counted), format=form, prefixes=dict(prefixes))
    if counted.cut:
        limit = caps.rows if counted.cut == "rows" else caps.size
        output.write(REMARKS[form].format(_sentence(counted.cut, limit, "triple")).encode())
    return counted.cut


def _within(triples: Iterable[ox.Triple], counted: _Counted, caps: Caps) -> Iterator[ox.Triple]:
    for number, triple in enumerate(triples):
        if number >= caps.rows or counted.size >= caps.size:
            counted.cut = "rows" if number >= caps.rows else "bytes"
            return
        yield triple


# Tables: the engine writes the whole document by itself, in pieces of 8 KiB, and only its bytes tell where a row ends.


@dataclass(frozen=True, slots=True)
class Layout:
    """How the engine lays out a table, which it does without white space.

    `head` ends what stands before the rows. `mark` stands where a row ends, and `kept` bytes of it belong to that row.
    `tokens` finds each mark and, if a mark may stand within a quoted value too, each quote and escape. `closing` ends the
    document, `cut_closing` one that was cut.
    """

    head: bytes
    mark: bytes
    kept: int
    tokens: re.Pattern[bytes]
    closing: bytes = b""
    cut_closing: str = ""


LAYOUTS: Mapping[ox.QueryResultsFormat, Layout] = {
    ox.QueryResultsFormat.JSON: Layout(
        head=b'"bindings":[',
        mark=b"},{",
        kept=1,
        tokens=re.compile(rb'\\.|"|\},\{'),
        closing=b"]}}",
        cut_closing=']}},"truncated":"{}"}}',
    ),
    ox.QueryResultsFormat.XML: Layout(
        head=b"<results>",
        mark=b"</result>",
        kept=9,
        tokens=re.compile(b"</result>"),
        closing=b"</results></sparql>",
        cut_closing="</results></sparql><!-- {} -->",
    ),
    ox.QueryResultsFormat.CSV: Layout(head=b"\r\n", mark=b"\r\n", kept=2, tokens=re.compile(b'"|\r\n')),
    ox.QueryResultsFormat.TSV: Layout(head=b"\n", mark=b"\n", kept=1, tokens=re.compile(b"\n")),
}
_NO_QUOTES_NO_ENDS = bytes(set(range(256)) - set(b'"\r'))


PIECE = 256 * 1024
"""Bytes that are looked at together where no cap is near: the engine writes few at a time, and each look costs the same."""


class _Raw(RawIOBase):
    """What a buffered writer of the standard library writes to."""

    def __init__(self, rows: "_Rows") -> None:
        self._rows = rows

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]  # the name for both is younger than 3.11
        return self._rows.write(data)


class _Full(Exception):
    """Stops the engine: a further row would pass a cap."""


def _write_table(results: ox.QuerySolutions, output: Output, form: ox.QueryResultsFormat, caps: Caps) -> Cut | None:
    rows = _Rows(output, form, caps, [variable.value for variable in results.variables])
    try:
        if caps.rows < UNCOUNTED or caps.size < PIECE:
            results.serialize(cast("IO[bytes]", rows), format=form)
        else:
            gathered = BufferedWriter(cast("RawIOBase", _Raw(rows)), PIECE)
            results.serialize(gathered, format=form)
            gathered.flush()
        rows.end()
    except _Full:
        assert rows.cut
        limit = caps.rows if rows.cut == "rows" else caps.size
        output.write(LAYOUTS[form].cut_closing.format(_sentence(rows.cut, limit, "row")).encode())
    return rows.cut


class _Rows:
    """A binary file that passes on whole rows, and raises _Full when a row would pass a cap.

    `_held` is what was not passed on: a row that has not ended yet, or the closing. All but this is decided a piece at a time
    by counting marks, `_leap`. Token by token, `_walk`, goes what lies at a cap or may have marks within its values.
    """

    def __init__(self, output: Output, form: ox.QueryResultsFormat, caps: Caps, variables: list[str]) -> None:
        self._output, self._form, self._layout, self._caps = output, form, LAYOUTS[form], caps
        # A row of JSON that is not empty starts so and a value cannot hold this: its own quotes are escaped, and behind
        # the quote that ends it stands a comma or a brace.
        json = form == ox.QueryResultsFormat.JSON
        self._starts = [b'},{"%b":{' % name.encode() for name in variables] if json else []
        self._reach = max(map(len, [self._layout.mark, *self._starts]))
        self._held = bytearray()
        self._begun = False
        self._rows = self._size = 0
        self._counted = 0  # no mark before this place of what is held was overlooked
        self._walked = 0  # before this place it is known what is quoted, and `_quoted` says if this place is
        self._quoted = False
        self.cut: Cut | None = None

    def write(self, data: bytes | memoryview) -> int:
        if self.cut:
            return len(data)  # those before us try once more to write what is in their buffers
        self._held += data
        if not self._begun:
            end = self._held.find(self._layout.head) + len(self._layout.head)
            if end < len(self._layout.head):
                return len(data)
            self._begun = True
            self._pass_on(0, end)
        if not self._leap() or self._over():
            self._walk()
        return len(data)

    def flush(self) -> None:
        """The engine asks for it."""

    def end(self) -> None:
        """Pass on what is held when the engine is done: the closing, and in JSON the last row before it."""
        rest = len(self._held) - len(self._layout.closing)
        if self._caps.rows < UNCOUNTED or self._size + rest > self._caps.size:
            self._walk()
        self._output.write(bytes(self._held))

    def _leap(self) -> bool:
        """Pass on all rows that end in what is held by counting; False if that does not do."""
        stop = len(self._held) - self._reach + 1
        if stop <= self._counted:
            return True
        marks = self._plain_marks(stop)
        if marks is None:
            return False
        rows, last = marks
        if rows:
            end = last + self._layout.kept
            if not self._fits(rows, end):
                return False
            self._pass_on(rows, end)
            stop = max(0, stop - end)
            self._walked, self._quoted = 0, False  # a row has ended
        self._counted = stop
        return True

    def _plain_marks(self, stop: int) -> tuple[int, int] | None:
        """How many marks that start before `stop` end rows, and the place of the last; None if counting cannot tell."""
        held, mark = self._held, self._layout.mark
        if self._caps.rows >= UNCOUNTED and self._form != ox.QueryResultsFormat.CSV:
            return self._last_mark(stop)
        since, until = self._counted, stop + len(mark) - 1
        marks = held.count(mark, since, until)
        if not marks:
            return 0, -1
        if self._form == ox.QueryResultsFormat.JSON:
            rows, last = 0, -1
            for start in self._starts:
                if rows < marks and (found := held.count(start, since, stop + len(start) - 1)):
                    rows += found
                    last = max(last, held.rfind(start, since, stop + len(start) - 1))
            # Only a row without any binding begins otherwise; and values may hold what looks like one.
            return (rows, last) if rows == marks or held.find(b"},{}", since, stop + 3) < 0 else None
        if self._form == ox.QueryResultsFormat.CSV:
            # With nothing left but quotes and line ends, an odd number of quotes before a line end means that it is quoted.
            left = held[self._walked : until].translate(None, _NO_QUOTES_NO_ENDS).replace(b'""', b"")
            if self._quoted or b'"' in left[:-1]:
                return None
        return marks, held.rfind(mark, since, until)

    def _last_mark(self, stop: int) -> tuple[int, int] | None:
        """The same where nobody counts: one mark will do, the last that is found."""
        held, since = self._held, self._counted
        for mark in self._starts or [self._layout.mark]:
            if (last := held.rfind(mark, since, stop + len(mark) - 1)) >= 0:
                return 1, last
        overlooked = self._starts and held.find(self._layout.mark, since) >= 0
        return None if overlooked else (0, -1)

    def _walk(self) -> None:
        """Pass on row by row, token by token."""
        layout, base = self._layout, self._walked
        rows = end = done = 0
        full = False
        for token in layout.tokens.finditer(bytes(self._held[base:])):
            done = token.end()
            if token[0] == b'"':
                self._quoted = not self._quoted
            elif token[0] == layout.mark and not self._quoted:
                after = base + token.start() + layout.kept
                full = not self._fits(rows + 1, after)
                if full:
                    break
                rows, end = rows + 1, after
        # What may be the first part of a token is looked at again.
        self._walked = self._counted = max(base + done, len(self._held) - len(layout.mark) + 1)
        self._pass_on(rows, end)
        self._walked = self._counted = self._walked - end
        if full or self._over():
            self.cut = "rows" if self._rows >= self._caps.rows else "bytes"
            raise _Full

    def _over(self) -> bool:
        """Whether what is held is too long already, even if it ends with the closing."""
        rest = len(self._held) - len(self._layout.closing)
        return rest > 0 and not self._fits(1, rest)

    def _fits(self, rows: int, length: int) -> bool:
        return self._rows + rows <= self._caps.rows and self._size + length <= self._caps.size

    def _pass_on(self, rows: int, length: int) -> None:
        if length:
            with memoryview(self._held) as held, held[:length] as passed:
                self._output.write(passed)
            del self._held[:length]
        self._rows += rows
        self._size += length
