"""Attachments: files that belong to the document."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from urllib.parse import urlsplit

from lxml import html

from etl.document_number import document_number_in_title
from etl.extract.codes import Flag, Rule
from etl.extract.files import unique_attachments
from etl.extract.lexicon.labels import label_key
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.values import Reading, make_evidence
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.places import position_of
from etl.extract.rules.file_labels import (
    Rank,
    downloads_behind,
    has_chinese,
    label_of_link,
    operates_page,
    own_name,
    says_annex,
    says_download,
    says_here,
    says_little,
    shows_itself,
    words_of_link,
)
from etl.extract.rules.file_places import FilePlaces, leads_to_other
from etl.extract.rules.link_targets import (
    PAGE_ENDING,
    LinkTarget,
    asks_service_for_file,
    calls_of,
    handler_targets,
    is_download_service,
    is_file_address,
    is_file_name,
    is_other_file,
    is_scripted,
    link_targets,
    may_answer_file,
    may_be_stored_file,
    stated_target,
)
from etl.extract.rules.shown_files import files_in_frames, files_in_scripts, viewed_file
from etl.extract.shown.visibility import HIDDEN_CLASSES
from etl.extract.text.body import Body
from etl.extract.types import Attachment
from etl.file_names import LINKED_ENDING, file_names, has_file_name, without_text_ending
from etl.web.page import WebPage, absolute, base_url
from etl.web.script.navigation import Clicks
from etl.web.site_cache import cached_for_site
from etl.web.urls import MAX_ADDRESS_CHARS, site_of, unquote_query

_SOFTWARE = re.compile(
    r"[\w（）()【】\[\]·. -]{0,16}(?:客户端|浏览器|阅读器|阅读软件|插件|控件|APP|Reader|Acrobat|Chrome|Firefox)"
    r"[（(【\[]?(?:官方|免费|点击|立即|下载|安装|程序|包|版|地址|安卓|苹果|电脑|手机|Android|iOS|Windows|[）)】\] .-])*"
    r"(?:\.\w{2,4})?",
    re.IGNORECASE,
)
"""Names of software for reading the page: readers, browsers, apps. No document of an agency has such a name."""
_OF_SITE = re.compile(
    r"(?:.{0,12}网站(?:工作)?年度(?:工作)?报[表告]|(?:依申请公开|(?:政府)?信息公开)申请表"
    r"|.{0,12}(?:操作|用户|使用)(?:手册|指南|说明)(?:下载)?|(?:资料|文件|表格|常用|软件)?下载(?:中心|专区|频道|专栏)"
    r"|(?:安卓|苹果|Android|iOS|iPhone|手机|移动|电脑|PC)(?:版|端|客户端).{0,6})(?:\.\w{2,4})?",
    re.IGNORECASE,
)
"""Names of files that a site links from all of its pages, if the title does not say so too."""
_MAX_GENERAL_NAME = 6
"""Maximum length of a name, without ending, that any text may mention: 用户操作手册."""
_OF_PAGE = re.compile(r"导出|打印|本(?:页|网页|信息|条信息|文章)")
"""Words of tools that make a file of the page itself."""
_ALOUD = re.compile(r"[\W_]*(?:语音(?:播报|朗读)?|朗读|播报|听(?:全文|新闻|文章|政策))[\W_]*")
"""Words of tools that read the page aloud."""
_NAMED_DOWNLOAD = re.compile(r"[\w《》（）()]{2,30}下载")
"""Words of a link that name what it downloads: 年报下载."""
_WRITTEN_ADDRESS = re.compile(r"https?://[\w./%?=&#-]{4,200}")
_SHOWN = re.compile(rf"""data-[\w-]+\s*=\s*["']?[^"'\s<>]{{1,400}}\.(?i:{LINKED_ENDING})\b""")
"""A sign of an element that shows a file: `<div data-pdf="…">`."""
_STREAM = re.compile(r"^(?:blob|data):|\.m3u8\b|\.mp4[\"']", re.IGNORECASE)
_PLAYER = re.compile(r"player|/embed/|/video|[?&]vid=", re.IGNORECASE)
_WORDS_OF_FILES = ("%", "down", "attach", "file", "upload")
_ENDS_AS_FILE = re.compile(rf"\.{LINKED_ENDING}(?:$|[?#&;/])")
_MAY_LEAD_TO_FILE = re.compile(
    rf"{_ENDS_AS_FILE.pattern}|{'|'.join(_WORDS_OF_FILES)}|^(?:javascript:|about:|#|$)", re.IGNORECASE
)
"""Addresses outside the text that need a closer check: most links of a page belong to its menus."""
_BLOCKS_BELOW, _BLOCKS_OF_FILE = 25, 8
"""Blocks below the text where its files stand, and below each of them the next: number, name, size, date, buttons."""
_MAX_FILES = 2_000
"""Maximum number of files of a page: the longest list of attachments seen has some hundred."""
_MIN_PATH_CHARS = 3
"""Minimum length of the path of an address that is not the site's home page."""
_NUMBER_BEFORE = re.compile(r"^\d{1,2}[.．、](?=[\u4e00-\u9fff])")
"""The number of a file in its list, which is not part of its name."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file with its name and how informative the name is."""

    url: str
    name: str
    rank: Rank = Rank.OWN


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The files of a page, and anything unusual about them."""

    files: tuple[Attachment, ...]
    flags: tuple[Flag, ...] = ()


def find_attachments(page: WebPage, blocks: Blocks, body: Body, title: str = "") -> PageFiles:
    """Files that the text, the header above it and the lines below it link or show, or that scripts and frames name;
    each address once."""
    links = _Links(page, blocks, body, title)
    shown = (
        _File(url, name, Rank.BESIDE if name else Rank.OWN)
        for url, name in chain(files_in_scripts(page), files_in_frames(page))
        if url != links.own_url and not links.is_of_site(name)
    )
    linked = islice(chain(links.find(), links.recordings()), _MAX_FILES)
    files = _named_best(chain(linked, islice(shown, _MAX_FILES)))
    known = {file.url for file in files}
    hidden = [file for file in links.hidden_files() if file.url not in known]
    flags = [Flag.HIDDEN_FILE] if hidden else []
    if links.unaddressed or links.has_lone_button() or links.names_others(files):
        flags.append(Flag.FILE_WITHOUT_ADDRESS)
    return PageFiles(unique_attachments((*files, *hidden)), tuple(flags))


def _named_best(files: Iterable[_File]) -> list[Attachment]:
    """Each address once, in order of first appearance, with its most informative name."""
    best: dict[str, _File] = {}
    for file in files:
        known = best.get(file.url)
        if known is None or (file.name and (file.rank > known.rank or not known.name)):
            best[file.url] = file
    return [Attachment(file.url, file.name) for file in best.values()]


def read_file_names(files: Iterable[Attachment], title: str) -> Iterator[Reading]:
    """The document number beside the document's own title in the name of its file."""
    key = label_key(title)
    for file in files:
        name = without_text_ending(file.name)
        number = document_number_in_title(name)
        if number and key and label_key(name.replace(number, "")).strip("《》〔〕()（）") == key:
            yield make_evidence("document_number", number, "", "body", Rule.ATTACHMENT_NAME)


class _Links:
    """Links, and other elements that act as links when clicked, to files of the document.

    After `find` has run, `unaddressed` says whether a link names a file without giving its address, and `_hidden_files`
    has the files of hidden links by the node that hides them.
    """

    def __init__(self, page: WebPage, blocks: Blocks, body: Body, title: str) -> None:
        self._page, self._blocks, self._body, self._title = page, blocks, body, title
        self._base = base_url(page)
        self.own_url = absolute(page.url, page.url)
        self.unaddressed = False
        self._buttons: list[int] = []
        self._hidden_files: dict[int, list[Attachment]] = {}
        self._lines_with_files: set[int] = set()
        self._places = FilePlaces(blocks, body, title)
        self._last = body.last + _BLOCKS_BELOW

    def find(self) -> Iterator[_File]:
        """Each file that is linked, in the order of the page."""
        body = self._body
        first, end = body.first, max(body.last, body.first + 1)
        addresses = self._blocks.addresses
        for node in self._blocks.anchors:
            at = node.first
            if at > self._last:
                break
            if at < first and node.hidden_by > body.revealed:
                continue
            if not (first <= at < end or self._is_worth_a_look(node, addresses.get(node.index, ""))):
                continue
            yield from self._read_all(node, node.element, link_targets(node.element))
        for node, element in self._clickable():
            if node.first <= self._last:
                yield from self._read_all(node, element, (*stated_target(element), *handler_targets(element)))

    def _is_worth_a_look(self, node: Node, address: str) -> bool:
        return (
            _may_lead_to_file(address)
            or node.element.get("download") is not None
            or self._places.is_under_annex_word(node)
        )

    def _read_all(self, node: Node, element: html.HtmlElement, targets: Iterable[LinkTarget]) -> Iterator[_File]:
        unknown = [LinkTarget("")] if is_scripted(element) else []
        for target in self._followed(element, list(targets)) or unknown:
            for file in self._read(node, element, target):
                self._lines_with_files.add(node.first)
                self._last = max(self._last, node.first + _BLOCKS_OF_FILE)
                yield file

    def _followed(self, element: html.HtmlElement, targets: list[LinkTarget]) -> list[LinkTarget]:
        """The only target that a handler of the element opens, if it can be traced; else those that it names."""
        opened = next(filter(None, (self._clicks.opened(code, element) for code in calls_of(element))), None)
        if opened is None or absolute(opened, self._base) is None:
            return targets
        return [LinkTarget(opened, next((target.name for target in targets if target.name), ""))]

    def recordings(self) -> Iterator[_File]:
        """The videos and sounds in the text, and the videos between headline and text. A stream has no file address; a
        sound player without a source, or above the text, reads the page aloud."""
        body = self._body
        for element in (*self._page.elements["video"], *self._page.elements["audio"]):
            node = position_of(self._blocks, element)
            is_within = body.first <= node.first <= body.last or body.first >= body.last  # a page with nothing else
            is_within = is_within or (element.tag == "video" and 0 < self._places.headline < node.first < body.first)
            if not is_within or node.hidden_by > body.revealed:
                continue
            sources = (each.get("src") or each.get("data-src") or "" for each in (element, *element.iter("source")))
            url = next((url for source in sources if source and (url := absolute(source, self._base))), None)
            if url and not _STREAM.search(url):
                yield _File(url, own_name(url.partition("?")[0], self._page.charset))
            elif url or _STREAM.search(self._page.text):
                self.unaddressed = True
        frames = (position_of(self._blocks, each) for each in self._page.elements["iframe"] if _plays(each))
        self.unaddressed = self.unaddressed or any(
            body.first <= node.first <= body.last and node.hidden_by <= body.revealed for node in frames
        )

    def names_others(self, files: Sequence[Attachment]) -> bool:
        """Whether a line of the text, or below it, names a file that was not found."""
        charset = self._page.charset
        known = {text for file in files for text in (file.name, unquote_query(file.url.rsplit("/", 1)[-1], charset))}
        lines = self._blocks.visible_blocks(self._body.first, self._last, self._body.revealed)
        return any(
            not any(_NUMBER_BEFORE.sub("", name) in text for text in known)
            for index, block in lines
            if index not in self._lines_with_files and not leads_to_other(block.plain)
            for name in (file_names(block.plain) if has_file_name(block.text) else _addresses_of_annexes(block))
        )

    def has_lone_button(self) -> bool:
        """Whether a button 下载 without an address has no file beside it, so that its script must fetch one. (A button
        beside a file shows or saves that file, or all files of the list.)"""
        part = self._places.part_of
        return any(
            not any(abs(line - at) <= _BLOCKS_OF_FILE and part(line) == part(at) for line in self._lines_with_files)
            for at in self._buttons
            if at < len(self._blocks.blocks)
        )

    def hidden_files(self) -> list[Attachment]:
        """Files of the hidden blocks that scripts name, and of a hidden block below the text if it is the only one: a
        script that could not be traced may show it, and nobody lists files only to hide them."""
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
        """Elements other than `<a>` that fetch or show a file when clicked, each with its position."""
        for node in map(self._blocks.nodes.__getitem__, self._blocks.clickable):
            yield node, node.element
        elements = self._page.elements
        buttons = chain(elements["button"], elements["input"])
        others = [element for element in buttons if element.get("onclick")]
        options = (option for select in elements["select"] for option in select.iter("option"))
        stated = chain(elements["area"], elements["form"], options)
        others += (element for element in stated if any(stated_target(element)))
        if "data-" in self._page.text and _SHOWN.search(self._page.text):
            others += (element for element in self._page.tree.iter("*") if _shows_file(element))
        yield from ((position_of(self._blocks, element), element) for element in others)

    def _read(self, node: Node, element: html.HtmlElement, target: LinkTarget) -> Iterator[_File]:
        body = self._body
        hidden = node.hidden_by > body.revealed
        within = body.first <= node.first < max(body.last, body.first + 1)
        if hidden and node.first < body.first:
            return
        annexed = self._places.is_under_annex_word(node)
        if not self._is_file(node, element, target, within=within):
            return
        if not (within or hidden or annexed or self._places.is_near(node, words_of_link(element))):
            return
        name, rank = label_of_link(self._blocks, node, element, target.name)
        if not target.address and says_little(words_of_link(element)):
            if not hidden and node.first >= body.first:  # above the text are tools of the page
                self._buttons.append(node.first)
            return
        if (url := self._address_of(target.address, name, hidden=hidden)) is None:
            return
        if rank <= Rank.WEAK and ((own := own_name(url, self._page.charset)) and (not name or has_chinese(own))):
            name, rank = own, Rank.WEAK if name else Rank.OWN
        if not hidden:
            yield _File(url, name, rank)
        elif is_file_address(target.address, self._page.charset) and (within or self._places.is_near(node, name)):
            self._hidden_files.setdefault(node.hidden_by, []).append(Attachment(url, name))

    def _address_of(self, address: str, name: str, *, hidden: bool) -> str | None:
        """The absolute address of a file; None if its link does not give it, which is noted for visible links."""
        if not address or "#/" in address or (name and self._is_elsewhere(address)):
            self.unaddressed = self.unaddressed or not hidden
            return None
        url = viewed_file(self._page, address, self._base) or absolute(address, self._base)
        if url == self.own_url:
            return None
        is_too_long = url is not None and len(url) > MAX_ADDRESS_CHARS
        self.unaddressed = self.unaddressed or is_too_long or (url is None and not hidden)
        return url

    def _is_file(self, node: Node, element: html.HtmlElement, target: LinkTarget, *, within: bool) -> bool:
        """Whether a link leads to a file of the document, and not to something else."""
        address = target.address
        annexed = self._places.is_under_annex_word(node)
        is_file = is_file_address(address, self._page.charset) or ((within or annexed) and is_other_file(address))
        may_be = within or annexed or target.name or target.is_saved or asks_service_for_file(address)
        if address and not (is_file or may_be or may_be_stored_file(address)):
            return False
        words = words_of_link(element)
        if not (is_file or self._is_meant_as_file(node, element, target, words, within=within, annexed=annexed)):
            return False
        if _ALOUD.fullmatch(words):
            return False
        is_empty = not words and not target.name and element.tag == "a" and not shows_itself(element)
        return not is_empty and (within or annexed or not self.is_of_site(words))

    def _is_meant_as_file(
        self, node: Node, element: html.HtmlElement, target: LinkTarget, words: str, *, within: bool, annexed: bool
    ) -> bool:
        """Whether a link leads to a file by its name, its words, the service that it asks or its place, though its
        address alone does not say so."""
        address = target.address
        may_be_named = within or annexed or is_download_service(address) or may_answer_file(address)
        if target.name or (may_be_named and is_file_name(words)):
            return True
        is_served = target.is_saved or asks_service_for_file(address)
        is_served = is_served or ((within or not address) and self._is_said_to_be(node, address, words))
        if is_served and not _OF_PAGE.search(words):
            return True
        return annexed and self._may_be_annex(address, words or element.get("title", ""))

    def _is_said_to_be(self, node: Node, address: str, words: str) -> bool:
        """Whether the text says that a link within its site downloads something: 点击下载, or 此处 before 下载 …, or
        年报下载 if a script handles the click."""
        if not address:
            return _NAMED_DOWNLOAD.fullmatch(words) is not None and not is_page_tool(words)
        if PAGE_ENDING.search(address) or not ("下载" in words or says_here(words)):
            return False
        url = absolute(address, self._base) or ""
        if url == self.own_url or site_of(url) != site_of(self._page.url) or len(urlsplit(url).path) < _MIN_PATH_CHARS:
            return False
        return says_download(words) or (says_here(words) and downloads_behind(self._blocks, node, words))

    def is_of_site(self, words: str) -> bool:
        """Whether a file is not an attachment but one that each page of the site links: a reader, a manual, a form.
        (If the title has its name, or the text a long one, it is the document's: 附件：2.申报系统操作手册.)"""
        if _SOFTWARE.fullmatch(words):
            return True
        if _OF_SITE.fullmatch(words) is None:
            return False
        name, body = label_key(without_text_ending(words)), self._body
        lines = self._blocks.visible_blocks(body.first, body.last, body.revealed)
        in_text = len(name) > _MAX_GENERAL_NAME and any(name in label_key(block.plain) for _, block in lines)
        return name not in label_key(self._title) and not in_text

    def _may_be_annex(self, address: str, words: str) -> bool:
        """Whether a link below 附件 leads to a file although neither its address nor its words have a file ending."""
        if operates_page(words):
            return False
        return not address or may_be_stored_file(address) or may_answer_file(address) or self._is_elsewhere(address)

    def _is_elsewhere(self, address: str) -> bool:
        """Whether an address is on another site and is neither a file, an HTML page nor the site's home page, such as a
        shared folder of a network disk."""
        url = absolute(address, self._base) or ""
        place = urlsplit(url)
        if (
            (len(place.path) < _MIN_PATH_CHARS and not place.query)
            or is_file_address(address, self._page.charset)
            or is_other_file(address)
            or may_be_stored_file(address)
        ):
            return False
        return bool(url) and site_of(url) != site_of(self._page.url) and not PAGE_ENDING.search(address)

    @cached_property
    def _clicks(self) -> Clicks:
        return Clicks(script.text for script in self._page.elements["script"] if script.text)


def _plays(frame: html.HtmlElement) -> bool:
    """Whether a frame shows a player; only the player knows the address of its recording."""
    source = frame.get("src") or frame.get("data-src") or ""
    return _PLAYER.search(source) is not None and not is_file_address(source)


def _addresses_of_annexes(block: Block) -> list[str]:
    """The addresses written out in a line with the word 附件."""
    return _WRITTEN_ADDRESS.findall(block.text) if "://" in block.text and says_annex(block.text) else []


@cached_for_site
def _may_lead_to_file(address: str) -> bool:
    """Whether `_MAY_LEAD_TO_FILE` matches. Searching in lower case takes a quarter of the time."""
    if not address.isascii():
        return _MAY_LEAD_TO_FILE.search(address) is not None
    small = address.lower()
    for word in _WORDS_OF_FILES:
        if word in small:
            return True
    return (
        small in ("", "\n")
        or small.startswith(("javascript:", "about:", "#"))
        or _ENDS_AS_FILE.search(small) is not None
    )


def _shows_file(element: html.HtmlElement) -> bool:
    if element.tag in ("a", "script", "iframe", "embed", "object", "img"):
        return False
    return any(name.startswith("data-") for name in element.keys())  # noqa: SIM118 — elements are no mappings
