"""The kind of a page: a document, a listing of documents, or a stub (a shell, an error, a block page)."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from etl.dates import YEAR
from etl.extract.codes import Rule
from etl.extract.files import MIN_TEXT_CHARS
from etl.extract.lexicon.labels import COLON, find_labels, label_key
from etl.extract.lexicon.notices import CHALLENGE, ENDED, ERROR_NOTICE, FAREWELL, HEADS_OF_NOTICES, MISSING, VERIFIES
from etl.extract.page.blocks import Block, Blocks
from etl.extract.text.body import Body, is_in_box_beside
from etl.extract.types import Attachment, FieldValue, PageKind
from etl.file_names import has_file_name
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.page import WebPage
from etl.web.program_reports import LINES_OF_REPORT, SERVERS

_MAX_ENDED_CHARS, _MAX_REST_CHARS = 120, 15
"""Maximum length of such a text, and of the rest of such a sentence."""
_MAX_NOTICE_CHARS = 200
"""Maximum text length of an error page."""
_SERVER_REPORT = re.compile(SERVERS)
_DATED = re.compile(rf"(?<!\d)(?:{YEAR}[-/.年]\s*)?\d{{1,2}}[-/.月]\s*\d{{1,2}}日?(?!\d)")
"""A date in a row of links, which many lists print without its year."""
_SENTENCE = re.compile("[，。；！？]")
_SENTENCES = re.compile("[。；！？!?]")
_DOCUMENT_PATH = re.compile(r"(?:\d{5,}|[0-9a-f]{32})(?:\.s?html?|\.jhtml)?$")
"""The last part of a document's address in every known family: a long number, or 32 hex digits."""
_NUMBERED_DOCUMENT = re.compile(
    r"/(?:t\d{8}|art|post|content|article|detail|info|news|show|view|doc)[_-]?(?:\d+[_-])?\d+\.\w+$"
    r"|/(?:19|20)\d\d(?:[-/]?\d\d){1,2}/\w*\d+\.\w+$",
    re.IGNORECASE,
)
"""A short number after a word for documents, or below a day or a month."""
_SHOWS_ONE = re.compile(
    r"/\w*(?:show|view|detail|content|article|display|read|news|info|doc)\w*(?:\.\w+)?/?$", re.IGNORECASE
)
_OF_ONE = re.compile(r"(?:^|&)\w*(?:id|no|key|code|num)=[\w-]+", re.IGNORECASE)
"""The address of a program that shows one document: `show.asp?id=33`."""
_LIST_PATH = re.compile(r"/(?:column|col|channel|list)/\w+/?$|/(?:node|list|col|column|channel)_?\d+\.\w+$")
_PROSE_CHARS, _SENTENCE_CHARS, _LINE_CHARS = 80, 30, 20
_MANY_LINKS = 8
_COLUMN_CHARS = 5
"""Maximum length of a headline that may be a column name: 通知公告 above 更新时间 and rows of links."""
_SEVERAL_ROWS, _SEVERAL_TITLES, _TITLE_CHARS = 5, 3, 8
_MAX_CHARS_OF_LABELS = 120
_SEVERAL_LINES, _TIMES_AS_LONG = 3, 5
"""Minimum number of lines of a text without a date that is a document; how many times as long as its links the rest of
it must be."""
_SUMMARY_CHARS, _ROW_CHARS = 80, 30
"""Maximum length of the summary that a listing may print below a title; of a row at the address of a document."""
_MAX_WORDS_BESIDE_PICTURES = 600
"""Maximum visible text of a page that consists of pictures: its menus and footer."""
_MAX_OWN_NUMBERS = 2
"""Maximum number of different dates or numbers in the header of one document: its own, and one that it replaces."""
_MAX_QUOTED_CHARS = 60
_CHALLENGE_CHARS = 20_000
"""Maximum length of a page without text that is searched for a challenge script."""


@dataclass(frozen=True, slots=True)
class PageVerdict:
    """The kind of a page, and why: a reason in its stored form (`etl.reasons`)."""

    kind: PageKind
    reason: str


