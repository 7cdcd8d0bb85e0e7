"""What the shell completes: ids of sources, by the names of their files, which reads none of them."""

from etl.catalog.files import source_files
from etl.settings import settings


def source_ids(incomplete: str) -> list[str]:
    """The ids that begin so. A file is called after its id."""
    names = {path.stem for path in source_files(settings().source_folders)}
    return sorted(name for name in names if name.startswith(incomplete))
