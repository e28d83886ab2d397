"""What dies or never ends in a process of its own costs only itself."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from orgatlas.graph.apart import apart, each_apart
from orgatlas.graph.errors import BrokenFile, QuerySyntaxError, Unfinished


def die() -> int:
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


def sleep() -> int:
    time.sleep(600)
    return 0


def test_what_a_work_returns_comes_back_however_long_it_is() -> None:
    assert apart(lambda: "x" * 10**7) == "x" * 10**7
    assert apart(os.getpid) != os.getpid()


def test_what_a_work_raises_comes_back_as_it_was() -> None:
    def work() -> None:
        raise BrokenFile(Path("a.ttl"), "broken", 3, 4)

    with pytest.raises(BrokenFile) as caught:
        apart(work)
    error = caught.value
    assert (str(error), error.file, error.line, error.column) == ("a.ttl:3:4: broken", Path("a.ttl"), 3, 4)
    with pytest.raises(ZeroDivisionError) as fault:
        apart(lambda: 1 // 0)
    assert "test_apart.py" in "".join(fault.value.__notes__)


def test_an_error_of_the_engine_keeps_its_fields() -> None:
    def work() -> None:
        raise QuerySyntaxError("odd", 1, 2)

    with pytest.raises(QuerySyntaxError) as caught:
        apart(work)
    assert (caught.value.reason, caught.value.line, caught.value.column) == ("odd", 1, 2)


def test_a_process_that_dies_is_known_to() -> None:
    with pytest.raises(Unfinished, match="died"):
        apart(die)
    with pytest.raises(Unfinished):
        apart(lambda: os._exit(0))


def test_a_work_without_end_is_ended() -> None:
    with pytest.raises(Unfinished, match=r"0\.1 seconds"):
        apart(sleep, 0.1)


def test_after_a_work_that_was_lost_come_the_others() -> None:
    works = [lambda: 1, die, lambda: 3, sleep, lambda: 5]
    outcomes = list(each_apart([(work, 1.0) for work in works]))
    assert [each for each in outcomes if not isinstance(each, Unfinished)] == [1, 3, 5]
    assert [isinstance(each, Unfinished) for each in outcomes] == [False, True, False, True, False]


def test_no_process_is_left_behind() -> None:
    works = each_apart([(os.getpid, None), (sleep, None)])
    process = next(works)
    assert isinstance(process, int)
    works.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_is_printed_is_printed_once(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stdout.write("before ")
    apart(lambda: sys.stdout.write("within "))
    sys.stdout.write("after")
    sys.stdout.flush()
    assert capfd.readouterr().out == "before within after"
