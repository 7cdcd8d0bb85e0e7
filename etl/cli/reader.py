"""`gongkai reader`: prints addresses and keys for downstream jobs."""

import shlex
from collections.abc import Iterator

import typer
from sqlalchemy import make_url

from etl.archive.storage.archive import require_secret
from etl.cli.console import errors
from etl.settings import Settings, settings

app = typer.Typer()


@app.command("reader")
def reader_command() -> None:
    """Print addresses, passwords and keys for downstream jobs as shell commands: `eval "$(gongkai reader)"`."""
    chosen = settings()
    values = dict(_database(chosen)) | dict(_exports(chosen))
    for name, value in values.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    if "AWS_ACCESS_KEY_ID" not in values:
        errors.print("no keys for exports in the bucket: GONGKAI_STORE_READER_ACCESS_KEY is not set", soft_wrap=True)


def _database(chosen: Settings) -> Iterator[tuple[str, str]]:
    url = make_url(require_secret("DATABASE_READER_URL", chosen.database_reader_url)).set(drivername="postgresql")
    yield "ARCHIVE_URL", url.render_as_string(hide_password=False)


def _exports(chosen: Settings) -> Iterator[tuple[str, str]]:
    """The keys, under the variable names that AWS's tools and Arrow use."""
    name, secret = chosen.store_reader_access_key, chosen.store_reader_secret_key
    if name and secret and chosen.store_endpoint:
        yield "ARCHIVE_BUCKET", chosen.store_bucket
        yield "AWS_ENDPOINT_URL", f"http{'s' if chosen.store_secure else ''}://{chosen.store_endpoint}"
        yield "AWS_REGION", chosen.store_region
        yield "AWS_ACCESS_KEY_ID", name.get_secret_value()
        yield "AWS_SECRET_ACCESS_KEY", secret.get_secret_value()
