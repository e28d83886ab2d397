"""A reader answers one question and may die of it; nobody else notices."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from orgatlas.graph.commit import Change
from orgatlas.graph.errors import (
    Busy,
    EngineFailed,
    EvaluationFailed,
    OutboundRefused,
    QuerySyntaxError,
    QueryTimeout,
    ReaderLost,
)
from orgatlas.graph.pool import Readers, keeper
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import Query

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
NESTED = "SELECT * " + "{" * 5000 + "?s ?p ?o" + "}" * 5000
UNITS = Query("SELECT DISTINCT ?unit { ?unit a org:OrganizationalUnit }")


def serving(work: Callable[[Readers], Awaitable[None]], paths: tuple[Path, ...] = (), **settings: float) -> None:
    async def run() -> None:
        async with keeper(paths, Settings(**settings)) as readers:  # type: ignore[arg-type]
            await work(readers)

    asyncio.run(run())


async def bytes_of(readers: Readers, query: Query) -> bytes:
    async with readers.ask(query) as answer:
        return b"".join([chunk async for chunk in answer.chunks])


def test_a_question_is_answered_with_its_kind_and_form() -> None:
    async def work(readers: Readers) -> None:
        assert len(await readers.table(UNITS)) == 7
        async with readers.ask(
            Query("CONSTRUCT { ?s ?p ?o } WHERE { ?s org:classification ?o ; ?p ?o }"), "csv", "ntriples"
        ) as it:
            assert (it.kind, it.form) == ("triples", "ntriples")
            assert len((b"".join([chunk async for chunk in it.chunks])).splitlines()) == 7
        assert readers.triples > 3000
        assert len(readers.digest) == 64

    serving(work)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (CROSS, QueryTimeout),
        (NESTED, ReaderLost),
        ("SELECT * { ?s ?p }", QuerySyntaxError),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", OutboundRefused),
    ],
    ids=["runaway", "crash", "syntax", "outbound"],
)
def test_an_error_is_told_and_the_next_question_is_answered(text: str, error: type[Exception]) -> None:
    async def work(readers: Readers) -> None:
        with pytest.raises(error):
            await bytes_of(readers, Query(text))
        assert len(await readers.table(UNITS)) == 7

    serving(work, query_timeout=1)


def test_many_at_once_and_one_that_runs_away() -> None:
    async def work(readers: Readers) -> None:
        runaway = asyncio.create_task(bytes_of(readers, Query(CROSS)))
        tables = await asyncio.gather(*(readers.table(UNITS) for _ in range(40)))
        assert [len(table) for table in tables] == [7] * 40
        with pytest.raises(QueryTimeout):
            await runaway

    serving(work, query_timeout=2, readers=3)


def test_memory_has_a_limit() -> None:
    async def work(readers: Readers) -> None:
        big = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
        with pytest.raises(ReaderLost):
            await bytes_of(readers, Query(big))
        assert len(await readers.table(UNITS)) == 7

    serving(work, query_memory=64)


def test_leaving_early_frees_the_reader() -> None:
    async def work(readers: Readers) -> None:
        for _ in range(3):
            async with readers.ask(Query("SELECT * { ?a ?b ?c . ?d ?e ?f }")) as answer:
                assert await anext(aiter(answer.chunks))
        assert len(await readers.table(UNITS)) == 7

    serving(work, readers=1)


def test_a_broken_bundle_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<a> <b> .")

    async def work(readers: Readers) -> None:
        raise AssertionError("it started")

    with pytest.raises(EngineFailed, match=r"a\.ttl:1:9"):
        serving(work, (tmp_path / "a.ttl",))


def test_what_the_engine_cannot_write_is_told() -> None:
    async def work(readers: Readers) -> None:
        deep = "CONSTRUCT { <http://a/b> <http://a/p> <<( <http://a/b> <http://a/b> 1 )>> } WHERE {}"
        with pytest.raises(EvaluationFailed):
            async with readers.ask(Query(deep), graph="jsonld"):
                pass

    serving(work)


def test_a_keeper_that_dies_is_started_again() -> None:
    async def work(readers: Readers) -> None:
        assert readers._process
        before = readers._process.pid
        os.kill(before, signal.SIGKILL)
        while readers._process.pid == before or not readers.alive:
            await asyncio.sleep(0.05)
        assert len(await readers.table(UNITS)) == 7

    serving(work)


def test_while_there_is_no_keeper_a_question_is_told_so() -> None:
    async def work(readers: Readers) -> None:
        assert readers._process
        os.kill(readers._process.pid, signal.SIGKILL)
        await readers._process.wait()
        with pytest.raises(Busy):
            await readers.table(UNITS)

    serving(work)


def test_who_does_not_read_holds_no_reader_beyond_the_deadline() -> None:
    async def stall(readers: Readers) -> None:
        with pytest.raises(QueryTimeout):
            async with readers.ask(Query("SELECT * { ?a ?b ?c . ?d ?e ?f }")):
                await asyncio.sleep(60)

    async def work(readers: Readers) -> None:
        stalled = [asyncio.create_task(stall(readers)) for _ in range(2)]
        await asyncio.sleep(0.2)
        # Refused while both readers are held, answered once their time is over.
        with pytest.raises(Busy):
            await readers.table(UNITS)
        await asyncio.gather(*stalled)
        assert len(await readers.table(UNITS)) == 7

    serving(work, readers=2, query_timeout=0.5)


def test_the_waiting_line_has_an_end() -> None:
    async def work(readers: Readers) -> None:
        slow = [asyncio.create_task(bytes_of(readers, Query(CROSS))) for _ in range(2)]
        await asyncio.sleep(0.2)
        with pytest.raises(Busy, match="Too many"):
            await readers.table(UNITS)
        done = await asyncio.gather(*slow, return_exceptions=True)
        assert all(isinstance(each, QueryTimeout | Busy) for each in done)

    serving(work, readers=1, waiting=1, query_timeout=1)


async def at_once(readers: Readers, *first: Query, quick: int = 6) -> list[object]:
    """What comes of some questions and, put right behind them, of many quick ones, once readers are known to be quick."""
    for _ in range(30):
        await bytes_of(readers, NUMBERED.format(-1))
    asked = [asyncio.create_task(bytes_of(readers, each)) for each in first]
    asked += [asyncio.create_task(bytes_of(readers, NUMBERED.format(number))) for number in range(quick)]
    return await asyncio.gather(*asked, return_exceptions=True)


class _Numbered:
    """A quick question, another for each number."""

    def format(self, number: int) -> Query:
        return Query(f"SELECT ({number} AS ?n) {{}}")


NUMBERED = _Numbered()


def is_answered(answer: object, number: int) -> bool:
    return isinstance(answer, bytes) and f'"{number}"'.encode() in answer


@pytest.mark.parametrize(("text", "error"), [(CROSS, QueryTimeout), (NESTED, ReaderLost), ("ASK {", QuerySyntaxError)])
def test_who_stands_in_line_behind_trouble_is_answered_all_the_same(text: str, error: type[Exception]) -> None:
    async def work(readers: Readers) -> None:
        for _ in range(5):
            trouble, *quick = await at_once(readers, Query(text))
            assert isinstance(trouble, error)
            assert all(is_answered(answer, number) for number, answer in enumerate(quick))

    serving(work, query_timeout=1, cache=0)


def test_who_stands_in_line_behind_a_runaway_does_not_wait_for_its_end() -> None:
    async def work(readers: Readers) -> None:
        runaway = asyncio.create_task(bytes_of(readers, Query(CROSS)))
        for _ in range(10):
            quick = await at_once(readers)
            assert all(is_answered(answer, number) for number, answer in enumerate(quick))
        assert not runaway.done()
        runaway.cancel()

    serving(work, query_timeout=60, cache=0, readers=3)


def test_long_answers_and_short_ones_do_not_mix() -> None:
    async def work(readers: Readers) -> None:
        everything = Query("SELECT * { ?s ?p ?o }")
        whole = await bytes_of(readers, everything)
        assert len(whole) > 500_000
        for _ in range(5):
            first, second, *quick = await at_once(readers, everything, everything)
            assert first == second == whole
            assert all(is_answered(answer, number) for number, answer in enumerate(quick))

    serving(work, cache=0)


def test_who_leaves_the_line_takes_nobody_along() -> None:
    async def work(readers: Readers) -> None:
        for gone in range(6):
            await at_once(readers)
            asked = [asyncio.create_task(bytes_of(readers, NUMBERED.format(number))) for number in range(6)]
            await asyncio.sleep(0)
            asked[gone].cancel()
            answers = await asyncio.gather(*asked, return_exceptions=True)
            assert all(is_answered(answer, number) for number, answer in enumerate(answers) if number != gone)
        assert not [each for each in readers._busy if each.at_work]

    serving(work, cache=0)


def test_an_answer_is_kept_for_who_asks_the_same_until_something_changes() -> None:
    async def work(readers: Readers) -> None:
        first, again = [await bytes_of(readers, UNITS) for _ in range(2)]
        assert first == again
        while readers._idle:
            readers._idle.pop().close()
        os.kill(readers._process.pid, signal.SIGSTOP)  # type: ignore[union-attr]  # nobody could answer now
        assert await bytes_of(readers, UNITS) == first
        os.kill(readers._process.pid, signal.SIGCONT)  # type: ignore[union-attr]
        one, other = [await bytes_of(readers, Query("SELECT (STRUUID() AS ?id) {}")) for _ in range(2)]
        assert one != other

    serving(work)


def test_a_change_whose_keeper_ends_is_told_that_its_outcome_is_not_known(tmp_path: Path) -> None:
    """Its rehearsal outlives the keeper, and has more to say than fits between two processes."""
    digits = " ".join(f"VALUES ?{name} {{ 0 1 2 3 4 5 6 7 8 9 }}" for name in "abcde")
    number = "?a + 10*?b + 100*?c + 1000*?d + 10000*?e"
    long, short = tmp_path / "long.ru", tmp_path / "short.ru"
    long.write_text(f"INSERT {{ <x:a> <x:b> ?n }} WHERE {{ {digits} BIND({number} AS ?n) }}")
    short.write_text("INSERT DATA { <x:a> <x:b> <x:c> }")

    async def work() -> None:
        async with keeper([], Settings(writable=True, gate=False), empty=True) as readers:
            assert readers._process
            before = readers._process.pid
            change = asyncio.create_task(readers.change(Change("update"), long))
            await asyncio.sleep(0.15)
            os.kill(before, signal.SIGKILL)
            with pytest.raises(Busy, match="not known"):
                await asyncio.wait_for(change, 30)
            while readers._process.pid == before or not readers.alive:
                await asyncio.sleep(0.05)
            assert (await readers.change(Change("update"), short)).changed

    asyncio.run(work())


def test_blank_nodes_of_two_changes_and_chance_in_two_readers_are_never_the_same(tmp_path: Path) -> None:
    """Each is a fork of a keeper that has had blank nodes of its own, and the engine's source of chance is forked, too."""
    data, added = tmp_path / "data.ttl", tmp_path / "added.ttl"
    data.write_text("[] <https://example.org/p> 0 .")
    added.write_text("[] <https://example.org/p> 1 .")

    async def work() -> None:
        async with keeper([data], Settings(writable=True, gate=False, cache=0)) as readers:
            for number in (2, 3):
                assert (
                    await readers.change(Change("post", media_type="text/turtle", base="https://e.example/"), added)
                ).changed
                assert readers.triples == number
            chances = set()
            for _ in range(3):
                chances.add(await bytes_of(readers, Query("SELECT (STRUUID() AS ?id) {}")))
                while readers._idle:
                    readers._idle.pop().close()
            assert len(chances) == 3

    asyncio.run(work())
