"""A proof is verified elsewhere, with Python and openssl alone; whatever is changed in it is refused and named."""

import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from demo import demo_site
from demo.server import serve
from etl.archive.preservation.daily_roots import make_roots
from etl.archive.preservation.time_stamps import Authority, stamp_days
from etl.archive.storage.archive import Archive, open_archive
from etl.clock import CHINA
from etl.local.services import Addresses
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, gongkai, rows, small
from tests.support.services import own_bucket, own_database, settings_of
from tests.support.stored import keep
from tests.support.time_authority import TimeAuthority, time_authority
from tests.support.whole_database import quiet

Files = dict[str, bytes]
TODAY = datetime.now(CHINA).date()


@pytest.fixture(scope="module")
def settings(
    services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, TimeAuthority]]:
    """An archive with a crawl of two documents and their files, in a root of today, and two roots with stamps later."""
    with (
        own_database(services, services_dir, "proofs") as owner_url,
        own_bucket(services, "proofs") as bucket,
        time_authority(tmp_path_factory.mktemp("authority")) as authority,
    ):
        made = settings_of(services, services_dir, owner_url, bucket)
        archive = open_archive(made)
        site = small(demo_site("trs_wcm"), 3)
        with serve(site):
            crawl_site(archive, site, assertions=SMALL)
        make_roots(archive, TODAY + timedelta(days=1), quiet)
        trusted = Authority(authority.url, authority.certificates.read_text())
        for later in (1, 2):
            keep(archive, tmp_path_factory.mktemp("later"), 1, f"later-{later}")
            stamp_days(archive, trusted, TODAY + timedelta(days=1 + later), quiet)
        yield made, authority
        archive.engine.dispose()


@pytest.fixture(scope="module")
def record(settings: tuple[Settings, TimeAuthority]) -> dict[str, Any]:
    """A record with a file."""
    query = """SELECT r.id, v.title, v.capture_id, a->>'sha256' AS file FROM archive.record r
    JOIN archive.record_version v ON v.record_id = r.id, jsonb_array_elements(v.attachments) AS a
    WHERE a->>'sha256' IS NOT NULL ORDER BY 1 LIMIT 1"""
    return rows(open_archive(settings[0]), query)[0]


@pytest.fixture
def proof(settings: tuple[Settings, TimeAuthority], record: dict[str, Any], tmp_path: Path) -> Path:
    out = tmp_path / "proof.zip"
    done = gongkai(settings[0], "prove", record["id"], "--out", out)
    assert done.code == 0, done
    return out


