"""`gongkai up`, `down`, `status`, `migrate`: the archive on this machine."""

import os
from dataclasses import asdict

import typer
from rich.markup import escape

from etl.archive.storage.migrations import migrate
from etl.cli.console import AsJson, errors, output, print_json, table
from etl.errors import GongkaiError
from etl.local import demo, process
from etl.local.services import Addresses, ServiceStep, down, status, up
from etl.local.state import State
from etl.settings import settings

app = typer.Typer()


@app.command("up")
def up_command() -> None:
    """Start PostgreSQL, the S3 server and Airflow on this machine, unless they are running already."""
    print_addresses(up(settings(), report=print_progress))


@app.command("down")
def down_command() -> None:
    """Stop the processes that `up` and `demo` started, and no others."""
    state = State.open(settings().state_dir)
    ended = [*process.stop(state, [demo.SITES], seconds=10), *down(settings(), print_progress)]
    errors.print(f"stopped: {', '.join(ended)}" if ended else "nothing was running")


@app.command("status")
def status_command(as_json: AsJson = False) -> None:
    """Show each local service: state, address and log. Exits with 1 unless all are running."""
    services = status(settings())
    if as_json:
        print_json([asdict(item) for item in services])
    rows = [
        (item.name, "running" if item.running else "—", item.pid or "", item.address, item.detail) for item in services
    ]
    if not as_json:
        table(("service", "state", "pid", "address", "detail"), rows)
        output.print(f"logs: {os.path.relpath(services[0].log.parent)}/<service>.log", soft_wrap=True)
    if not all(item.running for item in services):
        raise typer.Exit(1)


@app.command("migrate")
def migrate_command() -> None:
    """Migrate the archive's database schema to the revision of this code, as the owner of the database."""
    url = settings().database_owner_url
    if url is None:
        raise GongkaiError("GONGKAI_DATABASE_OWNER_URL is not set", hint="see docs/settings.md")
    migrate(url.get_secret_value())
    output.print("the archive's schema is up to date")


def print_progress(step: ServiceStep) -> None:
    """Print to standard error what a service waits for, and when it is ready or has stopped."""
    if step.step in ("ready", "stopped", "waiting"):
        seconds = f"{step.seconds:5.1f} s" if step.seconds else ""
        errors.print(f"  {step.service:<16}{step.step} {seconds} {escape(step.detail)}".rstrip())


def print_addresses(addresses: Addresses) -> None:
    """Print the addresses of Airflow and the browser, and the login."""
    if addresses.airflow is None:
        return
    airflow = addresses.airflow
    output.print(f"Airflow   {airflow.url}", soft_wrap=True)
    output.print(f"Archive   {airflow.url}/archive/", soft_wrap=True)
    output.print(f"Login     {airflow.user} / {escape(airflow.password)}", soft_wrap=True)
