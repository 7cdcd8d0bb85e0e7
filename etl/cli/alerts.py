"""`gongkai alerts …`."""

from dataclasses import asdict

import typer

from etl.alerts.watch import find_problems, send_test
from etl.archive.storage.archive import open_database
from etl.cli.console import AsJson, output, print_json
from etl.settings import settings

app = typer.Typer(name="alerts", help="Show open problems, and test that messages arrive.", no_args_is_help=True)


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List open problems, with reasons and what to do. Exits with 1 if there is one that is not silenced."""
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
            output.print("there are no open problems")
    if not all(problem.silenced for problem in problems):
        raise typer.Exit(1)


@app.command("test")
def send_command(as_json: AsJson = False) -> None:
    """Send a test message to every address of GONGKAI_ALERT_URLS, and say to which it was delivered."""
    delivery = send_test(settings())
    if as_json:
        print_json(asdict(delivery))
    else:
        for address in delivery.taken:
            output.print(f"delivered to {output.plain(address)}", soft_wrap=True)
    delivery.raise_if_failed()
