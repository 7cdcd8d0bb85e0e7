"""What an operator does about each reason for which a run is red or amber, in both languages.

`docs/operations.md` shows the same sentences.
"""

from collections.abc import Iterator, Mapping

from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import Reason

_LOOK_AT_LOG = "看失败任务的日志，再清除这些任务", "read the logs of the failed tasks, then clear the tasks"
_PAGING = (
    "目录没有读全：用 gongkai sources preview 看翻页",
    "the list was not read to its end: look at its paging with `gongkai sources preview`",
)
_OUTCOME = "按结果看 docs/outcomes.md", "see docs/outcomes.md for the outcome"
_AGAIN = "采集期间网站有变动：再采集一次", "the site changed during the crawl: run it again"
_LAYOUT = (
    "网站版式可能已改：打开一页，必要时修改提取规则",
    "the layout of the pages may have changed: open one, and correct the extraction rule if necessary",
)
_LIMIT = (
    "如目录确有这么多，提高来源文件中的上限",
    "if the catalog really has that many, raise the limit in the source file",
)
_ADDRESS = "打开该目录页，核对链接", "open that listing page and check its links"
_ASSERTION = (
    "先处理其他原因；没有其他原因，就打开网站核对；若设定有误，改来源文件",
    "mend the other reasons first; if there are none, compare with the site; if the assertion is wrong, change the "
    "source file",
)
_DROPPED = (
    "打开目录核对：若确已减少，把 assertions.max_drop 调高采集一次，再改回",
    "compare with the site; if the list is right, raise `assertions.max_drop` for one crawl",
)
_OTHER_CONTENT = (
    "打开该页：网站给的是别的内容，如登录页、目录、由脚本另取正文的空壳页；须登录才能看的不采集，其余要改提取规则",
    "open that page: the site sends something else, such as a login form, a list or a shell whose text a script "
    "fetches; what needs a login is not crawled, for all else the family needs a rule",
)
_REFETCH = "重新取得该文件后再导入", "get the file again, and import it"
_NOTHING = "已导入，无须处理", "nothing to do: they were imported"

