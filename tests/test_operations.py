"""docs/operations.md and docs/backup.md are followed as they stand: a day's commands, a loss, an upgrade and its way
back."""

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, inspect, text

from demo import demo_site, source_text
from demo.server import serve
from etl.archive.preservation.daily_roots import make_roots
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.migrations import downgrade
from etl.archive.storage.models import REVISION
from etl.local.postgres import programs
from etl.settings import PROJECT, Settings
from tests.support.gongkai import SMALL, gongkai, rows, small
from tests.support.stored import keep
from tests.support.whole_database import dump, quiet

OPERATIONS, BACKUP = ((PROJECT / "docs" / name).read_text(encoding="utf-8") for name in ("operations.md", "backup.md"))
BEFORE = "0012"
"""The schema of the version before; the search came after it."""
Runner = Callable[[str, str], None]


def block(page: str, heading: str) -> list[str]:
    """The commands of the first block below a heading."""
    section = page.partition(f"{heading}\n")[2]
    found = re.search(r"(?:^    .+\n)+", section, re.M)
    assert found, heading
    return [line.split(" #")[0].strip() for line in found[0].splitlines()]


@pytest.fixture
def run(local_settings: Settings, owner_url: str, tmp_path: Path) -> Runner:
    """Runs the commands of a block, with the folders and the database of this test."""

    def run_block(page: str, heading: str) -> None:
        environment = {
            **os.environ,
            "OWNER_URL": owner_url.replace("+psycopg", ""),
            "PATH": f"{programs()}:{os.environ['PATH']}",
        }
        for line in block(page, heading):
            line = line.replace("/mnt/copy", str(tmp_path / "copy"))
            if line.startswith("gongkai "):
                done: Any = gongkai(local_settings, *shlex.split(line)[1:], GONGKAI_SOURCES=str(tmp_path))
                assert done.code == 0, (line, done)
            else:
                shell = subprocess.run(
                    line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
                )
                assert shell.returncode == 0, (line, shell.stderr)

    return run_block


def life(archive: Archive, folder: Path) -> None:
    keep(archive, folder, 3)
    correct(archive, 1, {"publisher": "更正的机关"}, "馆员", "与原件不符")
    make_roots(archive, rows(archive, "SELECT current_date + 2 AS day")[0]["day"], quiet)


def every_row(owner_url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables of the schema, whatever revision it has."""
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        names = sorted(inspect(connection).get_table_names(schema="archive"))
        found = {
            name: list(connection.scalars(text(f"SELECT to_jsonb(t) FROM archive.{name} t ORDER BY to_jsonb(t)::text")))
            for name in names
        }
    engine.dispose()
    return found


def test_the_commands_of_a_day_run_as_they_stand(archive: Archive, run: Runner, tmp_path: Path) -> None:
    site = small(demo_site("trs_wcm"), 3)
    with serve(site):
        source = yaml.safe_load(source_text(site)) | {"assertions": SMALL}
        (tmp_path / "demo-trs.yaml").write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")
        run(OPERATIONS, "### Common commands")
    kinds = {row["kind"] for row in rows(archive, "SELECT DISTINCT kind FROM archive.run")}
    assert kinds == {"crawl", "recheck"}


def test_a_lost_database_comes_back(archive: Archive, owner_url: str, run: Runner, tmp_path: Path) -> None:
    life(archive, tmp_path)
    before = dump(archive)
    archive.engine.dispose()
    downgrade(owner_url)
    run(OPERATIONS, "### The database is lost")
    assert dump(archive) == before


def test_a_lost_bucket_comes_back(archive: Archive, run: Runner, tmp_path: Path) -> None:
    life(archive, tmp_path)
    run(BACKUP, "## Copy")
    before = {key: archive.store.read(key) for key in archive.store.list_keys("")}
    for key in before:
        archive.store.remove(key)
    run(OPERATIONS, "### The bucket is lost")
    again = {key: archive.store.read(key) for key in archive.store.list_keys("")}
    assert before.items() <= again.items(), "what the audit itself writes comes after"


def test_an_upgrade_keeps_every_row_and_the_way_back_is_a_restore(
    archive: Archive, owner_url: str, local_settings: Settings, run: Runner, tmp_path: Path
) -> None:
    life(archive, tmp_path)
    archive.engine.dispose()
    downgrade(owner_url, BEFORE)
    before = every_row(owner_url)
    assert before["alembic_version"] == [{"version_num": BEFORE}]
    assert "search_entry" not in before
    assert "gongkai migrate" in gongkai(local_settings, "report").err
    run(BACKUP, "## Copy")

    run(BACKUP, "### Upgrade")
    upgraded = every_row(owner_url)
    assert upgraded.pop("alembic_version") == [{"version_num": REVISION}]
    for table, was in before.items():
        if table not in ("alembic_version", "reason", "log_object"):  # sentences are of the version; audits read logs
            names = was[0].keys() - {"verified_at"} if was else set()
            assert [{name: row[name] for name in names} for row in upgraded[table]] == [
                {name: row[name] for name in names} for row in was
            ], table
    again = open_archive(local_settings)
    assert rows(again, "SELECT count(*) AS n FROM archive.search_entry") == [{"n": 3}], "all records are searched"
    correct(again, 2, {"publisher": "升级之后的机关"}, "馆员", "与原件不符")
    again.engine.dispose()

    run(BACKUP, "### Back to the version before")
    assert every_row(owner_url) == before
    assert "gongkai migrate" in gongkai(local_settings, "report").err, "this version needs its own schema"

    # Forward again: what was written meanwhile is in the bucket.
    for command in ("migrate", "rebuild", "index", "fixity"):
        assert gongkai(local_settings, command).code == 0, command
    again = open_archive(local_settings)
    query = "SELECT publisher FROM archive.record_version WHERE record_id = 2 ORDER BY version DESC LIMIT 1"
    assert rows(again, query) == [{"publisher": "升级之后的机关"}]
    again.engine.dispose()
