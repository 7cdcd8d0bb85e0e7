"""The archive: its database, its bucket, and what is known of both."""

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
    """What is known of records, without their bytes: enough to cite, compare, report and list."""

    engine: Engine

    @property
    def hosts(self) -> PostgresHosts:
        """What is known of hosts."""
        return PostgresHosts(self.engine)


@dataclass(frozen=True, slots=True)
class Archive(Database):
    """The two places in which everything is kept."""

    store: Store


def open_archive(settings: Settings) -> Archive:
    """The archive that the settings name, found to be there and of the right schema. Raises `GongkaiError`."""
    store = open_store(settings)
    return Archive(open_database(settings).engine, store)


def open_database(settings: Settings) -> Database:
    """The archive's database alone, of the right schema; the bucket is not asked. Raises `GongkaiError`."""
    engine = connect(_secret("DATABASE_URL", settings.database_url))
    require_schema_revision(engine)
    return Database(engine)


def open_reader(settings: Settings) -> Engine:
    """The archive's database as its readers' role, which sees schema `api_v1` alone. Raises `GongkaiError`."""
    engine = connect(_secret("DATABASE_READER_URL", settings.database_reader_url))
    with translate_database_errors(engine), engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('api_v1.changes')")) is None:
            raise DatabaseError("the archive's database has no schema api_v1", hint="run `gongkai migrate`")
    return engine


def open_store(settings: Settings) -> Store:
    """The bucket that the settings name, found to be there. Raises `GongkaiError`."""
    store = Store(
        StoreAddress(
            endpoint=_needed("STORE_ENDPOINT", settings.store_endpoint),
            access_key=_secret("STORE_ACCESS_KEY", settings.store_access_key),
            secret_key=_secret("STORE_SECRET_KEY", settings.store_secret_key),
            bucket=settings.store_bucket,
            secure=settings.store_secure,
            region=settings.store_region,
        )
    )
    store.check()
    return store


def _needed(name: str, value: str | None) -> str:
    if not value:
        raise GongkaiError(f"GONGKAI_{name} is not set", hint="run `gongkai up`, or see docs/settings.md")
    return value


def _secret(name: str, value: SecretStr | None) -> str:
    return _needed(name, value.get_secret_value() if value else None)
