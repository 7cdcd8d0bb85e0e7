"""NFCMS (Guangdong sites outside gkmlpt, by the same vendor): detail `…/content/post_{id}.html`."""

from etl.platforms.base import Embedded, Layout, Platform
from etl.web.data import object_after
from etl.web.page import WebPage


class Nfcms(Platform):
    name = "nfcms"
    layout = Layout(body=("div.article-content", "div.zw", "div.news_cont_d_wrap", "#zoomcon", "div.article_con"))

    def embedded(self, page: WebPage) -> Embedded | None:
        """Consultation pages are an empty shell around `window._CONFIG.question_data`."""
        data = object_after(page.text, "question_data")
        article = data.get("article") if data else None
        if data is None or not isinstance(article, dict) or not isinstance(article.get("content"), str):
            return None
        found = {
            "title": (data.get("title"), "question_data.title"),
            "source": (article.get("source"), "question_data.article.source"),
            "published_date": (article.get("published_at"), "question_data.article.published_at"),
        }
        fields = {k: (str(v), path) for k, (v, path) in found.items() if isinstance(v, (str, int)) and v}
        return Embedded(body_html=article["content"], fields=fields)
