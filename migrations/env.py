"""Alembic's entry: online only, as the database's owner; the address comes from `etl.archive.storage.migrations`."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from etl.archive.storage.models import SCHEMA, Base


def _ours(name: str | None, type_: str, _parents: object) -> bool:
    return name == SCHEMA if type_ == "schema" else True


engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    # Alembic keeps its version table inside the schema, which must exist before the first migration.
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_schemas=True,
        include_name=_ours,
        version_table_schema=SCHEMA,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