@dataclass(frozen=True)
class PageFacts:
    """The facts about a page that the checks need; each is computed when it is first needed.

    `body` and `text` are its main text, `fields` the chosen values, `evidence` all of them. `left_behind`: the
    placeholder or notice that stands in place of the text.
    """

    page: WebPage
    blocks: Blocks
    body: Body
    text: str
    fields: Mapping[str, FieldValue]
    files: tuple[Attachment, ...]
    evidence: Iterable[FieldValue]
    left_behind: str

    @property
    def words(self) -> str:
        """The beginning of `left_behind`."""
        return " ".join(self.left_behind.split())[:_MAX_QUOTED_CHARS]

    @cached_property
    def visible_chars(self) -> int:
        return self.blocks.nodes[0].text_chars

    @cached_property
    def has_document_path(self) -> bool:
        address = urlsplit(self.page.url)
        path = address.path
        shows_one = _SHOWS_ONE.search(path) and _OF_ONE.search(address.query)
        is_numbered = _DOCUMENT_PATH.search(path) or _NUMBERED_DOCUMENT.search(path)
        return bool(is_numbered or shows_one) and not _LIST_PATH.search(path)

    @cached_property
    def date(self) -> FieldValue | None:
        return self.fields.get("published_date") or self.fields.get("written_date")

    @property
    def has_shown_date(self) -> bool:
        """Whether the date is in the header or below the headline."""
        return self.date is not None and self.date.origin in ("header", "subheading")

    @cached_property
    def has_title(self) -> bool:
        return "title" in self.fields

    @cached_property
    def has_headline(self) -> bool:
        """Whether the title is found anywhere except in `<title>`, which listings have too."""
        return self.has_title and self.fields["title"].rule != Rule.PAGE_TITLE

    @cached_property
    def stated(self) -> Counter[str]:
        """How many different values labels and the line under the title state for each field."""
        values = {(e.name, e.value) for e in self.evidence if e.origin in ("header", "subheading")}
        return Counter(name for name, _ in values)

    @cached_property
    def has_labelled_date(self) -> bool:
        date = self.date
        if date is None or self.stated["published_date"] > _MAX_OWN_NUMBERS:
            return False
        return bool(date.label or date.origin == "json" or (self.has_document_path and date.origin == "subheading"))

    @cached_property
    def _rows_and_links(self) -> tuple[int, int]:
        return _count_rows(self.blocks)

    @property
    def dated_rows(self) -> int:
        """Rows of a link with a date."""
        return self._rows_and_links[0]

    @property
    def long_links(self) -> int:
        """Other long linked lines."""
        return self._rows_and_links[1]

    @property
    def rows(self) -> int:
        return sum(self._rows_and_links)

    @cached_property
    def prose_chars(self) -> int:
        return _count_prose(self.blocks, self.body, self.text)

    @cached_property
    def unlinked_chars(self) -> int:
        """Number of characters of the main text outside links."""
        return sum(len(block.text) - block.link_chars for block in self.text_lines)

    @cached_property
    def menu_links(self) -> int:
        """All visible links."""
        return sum(1 for anchor in self.blocks.anchors if anchor.hidden_by < 0)

    @cached_property
    def is_mostly_links(self) -> bool:
        """Whether rows of links outweigh the prose, unless a labelled date and a headline show that it is a
        document."""
        summary = _ROW_CHARS if self.has_document_path else _SUMMARY_CHARS
        stated = max(self.stated[name] for name in ("published_date", "index_number", "document_number"))
        many = (
            (self.dated_rows >= _SEVERAL_ROWS and self.prose_chars < self.dated_rows * summary)
            or (self.rows >= 2 * _MANY_LINKS and self.prose_chars < _PROSE_CHARS)
            # A list of cards: each card states the fields that a document states once.
            or (
                stated > _MAX_OWN_NUMBERS
                and not self.has_document_path
                and self.rows >= _SEVERAL_ROWS
                and self.prose_chars < self.rows * _SUMMARY_CHARS
            )
            or self.lists_titles
        )
        named = self.has_headline and len(label_key(self.fields["title"].value)) > _COLUMN_CHARS
        shown = self.has_labelled_date or self.has_text_apart or self.has_text_beside_boxes
        return many and not (named and shown) and not self.has_sentences_beside_boxes

    @property
    def lists_titles(self) -> bool:
        """Whether the page has several titles of other documents and not the address of a document: within its main
        text, or anywhere if the page states several days."""
        if self.has_document_path:
            return False
        whole = self.stated["published_date"] > _MAX_OWN_NUMBERS
        titles = self._titles_among(0, len(self.blocks.blocks)) if whole else 0
        return max(titles, self.linked_titles) >= _SEVERAL_TITLES

    @cached_property
    def linked_titles(self) -> int:
        """Number of linked lines of the main text (without one, of the page) with a summary, labels or a picture of
        their own: titles of other documents. 0 if more of the text is not below any of them."""
        body = self.body
        return self._titles_among(
            *((body.first, body.last) if body.first < body.last else (0, len(self.blocks.blocks)))
        )

    def _titles_among(self, first: int, last: int) -> int:
        lines = [block for _, block in self.blocks.visible_blocks(first, last, self.body.revealed)]
        titles = own = 0
        below = False
        for line in lines:
            if line.link_chars >= _TITLE_CHARS and line.link_chars * 2 > len(line.text):
                below, titles = True, titles + 1
            elif len(line.text) >= _LINE_CHARS and not _states_fields(line):
                own += 0 if below else 1
                below = False
        return titles if own * 2 < titles else 0

    @cached_property
    def has_text_apart(self) -> bool:
        """Whether a date or the page's address shows that it is a document, and its text or files contain none of the
        page's rows."""
        content = self.unlinked_chars >= _LINE_CHARS or any(file.role == "file" for file in self.files)
        lines = self.blocks.visible_blocks(self.body.first, self.body.last, self.body.revealed)
        rows = any(_row_kind(block) and not has_file_name(block.text) for _, block in lines)
        return (self.has_shown_date or self.has_document_path) and content and not (rows or self.lists_titles)

    @property
    def has_sentences_beside_boxes(self) -> bool:
        """Whether a titled page has prose in a text beside boxes (`has_text_beside_boxes`): a letter with its reply,
        the life of a leader. The title may be in `<title>` alone."""
        return self.prose_chars >= MIN_TEXT_CHARS and self.has_title and self.has_text_beside_boxes

    @cached_property
    def text_lines(self) -> list[Block]:
        """The visible lines of the main text."""
        return [block for _, block in self.blocks.visible_blocks(self.body.first, self.body.last, self.body.revealed)]

    @cached_property
    def has_text_beside_boxes(self) -> bool:
        """Whether the main text is long enough, has few links and no rows of a list, and nearly all rows of the page
        are in boxes of the site beside it."""
        linked = sum(block.link_chars for block in self.text_lines)
        is_text = self.unlinked_chars >= MIN_TEXT_CHARS and len(self.text_lines) >= _SEVERAL_LINES
        if not is_text or linked * _TIMES_AS_LONG > self.unlinked_chars or any(map(_row_kind, self.text_lines)):
            return False
        rows = (block for block in self.blocks.blocks if block.hidden_by < 0 and _row_kind(block))
        return sum(not is_in_box_beside(self.blocks, block.node, self.body) for block in rows) < _SEVERAL_ROWS


