"""Tasks whose outcome is kept for whoever asks for it next.

https://docs.python.org/3/library/asyncio-task.html#asyncio.shield
"""

import asyncio
from typing import Any, TypeGuard


def is_kept(task: "asyncio.Task[Any] | None") -> "TypeGuard[asyncio.Task[Any]]":
    """Whether there is a task that has come to something, or may yet: what has failed is tried again."""
    return task is not None and not (task.done() and (task.cancelled() or task.exception() is not None))
