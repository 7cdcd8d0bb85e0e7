"""Attachments: files that belong to the document."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice

from lxml import html

from etl.document_number import document_number_in_title
from etl.extract.codes import Flag, Rule
from etl.extract.lexicon.labels import label_key
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.values import Reading, make_evidence
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.places import position_of
from etl.extract.page.trimming import Body, enclosing_sidebar
from etl.extract.page.visibility import HIDDEN_CLASSES
from etl.extract.rules.link_targets import (
    PAGE_ENDING,
    LinkTarget,
    handler_targets,
    is_file_address,
    is_file_name,
    is_other_file,
    is_scripted,
    link_targets,
    may_answer_file,
    may_be_stored_file,
)
from etl.extract.rules.shown_files import files_in_frames, files_in_scripts, viewed_file
from etl.extract.types import Attachment
from etl.file_names import FILE_ENDING, file_names, has_file_name, without_text_ending
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import site_of, unquote_query

_SERVICE = re.compile(r"file-?download|downfile|/download\b|attachdown|document/download|downloadfile|upfile")
_ANNEX = re.compile(r"[\s【\[（(]*(?:附件|附表|附图|文件下载|相关附件|下载附件)")
_SOFTWARE = re.compile(
    r"[\w（）()【】\[\]·. -]{0,16}(?:客户端|浏览器|阅读器|阅读软件|插件|控件|APP|Reader|Acrobat|Chrome|Firefox)"
    r"[（(【\[]?(?:官方|免费|点击|立即|下载|安装|程序|包|版|地址|安卓|苹果|电脑|手机|Android|iOS|Windows|[）)】\] .-])*"
    r"(?:\.\w{2,4})?",
    re.IGNORECASE,
)
"""Names of what a visitor needs to read the page: readers, browsers, apps. No document of an agency is called so."""
_SAVE_WORDS = re.compile(r"(?:请?点击|点此|立即)*(?:下载|查看|打开|预览)*(?:此|该|本)?(?:文件|附件|原文|全文)?")
_SHOWN = re.compile(rf"""data-[\w-]+\s*=\s*["']?[^"'\s<>]{{1,400}}\.(?i:{FILE_ENDING})\b""")
"""A sign of an element that shows a file: `<div data-pdf="…">`."""
_STREAM = re.compile(r"^(?:blob|data):|\.m3u8\b|\.mp4[\"']", re.IGNORECASE)
_WORDS_OF_FILES = ("%", "down", "attach", "file", "upload")
_ENDS_AS_FILE = re.compile(rf"\.{FILE_ENDING}(?:$|[?#&])")
_MAY_LEAD_TO_FILE = re.compile(
    rf"{_ENDS_AS_FILE.pattern}|{'|'.join(_WORDS_OF_FILES)}|^(?:javascript:|#|$)", re.IGNORECASE
)
"""Addresses outside the text that are worth a closer look: most links of a page belong to its menus."""
_LINE_START_CHARS = 40
_BLOCKS_ABOVE = 6
"""Blocks above the headline where buttons for the whole document stand (下载文字版)."""
_BLOCKS_BELOW = 25
_MAX_LIST = 40
"""Lines of a list of attachments between the word 附件 and the last of them."""
_MAX_FILES = 2_000
"""Most files of a page: the longest list of attachments seen has some hundred."""


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files of a page, and what was remarkable about them."""

    files: tuple[Attachment, ...]
    flags: tuple[Flag, ...] = ()


def find_attachments(page: WebPage, blocks: Blocks, body: Body, title: str = "") -> FoundFiles:
    """Files that the text, the header above it and the lines below it link to or show, or that scripts and frames name;
    each address once."""
    links = _Links(page, blocks, body, title)
    files = [Attachment(url, name) for url, name in islice(chain(links.find(), links.recordings()), _MAX_FILES)]
    shown = (*files_in_scripts(page), *files_in_frames(page))
    files += [Attachment(url, name) for url, name in islice(shown, _MAX_FILES) if url != links.own_url]
    known = {file.url for file in files}
    hidden = [file for file in links.hidden_files() if file.url not in known]
    flags = [Flag.HIDDEN_FILE] if hidden else []
    if links.unaddressed or links.names_others(files):
        flags.append(Flag.FILE_WITHOUT_ADDRESS)
    return FoundFiles(unique_attachments((*files, *hidden)), tuple(flags))


def unique_attachments(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Each address once, in order of first appearance, with its first name that is not empty."""
    by_url: dict[str, Attachment] = {}
    for file in files:
        known = by_url.setdefault(file.url, file)
        if not known.name and file.name:
            by_url[file.url] = replace(known, name=file.name)
    return tuple(by_url.values())


def read_file_names(files: Iterable[Attachment], title: str) -> Iterator[Reading]:
    """The document number beside the document's own title in the name of its file."""
    key = label_key(title)
    for file in files:
        name = without_text_ending(file.name)
        number = document_number_in_title(name)
        if number and key and label_key(name.replace(number, "")).strip("《》〔〕()（）") == key:
            yield make_evidence("document_number", number, "", "body", Rule.ATTACHMENT_NAME)


class _Links:
    """Links, and other elements that a click turns into one, that lead to files of the document.

    After `find` has run, `unaddressed` says whether one names a file without telling its address, and `_hidden_files`
    has the files of hidden links by the node that hides them.
    """

    def __init__(self, page: WebPage, blocks: Blocks, body: Body, title: str) -> None:
        self._page, self._blocks, self._body, self._title = page, blocks, body, title
        self._base = base_url(page)
        self.own_url = absolute(page.url, page.url)
        self.unaddressed = False
        self._hidden_files: dict[int, list[Attachment]] = {}
        self._lines_with_files: set[int] = set()
        self._under_annex_word: dict[int, bool] = {}
        self._headline: int | None = None

    def find(self) -> Iterator[tuple[str, str]]:
        """(address, name) of each file, in the order of the page."""
        body = self._body
        first, end, below = body.first, max(body.last, body.first + 1), body.last + _BLOCKS_BELOW
        addresses = self._blocks.addresses
        for node in self._blocks.anchors:
            at = node.first
            if (at < first and node.hidden_by > body.revealed) or at > below:
                continue
            within = first <= at < end
            if not (within or _may_lead_to_file(addresses.get(node.index, "")) or self._stands_under_annex_word(node)):
                continue
            yield from self._read_all(node, node.element, link_targets(node.element))
        for node, element in self._clickable():
            if node.first <= below:
                yield from self._read_all(node, element, handler_targets(element))

    def _read_all(
        self, node: Node, element: html.HtmlElement, targets: Iterable[LinkTarget]
    ) -> Iterator[tuple[str, str]]:
        unknown = [LinkTarget("")] if is_scripted(element) else []
        for target in list(targets) or unknown:
            for url, name in self._read(node, element, target):
                self._lines_with_files.add(node.first)
                yield url, name

    def recordings(self) -> Iterator[tuple[str, str]]:
        """(address, name) of the videos and sounds in the text. A stream has no address of a file; a player of sounds
        that is empty reads the page aloud."""
        body = self._body
        for element in (*self._page.elements["video"], *self._page.elements["audio"]):
            node = position_of(self._blocks, element)
            is_within = body.first <= node.first <= body.last or body.first >= body.last  # a page of nothing else
            if not is_within or node.hidden_by > body.revealed:
                continue
            sources = (each.get("src") or each.get("data-src") or "" for each in (element, *element.iter("source")))
            url = next((url for source in sources if source and (url := absolute(source, self._base))), None)
            if url and not _STREAM.search(url):
                yield url, unquote_query(url.partition("?")[0].rsplit("/", 1)[-1], self._page.charset)
            elif url or _STREAM.search(self._page.text):
                self.unaddressed = True

    def names_others(self, files: Sequence[Attachment]) -> bool:
        """Whether a line of the text, or below it, names a file that is none of those that were found."""
        charset = self._page.charset
        known = {text for file in files for text in (file.name, unquote_query(file.url.rsplit("/", 1)[-1], charset))}
        lines = self._blocks.visible_blocks(self._body.first, self._body.last + _BLOCKS_BELOW, self._body.revealed)
        return any(
            not any(name in text for text in known)
            for index, block in lines
            if has_file_name(block.text) and index not in self._lines_with_files
            for name in file_names(block.plain)
        )

    def hidden_files(self) -> list[Attachment]:
        """Files of the hidden blocks that scripts name, and of one below the text if it is the only one: a script may
        show it that could not be followed, and nobody lists files to hide them."""
        named = [files for index, files in self._hidden_files.items() if self._is_named_in_script(index)]
        if not named and len(self._hidden_files) == 1:
            index, files = next(iter(self._hidden_files.items()))
            named = [] if self._is_in_text(index) else [files]
        return [file for files in named for file in files]

    def _is_in_text(self, index: int) -> bool:
        container = self._body.node
        return 0 <= container < index < self._blocks.nodes[container].end

    def _is_named_in_script(self, index: int) -> bool:
        element = self._blocks.nodes[index].element
        own = {element.get("id") or "", *(element.get("class") or "").split()} - HIDDEN_CLASSES - {""}
        names = re.compile(rf"""[.#"' ](?:{"|".join(map(re.escape, own))})(?![\w-])""") if own else None
        scripts = self._page.elements["script"]
        return names is not None and any(names.search(script.text or "") for script in scripts)

    def _clickable(self) -> Iterator[tuple[Node, html.HtmlElement]]:
        """Elements other than `<a>` that fetch a file when clicked, or show one, each with its place."""
        for node in map(self._blocks.nodes.__getitem__, self._blocks.clickable):
            yield node, node.element
        buttons = chain(self._page.elements["button"], self._page.elements["input"])
        others = [element for element in buttons if element.get("onclick")]
        if "data-" in self._page.text and _SHOWN.search(self._page.text):
            others += (element for element in self._page.tree.iter("*") if _shows_file(element))
        yield from ((position_of(self._blocks, element), element) for element in others)

    def _read(self, node: Node, element: html.HtmlElement, target: LinkTarget) -> Iterator[tuple[str, str]]:
        body = self._body
        hidden = node.hidden_by > body.revealed
        within = body.first <= node.first < max(body.last, body.first + 1)
        if hidden and node.first < body.first:
            return
        name = self._name_of_file(node, element, target, within=within)
        if name is None or not (within or hidden or self._stands_under_annex_word(node) or self._is_near(node)):
            return
        if not target.address or (name and self._is_elsewhere(target.address)):
            self.unaddressed = self.unaddressed or not hidden
            return
        url = viewed_file(self._page, target.address, self._base) or absolute(target.address, self._base)
        if not url or url == self.own_url:
            return
        name = name or unquote_query(url.rsplit("/", 1)[-1], self._page.charset)
        if not hidden:
            yield url, name
        elif is_file_address(target.address, self._page.charset) and (within or self._is_near(node)):
            self._hidden_files.setdefault(node.hidden_by, []).append(Attachment(url, name))

    def _name_of_file(self, node: Node, element: html.HtmlElement, target: LinkTarget, *, within: bool) -> str | None:
        """The name of the file that is linked, which may be empty; None for a link to something else."""
        address = target.address
        annexed = self._stands_under_annex_word(node)
        is_file = is_file_address(address, self._page.charset) or ((within or annexed) and is_other_file(address))
        if not (is_file or within or target.name or annexed or may_be_stored_file(address)):
            return None
        words = " ".join("".join(element.itertext()).split()) or (element.get("value") or "").strip()
        is_named = bool(target.name) or (is_file_name(words) and (within or annexed or _is_download_service(address)))
        if not (is_file or is_named or (annexed and self._may_be_annex(address, words))):
            return None
        is_empty = not words and not target.name and element.tag == "a" and element.find(".//img") is None
        is_software = not within and not annexed and _SOFTWARE.fullmatch(words) is not None
        return None if is_empty or is_software else _best_name(words, target.name, element)

    def _may_be_annex(self, address: str, words: str) -> bool:
        """Whether a link below 附件 leads to a file, though neither its address nor its words end as one's do."""
        if not address:
            return not is_page_tool(words)
        return may_be_stored_file(address) or may_answer_file(address) or self._is_elsewhere(address)

    def _is_elsewhere(self, address: str) -> bool:
        """Whether an address is that of something on another site that is neither a file nor an HTML page, as a shared
        folder of a network disk is."""
        url = absolute(address, self._base) or ""
        if is_file_address(address, self._page.charset) or is_other_file(address) or may_be_stored_file(address):
            return False
        return bool(url) and site_of(url) != site_of(self._page.url) and not PAGE_ENDING.search(address)

    def _stands_under_annex_word(self, node: Node) -> bool:
        """Whether the line of the link, the line before it, or that before the links above it, says 附件."""
        known = self._under_annex_word.get(node.first)
        if known is None:
            known = self._under_annex_word[node.first] = bool(self._annex_lines) and self._is_below_annex(node.first)
        return known

    @cached_property
    def _annex_lines(self) -> frozenset[int]:
        """The lines that say so, down to the last that is looked at."""
        lines = enumerate(self._blocks.blocks[: self._body.last + _BLOCKS_BELOW])
        return frozenset(index for index, block in lines if _says_annex(block.text))

    def _is_below_annex(self, index: int) -> bool:
        if index in self._annex_lines:
            return True
        blocks, revealed = self._blocks.blocks, self._body.revealed
        for above in range(index - 1, max(index - _MAX_LIST, -1), -1):
            block = blocks[above]
            if block.hidden_by > revealed:
                continue
            if above in self._annex_lines:
                return True
            if block.link_chars * 10 <= len(block.text) * 6:
                return False
        return False

    def _is_near(self, node: Node) -> bool:
        """Whether a link stands between the buttons above the headline and the lines below the text, and not in a
        sidebar."""
        if node.first < self._body.first:
            if self._headline is None:
                self._headline = _headline_block(self._blocks, self._body, self._title)
            if node.first < self._headline - _BLOCKS_ABOVE:
                return False
        return enclosing_sidebar(self._blocks, node.parent, self._body) is None


def _may_lead_to_file(address: str) -> bool:
    """Whether `_MAY_LEAD_TO_FILE` finds something. In small letters it is seen in a quarter of the time."""
    if not address.isascii():
        return _MAY_LEAD_TO_FILE.search(address) is not None
    small = address.lower()
    for word in _WORDS_OF_FILES:
        if word in small:
            return True
    return small in ("", "\n") or small.startswith(("javascript:", "#")) or _ENDS_AS_FILE.search(small) is not None


def _shows_file(element: html.HtmlElement) -> bool:
    if element.tag in ("a", "script", "iframe", "embed", "object", "img"):
        return False
    return any(name.startswith("data-") for name in element.keys())  # noqa: SIM118 — elements are no mappings


def _best_name(words: str, stated: str, element: html.HtmlElement) -> str:
    """The link's words, unless they only say that something can be saved."""
    if words and not is_page_tool(words) and not _SAVE_WORDS.fullmatch(words):
        return words
    return stated or (element.get("title") or "").strip() or words


def _headline_block(blocks: Blocks, body: Body, title: str) -> int:
    """The block of the headline above the text, 0 if unknown; files well above it belong to menus."""
    title_key = label_key(title)
    above = [i for i, b in blocks.visible_blocks(0, body.first) if len(b.text) >= len(title) > 0]
    return next((i for i in reversed(above) if label_key(blocks.blocks[i].text) == title_key), 0)


def _says_annex(text: str) -> bool:
    if "附" not in text and "下载" not in text:
        return False
    return _ANNEX.match(text[:_LINE_START_CHARS].replace(INLINE_BOUNDARY, "")) is not None


def _is_download_service(href: str) -> bool:
    lower = href.lower()
    return ("down" in lower or "upfile" in lower) and _SERVICE.search(lower) is not None
