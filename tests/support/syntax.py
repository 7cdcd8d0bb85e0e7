"""The syntax of the project's files, for tests that read them."""

import ast
import gc
from functools import cache
from pathlib import Path


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """The syntax of a file, each node after the one that it stands in.

    That of all files is a hundred megabytes: a module of tests lets go of it at its end (`cache_clear`).
    """
    gc.disable()  # none of it is garbage, and looking through it takes as long as reading it
    try:
        return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    finally:
        gc.enable()
