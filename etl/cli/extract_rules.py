"""Chooses the rules for `gongkai extract`: those of a source, the same as in its crawl, or the general ones."""

from dataclasses import dataclass
from datetime import UTC, datetime

from etl.catalog.load import SourceError, find_source, load_sources
from etl.clock import CHINA
from etl.errors import GongkaiError
from etl.extract import Extraction, extract
from etl.extract.explain import Explanation, explain
from etl.pipeline.reading.page_reading import PageToRead, extract_page
from etl.platforms.registry import family_of
from etl.settings import settings
from etl.sources.schema import Source
from etl.web.urls import canonical_url, host_of


@dataclass(frozen=True, slots=True)
class ExtractRules:
    """The source whose platform, layout and hosts apply (None: general rules), and why it was chosen."""

    source: Source | None
    why: str

    @property
    def description(self) -> str:
        """Which rules, and why, in words."""
        if self.source is None:
            return f"with general rules: {self.why}"
        return f"as source {self.source.id} ({self.source.platform}): {self.why}"

    def read(self, body: bytes, url: str, content_type: str) -> Extraction:
        """Extract the page with these rules."""
        if self.source is None:
            return extract(body, url, content_type)
        headers = [("content-type", content_type)] if content_type else []
        to_read = PageToRead.of(url, headers, datetime.now(UTC))
        return extract_page(self.source, family_of(self.source), to_read, body)

    def explain(self, body: bytes, url: str, content_type: str) -> Explanation:
        """The explanation of what these rules extract from the page."""
        if self.source is None:
            return explain(body, url, content_type)
        today = datetime.now(UTC).astimezone(CHINA).date()
        return explain(body, url, content_type, family_of(self.source), today, self.source.lookups)


def rules_of(name: str, url: str) -> ExtractRules:
    """The rules of the source with that id or file; without a name, of the only source that allows the address.

    Raises `GongkaiError` if no source has that name, or the address is invalid.
    """
    is_address = url.startswith(("http://", "https://"))
    if is_address:
        try:
            canonical_url(url)
        except ValueError as error:
            raise GongkaiError(
                f"{url} is not a valid address: {error}", hint="write it as https://www.example.gov.cn/"
            ) from error
    if name:
        return ExtractRules(find_source(name, settings().source_folders), "named by --source")
    if not is_address:
        return ExtractRules(None, "no address to detect the source from; give --source, or the address with --url")
    try:
        known = load_sources(settings().source_folders).values()
    except SourceError as error:
        return ExtractRules(None, f"the source files cannot be read ({error.problems[0]})")
    matches = [source for source in known if source.allows(url)]
    # Demo sites on one machine differ only in their ports, which `hosts` does not contain.
    same_port = [source for source in matches if host_of(url) in {host_of(column.url) for column in source.columns}]
    if len(same_port) == 1:
        matches = same_port
    if len(matches) == 1:
        return ExtractRules(matches[0], "its hosts match")
    if not matches:
        return ExtractRules(None, "no source has this host")
    ids = ", ".join(source.id for source in matches)
    return ExtractRules(None, f"several sources have this host ({ids}); choose one with --source")