def _is_error_notice(facts: PageFacts) -> bool:
    if facts.date or min(len(facts.text), facts.visible_chars) >= _MAX_NOTICE_CHARS:
        return False
    title = facts.fields["title"].value if facts.has_headline else ""
    shown = f"{title}\n{_visible_text(facts.blocks, facts.text)}"
    if ERROR_NOTICE.search(shown):
        return True
    return (not title or HEADS_OF_NOTICES.fullmatch(title) is not None) and VERIFIES.search(shown) is not None


def _shows_only_that_it_is_missing(facts: PageFacts) -> bool:
    """Whether a page without text says in a line of its own that there is none (文章不存在！): what stands beside it
    is of others."""
    if len(facts.text) >= _LINE_CHARS or facts.files or _has_header_number(facts):
        return False
    lines = facts.blocks.visible_blocks(0, len(facts.blocks.blocks))
    return any(not block.link_chars and MISSING.fullmatch(block.plain.strip()) for _, block in lines)


def _is_server_report(facts: PageFacts) -> bool:
    """Whether the page is a server's or a framework's own error page, however much of a trace it shows."""
    if facts.has_shown_date or facts.files:
        return False
    shown = islice(facts.blocks.visible_blocks(0, len(facts.blocks.blocks)), LINES_OF_REPORT)
    lines = [element.text or "" for element in facts.page.elements["title"]] + [block.plain for _, block in shown]
    return any(_SERVER_REPORT.match(line.strip()) for line in lines)


def _shows_a_folder(facts: PageFacts) -> bool:
    """Whether a server made the page to show the files of a folder."""
    return any((element.text or "").lstrip().startswith("Index of /") for element in facts.page.elements["title"])


