"""Unlisted labels, values that end before page tools, and agencies after labels of people."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from etl.extract import Rule, extract
from etl.extract.lexicon.aliases import ALIASES, NON_FIELD_LABELS
from etl.extract.lexicon.labels import FIELD_OF_LABEL, find_labels, label_key, match_label
from etl.extract.lexicon.morphology import field_of_words
from etl.extract.lexicon.tools import without_tools
from etl.extract.lexicon.values import names_body
from etl.extract.lexicon.words import INLINE_BOUNDARY, split_words
from tests.extract.traps.registry import HEAD, INDEX, NUMBER, OFFICE, URL, table
from tests.support.pages import page
from tests.support.share import examples


def test_the_words_of_listed_labels_mean_the_field_in_the_lists() -> None:
    """How far the rules go without any list: what they read otherwise is an exception that only the lists know."""
    listed = [(label_key(label), field) for field, labels in ALIASES.items() for label in labels]
    wrong = {label for label, field in listed if field_of_words(label) != field}
    taken = {label for label in map(label_key, NON_FIELD_LABELS) if field_of_words(label)}
    assert len(listed) - len(wrong) >= 338, wrong
    assert wrong == {"文件分类"}
    assert taken == {"信息发布", "字号", "公开主体", "法规类型", "内容类别"}


@pytest.mark.parametrize("label", ["文稿来源", "转载来源", "信息转载来源"])
def test_the_words_of_a_label_of_no_list_name_a_source(label: str) -> None:
    assert field_of_words(label) == "source"


DATE_WORDS = ("日期", "时间", "日", "起始日", "开始时间")
BODY_WORDS = ("机关", "机构", "单位", "部门", "主体", "单位名称")
DAYS = {
    "written_date": ("成文", "印发", "印制", "签发", "制发", "颁发", "颁布", "发文", "制定", "形成"),
    "published_date": ("发布", "公布", "公开", "上网", "刊登", "上传", "挂网"),
    "effective_date": ("施行", "实施", "生效", "开始施行"),
    "expiry_date": ("废止", "失效", "终止"),
}
COINED = sorted(
    (field, label)
    for field, label in (
        *((field, deed + word) for field, deeds in DAYS.items() for deed in deeds for word in DATE_WORDS),
        *(("publisher", deed + word) for deed in ("颁布", "颁发", "印制", "出台", "发出") for word in BODY_WORDS),
        *(
            ("document_number", word)
            for word in ("公文发文字号", "公文发文编号", "规范性文件文号", "颁布文号", "印发字号")
        ),
        *(("genre_category", word) for word in ("公文文种", "信息体裁类别")),
        *(("effective_date", word) for word in ("起效日期", "有效期起")),
        *(("expiry_date", word) for word in ("效力截止日期", "效力终止时间")),
        *(("disclosure_method", f"政府信息公开{word}") for word in ("方式", "形式", "途径")),
        *(("validity", word) for word in ("政策效力状况", "法规时效性", "公文有效状态")),
    )
    if label not in FIELD_OF_LABEL
)
VALUES = {
    "publisher": OFFICE, "document_number": NUMBER, "genre_category": "通知", "disclosure_method": "主动公开",
    "validity": "现行有效",
}  # fmt: skip
LAYOUTS = (
    "<table><tr><th>{0}</th><td>{1}</td></tr></table>",
    "<table><tr><td>{0}：</td><td>{1}</td></tr></table>",
    "<p>{0}：{1}</p>",
    "<ul><li><em>{0}:</em><span>{1}</span></li></ul>",
    "<ul><li><span>{0}</span><span>{1}</span></li></ul>",
    "<dl><dt>{0}</dt><dd>{1}</dd></dl>",
    "<ol><li>[{0}] {1}</li></ol>",
    "<p>【{0}】{1}</p>",
)


def value_of(field: str) -> str:
    return VALUES.get(field, "2023-03-08")


@settings(deadline=None)
@given(st.sampled_from(COINED), st.sampled_from(LAYOUTS), st.sampled_from(LAYOUTS), st.booleans())
def test_an_unlisted_label_is_understood_beside_a_listed_one(
    coined: tuple[str, str], layout: str, other: str, first: bool
) -> None:
    field, label = coined
    rows = [layout.format(label, value_of(field)), other.format("索引号", INDEX)]
    extraction = extract(page("".join(rows if first else rows[::-1])).encode(), URL)
    found = extraction.fields[field]
    assert (found.value, found.label, found.rule) == (value_of(field), label, Rule.COINED_LABEL)
    assert extraction.fields["index_number"].value == INDEX


@settings(deadline=None)
@given(st.sampled_from(COINED), st.sampled_from(LAYOUTS))
def test_an_unlisted_label_alone_is_not_a_field(coined: tuple[str, str], layout: str) -> None:
    extraction = extract(page(layout.format(coined[1], value_of(coined[0]))).encode(), URL)
    assert Rule.COINED_LABEL not in {item.rule for item in extraction.evidence}


@pytest.mark.parametrize(("shown", "field"), [("成文日期", "written_date"), ("发文机关", "publisher")])
def test_a_listed_label_counts_more_than_a_coined_one(shown: str, field: str) -> None:
    coined = {"written_date": ("颁发时间", "2022-01-01"), "publisher": ("出台单位", "云溪区司法局")}[field]
    rows = table((coined[0], coined[1]), (shown, value_of(field)), ("索引号", INDEX))
    assert extract(page(rows).encode(), URL).fields[field].value == value_of(field)


OTHERS = split_words("""
    会议时间 会议召开日期 报名截止时间 征集开始时间 项目名称 建设单位 起草部门 牵头单位 许可编号 统一社会信用代码
    公示时间 受理部门 答复日期 事件类型 数据来源 登记日期 经办人 监督电话 招标单位 服务对象分类 栏目编码
