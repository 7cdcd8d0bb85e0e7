"""`gongkai alerts …`."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.alerts.watch import find_problems, send_test
from etl.archive.storage.archive import open_database
from etl.cli.console import output, print_json
from etl.settings import settings

app = typer.Typer(name="alerts", help="See what people are told, and whether it reaches them.", no_args_is_help=True)


@app.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the problems that are open now, with why and what to do, also silenced ones. Exits with 1 if one is not."""
    problems = find_problems(open_database(settings()), settings())
    if as_json:
        print_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            silenced = "[dim]silenced[/] " if problem.silenced else ""
            output.print(f"{silenced}[bold]{output.plain(problem.title)}[/]", soft_wrap=True)
            for line in (*problem.lines, *filter(None, [problem.link])):
                output.print(f"  {output.plain(line)}", soft_wrap=True)
        if not problems:
            output.print("no problem is open")
    if not all(problem.silenced for problem in problems):
        raise typer.Exit(1)


@app.command("test")
def send_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Send a message to every address of GONGKAI_ALERT_URLS, and say which took it."""
    delivery = send_test(settings())
    if as_json:
        print_json(asdict(delivery))
    else:
        for address in delivery.taken:
            output.print(f"delivered to {output.plain(address)}", soft_wrap=True)
    delivery.raise_if_failed()
