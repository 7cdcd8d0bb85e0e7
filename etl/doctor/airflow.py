"""Airflow: which of its parts run, whether tasks find room, and whether its Connections name another archive."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import make_url

from etl.archive.queries.citation import MOUNT
from etl.counting import counted
from etl.doctor.findings import Finding, fault, good, note
from etl.local import airflow as local_airflow
from etl.local import process
from etl.local.airflow_client import AirflowClient
from etl.local.state import State
from etl.settings import Settings

_PARTS = ("metadatabase", "scheduler", "dag_processor")
CONNECTIONS = {"archive_db": "database_url", "archive_reader_db": "database_reader_url"}
"""Airflow's Connections that come before a setting, and that setting."""


def check_airflow(settings: Settings) -> Iterator[Finding]:
    """The parts of Airflow by their heartbeats; of an Airflow of this machine also pools, DAGs and Connections."""
    state = State.open(settings.state_dir)
    here = process.find(state, local_airflow.API)
    url = local_airflow.configured_url(state) if here else _address(settings)
    if url is None:
        yield note("Airflow", "its address is not known here", "`gongkai up` starts one, or set GONGKAI_PUBLIC_URL")
        return
    health = local_airflow.health(url)
    for part in _PARTS:
        yield _part(part, health[part])
    triggerer = health["triggerer"]["status"]
    yield good("Airflow's triggerer", "healthy" if triggerer == "healthy" else "does not run, and nothing needs it")
    if here:
        with AirflowClient(url, local_airflow.USER, state.secret("airflow:admin")) as client:
            yield from _pools(client)
            yield from _dags(client)
            yield from _connections(client, settings)


def _address(settings: Settings) -> str | None:
    """Airflow's address where the browser has a public one: the browser is mounted in it."""
    address = settings.public_url
    return address.removesuffix(MOUNT) if address and address.endswith(MOUNT) else None


def _part(part: str, health: dict[str, str | None]) -> Finding:
    name = f"Airflow's {part.replace('_', ' ')}"
    if health["status"] == "healthy":
        return good(name, "healthy")
    beat = health.get(f"latest_{part}_heartbeat")
    return fault(
        name,
        f"{health['status'] or 'never ran'}; last heartbeat {beat or 'none'}",
        "`gongkai up` starts it anew; in Compose, `docker compose up -d`",
    )


def _pools(client: AirflowClient) -> Iterator[Finding]:
    for pool in client.pools():
        if pool.slots <= 0 or (pool.queued and not pool.open):
            yield fault(
                f"pool {pool.name}",
                f"waiting: {counted(pool.queued, 'task')}; free: {pool.open} of {counted(pool.slots, 'slot')}",
                "give it more slots in Airflow: Admin → Pools",
            )
        else:
            yield good(f"pool {pool.name}", f"free: {pool.open} of {counted(pool.slots, 'slot')}")


def _dags(client: AirflowClient) -> Iterator[Finding]:
    broken = client.import_errors()
    for each in broken:
        yield fault("DAG files", f"{each.file}: {each.error}", "mend the file; Airflow reads it again by itself")
    if not broken:
        yield good("DAG files", "all are read")
    if paused := client.paused_dags():
        switch = "a paused DAG runs nothing; switch on in Airflow's list of DAGs what shall run"
        yield note("paused DAGs", ", ".join(paused), switch)


def _connections(client: AirflowClient, settings: Settings) -> Iterator[Finding]:
    set_here = 0
    for name, setting in CONNECTIONS.items():
        place, secret = client.connection(name), getattr(settings, setting)
        set_here += place is not None
        if place and secret:
            url = make_url(secret.get_secret_value())
            own = f"{url.host}:{url.port or 5432}/{url.database}"
            if place != own:
                yield fault(
                    f"Connection {name}",
                    f"names {place}, and GONGKAI_{setting.upper()} {own}",
                    "DAGs use the one, commands the other: remove the Connection, or make them agree",
                )
    if store := client.connection("archive_store"):
        set_here += 1
        endpoint = urlsplit(f"//{settings.store_endpoint}").netloc
        if store.partition("/")[0].removesuffix(":None") != endpoint:
            yield fault(
                "Connection archive_store",
                f"names {store}, and GONGKAI_STORE_ENDPOINT {endpoint}",
                "DAGs use the one, commands the other: remove the Connection, or make them agree",
            )
    yield good("Airflow's Connections", f"{set_here} are set; the settings hold for the others")
