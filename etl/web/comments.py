"""Comments and instructions (`<?php … ?>`) in a page: no reader sees them, and the words around one are beside each
other."""

import re

from lxml import etree, html

from etl.web.script.fragments import detach


def take_out_comments(tree: html.HtmlElement, markers: re.Pattern[str] | None = None) -> None:
    """Takes all comments out of the tree, so that no rule has to step over them. One that marks the place of the text
    in a family's template becomes a `<meta>` of that name, as other templates write their markers."""
    for comment in list(tree.iter(etree.Comment, etree.ProcessingInstruction)):
        if markers is not None and markers.search(comment.text or ""):
            marker = html.Element("meta", name=comment.text)
            comment.addprevious(marker)
        detach(comment)
