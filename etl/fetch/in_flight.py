"""Bounds the bytes of answers that a fetcher's tasks hold, whatever the number of requests at once.

Each request may hold `FREE_BYTES` of its body. A task that holds more is alone until it ends: the others wait in the
middle of their answer, unread bytes stay with the server (TCP's window), and their time limit stands still.
"""

import asyncio

FREE_BYTES = 4_000_000
"""Bytes of a body that any task may hold: 64 MB with the most requests at once, 16."""
AT_ONCE_BYTES = 4_096
"""Bytes of an answer that are unpacked at once: deflate makes at most 4 MB of them."""


class LargeBodies:
    """The right to hold a large body: one task has it, until it ends."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._owner: asyncio.Task[object] | None = None

    async def take(self, deadline: asyncio.Timeout) -> None:
        """Waits for the right, which its owner may take again; `deadline` stands still meanwhile."""
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
