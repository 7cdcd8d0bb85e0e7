"""The script files that a page loads from its own site and that may hold the code of its list, without libraries."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from lxml.etree import SubElement
from lxml.html import HtmlElement

from etl.web.markup import is_code_type
from etl.web.page import WebPage, absolute, base_url

_LIBRARY = re.compile(
    r"(?:jquery|zepto|vue|vuex|vue-?router|axios|angular|react|react-dom|layui|layer|laydate|laypage|element(?:-?ui|-?plus)?|bootstrap(?:[.-][a-z]+)?"
    r"|swiper|echarts|moment|dayjs|lodash|underscore|polyfill|es[56]-|require|sea|mescroll|datatables?|easyui|iview|vant|antd"
    r"|respond|html5(?:shiv)?|modernizr|superslide|wow|fastclick|flexible|rem|qrcode|clipboard|handlebars|mustache|template"
    r"|art-?template|juicer|crypto|aes|md5|base64|json2|qs|tinymce|ueditor|video|ckplayer|jwplayer|share|social-share|wza|hm"
    r"|chunk-vendors?|vendors?|runtime|manifest|element-icons|iconfont|map|api-map|pagination|jqpaginator|simple-?pagination)"
    r"(?:[.@_-](?:min|prod|global|all|bundle|slim|pkgd|esm|umd|common|browser|pagination|cookie|easing|zh[-_]?cn|[a-f\d]{6,}))*"
    r"(?:[.@_-]?v?\d[\w.-]*)?",
    re.IGNORECASE,
)
"""Files of libraries, by their names without `.js`; what a library needs to know stands elsewhere."""
_PLUGIN = re.compile(r"jquery[.-](?!.*(?:list|news|data|page_?data|gk|info))", re.IGNORECASE)
_LOADED_BY_OTHERS, _HEAD_CHARS = re.compile(r"typeof\s+(?:exports|module|define)\b|\bdefine\.amd\b"), 1500
_IMPORTED = re.compile(
    r"""\bimport\s*(?:[\w$*{][^;"'()]{0,300}?\bfrom\s*)?["']([^"'\s]{1,200})["']|\bimport\(\s*["']([^"'\s]{1,200})["']"""
    r"""|\bexport\s*[*{][^;"'()]{0,300}?\bfrom\s*["']([^"'\s]{1,200})["']"""
)
_LOADED = re.compile(
    r"""\bgetScript\(\s*["']([^"'\s]{1,200})["']|<script[^>]{0,100}\bsrc=\\?["']([^"'\\\s>]{1,200})"""
    r"""|\b(?:seajs\.use|loadScript|loadJs|importScripts|include)\(\s*["']([^"'\s]{1,200}\.js[^"'\s]{0,40})["']"""
)
_REQUIRED = re.compile(r"""\b(?:require|define)\(\s*(?:["'][\w./-]{1,100}["']\s*,\s*)?\[([^\[\]]{1,1000})\]""")
_MODULE = re.compile(r"""["']([\w./-]{1,100})["']""")
_BASE = re.compile(r"""\bbaseUrl\s*:\s*["']([^"'\s]{1,200})["']""")
_SHARED = re.compile(
    r"/(?:common|public|global|base|main|index|site|header|footer|head|foot|top|nav|layout|util|tool|frame)[\w-]{0,12}\.\w+$"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
MAX_FILES, MAX_FILE_BYTES, MAX_CODE = 12, 1_000_000, 4_000_000
"""Maximum number of script files that are fetched for a page, and of bytes of each; of characters after which no more
are fetched: what is read of them takes eighty times as much memory."""


def script_files(page: WebPage) -> list[str]:
    """The addresses of the script files that the page loads, in its order."""
    scripts, base = page.elements["script"], base_url(page)
    loaded = [address for script in scripts for address in _of_element(script)]
    loaded += [address for script in scripts for address in files_in(script.text or "", base)]
    return own_files(page, loaded)


def _of_element(script: HtmlElement) -> Iterator[str]:
    source, kind, main = script.get("src"), script.get("type") or "", script.get("data-main")
    if source and is_code(kind):
        yield source
    if main:  # of RequireJS
        yield main if main.endswith(".js") else f"{main}.js"


def is_code(kind: str) -> bool:
    """Whether a script element of this type holds code, also that of a module."""
    return is_code_type(kind) or kind == "module"


def is_library(code: str) -> bool:
    """Whether a script file is one that other programs load too: it says so at its beginning."""
    return _LOADED_BY_OTHERS.search(code, 0, _HEAD_CHARS) is not None


def files_in(code: str, url: str) -> list[str]:
    """The addresses of the files that the code at `url` loads or imports."""
    matches = (match for pattern in (_IMPORTED, _LOADED) for match in pattern.finditer(code))
    named = [next(filter(None, match.groups())) for match in matches]
    base = _BASE.search(code)
    folder = absolute(base[1].rstrip("/") + "/", url) if base else absolute(".", url)
    for required in _REQUIRED.finditer(code):
        modules = (module[1] for module in _MODULE.finditer(required[1]))
        named += [f"{'' if each.startswith(('.', '/')) else folder}{each.removesuffix('.js')}.js" for each in modules]
    return [address for each in named if (address := absolute(each, url))]


def own_files(page: WebPage, addresses: Iterable[str]) -> list[str]:
    """Those of the addresses that are script files of the page's own site, and no libraries; each once."""
    resolved = filter(None, (absolute(address, base_url(page)) for address in addresses))
    return list(dict.fromkeys(each for each in resolved if _is_own(each, page)))


def with_files(page: WebPage, files: Mapping[str, str]) -> WebPage:
    """The page as if the code of the files stood in it, by their addresses; behind the others those that all pages of a
    site load (`common.js`), which fill boxes."""
    whole = replace(page)
    for url in sorted(files, key=lambda url: _SHARED.search(urlsplit(url).path) is not None):
        script = SubElement(whole.tree, "script")
        script.text = _CONTROL.sub("", files[url])
    return whole


def _is_own(address: str, page: WebPage) -> bool:
    parts = urlsplit(address)
    name, mark, kind = parts.path.rpartition("/")[2].rpartition(".")
    is_script = mark != "" and kind in ("js", "mjs") and parts.netloc == urlsplit(page.url).netloc
    return is_script and not _LIBRARY.fullmatch(name) and not _PLUGIN.match(name)
