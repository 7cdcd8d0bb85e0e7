"""The key `listing` of a source file: selectors of rows, links and fields, for sites of no known family."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from etl.fields import FIELDS
from etl.input_words import did_you_mean
from etl.sources.typed import typed_address
from etl.sources.values import Count, Text
from etl.web.select import validate_selector
from etl.web.urls import PLACE

Selector = Annotated[str, AfterValidator(validate_selector)]


def _field(value: str) -> str:
    if value not in FIELDS or value == "title":
        raise ValueError(f"{value!r} is no field of a record{did_you_mean(value, FIELDS)}")
    return value


FieldName = Annotated[str, AfterValidator(_field)]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


RegularExpression = Annotated[Text, AfterValidator(_pattern)]


def _numbered(value: str) -> str:
    value = typed_address(value)
    if value.count("{page}") != 1:
        raise ValueError(f"{value!r} must contain {{page}} exactly once")
    return value


def _template(value: str) -> str:
    value = typed_address(value)
    if not PLACE.search(value):
        raise ValueError(f"{value!r} must contain the name of a value in braces, such as {{id}}")
    return value


class Listing(BaseModel):
    """Selectors are CSS, or XPath if they begin with `/`, `./`, `(`, `@` or a function.

    `link`, `title` and `fields` are evaluated inside a row.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: Selector | None = Field(None, description="the rows of a list; feeds and sitemaps need none")
    link: Selector | None = Field(None, description="the document's link in a row; that of its title if left out")
    title: Selector | None = Field(None, description="the title in a row; the link's `title` or words")
    fields: dict[FieldName, Selector] = Field(
        default_factory=dict, description="selectors of fields in a row, by field name; `published_date` is guessed"
    )
    address: Annotated[str, AfterValidator(_template)] | None = Field(
        None, description="address of a document in data that has none, with values of its row: `/detail?id={docId}`"
    )
    only: RegularExpression | None = Field(
        None, description="regular expression found in the address of every document; other links are left out"
    )
    next: Selector | None = Field(None, description="the link to the next page of a list")
    pages: Annotated[str, AfterValidator(_numbered)] | None = Field(
        None, description="address of the pages after the first, `{page}` for the number; instead of `next`"
    )
    second: Count = Field(2, ge=0, description="the number in `pages` of the second page")
    page_number: Text | None = Field(
        None,
        description="name of the value in a request that is the number of the page, if nothing else says so: `cur`",
    )
    row_number: Text | None = Field(
        None, description="name of the value that is the number of the page's first row; instead of `page_number`"
    )
    page_count: Selector | None = Field(
        None, description="element with the number of pages of a list: its first number"
    )
    total: Selector | None = Field(None, description="element with the number of documents of a list: its first number")
    body: tuple[Selector, ...] = Field((), description="the main text in a document's page, the likeliest first")
    header: tuple[Selector, ...] = Field((), description="the labelled fields in a document's page, read there alone")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(ways := [name for name in _TURNS if getattr(self, name)]) > 1:
            raise ValueError(f"{ways[0]} and {ways[1]} are two ways to the same page: keep one of them")
        if not self.rows and (needs := [name for name in _OF_ROWS if getattr(self, name)]):
            raise ValueError(f"{needs[0]} needs rows: add the selector of a list's rows")
        return self


_TURNS = ("next", "pages", "page_number", "row_number")
_OF_ROWS = ("link", "title", "fields", "next", "page_count", "total")
