"""`gongkai hosts`."""

import getpass
from dataclasses import asdict
from typing import Annotated

import typer

from etl.archive.crawls.hosts import HostState, known_hosts, lift
from etl.archive.storage.archive import open_database
from etl.cli.console import AsJson, output, print_json, table
from etl.clock import in_beijing
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("hosts")
def hosts_command(
    host: Annotated[str | None, typer.Argument(help="Only this host.")] = None,
    lifts: Annotated[bool, typer.Option("--lift", help="End the host's postponement at once.")] = False,
    who: Annotated[str, typer.Option(help="Name of the person who lifts. Default: the login name.")] = "",
    as_json: AsJson = False,
) -> None:
    """List hosts: pace, the sources that set it, and until when and why they are postponed. --lift ends that."""
    archive = open_database(settings())
    if lifts:
        if host is None:
            raise GongkaiError("--lift needs a host", hint="`gongkai hosts` lists them")
        before = lift(archive, host, who or getpass.getuser())
        output.print(f"{host} is no longer postponed; it was until {_time(before)} ({before.why})", soft_wrap=True)
        return
    states = known_hosts(archive, host)
    if as_json:
        print_json([asdict(state) for state in states])
    else:
        rows = [
            (state.name, f"{state.pace:g} s", ", ".join(state.paced_by), _robots(state), _time(state), state.why)
            for state in states
        ]
        table(("host", "pace", "set by", "robots.txt", "postponed until", "why"), rows)
        for state in states:
            if state.lifted_at:
                output.print(f"{state.name}: lifted {in_beijing(state.lifted_at)} by {state.lifted_by}")


def _time(state: HostState) -> str:
    """Until when the host is postponed, in Beijing time."""
    return in_beijing(state.postponed_until) if state.postponed_until else ""


def _robots(state: HostState) -> str:
    if state.robots_at is None:
        return ""
    return str(state.robots_status or "unreachable")