""")


@settings(deadline=None)
@given(
    st.sampled_from(OTHERS), st.sampled_from(LAYOUTS), st.sampled_from(["2022-01-01", "云溪区司法局", "甲〔2022〕1号"])
)
def test_other_labels_of_sites_are_not_fields(label: str, layout: str, value: str) -> None:
    rows = layout.format(label, value) + table(("索引号", INDEX))
    extraction = extract(page(rows).encode(), URL)
    assert value not in {item.value for item in extraction.evidence}


def test_a_label_is_known_in_traditional_letters_too() -> None:
    known = {label for label in FIELD_OF_LABEL if match_label(label)}
    traditional = OpenCC("s2t")  # to make one takes 40 ms
    shown = {traditional.convert(label): match_label(label) for label in known}
    unknown = {label for label, match in shown.items() if match_label(label) != match}
    assert not unknown


@pytest.mark.parametrize("label", ["文章类型", "信息类型", "稿件类型"])
@pytest.mark.parametrize(("value", "subject"), [("原创", None), ("图文", None), ("转载稿件", None), ("水利", "水利")])
def test_the_form_of_an_article_is_not_its_subject(label: str, value: str, subject: str | None) -> None:
    found = extract(page(headline=f"{HEAD}<p>{label}：{value} 发布时间：2023-05-09</p>").encode(), URL)
    assert (found.fields["subject_category"].value if "subject_category" in found.fields else None) == subject


def test_a_value_is_no_label() -> None:
    rows = table(("效力", "有效"), ("主题分类", "公文种类"), ("索引号", INDEX), ("公开方式", "信息公开单位"))
    extraction = extract(page(rows).encode(), URL)
    assert Rule.COINED_LABEL not in {item.rule for item in extraction.evidence}
    assert extraction.fields["validity"].value == "有效"


@given(st.text("发文颁布日期时间机关单位：: 　|[]【】\x02索引号公开", max_size=60))
def test_labels_with_and_without_lists_stand_in_the_order_of_the_line(line: str) -> None:
    for items in (find_labels(line), find_labels(line, coined=True)):
        starts = [item.start for item in items]
        assert starts == sorted(starts)
        assert all(item.value in line for item in items)
        assert all(label_key(item.raw_label.strip("【】[]")) == item.label for item in items)


LISTED = sorted({label for labels in ALIASES.values() for label in labels if len(label) > 1 and "（" not in label})
SHORT_VALUES = ("有效", "通知", "是", "全部", "主动公开", OFFICE, NUMBER, "2023-05-09", "城乡 建设")
PAIRS = st.lists(st.tuples(st.sampled_from(LISTED), st.sampled_from(SHORT_VALUES)), min_size=1, max_size=5)


@given(PAIRS, st.sampled_from([" ", "　", " | ", INLINE_BOUNDARY, f"{INLINE_BOUNDARY} {INLINE_BOUNDARY}"]))
def test_listed_labels_are_found_alike_where_coined_ones_may_stand(pairs: list[tuple[str, str]], gap: str) -> None:
    line = gap.join(f"{label}：{value}" for label, value in pairs)
    assert find_labels(line, coined=True) == find_labels(line)


@given(st.sampled_from(COINED), st.sampled_from([" ", "　", "\xa0", INLINE_BOUNDARY]))
def test_the_letters_of_a_coined_label_may_stand_apart(coined: tuple[str, str], gap: str) -> None:
    field, label = coined
    items = find_labels(f"索引号：{INDEX} {gap.join(label)}：{value_of(field)}", coined=True)
    assert [(item.name, item.label) for item in items] == [("index_number", "索引号"), (field, label)]


SHEER = ("查看更多", "展开全部属性", "点击查看", "查看详情", "打印本页", "我要纠错", "字体：大 中 小")
SHORT = ("收藏", "打印", "分享", "展开", "更多", "查看解读")
FIELDS = {
    "发文机关": ("publisher", f"{OFFICE} 云溪区司法局"),
    "索引号": ("index_number", INDEX),
    "文号": ("document_number", NUMBER),
    "成文日期": ("written_date", "2023-05-08"),
    "主题分类": ("subject_category", "城乡建设、环境保护"),
    "体裁分类": ("genre_category", "通知"),
    "公开方式": ("disclosure_method", "主动公开"),
    "有效性": ("validity", "现行有效"),
    "来源": ("source", "云溪日报"),
    "主题词": ("keywords", "电梯 更新"),
}
TOOLS = st.one_of(
    st.builds(str.__add__, st.sampled_from([" | ", "&nbsp;&nbsp;|&nbsp;&nbsp;", " ", "　"]), st.sampled_from(SHEER)),
    st.builds(
        "{0[0]}{1}{0[1]}".format, st.sampled_from(["[]", "【】", ("[ ", " ]")]), st.sampled_from(SHEER[:6] + SHORT)
    ),
    st.builds(" | <a href='#'>{}</a>".format, st.sampled_from(SHEER + SHORT)),
    st.builds("<a href='javascript:void(0)'>{}</a>".format, st.sampled_from(SHEER + SHORT)),
)


@settings(deadline=None, max_examples=examples(200))
@given(
    st.sampled_from(sorted(FIELDS)),
    st.lists(TOOLS, min_size=1, max_size=3).map("".join),
    st.sampled_from(["", " ", " | ", "<br>", "</p><p>"]),
    st.sampled_from(["", "发布日期：2023-05-09", "内部编码：17"]),
)
def test_a_value_ends_where_the_tools_of_the_page_begin(label: str, tools: str, gap: str, behind: str) -> None:
    field, value = FIELDS[label]
    extraction = extract(page(headline=f"{HEAD}<p>{label}：{value}{tools}{gap}{behind}</p>").encode(), URL)
    assert extraction.fields[field].value == value


@given(
    st.text("云溪区建设局收藏打印更多一二", min_size=1, max_size=12),
    st.lists(
        st.sampled_from(["[收藏]", " 查看更多", f"{INLINE_BOUNDARY}分享{INLINE_BOUNDARY}", " | 打印"]), max_size=4
    ),
)
def test_tools_are_cut_off_and_nothing_else_is(value: str, tools: list[str]) -> None:
    assert without_tools(value + "".join(tools)) == value


@pytest.mark.parametrize(
    "value", ["云溪区文物 收藏", "档案管理；打印", "云溪小学（小）", "关于收藏品的通知", "大中小学", "2023-05-09"]
)
def test_words_of_documents_are_no_tools(value: str) -> None:
    assert without_tools(value) == value


BODIES = (
    "云溪区司法局", "民政局", "区政府办", "云溪区人民政府", "镇经济发展办公室", "云溪区教育局 云溪区财政局", "信息中心",
    "云溪区总工会", "市人民医院", "大桑洲镇", "发展和改革委员会（物价科）",
)  # fmt: skip
PEOPLE = (
    "王工",
    "管理员",
    "陈国会",
    "李院",
    "赵云溪",
    "欧阳建国",
    "admin",
    "系统管理员",
    "刘局",
    "张三 李四",
    "李会、云溪区司法局",
)


@pytest.mark.parametrize("label", ["发布者", "发布人", "信息发布人"])
@pytest.mark.parametrize(
    "form", ["<span>{}：{}</span><span>浏览次数：9次</span>", "<table><tr><td>{}</td><td>{}</td></tr></table>"]
)
def test_a_body_behind_a_label_of_people_is_the_publisher(label: str, form: str) -> None:
    for name in (*BODIES, *PEOPLE):
        above = f"{HEAD}<p>发布时间：2023-05-09</p><div>{form.format(label, name)}</div>"
        publisher = extract(page(headline=above).encode(), URL).fields.get("publisher")
        found = (publisher.value, publisher.rule) if publisher else None
        assert found == ((name, Rule.PERSON_LABEL) if name in BODIES else None), name
    assert all(map(names_body, BODIES))
