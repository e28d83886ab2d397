"""The way to one child of the keeper, as the HTTP process has it: messages go out, frames come in, and it can be ended.

https://docs.python.org/3/library/asyncio-protocol.html#streaming-protocols
"""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections import deque
from typing import cast

from orgatlas.graph.errors import QueryTimeout, ReaderLost
from orgatlas.graph.frames import CHUNK, HEADER, Kind, unpack_error

GRACE = 0.25
"""Seconds past its deadline after which a reader that has not ended by itself is killed."""

LONG = 1.0
"""Seconds after which a question counts as long: its reader then makes way for others."""

NICENESS = 10
"""How far it makes way, as nice(2) counts."""

QUICK = 0.001
"""Seconds that questions take which may stand in line before one child: to wake another one would cost as much."""

IN_LINE = 4
"""Questions that one child may have before it."""

SOON = 0.01
"""Seconds after which those behind a question that is not so quick are asked elsewhere."""


class Overtaken(Exception):
    """A question stood behind one that takes longer than was thought: it is to be asked elsewhere, and no harm is done."""


class Ask:
    """A question before a child. `head` will be what its answer begins with, and the rest where all of it has come."""

    __slots__ = ("connection", "head", "seconds")

    def __init__(self, connection: "Connection", seconds: float) -> None:
        self.connection, self.seconds = connection, seconds
        self.head: asyncio.Future[tuple[bytes, bytes | None]] = asyncio.get_running_loop().create_future()

    def answer(self, head: bytes, whole: bytes | None) -> None:
        if not self.head.done():  # who asked may have gone
            self.head.set_result((head, whole))

    def fail(self, error: Exception) -> None:
        if not self.head.done():
            self.head.set_exception(error)


