"""Documents, listings, stubs."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import COLUMN, URL, trap
from tests.support.pages import NAV, TITLE, page

ROW = "<li><a href='t2023050{0}_{1}.html'>关于第{1}批老旧电梯更新名单的公示</a><span>2023-05-0{0}</span></li>"


def rows(count: int, form: str = ROW) -> str:
    return "".join(form.format(i % 9 + 1, i) for i in range(count))


def listing(body: str) -> str:
    head = "<title>通知公告_云溪区人民政府</title>"
    return (
        f"<html><head>{head}</head><body><ul>{NAV}</ul><h2>通知公告</h2>{body}<p>主办单位：云溪区政府</p></body></html>"
    )


TABLE = "<tr><td><a href='t{0}_{1}.html'>关于第{1}批老旧电梯更新的通知</a></td><td>云政办发〔2023〕{1}号</td><td>2023-05-0{0}</td></tr>"
SUMMARY = "为保障居民乘梯安全，经区政府同意，现就做好老旧电梯更新工作通知如下，请各街道认真抓好落实。"
LISTS = {
    "rows": ("rows of a link and a date", f"<ul>{rows(15)}</ul>"),
    "few": ("five rows", f"<ul>{rows(5)}</ul>"),
    "short-dates": ("dates without a year", f"<ul>{rows(20, '<li><span>05-0{0}</span><a href=t{1}.html>关于第{1}批老旧电梯更新名单的公示</a></li>')}</ul>"),
    "table": ("a table with titles, numbers and dates", f"<table><tr><th>标题</th><th>文号</th><th>发布日期</th></tr>{rows(12, TABLE)}</table>"),
    "summaries": ("rows with a summary each", rows(10, "<div><h3><a href='t{0}_{1}.html'>关于第{1}批老旧电梯更新名单的公示</a></h3><p>" + SUMMARY + "</p><span>2023-05-0{0}</span></div>")),
    "few-summaries": ("six rows with short titles, a summary and a day each", rows(6, "<div><h4><a href='/jd/{1}.html'>关于第{1}批名单的公示</a></h4><p>" + SUMMARY + "<a href='/jd/{1}.html'>[详细]</a></p><span>2023-05-0{0}</span></div>")),
    "cards": ("titles, each above its number and date and a summary", rows(8, "<div><h4><a href='t{0}_{1}.html'>关于第{1}批老旧电梯更新名单的公示</a></h4><p>云政办发〔2023〕{1}号 发布日期：2023-05-0{0}</p><p>" + SUMMARY + "</p></div>")),
    "results": ("what a search gives: titles, summaries, source and date", rows(9, "<div><a href='t{0}_{1}.html'>关于老旧<em>电梯</em>更新的通知（{1}）</a><p>" + SUMMARY + "</p><p>来源：云溪区水务局 时间：2023-05-0{0}</p></div>")),
    "short-links": ("links of a few letters", "<ul>" + "".join(f"<li><a href='/bm/{i}/'>区水务局</a></li>" for i in range(20)) + "</ul>"),
    "three": ("three rows", f"<ul>{rows(3)}</ul>"),
    "data-store": ("rows in a script of data", "<script type='text/xml'><datastore><recordset><record><![CDATA[<li><a href='art_1_2.html'>关于老旧电梯更新的通知</a></li>]]></record></recordset></datastore></script>"),
    "labelled-cards": ("cards with labelled fields", rows(10, "<li><a href='t{0}_{1}.html'>关于第{1}批老旧电梯更新名单的公示</a><p>索引号：0000{1} 发布机构：云溪区政府 发布日期：2023-05-0{0}</p></li>")),
    "numbered-cards": ("cards with a 文号 each", rows(10, "<li><a href='t{0}_{1}.html'>关于第{1}批老旧电梯更新名单的公示</a><p>发文字号：云政办发〔2023〕{1}号</p></li>")),
}  # fmt: skip
for name, (what, body) in LISTS.items():
    trap(f"listing-{name}", what, "listings", listing(body), url=COLUMN, kind="listing")
for name, address in (
    ("node", "https://www.yunxi.gov.cn/node_12345.htm"),
    ("column", "https://www.yunxi.gov.cn/public/column/6596741"),
):
    trap(
        f"listing-number-{name}",
        f"rows at the address of a {name} with a long number",
        "listings",
        listing(f"<ul>{rows(15)}</ul>"),
        url=address,
        kind="listing",
    )

OF_TEN_LETTERS = "".join(
    rows(1, "<li><a href='/gk/{1}.html'>" + name + "</a><span>2023-05-0{0}</span></li>")
    for name in ("老旧电梯更新公示名单", "老旧电梯更新年度通知", "老旧电梯更新检查通报")
)
STUBS = {
    "empty": ("nothing at all", ""),
    "refresh": ("a meta refresh", "<html><head><meta http-equiv='refresh' content='0;url=/'></head><body></body></html>"),
    "redirect": ("a script that leads elsewhere", "<script>window.location.href='/index.html';</script>"),
    "waiting": ("a redirect with a word to the reader", "<script>location.href='/x'</script><body>页面跳转中，请稍候…</body>"),
    "shield": ("Virtual Container Shield", "<html><head><title>Virtual Container Shield</title></head><body><script>x()</script></body></html>"),
    "shell": ("a shell that scripts fill", "<html><body><div id='app'></div><script src='/app.js'></script></body></html>"),
    "removed": ("the document was removed", "<html><body>该信息不存在</body></html>"),
    "not-found": ("404 with a link home", "<html><body><h1>404</h1><p>您访问的页面不存在或已被删除</p><a href='/'>返回首页</a></body></html>"),
    "firewall": ("a firewall's refusal", "<html><body><h2>访问禁止</h2><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p></body></html>"),
    "blocked": ("a firewall's refusal with a number to quote", "<html><body><h2>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</h2><p>您的请求ID是：7b1234567890</p></body></html>"),
    "upkeep": ("the site is being maintained", "<html><body><p>网站正在维护升级，请稍后访问，给您带来的不便敬请谅解。</p></body></html>"),
    "missing-in-frame": ("an error inside the site's frame", page(title="页面不存在", body="<p>抱歉，您访问的页面不存在，请返回首页。</p>")),
    "taken-down": ("a notice below the headline and its date", page("<p>发布日期：2023-05-09</p>", body="<p>该信息已失效。</p>")),
    "moved": ("a notice that leads elsewhere", page("<p>发布日期：2023-05-09</p>", body="<p>抱歉，您访问的文件已移至新平台，请到新平台查看。</p>")),
    "not-found-in-english": ("an error in English inside the site's frame", page(title="信息公开栏", headline="<h1>信息公开栏</h1><div>发布时间： 来源： 浏览次数：</div>", body="<p>Sorry, the page you requested was not found.</p>")),
    "site-moved": ("a site that moved, inside its frame", page(title="信息公开栏", headline="<h1>信息公开栏</h1><div>发布时间： 来源： 浏览次数：</div>", body="<p>本网站已迁移至 http://www.example.gov.cn</p>")),
    "tomcat": ("the error page of Tomcat, with its trace", f"<html><head><title>Apache Tomcat/7.0.1 - Error report</title></head><body><h1>HTTP Status 500 - </h1><p>type Exception report</p><pre>{'at com.yunxi.web.Servlet.doGet(Servlet.java:8), called by a filter. ' * 9}</pre></body></html>"),
    "iis": ("the error page of IIS, with its advice", f"<html><head><title>The page cannot be found</title></head><body><h1>The page cannot be found</h1>{'<p>Make sure that the address is spelled correctly, and formatted.</p>' * 5}</body></html>"),
    "asp-net": ("the error page of ASP.NET", "<html><body><h1>“/”应用程序中的服务器错误。</h1><h2>无法找到资源。</h2><p>说明: HTTP 404。您正在查找的资源(或者它的一个依赖项)可能已被移除，或其名称已更改，或暂时不可用。请检查以下 URL 并确保其拼写正确。</p></body></html>"),
    "apache": ("the error page of Apache", "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1><p>The requested URL /gk/1.html was not found on this server.</p><address>Apache/2.4.6 Server at www.yunxi.gov.cn Port 80</address></body></html>"),
    "think": ("the error page of ThinkPHP", "<html><head><title>系统发生错误</title></head><body><h1>无法加载控制器:Article</h1><h3>错误位置</h3><p>FILE: /www/Think/App.class.php LINE: 101</p><p>ThinkPHP { Fast &amp; Simple OOP PHP Framework }, 请联系网站管理员处理</p></body></html>"),
    "upkeep-at-night": ("the site is being maintained at night, under a heading", "<html><body><h1>系统维护中</h1><p>尊敬的用户：为提供更优质、更稳定的服务，本网站将于2023年6月8日22时至6月9日6时进行系统升级维护，期间暂停访问，敬请谅解。</p></body></html>"),
    "missing-beside-list": ("a line that nothing is there, beside the newest of others", f"<html><head><title>云溪区水务局</title></head><body><ul>{NAV}</ul><h3>最新信息</h3><ul>{OF_TEN_LETTERS}</ul><div><p>文章不存在！</p></div><p>主办：云溪区人民政府办公室　联系电话：010-00000000</p></body></html>"),
    "login": ("a form to log in", "<html><body><form>用户名：<input> 密码：<input type=password><button>登录</button></form></body></html>"),
}  # fmt: skip
for name, (what, html) in STUBS.items():
    trap(f"stub-{name}", what, "answers that are no documents", html, kind="stub")
trap(
    "stub-home-page",
    "the home page at a document's address",
    "answers that are no documents",
    f"<html><body><ul>{NAV}</ul><ul>{rows(20)}</ul></body></html>",
    url=URL,
    kind="stub",
)

trap(
    "document-about-upkeep",
    "a notice that the site will be maintained is a document",
    "listings",
    page(
        title="关于网站升级维护的公告",
        headline="<h1>关于网站升级维护的公告</h1><div>发布日期：2023-05-09</div>",
        body="<p>本网站将于5月10日升级维护，届时暂停访问。</p>",
    ),
    text="本网站将于5月10日升级维护，届时暂停访问。",
)
trap(
    "document-about-errors",
    "a notice about errors of sites is a document",
    "answers that are no documents",
    page(
        title="关于网站错误链接整改情况的通报",
        headline="<h1>关于网站错误链接整改情况的通报</h1><div>发布日期：2023-05-09</div>",
        body="<p>HTTP Status 404等错误链接有三处，打开后提示页面不存在。</p><p>文章不存在</p><p>请于五月底前完成整改。</p>",
    ),
    text="HTTP Status 404等错误链接有三处，打开后提示页面不存在。\n文章不存在\n请于五月底前完成整改。",
)
MENU = "".join(f"<li><a href='/{i}'>云溪区住房和城乡建设局第{i}号直属单位栏目</a></li>" for i in range(60))
trap("document-long-menu", "a document beside a long menu", "listings", page(above=f"<ul>{MENU}</ul>"))
trap(
    "document-beside-list",
    "a short document beside a list of others",
    "listings",
    page(
        headline=f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>",
        body="<p>经研究，同意更新。</p>",
        below=f"<ul>{rows(15)}</ul>",
    ),
)
trap(
    "document-one-sentence",
    "a headline and one sentence, without a date",
    "listings",
    page(body="<p>经研究，现同意云溪区第三中学更新教学楼电梯两台，特此批复，请遵照执行办理。</p>"),
    text="经研究，现同意云溪区第三中学更新教学楼电梯两台，特此批复，请遵照执行办理。",
)
for name, words in (
    ("an-act", "该文件已废止，自发布之日起不再执行。"),
    ("an-answer", "您好，经查，该信息不存在，特此答复。"),
    ("beside-more", "该栏目已关闭，现将十月份更新的电梯名单公布于此，共计三十二台。"),
):
    trap(
        f"document-{name}",
        "a short text with words of notices",
        "answers that are no documents",
        page("<p>发布日期：2023-05-09</p>", body=f"<p>{words}</p>"),
        text=words,
    )
trap(
    "document-files-and-date",
    "no text but an attachment and a date without a label, at an address without a number",
    "listings",
    page(body="<p><a href='./P1.pdf'>更新计划.pdf</a></p><p>2023年5月8日</p>"),
    url="https://www.yunxi.gov.cn/gk/dtgx.html",
    files=("P1.pdf",),
)
trap(
    "stub-words-without-content",
    "words of the site alone: no text, no fields, no links",
    "answers that are no documents",
    f"<html><body>{''.join(f'<div>云溪区服务窗口{i}</div>' for i in range(12))}</body></html>",
    url=COLUMN,
    kind="stub",
)
UNDATED = {
    "table": ("a table", f"<table>{''.join(f'<tr><td>{i}</td><td>第{i}号电梯</td><td>录入</td></tr>' for i in range(20))}</table>", "document"),
    "law": ("articles between links to laws", "".join(f"<p>第{i}条 依照<a href='/law/{i}.html'>《某某法》</a>、<a href='/law/x{i}.html'>《某某条例》</a>办理。</p>" for i in range(1, 30)), "document"),
    "file": ("one file", "<p><a href='./P1.pdf'>决算公开.pdf</a></p>", "document"),
    "frame": ("a file in a frame", "<iframe src='./P1.pdf'></iframe>", "document"),
    "nothing": ("nothing", "<div id='map'></div>", "stub"),
    "links": ("links to the pages of others", f"<ul>{''.join(f'<li><a href=/ys/{i}/>云溪区第{i}局2023年部门预算公开</a></li>' for i in range(30))}</ul>", "stub"),
}  # fmt: skip
for name, (what, body, kind) in UNDATED.items():
    trap(
        f"undated-{name}",
        f"no date, and below the headline {what}",
        "documents without prose",
        page(body=body),
        kind=kind,
        files=("P1.pdf",) if name in ("file", "frame") else (),
    )
for name, what, above in (
    ("with-day-of-change", "the day of the column's last change below its name", "<p>更新时间：2023-05-09</p>"),
    (
        "below-search-form",
        "a form that asks for 标题 and 发布日期",
        "<form><p>标题</p><input><p>发布日期</p><input></form>",
    ),
):
    body = f"{above}<ul>{rows(8)}</ul>"
    trap(f"listing-{name}", what, "listings", listing(body), url=COLUMN, kind="listing", absent=("written_date",))
trap(
    "listing-two-rows-below-search-form",
    "two rows below a form that asks for 标题 and 发布日期",
    "listings",
    listing(f"<div><form><p>标题</p><input><p>发布日期</p><input></form><ul>{rows(2)}</ul></div>")
    .replace("<h2>通知公告</h2>", "<div>当前位置：<a href='/'>首页</a> &gt; <a href='/1/'>通知公告</a></div>")
    .replace("通知公告_云溪区人民政府", "云溪区水务局"),
    url=COLUMN,
    kind="listing",
    absent=("published_date",),
)
LEFT_BEHIND = {
    "jsp": ("an expression of JSP", "${article.content}"),
    "vue": ("expressions of Vue", "{{ item.title }} {{ item.content }}"),
    "asp": ("a tag of ASP", "&lt;%=rs(&quot;content&quot;)%&gt;"),
    "cms": ("a tag of a template", "{dede:field.body/}"),
    "undefined": ("a value that a script lacks", "undefined"),
    "waits": ("words that it is to come", "内容正在加载中，请稍候……"),
    "database": ("words that its server fails", "数据库连接超时，请联系管理员。"),
    "login": ("words that it wants a login", "请登录后查看全文"),
    "java": ("a report of Java", "java.lang.NullPointerException at com.yunxi.Show.doGet(Show.java:31) at java.lang.Thread.run"),
    "php": ("a report of PHP", "<b>Warning</b>: mysqli_query() expects parameter 1 to be mysqli in <b>/www/show.php</b> on line <b>31</b>"),
    "mysql": ("a report of MySQL", "MySQL server has gone away"),
    "dotnet": ("a report of .NET", "System.Data.SqlClient.SqlException: Timeout expired."),
}  # fmt: skip
for name, (what, words) in LEFT_BEHIND.items():
    for frame, above, kind in (
        ("number", "<p>文号：云政办〔2023〕12号 发布日期：2023-05-09</p>", "document"),
        ("date", "", "stub"),
    ):
        trap(
            f"left-behind-{name}-below-{frame}",
            f"in place of the text {what}, below a header with a {frame}",
            "answers that are no documents",
            page(above, body=f"<p>{words}</p>"),
            text="",
            kind=kind,
        )
for name, words in (
    ("failure", "系统故障抢修期间暂停服务，请各单位错峰办理，给您带来不便，敬请谅解。"),
    ("login", "请登录市政务服务网查看全文，并按要求填报。"),
):
    trap(
        f"text-of-{name}",
        "a short text with such words",
        "answers that are no documents",
        page("<p>发布日期：2023-05-09</p>", body=f"<p>{words}</p>"),
        text=words,
    )
PRICES = "".join(
    f"<tr><td>{name}</td><td>元/500克</td><td>{price}</td></tr>"
    for name, price in (
        ("品种", "价格"),
        ("猪肉", "18.50"),
        ("鸡蛋", "5.60"),
        ("白菜", "1.80"),
        ("精制面粉", "2.60"),
        ("一级大米", "2.90"),
    )
)
MENU = f"<ul>{NAV}</ul>"
SITE = "<p>主办单位：云溪区政府</p><p>云ICP备00000001号</p>"
for name, url, kind in (("data", URL, "document"), ("column", COLUMN, "stub")):
    trap(
        f"undated-table-{name}",
        "a table without headline and date below the menu" + ("" if kind == "document" else ": the counterexample"),
        "price bureaus",
        f"<title>2023年5月主要农副产品价格监测表</title>{MENU}<div><table>{PRICES}</table></div>{SITE}",
        url=url,
        kind=kind,
        text="品种 | 元/500克 | 价格\n猪肉 | 元/500克 | 18.50\n鸡蛋 | 元/500克 | 5.60\n白菜 | 元/500克 | 1.80\n精制面粉 | 元/500克 | 2.60\n一级大米 | 元/500克 | 2.90"
        if name == "data"
        else None,
    )
