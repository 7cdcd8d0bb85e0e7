"""Lonsun (龙讯, Anhui): `/public/{org}/{id}.html`; the body carries the class of the font-size switch."""

from etl.platforms.base import Layout, Platform


class Lonsun(Platform):
    name = "lonsun"
    layout = Layout(
        body=("div.j-fontContent", "#wz_zoom", "div.gkwz_contnet", "div.newscontnet", "div.ls-article-info")
    )