def unpacked(proof: Path) -> Files:
    with zipfile.ZipFile(proof) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def elsewhere(proof: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a Python without any package says in a folder that has nothing but the proof and its script."""
    folder.mkdir()
    (folder / "proof.zip").write_bytes(proof.read_bytes())
    (folder / "verify.py").write_bytes(unpacked(proof)["verify.py"])
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    return subprocess.run(
        [python, "-I", "verify.py", "proof.zip", *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_proof_is_verified_in_a_clean_folder_with_python_and_openssl_alone(
    settings: tuple[Settings, TimeAuthority], record: dict[str, Any], proof: Path, tmp_path: Path
) -> None:
    done = elsewhere(proof, tmp_path / "clean", str(settings[1].certificates))
    assert done.returncode == 0, done.stderr
    assert record["title"] in done.stdout
    assert f'"capture": {record["capture_id"]}' in done.stdout
    assert record["file"] in done.stdout, "a file that the record links is proven, too"
    assert done.stdout.splitlines()[-1].startswith(f"So all this existed at {datetime.now(CHINA):%Y}")
    ours = gongkai(settings[0], "verify", proof)
    assert ours.code == 0, ours
    assert ours.out == done.stdout
    script = unpacked(proof)["verify.py"].decode().splitlines()
    assert len(script) <= 100


def test_the_page_says_in_both_languages_what_is_proven_and_what_is_not(record: dict[str, Any], proof: Path) -> None:
    page = unpacked(proof)["index.html"].decode()
    for words in ("没有证明什么", "What is not proven", record["title"], record["file"], "北京时间"):
        assert words in page
    assert "<script" not in page


def test_the_same_proof_has_the_same_bytes(
    settings: tuple[Settings, TimeAuthority], record: dict[str, Any], proof: Path, tmp_path: Path
) -> None:
    gongkai(settings[0], "prove", record["id"], "--out", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == proof.read_bytes()


def test_a_capture_is_proven_also_one_without_bytes(settings: tuple[Settings, TimeAuthority], tmp_path: Path) -> None:
    found = rows(open_archive(settings[0]), "SELECT max(id) AS id FROM archive.capture WHERE blob_sha256 IS NOT NULL")
    done = gongkai(settings[0], "prove", "--capture", found[0]["id"], "--out", tmp_path / "capture.zip")
    assert done.code == 0, done
    assert elsewhere(tmp_path / "capture.zip", tmp_path / "clean").returncode == 0


def log_of(files: Files, prefix: str) -> str:
    return next(name for name in files if name.startswith(prefix))


def change(files: Files, name: str, old: str, new: str) -> None:
    """Changes the text of a log."""
    text = gzip.decompress(files[name]).decode()
    assert old in text
    files[name] = gzip.compress(text.replace(old, new).encode(), mtime=0)


def byte_of_the_page(files: Files, told: Any) -> str:
    name = next(fact["bytes"] for fact in told["facts"] if fact["bytes"])
    files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])
    return f"{name}: was changed"


def line_of_the_capture_log(files: Files, told: Any) -> str:
    name = log_of(files, "captures/")
    change(files, name, '"status":200', '"status":201')
    return f"{name}: was changed: it is not at its place in roots/{TODAY}"


def line_of_the_journal(files: Files, told: Any) -> str:
    name = log_of(files, "changes/")
    change(files, name, '"title":"', '"title":"某')
    return f"{name}: was changed"


def order_of_the_roots(files: Files, told: Any) -> str:
    told["roots"][0], told["roots"][1] = told["roots"][1], told["roots"][0]
    return f"{told['roots'][1]}: does not follow the root before it"


def root_left_out(files: Files, told: Any) -> str:
    name = told["roots"].pop(1)
    del files[name]
    return f"{told['roots'][1]}: does not follow the root before it"


def date_of_a_root(files: Files, told: Any) -> str:
    name = told["roots"][0]
    change(files, name, str(TODAY), str(TODAY - timedelta(days=300)))
    return f"{name}: its date was changed"


def date_and_name_of_a_root(files: Files, told: Any) -> str:
    old, new = told["roots"][0], told["roots"][0].replace(str(TODAY), "2020-01-02")
    change(files, old, str(TODAY), "2020-01-02")
    files[new] = files.pop(old)
    told["roots"][0] = new
    for log in told["logs"]:
        log["root"] = log["root"].replace(old, new)
    return f"{told['roots'][1]}: does not follow the root before it"


def date_of_the_capture(files: Files, told: Any) -> str:
    fact = next(fact for fact in told["facts"] if fact["bytes"])
    fact["says"]["fetched_at"] = "2020-01-02T03:04:05+00:00"
    return f"{fact['log']}: fetched_at is "


def date_of_the_stamp(files: Files, told: Any) -> str:
    told["stamps"][0]["at"] = "2020-01-02T03:04:05+00:00"
    return f"{told['stamps'][0]['response']}: its time is "


def stamp_of_another_root(files: Files, told: Any) -> str:
    first, last = told["stamps"]
    files[first["response"]] = files[last["response"]]
    return "the time stamp does not hold"


def stamp_taken_away(files: Files, told: Any) -> str:
    told["stamps"].pop()
    return "the newest root has no time stamp"


def place_of_a_log(files: Files, told: Any) -> str:
    told["logs"][0]["index"] ^= 1
    return f"{told['logs'][0]['key']}: was changed: it is not at its place"


def file_beside(files: Files, told: Any) -> str:
    files["more.txt"] = b"?"
    return "more.txt: was changed, added or taken away"


TAMPERING: list[Callable[[Files, Any], str]] = [
    byte_of_the_page,
    line_of_the_capture_log,
    line_of_the_journal,
    order_of_the_roots,
    root_left_out,
    date_of_a_root,
    date_and_name_of_a_root,
    date_of_the_capture,
    date_of_the_stamp,
    stamp_of_another_root,
    stamp_taken_away,
    place_of_a_log,
    file_beside,
]


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_what_was_changed_is_refused_and_named_even_if_the_list_of_files_was_changed_with_it(
    settings: tuple[Settings, TimeAuthority], proof: Path, tmp_path: Path, tamper: Callable[[Files, Any], str]
) -> None:
    files = unpacked(proof)
    told = json.loads(files.pop("proof.json"))
    said = tamper(files, told)
    if tamper is not file_beside:
        told["files"] = {name: sha256(body).hexdigest() for name, body in files.items()}
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as zipped:
        for name, body in {**files, "proof.json": json.dumps(told).encode()}.items():
            zipped.writestr(name, body)
    done = elsewhere(tmp_path / "changed.zip", tmp_path / "clean")
    assert done.returncode == 1
    assert f"REFUSED: {said}" in done.stderr
    ours = gongkai(settings[0], "verify", tmp_path / "changed.zip")
    assert ours.code == 1
    assert said.replace("the time stamp does not hold", "no valid time stamp") in ours.err


def test_each_single_byte_of_a_proof_counts(proof: Path, settings: tuple[Settings, TimeAuthority]) -> None:
    """With the list of files as it was: one byte of any file is enough, and its name is said."""
    files = unpacked(proof)
    for name in files.keys() - {"proof.json"}:
        changed = files | {name: files[name][:-1] + bytes([files[name][-1] ^ 1])}
        with zipfile.ZipFile(proof, "w") as zipped:
            for each, body in changed.items():
                zipped.writestr(each, body)
        done = gongkai(settings[0], "verify", proof)
        assert (done.code, f"{name}: was changed" in done.err) == (1, True), name


@pytest.mark.parametrize("body", [b"", b"PK", b"not a zip", None])
def test_what_is_no_proof_is_refused_in_one_line(
    settings: tuple[Settings, TimeAuthority], tmp_path: Path, body: bytes | None
) -> None:
    if body is not None:
        (tmp_path / "file.zip").write_bytes(body)
    done = gongkai(settings[0], "verify", tmp_path / "file.zip")
    assert done.code == 1
    assert done.err.count("\n") == 1


def test_an_authority_that_one_does_not_trust_proves_nothing(
    settings: tuple[Settings, TimeAuthority], proof: Path, tmp_path: Path
) -> None:
    with time_authority(tmp_path / "another") as another:
        done = elsewhere(proof, tmp_path / "clean", str(another.certificates))
        ours = gongkai(settings[0], "verify", proof, "--certificates", another.certificates)
    assert (done.returncode, ours.code) == (1, 1)
    assert "the time stamp does not hold" in done.stderr


def test_what_no_stamp_covers_yet_is_said(archive: Archive, local_settings: Settings, tmp_path: Path) -> None:
    keep(archive, tmp_path, 1)
    words = ("prove", 1, "--out", tmp_path / "proof.zip")
    assert "is in no daily root yet" in gongkai(local_settings, *words).err
    make_roots(archive, TODAY + timedelta(days=1), quiet)
    assert f"no time stamp covers the logs of {TODAY} yet" in gongkai(local_settings, *words).err
    assert "there is no record 7" in gongkai(local_settings, "prove", 7, "--out", tmp_path / "proof.zip").err
    assert "there is no capture 7" in gongkai(local_settings, "prove", "--capture", 7, "--out", "proof.zip").err
    assert "either a record or a capture" in gongkai(local_settings, "prove", "--out", "proof.zip").err
    assert not (tmp_path / "proof.zip").exists()
