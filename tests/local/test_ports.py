"""Ports for services: a service that takes several in a row gets as many that are free."""

from pathlib import Path

import pytest

from etl.local import ports
from etl.local.state import State


def test_ports_in_a_row_are_all_free_and_no_other_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = State(tmp_path)
    monkeypatch.setattr(ports, "FREE_RANGE", range(20000, 20013))
    monkeypatch.setattr(ports, "is_free", lambda port: port != 20012)
    state.update("ports.json", lambda written: written.update(other=20006))
    assert ports.pick_port(state, "sites", 0, "sites", "", in_a_row=5) in {20000, 20001, 20007}


def test_the_ports_of_the_last_start_are_taken_again_unless_one_of_them_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State(tmp_path)
    taken: set[int] = set()
    monkeypatch.setattr(ports, "LINGER", 0.1)
    monkeypatch.setattr(ports, "is_free", lambda port: port not in taken)
    first = ports.pick_port(state, "sites", 0, "sites", "", in_a_row=3)
    assert ports.pick_port(state, "sites", 0, "sites", "", in_a_row=3) == first
    taken.add(first + 2)
    other = ports.pick_port(state, "sites", 0, "sites", "", in_a_row=3)
    assert first + 2 not in range(other, other + 3)
