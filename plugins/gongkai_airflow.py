"""What DAGs and the browser's plugin share: the archive that Airflow's Connections, or else the settings, name."""

from typing import Any
from urllib.parse import quote

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from etl.archive import Archive, open_archive
from etl.settings import Settings, settings

DATABASE = "archive_db"
STORE = "archive_store"


def gongkai_settings() -> Settings:
    """The process's settings, overruled by the Connections `archive_db` and `archive_store` where they exist.

    `archive_db` is a Postgres connection (host, port, login, password, schema = database). `archive_store` has the
    S3 endpoint in host and port, the keys in login and password, and in extra optionally `bucket`, `secure`,
    `region`.
    """
    changes: dict[str, Any] = {}
    if database := _connection(DATABASE):
        login = f"{quote(database.login or '', safe='')}:{quote(database.password or '', safe='')}"
        place = f"{database.host}:{database.port or 5432}/{database.schema or 'archive'}"
        changes["database_url"] = SecretStr(f"postgresql+psycopg://{login}@{place}")
    if store := _connection(STORE):
        changes["store_endpoint"] = f"{store.host}:{store.port}" if store.port else store.host
        changes["store_access_key"] = SecretStr(store.login or "")
        changes["store_secret_key"] = SecretStr(store.password or "")
        extra = store.extra_dejson
        changes |= {f"store_{name}": extra[name] for name in ("bucket", "secure", "region") if name in extra}
    return settings().model_copy(update=changes)


def archive_from_airflow() -> Archive:
    """The archive, found to be there. Raises `GongkaiError`."""
    return open_archive(gongkai_settings())


def _connection(name: str) -> Connection | None:
    try:
        return Connection.get(name)
    except AirflowNotFoundException:
        return None
