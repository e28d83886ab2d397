"""A capped answer is the first rows of the whole one, well-formed, and says so where its form can, however its bytes arrive."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.query import Result

from orgatlas.graph.caps import LAYOUTS, UNCOUNTED, Caps, write_capped
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS, GraphFormat, TableFormat, named

NO_CAPS = Caps(2**63, 2**63)
TABLES = pytest.mark.parametrize("form", TABLE_FORMATS, ids=lambda form: form.name)
GRAPHS = pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
JSON, XML, CSV, TSV = TABLE_FORMATS
CLOSING = {"json": b"]}}", "xml": b"</results></sparql>", "csv": b"", "tsv": b""}
CUT_CLOSING = {"json": ']}},"truncated":"{}"}}', "xml": "</results></sparql><!-- {} -->", "csv": "", "tsv": ""}
REMARK = {"rdfxml": "\n<!-- {} -->\n", "jsonld": ""}  # and a line with # in the others

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""The variables, and the rows as they stand behind VALUES."""

NASTY = (
    *(
        '"',
        "'",
        "\\",
        "\n",
        "\r\n",
        "\r",
        "\t",
        ",",
        "{",
        "}",
        "},{",
        "},{}",
        '},{"',
        '},{"a":{',
        '"}},{"a":{"type":',
        "[{",
    ),
    *(
        "}]",
        "]}}",
        '"bindings":[',
        "<",
        "</result>",
        "<results>",
        "</results></sparql>",
        "-->",
        "#",
        "x",
        "é",
        "\u2028",
        "😀",
    ),
)
literals = st.lists(st.sampled_from(NASTY), max_size=5).map("".join).map(ox.Literal)
values = st.one_of(
    literals.map(str),
    literals.map(lambda value: str(ox.Literal(value.value, language="en"))),
    literals.map(lambda value: str(ox.Literal(value.value, datatype=ox.NamedNode("https://example.org/type")))),
    literals.map(lambda value: f"<<( <https://example.org/s> <https://example.org/p> {value} )>>"),
    st.sampled_from(["<https://example.org/>", "1"]),
    st.just("UNDEF"),
)
tables: st.SearchStrategy[Table] = st.lists(st.sampled_from(["a", "ab", "value"]), unique=True, max_size=3).flatmap(
    lambda names: st.tuples(
        st.just(names), st.lists(st.lists(values, min_size=len(names), max_size=len(names)), max_size=7)
    )
)
triples = st.tuples(st.sampled_from(["<https://example.org/s>", "<https://example.org/t>"]), literals.map(str))


def select(table: Table) -> ox.QuerySolutions:
    names, rows = table
    variables = " ".join(f"?{name}" for name in names)
    rows_in_words = " ".join(f"({' '.join(row)})" for row in rows)
    query = f"SELECT {variables or '*'} {{ VALUES ({variables}) {{ {rows_in_words} }} }}"
    return cast(ox.QuerySolutions, ox.Store().query(query))


def construct(statements: Sequence[tuple[str, str]]) -> ox.QueryTriples:
    rows = " ".join(f"({subject} {value})" for subject, value in statements)
    query = f"CONSTRUCT {{ ?s <https://example.org/p> ?o }} {{ VALUES (?s ?o) {{ {rows} }} }}"
    return cast(ox.QueryTriples, ox.Store().query(query))


@dataclass
class InPieces:
    """Solutions that reach the file in pieces of some length, as the engine's reach it in pieces of 8 KiB."""

    solutions: ox.QuerySolutions
    length: int
    broken: Exception | None = None
    written: int = 0

    @property
    def variables(self) -> Sequence[ox.Variable]:
        return self.solutions.variables

    def serialize(self, output: IO[bytes], format: ox.QueryResultsFormat) -> None:
        whole = self.solutions.serialize(format=format)
        assert whole is not None
        for start in range(0, len(whole), self.length):
            output.write(whole[start : start + self.length])
            self.written += self.length
        if self.broken:
            raise self.broken


