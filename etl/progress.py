"""How far long work has come: one form for every stage, which the command line and Airflow's log show."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` items of a stage are finished so far; `total` is the number of items to do, None while it is not known."""

    stage: str
    done: int
    total: int | None = None


ProgressCallback = Callable[[Progress], None]
"""Called after each piece of work that is finished, from the thread that does the work."""


def no_progress(progress: Progress) -> None:
    """For callers that show nothing."""


class Counter:
    """Counts the finished items of one stage and shows the sum after each addition."""

    def __init__(self, stage: str, total: int | None, callback: ProgressCallback) -> None:
        self._stage, self._total, self._callback = stage, total, callback
        self.done = 0

    def add(self, items: int = 1) -> None:
        """So many more items are finished."""
        self.done += items
        self._callback(Progress(self._stage, self.done, self._total))

    def part(self) -> ProgressCallback:
        """A callback for a part of the stage, such as a batch, whose own count begins at 0."""
        before = 0

        def show(progress: Progress) -> None:
            nonlocal before
            self.add(progress.done - before)
            before = progress.done

        return show
