"""Limits the bytes of answers that a fetcher's tasks hold in memory, for any number of requests at once.

Each task may hold `FREE_BYTES` of a body. Only one task at a time may hold more, until it ends. Other tasks that need
more wait in the middle of their answers: unread bytes stay with the server (TCP's window), and their time limits are
paused.
"""

import asyncio

FREE_BYTES = 4_000_000
"""Bytes of a body that every task may hold: 64 MB with the maximum of 16 requests at once."""
AT_ONCE_BYTES = 4_096
"""Bytes of an answer that are unpacked at once: with deflate, they become at most 4 MB."""


class LargeBodies:
    """The permission to hold a large body, which one task has until it ends."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._owner: asyncio.Task[object] | None = None

    async def take(self, deadline: asyncio.Timeout) -> None:
        """Waits for the permission; `deadline` is paused meanwhile. Returns at once if the task has it already."""
        task = asyncio.current_task()
        assert task is not None, "a fetcher works in tasks"
        if self._owner is task:
            return
        loop, until = asyncio.get_running_loop(), deadline.when()
        left = None if until is None else until - loop.time()
        deadline.reschedule(None)
        await self._lock.acquire()
        self._owner = task
        task.add_done_callback(self._give_back)
        deadline.reschedule(None if left is None else loop.time() + left)

    def _give_back(self, _: object) -> None:
        self._owner = None
        self._lock.release()