def capped(results: Any, form: GraphFormat | TableFormat, caps: Caps) -> tuple[bytes, str | None]:
    output = io.BytesIO()
    cut = write_capped(results, output, form, caps, {"ex": "https://example.org/"})
    return output.getvalue(), cut


def first_rows(table: Table, form: TableFormat, rows: int) -> bytes:
    """Head and first rows, as the engine writes them when there are no others."""
    whole = select((table[0], table[1][:rows])).serialize(format=form.engine)
    assert whole is not None
    return whole.removesuffix(CLOSING[form.name])


def many(rows: int, name: str = "n") -> ox.QuerySolutions:
    return select(([name], [[f'"{number}, in a row that takes some room"'] for number in range(rows)]))


@TABLES
@settings(deadline=None)
@given(table=tables, rows=st.integers(0, 8), piece=st.sampled_from([1, 2, 3, 5, 20, 64, 10_000]), data=st.data())
def test_a_table_is_cut_behind_the_last_row_that_is_allowed(
    form: TableFormat, table: Table, rows: int, piece: int, data: st.DataObject
) -> None:
    answers = [first_rows(table, form, count) for count in range(len(table[1]) + 1)]
    near = [max(0, len(answer) + by) for answer in answers for by in (-1, 0, 1)]
    size = data.draw(st.sampled_from([*near, 0, 10_000]), label="size")
    allowed = max(n for n, answer in enumerate(answers) if n == 0 or (n <= rows and len(answer) <= size))
    written, cut = capped(InPieces(select(table), piece), form, Caps(rows, size))
    if allowed == len(table[1]):
        assert (written, cut) == (answers[-1] + CLOSING[form.name], None)
    else:
        which, sentence = ("rows", _cut(rows, "row")) if allowed == rows else ("bytes", _cut(size, "byte"))
        assert (written, cut) == (answers[allowed] + CUT_CLOSING[form.name].format(sentence).encode(), which)


def _cut(limit: int, unit: str) -> str:
    return f"Cut at the limit of {limit:,} {unit}{'' if limit == 1 else 's'}."


@settings(deadline=None)
@given(table=tables, rows=st.integers(0, 8))
def test_the_first_rows_can_be_read_from_what_was_cut(table: Table, rows: int) -> None:
    def read(form: TableFormat, caps: Caps) -> Any:
        written, cut = capped(select(table), form, caps)
        assert (cut == "rows") == (len(table[1]) > caps.rows)
        if form == CSV:
            return list(csv.reader(io.StringIO(written.decode(), newline="")))
        if form == JSON:
            document = json.loads(written)
            assert document.pop("truncated", None) == (_cut(rows, "row") if cut else None)
            written = json.dumps(document).encode()
        results = ox.parse_query_results(written, format=form.engine)
        assert isinstance(results, ox.QuerySolutions)
        return [list(row) for row in results]

    for form in (JSON, XML, TSV):
        assert read(form, Caps(rows, 2**63)) == read(form, NO_CAPS)[:rows]
    # The engine leaves a literal within a triple term in quotes of its own in the midst of a field, which is no CSV.
    if not any("<<(" in value for row in table[1] for value in row):
        whole = read(CSV, NO_CAPS)
        assert read(CSV, Caps(rows, 2**63)) == whole[: rows + 1]


@TABLES
@pytest.mark.parametrize("rows", [0, 1, 1234, 2999, 3000])
def test_the_engine_is_stopped_in_the_midst_of_a_long_table(form: TableFormat, rows: int) -> None:
    caps = Caps(rows, 2**63)
    at_once = capped(InPieces(many(3000), 10**9), form, caps)
    assert at_once[1] == (None if rows == 3000 else "rows")
    assert capped(many(3000), form, caps) == at_once
    for length in (1, 9, 1000):
        assert capped(InPieces(many(3000), length), form, caps) == at_once


