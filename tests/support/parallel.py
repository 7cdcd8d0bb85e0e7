"""What makes tests in several processes cheap: xdist's own ways cost 10 s of CPU for 13,000 tests.

The scheduler looks no test up in a list of all, and forgets those that have run. A test that passed is reported in one
piece: execnet would take each word of its report apart and put it together again.
"""

import marshal
from collections.abc import Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

PACKED = "packed"


class FileScheduling(LoadFileScheduling):
    """Gives each process a file after the other, as `--dist loadfile` does."""

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        super().add_node_collection(node, collection)
        if node in self.registered_collections:
            self.registered_collections[node] = Numbered(collection)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        super().mark_test_complete(node, item_index, duration)
        nodeid = self.registered_collections[node][item_index]
        work, file = self.assigned_work[node], self._split_scope(nodeid)
        del work[file][nodeid]
        if not work[file]:
            del work[file]


class Numbered(list[str]):
    """A list that knows where each of its texts is."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(texts)
        self._places = {text: place for place, text in enumerate(texts)}

    def index(self, text: str, *_: Any) -> int:
        return self._places[text]


def packed(report: object) -> dict[str, Any] | None:
    """The report in one piece; None if it has more than plain values, such as a traceback."""
    if type(report) is not pytest.TestReport:
        return None
    values = {name: value for name, value in vars(report).items() if name != "_id"}
    try:
        return {PACKED: marshal.dumps({"nodeid": report.nodeid, **values})}
    except ValueError:
        return None


def unpacked(data: dict[str, Any]) -> pytest.TestReport | None:
    """The report of `packed`, with what xdist added; None if it came in pieces."""
    if PACKED not in data:
        return None
    return pytest.TestReport(**marshal.loads(data.pop(PACKED)), **data)
