"""Shared by the DAGs and the browser's plugin: the defaults of DAGs, their retries, and opening the archive.

The archive is the one in Airflow's Connections, or else in the settings.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import Asset, Connection, ExceptionRetryPolicy, RetryAction, RetryRule, dag
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from etl.errors import GongkaiError, Unavailable
from etl.settings import Settings, settings

if TYPE_CHECKING:
    from etl.archive.crawls.reports import Report
    from etl.archive.storage.archive import Archive

log = logging.getLogger("gongkai")
DATABASE = "archive_db"
READER = "archive_reader_db"
STORE = "archive_store"
ALERTS = "archive_alerts"
STAMPS = "archive_stamps"
RECORDS = Asset("disclosure_records")
"""Updated by every task that may have changed records (`announce_records`)."""


class AlreadyLogged(SystemExit):
    """Ends a task as failed when its log already has the reason. For any other exception, Airflow adds a traceback that
    hides the reason."""


# A database or storage that is down may come back; an invalid source file or a red run is the same at every retry.
RETRIES = ExceptionRetryPolicy(
    [
        RetryRule(
            ["etl.errors.Unavailable", "sqlalchemy.exc.OperationalError"],
            RetryAction.RETRY,
            retry_delay=timedelta(seconds=30),
            reason="database or object storage unavailable",
        ),
        RetryRule("etl.errors.GongkaiError", RetryAction.FAIL),
        RetryRule(AlreadyLogged, RetryAction.FAIL),
    ]
)

RUN_TYPES = ("scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization")
"""All of Airflow's run types except `backfill`."""
KILLED_RETRY = timedelta(seconds=15)
"""Delay before the retry of a task that ended without an exception, so that no retry policy applies: it was killed."""


def archive_dag(**options: Any) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Decorates the function of a DAG, with the options of `airflow.sdk.dag` on top of the project's defaults.

    The defaults: one run at a time, no runs for times in the past and no backfill, which would crawl today's site once
    for each day of its range; paused when it first appears, and three retries by `RETRIES`. There is no start date, so
    that a DAG that is unpaused waits for the next time on its schedule.
    """
    defaults = {
        "catchup": False,
        "max_active_runs": 1,
        "allowed_run_types": RUN_TYPES,
        "is_paused_upon_creation": True,
        "default_args": {"retries": 3, "retry_delay": KILLED_RETRY, "retry_policy": RETRIES},
    }
    return dag(**defaults | options)


@contextmanager
def plain_failure() -> Iterator[None]:
    """For a `GongkaiError`, writes its one line to the log and fails the task; an error that may pass is raised
    again."""
    try:
        yield
    except Unavailable:
        raise
    except GongkaiError as error:
        log.error("%s", error)
        raise AlreadyLogged(1) from None


def fail_if_red(archive: "Archive", report: "Report") -> None:
    """Fails the task if the run is red, after logging each reason with what to do, and the first failed pages."""
    from etl.pipeline.stages.reconciling import red_lines  # noqa: PLC0415

    if report.problems:
        for line in red_lines(archive, report):
            log.error("%s", line)
        raise AlreadyLogged(1)


def announce_records(outlet_events: Any, source: str | None, change_seq_to: int) -> None:
    """Tells the consumers of `RECORDS` which source's records changed (None: of any), and the last change_seq."""
    outlet_events[RECORDS].extra = {"source": source, "change_seq_to": change_seq_to}


def gongkai_settings(*more: str) -> Settings:
    """The process's settings; Airflow's Connections `archive_db`, `archive_store` and those named in `more`, if they
    exist, have priority. Each is a request to the API server, and a task needs no passwords of others.

    `archive_db` and `archive_reader_db` are Postgres connections (host, port, login, password, schema = database).
    `archive_store` has the S3 endpoint in host and port, the keys in login and password, and in extra optionally
    `bucket`, `secure` and `region`. The password of `archive_alerts` replaces `GONGKAI_ALERT_URLS`, that of
    `archive_stamps` replaces `GONGKAI_STAMP_URL`.
    """
    changes: dict[str, Any] = {}
    for setting, name in (("database_url", DATABASE), ("database_reader_url", READER)):
        if (name == DATABASE or name in more) and (database := _connection(name)):
            login = f"{quote(database.login or '', safe='')}:{quote(database.password or '', safe='')}"
            place = f"{database.host}:{database.port or 5432}/{database.schema or 'archive'}"
            changes[setting] = SecretStr(f"postgresql+psycopg://{login}@{place}")
    if store := _connection(STORE):
        changes["store_endpoint"] = f"{store.host}:{store.port}" if store.port else store.host
        changes["store_access_key"] = SecretStr(store.login or "")
        changes["store_secret_key"] = SecretStr(store.password or "")
        extra = store.extra_dejson
        changes |= {f"store_{name}": extra[name] for name in ("bucket", "secure", "region") if name in extra}
    for setting, name in (("alert_urls", ALERTS), ("stamp_url", STAMPS)):
        if name in more and (addresses := _connection(name)) and addresses.password:
            changes[setting] = SecretStr(addresses.password)
    return settings().model_copy(update=changes)


def archive_from_airflow(settings: Settings | None = None) -> "Archive":
    """Opens the archive of these settings, or of `gongkai_settings()`. Raises `GongkaiError` if its database or bucket
    is missing or cannot be reached."""
    # Imported here: DAG files import this module, and parsing them must not load what only tasks need.
    from etl.archive.storage.archive import open_archive  # noqa: PLC0415

    return open_archive(settings or gongkai_settings())


def _connection(name: str) -> Connection | None:
    try:
        return Connection.get(name)
    except AirflowNotFoundException:
        return None
