"""The program `gongkai`: its command line in a process of its own."""

from etl import cycle_collector
from etl.cli import main


def run() -> None:
    """Entry point of the command `gongkai`. Python searches for reference cycles from when the command is loaded."""
    cycle_collector.pause()
    main()
