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


class Connection(asyncio.Protocol):
    """The way to one child of the keeper: frames come in, messages go out. It is killed on closing, and never another process."""

    def __init__(self) -> None:
        self.door, self.edition = "", ""
        self._buffer, self._missing = b"", 0
        self._frames: deque[tuple[int, bytes]] = deque()
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._process, self._handle = 0, -1
        self._deadline, self._start = 0.0, 0.0
        self.open, self._asked, self._long = True, False, False

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
        if self._held > 2 * CHUNK and self._transport:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        self._wake()

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

    def ask(self, question: bytes, seconds: float) -> None:
        """Send a frame; `seconds` is how long its answer may take, until the last byte is read."""
        assert self._transport
        self._start, self._deadline, self._asked = time.monotonic(), seconds, True
        self._transport.write(question)

    def look(self, now: float) -> None:
        """Let a question that takes long have the time that short ones leave, and end it past its deadline."""
        took = now - self._start
        if self._asked and took > self._deadline + GRACE:
            self.close()
        elif self._asked and took > LONG and not self._long:
            self._long = True
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process, NICENESS)

    async def frame(self) -> tuple[int, bytes]:
        """The next frame. Raises QueryTimeout or ReaderLost where none comes any more, and the error that it tells of."""
        while not self._frames:
            if not self.open:
                # A reader that is gone says nothing more; only the clock tells why.
                late = self._deadline and time.monotonic() - self._start >= self._deadline
                raise QueryTimeout(self._deadline) if late else ReaderLost()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        kind, payload = self._frames.popleft()
        self._held -= len(payload)
        if self._held <= CHUNK and self._transport and self.open:
            self._transport.resume_reading()
        if kind == Kind.ERROR:
            self.rest()
            raise unpack_error(payload)
        return kind, payload

    def rest_of_answer(self) -> bytes | None:
        """What is left of an answer, if all of it has come."""
        if not self._frames or self._frames[-1][0] != Kind.END:
            return None
        whole = b"".join(payload for kind, payload in self._frames if kind == Kind.DATA)
        self.end(self._frames[-1][1])
        self._frames.clear()
        self._held = 0
        return whole

    def end(self, payload: bytes) -> None:
        """The END of an answer has come."""
        if not json.loads(payload)["leaving"]:
            self.rest()

    def rest(self) -> None:
        """The answer has come to its end, and nobody has to be ended for it."""
        self._asked = False

    @property
    def free(self) -> bool:
        """Whether this child can be asked again: it is there, is at nothing, and was not told to make way."""
        return self.open and not self._asked and not self._long

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
        self.open = False
        self._wake()
