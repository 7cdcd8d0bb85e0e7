"""Work that goes on in a task of its own beside the work that brings it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

Item = TypeVar("Item")
Put = Callable[[Item], Awaitable[None]]
"""Hands an item on; waits while one is being taken and another one waits."""


@asynccontextmanager
async def one_by_one(take: Put[Item]) -> AsyncIterator[Put[Item]]:
    """Gives what hands items to `take`, which takes them in their order, one at a time; the block ends when all are
    taken. The first error, of the block or of `take`, ends both and is raised."""
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
