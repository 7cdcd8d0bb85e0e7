"""Things right around the rows of a list that may mean further ones, and may mean something else: they make a list
doubtful, as one that fills its only page."""

import re
from collections.abc import Container

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import is_hidden, label_of, plain_signs, words_of
from etl.platforms.elements.list_addresses import OF_OTHER_THINGS
from etl.platforms.elements.script_links import leads_nowhere
from etl.platforms.paging.parts import is_named_part
from etl.platforms.unread.list_ends import (
    MAX_BLOCK,
    NUMERAL,
    blocks_before,
    blocks_behind,
    first_and_last,
    is_of_column,
    numbers_in,
)
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import folder_of

_COLLECTED = re.compile(
    rf"(?:累[计积]|[收汇][录集存]|现有|总有?|(?<![公中])共有?)(?:(?![办受处审]理|完成|发放|[检查]查|接[到待])[\u4e00-\u9fff]){{0,12}}?(\d{{1,7}}|{NUMERAL}{{1,6}})[余多]?[条條篇件份则則部项項](?!目)"
)
"""How many documents a sentence beside the rows says that there are."""
_LEADS_BACK = re.compile(
    r"返回|首页|上一?[页级]|前一?页|顶部|打印|关闭|下载|指南|说明|申请|咨询|投诉|纠错|反馈|微信|公众号|二维码|订阅|地图|登录|home|top|back|prev",
    re.IGNORECASE,
)


def may_lead_on(page: WebPage, listed: Container[str], seen: int) -> bool:
    """Whether something right around the rows may mean further ones, and may mean something else: a link that stands
    there alone, whatever its words, or a sentence that counts more than the `seen` entries."""
    if (rows := first_and_last(page, listed)) is None:
        return False
    behind = [block for block in blocks_behind(rows[1]) if block.tag != "script" and not is_hidden(block)]
    sentences = (words_of(block, MAX_BLOCK) for block in (*behind, *blocks_before(rows[0])))
    return any(_is_lone_link(block, page, listed) for block in behind) or any(
        number > seen for words in sentences for number in numbers_in(_COLLECTED, plain_signs(words))
    )


def _is_lone_link(block: HtmlElement, page: WebPage, listed: Container[str]) -> bool:
    """Whether a block holds nothing but one link to another page of the column, which nothing else on the page links
    and whose words do not say that it leads back. A picture without words is most often a banner: its link is one of
    these only if it leads below the page."""
    links = [link for link in (block, *block.iterdescendants()) if link.tag == "a" and not leads_nowhere(link)]
    if len(links) != 1 or words_of(block, MAX_BLOCK) != words_of(links[0], MAX_BLOCK):
        return False
    label, base = label_of(links[0]), base_url(page)
    url = absolute(links[0].get("href") or "", base)
    if not url or url in listed or is_named_part(label) or _LEADS_BACK.search(label) or OF_OTHER_THINGS.search(label):
        return False
    if not (is_of_column(url, page.url) if label else url.startswith(folder_of(page.url))):
        return False
    others = (link for link in page.tree.iter("a") if link is not links[0])
    return all(absolute(link.get("href") or "", base) != url for link in others)