ADVICE: dict[str, tuple[str, str]] = {
    Code.PAGES_UNFETCHED: _LOOK_AT_LOG,
    Code.PAGES_UNREAD: _LOOK_AT_LOG,
    Code.PAGES_DAMAGED: (
        "运行 gongkai fixity 看损坏清单，恢复字节后清除任务",
        "run `gongkai fixity` for a list of the damage, restore the bytes, then clear the task",
    ),
    Code.MOST_PAGES_FAILED: _OUTCOME,
    Code.PAGES_NOT_SENT: _OUTCOME,
    Code.MOST_PAGES_EXCLUDED: _OUTCOME,
    Code.MOST_FILES_FAILED: _OUTCOME,
    Code.MOST_PAGES_WAIT: _OTHER_CONTENT,
    Code.MOST_LINKS_DEAD: (
        "目录里多数链接无效：地址读错了，或网站已迁移",
        "most links of the catalog lead nowhere: their addresses are misread, or the site has moved",
    ),
    Code.RECORDS_MISSING: (
        "打开其中几页：网站把所有页面转到首页，或已迁移、关停；真正撤下的，离开目录后会自动标记",
        "open some of them: the site sends every page to its home page, has moved, or was closed; a withdrawn "
        "document becomes a tombstone once it is off the lists",
    ),
    Code.LISTING_NOT_WALKED: (
        "看任务 list_catalog 的日志，再清除它",
        "read the log of the task list_catalog, then clear the task",
    ),
    Code.LISTING_PAGES_LOST: (
        "打开该页：网站改版、拒绝访问或停机；恢复后再采集",
        "open that page: the site has changed, refused access, or was down; crawl again when it answers",
    ),
    Code.NOTHING_LISTED: (
        "打开目录：网站已改版，或对程序只给空目录",
        "open the catalog: the site has changed, or sends programs an empty list",
    ),
    Code.FEWER_DOCUMENTS: _PAGING,
    Code.FEWER_LISTING_PAGES: _PAGING,
    Code.TOTAL_NOT_REACHED: ("与网站核对一次总数", "compare the total with that on the site"),
    Code.LIST_MAY_GO_ON: (
        "打开该栏目：如已列全，在来源文件该栏目写 whole: true；如还有下一页，写 listing.next 或 listing.pages",
        "open the list: if these are all, write `whole: true` to its column; if it has further pages, write "
        "`listing.next` or `listing.pages`",
    ),
    Code.LIST_SHOWS_NEWEST: (
        "更早的文件可能从未列出：找该栏目的其余页、历年或归档，各写一个栏目；网站没有的，用 silences 说明",
        "documents before the first walk were never listed: look for further pages, other years or an archive, and "
        "write each as a column; if the site has none, silence the reason",
    ),
    Code.PAGING_NOT_UNDERSTOOD: (
        "用 gongkai sources preview 看该页，再在来源文件写下一页在哪里（listing.next、listing.pages）、脚本请求的接口，"
        "或为每个年份、部门、框架各写一个栏目",
        "look at the page with `gongkai sources preview`, then write to the source file how it goes on "
        "(`listing.next`, `listing.pages`), the service that its script requests, or a column for each year, agency "
        "or frame",
    ),
    Code.ROWS_NOT_UNDERSTOOD: (
        "用 gongkai sources preview 看条目，再在来源文件写 listing.rows，或把给出条目的接口写成栏目",
        "look at the rows with `gongkai sources preview`, then write `listing.rows`, or the service that has the rows "
        "as a column",
    ),
    Code.LIST_ENDS_EARLY: (
        "打开该页：网站的程序中途出错；恢复后再采集",
        "open that page: the site's program failed while writing it; crawl again when the page is whole",
    ),
    Code.LIST_WITHOUT_TITLES: (
        "记录已取网页上的标题；用 gongkai sources preview 看数据，再改平台程序中的名称（etl/platforms/families/）",
        "the records have the titles of their pages; look at the data with `gongkai sources preview`, then correct the "
        "names in the family's module (`etl/platforms/families/`)",
    ),
    Code.LIST_OF_A_SEARCH: (
        "按年份或主题把栏目拆成几个较小的，使检索服务能把每个都列全",
        "divide the column into smaller ones, by year or subject, that the search lists in full",
    ),
    Code.LIST_IN_CIRCLES: _PAGING,
    Code.LIST_PAGE_REPEATED: _PAGING,
    Code.LIST_PAGES_LEFT: _PAGING,
    Code.LIST_PAGES_SKIPPED: _PAGING,
    Code.LIST_PAGE_SHORT: _PAGING,
    Code.LIST_PAGES_OVERLAP: _PAGING,
    Code.LIST_ROWS_REPEATED: (
        "网站每次翻页对同日的条目重新排序：再完整采集几次，直到没有新条目",
        "the site sorts documents of the same day differently for each page: repeat full walks until they find "
        "nothing new",
    ),
    Code.LIST_ROWS_SKIPPED: _PAGING,
    Code.LIST_PAGE_OF_ANOTHER: _PAGING,
    Code.LISTING_DROPPED: _DROPPED,
    Code.LIST_DROPPED: _DROPPED,
    Code.FEWER_RECORDS: _ASSERTION,
    Code.NEWEST_TOO_OLD: (
        "打开网站：机关未再发布，或此目录已停用",
        "open the site: the agency has published nothing, or no longer maintains this list",
    ),
    Code.WALK_TOO_LONG: _LIMIT,
    Code.TOO_MANY_DOCUMENTS: _LIMIT,
    Code.INVALID_ENTRY: _ADDRESS,
    Code.MORE_INVALID_ENTRIES: _ADDRESS,
    Code.LIST_SHRANK: _AGAIN,
    Code.LIST_LOST_PAGES: _AGAIN,
    Code.FIELD_BELOW_EXPECTED: _LAYOUT,
    Code.FIELD_RAN_DRY: _LAYOUT,
    Code.DOCUMENTS_WITHOUT_TEXT: _LAYOUT,
    Code.DOCUMENTS_OFF_TITLE: (
        "打开该页；若确是公文，在待核中确认；若是提示，用 gongkai recheck 再取一次",
        "open the page: confirm a document in the review queue; for a notice, fetch it again with `gongkai recheck`",
    ),
    Code.DOCUMENTS_SHOW_LESS: (
        "打开该页：多为网站已撤下；此前版本仍有正文，在待核中确认",
        "open the page: the site mostly took it down; the version before has the text; confirm it in the review queue",
    ),
    Code.DOCUMENTS_MOVED: (
        "同文的记录按一件显示，无须合并；若只换了协议或主机，把 columns 改为新地址",
        "nothing to do: records with the same text are shown as one; if only scheme or host changed, correct `columns`",
    ),
    Code.WARC_FILE_DAMAGED: _REFETCH,
    Code.WARC_RECORDS_SKIPPED: ("缺什么见 docs/importing.md", "docs/importing.md lists what is left out"),
    Code.WARC_RECORDS_NOT_WHOLE: _REFETCH,
    Code.WARC_DIGESTS_UNCHECKED: _NOTHING,
    Code.RUN_CLOSED_BY_HAND: ("无须处理，或重新开始", "nothing to do, or start the same work again"),
}


