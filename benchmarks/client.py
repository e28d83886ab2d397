"""What load.lua does under wrk, where there is no wrk: `client.py PORT PATH UNITS SERIAL CLIENTS SECONDS`.

It is slower than wrk, and so takes more of the processor away from the server it measures.
"""

import asyncio
import itertools
import json
import statistics
import sys
import time


async def client(
    port: int, path: str, units: int, serials: "itertools.count[int]", end: float, log: list[float]
) -> int:
    """Ask until the end comes; the seconds of each answer go to the log, and the number of failures is returned."""
    failures, stream, writer = 0, None, None
    while (start := time.perf_counter()) < end:
        serial = next(serials)
        target = path.replace("UNIT", str(serial % units)).replace("SERIAL", str(serial))
        try:
            if stream is None or writer is None:
                stream, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {ACCEPT}\r\n\r\n".encode())
            async with asyncio.timeout(max(end - time.perf_counter(), 0.001)):
                status = await answer(stream)
            if status >= 400:
                failures += 1
            else:
                log.append(time.perf_counter() - start)
        except TimeoutError:
            break  # cut off by the end, which is no failure
        except (OSError, asyncio.IncompleteReadError):
            failures += 1
            stream = None
    if writer is not None:
        writer.close()
    return failures


async def answer(stream: asyncio.StreamReader) -> int:
    """Read one answer to its end and return its status."""
    head = (await stream.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        while size := int((await stream.readline()).partition(b";")[0], 16):
            await stream.readexactly(size + 2)
        await stream.readline()
    else:
        await stream.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
    return int(head.split(None, 2)[1])


async def main(port: int, path: str, units: int, serial: int, clients: int, seconds: float) -> None:
    """Print one line of JSON, as load.lua does."""
    serials, log, start = itertools.count(serial + 1), list[float](), time.perf_counter()
    end = start + seconds
    failures = await asyncio.gather(*(client(port, path, units, serials, end, log) for _ in range(clients)))
    took, median = time.perf_counter() - start, statistics.median(log) if log else 0.0
    print(json.dumps({"seconds": took, "answers": len(log), "failures": sum(failures), "median": median}))


ACCEPT = "application/sparql-results+json"

if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6]), float(sys.argv[6])))
