"""Writes that belong together, sent together.

https://docs.python.org/3/library/asyncio-protocol.html#write-only-transports
"""

from asyncio import Transport


class Joined:
    """A transport that sends the head of a response together with the first of its body: one packet, one system call.

    The application never begins a response before it has some of its body.
    """

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._head: bytes | None = b""

    def write(self, data: bytes) -> None:
        """Hold back what comes first, unless it is 100 Continue, and send all else."""
        if self._head is None:
            self._transport.write(data)
        elif self._head:
            self._transport.write(self._head + data)
            self._head = None
        elif data.startswith(b"HTTP/1.1 100 "):
            self._transport.write(data)
        else:
            self._head = data

    def flush(self) -> None:
        """Send what is held back."""
        if self._head:
            self._transport.write(self._head)
            self._head = None

    def close(self) -> None:
        """Close, once everything is sent."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._transport.is_closing()
