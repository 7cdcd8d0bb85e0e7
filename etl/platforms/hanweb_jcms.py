"""Hanweb JCMS: older Zhejiang, Shandong, Liaoning, Jiangsu sites; detail `/art/Y/M/D/art_{column}_{id}.html`."""

from etl.platforms.base import Layout, Platform


class HanwebJcms(Platform):
    name = "hanweb_jcms"
    layout = Layout(
        body=("#zoom", "div.zoom", "td.bt_content"),
        marks=(
            (r"<\$\[信息内容\]>begin", r"<\$\[信息内容\]>end"),
            (r"ZJEG_RSS\.content\.begin", r"ZJEG_RSS\.content\.end"),
        ),
    )