HARD_TO_PART: dict[str, Table] = {
    "values like rows": (
        ["a", "ab"],
        [
            *(['"x"', "UNDEF"], ["UNDEF", "1"], ["UNDEF", "UNDEF"], ['"x"', '"y"'], ['"a\\r\\nb\\"\\r\\n"', '"},{}"']),
            *(['"\\\\"', "UNDEF"], ['","', '"\\r"'], ['"},{"', "UNDEF"], ["UNDEF", "UNDEF"], ["UNDEF", '"},{}\\\\"']),
            *(["1", "1"], ['"\\\\\\"},{"', '"</result>"'], ["UNDEF", "UNDEF"], ["UNDEF", "UNDEF"]),
        ],
    ),
    "first one bound, then the other": (["a", "ab"], 4 * [["UNDEF", "1"], ["1", "UNDEF"], ["1", "1"]]),
    "rows shorter than a name": (["a_name_that_is_long"], 5 * [["UNDEF"]]),
}


@TABLES
@pytest.mark.parametrize("table", HARD_TO_PART.values(), ids=HARD_TO_PART.keys())
def test_it_does_not_matter_where_the_bytes_are_parted(form: TableFormat, table: Table) -> None:
    for allowed in range(len(table[1])):
        start = first_rows(table, form, allowed)
        end = CUT_CLOSING[form.name]
        for length in (*range(1, 50), *range(50, 1000, 17)):
            by_rows = capped(InPieces(select(table), length), form, Caps(allowed, 2**63))
            assert by_rows == (start + end.format(_cut(allowed, "row")).encode(), "rows")
            by_size = capped(InPieces(select(table), length), form, Caps(99, len(start)))
            assert by_size == (start + end.format(_cut(len(start), "byte")).encode(), "bytes")


@TABLES
@pytest.mark.parametrize(
    "value", ["},{}" + 20_000 * "x", *(nasty * 5000 for nasty in ('},{}\r\n"', "},{", "\r\n", "x, ", "\\"))]
)
def test_a_value_may_be_longer_than_the_engines_buffer(form: TableFormat, value: str) -> None:
    table = (["a"], [["1"], [str(ox.Literal(value))], *(9 * [["2"]]), [str(ox.Literal(value + "."))], ["UNDEF"], ["3"]])
    for rows in range(14):
        start = first_rows(table, form, rows)
        end = CUT_CLOSING[form.name].format(_cut(rows, "row")).encode()
        assert capped(select(table), form, Caps(rows, 2**63)) == (start + end, "rows")
        assert capped(InPieces(select(table), 777), form, Caps(rows, 2**63)) == (start + end, "rows")


@TABLES
@pytest.mark.parametrize("caps", [Caps(2**63, 100), Caps(0, 2**63)])
def test_a_row_that_is_not_allowed_is_not_waited_for(form: TableFormat, caps: Caps) -> None:
    table = (["a"], [[f'"{100_000 * "x"}"']])
    results = InPieces(select(table), 200)
    assert len(capped(results, form, caps)[0]) < 300
    assert results.written < 1000


def test_other_readers_take_the_word_in_json() -> None:
    written, _ = capped(many(3), JSON, Caps(2, 2**63))
    assert len(Result.parse(io.BytesIO(written), format="json")) == 2


@TABLES
def test_yes_or_no_is_never_cut(form: TableFormat) -> None:
    query = "ASK {}"
    whole = cast(ox.QueryBoolean, ox.Store().query(query)).serialize(format=form.engine)
    assert capped(ox.Store().query(query), form, Caps(0, 0)) == (whole, None)


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        (Caps(1000, 2**63), "Cut at the limit of 1,000 rows."),
        (Caps(1, 2**63), "Cut at the limit of 1 row."),
        (Caps(2**63, 4096), "Cut at the limit of 4,096 bytes."),
    ],
)
def test_the_sentence_names_the_limit_and_its_number(caps: Caps, said: str) -> None:
    assert json.loads(capped(many(2000), JSON, caps)[0])["truncated"] == said
    assert capped(many(2000), XML, caps)[0].endswith(f"<!-- {said} -->".encode())


