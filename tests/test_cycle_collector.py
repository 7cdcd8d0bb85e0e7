"""Python's search for reference cycles: paused while a command or Airflow loads its modules, on while it works."""

import subprocess
import sys

import pytest

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


AIRFLOW = """
import gc, os, runpy, sys, time
from etl.local import airflow_process
def loaded(*_, **__):
    print(gc.isenabled(), flush=True)
    {}
runpy.run_module, airflow_process.LOADING = loaded, {}
airflow_process.main()
"""
FORKS = "print(gc.isenabled(), flush=True) if not os.fork() else os.wait()"
WAITS = """while not gc.isenabled(): time.sleep(0.01)
    print(gc.isenabled())"""


@pytest.mark.parametrize(("work", "loading"), [(FORKS, 600), (WAITS, 0.1)], ids=["forks", "waits"])
def test_airflow_searches_in_what_it_forks_and_when_it_has_loaded(work: str, loading: float) -> None:
    command = [sys.executable, "-c", AIRFLOW.format(work, loading)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["False", "True"]
