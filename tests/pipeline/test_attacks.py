"""The checks that attacks end with see what is lost, and the page of the attacks tells of all of them."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from bench.attacks import ATTACKS, MARKERS, PAGE
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import RUNS
from etl.settings import Settings
from tests.support.attacks import imports, odd_answers, over_time
from tests.support.attacks.base import Ground
from tests.support.attacks.invariants import check_archive
from tests.support.stored import age, keep

LOSSES: dict[str, str | Callable[[Archive], None]] = {
    "have no outcome": "UPDATE archive.run_page SET outcome = NULL WHERE page_id = (SELECT min(id) FROM archive.page)",
    "are left open": "UPDATE archive.run SET state = 'running'",
    "that nobody read": "UPDATE archive.page SET unread_capture_id = (SELECT min(id) FROM archive.capture)",
    "a gap or a double: 3 stands in place of 2": "DELETE FROM archive.change WHERE change_seq = 2",
    "told of by no change": "DELETE FROM archive.change WHERE change_seq = 3",
    "differ from the journal": "UPDATE archive.change SET kind = 'removed' WHERE change_seq = 2",
    "as its row says": "UPDATE archive.capture SET outcome = 'gone' WHERE id = (SELECT max(id) FROM archive.capture)",
    "the first: missing runs/": lambda archive: archive.store.remove(next(archive.store.list_keys(RUNS))),
}


@pytest.mark.parametrize("said", LOSSES)
def test_what_is_lost_is_seen_and_named(archive: Archive, owner_url: str, tmp_path: Path, said: str) -> None:
    keep(archive, tmp_path, 3)
    check_archive(archive)
    lose = LOSSES[said]
    if callable(lose):
        lose(archive)
    else:
        age(owner_url, lose)
    with pytest.raises(AssertionError, match=said):
        check_archive(archive)


@pytest.mark.parametrize(
    "play", [odd_answers.play, imports.play, over_time.play], ids=["odd answers", "imports", "a site over time"]
)
def test_an_archive_holds_what_it_promises_after_two_rounds(
    archive: Archive, local_settings: Settings, tmp_path: Path, play: Callable[[Ground, Random], object]
) -> None:
    rounds = play(Ground(archive, local_settings, tmp_path), Random(13))
    for _ in range(2):
        assert next(rounds)  # type: ignore[call-overload]
    rounds.close()  # type: ignore[attr-defined]
    check_archive(archive)


def test_the_page_tells_of_attacks_as_they_are_and_of_no_loss() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(MARKERS[0])
    lines = [line[2:].split(" | ") for line in rest.partition(MARKERS[1])[0].splitlines() if line.startswith("| ")]
    told = {name: what for name, what, *_ in lines[2:-1]}
    assert told == {attack.name: attack.what for attack in ATTACKS}, "run it again with `--write`"
    assert {lost for _, _, _, lost, *_ in lines[2:]} == {"nothing"}
