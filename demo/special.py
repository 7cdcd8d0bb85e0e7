"""Documents that test special cases; `catalogue.py` assigns them to sites.

| key | what is special |
| --- | --- |
| yl-feedback | a provincial document on two sites: one content at two sources |
| relief-case-corrected | `relief-case` once more, one figure changed: a near duplicate, not a duplicate |
| fees-list | an empty body and a PDF: an attachment-only document |
| forms-download | the same with a Word document |
| seal-notice | one sentence, and a PDF whose page is a picture |
| safety-points | an article of three pages |
| work-points | a long one, on a single page |
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from demo.documents import Block, Document, Paragraph
from demo.files import docx, ofd, pdf, scan, xlsx
from demo.genres import NUMERALS, Agency, centre, heading, signed, text

PROVINCIAL = (
    "各市、县（区）人民政府，省政府各部门、各直属机构：",
    "为畅通群众监督渠道，提高政务公开质量，经省人民政府同意，现就建立政务公开意见反馈机制有关事项通知如下：",
    "一、各级行政机关应当在门户网站显著位置设置“公开纠错”入口，群众提交的意见自动生成编号，不要求注册，不限制字数。",
    "二、对文件文号错漏、附件无法打开、栏目链接失效等简单问题，应当在一个工作日内改正；对要求补充公开的，十个工作日内"
    "作出答复，不能公开的说明理由和依据。",
    "三、每季度末汇总意见办理情况，列出数量前十位的问题和整改措施，与政府信息公开年度报告一并公布，不得以“已转有关"
    "部门”代替办理结果。",
    "四、省人民政府办公厅委托第三方每半年抽查一次，抽查结果作为政务公开评价的依据；弄虚作假的，予以通报。",
    "本通知自2023年9月1日起施行。《云岭省政府网站纠错工作规则》（云岭政办〔2017〕35号）同时废止。",
)


def near_duplicate(original: Document) -> Document:
    """`relief-case` with 584.7 changed to 548.7, as a published correction."""
    body = tuple(
        replace(block, text=block.text.replace("584.7", "548.7")) if isinstance(block, Paragraph) else block
        for block in original.body
    )
    return replace(original, key="relief-case-corrected", body=body, published_date=date(2022, 11, 3))


def points(topics: Mapping[str, Mapping[str, Any]], keys: tuple[str, ...], measures: int) -> tuple[Block, ...]:
    """A work plan: the topics with this number of measures each."""
    body: list[Block] = [
        text("各县区人民政府，市政府各部门："),
        text("现将今年重点任务印发给你们，请按照分工抓好落实。"),
    ]
    for place, key in enumerate(keys):
        tasks = list(topics[key]["measures"].items())
        body += [heading(f"{NUMERALS[place]}、{topics[key]['matter']}"), text(topics[key]["aim"])]
        body += [text(f"{name}。{task}") for name, task in (tasks[place % 2 :] + tasks)[:measures]]
    return tuple(body)


def special_documents(
    agencies: Mapping[str, Agency], topics: Mapping[str, Mapping[str, Any]], indexes: Mapping[str, str]
) -> dict[str, Document]:
    """The special documents by key, without the near duplicate, which needs its original."""

    def document(key: str, by: str, title: str, day: date, genre: str, **rest: Any) -> Document:
        agency = agencies[by]
        return Document(
            key=key, title=title, index_number=indexes[key], publisher=agency.name, source=agency.name,
            written_date=day, published_date=day, genre_category=genre, **{"document_number": "", **rest},
        )  # fmt: skip

    province, finance, district, data = (agencies[key] for key in ("yl-office", "lc-finance", "bq-gov", "wl-data"))
    office = agencies["lc-office"]
    breaks = (9, 18)
    trs = ("flood", "gas", "food", "charging", "dust", "school", "meals", "elder", "relief", "waste")
    gkmlpt = ("renewal", "rental", "landslide", "road", "water", "jobs", "clinic", "farmland", "heritage", "onething")
    city = agencies["wl-office"]
    return {
        "yl-feedback": document(
            "yl-feedback", "yl-office", f"{province.name}关于建立政务公开意见反馈机制的通知", date(2023, 8, 16), "通知",
            document_number="云岭政办〔2023〕28号", subject_category="综合政务/政务公开", keywords=("政务公开", "纠错"),
            effective_date=date(2023, 9, 1),
            body=(*(text(line) for line in PROVINCIAL), *signed(province, date(2023, 8, 16))),
        ),
        "fees-list": document(
            "fees-list", "lc-finance", f"{finance.name}关于公布行政事业性收费目录清单的公告", date(2023, 1, 18), "公告",
            document_number="2023年第1号", subject_category="财政、金融、审计/财政",
            attachments=(
                pdf("岚川市行政事业性收费目录清单.pdf", (
                    "岚川市行政事业性收费目录清单", "一、公安：居民身份证工本费，每证二十元；",
                    "二、自然资源：不动产登记费，住宅每件八十元；", "三、水务：水土保持补偿费，每平方米一元二角。",
                )),
                xlsx("岚川市行政事业性收费标准表.xlsx", (
                    ("部门", "项目", "标准（元）", "单位"), ("公安", "居民身份证工本费", 20, "证"),
                    ("自然资源", "不动产登记费（住宅）", 80, "件"), ("水务", "水土保持补偿费", 1.2, "平方米"),
                )),
            ),
        ),
        "forms-download": document(
            "forms-download", "wl-data", f"{data.name}关于公布“一件事”申请表式样的公告", date(2023, 7, 20), "公告",
            document_number="2023年第4号", subject_category="综合政务/电子政务",
            attachments=(
                docx("开办餐饮店一件事申请表.docx", (
                    "开办餐饮店“一件事”申请表", "申请人：　　　　　　联系电话：", "经营地址：　　　　　　拟开业日期：",
                    "本人承诺所填内容真实、完整。",
                )),
                ofd("开办餐饮店一件事办事指南.ofd", (
                    "开办餐饮店“一件事”办事指南", "一、受理窗口：市政务服务中心二楼综合窗口；",
                    "二、所需材料：申请表、场所使用证明、健康证明；", "三、办理时限：五个工作日，不收费。",
                )),
            ),
        ),
        "seal-notice": document(
            "seal-notice", "bq-gov", f"{district.name}关于启用新印章的公告", date(2023, 6, 1), "公告",
            document_number="2023年第3号",
            body=(
                text("因机构调整，自2023年6月1日起启用新印章，原印章同时作废。"), *signed(district, date(2023, 6, 1)),
            ),
            attachments=(scan("印章样式扫描件.pdf", ("NO. 3 / 2023", "SEAL 20230601")),),
        ),
        "safety-points": document(
            "safety-points", "lc-office", f"{office.name}关于印发安全生产和民生保障工作要点的通知",
            date(2023, 12, 20), "通知", document_number="岚政办〔2023〕61号",
            subject_category="综合政务/政务督查", keywords=("安全生产", "民生"),
            body=(centre("岚政办〔2023〕61号"), *points(topics, trs, 1), *signed(office, date(2023, 12, 20))),
            breaks=breaks,
        ),
        "work-points": document(
            "work-points", "wl-office", f"{city.name}关于印发市政府重点工作任务分工的通知", date(2023, 3, 22), "通知",
            document_number="望府办〔2023〕9号", subject_category="综合政务/政务督查",
            body=(*points(topics, gkmlpt, 3), *signed(city, date(2023, 3, 22))),
        ),
    }  # fmt: skip
