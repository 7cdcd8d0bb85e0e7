"""What DAGs and the browser's plugin share: how tasks retry, and the archive that Airflow's Connections, or else the
settings, name."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pendulum
from airflow.sdk import Connection, CronTriggerTimetable, ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from etl.settings import Settings, settings

if TYPE_CHECKING:
    from etl.archive.storage.archive import Archive

DATABASE = "archive_db"
READER = "archive_reader_db"
STORE = "archive_store"
CHINA = pendulum.timezone("Asia/Shanghai")
# What lies outside the code may pass; a wrong source file or a red run stays as it is however often it is tried.
RETRIES = ExceptionRetryPolicy(
    [
        RetryRule(
            ["etl.errors.Unavailable", "sqlalchemy.exc.OperationalError"],
            RetryAction.RETRY,
            retry_delay=timedelta(seconds=30),
            reason="database or object storage away",
        ),
        RetryRule("etl.errors.GongkaiError", RetryAction.FAIL),
    ]
)


def at(cron: str) -> CronTriggerTimetable:
    """A schedule in China's time. A DAG that is unpaused waits for its next time.

    Without the zero Airflow 3.3 runs at once what was due within the last tenth of the interval, whatever its docs say
    of `run_immediately=False`: a daily DAG that is unpaused at five runs for three o'clock (`_calc_first_run`).
    """
    return CronTriggerTimetable(cron, timezone=CHINA, run_immediately=timedelta())


def gongkai_settings() -> Settings:
    """The process's settings, overruled by the Connections `archive_db`, `archive_reader_db` and `archive_store` where
    they exist.

    The first two are Postgres connections (host, port, login, password, schema = database). `archive_store` has the
    S3 endpoint in host and port, the keys in login and password, and in extra optionally `bucket`, `secure`,
    `region`.
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
    """The archive, found to be there. Raises `GongkaiError`."""
    # DAG files import this module, and parsing them must not cost what a task costs.
    from etl.archive.storage.archive import open_archive  # noqa: PLC0415

    return open_archive(gongkai_settings())


def _connection(name: str) -> Connection | None:
    try:
        return Connection.get(name)
    except AirflowNotFoundException:
        return None
