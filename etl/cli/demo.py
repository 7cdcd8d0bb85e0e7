"""`gongkai demo`."""

import time
from typing import Annotated

import typer

from etl.archive.crawls.reports import last_reports
from etl.archive.storage.archive import open_archive
from etl.cli.console import errors, output, progress_bars, table
from etl.cli.local import print_addresses, print_progress
from etl.local import demo
from etl.local.airflow_client import AirflowClient
from etl.local.living import LIVING, watch_it_live
from etl.local.services import ServiceStep, up
from etl.local.state import State
from etl.settings import Settings, settings

app = typer.Typer()


@app.command("demo")
def demo_command(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…", help="Crawl only these.")] = None,
) -> None:
    """Start everything, crawl the demo sites through Airflow, show the result, and leave it running."""
    started = time.monotonic()
    state = State.open(settings().state_dir)
    sites = demo.start_sites(state, settings())
    errors.print(f"  demo sites      {', '.join(sites.values())}")
    sources = demo.choose(demo.write_sources(state, sites), sources)
    addresses = up(settings(), report=print_progress)
    assert addresses.airflow is not None
    archive = open_archive(Settings())
    with (
        AirflowClient(
            addresses.airflow.url,
            addresses.airflow.user,
            addresses.airflow.password,
            notice=lambda text: print_progress(ServiceStep("Airflow", "waiting", detail=text)),
        ) as client,
        progress_bars() as bars,
    ):
        tasks = {source: bars.add_task(f"{source} queued", total=None) for source in sources}
        shown_states: dict[str, str] = {}

        def show_crawl(item: demo.CrawlProgress) -> None:
            bars.update(
                tasks[item.source],
                description=f"{item.source} {item.state}",
                completed=item.ended,
                total=item.listed or None,
            )
            if not errors.is_terminal and shown_states.get(item.source) != item.state:  # without progress bars
                shown_states[item.source] = item.state
                errors.print(f"  {item.source:<16}{item.state}, documents: {item.ended} of {item.listed or '?'}")

        demo.crawl(client, archive.engine, sources, show_crawl)
        if LIVING in sources:
            watch_it_live(state, archive, Settings(workers=1))
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
    print_addresses(addresses)
    output.print(f"[dim]{time.monotonic() - started:.0f} s; `make stop` ends it[/]")
