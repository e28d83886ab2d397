"""Work that is done only while somebody waits for it: a client that goes away takes its query along.

https://asgi.readthedocs.io/en/latest/specs/www.html#disconnect-receive-event
"""

import asyncio
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

CLIENT_CLOSED_REQUEST = 499
"""What a log says of a request whose client has gone; nobody is there to read it."""


async def while_present(request: Request, work: Awaitable[Response]) -> Response:
    """The response that the work comes to, or an empty one if the client goes first and the work is given up.

    The body of the request must have been read, or be none of it of interest. The work stays in this task, because what
    it opens for the response is closed by it.
    """
    task, gone = asyncio.current_task(), asyncio.Event()
    assert task

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()
        task.cancel()

    watching = asyncio.create_task(watch())
    try:
        return await work
    except asyncio.CancelledError:
        if not gone.is_set():
            raise
        task.uncancel()
        return Response(status_code=CLIENT_CLOSED_REQUEST)
    finally:
        watching.cancel()