_FAILING = "网站停机或出错：恢复后再采集", "the site was down or had errors: crawl again when it answers"
_REFUSED = (
    "网站拒绝访问：调大 pace.delay，或请公开机关放行",
    "the site refuses access: raise `pace.delay`, or ask the agency to admit the crawler",
)
_LEFT = (
    "目录已撤下或换了地址：在网站上找到它，改来源文件的 columns；若是后续页，用 gongkai sources preview 看翻页",
    "the list is gone from that address: find it on the site, and correct `columns` in the source file; of a further "
    "page, look at the paging with `gongkai sources preview`",
)
LOST_LISTS: dict[str, tuple[str, str]] = {
    Outcome.NETWORK_ERROR: _FAILING,
    Outcome.HTTP_ERROR: _FAILING,
    Outcome.GONE: _LEFT,
    Outcome.SOFT_404: _LEFT,
    Outcome.BLOCKED: _REFUSED,
    Outcome.ROBOTS: (
        "robots.txt 不许采集此目录：与公开机关联系；许可之前不再请求",
        "robots.txt forbids this list: contact the agency; nothing is requested until it is allowed",
    ),
    Outcome.OUT_OF_SCOPE: (
        "若目录已迁至该主机：把主机加进来源文件的 hosts，把 columns 改为新地址",
        "if the list moved to that host, add it to `hosts` in the source file, and correct `columns`",
    ),
    Outcome.NOT_A_LISTING: (
        "该地址返回的不是可读的目录：用 gongkai sources preview 看它现在是什么",
        "the answer cannot be read as a list: look at it with `gongkai sources preview`",
    ),
}
"""Where pages of lists were lost, by the outcome of the first one."""