class Connection(asyncio.Protocol):
    """The way to one child of the keeper. It answers questions in their order; closing ends it, and never another process.

    The first question in line is at work. A long answer to it is taken frame by frame, and then nobody stands behind it.
    """

    def __init__(self) -> None:
        self.door, self.edition = "", ""
        self._buffer, self._missing = b"", 0
        self._frames: deque[tuple[int, bytes]] = deque()
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._process, self._handle = 0, -1
        self._asks: deque[Ask] = deque()
        self._start, self._took = 0.0, 1.0
        self._hurry: asyncio.TimerHandle | None = None
        self.open, self._streaming, self._spent = True, False, False

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # That of uvloop is no asyncio.Transport by its class, but does all that one does.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take frames apart. Of a long one each piece is passed on as it comes, since nobody needs it in one."""
        if self._buffer:
            data, self._buffer = self._buffer + data, b""
        place, end = 0, len(data)
        while place < end:
            if self._missing:
                piece = data[place : place + self._missing]
                place += len(piece)
                self._missing -= len(piece)
                self._frames.append((Kind.DATA, piece))
                self._held += len(piece)
                continue
            if end - place < HEADER.size:
                break
            size, kind = HEADER.unpack_from(data, place)
            if kind == Kind.DATA:
                self._missing = size
                place += HEADER.size
            elif end - place < HEADER.size + size:
                break
            else:
                place += HEADER.size
                self._frames.append((kind, data[place : place + size]))
                self._held += size
                place += size
        self._buffer = data[place:]
        self._deliver()
        if self._held > 2 * CHUNK and self._transport:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._lose()

    def _deliver(self) -> None:
        """Give those in line what has come for them."""
        while self._asks and self._frames and not self._streaming:
            ask, (kind, payload) = self._asks[0], self._frames[0]
            if kind == Kind.ERROR:
                self._take()
                error, leaving = unpack_error(payload)
                self._finish(leaving)
                ask.fail(error)
            elif any(each[0] == Kind.END for each in self._frames):
                self._take()
                pieces = []
                while (frame := self._take())[0] == Kind.DATA:
                    pieces.append(frame[1])
                self._finish(json.loads(frame[1])["leaving"])
                ask.answer(payload, b"".join(pieces))
            else:
                self._take()
                self._streaming = True
                self._send_on()
                ask.answer(payload, None)

    def _take(self) -> tuple[int, bytes]:
        kind, payload = self._frames.popleft()
        self._held -= len(payload)
        return kind, payload

    def _finish(self, leaving: bool) -> None:
        """The first in line has its answer."""
        now = time.monotonic()
        self._asks.popleft()
        self._took = 0.7 * min(self._took, 10 * QUICK) + 0.3 * (now - self._start)
        self._start, self._streaming = now, False
        if leaving:
            self._spent = True
            self._send_on(0)
        elif self._asks and self._asks[0].head.done():
            self.close()  # whoever asked that has gone, and it might take long

    def _send_on(self, first: int = 1) -> None:
        """Have those behind the first in line asked elsewhere. What this child still says of them is not for anybody."""
        while len(self._asks) > first:
            self._spent = True
            self._asks.pop().fail(Overtaken())

    def _lose(self) -> None:
        self.open = False
        if self._hurry is not None:
            self._hurry.cancel()
        self._send_on()
        if self._asks:
            self._asks[0].fail(self._loss())
        self._wake()

    def _loss(self) -> Exception:
        """A reader that is gone says nothing more; only the clock tells why."""
        if self._asks and time.monotonic() - self._start >= self._asks[0].seconds:
            return QueryTimeout(self._asks[0].seconds)
        return ReaderLost()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What a visitor does.

    async def greet(self) -> None:
        """Learn which process this is and which edition it knows."""
        _, payload = await self.frame()
        hello = json.loads(payload)
        self._process, self.edition = hello["pid"], hello["digest"]
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self._handle = os.pidfd_open(self._process)

    def ask(self, question: bytes, seconds: float) -> Ask:
        """Put a question in line, as a frame; `seconds` is how long its answer may take, until the last byte is read."""
        assert self._transport
        ask = Ask(self, seconds)
        if not self._asks:
            self._start = time.monotonic()
        elif self._hurry is None:
            self._hurry = asyncio.get_running_loop().call_later(SOON, self._hurry_on, self._asks[0])
        self._asks.append(ask)
        self._transport.write(question)
        return ask

    def _hurry_on(self, first: Ask) -> None:
        self._hurry = None
        if self._asks and self._asks[0] is first:
            self._send_on()

    def leave(self, ask: Ask) -> None:
        """Whoever asked has gone: what works on that question is ended, and a question in line is answered to nobody."""
        if self._asks and self._asks[0] is ask:
            self.close()

    async def frame(self) -> tuple[int, bytes]:
        """The next frame of a long answer. Raises QueryTimeout or ReaderLost where none comes any more."""
        while not self._frames:
            if not self.open:
                raise self._loss()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        kind, payload = self._take()
        if self._held <= CHUNK and self._transport and self.open:
            self._transport.resume_reading()
        if kind == Kind.END:
            self._finish(json.loads(payload)["leaving"])
        return kind, payload

    # What its owner looks at.

    def look(self, now: float) -> None:
        """Let a question that takes long have the time that short ones leave, and end it past its deadline."""
        if self._asks and now - self._start > self._asks[0].seconds + GRACE:
            self.close()
        elif self._asks and now - self._start > LONG and not self._spent:
            self._spent = True
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process, NICENESS)

    @property
    def at_work(self) -> bool:
        """Whether somebody waits for it."""
        return self.open and bool(self._asks)

    @property
    def free(self) -> bool:
        """Whether it can be asked again: it is there, is at nothing, was not told to make way, and owes nobody an answer."""
        return self.open and not self._asks and not self._spent

    def is_quick(self, now: float) -> bool:
        """Whether one more question may stand in line before it: it is free, or at questions that take no time."""
        if not self._asks:
            return self.free
        at_quick_ones = len(self._asks) < IN_LINE and self._took < QUICK and now - self._start < QUICK
        return at_quick_ones and self.open and not self._streaming and not self._spent

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                if self._handle >= 0:
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                elif not hasattr(os, "pidfd_open"):
                    os.kill(self._process, signal.SIGKILL)
        if self._handle >= 0:
            os.close(self._handle)
        self._process, self._handle = 0, -1
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self._lose()
