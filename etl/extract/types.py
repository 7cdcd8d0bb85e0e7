"""The result of extraction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from etl.extract.codes import Belief, Rule
from etl.outside import Outside

EXTRACTOR = "18"
"""Version of the rules: raised when an unchanged page may give another text, field, attachment or kind."""
PageKind = Literal["document", "listing", "stub"]
Origin = Literal["header", "meta", "json", "subheading", "body", "title", "listing"]


@dataclass(frozen=True, slots=True)
class IndexNumber(Outside):
    """The parts of an index number (索引号). `raw` is as written, `scheme` names its form; parts that it lacks are
    None.

    `region` is six digits of GB/T 2260, `level` that of the agency: `nation`, `province`,
    `prefecture` or `county`. Flags: `unknown_form`, `unknown_region`, and a check digit that does not hold.
    """

    raw: str
    scheme: str
    organisation_code: str | None = None
    credit_code: str | None = None
    region: str | None = None
    level: str | None = None
    year: int | None = None
    serial: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldValue(Outside):
    """One piece of evidence for one field.

    `value` is the normal form (dates yyyy-mm-dd), `raw` the text on the page, `label` the label as the page spells it,
    `origin` the part of the page (`etl.extract.rules.choose` ranks them), `rule` how it was read.
    """

    name: str
    value: str
    raw: str
    label: str
    origin: Origin
    rule: Rule


@dataclass(frozen=True, slots=True)
class Attachment(Outside):
    """A file that belongs to the document: absolute address and the name that the page gives it.

    `role` is `image` for a picture in the place of the text: pages of a scan, a poster.
    """

    url: str
    name: str
    role: Literal["file", "image"] = "file"


@dataclass(frozen=True, slots=True)
class Extraction(Outside):
    """The content extracted from a page: a pure function of bytes, address, content type, platform, day of capture,
    lookups and extractor version.

    `reason` says why the page is of its kind, in the stored form of `etl.reasons`.
    `fields` is the chosen value of each field by name, `evidence` every value seen, the chosen ones included, `beliefs`
    whether the evidence confirms the chosen value of each field; `flags` are stored forms of `codes.Flag`; `index` is
    the index number in parts, if there is one. `frames` are the addresses of pages of the same site that the page shows
    in the place of its text, `further_pages` those on which a document's text goes on. Fields in `TEXTS` may be longer
    than a line (`Outside`).
    """

    TEXTS = frozenset({"text", "reason"})
    kind: PageKind
    reason: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    evidence: tuple[FieldValue, ...] = ()
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    charset: str = "utf-8"
    extractor: str = ""
    flags: tuple[str, ...] = ()
    index: IndexNumber | None = None
    frames: tuple[str, ...] = ()
    further_pages: tuple[str, ...] = ()
    beliefs: Mapping[str, Belief] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The chosen title, or ''."""
        return self.fields["title"].value if "title" in self.fields else ""