@GRAPHS
@settings(deadline=None)
@given(statements=st.lists(triples, max_size=7), rows=st.integers(0, 8))
def test_a_graph_ends_behind_the_last_triple_that_is_allowed(
    form: GraphFormat, statements: list[tuple[str, str]], rows: int
) -> None:
    written, cut = capped(construct(statements), form, Caps(rows, 2**63))
    assert [quad.triple for quad in ox.parse(written, format=form.engine)] == list(construct(statements))[:rows]
    remark = REMARK.get(form.name, "# {}\n").format(_cut(rows, "triple")).encode()
    if len(list(construct(statements))) > rows:
        assert cut == "rows"
        assert written.endswith(remark)
    else:
        whole = ox.serialize(construct(statements), format=form.engine, prefixes={"ex": "https://example.org/"})
        assert (written, cut) == (whole, None)


@GRAPHS
def test_a_graph_ends_soon_after_its_bytes_are_written(form: GraphFormat) -> None:
    statements = [("<https://example.org/s>", f'"{number}"') for number in range(5000)]
    whole, cut = capped(construct(statements), form, NO_CAPS)
    assert cut is None
    for size in (0, 1, 30_000, len(whole) - 9000):
        written, cut = capped(construct(statements), form, Caps(5000, size))
        assert cut == "bytes"
        assert size <= len(written) < size + 9000
        read = [quad.triple for quad in ox.parse(written, format=form.engine)]
        assert read == list(construct(statements))[: len(read)]
        assert size or not read
        assert form.name == "jsonld" or _cut(size, "byte").encode() in written
    assert capped(construct(statements), form, Caps(5000, len(whole))) == (whole, None)


@dataclass(frozen=True)
class Broken:
    """A file whose other end is gone."""

    error: Exception

    def write(self, data: bytes) -> int:
        raise self.error


@pytest.mark.parametrize(
    "error", [BrokenPipeError(32, "gone"), RuntimeError("gone"), ValueError("gone"), MemoryError()]
)
def test_errors_pass_through_as_they_are(error: Exception) -> None:
    output = cast("IO[bytes]", Broken(error))
    for form in TABLE_FORMATS:
        for results in (many(2000), InPieces(many(2), 64, error)):
            with pytest.raises(type(error)) as caught:
                write_capped(cast(ox.QuerySolutions, results), output, form, NO_CAPS, {})
            assert caught.value is error
    for graph_form in GRAPH_FORMATS:
        with pytest.raises(type(error)) as caught:
            write_capped(construct([("<https://example.org/s>", "1")]), output, graph_form, NO_CAPS, {})
        assert caught.value is error


def test_a_form_for_another_kind_of_answer_is_refused() -> None:
    with pytest.raises(TypeError, match="csv is not a form of graphs"):
        capped(construct([]), CSV, NO_CAPS)
    with pytest.raises(TypeError, match="turtle is not a form of tables"):
        capped(many(1), named("turtle", GRAPH_FORMATS), NO_CAPS)


@pytest.mark.parametrize("form", TABLE_FORMATS, ids=lambda form: form.name)
def test_rows_that_nobody_counts_are_cut_between_two_of_them(form: TableFormat) -> None:
    store = ox.Store()
    store.extend(
        ox.Quad(
            ox.NamedNode(f"http://x/{number}"),
            ox.NamedNode("http://x/p"),
            ox.Literal(str(number) + ' "\r\n},{"o":{ </result> \t},{}'),
        )
        for number in range(20_000)
    )
    query = "SELECT ?s ?o ?u { ?s ?p ?o OPTIONAL { ?o ?q ?u } }"
    whole, nothing = capped(store.query(query), form, Caps(UNCOUNTED, 2**62))
    assert nothing is None
    written, cut = capped(store.query(query), form, Caps(UNCOUNTED, 700_000))
    kept = written[: written.rfind(b"<!--")] if form.name == "xml" else written
    start = (
        kept.removesuffix(LAYOUTS[form.engine].closing) if form.name == "xml" else kept.partition(b']},"truncated"')[0]
    )
    assert cut == "bytes"
    assert whole.startswith(start)
    assert 600_000 < len(start) <= 700_000
    if form.name in ("csv", "tsv"):
        assert start.endswith(b"\n")
    else:
        assert start.endswith(b"}" if form.name == "json" else b"</result>")
