"""A process that reads one file after the other and may be killed: `python -m etl.files.worker FD BYTES MODULE`.

It says True when it has loaded the module; then it takes (name of a function in it, arguments) from the socket with
that number, and gives back the result or the `Unreadable` that says why there is none. It may use `BYTES` of memory.
"""

import resource
import sys
from importlib import import_module
from multiprocessing.connection import Connection
from types import ModuleType

from etl.files.types import FileOutcome, Unreadable


def serve(connection: Connection, module: ModuleType) -> None:
    """Answers until the other side is gone."""
    connection.send(True)
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = getattr(module, function)(*arguments)
        except Unreadable as error:
            answer = error
        except MemoryError:
            answer = Unreadable(FileOutcome.CRASHED, "out of memory")
        except BaseException as error:  # noqa: BLE001 - a panic in a library written in Rust is no Exception
            answer = Unreadable(FileOutcome.CRASHED, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
        connection.send(answer)


if __name__ == "__main__":
    limit = int(sys.argv[2])
    # Data, not address space: onnxruntime and PDFium map far more than they use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    # A crash is an outcome here; its core would be a copy of the document on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(Connection(int(sys.argv[1])), import_module(sys.argv[3]))
