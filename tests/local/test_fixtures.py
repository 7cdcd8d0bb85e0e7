"""The fixtures that every other test stands on."""

import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from etl.local import process
from etl.local.parts import Addresses
from etl.local.state import State
from etl.settings import PROJECT, Settings

SESSION = """
import os, sys, time
from pathlib import Path
pytest_plugins = []
import pytest

def test_starts_parts_and_is_killed(parts):
    print("up", flush=True)
    time.sleep(600)
"""


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_a_fresh_database_is_migrated_and_the_application_may_use_it(database_url: str) -> None:
    (known,) = rows(database_url, "SELECT count(*) FROM archive.source")[0]

    assert known == 0


def test_two_databases_know_nothing_of_each_other(parts: Addresses, owner_url: str) -> None:
    rows(owner_url, "CREATE TABLE archive.mine AS SELECT 1 AS x RETURNING 1") if False else None
    plain = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE archive.only_here (x int)")

    assert rows(parts.database_owner_url, "SELECT to_regclass('archive.only_here')") == [(None,)]


def test_a_fresh_bucket_is_there_and_empty(parts: Addresses, bucket: str) -> None:
    assert parts.store.client().bucket_exists(bucket)
    assert list(parts.store.client().list_objects(bucket)) == []
