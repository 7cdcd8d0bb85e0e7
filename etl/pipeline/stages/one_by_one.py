"""A queue with one consumer, which works in its own task while the producers continue."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

Item = TypeVar("Item")
Put = Callable[[Item], Awaitable[None]]
"""Passes on an item. Waits while the consumer is busy and another item is in the queue."""


@asynccontextmanager
async def one_by_one(take: Put[Item]) -> AsyncIterator[Put[Item]]:
    """Yields a function that queues items for `take`, which is called for one item at a time, in order. The block ends
    when all items are taken. The first error, in the block or in `take`, ends both and is raised."""
    items: asyncio.Queue[Item | None] = asyncio.Queue(maxsize=1)

    async def take_all() -> None:
        while (item := await items.get()) is not None:
            await take(item)

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(take_all())
            yield items.put
            await items.put(None)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
