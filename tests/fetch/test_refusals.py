"""Short pages with status 200 that refuse the document; a document that quotes their words is none."""

import pytest

from etl.fetch.refusals import find_refusal
from etl.outcomes import Outcome

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
FRAME = (
    "<html><head><title>云溪区人民政府</title></head>"
    "<body><a href='/'>首页</a>{}<p>主办：云溪区人民政府办公室</p></body></html>"
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
    ],
)
def test_a_page_of_a_firewall(words: str) -> None:
    assert outcome(f"<html><body><div>{words}</div></body></html>") is Outcome.BLOCKED


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
