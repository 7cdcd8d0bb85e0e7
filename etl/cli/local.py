"""`gongkai up`, `down`, `status`, `migrate`, `demo`: the archive on this machine."""

import os
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from etl.archive.crawls.reports import last_reports
from etl.archive.storage.archive import open_archive
from etl.archive.storage.migrations import migrate
from etl.cli.console import errors, output, print_json, progress_bars, table
from etl.errors import GongkaiError
from etl.local import demo, process
from etl.local.airflow_client import AirflowClient
from etl.local.services import Addresses, ServiceStep, down, status, up
from etl.local.state import State
from etl.settings import Settings, settings

app = typer.Typer()


@app.command("up")
def up_command() -> None:
    """Start PostgreSQL, the S3 server and Airflow on this machine, unless they are running already."""
    _print_addresses(up(settings(), report=_print_progress))


@app.command("down")
def down_command() -> None:
    """Stop the processes that `up` and `demo` started, and no others."""
    state = State.open(settings().state_dir)
    ended = [*process.stop(state, [demo.SITES], seconds=10), *down(settings(), _print_progress)]
    errors.print(f"stopped: {', '.join(ended)}" if ended else "nothing was running")


@app.command("status")
def status_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show each local service: state, address and log. Exits with 1 unless all are running."""
    services = status(settings())
    if as_json:
        print_json([asdict(item) for item in services])
    rows = [
        (
            item.name,
            "running" if item.running else "—",
            item.pid or "",
            item.address,
            item.detail,
        )
        for item in services
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


@app.command("demo")
def demo_command(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…", help="Crawl these alone.")] = None,
) -> None:
    """Start everything, crawl the demo sites through Airflow, show the result, and leave it running."""
    started = time.monotonic()
    state = State.open(settings().state_dir)
    sites = demo.start_sites(state, settings())
    errors.print(f"  demo sites      {', '.join(sites.values())}")
    sources = demo.choose(demo.write_sources(state, sites), sources)
    addresses = up(settings(), report=_print_progress)
    assert addresses.airflow is not None
    archive = open_archive(Settings())
    with (
        AirflowClient(
            addresses.airflow.url,
            addresses.airflow.user,
            addresses.airflow.password,
            notice=lambda text: _print_progress(ServiceStep("Airflow", "waiting", detail=text)),
        ) as client,
        progress_bars() as bars,
    ):
        tasks = {source: bars.add_task(f"{source} queued", total=None) for source in sources}
        said: dict[str, str] = {}

        def show_crawl(item: demo.CrawlProgress) -> None:
            bars.update(
                tasks[item.source],
                description=f"{item.source} {item.state}",
                completed=item.ended,
                total=item.listed or None,
            )
            if not errors.is_terminal and said.get(item.source) != item.state:  # where no bars are shown
                said[item.source] = item.state
                errors.print(f"  {item.source:<16}{item.state}, documents: {item.ended} of {item.listed or '?'}")

        demo.crawl(client, archive.engine, sources, show_crawl)
        maintenance = {dag: bars.add_task(dag, total=1) for dag in demo.MAINTENANCE_DAGS}

        def show_dag(dag: str, state: str) -> None:
            bars.update(maintenance[dag], description=f"{dag} {state}", completed=state == "success")

        demo.run_maintenance(client, show_dag)
    columns = ("source", "listed", "stored", "unchanged", "duplicates", "failed", "excluded", "seconds")
    reports = [
        report for report in last_reports(archive.engine) if report["source"] in sources and report["kind"] == "crawl"
    ]
    table(columns, [[report[name] for name in columns] for report in reports])
    output.print(demo.archive_summary(archive.engine))
    _print_addresses(addresses)
    output.print(f"[dim]{time.monotonic() - started:.0f} s; `make stop` ends it[/]")


def _print_progress(step: ServiceStep) -> None:
    if step.step in ("ready", "stopped", "waiting"):
        seconds = f"{step.seconds:5.1f} s" if step.seconds else ""
        errors.print(f"  {step.service:<16}{step.step} {seconds} {escape(step.detail)}".rstrip())


def _print_addresses(addresses: Addresses) -> None:
    if addresses.airflow is None:
        return
    airflow = addresses.airflow
    output.print(f"Airflow   {airflow.url}", soft_wrap=True)
    output.print(f"Archive   {airflow.url}/archive/", soft_wrap=True)
    output.print(f"Login     {airflow.user} / {escape(airflow.password)}", soft_wrap=True)
