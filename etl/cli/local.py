"""`gongkai up`, `down`, `status`, `migrate`."""

import typer

app = typer.Typer()
