"""Short pages with status 200 that refuse the document; a document that quotes their words is none."""

import pytest

from etl.fetch.refusals import find_refusal, says_more
from etl.outcomes import Outcome
from etl.reasons import Reason

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
FRAME = (
    "<html><head><title>云溪区人民政府</title></head>"
    "<body><a href='/'>首页</a><a href='/ysqgk/'>依申请公开</a>{}<p>主办：云溪区人民政府办公室</p></body></html>"
)


def outcome(html: str) -> Outcome | None:
    refusal = find_refusal(html.encode(), URL, "text/html; charset=utf-8", 200)
    return refusal and refusal[0]


def quoted(html: str) -> str:
    """The words of the page that the reason of its refusal quotes."""
    refusal = find_refusal(html.encode(), URL, "text/html; charset=utf-8", 200)
    assert refusal
    return str(Reason.from_stored(refusal[1]).params["words"])


@pytest.mark.parametrize("frame", ["{}", FRAME])
@pytest.mark.parametrize(
    "words",
    [
        "抱歉，您访问的页面不存在",
        "该信息已被删除或正在审核",
        "您查看的文章不存在",
        "对不起，此链接已失效",
        "此内容已下线",
    ],
)
def test_a_page_that_says_that_the_document_is_gone(frame: str, words: str) -> None:
    assert outcome(frame.format(f"<h2>{words}</h2>")) is Outcome.SOFT_404


def test_a_page_that_says_so_by_its_script_alone() -> None:
    assert outcome("<script>alert('您查看的信息不存在！');history.back()</script>") is Outcome.SOFT_404
    # A page with words of its own has its say; a script may hold the sentence for another case.
    script = "<script>if (!id) alert('您查看的信息不存在！')</script>"
    assert outcome(f"{script}<h1>关于更新电梯的通知</h1><p>各街道办事处：请于五月底前报送计划。</p>") is None


@pytest.mark.parametrize(
    "words",
    [
        "您的请求存在异常，访问已被拦截",
        "您的请求带有不合法参数，已被网站管理员设置拦截",
        "当前访问疑似黑客攻击",
        "请完成以下安全验证",
        "本网站仅限中国境内访问",
        "您的访问过于频繁",
        "您的访问请求可能造成安全威胁，请求已被网防系统阻断",
        "您的IP地址已被列入黑名单",
        "操作太频繁，请稍后再试",
        "请按住滑块，拖动到最右边",
        "The requested URL was rejected. Please consult with your administrator.",
        "抱歉，根据网站管理员的访问策略，您被禁止访问。",
        "您的操作可能损害网站，已被云安全中心拦截",
        "本次请求带有恶意内容，已被应用服务器拒绝",
        "您访问的内容含有非法字符，已被安全设备阻止",
        "您当前的访问行为存在异常，请过一会儿再来",
        "此次访问触发了应用防火墙的防护策略",
        "正在确认您是不是机器人",
        "该栏目仅限政务外网访问",
        "您的地址不在允许访问的范围内",
        "该网站未按规定完成备案，暂时无法访问",
        "域名无法进行访问，请先完成备案",
        "您的请求频率过高，请放慢速度",
        "该IP已被系统屏蔽",
        "游客每分钟最多访问三十页",
        "不在白名单之内，拒绝访问",
    ],
)
@pytest.mark.parametrize("frame", ["{}", FRAME])
def test_a_page_of_a_firewall(frame: str, words: str) -> None:
    html = frame.format(f"<h3>提示</h3><div>{words}</div><p>编号：0509</p>")
    assert outcome(html) is Outcome.BLOCKED
    assert quoted(html) == words.replace(" ", "")


@pytest.mark.parametrize(
    "script",
    [
        "<script src='/_guard/auto.js'></script>",
        "<script>var arg1='0123456789ABCDEF0123456789ABCDEF01234567';</script>",
        "<meta id='k' content='x' r='m'><script r='m' src='/p/k.js'></script>",
        "<script src='/renji_01234567_89abcdef.js'></script>",
        "<iframe src='/_Incapsula_Resource?n=1'></iframe>",
        "<script src='/TSPD/0a?type=7'></script><noscript>Your support ID is: 7.</noscript>",
        "<script>document.cookie='EO-Bot-Js-Token='+t;</script>",
    ],
)
def test_a_page_with_nothing_but_the_script_of_a_firewall(script: str) -> None:
    assert outcome(f"<html><head>{script}</head><body></body></html>") is Outcome.BLOCKED


