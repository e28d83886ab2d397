"""Pages read as much of an answer as they show, however it comes in pieces."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from orgatlas.api.answers import CELL_LIMIT, COLUMN_LIMIT, SIZE_LIMIT, Shown, Streamed, _graph, _table
from orgatlas.graph.errors import QueryTimeout


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def table(rows: list[dict[str, Any]], size: int, limit: int = 10, columns: tuple[str, ...] = ("x",)) -> Shown:
    text = json.dumps(
        {"head": {"vars": columns}, "results": {"bindings": rows}}, ensure_ascii=False, separators=(",", ":")
    )
    return asyncio.run(_table(pieces(text.encode(), size), limit))


def row(value: str) -> dict[str, Any]:
    return {"x": {"type": "literal", "value": value}}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_rows_are_the_same_however_the_bytes_are_cut(size: int) -> None:
    rows = [row("é€🙂"), {}, row('"}],{"'), row("]")]
    found = table(rows, size)
    assert (list(found.rows), found.columns, found.cut) == (rows, ("x",), False)


def test_an_empty_answer_has_columns_and_no_rows() -> None:
    assert table([], 5) == Shown(columns=("x",))
    assert table([], 5, columns=()) == Shown()


def test_as_many_rows_as_the_limit_are_not_cut() -> None:
    assert not table([row("a")] * 10, 16).cut


def test_one_row_more_than_the_limit_is_cut_and_said_so() -> None:
    found = table([row("a")] * 11, 16)
    assert (len(found.rows), found.cut) == (10, True)


def test_reading_stops_at_a_size() -> None:
    found = table([row("a"), row("b" * 2 * SIZE_LIMIT)], 256 * 1024)
    assert (list(found.rows), found.cut) == ([row("a")], True)


def test_of_a_wide_table_fewer_columns_and_rows_are_shown() -> None:
    columns = tuple(f"c{number}" for number in range(9000))
    found = table([row("a")] * 1001, 10_000, limit=1000, columns=columns)
    assert found.columns == columns[:COLUMN_LIMIT]
    assert len(found.rows) == CELL_LIMIT // COLUMN_LIMIT
    assert found.cut
    assert found.narrowed
    few = table([row("a")], 10_000, limit=1000, columns=columns)
    assert (len(few.rows), few.cut, few.narrowed) == (1, False, True)
    assert not table([row("a")], 64).narrowed


def test_a_term_too_deep_to_be_read_ends_what_is_shown() -> None:
    deep = '{"type":"triple","value":{"object":' * 2000 + "1" + "}}" * 2000
    text = '{"head":{"vars":["x"]},"results":{"bindings":[' + json.dumps(row("a")) + ',{"x":' + deep + "}]}}"
    found = asyncio.run(_table(pieces(text.encode(), 10_000), 10))
    assert (list(found.rows), found.cut) == ([row("a")], True)


def test_a_graph_is_cut_by_lines() -> None:
    assert asyncio.run(_graph(pieces(b"a\nb\nc\n", 2), 2)) == Shown(graph="a\nb", cut=True)
    assert asyncio.run(_graph(pieces(b"a\nb\n", 1), 2)) == Shown(graph="a\nb", cut=False)


def test_a_failure_on_the_way_leaves_the_response_unfinished() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"second"
        raise QueryTimeout(1)

    async def sent() -> list[Any]:
        async def send(message: Any) -> None:
            messages.append(message)

        async def receive() -> Any:
            await asyncio.Event().wait()

        messages: list[Any] = []
        response = Streamed(b"first", broken(), AsyncExitStack(), media_type="text/csv")
        await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        return messages

    messages = asyncio.run(sent())
    assert [message.get("body") for message in messages[1:]] == [b"first", b"second"]
    assert all(message["more_body"] for message in messages[1:])
