"""Work that is done only while somebody waits for it: a client that goes away takes its query along.

https://asgi.readthedocs.io/en/latest/specs/www.html#disconnect-receive-event
"""

import asyncio
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

CLIENT_CLOSED_REQUEST = 499
"""What a log says of a request whose client has gone; nobody is there to read it."""


SOON = 0.05
"""Seconds in which nobody is expected to go away."""


async def while_present(request: Request, work: Awaitable[Response]) -> Response:
    """The response that the work comes to, or an empty one if the client goes first and the work is given up.

    The body of the request must have been read, or be none of it of interest. The work stays in this task, because what
    it opens for the response is closed by it.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task
    watching: asyncio.Task[None] | None = None
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    def begin() -> None:
        nonlocal watching
        watching = loop.create_task(watch())

    # Most answers are there before anybody could have gone, and a watch costs as much as one of them.
    beginning = loop.call_later(SOON, begin)
    try:
        return await work
    except asyncio.CancelledError:
        if not gone:
            raise
        task.uncancel()
        return Response(status_code=CLIENT_CLOSED_REQUEST)
    finally:
        beginning.cancel()
        if watching is not None:
            watching.cancel()