def _says_only_that_it_ended(facts: PageFacts) -> bool:
    """Whether the text consists of a notice such as 该信息已被删除, whatever the headline and date. If the header
    states a number, the agency still shows the document."""
    text = "".join(facts.text.split())
    if not 0 < len(text) <= _MAX_ENDED_CHARS or facts.files or _has_header_number(facts):
        return False
    sentences = [each for each in _SENTENCES.split(text) if each]
    goes_on = [len(each) - match.end() if (match := ENDED.match(each)) else None for each in sentences]
    says_so = any(length is not None for length in goes_on)
    return says_so and all(
        (length is not None and length <= _MAX_REST_CHARS) or FAREWELL.search(each)
        for length, each in zip(goes_on, sentences, strict=True)
    )


def _is_data_listing(facts: PageFacts) -> bool:
    return len(facts.text) < MIN_TEXT_CHARS and not facts.has_document_path and "<recordset>" in facts.page.text


def _is_empty(facts: PageFacts) -> bool:
    """Whether the page is nearly empty. A headline above its date and a sentence is a document, however short."""
    little = facts.visible_chars < MIN_TEXT_CHARS and len(facts.text) < MIN_TEXT_CHARS and not facts.files
    return little and not (facts.has_headline and facts.has_shown_date and facts.text)


def _is_challenge(facts: PageFacts) -> bool:
    return _is_empty(facts) and CHALLENGE.search(facts.page.text[:_CHALLENGE_CHARS]) is not None


def _has_header_number(facts: PageFacts) -> bool:
    return any(
        name in facts.fields
        and facts.fields[name].origin in ("header", "json")
        and facts.stated[name] <= _MAX_OWN_NUMBERS
        for name in ("index_number", "document_number")
    )


def _is_prose(facts: PageFacts) -> bool:
    if facts.prose_chars < _PROSE_CHARS:
        return False
    few_links = facts.long_links < _MANY_LINKS or facts.prose_chars > facts.long_links * _SUMMARY_CHARS
    return facts.has_document_path or few_links


def _is_titled_sentence(facts: PageFacts) -> bool:
    is_document = facts.has_document_path and facts.has_headline
    return is_document and facts.prose_chars >= _SENTENCE_CHARS and facts.long_links < _MANY_LINKS


def _is_titled_content(facts: PageFacts) -> bool:
    """Whether a headline is above files, or above lines that are neither prose nor links: a table, a list of names,
    articles of a law between links to others."""
    if not (facts.has_document_path and facts.has_headline):
        return False
    few_links = facts.long_links < _MANY_LINKS or facts.unlinked_chars > facts.long_links * _ROW_CHARS
    return (facts.unlinked_chars >= _LINE_CHARS and few_links) or any(file.role == "file" for file in facts.files)


def _is_titled_table(facts: PageFacts) -> bool:
    """Whether a page with a title, but no headline, shows rows of data without links."""
    if not (facts.has_document_path and facts.has_title and facts.long_links < _MANY_LINKS):
        return False
    lines = [block for _, block in facts.blocks.visible_blocks(facts.body.first, facts.body.last)]
    rows = Counter(block.row for block in lines if block.row >= 0 and not block.link_chars)
    return sum(cells > 1 for cells in rows.values()) >= _SEVERAL_LINES and sum(rows.values()) * 2 > len(lines)


def _is_titled_matter(facts: PageFacts) -> bool:
    """Whether a text beside boxes has a headline, or a title and prose, at any address and without a date: a list of
    powers, the work of each leader."""
    return (facts.has_headline and facts.has_text_beside_boxes) or facts.has_sentences_beside_boxes


def _is_titled_picture(facts: PageFacts) -> bool:
    """Whether the page shows little more than a headline above pictures."""
    pictures = bool(facts.files) and all(file.role == "image" for file in facts.files)
    is_short = facts.visible_chars < _MAX_WORDS_BESIDE_PICTURES
    return pictures and facts.has_headline and is_short and not (facts.rows or facts.lists_titles)


def _is_link_page(facts: PageFacts) -> bool:
    is_list = facts.long_links >= _MANY_LINKS or facts.dated_rows >= _SEVERAL_ROWS
    return is_list or (facts.menu_links >= 2 * _MANY_LINKS and not facts.has_document_path)


