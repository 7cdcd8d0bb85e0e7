"""Pages that say in place of a document that it is missing, or that their reader must be verified or may not read it;
and documents that speak of the same."""

# ruff: noqa: E501 — tables of sentences.

import pytest

from etl.extract import extract
from etl.reasons import Reason
from tests.support.pages import page

URL = "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html"
TITLE = "云溪区节约用水管理办法"
DATED = f"<h1>{TITLE}</h1><div>发布时间：2023-05-09　来源：云溪日报</div>"
MISSING = (
    "<h2>抱歉，您访问的页面不存在或已被删除！</h2><p>您可以：</p><p>1. 检查输入的网址是否正确</p><p>2. <a href='/'>返回首页</a></p>",
    "<h3>页面走丢了</h3><p>您访问的页面可能因网站改版已经下线，请通过站内搜索查找相关内容，给您带来的不便敬请谅解。</p>",
    "<p>您要查看的网页可能已被删除、名称已被更改，或者暂时不可用。</p><p>请确认网址的拼写正确。</p>",
    "<h2>系统提示</h2><p>很抱歉，没有找到您要访问的内容，请稍后再试或联系网站管理员。</p>",
)
VERIFIES = (
    "<h2>访问验证</h2><p>系统检测到您的网络存在异常访问行为，为保障网站安全，请拖动滑块完成拼图验证。</p><p>如多次验证未通过，请联系网站管理员。</p>",
    "<h3>人机验证</h3><p>请完成以下操作，验证您不是机器人，以便继续访问本网站的内容。</p><p>看不清？点击图片更换</p>",
    "<p>为了您的账号安全，请输入验证码以继续浏览当前网页。</p><p>如有疑问，请拨打网站管理员电话，感谢您的配合。</p>",
    "<p>检测到当前浏览器环境存在风险，本次访问已被记录，请更换浏览器或者关闭代理软件后重新访问，谢谢合作。</p>",
)
ENDED = (
    "本文已迁移至新栏目，请点击：<a href='/a/1.html'>云溪区节约用水管理办法</a>",
    "该信息正在审核中，暂时无法查看。",
    "该公示已过公示期，内容不再展示。",
    "您所查看的信息已被发布者撤回。",
    "您要找的文章换了地方，请返回首页。",
)
UNSEEN = (
    "您没有权限查看该内容，请<a href='/login'>登录</a>后查看。",
    "对不起，您无权浏览此信息！",
    "该内容仅限内部用户浏览，请先登录。",
    "需要登录后才能查看全文，<a href='/login'>立即登录</a>",
    "此信息需输入密码访问：",
    "您还没有登录，请登录后查看全文。",
    "本内容仅对注册用户开放，<a href='/login'>登录</a>或<a href='/reg'>注册</a>后可继续阅读。",
    "对不起，您尚未登录，无法查看该信息！",
    "此文档需要授权才能查看，请联系管理员。",
    "会话已过期，请重新登录。",
    "温馨提示：该内容登录后可见。",
    "您所在的用户组无法浏览此内容。",
    "由于您的网络环境存在风险，本次访问已被拦截。",
    "您的访问过于频繁，请稍后再试。",
    "内容加载失败，点击重试",
    "未将对象引用设置到对象的实例。",
)
DOCUMENTS = (
    "因机房设备检修，区政府网站将于5月10日22时至次日6时暂停访问，给您带来的不便敬请谅解。",
    "各单位：自6月1日起，登录办公平台需输入短信验证码完成验证后方可访问，请核对用户手机号码。",
    "因许可有效期届满未延续，现依法注销三户食品经营许可证，原许可信息已删除。",
    "区水务局自5月8日起迁至河滨路3号办公，原办公地点停止使用，联系电话不变。",
    "第一季度无行政检查事项。",
    "登录办公平台后可查看历史消息。",
    "本系统仅对注册企业开放，企业注册后可申报。",
    "申请人须先登录系统完成实名认证。",
    "未登录用户不能提交留言。",
    "会员单位请登录协会网站下载证书。",
    "单位会员须进行注册。",
    "内部人员使用的密码须重新设置。",
    "请会员单位查看附件。",
    "统一身份认证系统已可访问。",
    "会员注册信息公开。",
    "当前设备存在风险。",
    "本次访问活动禁止携带火种。",
    "您的账号存在风险的，请尽快修改密码。",
    "未将资产登记入账的，由单位自查。",
    "您访问的网站可能被假冒，请认准本区域名。",
    "您要查看的档案请到区档案馆查阅，须带身份证。",
    "该文件所列食品已下架。",
    "该公示涉及的项目已过期。",
)


@pytest.mark.parametrize("words", [*MISSING, *VERIFIES])
@pytest.mark.parametrize("framed", [False, True])
def test_an_answer_in_place_of_a_document_is_none(words: str, *, framed: bool) -> None:
    alone = f"<html><head><title>提示信息</title></head><body><div>{words}</div></body></html>"
    html = page(title="云溪区人民政府", headline="", body=words) if framed else alone
    assert extract(html.encode(), URL).kind == "stub"


@pytest.mark.parametrize("words", ENDED)
def test_a_document_that_was_taken_down_or_moved_is_none(words: str) -> None:
    assert extract(page(title=TITLE, headline=DATED, body=f"<p>{words}</p>").encode(), URL).kind == "stub"


@pytest.mark.parametrize("words", UNSEEN)
def test_words_for_readers_who_may_not_read_are_no_text(words: str) -> None:
    read = extract(page(title=TITLE, headline=DATED, body=f"<p>{words}</p>").encode(), URL)
    assert (read.text, read.kind) == ("", "stub")


def test_what_stands_in_place_of_a_text_is_quoted() -> None:
    read = extract(page(title=TITLE, headline=DATED, body="<p>正在加载，请稍候…</p>").encode(), URL)
    assert "正在加载，请稍候…" in Reason.from_stored(read.reason).english


@pytest.mark.parametrize("words", DOCUMENTS)
def test_a_document_may_speak_of_the_same(words: str) -> None:
    read = extract(page(title=TITLE, headline=DATED, body=f"<p>{words}</p>").encode(), URL)
    assert (read.kind, read.text) == ("document", words)


def test_the_files_of_a_folder_are_no_document() -> None:
    files = "".join(f"<a href='{n}.html'>{n}.html</a>   01-May-2026 10:00   {n}\n" for n in range(2))
    head = "<head><title>Index of /show/</title></head>"
    html = f"<html>{head}<body><h1>Index of /show/</h1><pre>{files}</pre></body></html>"
    assert extract(html.encode(), URL).kind == "listing"
