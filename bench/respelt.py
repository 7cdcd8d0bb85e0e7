"""Whether a page says the same, however its source is spelt and whatever a site shows around the document.

usage: python -m bench.respelt DIR [--show]

DIR contains pages as HTML files at any depth; labels are not needed, as each page is compared with itself. No change
affects what a reader sees of the document: other elements and signs, other charsets, tips and tools of a site at the
page's ends, below the headline, or below the text. Differences in the kind of page, its fields, text or files are
counted; `--show` prints each.
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree, html
from lxml.html import HtmlElement

from etl.extract import Extraction, extract
from etl.web.page import read_page

Change = Callable[[str], str | bytes | None]
"""Makes another source of a page's source; None where the page has no place for it."""
_HAN = "[\u4e00-\u9fff]"
_INLINE = frozenset(("a", "b", "em", "font", "i", "span", "strong", "u"))
_NO_TEXT_IN = frozenset(("body", "dl", "head", "html", "ol", "select", "table", "tbody", "tr", "ul"))
"""Elements in which words stand by mistake."""
_UNSHOWN = frozenset(("head", "option", "script", "style", "textarea", "title"))


@dataclass(frozen=True, slots=True)
class Content:
    """What a page says, white space left out: it may be spelt."""

    kind: str
    fields: tuple[tuple[str, str], ...]
    text: str
    files: tuple[str, ...]

    @classmethod
    def of(cls, read: Extraction) -> "Content":
        """Of an extraction."""
        fields = sorted((name, "".join(value.value.split())) for name, value in read.fields.items())
        files = sorted(file.url for file in read.attachments)
        return cls(read.kind, tuple(fields), re.sub(r"[\s|]+", "", read.text), tuple(files))

    def differences(self, other: "Content") -> Iterator[tuple[str, str]]:
        """(what differs, how) of another reading."""
        if self.kind != other.kind:
            yield "kind", f"{self.kind} → {other.kind}"
        own, others = dict(self.fields), dict(other.fields)
        for name in sorted({*own, *others}):
            if own.get(name) != others.get(name):
                yield name, f"{own.get(name)} → {others.get(name)}"
        if self.text != other.text:
            yield "text", f"{len(self.text)} → {len(other.text)} characters"
        if self.files != other.files:
            yield "files", f"{len(self.files)} → {len(other.files)}"


def _parsed(source: str) -> HtmlElement:
    return html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", source))


def _written(tree: HtmlElement) -> str:
    return etree.tostring(tree, encoding="unicode", method="html", doctype="<!doctype html>")


def _body(tree: HtmlElement) -> HtmlElement:
    body = tree.find("body")
    return tree if body is None else body


