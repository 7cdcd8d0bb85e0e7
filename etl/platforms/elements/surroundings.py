"""What is around an element of a list page."""

from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement


def boxes_around(element: HtmlElement, most: int) -> Iterator[HtmlElement]:
    """At most so many elements around it, up to the page's body, the innermost first."""
    for above in islice(element.iterancestors(), most):
        if above.tag in ("body", "html"):
            return
        yield above
