"""The main text: which part of the page it is, and how it reads.

Order of evidence: (1) a container or a pair of marks that a platform family is known by, when it holds most of the page's prose;
(2) the deepest element that holds most of the prose; (3) where the page has no prose (a file or a picture only), the family's
container, else what stands between the sub-heading line and the foot of the page.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from lxml.cssselect import CSSSelector

from etl.extract.blocks import MARK, Block, Blocks, Node, boilerplate
from etl.extract.labels import labelled, squash
from etl.platforms import all_platforms
from etl.platforms.base import Layout, Platform
from etl.web.page import WebPage

_MOST = 0.5
"""Share of the page's prose from which on a family's container is believed."""
_SAME = 0.9
"""Share of the best container's prose from which on another one counts as holding the same text."""
_DESCEND = 0.8
"""Share of its parent's prose that a child must hold to be the body itself."""
_LITTLE = 40
"""Characters of prose below which a page has none to go by."""

_TOOLS = [
    "打印",
    "我要打印",
    "关闭",
    "收藏",
    "加入收藏",
    "我的收藏",
    "返回",
    "分享",
    "转发",
    "扫一扫",
    "扫码",
    "微信",
    "微博",
    "QQ空间",
    "朋友圈",
    "大",
    "中",
    "小",
    "特大",
    "默认",
    "字体",
    "字号",
    "字体大小",
    "文字大小",
    "TOP",
    "top",
    "顶部",
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "没有了",
    "无",
    "本页",
    "此页",
    "页面",
    "当前",
    "当前页",
    "当前页面",
    "窗口",
    "本窗口",
    "在手机打开当前页",
    "在手机上打开当前页",
    "在手机打开当前页面",
    "在手机上打开当前页面",
    "在手机上查看当前页面",
    "在手机查看当前页面",
    "在手机上查看",
    "在手机上浏览",
    "手机浏览",
    "到",
    "至",
    "纠错",
    "我要纠错",
    "纠错或建议",
    "下载",
    "本信息公开文件",
    "订阅",
    "点赞",
    "朗读",
    "语音播报",
    "导出",
    "阅读",
    "浏览",
    "次",
    "次数",
    "人次",
    "浏览次数",
    "访问次数",
    "访问量",
    "阅读次数",
    "点击",
    "点击数",
    "点击量",
    "点击率",
    "点击次数",
    "视力保护色",
    "保护视力",
    "保护视力色",
    "背景色",
    "附件下载",
    "文件下载",
    "相关附件下载",
    "附件",
    "一键",
    "公众号",
    "二维码",
    "手机",
    "手机版",
    "用手机",
    "打开",
    "查看",
    "全文",
    "原文",
    "文本",
    "文字",
    "WORD",
    "Word",
    "PDF",
    "版",
    "显示稿件总访问量",
    "复制链接",
    "Ctrl+D",
    "来源",
    "我的",
    "页",
    "A",
]
_DECOR = r"[\s【\[(（|丨/·•\]】)）:：,，。、\d+<>-]"
# Atomic and possessive: 附件下载 is one word or two, and a line of them must not be tried both ways at every place.
TOOL = re.compile(
    rf"{_DECOR}*+(?:(?>{'|'.join(re.escape(w) for w in sorted(_TOOLS, key=len, reverse=True))}){_DECOR}*+)++"
)
_WORDLESS = re.compile(r"[\W\d_]*")
RELATED = re.compile(
    r"^[\s【\[■◆>·]*(?:相关(?:解读|阅读|文档|链接|稿件|新闻|文章|信息|政策|文件|内容|报道|附件|推荐|专题|资讯)|政策解读|文字解读|图片解读|文件解读|视频解读|一图读懂|图解|图文解读|部门解读|媒体解读|专家解读|"
    r"关联(?:解读|文件|问答|阅读)|延伸阅读|推荐阅读|热点推荐|猜你喜欢|上一篇|下一篇|上一条|下一条|解读(?:链接|文件|材料|回应)?(?=[:：]|$)|网友(?:评论|留言)|我要评论|意见反馈|"
    r"扫一扫|扫码|分享到|分享[:：]?$|责任编辑|【?打印|【?关闭|版权所有|主办单位|点击(?:下载|查看)|文章纠错|友情链接|网站声明|您可能(?:还)?(?:感兴趣|喜欢)|附件下载[:：]?$|附件[:：]$|政策文件[:：]?$|政策原文|原文链接|结果反馈|留言)"
)
_TAIL_FIELDS = {"source", "published_date"}
_TAIL_LABELS = {
    "作者", "责任编辑", "编辑", "责编", "审核", "校对", "录入", "浏览次数", "浏览量", "访问量", "阅读次数", "点击数", "点击量", "分享", "分享到",
    "打印", "收藏", "扫一扫", "发布人", "信息发布人", "相关解读", "政策解读", "解读", "相关链接", "相关文件", "相关文档", "政策文件", "解读链接", "关联文件",
    "审核人", "发布者", "录入人", "撰稿", "供稿", "下载", "文件下载", "附件下载", "点击", "浏览", "访问次数", "访问", "阅读", "解读文件", "原文链接", "签发",
}  # fmt: skip
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|pptx?|dps|ofd|rtf|txt|csv|zip|rar|7z)\b", re.IGNORECASE)
_TITLE_CLASS = re.compile(r"tit|bt\b|biaoti|headline|subject", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Body:
    """blocks[first:last]; `node` the container or -1; `inside` the hidden node that counts as shown, or -1."""

    first: int
    last: int
    node: int
    rule: str
    inside: int = -1


_SIMPLE = re.compile(r"^([\w]*)(?:#([\w-]+))?((?:\.[\w-]+)*)$")


@cache
def _compiled(selector: str) -> tuple[str, str, tuple[str, ...]] | CSSSelector:
    """(tag, id, classes) of a simple selector, which the walk's index answers; any other one as an XPath."""
    match = _SIMPLE.match(selector)
    if match and (match.group(2) or match.group(3)):
        return match.group(1), match.group(2) or "", tuple(c for c in match.group(3).split(".") if c)
    return CSSSelector(selector, translator="html")


def select(page: WebPage, blocks: Blocks, selectors: Iterable[str]) -> Iterator[tuple[str, Node]]:
    """(selector, node) of every element that one of the selectors matches."""
    for selector in selectors:
        compiled = _compiled(selector)
        if isinstance(compiled, CSSSelector):
            for element in compiled(page.tree):
                node = blocks.node_of(element)
                if node is not None:
                    yield selector, node
            continue
        tag, name, classes = compiled
        for index in blocks.by_id.get(name, ()) if name else blocks.by_class.get(classes[0], ()):
            node = blocks.nodes[index]
            if (not tag or node.tag == tag) and all(index in blocks.by_class.get(c, ()) for c in classes):
                yield selector, node


def layouts(platform: Platform | None) -> tuple[tuple[str, Layout], ...]:
    """The layouts to ask: the page's own family first, then all others as evidence."""
    named = [(p.name, p.layout) for p in all_platforms() if platform is None or p.name != platform.name]
    return ((platform.name, platform.layout), *named) if platform else tuple(named)


def find_body(page: WebPage, blocks: Blocks, platform: Platform | None, title: str) -> Body:
    """The part of the page that holds the main text, its edges not yet trimmed (see `trim`)."""
    total = blocks.nodes[0].prose
    known = _known_bodies(page, blocks, platform)
    if total >= _LITTLE:
        held = [(_prose(blocks, b), b) for b in known]
        most = max((prose for prose, _ in held), default=0)
        if most >= _MOST * total:
            # Of containers inside each other, the tightest that still holds the prose.
            tight = [b for prose, b in held if prose >= _SAME * most]
            return min(tight, key=lambda b: _size(blocks, b))
        return _densest(blocks)
    revealed = _hidden_body(blocks, known)
    if revealed is not None:
        return revealed
    visible = [b for b in known if b.inside < 0]
    if visible:
        return max(visible, key=lambda b: _size(blocks, b))
    return _between(blocks, title)


def _known_bodies(page: WebPage, blocks: Blocks, platform: Platform | None) -> list[Body]:
    found: list[Body] = []
    for name, layout in layouts(platform):
        for selector, node in select(page, blocks, layout.body):
            found.append(Body(node.first, node.last, node.index, f"{name} {selector}", node.hidden))
        for begin, end in layout.marks:
            marked = _between_comments(blocks, begin, end)
            if marked:
                found.append(Body(marked[0], marked[1], -1, f"{name} marks"))
    return found


def _between_comments(blocks: Blocks, begin: str, end: str) -> tuple[int, int] | None:
    start = next((at for text, at in blocks.comments if re.search(begin, text)), None)
    if start is None:
        return None
    stop = next((at for text, at in blocks.comments if at >= start and re.search(end, text)), None)
    return (start, stop) if stop is not None and stop > start else None


def _prose(blocks: Blocks, body: Body) -> int:
    if body.node >= 0:
        return blocks.nodes[body.node].prose
    return sum(
        len(b.text) - b.linked
        for _, b in blocks.seen(body.first, body.last)
        if b.linked * 2 < len(b.text) and not boilerplate(b.text[:400])
    )


def _size(blocks: Blocks, body: Body) -> int:
    return sum(len(b.text) for _, b in blocks.seen(body.first, body.last, body.inside))


def _hidden_body(blocks: Blocks, known: list[Body]) -> Body | None:
    """A family's container that only a script would show, on a page that shows nothing else."""
    hidden = [b for b in known if b.inside >= 0 and _size(blocks, b) > 3 * _LITTLE]
    return max(hidden, key=lambda b: _size(blocks, b), default=None)


def _densest(blocks: Blocks) -> Body:
    node = blocks.nodes[0]
    while True:
        best: Node | None = None
        at = node.index + 1
        while at < node.end:
            child = blocks.nodes[at]
            if best is None or child.prose > best.prose:
                best = child
            at = child.end
        if best is None or best.prose < _DESCEND * node.prose or best.tag in ("p", "span", "tr", "tbody", "strong"):
            return Body(node.first, node.last, node.index, "densest")
        node = best


def _between(blocks: Blocks, title: str) -> Body:
    """From the block after the title and its sub-heading lines to the foot of the page."""
    wanted = squash(title)
    start = 0
    for index, block in blocks.seen(0, len(blocks.blocks)):
        if wanted and squash(block.plain) in wanted and len(block.text) > 6:
            start = index + 1
    last = start
    for index, block in blocks.seen(start, len(blocks.blocks)):
        if boilerplate(block.text) or RELATED.match(block.plain):
            break
        last = index + 1
    return Body(start, last, -1, "between")


# -- edges


@lru_cache(4096)
def is_tool(text: str) -> bool:
    """A line that only works the page: print, close, font size, share."""
    return len(text) < 120 and not _WORDLESS.fullmatch(text) and TOOL.fullmatch(text) is not None


def trim(blocks: Blocks, body: Body, title: str) -> Body:
    """Without the header lines above the text and the tools and related links below it."""
    indices = [i for i, _ in blocks.seen(body.first, body.last, body.inside)]
    if not indices:
        return body
    first = _first(blocks, indices, title, dense=body.rule == "densest")
    indices = [i for i in indices if i >= first]
    if not indices:
        return replace(body, first=first, last=first)
    last = _last(blocks, indices)
    return replace(body, first=first, last=max(first, last))


def _first(blocks: Blocks, indices: list[int], title: str, *, dense: bool) -> int:
    wanted = squash(title)
    start = indices[0]
    prose = 0
    for index in indices[: 60 if dense else 12]:
        block = blocks.blocks[index]
        text = block.plain.strip()
        key = squash(text)
        names = [f.name or f.label for f in labelled(block.text)]
        heads = bool(names) and (len(names) > 1 or len(key) < 60) and block.linked * 2 <= len(text)
        if (heads and not _in_prose(names, block)) or is_tool(text) or _menu(block):
            start = index + 1
            continue
        if dense and wanted and len(key) > 5 and key in wanted and block.node >= 0 and _heads(blocks, block):
            start = index + 1
            continue
        prose += len(text) if len(text) > 30 or block.text.endswith(("：", ":")) else 0
        if prose > 80:
            break
    return start


def _in_prose(names: list[str], block: Block) -> bool:
    return len(names) == 1 and names[0] in (
        "附件",
        "地址",
        "联系电话",
        "联系人",
        "电话",
        "邮箱",
        "邮编",
        "传真",
        "disclosure_method",
    )


def _menu(block: Block) -> bool:
    return block.linked * 10 > len(block.text) * 7 and not _FILE.search(block.text)


def _heads(blocks: Blocks, block: Block) -> bool:
    node = blocks.nodes[block.node]
    return node.tag != "p" or bool(_TITLE_CLASS.search(node.element.get("class") or ""))


def _last(blocks: Blocks, indices: list[int]) -> int:
    """Index after the last block of the text."""
    remaining = sum(len(blocks.blocks[i].text) for i in indices)
    total = max(remaining, 1)
    end = len(indices)
    for position, index in enumerate(indices):
        block = blocks.blocks[index]
        remaining -= len(block.text)
        if position and RELATED.match(block.plain) and (len(block.text) < 80 or block.linked * 2 > len(block.text)):
            rest = [blocks.blocks[i] for i in indices[position + 1 :]]
            linked = sum(b.linked for b in rest)
            if remaining < 0.05 * total + 60 or linked * 2 > remaining:
                following = _signed(blocks, indices[position + 1 :])
                if not following:
                    end = position
                    break
    while end and _tail(blocks.blocks[indices[end - 1]]):
        end -= 1
    return indices[end - 1] + 1 if end else indices[0]


_SIGNATURE = re.compile(
    r"^(?:19|20)\d\d年\d{1,2}月\d{1,2}日$|^[一二][〇○零O0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月.{1,3}日$"
)


def _signed(blocks: Blocks, indices: list[int]) -> bool:
    """Whether a signature's date follows: then the related link stands inside the text."""
    return any(_SIGNATURE.match(squash(blocks.blocks[i].plain)) for i in indices[:6])


def _tail(block: Block) -> bool:
    text = block.plain.strip()
    if is_tool(text) or (len(text) < 400 and boilerplate(text) and not re.search("[。；]$", text)):
        return True
    if _FILE.search(text):
        return False
    if block.linked * 10 > len(text) * 8:
        return True
    if RELATED.match(text) and len(text) < 60:
        return True
    found = list(labelled(block.text))
    if not found or not found[0].leads or len(text) > 120:
        return False
    return all(f.name in _TAIL_FIELDS or f.label in _TAIL_LABELS for f in found)


# -- rendering


def render(blocks: Blocks, body: Body) -> str:
    """Paragraphs as lines; a table's row is one line, its cells separated by ` | `."""
    lines: list[str] = []
    row = cell = -1
    low = body.node
    for _, block in blocks.seen(body.first, body.last, body.inside):
        text = block.plain.strip()
        if not text or (is_tool(text) and block.row < 0):
            continue
        inside = block.row > low and _is_data(blocks, block.row)
        if inside and block.row == row and lines:
            lines[-1] += (" " if block.cell == cell else " | ") + text
        else:
            lines.append(text)
        row, cell = (block.row if inside else -1), block.cell
    return "\n".join(lines)


def _is_data(blocks: Blocks, row: int) -> bool:
    """A row of a table of data, not of a page laid out as a table: several cells, none of them long."""
    node = blocks.nodes[row]
    return node.last - node.first <= 40 and sum(1 for _ in _cells(blocks, node)) > 1


def _cells(blocks: Blocks, node: Node) -> Iterable[Node]:
    at = node.index + 1
    while at < node.end:
        child = blocks.nodes[at]
        if child.tag in ("td", "th"):
            yield child
            at = child.end
        else:
            at += 1


def strip_marks(text: str) -> str:
    return text.replace(MARK, "")