@pytest.mark.parametrize(
    "head",
    [
        "Access Denied",
        "Attention Required! | Shield",
        "Sorry, you have been blocked",
        "Request denied by the Shield of this site",
        "One moment, please...",
        "Human Verification",
    ],
)
def test_a_firewall_may_explain_itself_at_length(head: str) -> None:
    more = "<p>The action that you just performed triggered the rules of this site's owner.</p>" * 9
    assert outcome(f"<html><head><title>{head}</title></head><body><h1>{head}</h1>{more}</body></html>") is (
        Outcome.BLOCKED
    )
    assert outcome(f"<html><body><h1>Notes on {head} pages</h1>{more}</body></html>") is None


TRACE = (
    "<pre>"
    + "\n".join(f"at cn.example.cms.Action{number}.show(Action.java:{number})" for number in range(60))
    + "</pre>"
)


@pytest.mark.parametrize("more", ["", TRACE], ids=["short", "with its stack"])
@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("HTTP Status {} – Oops", None),
        ("HTTP状态 {} - 出错", None),
        ("Error {}--Oops", None),
        ("运行时错误</title><h1>“/”应用程序中的服务器错误。</h1><title>", Outcome.HTTP_ERROR),
        ("Struts Problem Report", Outcome.HTTP_ERROR),
        ("{} - Internal Server Error", None),
        ("{} Backend fetch failed", None),
        ("CODE7: HTTP Status {}", None),
        ("ERROR: The requested URL could not be retrieved", Outcome.HTTP_ERROR),
        ("出错</title><h1>HTTP 状态 {} - 请求未完成</h1><title>", None),
        ("Server - Error report</title><h1>HTTP Status {} - /a.html</h1><title>", None),
    ],
)
@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_reports_of_servers_are_no_documents(title: str, found: Outcome | None, more: str, status: int) -> None:
    body = f"<body><p>说明：请求未能完成，请检查。</p>{more}</body>"
    missing = status in (404, 410) and "{}" in title
    assert outcome(f"<html><head><title>{title.format(status)}</title></head>{body}</html>") is (
        Outcome.SOFT_404 if missing else found or Outcome.HTTP_ERROR
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("“/”应用程序中的服务器错误。", "未能加载程序集“Yunxi”，系统找不到指定的文件。", Outcome.HTTP_ERROR),
        ("“/”应用程序中的服务器错误。", "无法找到资源。", Outcome.SOFT_404),
        ("Apache Tomcat/7.0.9 - Error report", "HTTP Status 500 - File /WEB-INF/a.jsp not found", Outcome.HTTP_ERROR),
        ("HTTP状态 500 - 出错", "数据表不存在", Outcome.HTTP_ERROR),
        ("HTTP Status 404 - /gk/art_500_71.html", "Error report", Outcome.SOFT_404),
    ],
)
def test_a_server_that_misses_a_file_of_its_own_fails(first: str, second: str, expected: Outcome) -> None:
    assert outcome(f"<html><head><title>{first}</title></head><body><h1>{second}</h1></body></html>") is expected


@pytest.mark.parametrize(
    "body",
    [
        "<br /><b>Fatal error</b>:  Uncaught Error in /www/index.php on line <b>3</b>",
        "<font>Microsoft OLE DB Provider</font> <font>错误 '80004005'</font><p>SQL Server 不存在或访问被拒绝</p>",
        "java.sql.SQLException: no connection\n\tat cn.example.Db.open(Db.java:3)<br>",
    ],
)
def test_what_a_program_reports_in_place_of_a_page(body: str) -> None:
    assert outcome(body) is Outcome.HTTP_ERROR


