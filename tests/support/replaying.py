"""Other people's tools over exported captures: they have an environment of their own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.settings import PROJECT

REPLAY = PROJECT / ".venv-replay" / "bin"
"""`make test` installs it; tests/replay/requirements.in says why it is apart."""


def run(program: Path, *words: str | Path, folder: Path | None = None) -> str:
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def replay_collections(folder: Path, **files: Path) -> None:
    """Makes collections of pywb in the folder, each of one WARC or WACZ file."""
    (folder / "config.yaml").write_text("collections_root: collections\n")
    for name, path in files.items():
        for part in ("archive", "indexes"):
            (folder / "collections" / name / part).mkdir(parents=True)
        unpack = ["--unpack-wacz"] if path.suffix == ".wacz" else []
        run(REPLAY / "wb-manager", "add", name, *unpack, path, folder=folder)


@contextmanager
def pywb(folder: Path) -> Iterator[str]:
    """pywb over the collections in the folder, on a free port of its choosing."""
    program = """from gevent.monkey import patch_all; patch_all()
from pywb.apps.cli import WaybackCli
from pywb.utils.geventserver import GeventServer, RequestURIWSGIHandler
server = GeventServer(WaybackCli(args=[]).application, 0, "127.0.0.1", RequestURIWSGIHandler)
print(server.port, flush=True)
server.join()"""
    process = subprocess.Popen(
        [REPLAY / "python", "-c", program], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stderr
    try:
        port = process.stdout.readline().strip()
        assert port, process.stderr.read()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()
