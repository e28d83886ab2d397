"""Content codings: how an answer is made smaller on its way.

https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1, https://www.rfc-editor.org/rfc/rfc8878 (zstd)
"""

import sys
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdCompressor
else:
    from backports.zstd import ZstdCompressor


class Encoder(Protocol):
    """Takes bytes and gives fewer, sooner or later; flush() gives the rest and ends."""

    def compress(self, data: bytes | bytearray | memoryview, /) -> bytes: ...

    def flush(self) -> bytes: ...


ENCODERS: Mapping[str, Callable[[], Encoder]] = {
    "zstd": lambda: ZstdCompressor(level=1),
    "gzip": lambda: zlib.compressobj(level=1, wbits=31),
}
"""By the name of the coding, the preferred first. The lowest levels: an answer is made once and sent once."""

TIGHTER: Mapping[str, Callable[[], Encoder]] = {
    "zstd": lambda: ZstdCompressor(level=6),
    "gzip": lambda: zlib.compressobj(level=6, wbits=31),
}
"""For pages: they are small, and wait for slow lines rather than for us."""

WORTH_IT = 1400
"""Bytes that fit into one packet anyway."""


def encoded(content: bytes, coding: str) -> bytes:
    """A page, or a file of one, in a coding of TIGHTER."""
    encoder = TIGHTER[coding]()
    return encoder.compress(content) + encoder.flush()
