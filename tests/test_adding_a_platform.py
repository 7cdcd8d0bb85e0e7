"""The skeletons of docs/adding-a-platform.md are a whole family: in a checkout they pass the checks of families."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from etl.settings import PROJECT

_BLOCK = re.compile(r"```(?:python|html|yaml)\n(?:# |<!-- )(\S+)(?: -->)?\n(.*?)```", re.S)
_CHECKS = ("platforms/test_acme_cms.py", "platforms/test_recognise.py", "sources/test_shipped.py", "test_demo_sites.py")


def test_the_skeletons_pass_the_checks_of_a_family(tmp_path: Path) -> None:
    for name in ("etl", "demo", "tests", "dags/sources", "pyproject.toml"):
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        (tmp_path / name).parent.mkdir(exist_ok=True)
        copy(PROJECT / name, tmp_path / name)
    blocks = _BLOCK.findall((PROJECT / "docs" / "adding-a-platform.md").read_text(encoding="utf-8"))
    assert len(blocks) == 7
    for name, text in blocks:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command += ["-k", "acme"]
    done = subprocess.run(
        [*command, *(f"tests/{name}" for name in _CHECKS)], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout, done.stdout
