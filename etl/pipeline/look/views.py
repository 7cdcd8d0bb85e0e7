"""What a page showed in a browser before and after it was turned."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from etl.pipeline.look.exchanges import Exchange
from etl.platforms.drafting.seen_rows import SeenRows, seen_rows, words_and_title
from etl.web.page import WebPage

ROW_TAGS = ("a", "span", "p", "h3", "h4", "td", "div", "li", "dd", "em", "b", "strong", "font")
"""Tags of elements that hold the titles of rows."""


@dataclass(frozen=True, slots=True)
class View:
    """What a frame of a page shows. `text`: what a reader sees, without white space but for its lines; `frame`: which
    frame it is."""

    page: WebPage
    text: str
    frame: int


@dataclass
class Look:
    """What was seen. `first`, `second`: the page before and after it was turned by `step` (empty if nothing turned it)
    at `turn`; `addresses`: those of rows, by their words; `notes`: what hindered the look."""

    exchanges: list[Exchange] = field(default_factory=list)
    first: list[View] = field(default_factory=list)
    second: list[View] = field(default_factory=list)
    step: str = ""
    turn: int = 0
    addresses: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """All that a reader sees before the page is turned, without white space."""
        return text_of(self.first)

    @property
    def then_shown(self) -> str:
        """All that a reader sees afterwards."""
        return text_of(self.second)

    def answers(self, turn: int) -> list[Exchange]:
        """What was answered after so many clicks."""
        return [each for each in self.exchanges if each.turn == turn and each.answer]


def text_of(views: Iterable[View]) -> str:
    """The texts of the views of a page and its frames."""
    return "\n".join(view.text for view in views)


def element_with(view: View, words: str) -> HtmlElement | None:
    """The innermost element with the words of a row."""
    elements = [each for each in view.page.tree.iter(*ROW_TAGS) if words in words_and_title(each)]
    return elements[-1] if elements else None


def new_rows(exchange: Exchange, before: str, after: str) -> int:
    """How many rows of an answer are shown after a click and were not before."""
    seen = seen_rows(exchange.answer, after) if exchange.answer else SeenRows()
    return sum(words not in before for words in seen.words)
