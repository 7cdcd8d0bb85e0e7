"""With whose rules `gongkai extract` reads: those of a source, as its crawl would, or the general ones."""

from dataclasses import dataclass
from datetime import UTC, datetime

from etl.catalog.load import SourceError, files, find, load_all
from etl.errors import GongkaiError
from etl.extract import Extraction, extract
from etl.pipeline.interpreting import extract_capture
from etl.platforms.registry import family_of
from etl.settings import settings
from etl.sources.schema import Source
from etl.web.urls import canonical_url, host_of


@dataclass(frozen=True, slots=True)
class ExtractRules:
    """The source whose family, layout and addresses hold, if any, and why it is that one."""

    source: Source | None
    why: str

    @property
    def description(self) -> str:
        """In words."""
        if self.source is None:
            return f"with general rules: {self.why}"
        return f"as source {self.source.id} ({self.source.platform}): {self.why}"

    def read(self, body: bytes, url: str, content_type: str) -> Extraction:
        """What a page says today."""
        if self.source is None:
            return extract(body, url, content_type)
        headers = [("content-type", content_type)] if content_type else []
        return extract_capture(self.source, family_of(self.source), url, headers, body, datetime.now(UTC))


def rules_of(name: str, url: str) -> ExtractRules:
    """The rules of the source that is named by its id or file, else of the one to which the address belongs.

    Raises `GongkaiError` for a name that no source has, and for an address that is none.
    """
    is_address = url.startswith(("http://", "https://"))
    if is_address:
        try:
            canonical_url(url)
        except ValueError as error:
            raise GongkaiError(f"{url} is no address: {error}", hint="as in https://www.example.gov.cn/") from error
    if name:
        return ExtractRules(find(name, settings().source_folders), "asked for")
    if not is_address:
        return ExtractRules(
            None, "no address says of which source it is; name it with --source, or its address with --url"
        )
    try:
        known = load_all(files(settings().source_folders)).values()
    except SourceError as error:
        return ExtractRules(None, f"the source files cannot be read ({error.problems[0]})")
    found = [source for source in known if source.allows(url)]
    # Sites on one machine differ by their ports, which `hosts` does not name.
    near = [source for source in found if host_of(url) in {host_of(column.url) for column in source.columns}]
    found = near if len(near) == 1 else found
    if len(found) == 1:
        return ExtractRules(found[0], "its hosts match")
    if not found:
        return ExtractRules(None, "no source has this host")
    ids = ", ".join(source.id for source in found)
    return ExtractRules(None, f"several sources have this host ({ids}); name one with --source")
