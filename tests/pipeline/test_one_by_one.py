"""Items are taken in their order, one at a time, beside the work that brings them; the first error ends both."""

import asyncio

import pytest

from etl.pipeline.stages.one_by_one import one_by_one


def test_items_are_taken_one_at_a_time_in_their_order_while_others_are_brought() -> None:
    seen: list[str] = []

    async def bring() -> None:
        second_is_put = asyncio.Event()

        async def take(item: int) -> None:
            seen.append(f"begin {item}")
            await second_is_put.wait()
            seen.append(f"end {item}")

        async with one_by_one(take) as put:
            await put(1)
            await put(2)
            second_is_put.set()
            await put(3)

    asyncio.run(bring())
    assert seen == ["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]


def test_an_error_of_taking_ends_what_brings() -> None:
    async def bring() -> None:
        async def take(item: int) -> None:
            raise OSError("the disk is full")

        async with one_by_one(take) as put:
            await put(1)
            await asyncio.Event().wait()

    with pytest.raises(OSError, match=r"^the disk is full$"):
        asyncio.run(asyncio.wait_for(bring(), 60))


def test_an_error_of_bringing_ends_the_taking() -> None:
    ended: list[int] = []

    async def bring() -> None:
        begun = asyncio.Event()

        async def take(item: int) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(item)

        async with one_by_one(take) as put:
            await put(1)
            await begun.wait()
            raise ValueError("no such address")

    with pytest.raises(ValueError, match=r"^no such address$"):
        asyncio.run(asyncio.wait_for(bring(), 60))
    assert ended == [1]
