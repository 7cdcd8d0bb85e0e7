"""`gongkai doctor`."""

from dataclasses import asdict

import typer

from etl.cli.console import AsJson, output, print_json
from etl.counting import counted
from etl.doctor.examine import examine
from etl.settings import readable_settings

app = typer.Typer()
_SIGNS = {"good": "[green]good[/] ", "note": "[yellow]note[/] ", "fault": "[red]fault[/]"}


@app.command("doctor")
def doctor_command(as_json: AsJson = False) -> None:
    """Check database, bucket, clocks, disk and Airflow; name each fault and what to do. Exits with 1 if there is
    one."""
    findings = []
    for finding in examine(*readable_settings()):
        findings.append(finding)
        if not as_json:
            advice = f" → {finding.advice}" if finding.advice else ""
            line = output.plain(f"{finding.check}: {finding.detail}{advice}")
            output.print(f"{_SIGNS[finding.state]} {line}", soft_wrap=True)
    faults = sum(finding.state == "fault" for finding in findings)
    if as_json:
        print_json({"good": not faults, "findings": [asdict(finding) for finding in findings]})
    else:
        output.print(counted(faults, "fault") if faults else "no fault was found")
    if faults:
        raise typer.Exit(1)