@pytest.mark.parametrize(
    "words",
    [
        "系统繁忙，请稍后再试",
        "数据库连接失败",
        "网站正在升级改造，暂时无法访问",
        "恭喜，站点创建成功！",
        "站点已关闭",
        "没有找到站点",
    ],
)
@pytest.mark.parametrize("frame", ["{}", FRAME])
def test_a_page_that_says_that_its_server_fails_or_rests(frame: str, words: str) -> None:
    assert outcome(frame.format(f"<h1>{words}</h1>")) is Outcome.HTTP_ERROR


@pytest.mark.parametrize(
    "body", ["附件不存在或已被删除", '{"code":404,"msg":"文件不存在"}', "<br>文件已被删除", "File not found."]
)
def test_a_line_without_markup_says_so_too(body: str) -> None:
    for charset in ("utf-8", "gb18030"):
        refusal = find_refusal(body.encode(charset), URL, "text/plain", 200)
        assert refusal
        assert refusal[0] is Outcome.SOFT_404


@pytest.mark.parametrize(
    "text",
    [
        "经检索，您申请获取的信息不存在。",
        "政府信息不存在告知书",
        "云公开〔2023〕5号 经检索，你要求公开的信息不存在。",
        "金额：404.00元",
        "本期共受理404件。",
    ],
)
def test_what_only_a_document_says_is_no_error_page(text: str) -> None:
    assert outcome(FRAME.format(f"<h1>关于答复的函</h1><p>{text}</p>")) is None


def test_numbers_in_data_are_no_statuses() -> None:
    assert find_refusal(b'{"id": 404, "total": 404}', URL, "application/json", 200) is None


@pytest.mark.parametrize(
    "text",
    [
        "申报单位通过验证后，请于五月底前完成安全验证报告。",
        "原文件已被废止，新办法自公布之日起施行。",
        "对恶意攻击网站的行为依法处理。",
    ],
)
def test_a_short_document_is_none(text: str) -> None:
    assert outcome(FRAME.format(f"<h1>关于更新电梯的通知</h1><p>{text}</p>")) is None


@pytest.mark.parametrize(
    "text",
    [
        "该信息已被删除。如有疑问请联系网站管理员。",
        "系统繁忙，请稍后再试",
        "抱歉，您的访问已被拦截！",
        "网站正在升级，暂停访问，敬请谅解。",
    ],
)
def test_a_text_that_says_no_more_than_that_it_is_not_here(text: str) -> None:
    assert not says_more(text)


@pytest.mark.parametrize(
    "text",
    [
        "经查实，两户商铺已歇业，登记信息已删除。",
        "机房故障致服务器内部错误，停用两小时，现予通报。",
        "个别单位的网站存在链接失效，已责成五日内改正。",
        "请于五月底前报送。",
    ],
)
def test_a_text_about_such_things_says_more(text: str) -> None:
    assert says_more(text)


LIST = FRAME.format("<ul><li><a href='1.html'>关于{}的公告</a> 2023-05-09</li></ul>{}")


@pytest.mark.parametrize("title", ["更新电梯", "市政府门户网站暂停访问"])
@pytest.mark.parametrize(
    "beside",
    [
        "",
        "<p>备案号：云ICP备0509号</p>",
        "<p>备案号：云ICP备0509号 如无法正常访问，可致电</p>",
        "<p>请使用新版浏览器 <a href='/oa/'>内网入口</a></p>",
        "<p>数据仅供参考 <a href='/oa/'>内网办公</a></p>",
        "<p>每人每天最多查询三次</p>",
        "<script src='/TSPD/0a?type=7'></script>",
        "<script src='/_Incapsula_Resource?n=1'></script>",
        "<script>a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script>",
        "<meta id='k' content='x' r='m'><script r='m' src='/p/k.js'></script>",
    ],
)
def test_a_short_list_with_an_ordinary_foot_or_a_watched_page_is_none(title: str, beside: str) -> None:
    menu = "<p>" + "".join(f"<a href='/{name}/'>{name}</a> " for name in ("领导之窗", "机构职能", "公开指南")) + "</p>"
    assert outcome(LIST.format(title, menu + beside)) is None
