"""`gongkai stamp`, `gongkai prove` and `gongkai verify`."""

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from etl.archive.preservation.time_stamps import Stamped, authority_of, stamp_days
from etl.archive.storage.archive import open_archive
from etl.cli.console import AsJson, output, print_json, shown_progress
from etl.clock import CHINA
from etl.counting import counted
from etl.errors import GongkaiError
from etl.export.proof.bundle import verify_proof, write_proof
from etl.export.proof.gather import gather_capture, gather_record
from etl.export.wacz_verifying import is_wacz, verify_wacz
from etl.settings import settings

app = typer.Typer()


@app.command("stamp")
def stamp_command(
    today: Annotated[
        bool, typer.Option("--today", help="Also make today's root now; logs of later today then belong to tomorrow's.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make missing daily roots, and have the newest one time-stamped by the authority in the settings."""
    authority = authority_of(settings())
    before = datetime.now(CHINA).date() + timedelta(days=int(today))
    with shown_progress() as progress:
        done = stamp_days(open_archive(settings()), authority, before, progress)
    if as_json:
        print_json(asdict(done) | {"stamp": str(done.state.stamp) if done.stamp else None})
        return
    output.print(_in_words(done), soft_wrap=True)
    if authority is None:
        output.print("no authority is set, so nothing is time-stamped: GONGKAI_STAMP_URL (docs/proofs.md)")


def _in_words(done: Stamped) -> str:
    made = f"{counted(len(done.roots), 'daily root')} made"
    if done.state.root:
        made += f", the newest is of {done.state.root}"
    stamp = f"stamped at {done.stamp.at:%Y-%m-%d %H:%M:%S} UTC" if done.stamp else "nothing new was stamped"
    hint = "" if done.state.root else "; a day's root is made when the day is over, or now with --today"
    return f"{made}; {stamp}; without a time stamp: {counted(done.state.unstamped, 'root')}{hint}"


@app.command("prove")
def prove_command(
    out: Annotated[Path, typer.Option("--out", help="File to write, a zip.")],
    record: Annotated[int | None, typer.Argument(help="Number of a record.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="One of its versions. Default: the current one.")] = None,
    capture: Annotated[int | None, typer.Option(help="Number of a capture, instead of a record.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a proof of a record or a capture: its bytes and logs, with the time stamp that covers them."""
    if (record is None) == (capture is None):
        raise GongkaiError("name either a record or a capture", hint="`gongkai prove 12 --out proof.zip`")
    archive = open_archive(settings())
    proof = gather_capture(archive, capture) if capture is not None else gather_record(archive, record or 0, version)
    write_proof(proof, out)
    stamp = proof.stamps[0]
    if as_json:
        print_json({"out": str(out), "stamped_at": stamp.at, "authority": stamp.authority, "files": len(proof.files)})
    else:
        output.print(
            f"{out}: {counted(len(proof.facts), 'line')} of logs with their bytes, stamped at {stamp.at}",
            soft_wrap=True,
        )


@app.command("verify")
def verify_command(
    file: Annotated[Path, typer.Argument(help="A proof that `gongkai prove` wrote, or a WACZ.")],
    certificates: Annotated[
        Path | None, typer.Option(help="PEM file with the authority's root certificate. Default: that of the proof.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a proof or a WACZ package, offline and without an archive. Exits with 1 and names what was changed."""
    shown = (verify_wacz if is_wacz(file) else verify_proof)(file, certificates)
    if as_json:
        print_json({"file": str(file), "shows": shown})
        return
    for line in shown:
        output.print(output.plain(line), soft_wrap=True)
