"""`gongkai fixity`."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.archive.preservation.fixity import audit
from etl.archive.preservation.log_audit import LogAudit
from etl.archive.storage.archive import open_archive
from etl.archive.storage.lookups import require_source
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, errors, output, print_json, shown_progress
from etl.clock import in_beijing
from etl.counting import counted
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("fixity")
def fixity_command(
    all_blobs: Annotated[bool, typer.Option("--all", help="Check every blob and every log.")] = False,
    source: Annotated[
        str | None, typer.Option(help="Check every blob of this source.", autocompletion=source_ids)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Re-read and hash blobs and logs: the rest of today's share. Lists damage, one per line, and exits with 1."""
    if all_blobs and source:
        raise GongkaiError("--all and --source exclude each other", hint="give one of them")
    archive = open_archive(settings())
    if source:
        with archive.engine.connect() as connection:
            require_source(connection, source)
    with shown_progress() as progress:
        report = audit(archive, progress, days=None if all_blobs or source else settings().fixity_days, source=source)
    if as_json:
        print_json(asdict(report))
    else:
        output.print(
            f"{counted(report.checked, 'blob')} checked ({report.bytes / 1e6:,.1f} MB): "
            f"{len(report.damaged)} damaged, {report.restored} intact again"
        )
        if report.logs:
            output.print(_words_on_logs(report.logs))
        for damage in report.all_damage:
            errors.print(f"[red]{errors.plain(str(damage))}[/]", soft_wrap=True)
    report.raise_if_damaged()


def _words_on_logs(logs: LogAudit) -> str:
    chain = f"their chain begins at {in_beijing(logs.chain_from)}" if logs.chain_from else "they have no chain"
    older = f"; older than it: {counted(logs.before_chain, 'log')}" if logs.before_chain else ""
    checked = (
        f"{logs.read} of {counted(logs.logs, 'log')} checked: {len(logs.damaged)} damaged, {logs.restored} intact again"
    )
    return f"{checked}; {chain}{older}"
