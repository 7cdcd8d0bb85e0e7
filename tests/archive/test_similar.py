"""Texts that are nearly the same: which are found, which are not, and that their signatures stay what they were."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from etl.archive.records import near_duplicates
from etl.archive.records.near_duplicates import SimilarRecord, rebuild_signatures, similar_to
from etl.archive.storage.archive import Archive
from etl.extract import content_hash
from etl.extract.similarity import MIN_CONTAINMENT, SCHEME, bands, containment, shingles
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from etl.progress import Progress
from etl.settings import Settings
from tests.support.gongkai import gongkai, rows
from tests.support.warc import page, warc

Take = Callable[..., dict[str, int]]
SIGNATURES = "SELECT content_hash, scheme, bands FROM archive.signature ORDER BY 1"


def prose(seed: int, characters: int = 600) -> str:
    """Invented words in sentences and paragraphs; other seeds, other words."""
    rng = random.Random(seed)
    words = ["".join(chr(rng.randrange(0x4E00, 0x5E00)) for _ in range(rng.randint(2, 4))) for _ in range(characters)]
    told = "".join(word + ("。\n" if n % 23 == 0 else "，" if n % 7 == 0 else "") for n, word in enumerate(words, 1))
    return told[:characters].strip()


def filled(form: str, seed: int, slots: int) -> str:
    """The template with that many other names in it."""
    rng = random.Random(seed)
    size = len(form) // slots
    return "".join(
        form[at : at + size] + "".join(chr(rng.randrange(0x6000, 0x7000)) for _ in range(4))
        for at in range(0, len(form), size)
    )


@pytest.fixture
def take(archive: Archive, tmp_path: Path) -> Take:
    """Imports texts as pages of a site, under their names; gives the numbers of their records."""

    def imported(**texts: str) -> dict[str, int]:
        pages = [
            (f"https://a.example/{name}.html", page(f"关于{name}", told), "200 OK") for name, told in texts.items()
        ]
        path = warc(tmp_path / f"{content_hash(''.join(texts)).short_id}-{len(list(tmp_path.iterdir()))}.warc", pages)
        import_warc(archive, path, scan_warc(path), import_source())
        found = rows(archive, "SELECT p.url, r.id FROM archive.record r JOIN archive.page p ON p.id = r.page_id")
        return {row["url"].rsplit("/", 1)[1].removesuffix(".html"): row["id"] for row in found}

    return imported


def near(archive: Archive, record: int, limit: int = near_duplicates.LIMIT) -> tuple[SimilarRecord, ...]:
    with archive.engine.connect() as connection:
        return similar_to(connection, record, limit)


def test_the_bands_of_a_known_text_are_what_they_were() -> None:
    """They are stored. Where this fails, `SCHEME` must be another than 2021, and archives are to be signed again."""
    found = bands(shingles("".join(chr(0x4E00 + n * n % 4099) for n in range(500))))
    assert (SCHEME, len(found)) == (2021, 32)
    assert found[:3] == [-485974925082253652, -7860870117631490072, 3046352413148951576]
    assert content_hash(",".join(map(str, found))).short_id == "cd617bcad296d39e"


def test_reposts_and_corrections_are_found_and_others_are_not(archive: Archive, take: Take) -> None:
    body = prose(1)
    records = take(
        original=body,
        reposted=f"转发上级机关有关文件的说明\n各县区、各有关单位：\n{body}",
        corrected=body[:300] + "七百八十九" + body[305:],
        noted=f"{body}\n附件：一、{prose(2, 60)}\n二、{prose(3, 60)}",
        unrelated=prose(4),
    )
    found = near(archive, records["original"])
    assert {each.record_id for each in found} == {records[name] for name in ("reposted", "corrected", "noted")}
    assert [each.share for each in found] == sorted((each.share for each in found), reverse=True)
    assert all(MIN_CONTAINMENT <= each.share <= 1 for each in found)
    best = found[0]
    assert (best.title, best.version, best.state) == ("关于noted", 1, "current")
    assert records["original"] in {each.record_id for each in near(archive, records["noted"])}
    assert near(archive, records["unrelated"]) == ()
    assert len(rows(archive, "SELECT 1 FROM archive.record")) == 5, "nothing is merged"


def test_a_text_at_several_places_is_shown_once_by_its_first_record(archive: Archive, take: Take) -> None:
    body = prose(1)
    records = take(first=body, second=body, other=f"现将来文转发如下，请认真执行。\n{body}", third=body)
    assert [each.record_id for each in near(archive, records["other"])] == [records["first"]]
    assert [each.record_id for each in near(archive, records["third"])] == [records["other"]]
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE archive.record SET state = 'removed' WHERE id = :id"), {"id": records["first"]})
    assert [each.record_id for each in near(archive, records["other"])] == [records["second"]]


def test_only_current_texts_are_similar(archive: Archive, take: Take) -> None:
    body = prose(1)
    records = take(page=f"{body}\n初稿", other=f"{body}\n另一处")
    take(page=prose(2))
    assert near(archive, records["other"]) == ()
    take(page=f"{body}\n定稿")
    assert [(each.record_id, each.version) for each in near(archive, records["other"])] == [(records["page"], 3)]


def test_texts_that_say_nothing_are_like_no_other(archive: Archive, take: Take) -> None:
    rest = '<a href="a.pdf">附件：一览表.pdf</a>\n2024年1月2日'
    records = take(one=f"详见附件。{rest}", other=f"请见附件。{rest}")
    assert near(archive, records["one"]) == ()
    assert [row["bands"] for row in rows(archive, SIGNATURES)] == [[], []], "signed, so that no rebuild tries again"


def test_two_notices_of_one_template_differ_by_what_is_filled_in() -> None:
    short, long = ([shingles(filled(prose(1, characters), seed, 8)) for seed in (1, 2)] for characters in (200, 1000))
    assert containment(*short) < MIN_CONTAINMENT < containment(*long)


def test_among_many_of_one_template_the_nearest_is_found(
    archive: Archive, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_duplicates, "MAX_TEXTS_PER_BAND", 5)
    form = prose(1, 1000)
    texts = {f"n{seed}": filled(form, seed, 12) for seed in range(40)}
    records = take(**texts, twin=f"{texts['n39']}\n特此公告")
    assert near(archive, records["twin"], 3)[0].record_id == records["n39"]
    assert len(near(archive, records["twin"], 3)) == 3


def test_a_rebuild_signs_what_is_not_signed_and_drops_what_nobody_needs(archive: Archive, take: Take) -> None:
    take(**{f"n{seed}": prose(seed) for seed in range(6)})
    signed = rows(archive, SIGNATURES)
    assert len(signed) == 6
    with archive.engine.begin() as connection:
        digests = [row["content_hash"] for row in signed]
        connection.execute(text("DELETE FROM archive.signature WHERE content_hash = ANY(:some)"), {"some": digests[:3]})
        connection.execute(text("INSERT INTO archive.signature VALUES (:some, 1, '{1}')"), {"some": digests[0]})
        connection.execute(text("INSERT INTO archive.content (hash, text, normaliser) VALUES ('lost', 'lost', 1)"))
        connection.execute(text("INSERT INTO archive.signature VALUES ('lost', :scheme, '{1}')"), {"scheme": SCHEME})
    shown: list[tuple[int, int | None]] = []
    done = rebuild_signatures(archive, lambda progress: shown.append((progress.done, progress.total)))
    assert (done.signed, done.dropped) == (3, 1)
    assert shown == [(0, 3), (3, 3)]
    assert rows(archive, SIGNATURES) == signed
    assert rebuild_signatures(archive).signed == 0


def test_a_rebuild_that_was_interrupted_goes_on(archive: Archive, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "BATCH", 2)
    take(**{f"n{seed}": prose(seed) for seed in range(6)})
    signed = rows(archive, SIGNATURES)
    with archive.engine.begin() as connection:
        connection.execute(text("DELETE FROM archive.signature"))

    def interrupt(progress: Progress) -> None:
        if progress.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_signatures(archive, interrupt)
    assert len(rows(archive, SIGNATURES)) == 4
    assert rebuild_signatures(archive).signed == 2
    assert rows(archive, SIGNATURES) == signed


def test_the_command_shows_shares_and_says_what_it_needs(
    archive: Archive, take: Take, local_settings: Settings
) -> None:
    records = take(one=prose(1), other=f"现将来文转发如下，请认真执行。\n{prose(1)}")
    shown = json.loads(gongkai(local_settings, "similar", records["one"], "--json").out)
    assert [(each["record_id"], each["share"]) for each in shown] == [(records["other"], 1.0)]
    assert "100.0%" in gongkai(local_settings, "similar", records["one"]).out
    assert "0 texts signed" in gongkai(local_settings, "similar", "--rebuild").out
    for words, said in (([99], "no record 99"), ([], "either a record or --rebuild")):
        done = gongkai(local_settings, "similar", *words)
        assert done.code == 1
        assert said in done.err
