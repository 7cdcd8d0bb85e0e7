"""Epoint (新点): public-resource exchanges; scripts fill title, date and source from hidden inputs of fixed ids."""

from etl.platforms.base import Embedded, Fingerprint, Layout, Platform
from etl.web.page import WebPage

_INPUTS = {"zhuanzai": "source", "infodate": "published_date", "title": "title"}


class Epoint(Platform):
    """Epoint (新点)."""

    name = "epoint"
    # Its lists are requested by POST (`getgovinfolist`); no response was ever seen, so only the layout is known.
    lists = False
    fingerprints = (
        Fingerprint(
            "class ewb-… of its templates", "markup", r"""class=["'][^"']*\bewb-(?:info|article|details|cnt)""", 2
        ),
        Fingerprint("hidden inputs infodate and zhuanzai", "markup", r'id="infodate".*id="zhuanzai"', 2),
    )
    layout = Layout(body=("div.ewb-info-main", "div.ewb-article-info", "div.ewb-details-info", "#infocontent"))

    def embedded(self, page: WebPage) -> Embedded | None:
        """The hidden inputs, if the page has all of them: other systems use the id `title` too."""
        if not all(f'id="{name}"' in page.text for name in _INPUTS):
            return None
        fields = {}
        for element in page.tree.iter("input"):
            name = _INPUTS.get(element.get("id") or "")
            if name and (element.get("value") or "").strip():
                fields[name] = (element.get("value", "").strip(), f"input#{element.get('id')}")
        return Embedded(fields=fields) if fields else None
