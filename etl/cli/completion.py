"""Shell completion of source ids, from the names of source files; no file is read."""

from etl.catalog.files import source_files
from etl.settings import settings


def source_ids(incomplete: str) -> list[str]:
    """The ids that begin with `incomplete`. The name of a source file is its id."""
    names = {path.stem for path in source_files(settings().source_folders)}
    return sorted(name for name in names if name.startswith(incomplete))
