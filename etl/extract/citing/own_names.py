"""The names by which a document refers to itself: its own, and those of documents that it issues or contains."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.extract.citing.mentions import Mention
from etl.extract.citing.names import cited_number_key, is_draft, issued_title, title_key
from etl.file_names import without_text_ending

_LIST_MARK = re.compile(r"附件\d{0,2}[:：.、]?\s{0,3}(?:\d{1,2}[.、．])?")
_ISSUED_BEFORE = re.compile(r"(?:现将|现把|将)(?:新?修订后?的|新?制定的|重新修订的)?(?:本)?$")
_ISSUED_BEHIND = re.compile(r"[^。；《》\n]{0,12}(?:印发|公布|发布|下发|颁布)")
_PASSED_BEHIND = re.compile(
    r"已(?:经|由|于)?[^。；《》\n]{0,80}(?:通过|同意|批准|审定)[^。；《》\n]{0,12}(?:现|予以|特此)[^。；《》\n]{0,40}(?:印发|公布|发布|下发|颁布)"
)
_DRAFTED_BEFORE = re.compile(r"(?:起草|草拟|形成|制定|编制|拟订|拟定|制订|修订)(?:了|的)?[^。；，《》]{0,20}$")
_LABEL = re.compile(r"(?:发文)?文?字?号[:：]")
_AROUND = " \u3000\t（）()〔〕[]【】"
MAX_HEADING = 120
"""Maximum length of a line that may be the heading of a document."""
_HEAD = 400
"""Characters at the beginning in which a line that is a number is the document's own."""


@dataclass(frozen=True, slots=True)
class OwnNames:
    """Keys of titles and numbers (`title_key`, `cited_number_key`), headings without white space, and the places of
    numbers that head the text."""

    titles: frozenset[str]
    numbers: frozenset[str]
    headings: frozenset[str]
    heads: frozenset[int]

    @classmethod
    def of(
        cls, title: str, number: str | None, text: str, files: Sequence[str], mentions: Sequence[Mention]
    ) -> "OwnNames":
        """The names of a document with this title, number, text and file names; `mentions`: the documents named in its
        text."""
        titles = [title, issued_title(title) or "", *map(without_text_ending, files)]
        titles += [each.title for each in mentions if each.title and _is_issued(text, each)]
        return cls(
            titles=frozenset(map(title_key, titles)) - {""},
            numbers=frozenset([cited_number_key(number)] if number else []),
            headings=frozenset(_headings(text)) if any(each.title for each in mentions) else frozenset(),
            heads=frozenset(each.start for each in mentions if _is_head(text, each)),
        )

    def holds(self, mention: Mention) -> bool:
        """Whether a mention in the text refers to the document itself."""
        full = mention.full or mention
        if full.number and self.numbers:
            # 《…办法》（…2018…）同时废止: the same title, of another year.
            return cited_number_key(full.number) in self.numbers
        return mention.start in self.heads or (full.title is not None and self._is_titled(full.title))

    def holds_title(self, mention: Mention) -> bool:
        """Whether a mention in the title refers to the document itself, to one that it issues, or to the draft that it
        publishes for comment."""
        title = mention.title or ""
        if mention.number and cited_number_key(mention.number) in self.numbers:
            return True
        return is_draft(title) or title_key(title) in self.titles

    def _is_titled(self, title: str) -> bool:
        return title_key(title) in self.titles or "".join(title.split()) in self.headings


def _headings(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if 4 <= len(line) <= MAX_HEADING and line[0] != "《":
            heading = "".join(line.split())
            yield heading
            if heading.startswith("附件"):
                yield _LIST_MARK.sub("", heading, count=1).strip("《》")


def _is_issued(text: str, mention: Mention) -> bool:
    """Whether the sentence says that the document is put into force, or was drafted."""
    before, behind = text[max(mention.start - 30, 0) : mention.start], text[mention.end : mention.end + 130]
    if _PASSED_BEHIND.match(behind) or (_ISSUED_BEFORE.search(before) and _ISSUED_BEHIND.match(behind)):
        return True
    return is_draft(mention.title or "") and _DRAFTED_BEFORE.search(before) is not None


def _is_head(text: str, mention: Mention) -> bool:
    """Whether a number is alone in a line before the first sentence."""
    if mention.title or mention.start > _HEAD or "。" in text[: mention.start]:
        return False
    before = text[text.rfind("\n", 0, mention.start) + 1 : mention.start]
    behind = text[mention.end : mention.end + 20].partition("\n")[0]
    return not _LABEL.sub("", before).strip(_AROUND) and not behind.strip(_AROUND)
