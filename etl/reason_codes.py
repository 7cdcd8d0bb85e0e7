"""Every reason that the archive gives, once: its Chinese and its English sentence. Its code is its name in lower case.

Codes and the names of their parameters are stored for good: a sentence may be reworded; a code never changes its
meaning and is never taken out. To add one: a member here, and `python -m tests.support.reason_table --write`.
"""

import re

from etl.named_codes import NamedCode

PARAMETER = re.compile(r"\{(\w+)\}")


class Code(NamedCode):
    """A reason without its parameters, which stand in braces in both sentences.

    A parameter is text, a number, another reason or a list of reasons. Those named in `etl.reasons.NAMES` hold an
    identifier, which the Chinese sentence gives by its name. `error` and `words` are texts of others.
    """

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the parameters."""
        return frozenset(PARAMETER.findall(self.english))

    # Texts that are no reason in its stored form: written before there were codes, or by a person.
    TEXT = "{text}", "{text}"

    # Captures: what the site answered.
    HTTP_STATUS = "HTTP 状态码 {status}", "status {status}"
    HTTP_STATUS_PAGE = "HTTP 状态码 {status}，{page}", "status {status}, {page}"
    FIREWALL_PAGE = "返回的是防火墙页面", "a firewall's page instead of the document"
    FIREWALL_SAYS = "返回的是防火墙页面：“{words}”", "a firewall's page instead of the document: '{words}'"
    PAGE_SAYS_MISSING = "HTTP 状态码 {status}，但页面写着“{words}”", "status {status}, but the page says '{words}'"
    PAGE_SAYS_FAILURE = (
        "HTTP 状态码 {status}，但页面称服务出错或停用：“{words}”",
        "status {status}, but the page says that its server failed or is out of service: '{words}'",
    )
    DOCUMENT_ALL_THE_SAME = (
        "本应判为“{verdict}”，但页面就是目录所列的公文",
        "would be rejected ({verdict}), but it is the document that the list names",
    )
    EMPTY_BODY = "HTTP 状态码 {status}，内容为空", "status {status} with an empty body"
    BODY_NO_TEXT = (
        "返回的 {bytes} 字节既不是文字，也不是能读的文件",
        "{bytes} bytes that are neither text nor a readable file",
    )
    REDIRECTED_HOME = "被转到首页 {url}", "redirected to {url}"
    HTML_FOR_FILE = "附件地址返回 {bytes} 字节的网页", "{bytes} bytes of HTML where a file was linked"
    PROGRAM_FOR_FILE = (
        "附件地址返回的是程序的报错（{bytes} 字节）",
        "a program's error report of {bytes} bytes where a file was linked",
    )
    GOOD_FILE_HELD = (
        "已存有该地址完好的附件，此次返回的 {bytes} 字节（{media_type}）已损坏、不完整，或只是图片、提示",
        "{bytes} bytes of {media_type} that are broken, cut off, a picture or a notice, at the address of a good file",
    )
    REDIRECTED_TO_ITSELF = "带上 Cookie 后仍被转回同一地址", "redirected to itself, even with its cookie"
    PAGE_LED_ON = "{url} 没有内容，只跳转到此页（{means}）", "{url} has no content and leads here by {means}"
    LED_TO = "转到 {url} 之后：{reason}", "after a redirect to {url}: {reason}"
    TOO_MANY_REDIRECTS = "转址超过 {limit} 次", "more than {limit} redirects"
    REDIRECT_NO_ADDRESS = "被转到的不是有效地址：{address}", "redirect to an invalid address: {address}"
    NO_WHOLE_ANSWER = "{seconds} 秒内未收完响应", "no complete response within {seconds} s"
    HOST_NOT_RESOLVED = ("域名 {host} 无法解析（{error}）", "{host} does not resolve ({error})")
    NOT_A_SOURCE_HOST = "{url} 不在来源文件所列主机上", "{url} is on none of the source's hosts"
    PRIVATE_ADDRESS = (
        "{host} 解析为 {addresses}，不是公网地址",
        "{host} resolves to {addresses}, which is not a public address",
    )
    UNIX_SOCKET = "不抓取 Unix 套接字", "unix sockets are not crawled"
    HOST_ASKED_TO_WAIT = (
        "{host} 要求再等 {seconds} 秒（`gongkai hosts` 可查看和解除）",
        "{host} asked to wait another {seconds} s (`gongkai hosts` shows and lifts this)",
    )
    HOST_KEEPS_FAILING = (
        "{host} 连续失败，{seconds} 秒内不再访问（`gongkai hosts` 可查看和解除）",
        "{host} kept failing and gets no requests for another {seconds} s (`gongkai hosts` shows and lifts this)",
    )
    UNREQUESTED_ENCODING = "响应使用了未请求的内容编码“{encoding}”", "content encoding '{encoding}' was not requested"
    BROKEN_BODY = "{encoding} 压缩的响应已损坏：{error}", "{encoding} body is broken: {error}"
    BODY_CUT_OFF = "{encoding} 压缩的响应不完整", "{encoding} body ends in the middle"
    PAGE_CUT_OFF = "网页在中途断开", "the page ends in the middle"
    BODY_OVER_LIMIT = "超过 {limit} 字节", "more than {limit} bytes"
    TLS_NEEDS_EXCEPTION = (
        "与 {host} 的 TLS 握手失败（{error}）；网站若过旧，可在来源文件写 `{key}` 并用 `tls.reason` 说明原因",
        "TLS with {host} failed ({error}); for an old site `{key}` and `tls.reason` in the source file may allow it",
    )
    TLS_EXPIRED = (
        "{host} 的证书已过期，只能由该网站更换（{error}）",
        "the certificate of {host} has expired, and only the site can renew it ({error})",
    )
    TLS_NOT_YET_VALID = (
        "{host} 的证书尚未生效：请核对本机时钟（{error}）",
        "the certificate of {host} is not valid yet: check the clock of this machine ({error})",
    )
    TLS_OTHER_NAME = (
        "{host} 的证书属于别的主机：网站若也在那里，请在来源文件中改用那个主机名（{error}）",
        "the certificate of {host} names other hosts: name one in the source file if the site is there ({error})",
    )
    TLS_NOT_SPOKEN = (
        "{host} 在此端口不使用 TLS：请在来源文件中把地址写成 http（{error}）",
        "{host} does not use TLS on this port: write its addresses with http in the source file ({error})",
    )
    TLS_NATIONAL_ONLY = (
        "{host} 只支持国密 {protocol}，本程序无法访问",
        "{host} supports only China's national TLS, {protocol}, which this crawler does not have",
    )
    CONNECTION_FAILED = "连接失败：{error}", "{error}"
    ROBOTS_UNREACHABLE = (
        "取不到 {host} 的 robots.txt（{error}），因此不抓取该站",
        "robots.txt of {host} could not be fetched ({error}), so the host is not crawled",
    )
    ROBOTS_STATUS = (
        "取不到 {host} 的 robots.txt（HTTP 状态码 {status}），因此不抓取该站",
        "robots.txt of {host} could not be fetched (status {status}), so the host is not crawled",
    )
    ROBOTS_DISALLOWS = "{host} 的 robots.txt 禁止抓取此地址", "robots.txt of {host} disallows it"
    ARTICLE_PAGE_FAILED = "文章第 {page} 页 {url}：{reason}", "page {page} of the article, {url}: {reason}"
    AS_BEFORE = "与上次的字节和结论相同", "same bytes and result as before"
    NOT_A_LISTING = "不是目录页：{error}", "{error}"
    NOT_A_LISTING_BEGINS = "不是目录页：{error}；返回内容的开头：{begins}", "{error}: {begins}"

    # Why an answer is not the page of a list that was requested (`NotAListing`).
    LIST_SIGNS_MISSING = "没有目录页的任何标志：{signs}", "none of the signs of a list: {signs}"
    LEADS_ON = "该网页没有内容，只跳转到 {url}", "the page has no content and only leads to {url}"
    UNKNOWN_FORM = (
        "本程序尚不认识的 {family} 页面：{error}",
        "a page of {family} in a form that this program does not know: {error}",
    )
    ADDRESS_NOT_OF_FORM = "地址的形式不是 {form}", "the address does not have the form {form}"
    PAGE_LACKS = "网页中没有 {names}", "the page lacks {names}"
    CALL_WITHOUT_CHANNEL = (
        "脚本调用 {call}，但网页没有给出栏目编号",
        "its script calls {call}, but the page does not give the number of the channel",
    )
    NO_NUMBER_TO_GO_ON = (
        "第 {page} 页，共 {pages} 页，但没有请求下一页所需的 {name}",
        "page {page} of {pages}, but the {name} that the request for the next page needs is missing",
    )
    ROWS_NOT_NAMED = (
        "既不是站点地图也不是订阅源，来源文件又没有写 listing.rows",
        "neither a sitemap nor a feed, and the source file names no listing.rows",
    )
    NO_ROWS = "没有符合 {rows} 的行", "no rows at {rows}"
    ROWS_WITHOUT_LINK = "符合 {rows} 的 {count} 行都没有链接", "{count} rows at {rows}, and none with a link"
    EMPTY_PAGE_OF_LIST = "第 {page} 页没有列出公文，而目录共有 {pages} 页", "no documents on page {page} of {pages}"
    EMPTY_BEFORE_TOTAL = (
        "第 {page} 页是空的，而 {total} 件公文只列出了 {seen} 件",
        "page {page} is empty, and only {seen} of {total} documents were listed",
    )
    PAGE_NOT_JSON = "应为 JSON，返回的是网页：{begins}", "an HTML page instead of JSON: {begins}"
    NOT_JSON = "应为 JSON，返回的是其他内容：{begins}", "something else instead of JSON: {begins}"
    BROKEN_XML = "XML 有错误：{error}", "broken XML: {error}"
    SERVICE_ANSWERS = "服务返回：{message}", "the service answers: {message}"
    DATA_LACKS = "返回的数据中没有 {names}", "data without {names}"
    DATA_WITHOUT_LIST = "返回的数据中没有公文列表：{begins}", "data without a list of documents: {begins}"
    DATA_ENCODED = (
        "数据经过加密或编码，只有网站自己的脚本能读出；请改用列出同样公文的网页或订阅源",
        "its data is encrypted or encoded, and only the site's own script reads it: name a page or a feed of the site "
        "that lists the same documents",
    )
    ROWS_ARE_HTML = (
        "数据中的各行是 HTML，请在 listing.rows 中写明是哪些元素",
        "the data holds the rows as HTML: name their elements in listing.rows",
    )
    SCRIPTS_ASK_SERVICES = (
        "{reason}；网页的脚本请求 {services}，可以把其中的服务直接写为栏目",
        "{reason}; its scripts request {services}: a service may be named as the column itself",
    )
    SEVERAL_LISTS = "返回的数据中有几个公文列表：{names}", "the answer has several lists of documents: {names}"
    ROWS_WITHOUT_ADDRESS = (
        "{path} 各行中没有一个值是地址：{names}；如果地址由这些值组成，请在 listing.address 中写明",
        "no value in the rows of {path} is an address: {names}; if an address is made of these values, write its "
        "form in listing.address",
    )
    ROWS_WITHOUT_TITLE = (
        "{path} 各行中没有一个值是地址或标题",
        "no value of the rows of {path} is an address or a title",
    )
    UNITS_WITHOUT_LIST = (
        "网页有 {units} 个栏目单元，从名称（tagId）看都不是目录：{names}",
        "the page has {units} units, and by its tagId none of them is a list: {names}",
    )
    OF_ANOTHER_CHANNEL = (
        "channelCode {channel} 返回的各行都不属于 {url}；请把服务地址写入 columns，channelCode 用目录页脚本所发的值",
        "the service returned no document of {url} for channelCode {channel}; write the address of the service in "
        "`columns`, with the channelCode that the script of the list sends",
    )
    LINES_NOT_SENT = (
        "返回 {bytes} 字节，没有第 {start} 行起的内容；网站可能要求 columnid 和 unitid 加密",
        "an answer of {bytes} bytes without the lines from number {start}: the site may require an encrypted "
        "columnid and unitid",
    )

    # Pages of a run that were not fetched, or were read as something else.
    LISTED_OFF_HOSTS = "目录中列出，但不在来源文件所列的主机上", "listed, but on none of the source's hosts"
    LISTED_IS_A_LIST = "目录中列出，但此地址本身是目录页", "listed, but itself a list page"
    NOT_DUE_AGAIN = (
        "上次抓取时不是公文页面，隔一天、两天、四天……再试",
        "was no document when it was last fetched, and is tried again after a day, two, four …",
    )
    NOT_DUE = "已抓取过，尚未到复查时间", "fetched before and not due for a recheck"
    DEAD_LINK = (
        "自 {since} 起在 {days} 个不同日期返回 404 或 410，{day} 起再试",
        "404 or 410 on {days} different days since {since}; tried again from {day} on",
    )
    OVER_LOOK_LIMIT = "样式与图片超出 {limit} 个", "beyond {limit} style sheets and pictures"
    OVER_RUN_LIMIT = "超出本次上限 {limit} 页", "beyond the run's limit of {limit}"
    FILES_OVER_LIMIT = "超出一件公文 {limit} 个附件的上限", "beyond the limit of {limit} files of one document"
    LISTED_FILE = "目录直接列出的文件", "a listed file"
    NO_DOCUMENT = "判定为{page_kind}：{reason}", "{page_kind}: {reason}"
    NO_DOCUMENT_SAYS = "判定为{page_kind}：{reason}；页面写着“{words}”", "{page_kind}: {reason}; it says '{words}'"

    ONE_PAGE_OF_SEVERAL = (
        "多件公文的地址都返回这一页，标题与目录所列均不符",
        "the addresses of several documents return this page, and its title is that of none of them",
    )

    NOT_AS_LISTED = (
        "页面简短，没有目录所列的标题，也没有文号、索引号、日期或附件",
        "a short page with neither the title that the list states nor a number, a date or a file",
    )
    SITE_CLOSED = (
        "页面没有目录所列的标题，内容是网站停用、迁移或并入他站的公告",
        "the page has not the title that the list states, and says that its site was closed, moved or merged",
    )
    DOCUMENT_CUT_OFF = (
        "网页在中途断开，其余须登录，或后页显示的是别的内容，正文只有已存公文的一部分",
        "the page stops before its end, needs a login for the rest, or a further page shows something else: it has "
        "only a part of the recorded text",
    )
    TEXT_GONE = (
        "text_gone",
        "已存公文有正文或附件，页面现在没有正文和附件，只是图片或打不开的文件，或只说须登录、不存在、出错、被拦截",
        "the recorded document has a text or files; the page has neither, or is a picture, a notice or a broken file",
    )
    LESS_FOR_LONG = (
        "less_for_long",
        "自 {day} 起网站在此只显示少于已存公文的内容，不再视为一时故障，已记为新版本",
        "since {day} the site has shown nothing but less than the recorded document: no passing fault, but a version",
    )
    NOT_AS_RECORDED = (
        "页面没有目录所列的标题，其标题、文号和索引号也与已存公文不同",
        "the page has not the title that the list states, and neither title nor number of the recorded document",
    )
    PAGE_OF_ANOTHER = (
        "页面没有目录所列的标题，正文与 {url} 的公文相同",
        "the page has not the title that the list states, and its text is that of the document at {url}",
    )

    # Why extraction takes a page for a document, a listing or a stub.
    FILE_BYTES = "是文件，不是网页", "a file, not a web page"
    ERROR_NOTICE = "页面是错误提示，不是公文", "an error message instead of a document"
    ROWS_IN_DATA = "列表的数据写在脚本里", "the rows are data in a script"
    CHALLENGE_SCRIPT = "页面是跳转或验证脚本，不是公文", "redirect or challenge script instead of a document"
    LITTLE_VISIBLE_TEXT = "可见文字只有 {visible_chars} 个字符", "{visible_chars} characters of visible text"
    HEADER_NUMBER = "著录表中有索引号或文号", "index number or document number in the header"
    ROWS_AT_DOCUMENT_ADDRESS = (
        "地址像公文，内容却是 {rows} 行链接",
        "{rows} rows of links at the address of a document",
    )
    ROWS_OF_LINKS = "{rows} 行链接", "{rows} rows of links"
    PROSE_AND_DATE = "有正文和日期", "prose with a date"
    TITLE_AND_DATE = "有标题和日期", "title and date"
    FILES_AND_DATE = "有附件和日期", "attached files and a date"
    PROSE = "有正文", "prose"
    TITLE_AND_SENTENCE = "有标题和一句正文", "title and a sentence"
    TITLE_AND_CONTENT = "有标题和表格、名单或附件", "title and a table, a list or files"
    TITLE_AND_PICTURES = "有标题和图片", "title and pictures"
    ROWS_AT_LIST_ADDRESS = (
        "栏目地址上有 {dated_rows} 行带日期的链接",
        "{dated_rows} rows of links at the address of a list",
    )
    ROWS_AND_LINKS = "{rows} 行链接，共 {menu_links} 个链接", "{rows} rows of links, {menu_links} links"
    TEXT_LEFT_OUT = (
        "正文处只有“{words}”：正文由脚本另取，或未能取得",
        'in place of the text the page only says "{words}": a script fetches the text, or it could not be had',
    )
    NOTHING_TO_READ = "内容太少，不足以认作公文，也不是列表", "too little content for a document, and not a list"

    # Changes of a record that no version explains.
    GONE_ON_DAYS = "在 {days} 个不同日期返回 404 或 410", "404 or 410 on {days} different days"
    OFF_COMPLETE_LISTING = (
        "{day} 的完整目录中已无此页，其地址的抓取结果为“{outcome}”：{reason}",
        "not in the complete listing of {day}, and the outcome of its page is {outcome}: {reason}",
    )
    ANSWERS_AGAIN = "页面恢复访问", "its page is available again"
    FILE_READ_AGAIN = (
        "附件 {file}：原为“{file_outcome_before}”，现为“{file_outcome}”",
        "file {file}: {file_outcome}, was {file_outcome_before}",
    )

    # Problems and warnings of a run.
    PAGES_UNREAD = (
        "{pages} 个已抓取的页面未读取：请在 Airflow 中清除失败的任务",
        "{pages} fetched pages were never read: clear the failed tasks",
    )
    PAGES_DAMAGED = (
        "{pages} 个已抓取的页面因存档字节损坏无法读取（`gongkai fixity`），第一个是 {first}",
        "{pages} fetched pages could not be read: stored bytes are damaged (`gongkai fixity`), the first is {first}",
    )
    PAGES_UNFETCHED = (
        "目录列出 {listed} 页，其中 {pages} 页未抓取：请在 Airflow 中清除失败的任务",
        "{pages} of {listed} listed pages were never fetched: clear the failed tasks",
    )
    MOST_PAGES_FAILED = (
        "抓取的 {fetched} 页中有 {failed} 页失败，最多的是“{outcome}”，如 {url}（{reason}）",
        "{failed} of {fetched} fetched pages failed, most as {outcome}, such as {url} ({reason})",
    )
    PAGES_NOT_SENT = (
        "抓取的 {fetched} 页中有 {failed} 页网站没有给出，最多的是“{outcome}”，如 {url}（{reason}）",
        "the site did not send {failed} of {fetched} pages, most as {outcome}, such as {url} ({reason})",
    )
    MOST_PAGES_EXCLUDED = (
        "列出的 {listed} 页中有 {excluded} 页不得抓取，最多的是“{outcome}”，如 {url}（{reason}）",
        "{excluded} of {listed} listed pages must not be fetched, most as {outcome}, such as {url} ({reason})",
    )
    MOST_PAGES_WAIT = (
        "列出的 {listed} 页中有 {pages} 页此前抓到的不是公文，如 {url}（{reason}）；过些日子再试",
        "{pages} of {listed} listed pages were no documents when last fetched, such as {url} ({reason}); they are "
        "tried again later",
    )
    MOST_LINKS_DEAD = (
        "目录中有 {dead} 个链接一再不存在，多于 {records} 条记录",
        "{dead} listed links are repeatedly missing, more than the {records} records",
    )
    RECORDS_MISSING = (
        "{records} 条记录中有 {missing} 条的页面不止一次不存在，又没有撤下的证据",
        "the pages of {missing} of {records} records were missing more than once, with no evidence of a withdrawal",
    )
    MOST_FILES_FAILED = (
        "{files} 个附件中有 {failed} 个失败，最多的是“{outcome}”，如 {url}（{reason}）",
        "{failed} of {files} attachments failed, most as {outcome}, such as {url} ({reason})",
    )
    LISTING_NOT_WALKED = (
        "目录没有遍历完：请在 Airflow 中清除任务 list_catalog",
        "the listing was never walked to its end: clear task list_catalog",
    )
    LISTING_PAGES_LOST = (
        "{pages} 个目录页未取得，第一个是 {url}（{reason}）",
        "listing pages that could not be read: {pages}, the first {url} ({reason})",
    )
    ENDED = "{outcome}", "{outcome}"
    ENDED_AS = "{outcome}：{reason}", "{outcome}: {reason}"
    NOTHING_LISTED = "目录没有列出任何公文", "nothing was listed"
    FEWER_DOCUMENTS = (
        "栏目“{list}”显示共 {reported} 件，只找到 {found} 件",
        "list '{list}' reports {reported} documents but only {found} were found",
    )
    TOTAL_NOT_REACHED = (
        "栏目“{list}”显示共 {reported} 件，到第 {found} 件后网站不再给出条目；这类网站的总数偏高",
        "list '{list}' reports {reported} documents but ends after {found}: totals of its platform are too high",
    )
    LIST_MAY_GO_ON = (
        "栏目“{list}”只有一页，共 {found} 件，不能确定是否已列全：像是已满的一页，或其前后有迹象表明还有更多",
        "list '{list}' has one page with {found} documents, and these may not be all: it may be a full page, or "
        "something beside its rows may lead to more",
    )
    LIST_SHOWS_NEWEST = (
        "list_shows_newest",
        "栏目“{list}”只列最新的文件：{day} 所列文件中最早的 {gone} 件已不在任何栏目，其间新列 {new} 件",
        "list '{list}' shows only its newest documents: of those of {day} the oldest {gone} are in no list any more, "
        "and {new} newer ones are",
    )
    FEWER_LISTING_PAGES = (
        "栏目“{list}”显示共 {reported} 页，只遍历了 {found} 页",
        "list '{list}' reports {reported} pages but only {found} were walked",
    )
    LISTING_DROPPED = (
        "列出 {listed} 件，{day} 曾列出 {before} 件：降幅超过 assertions.max_drop",
        "{listed} documents listed, {before} on {day}: a drop beyond assertions.max_drop",
    )
    LIST_DROPPED = (
        "栏目“{list}”列出 {listed} 件，{day} 曾列出 {before} 件，其中 {missing} 件本次在任何栏目都未列出",
        "list '{list}' has {listed} documents and had {before} on {day}; {missing} of those are in no list of this run",
    )
    FEWER_RECORDS = (
        "只有 {records} 条记录，少于设定的 {minimum} 条",
        "{records} records, fewer than the asserted {minimum}",
    )
    NEWEST_TOO_OLD = (
        "最新公文的日期是 {day}，距今超过设定的 {days} 天",
        "the newest document is dated {day}, older than the asserted {days} days",
    )
    WALK_TOO_LONG = (
        "遍历 {pages} 个目录页后停止：目录没有尽头，或 limits.listing_pages 过小",
        "the walk was stopped after {pages} listing pages: the catalog has no end, or limits.listing_pages is too "
        "small",
    )
    TOO_MANY_DOCUMENTS = (
        "列出 {documents} 件后停止：limits.pages 过小",
        "the walk was stopped after {documents} documents: limits.pages is too small",
    )
    INVALID_ENTRY = "{url} 的一个条目地址无效：{error}", "an entry of {url} has an invalid address: {error}"
    MORE_INVALID_ENTRIES = (
        "{url} 还有 {entries} 个条目地址无效",
        "{entries} more entries of {url} have no valid address",
    )
    LIST_SHRANK = (
        "采集期间栏目“{list}”显示的件数由 {before} 减为 {reported}",
        "list '{list}' shrank from {before} to {reported} documents while it was walked",
    )
    LIST_LOST_PAGES = (
        "采集期间栏目“{list}”显示的页数由 {before} 减为 {reported}",
        "list '{list}' shrank from {before} to {reported} pages while it was walked",
    )
    LIST_IN_CIRCLES = (
        "栏目“{list}”循环翻页：到 {url} 为止连续 {pages} 页没有新条目",
        "list '{list}' leads in circles: {pages} pages in a row up to {url} list nothing new",
    )
    LIST_PAGE_REPEATED = (
        "栏目“{list}”的 {url} 重复显示前面某页的条目，本应显示的条目未知",
        "{url} of list '{list}' repeats the entries of an earlier page: its own entries are unknown",
    )
    LIST_PAGES_LEFT = (
        "栏目“{list}”链接的 {pages} 页未采集，例如 {url}：翻页在此之前中断",
        "list '{list}' links {pages} pages that were not fetched, such as {url}: paging stopped before them",
    )
    LIST_PAGE_SHORT = (
        "栏目“{list}”的 {url} 只有 {entries} 条，其他页有 {usual} 条",
        "{url} of list '{list}' has {entries} entries, and other pages have {usual}",
    )
    LIST_PAGES_OVERLAP = (
        "栏目“{list}”的 {url} 开头 {entries} 条是前面某页已列出的，其间的条目未知",
        "{url} of list '{list}' begins with {entries} entries of an earlier page: others may be missing between them",
    )
    LIST_ROWS_REPEATED = (
        "栏目“{list}”有 {entries} 条在两页上重复列出（如 {url}），可能有同样多的条目任何一页都未列出",
        "{entries} entries of list '{list}' are on two pages, such as {url}: as many others may be on none",
    )
    LIST_ROWS_SKIPPED = (
        "栏目“{list}”到 {url} 为止，序号从 {before} 跳到 {after}，其间的条目未知",
        "the row numbers of list '{list}' jump from {before} to {after} at {url}: the rows between are unknown",
    )
    LIST_PAGES_SKIPPED = (
        "栏目“{list}”从 {before} 跳到 {url}，其间 {pages} 页未采集",
        "list '{list}' jumps from {before} to {url}: {pages} pages between them were not fetched",
    )
    LIST_PAGE_OF_ANOTHER = (
        "栏目“{list}”的 {url} 是另一栏目（“{words}”）的页面，本应显示的条目未知",
        "{url} of list '{list}' is a page of another list ('{words}'): its own entries are unknown",
    )
    LIST_OF_A_SEARCH = (
        "栏目“{list}”恰好列出 {documents} 件，检索服务最多只显示这么多，其后的条目未知",
        "list '{list}' has exactly {documents} documents, the most that a search shows: there may be more",
    )
    PAGING_NOT_UNDERSTOOD = (
        "{url} 显示还有后续页（“{words}”），但读不出下一页的地址",
        "{url} shows that its list continues ('{words}'), but the address of the next page is not understood",
    )
    LIST_ENDS_EARLY = "{url} 在中途断开，其后的条目未知", "{url} stops before its end: later entries are unknown"
    ROWS_NOT_UNDERSTOOD = (
        "{url} 上有 {links} 个同一形式的公文链接，只读出 {entries} 条",
        "{url} has {links} document links of one form, but only {entries} of them were read as entries",
    )
    LIST_WITHOUT_TITLES = (
        "{url} 的 {rows} 条都没有标题：网站更改了数据字段的名称",
        "none of the {rows} entries of {url} has a title: the site has renamed its values",
    )
    FIELD_RAN_DRY = (
        "以往 {before}% 的记录有“{field}”，本次只有 {now}%",
        "{field} used to be in {before}% of the records, but is in only {now}% of this run's",
    )
    DOCUMENTS_MOVED = (
        "新收 {created} 件中有 {moved} 件与已收公文正文相同，例如 {url} 与 {earlier}：网站换了地址",
        "{moved} of {created} new records have the texts of earlier ones, such as {url} and {earlier}: the site moved",
    )
    DOCUMENTS_WITHOUT_TEXT = (
        "{documents} 份文件没有正文、附件和图片，例如 {url}",
        "{documents} documents have neither text nor files nor pictures, such as {url}",
    )
    DOCUMENTS_OFF_TITLE = (
        "{documents} 份文件正文很短且没有标题中的词，可能是网站的提示，例如 {url}",
        "{documents} documents have a short text without a word of their title, maybe a notice, such as {url}",
    )
    DOCUMENTS_SHOW_LESS = (
        "{documents} 份文件三十天来网页不再显示原有正文或附件，已记为新版本，例如 {url}",
        "{documents} documents whose pages have shown less for thirty days have a version that says so, such as {url}",
    )
    FIELD_BELOW_EXPECTED = (
        "最近 {records} 条记录中只有 {share}% 有“{field}”，expects 要求 {expected}%",
        "{field} is in {share}% of the latest {records} records, but expects requires {expected}%",
    )
    WARC_RECORDS_SKIPPED = (
        "{records} 条 WARC 记录未导入，前几条：{first}",
        "{records} WARC records were left out, the first: {first}",
    )
    WARC_RECORDS_NOT_WHOLE = (
        "{records} 条 WARC 记录不完整，只保存字节，前几条：{first}",
        "{records} WARC records are incomplete, so only their bytes are stored, the first: {first}",
    )
    WARC_DIGESTS_UNCHECKED = (
        "{records} 条 WARC 记录的摘要无法核对，前几条：{first}",
        "{records} WARC records state a digest that cannot be checked, the first: {first}",
    )
    WARC_FILE_DAMAGED = (
        "WARC 文件有 {places} 处损坏，其余已导入，前几处：{first}",
        "the WARC file is damaged in {places} places, and the rest was imported; the first: {first}",
    )
    RUN_CLOSED_BY_HAND = "运行中断，由 {who} 结束", "the run died, and {who} closed it"

    # WARC files: where something stands, and why it is left out or no document.
    WARC_PLACE = "{file} 第 {offset} 字节：{reason}", "{file}, byte {offset}: {reason}"
    WARC_RECORD = "{file} 第 {offset} 字节 {url}：{reason}", "{file}, byte {offset}, {url}: {reason}"
    WARC_NO_RECORD = "此处没有 WARC 记录", "no WARC record begins here"
    WARC_BAD_HEAD = "记录头读不出：{error}", "the head of the record cannot be read: {error}"
    WARC_BAD_LENGTH = "记录的长度是“{words}”", "the length of the record is '{words}'"
    WARC_SHORT = "应有 {stated} 字节，只有 {received} 字节", "the record has {received} of {stated} bytes"
    WARC_NOT_FOLLOWED = "其后不是另一条记录", "no other record follows this one"
    WARC_GZIP_BROKEN = "gzip 数据已损坏：{error}", "gzip data are broken: {error}"
    WARC_GZIP_CUT = "gzip 数据不完整", "gzip data end in the middle"
    WARC_TOO_DAMAGED = "损坏过多，此后未读", "too much is damaged; nothing was read from here on"
    WARC_BAD_PACKAGE = "WACZ 中的文件已损坏：{error}", "this file of the WACZ is damaged: {error}"
    WARC_IN_DOUBT = "位于一条损坏的记录之内", "within the claimed length of a damaged record"
    WARC_TRUNCATED = "记录注明不完整（{words}）", "the record says that it was truncated ({words})"
    WARC_SEGMENTS_MISSING = "记录的其余段不在其后", "the other segments of the record do not follow it"
    BODY_SHORT = "应有 {stated} 字节，只有 {received} 字节", "{received} of {stated} bytes were received"
    NO_STATUS_LINE = "不是 HTTP 响应：{error}", "not an HTTP response: {error}"
    DIGEST_DIFFERS = "与所载摘要 {digest} 不符", "the bytes do not have the stated digest {digest}"
    WARC_NO_DATE = "“{words}”不是 1990 年以来的日期", "'{words}' is not a date from 1990 until now"
    WARC_NO_ADDRESS = "“{words}”不是网页地址", "'{words}' is not a web address"
    WARC_LONG_ADDRESS = "地址超过 {limit} 个字符", "its address has more than {limit} characters"
    WARC_UNKNOWN_TYPE = "记录类型“{words}”未知", "record type '{words}' is unknown"
    WARC_OTHER_METHOD = (
        "回答的是 {words} 请求，不是该地址的网页",
        "it answers a {words} request, so it is not the page at its address",
    )
    WARC_NO_ORIGINAL = "所指的字节不在其前", "the bytes to which it refers do not precede it"
    WARC_UNKNOWN_DIGEST = "摘要“{words}”的算法未知", "the algorithm of digest '{words}' is unknown"

    # Stored bytes: what was found of them, and what cannot be read without them.
    NO_OBJECT = "对象存储中没有这份字节", "no object of this name"
    OBJECT_UNREADABLE = "读不出：{error}", "cannot be read: {error}"
    OTHER_BYTES = (
        "读出 {bytes} 字节，散列为 {sha256}；存入时为 {stored_bytes} 字节",
        "{bytes} bytes that hash to {sha256}, instead of {stored_bytes} bytes",
    )
    WRONG_HASH = "读出 {bytes} 字节，散列为 {sha256}", "{bytes} bytes that hash to {sha256}"
    LOG_DAMAGED = "日志读不出：{error}", "the log cannot be read: {error}"
    LOG_CHANGED = (
        "日志的散列为 {sha256}；写入时为 {stored_sha256}",
        "a log that hashes to {sha256}, instead of {stored_sha256}",
    )
    LOG_NOT_WRITTEN = (
        "不是本档案写入的日志，却排在其中",
        "a log that this archive did not write, among those that it did",
    )
    WHOLE_AGAIN = "曾为“{damage}”，现已完好", "was {damage}, is intact again"
    FETCHED_AGAIN = "曾为“{damage}”，已重新抓取", "was {damage}, was fetched again"
    DAMAGED_BYTES = (
        "{item}：存档字节 {sha256} 已损坏（{damage}）：{detail}",
        "{item}: blob {sha256} is damaged ({damage}): {detail}",
    )
    FILE_ITEM = "附件 {url}", "file {url}"
    SCAN_ITEM = "扫描件 {sha256}", "scan {sha256}"
    RECORD_OF = "{url} 的记录", "record of {url}"
    VERSION_BEFORE = "{url} 的上一版本", "the previous version of {url}"

    # Files: why there is no text, or not all of it.
    FILE_OVER_BYTES = "{bytes} 字节，上限 {limit}", "{bytes} bytes, the limit is {limit}"
    FILE_OVER_PAGES = "{pages} 页，上限 {limit}", "{pages} pages, the limit is {limit}"
    SCAN_OVER_PAGES = "{pages} 页扫描图像，上限 {limit}", "{pages} scanned pages, the limit is {limit}"
    TEXT_OVER_LIMIT = "{characters} 字，上限 {limit}", "{characters} characters, the limit is {limit}"
    MORE_CHARACTERS = "超过 {limit} 字", "more than {limit} characters"
    MORE_MEMBERS = "包内文件超过 {limit} 个", "more than {limit} members"
    MEMBERS_OVER_LIMIT = "包内 {members} 个文件，上限 {limit}", "{members} members, the limit is {limit}"
    UNPACKS_TO_MORE = "解开后超过 {limit} 字节", "unpacks to more than {limit} bytes"
    UNPACKED_OVER_LIMIT = "解开后 {bytes} 字节，上限 {limit}", "unpacks to {bytes} bytes, the limit is {limit}"
    RATIO_OVER_LIMIT = "解开后为原大小的 {ratio} 倍", "unpacks to {ratio} times its size"
    NESTED_ARCHIVES = "压缩包嵌套超过 {depth} 层", "archives nested more than {depth} deep"
    NESTED_TOO_DEEP = "结构嵌套过深", "nested too deeply"
    PICTURE_TOO_LARGE = "图像 {width} × {height} 像素", "{width} × {height} pixels"
    PASSWORD = "打开需要密码", "opening it requires a password"
    PARTS_ENCRYPTED = "文件各部分已加密", "the document's parts are encrypted"
    NO_BYTES = "{bytes} 字节，没有内容", "{bytes} bytes without content"
    NOT_WHOLE = "不是完整的 {format} 文件：{error}", "not a whole {format} file: {error}"
    PICTURE_NOT_WHOLE = "图像不完整：{error}", "not a whole picture: {error}"
    PARSER_FAILED = "解析出错：{error}", "{error}"
    PART_MISSING = "缺少 {part}", "{part} is missing"
    PART_DAMAGED = (
        "{part} 的 XML 有错误，其中的文字可能不全",
        "the XML of {part} is faulty, so some of its text may be missing",
    )
    PART_NOT_XML = "其中一部分不是 XML", "a part of it is not XML"
    XML_ENTITIES = "XML 声明了实体，不予展开", "its XML declares entities, which are not expanded"
    XFA_FORM = "XFA 动态表单，只有 Adobe 的程序能显示", "a dynamic XFA form, which only Acrobat shows"
    BEFORE_WORD_97 = "早于 Word 97 的格式", "older than Word 97"
    TABLES_DAMAGED = "文件内部表已损坏：{error}", "the document's tables are damaged: {error}"
    TEXT_CUT_OFF = "文字不完整", "the text is cut off"
    ARCHIVE_CUT = "压缩包没有结尾，不完整", "the archive has no end: it is cut"
    ARCHIVE_CUT_OR_OLD = (
        "压缩包没有结尾，不完整，或为 RAR 3 以前的格式",
        "the archive has no end: it is cut, or packed before RAR 3",
    )
    RAR_DAMAGED = (
        "压缩包不完整或已损坏：UnRAR 返回 {exit_code}",
        "the archive is cut or damaged: UnRAR says {exit_code}",
    )
    METHOD_UNSUPPORTED = "压缩方法不支持：{error}", "compression method not supported: {error}"
    NO_PAGES = "文件没有页面", "the document has no pages"
    NO_READER = "没有读取 {media_type} 的程序", "no reader for {media_type}"
    NOT_A_SCAN = "{media_type} 不是扫描件", "{media_type} is not a scan"
    WEB_PAGE_FOR_FILE = "附件地址返回的是网页", "a web page where a file was linked"
    STRUCK_LEFT_OUT = "划去的文字未收入", "struck words are left out"
    NOTHING_WRITTEN = "其中没有文字", "it contains no text"
    NOTHING_IN_PICTURES = "图像中没有识别出文字", "no text was recognised in the pictures"
    A_PICTURE = "是一幅图像", "a picture"
    PAGES_ARE_PICTURES = "各页都是图像", "its pages are pictures"
    SOME_PAGES_ARE_PICTURES = "{pages} 页中有 {pictures} 页是图像", "{pictures} of {pages} pages are pictures"
    STOPPED_AFTER = "读到第 {members} 个包内文件后停止：{reason}", "stopped after {members} members: {reason}"
    MEMBERS = "{outcomes}", "{outcomes}"
    MEMBERS_ENDED = "{file_outcome} {count} 个", "{count} {file_outcome}"
    FILES_INSIDE = "内嵌文件：{outcomes}", "files inside: {outcomes}"
    NO_MEMBERS = "压缩包内没有文件", "no members"
    SCAN_PAGES_LOST = "{pages}", "{pages}"
    SCAN_PAGE_LOST = "第 {page} 页：{reason}", "page {page}: {reason}"
    PROCESS_DIED = "读取进程中断（{error}）", "the reading process died ({error})"
    PROCESS_ANSWER = "读取进程没有给出有效结果：{error}", "the reading process returned no valid result: {error}"
    OUT_OF_MEMORY = "内存不足", "out of memory"
    READING_TOO_SLOW = "{seconds} 秒内没有读完", "not read within {seconds} s"