def _texts(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """(element, `text` or `tail`) of all words that are shown."""
    for element in list(_body(tree).iter()):
        around = element.getparent()
        if element.tail and around is not None and around.tag not in _NO_TEXT_IN:
            yield element, "tail"
        if isinstance(element.tag, str) and element.text and element.tag not in _UNSHOWN | _NO_TEXT_IN:
            yield element, "text"


def words(change: Callable[[str], str]) -> Change:
    """Changes the words of a page."""

    def changed(source: str) -> str:
        tree = _parsed(source)
        for element, place in _texts(tree):
            setattr(element, place, change(getattr(element, place)))
        return _written(tree)

    return changed


def tags(names: dict[str, str]) -> Change:
    """Renames elements."""

    def changed(source: str) -> str:
        tree = _parsed(source)
        for element in tree.iter(*names):
            element.tag = names[str(element.tag)]
        return _written(tree)

    return changed


def _in_fonts(source: str) -> str:
    tree = _parsed(source)
    for element, place in _texts(tree):
        font = html.Element("font")
        font.text = getattr(element, place)
        setattr(element, place, None)
        if place == "text":
            element.insert(0, font)
        elif (around := element.getparent()) is not None:
            around.insert(around.index(element) + 1, font)
    return _written(tree)


def _with_comments(source: str) -> str:
    tree = _parsed(source)
    for element in list(_body(tree).iter("div", "p", "td", "li", "h1", "h2", "h3")):
        comment = etree.Comment(" box ")
        comment.tail, element.text = element.text, None
        element.insert(0, comment)
    return _written(tree)


def _in_boxes(source: str) -> str:
    tree = _parsed(source)
    body = _body(tree)
    children, box = list(body), html.Element("div")
    box.text, body.text = body.text, None
    box.extend(children)
    for _ in range(2):
        outer = html.Element("div")
        outer.append(box)
        box = outer
    body.append(box)
    return _written(tree)


def at_end(markup: str, *, first: bool = False) -> Change:
    """Puts a box in front of everything, or behind it."""

    def changed(source: str) -> str:
        tree = _parsed(source)
        body, box = _body(tree), html.fragment_fromstring(markup)
        if first:
            box.tail, body.text = body.text, None
            body.insert(0, box)
        else:
            body.append(box)
        return _written(tree)

    return changed


def below(place: str, markup: str) -> Change:
    """Puts a box below the `headline` or the last line of the `text`, as the page is read without it."""

    def changed(source: str) -> str | None:
        read = extract(source.encode(), "http://www.yunxi.example/")
        title, lines = read.fields.get("title"), [*filter(None, map(str.strip, read.text.split("\n")))]
        wanted = (title and title.value) if place == "headline" else (lines or [""])[-1]
        tree = _parsed(source)
        key = "".join((wanted or "").split())
        lines_of = (each for each in _body(tree).iter() if isinstance(each.tag, str) and each.tag not in _UNSHOWN)
        matching = [each for each in lines_of if key and "".join("".join(each.itertext()).split()) == key]
        if len(key) < 5 or not matching:
            return None
        _insert_below(matching[0] if place == "headline" else matching[-1], markup)
        return _written(tree)

    return changed


def _insert_below(element: HtmlElement, markup: str) -> None:
    while element.tag in _INLINE and (around := element.getparent()) is not None:
        element = around
    box = html.fragment_fromstring(markup)
    around = element.getparent()
    if element.tag in ("td", "th") or around is None:
        element.append(box)
        return
    box.tail, element.tail = element.tail, None
    around.insert(around.index(element) + 1, box)


TIPS = {
    "leaving": "<div><p>您访问的链接即将离开“云溪市人民政府”门户网站，是否继续？</p><a>继续访问</a><a>放弃</a></div>",
    "browser": "<div>为确保最佳浏览效果，建议您使用以下浏览器：Chrome 63版本及以上。<a href='#'>关闭</a></div>",
    "code": "<div><p>打开微信，点击底部的“发现”，使用“扫一扫”即可将网页分享至朋友圈。</p></div>",
    "robot": "<div><p>我是智能机器人小溪，很高兴为您服务，请问有什么可以帮您？</p></div>",
    "upkeep": "<div><p>系统将于今晚十时至次日凌晨二时例行维护，期间部分栏目可能暂时打不开，敬请谅解。</p></div>",
    "survey": "<div><p>您对本页面内容的评价</p><label>满意</label><label>不满意</label><textarea></textarea></div>",
    "foot": "<div><p>主办单位：云溪市人民政府办公室　联系电话：000-1234567</p><p>云ICP备00000001号</p></div>",
}
BELOW_HEADLINE = {
    "tools": "<div>字体：<a href='#'>大</a> <a href='#'>小</a> <a href='#'>打印</a></div>",
    "visits": "<div>浏览次数：<span>1234</span>次</div>",
    "share": "<div><span>分享到：</span><a href='#'>微信</a><a href='#'>微博</a></div>",
    "subtitle": "<div>——答记者问</div>",
    "english": "<div>Font Size: <a>A-</a> <a>A+</a> | Print | Share</div>",
    "names": "<div>编辑：王小明　审核：李小红</div>",
}
BELOW_TEXT = {
    "editor": "<p>责任编辑：王小明</p>",
    "neighbours": "<div>上一篇：<a href='/a/1.html'>关于开展检查的通知</a></div>",
    "tools": "<div>【<a href='#'>打印</a>】【<a href='#'>关闭</a>】</div>",
    "disclaimer": "<div>声明：转载请注明出处，如有侵权请联系我们删除。</div>",
    "comments": "<div><h3>网友评论</h3><p>暂无评论，快来抢沙发吧！</p><textarea></textarea></div>",
}
CHANGES: dict[str, Change] = {
    "letters as numbers": lambda source: etree.tostring(_parsed(source), encoding="ascii", method="html").decode(),
    "letters that nobody sees": words(lambda text: re.sub(f"(?<={_HAN})(?={_HAN})", "\u200b", text)),
    "attributes without quotes": lambda source: re.sub(r'="([\w./-]+)"(?=[ >])', r"=\1", _written(_parsed(source))),
    "GB 18030": lambda source: re.sub(
        r"charset\s*=\s*[\"']?[\w-]+", "charset=gb2312", _written(_parsed(source)), flags=re.I
    ).encode("gb18030"),
    "UTF-16": lambda source: b"\xff\xfe" + _written(_parsed(source)).encode("utf-16-le"),
    "fonts": _in_fonts,
    "comments": _with_comments,
    "boxes in boxes": _in_boxes,
    "sections": tags({"div": "section"}),
    "headings as divs": tags({"h1": "div", "h2": "div", "h3": "div"}),
    "tables as divs": tags(dict.fromkeys(("table", "tbody", "tr", "td", "th"), "div")),
    "half-width colons": words(lambda text: text.replace("：", ":")),
    "gaps in labels": words(lambda text: re.sub(r"(文)(号)|(来)(源)", r"\1\3　\2\4", text)),
    "dates with strokes": words(lambda text: re.sub(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)", r"\1/\2/\3", text)),
    **{f"tip above: {name}": at_end(markup, first=True) for name, markup in TIPS.items()},
    **{f"tip below: {name}": at_end(markup) for name, markup in TIPS.items()},
    **{f"below the headline: {name}": below("headline", markup) for name, markup in BELOW_HEADLINE.items()},
    **{f"below the text: {name}": below("text", markup) for name, markup in BELOW_TEXT.items()},
}
_OF_TEXT_ALONE = ("dates with strokes", "half-width colons", "gaps in labels")
"""Changes that the text shows too."""


def held(source: str, url: str, name: str) -> list[tuple[str, str]] | None:
    """What a change makes of a document, given by its source; None for a page that is none, or has no place for it."""
    before = Content.of(extract(_written(_parsed(source)).encode(), url))
    changed = CHANGES[name](source) if before.kind == "document" else None
    if changed is None:
        return None
    after = Content.of(extract(changed.encode() if isinstance(changed, str) else changed, url))
    ignored = {"text", "files"} if name in _OF_TEXT_ALONE else set()
    return [(what, how) for what, how in before.differences(after) if what not in ignored]


def main() -> None:
    """Counts the pages that each change makes say something else."""
    parser = argparse.ArgumentParser(prog="python -m bench.respelt", description=__doc__)
    parser.add_argument("folder", type=Path, help="pages as HTML files")
    parser.add_argument("--show", action="store_true", help="print each difference")
    given = parser.parse_args()
    pages = sorted(given.folder.rglob("*.htm*"))
    print("| change | documents | that say something else |\n| --- | --- | --- |")
    for name in CHANGES:
        documents, differing = 0, Counter[str]()
        for path in pages:
            url = f"http://www.yunxi.example/{path.stem}.html"
            differences = held(read_page(path.read_bytes(), url).text, url, name)
            documents += differences is not None
            differing["pages"] += bool(differences)
            for what, how in differences or ():
                differing[what] += 1
                if given.show:
                    print(f"{path.name}: {name}: {what} {how}")
        which = ", ".join(f"{what} {number}" for what, number in differing.items() if number and what != "pages")
        print(f"| {name} | {documents} | {differing['pages']}{f' ({which})' if which else ''} |", flush=True)


if __name__ == "__main__":
    main()
