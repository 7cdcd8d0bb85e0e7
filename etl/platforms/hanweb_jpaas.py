"""Hanweb jpaas: Zhejiang and Gansu today; the detail keeps the JCMS template, files come from a download service."""

from etl.platforms.base import Layout, Platform


class HanwebJpaas(Platform):
    name = "hanweb_jpaas"
    layout = Layout(body=("#zoom", "div.article-pagenation", "td.bt_content", "div.main-txt"))
