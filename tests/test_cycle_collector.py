"""Python's search for reference cycles: paused while a command loads its module, on while it works."""

import subprocess
import sys

CODE = """
import gc, sys
from etl.cli.program import run
sys.argv = ["gongkai", "sources", "platforms"]
began = sum(each["collections"] for each in gc.get_stats())
try:
    run()
except SystemExit:
    pass
made = sum(each["collections"] for each in gc.get_stats()) - began
print(gc.isenabled(), gc.get_freeze_count() > 10_000, made < 5)
"""


def test_a_command_loads_without_searching_for_cycles_and_then_searches() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "True True True"
