"""Work in a process of its own: where it dies, or never ends, only that work is lost, and it is known which.

Some input makes an engine overflow its stack, which no exception tells of, or keeps it busy for years.
"""

import contextlib
import ctypes
import faulthandler
import os
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from typing import NoReturn, TypeVar

from orgatlas.graph.errors import AtlasError, Unfinished

PR_SET_PDEATHSIG = 1

Result = TypeVar("Result")


def apart(work: Callable[[], Result], seconds: float | None = None) -> Result:
    """What `work` returns, or raises, in a process of its own; both must be of a kind that can be pickled.

    Raises Unfinished if the process dies, or has not come to an end after so many seconds.
    """
    [outcome] = each_apart([(work, seconds)])
    if isinstance(outcome, Unfinished):
        raise outcome
    return outcome


def each_apart(
    works: Sequence[tuple[Callable[[], Result], float | None]],
) -> Generator[Result | Unfinished, None, None]:
    """What each work returns, each with its own limit in seconds. The first error that one raises is raised.

    One process does them all, one by one; where it is lost, a new one goes on after the work that was its end.
    """
    done = 0
    while done < len(works):
        left = works[done:]
        with _forked([work for work, _ in left]) as inlet:
            for _, seconds in left:
                done += 1
                outcome: Result | Unfinished = _received(inlet, seconds)
                yield outcome
                if isinstance(outcome, Unfinished):
                    break


def _received(inlet: Connection, seconds: float | None) -> Result | Unfinished:
    try:
        if not inlet.poll(seconds):
            return Unfinished(seconds)
        result, error = inlet.recv()
    except (EOFError, OSError):
        return Unfinished()
    if error is not None:
        raise error
    returned: Result = result
    return returned


@contextmanager
def _forked(works: Sequence[Callable[[], object]]) -> Iterator[Connection]:
    """The end of a pipe from which to take what came of each work, in turn. On leaving, the process is ended."""
    inlet, outlet = Pipe(duplex=False)
    _flush()  # or what is waiting to be written would be written twice
    parent = os.getpid()
    with warnings.catch_warnings():
        # Python 3.12 warns where there are threads: a lock that one of them holds is never freed in the fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _do(works, outlet, parent)
    outlet.close()
    try:
        yield inlet
    finally:
        inlet.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)  # not waited for yet, so this number is still its own
            os.waitpid(child, 0)


def _do(works: Sequence[Callable[[], object]], outlet: Connection, parent: int) -> NoReturn:
    """Do the works and end the process, whatever happens."""
    try:
        # An engine at work does not look whether Python was interrupted; the default action asks nobody.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        faulthandler.disable()  # how it died is for the parent to say
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _end_with(parent)
        for work in works:
            outlet.send(_outcome(work))
    except BrokenPipeError:
        pass  # nobody waits any more
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _outcome(work: Callable[[], object]) -> tuple[object, BaseException | None]:
    try:
        try:
            return work(), None
        finally:
            _flush()
    except BaseException as error:
        if not isinstance(error, (AtlasError, OSError)):
            error.add_note("".join(traceback.format_exception(error)))  # a traceback stays in its process
        return None, error


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _end_with(parent: int) -> None:
    """End this process when its parent ends, however that comes about; other systems than Linux have no word for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
