"""Short pages with status 200 that refuse the document; a document that quotes their words is none."""

import pytest

from etl.fetch.refusals import find_refusal
from etl.outcomes import Outcome

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
FRAME = (
    "<html><head><title>云溪区人民政府</title></head>"
    "<body><a href='/'>首页</a><a href='/ysqgk/'>依申请公开</a>{}<p>主办：云溪区人民政府办公室</p></body></html>"
)


def outcome(html: str) -> Outcome | None:
    refusal = find_refusal(html.encode(), URL, "text/html; charset=utf-8", 200)
    return refusal and refusal[0]


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
    ],
)
@pytest.mark.parametrize("frame", ["{}", FRAME])
def test_a_page_of_a_firewall(frame: str, words: str) -> None:
    assert outcome(frame.format(f"<div>{words}</div>")) is Outcome.BLOCKED


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
    ],
)
@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_reports_of_servers_are_no_documents(title: str, found: Outcome | None, more: str, status: int) -> None:
    body = f"<body><p>说明：请求未能完成，请检查。</p>{more}</body>"
    assert outcome(f"<html><head><title>{title.format(status)}</title></head>{body}</html>") is (
        found or (Outcome.SOFT_404 if status in (404, 410) else Outcome.HTTP_ERROR)
    )


@pytest.mark.parametrize(
    "words",
    ["系统繁忙，请稍后再试", "数据库连接失败", "网站正在升级改造，暂时无法访问", "恭喜，站点创建成功！", "站点已关闭"],
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
