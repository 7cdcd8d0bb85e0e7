"""The archive: its database and its bucket, opened from the settings."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import Engine, text

from etl.archive.storage.bucket import Store, StoreAddress
from etl.archive.storage.database import DatabaseError, connect, require_schema_revision, translate_database_errors
from etl.archive.storage.host_registry import PostgresHosts
from etl.errors import GongkaiError
from etl.settings import Settings


@dataclass(frozen=True, slots=True)
class Database:
    """The archive's database, without the bucket: enough to search, cite, compare and report."""

    engine: Engine

    @property
    def hosts(self) -> PostgresHosts:
        """The registry of hosts."""
        return PostgresHosts(self.engine)


@dataclass(frozen=True, slots=True)
class Archive(Database):
    """The archive's database and bucket."""

    store: Store


def open_archive(settings: Settings) -> Archive:
    """Opens the archive of the settings. Raises `GongkaiError` where it is missing or has another schema revision."""
    store = open_store(settings)
    return Archive(open_database(settings).engine, store)


def open_database(settings: Settings) -> Database:
    """Opens the archive's database alone. Raises `GongkaiError` as `open_archive` does."""
    engine = connect(require_secret("DATABASE_URL", settings.database_url))
    require_schema_revision(engine)
    return Database(engine)


def open_reader(settings: Settings) -> Engine:
    """Connects as the role of downstream readers, which sees only schema `api_v1`. Raises `GongkaiError`."""
    engine = connect(require_secret("DATABASE_READER_URL", settings.database_reader_url))
    with translate_database_errors(engine), engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('api_v1.changes')")) is None:
            raise DatabaseError("the archive's database has no schema api_v1", hint="run `gongkai migrate`")
    return engine


def open_store(settings: Settings) -> Store:
    """Opens the bucket of the settings. Raises `GongkaiError` where it is missing."""
    store = Store(
        StoreAddress(
            endpoint=_require("STORE_ENDPOINT", settings.store_endpoint),
            access_key=require_secret("STORE_ACCESS_KEY", settings.store_access_key),
            secret_key=require_secret("STORE_SECRET_KEY", settings.store_secret_key),
            bucket=settings.store_bucket,
            secure=settings.store_secure,
            region=settings.store_region,
        )
    )
    store.check()
    return store


def _require(name: str, value: str | None) -> str:
    if not value:
        raise GongkaiError(f"GONGKAI_{name} is not set", hint="run `gongkai up`, or see docs/settings.md")
    return value


def require_secret(name: str, value: SecretStr | None) -> str:
    """The secret that setting `GONGKAI_<name>` has. Raises `GongkaiError` where it is not set."""
    return _require(name, value.get_secret_value() if value else None)