Check = tuple[PageKind, Code, Callable[[PageFacts], object]]
CHECKS: tuple[Check, ...] = (
    ("stub", Code.ERROR_NOTICE, _is_error_notice),
    ("stub", Code.ERROR_NOTICE, _is_server_report),
    ("stub", Code.ERROR_NOTICE, _shows_only_that_it_is_missing),
    ("stub", Code.ERROR_NOTICE, _says_only_that_it_ended),
    ("listing", Code.ROWS_OF_LINKS, _shows_a_folder),
    ("listing", Code.ROWS_IN_DATA, _is_data_listing),
    ("stub", Code.CHALLENGE_SCRIPT, _is_challenge),
    ("stub", Code.TEXT_LEFT_OUT, lambda f: f.left_behind and _is_empty(f)),
    ("stub", Code.LITTLE_VISIBLE_TEXT, _is_empty),
    ("document", Code.HEADER_NUMBER, _has_header_number),
    ("stub", Code.TEXT_LEFT_OUT, lambda f: f.left_behind and not f.files),
    ("stub", Code.ROWS_AT_DOCUMENT_ADDRESS, lambda f: f.is_mostly_links and f.has_document_path),
    ("listing", Code.ROWS_OF_LINKS, lambda f: f.is_mostly_links),
    ("document", Code.PROSE_AND_DATE, lambda f: f.prose_chars >= _PROSE_CHARS and f.date),
    ("document", Code.TITLE_AND_DATE, lambda f: f.has_labelled_date and f.has_title),
    ("document", Code.FILES_AND_DATE, lambda f: f.files and f.date),
    ("document", Code.TITLE_AND_PICTURES, _is_titled_picture),
    ("document", Code.PROSE, _is_prose),
    ("document", Code.TITLE_AND_DATE, lambda f: f.date and f.has_title),
    ("document", Code.TITLE_AND_SENTENCE, _is_titled_sentence),
    ("document", Code.TITLE_AND_CONTENT, _is_titled_content),
    ("document", Code.TITLE_AND_CONTENT, _is_titled_table),
    ("document", Code.TITLE_AND_CONTENT, _is_titled_matter),
    (
        "listing",
        Code.ROWS_AT_LIST_ADDRESS,
        lambda f: f.dated_rows and not f.has_document_path,
    ),
    ("listing", Code.ROWS_AND_LINKS, _is_link_page),
    ("stub", Code.NOTHING_TO_READ, lambda f: True),
)
"""In order: the first check that applies decides. Pages without content come first, then header fields, prose with a
date, rows of links, and the rest: a listing names many published dates and numbers, a document only its own."""


def classify_page(facts: PageFacts) -> PageVerdict:
    """The kind of a page, with the reason of the first of `CHECKS` that holds."""
    kind, code = next((kind, code) for kind, code, holds in CHECKS if holds(facts))
    return PageVerdict(kind, encode_reason(code, **{name: getattr(facts, name) for name in sorted(code.parameters)}))


def _visible_text(blocks: Blocks, text: str) -> str:
    """The text that may contain an error notice: all visible text of a short page, or the main text of a page inside
    the site's frame."""
    if blocks.nodes[0].text_chars >= _MAX_NOTICE_CHARS:
        return text
    return " ".join(b.plain for _, b in blocks.visible_blocks(0, len(blocks.blocks)))


def _count_rows(blocks: Blocks) -> tuple[int, int]:
    """(rows of a link with a date, other long linked lines)."""
    kinds = Counter(_row_kind(block) for block in blocks.blocks if block.hidden_by < 0)
    return kinds["dated"], kinds["link"]


def _row_kind(block: Block) -> str:
    """The kind of a list row: a link with a date, or another long linked line; empty for any other line."""
    if block.link_chars < 8 or len(block.text) > 200:
        return ""
    if _DATED.search(block.text):
        return "dated"
    return "link" if block.link_chars * 2 > len(block.text) and block.link_chars > 14 else ""


def _states_fields(line: Block) -> bool:
    """Whether a line has labels of a header, as below the titles of cards: `来源：云溪日报 发布日期：2023-05-09`."""
    return len(line.text) <= _MAX_CHARS_OF_LABELS and bool(COLON.search(line.text) and find_labels(line.text))


def _count_prose(blocks: Blocks, body: Body, text: str) -> int:
    body_blocks = [b for _, b in blocks.visible_blocks(body.first, body.last, body.revealed)]
    chars = sum(len(b.text) for b in body_blocks if b.link_chars * 3 < len(b.text) and _SENTENCE.search(b.text))
    return chars or (len(text) if not body_blocks else 0)
