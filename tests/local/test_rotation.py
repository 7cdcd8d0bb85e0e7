"""Passwords and keys are changed under load, and no request fails."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from fastapi import Request
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import make_url, text

from etl.archive.storage.archive import open_archive
from etl.archive.storage.bucket import StoreError
from etl.archive.storage.database import DatabaseError
from etl.browse.http.session import FormTokens, Person
from etl.errors import GongkaiError
from etl.local.postgres import Postgres
from etl.local.state import State
from etl.local.store import WEED
from etl.settings import Settings
from tests.support.services import running_services, settings_of

PROCESSES, ROUNDS = 3, 3


class Load:
    """Threads that stand for processes: each opens the archive anew for every request, with settings of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = [settings] * PROCESSES
        self.done = [0] * PROCESSES
        self.failed: list[str] = []
        self._ended = False
        self._one = threading.Condition()

    def work(self, number: int) -> None:
        while not self._ended:
            used = self.settings[number]
            try:
                archive = open_archive(used)
                digest = archive.store.put_blob(os.urandom(16))
                with archive.engine.begin() as connection:
                    connection.execute(text("INSERT INTO archive.blob (sha256, size) VALUES (:d, 1)"), {"d": digest})
                archive.store.blob(digest)
                archive.engine.dispose()
            except GongkaiError as error:
                self.failed.append(str(error))
            with self._one:
                self.done[number] += used is self.settings[number]
                self._one.notify_all()

    def wait(self, number: int) -> None:
        """Until that process has done some requests, all with the settings that it has now."""
        with self._one:
            goal = self.done[number] + ROUNDS
            assert self._one.wait_for(lambda: self.done[number] >= goal or self.failed, 60)

    def end(self) -> None:
        self._ended = True


@pytest.fixture
def rotated(state_dir: Path, starts_services: None) -> Iterator[tuple[Settings, Postgres]]:
    with running_services(state_dir) as services:
        url = services.database_owner_url
        port = make_url(url).port
        assert port
        yield settings_of(services, state_dir, url, "gongkai"), Postgres(State(state_dir), port)


def give_keys(state_dir: Path, *pairs: tuple[str, str]) -> None:
    """The key pairs that the S3 server takes from now on."""
    file = state_dir / "store.json"
    identities = json.loads(file.read_text())
    identities["identities"][0]["credentials"] = [{"accessKey": name, "secretKey": secret} for name, secret in pairs]
    file.write_text(json.dumps(identities))
    [server] = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"-s3.config={file}" in (words := process.info["cmdline"] or []) and words[0] == str(WEED)
    ]
    os.kill(server.pid, signal.SIGHUP)


def taken(settings: Settings) -> bool:
    try:
        open_archive(settings)
    except (StoreError, DatabaseError):
        return False
    return True


def until(settings: Settings, expected: bool) -> None:
    """Asks until the server has read its file."""
    assert any(taken(settings) is expected for _ in range(1000))


def test_keys_of_database_and_storage_are_changed_under_load_without_a_failed_request(
    rotated: tuple[Settings, Postgres], state_dir: Path
) -> None:
    old, server = rotated
    assert old.store_access_key
    assert old.store_secret_key
    assert old.database_url
    pair = (old.store_access_key.get_secret_value(), old.store_secret_key.get_secret_value())
    url = make_url(old.database_url.get_secret_value())
    new = old.model_copy(
        update={
            "store_access_key": SecretStr("new-key"),
            "store_secret_key": SecretStr("new-secret"),
            "database_url": SecretStr(
                url.set(username="archive_app_b", password="new").render_as_string(hide_password=False)
            ),
        }
    )
    load = Load(old)
    with ThreadPoolExecutor(PROCESSES) as pool:
        working = [pool.submit(load.work, number) for number in range(PROCESSES)]
        try:
            for number in range(PROCESSES):
                load.wait(number)
            give_keys(state_dir, pair, ("new-key", "new-secret"))
            with server.connect() as connection:
                connection.execute(sql.SQL("CREATE ROLE archive_app_b LOGIN PASSWORD 'new' IN ROLE archive_app"))
            until(new, True)
            for number in range(PROCESSES):
                load.settings[number] = new
                load.wait(number)
            give_keys(state_dir, ("new-key", "new-secret"))
            with server.connect() as connection:
                connection.execute(sql.SQL("ALTER ROLE archive_app NOLOGIN"))
            until(old, False)
            for number in range(PROCESSES):
                load.wait(number)
        finally:
            load.end()
        for each in working:
            each.result()
    assert load.failed == []
    assert not taken(old.model_copy(update={"database_url": new.database_url})), "the old key of the storage"
    storage = {name: getattr(new, name) for name in ("store_access_key", "store_secret_key")}
    assert not taken(old.model_copy(update=storage)), "the old login of the database"


def test_a_form_that_was_open_when_its_key_was_changed_is_taken_and_new_ones_have_the_new_key() -> None:
    person, request = Person("馆员", True), Request({"type": "http", "headers": []})
    token = FormTokens("old").token(person, 7)
    changed = FormTokens("new", before="old")
    assert changed.is_valid(request, person, 7, token)
    assert not FormTokens("new").is_valid(request, person, 7, token)
    assert FormTokens("new").is_valid(request, person, 7, changed.token(person, 7))
    assert not FormTokens("old").is_valid(request, person, 7, changed.token(person, 7))
