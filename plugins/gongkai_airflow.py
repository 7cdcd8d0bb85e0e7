"""What the DAGs and the browser's plugin share: the defaults of a DAG, its retries, and the archive.

The archive is the one that Airflow's Connections name, or else the settings.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import Asset, Connection, ExceptionRetryPolicy, RetryAction, RetryRule, dag
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from etl.settings import Settings, settings

if TYPE_CHECKING:
    from etl.archive.storage.archive import Archive

DATABASE = "archive_db"
READER = "archive_reader_db"
STORE = "archive_store"
RECORDS = Asset("disclosure_records")
"""Updated by every task that may have changed records (`announce_records`)."""
# A database or storage that is down may come back; a wrong source file or a red run is the same at every retry.
RETRIES = ExceptionRetryPolicy(
    [
        RetryRule(
            ["etl.errors.Unavailable", "sqlalchemy.exc.OperationalError"],
            RetryAction.RETRY,
            retry_delay=timedelta(seconds=30),
            reason="database or object storage unavailable",
        ),
        RetryRule("etl.errors.GongkaiError", RetryAction.FAIL),
    ]
)

KILLED_RETRY = timedelta(seconds=15)
"""When a task is tried again that ended without an exception, which no policy sees: it was killed."""


def archive_dag(**options: Any) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Decorates the function of a DAG, with the options of `airflow.sdk.dag` on top of the project's defaults.

    The defaults: one run at a time, no runs for times in the past, paused when it first appears, and three retries by
    `RETRIES`. There is no start date, so that a DAG that is unpaused waits for the next time on its schedule.
    """
    defaults = {
        "catchup": False,
        "max_active_runs": 1,
        "is_paused_upon_creation": True,
        "default_args": {"retries": 3, "retry_delay": KILLED_RETRY, "retry_policy": RETRIES},
    }
    return dag(**defaults | options)


def announce_records(outlet_events: Any, source: str | None, change_seq_to: int) -> None:
    """Tells the consumers of `RECORDS` which source's records changed (None: of any), and the last change_seq."""
    outlet_events[RECORDS].extra = {"source": source, "change_seq_to": change_seq_to}


def gongkai_settings() -> Settings:
    """The process's settings, with the values of Airflow's Connections in their place where these exist.

    `archive_db` and `archive_reader_db` are Postgres connections (host, port, login, password, schema = database).
    `archive_store` has the S3 endpoint in host and port, the keys in login and password, and in extra optionally
    `bucket`, `secure` and `region`.
    """
    changes: dict[str, Any] = {}
    for setting, name in (("database_url", DATABASE), ("database_reader_url", READER)):
        if database := _connection(name):
            login = f"{quote(database.login or '', safe='')}:{quote(database.password or '', safe='')}"
            place = f"{database.host}:{database.port or 5432}/{database.schema or 'archive'}"
            changes[setting] = SecretStr(f"postgresql+psycopg://{login}@{place}")
    if store := _connection(STORE):
        changes["store_endpoint"] = f"{store.host}:{store.port}" if store.port else store.host
        changes["store_access_key"] = SecretStr(store.login or "")
        changes["store_secret_key"] = SecretStr(store.password or "")
        extra = store.extra_dejson
        changes |= {f"store_{name}": extra[name] for name in ("bucket", "secure", "region") if name in extra}
    return settings().model_copy(update=changes)


def archive_from_airflow() -> "Archive":
    """Opens the archive. Raises `GongkaiError` if its database or bucket is missing or cannot be reached."""
    # DAG files import this module, and parsing them must not load what only tasks need.
    from etl.archive.storage.archive import open_archive  # noqa: PLC0415

    return open_archive(gongkai_settings())


def _connection(name: str) -> Connection | None:
    try:
        return Connection.get(name)
    except AirflowNotFoundException:
        return None