_NOT_THERE = (
    "打开该页：多数页面已不在，即网站已迁移，或地址读错了",
    "open that page: the site has moved, or the addresses in its lists are misread",
)
PAGES: dict[str, tuple[str, str]] = {
    Outcome.NETWORK_ERROR: _FAILING,
    Outcome.HTTP_ERROR: _FAILING,
    Outcome.GONE: _NOT_THERE,
    Outcome.SOFT_404: _NOT_THERE,
    Outcome.BLOCKED: _REFUSED,
    Outcome.EMPTY: _OTHER_CONTENT,
    Outcome.NOT_A_DOCUMENT: _OTHER_CONTENT,
    Outcome.NOT_A_FILE: _OTHER_CONTENT,
    Outcome.TOO_LARGE: ("若文件确有这么大，提高 limits.bytes", "if they really are that large, raise `limits.bytes`"),
    Outcome.UNREADABLE: ("请报告：程序读不了已存的字节", "report it: bytes that are stored could not be read"),
    Outcome.ROBOTS: (
        "robots.txt 不许采集这些页：与公开机关联系；许可之前不再请求",
        "robots.txt forbids these pages: contact the agency; nothing is requested until it is allowed",
    ),
    Outcome.OUT_OF_SCOPE: (
        "若网站已迁至该主机，加进来源文件的 hosts；同一网页换了地址的，写 twins",
        "if the site moved to that host, add it to `hosts` in the source file; to `twins` if it shows the same pages",
    ),
}
"""Where most pages or files failed or were excluded, by the outcome that most of them have."""
_BY_OUTCOME = (Code.MOST_PAGES_FAILED, Code.PAGES_NOT_SENT, Code.MOST_PAGES_EXCLUDED, Code.MOST_FILES_FAILED)
_NO_ROBOTS = (
    "取不到 robots.txt：恢复后再采集；一直如此就告知公开机关",
    "the site fails to send its robots.txt: crawl again when it does; if this stays, tell the agency",
)
_CERTIFICATE = (
    "再次采集也无法解决：按原因改来源文件，或请网站更正",
    "crawling again does not help: change the source file as the reason says, or ask the site to mend it",
)
CAUSES: dict[str, tuple[str, str]] = {
    Code.TLS_NEEDS_EXCEPTION: _CERTIFICATE,
    Code.TLS_EXPIRED: _CERTIFICATE,
    Code.TLS_OTHER_NAME: _CERTIFICATE,
    Code.TLS_NOT_SPOKEN: _CERTIFICATE,
    Code.TLS_NATIONAL_ONLY: ("本程序无法采集此站", "this crawler cannot crawl the site"),
    Code.TLS_NOT_YET_VALID: ("核对本机时钟：gongkai doctor", "check this machine's clock: `gongkai doctor`"),
    Code.HOST_NOT_RESOLVED: (
        "若其他来源也如此，是本机的域名解析有故障；否则查网站是否换了域名，改来源文件",
        "if other sources have this too, name resolution of this machine fails; else see whether the site has another"
        " name now, and change the source file",
    ),
    Code.NO_WHOLE_ANSWER: (
        "网站停机或太慢：恢复后再采集；若一直慢，提高 limits.seconds",
        "the site was down or slow: crawl again when it answers; if it is always slow, raise `limits.seconds`",
    ),
    Code.TOO_MANY_REDIRECTS: (
        "用浏览器打开：打得开就提高 limits.redirects，打不开就告知公开机关",
        "open it in a web browser: if it opens there, raise `limits.redirects`, else tell the agency",
    ),
    Code.HOST_ASKED_TO_WAIT: (
        "网站要求暂停：到时再采集；若常如此，调大 pace.delay",
        "the site asked for a pause: crawl again after it; if this recurs, raise `pace.delay`",
    ),
    Code.SITE_CLOSED: (
        "网站已停用或迁移：查公文现在在哪个网站，改来源文件",
        "the site was closed or moved: see where its documents are now, and change the source file",
    ),
    Code.ROBOTS_STATUS: _NO_ROBOTS,
    Code.ROBOTS_UNREACHABLE: _NO_ROBOTS,
}
"""What is better known from the cause than from the outcome; of causes within each other, the first one here."""


def advice(reason: Reason) -> tuple[str, str]:
    """What to do about a reason, in Chinese and in English; empty texts for a text that is no reason of a run."""
    general = ADVICE.get(reason.code, ("", ""))
    if reason.code == Code.LISTING_PAGES_LOST:
        outcome, known = Reason.from_stored(reason.params.get("reason")).params.get("outcome"), LOST_LISTS
    elif reason.code in _BY_OUTCOME:
        outcome, known = reason.params.get("outcome"), PAGES
    else:
        return general
    within = set(_codes(reason.params.get("reason")))
    return next((CAUSES[code] for code in CAUSES if code in within), known.get(str(outcome), general))


def _codes(stored: object) -> Iterator[str]:
    """The codes of a reason and of those within it."""
    if isinstance(stored, Mapping):
        yield str(stored.get("code"))
        for value in stored.get("params", {}).values():
            yield from _codes(value)
