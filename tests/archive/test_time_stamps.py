"""Each day has one root over its logs, and an authority's time stamp covers it sooner or later."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from etl.archive.preservation.bucket_check import check_bucket
from etl.archive.preservation.daily_roots import make_roots
from etl.archive.preservation.fixity import audit
from etl.archive.preservation.time_stamps import Authority, NoTimeStamp, response_of, stamp_days, stamped_at
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import sha256
from etl.archive.storage.layout import CHAIN, ROOTS, STAMPS, chain_key, root_key, stamp_key
from etl.archive.storage.log_lines import ChainLine, RootLine, StampLine
from etl.archive.storage.log_object import DamagedLog, log_bytes
from etl.archive.storage.merkle import leaf_hash, root_hash
from etl.clock import CHINA
from etl.errors import Damaged
from etl.settings import Settings
from tests.support.gongkai import gongkai
from tests.support.stored import keep
from tests.support.time_authority import TimeAuthority, time_authority
from tests.support.whole_database import quiet


def today() -> date:
    return datetime.now(CHINA).date()


def after(days: int) -> date:
    return today() + timedelta(days=days)


@pytest.fixture
def kept(archive: Archive, tmp_path: Path) -> Archive:
    keep(archive, tmp_path, 2)
    return archive


def test_a_day_that_ended_has_one_root_over_its_logs_and_each_goes_on_from_the_one_before(
    kept: Archive, tmp_path: Path
) -> None:
    assert make_roots(kept, today(), quiet) == [], "today has not ended"
    [first] = make_roots(kept, after(1), quiet)
    links = {number: kept.store.read(chain_key(number)) for number in range(1, first.last_link + 1)}
    entries = []
    for number, body in links.items():
        entries.append(f"{sha256(body)}  {chain_key(number)}\n")
        told = kept.store.read_log(chain_key(number), ChainLine)
        entries += [f"{line.sha256}  {line.log}\n" for line in told if not line.pending]
    assert (first.day, first.before, first.first_link, first.leaves) == (today(), None, 1, len(entries))
    assert first.root == root_hash([leaf_hash(entry.encode()) for entry in entries]).hex()
    assert make_roots(kept, after(1), quiet) == []

    keep(kept, tmp_path, 1, "other")
    assert make_roots(kept, after(1), quiet) == [], "the day has its root"
    [second] = make_roots(kept, after(2), quiet)
    assert (second.day, second.first_link) == (after(1), first.last_link + 1)
    assert second.before == sha256(kept.store.read(root_key(today())))
    assert audit(kept, quiet).all_damage == ()
    check_bucket(kept.store, quiet)


def test_roots_that_are_made_twice_at_once_are_made_once(kept: Archive) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [root for roots in pool.map(lambda _: make_roots(kept, after(1), quiet), range(4)) for root in roots]
    assert len(made) == 1
    assert audit(kept, quiet).all_damage == ()


def test_no_root_is_made_over_a_link_that_was_changed(kept: Archive) -> None:
    body = kept.store.read(chain_key(1))
    lines = kept.store.read_log(chain_key(1), ChainLine)
    kept.store.put(chain_key(1), log_bytes(lines[:1]) if len(lines) > 1 else body[:-1])
    with pytest.raises(DamagedLog, match="chain/000000000001"):
        make_roots(kept, after(1), quiet)
    assert list(kept.store.list_keys(ROOTS)) == []


def test_a_chain_written_anew_does_not_fit_its_roots(kept: Archive) -> None:
    """Whoever may write to the bucket may write a chain that is sound in itself."""
    make_roots(kept, after(1), quiet)
    before = None
    for key in sorted(kept.store.list_keys(CHAIN)):
        lines = kept.store.read_log(key, ChainLine)
        forged = [
            ChainLine(line.link, before, line.at + timedelta(days=1), line.writer, line.log, line.sha256, line.pending)
            for line in lines
        ]
        kept.store.put(key, log_bytes(forged))
        before = sha256(kept.store.read(key))
    with pytest.raises(DamagedLog, match=f"{root_key(today())} is damaged: it is not the root over its links"):
        check_bucket(kept.store, quiet)


def test_the_newest_root_is_stamped_once(kept: Archive, authority: TimeAuthority) -> None:
    trusted = Authority(authority.url, authority.certificates.read_text())
    done = stamp_days(kept, trusted, after(1), quiet)
    assert done.stamp
    assert (done.state.root, done.state.stamp, done.state.unstamped) == (today(), today(), 0)
    [stored] = kept.store.read_log(stamp_key(today()), StampLine)
    root = kept.store.read(root_key(today()))
    assert (stored.root, stored.authority) == (sha256(root), authority.url)
    assert stamped_at(response_of(stored), root, stored.certificates) == stored.at
    with pytest.raises(Damaged, match="no valid time stamp"):
        stamped_at(response_of(stored), root + b" ", stored.certificates)
    assert stamp_days(kept, trusted, after(1), quiet).stamp is None
    assert authority.requests == 1
    assert audit(kept, quiet).all_damage == ()
    check_bucket(kept.store, quiet)


def test_a_day_on_which_the_authority_was_down_is_covered_by_the_next_stamp_and_said_meanwhile(
    kept: Archive, local_settings: Settings, authority: TimeAuthority, tmp_path: Path
) -> None:
    given = {"GONGKAI_STAMP_URL": authority.url, "GONGKAI_STAMP_CERTIFICATES": str(authority.certificates)}
    authority.status = 503
    code, _, said = gongkai(local_settings, "stamp", "--today", **given)
    assert code == 1
    assert f"time-stamping authority {authority.url}: " in said
    assert "503" in said
    assert [line.day for key in kept.store.list_keys(ROOTS) for line in kept.store.read_log(key, RootLine)] == [today()]
    assert list(kept.store.list_keys(STAMPS)) == []
    assert "gongkai_days_unstamped 1.0" in gongkai(local_settings, "metrics", GONGKAI_SOURCES=str(tmp_path)).out
    assert "daily roots without a time stamp: 1" in " ".join(gongkai(local_settings, "doctor", **given).out.split())

    keep(kept, tmp_path, 1, "other")
    make_roots(kept, after(2), quiet)
    authority.status = 200
    code, said, _ = gongkai(local_settings, "stamp", **given)
    assert (code, said.count("without a time stamp: 0 roots")) == (0, 1)
    assert [line.day for key in kept.store.list_keys(STAMPS) for line in kept.store.read_log(key, StampLine)] == [
        after(1)
    ]
    assert "gongkai_days_unstamped 0.0" in gongkai(local_settings, "metrics", GONGKAI_SOURCES=str(tmp_path)).out


def test_an_answer_that_is_no_time_stamp_is_refused(
    kept: Archive, authority: TimeAuthority, subtests: pytest.Subtests
) -> None:
    for answer, said in [
        (b"", "no valid time stamp"),
        (b"<html>", "no valid time stamp"),
        (b"\x30\x03\x02\x01\x02", "no valid time stamp"),
        (b"x" * (2 << 20), "more than 1048576 bytes"),
    ]:
        with subtests.test(answer=answer[:20], said=said):
            authority.answer = answer
            with pytest.raises(NoTimeStamp, match=said):
                stamp_days(kept, Authority(authority.url, authority.certificates.read_text()), after(1), quiet)
            assert list(kept.store.list_keys(STAMPS)) == []


def test_a_stamp_of_an_authority_that_is_not_trusted_is_refused(
    kept: Archive, authority: TimeAuthority, tmp_path: Path
) -> None:
    with time_authority(tmp_path / "another") as another, pytest.raises(NoTimeStamp, match="no valid time stamp"):
        stamp_days(kept, Authority(another.url, authority.certificates.read_text()), after(1), quiet)


def test_an_authority_without_its_certificates_is_a_wrong_setting(kept: Archive, local_settings: Settings) -> None:
    code, _, said = gongkai(local_settings, "stamp", GONGKAI_STAMP_URL="http://127.0.0.1:1/")
    assert code == 1
    assert "GONGKAI_STAMP_CERTIFICATES" in said
    assert "GONGKAI_STAMP_URL" in gongkai(local_settings, "stamp").out


def test_the_login_of_an_authority_is_told_to_it_alone(
    kept: Archive, local_settings: Settings, authority: TimeAuthority
) -> None:
    authority.login = f"Basic {b64encode(b'archive:in@vented').decode()}"
    address = authority.url.replace("//", "//archive:{}@")
    given = {"GONGKAI_STAMP_CERTIFICATES": str(authority.certificates)}
    code, _, said = gongkai(local_settings, "stamp", "--today", GONGKAI_STAMP_URL=address.format("wrong-one"), **given)
    assert code == 1
    assert f"time-stamping authority {authority.url}: " in said
    assert "401" in said
    assert "wrong-one" not in said
    done = gongkai(local_settings, "stamp", "--today", GONGKAI_STAMP_URL=address.format("in%40vented"), **given)
    assert done.code == 0, done
    assert "vented" not in done.out + done.err
    [stored] = kept.store.read_log(stamp_key(today()), StampLine)
    assert stored.authority == authority.url, "it is in every proof"


def test_nothing_is_asked_of_an_authority_that_is_not_there(kept: Archive, authority: TimeAuthority) -> None:
    nobody = Authority("http://127.0.0.1:1/", authority.certificates.read_text())
    with pytest.raises(NoTimeStamp, match=r"127\.0\.0\.1:1/: .*gongkai stamp"):
        stamp_days(kept, nobody, after(1), quiet)
