"""Invented pages: no sentence here was ever published."""

TITLE = "云溪区人民政府办公室关于做好老旧电梯更新工作的通知"
PARAGRAPHS = (
    "各镇人民政府、街道办事处，区政府各部门：",
    "为保障居民乘梯安全，经区政府同意，现就做好老旧电梯更新工作通知如下。",
    "一、各街道要在本年十月底前完成摸底，逐台登记，建立台账，并向社会公布更新计划。",
    "二、区财政按照每台八万元的标准给予补助，资金由区住房建设局统一拨付，专款专用。",
    "三、施工期间要安排专人值守，做好老年人和行动不便居民的上下楼服务，确保安全。",
)
SIGNED = ("云溪区人民政府办公室", "2023年5月8日")
NAV = "".join(
    f'<li><a href="/{i}/">{name}</a></li>' for i, name in enumerate(("首页", "要闻动态", "政务公开", "办事服务"))
)
FOOT = "<p>主办单位：云溪区人民政府办公室 网站标识码：9900000001</p><p>云ICP备00000001号</p>"


def paragraphs(lines: tuple[str, ...] = (*PARAGRAPHS, *SIGNED)) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def page(
    above: str = "",
    *,
    body: str | None = None,
    below: str = "",
    head: str = "",
    title: str = TITLE,
    headline: str | None = None,
    container: str = '<div class="neirong">{}</div>',
) -> str:
    """A whole page: navigation, header lines `above` the headline's text, the text, `below`, the foot."""
    shown = f"<h1>{title}</h1>" if headline is None else headline
    text = container.format(paragraphs() if body is None else body)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}_云溪区人民政府</title>{head}</head><body>"
        f"<ul class='nav'>{NAV}</ul><div class='main'>{above}{shown}{text}{below}</div><div class='foot'>{FOOT}</div>"
        "</body></html>"
    )
