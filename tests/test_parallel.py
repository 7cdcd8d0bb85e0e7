"""What the processes of a test run tell each other is what xdist would have told them."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from xdist.workermanage import WorkerController

from tests.support.parallel import FileScheduling, packed, unpacked

TESTS = [f"tests/test_{file}.py::test_{number}" for file in "abcd" for number in range(5)]


class Node:
    """A process that is given tests, by their places among all."""

    shutting_down, gateway = False, SimpleNamespace(id="gw")

    def __init__(self) -> None:
        self.given: list[int] = []

    def send_runtest_some(self, places: list[int]) -> None:
        self.given += places

    def shutdown(self) -> None:
        self.shutting_down = True


def scheduling(*nodes: Node) -> FileScheduling:
    options = SimpleNamespace(option=SimpleNamespace(loadscopereorder=False), getvalue=lambda _: ["popen"] * len(nodes))
    made = FileScheduling(cast(pytest.Config, options))
    for node in nodes:
        made.add_node(cast(WorkerController, node))
    for node in nodes:
        made.add_node_collection(cast(WorkerController, node), list(TESTS))
    made.schedule()
    return made


def test_each_file_is_run_once_and_by_one_process() -> None:
    nodes = [Node(), Node()]
    made = scheduling(*nodes)
    done: list[list[str]] = [[], []]
    while len(done[0]) + len(done[1]) < len(TESTS):
        for node, own in zip(nodes, done, strict=True):
            if len(own) < len(node.given):
                place = node.given[len(own)]
                own.append(TESTS[place])
                made.mark_test_complete(cast(WorkerController, node), place)
    assert sorted(done[0] + done[1]) == TESTS
    assert not {test.partition("::")[0] for test in done[0]} & {test.partition("::")[0] for test in done[1]}
    assert all(node.shutting_down for node in nodes)
    assert made.tests_finished
    assert not made.has_pending


def test_what_a_process_that_died_was_given_goes_to_another_one() -> None:
    died, other = Node(), Node()
    made = scheduling(died, other)
    made.mark_test_complete(cast(WorkerController, died), died.given[0])
    assert made.remove_node(cast(WorkerController, died)) == TESTS[died.given[1]]
    for place in other.given:  # which grows meanwhile
        made.mark_test_complete(cast(WorkerController, other), place)
    assert sorted([died.given[0], *other.given]) == list(range(len(TESTS)))


@pytest.mark.parametrize("outcome", ["passed", "skipped"])
def test_a_report_arrives_as_it_was_sent(outcome: Any) -> None:
    reason = ("test_a.py", 3, "no such program") if outcome == "skipped" else None
    sent = pytest.TestReport(
        TESTS[0], ("test_a.py", 2, "test_0"), {"test_0": 1, "service": 1}, outcome, reason, "call",
        [("Captured stdout call", "公开")], 0.5, 1.0, 1.5, [("name", "value")], wasxfail="known",
    )  # fmt: skip
    data = packed(sent)
    assert data is not None
    arrived = unpacked({**data, "worker_id": "gw1"})
    assert arrived is not None
    assert vars(arrived) == {**vars(sent), "worker_id": "gw1"}


def test_a_report_with_a_traceback_is_sent_in_pieces() -> None:
    with pytest.raises(ZeroDivisionError) as error:
        _ = 1 / 0
    assert packed(pytest.TestReport(TESTS[0], ("", 1, ""), {}, "failed", error, "call")) is None
    assert unpacked({"$report_type": "TestReport"}) is None
