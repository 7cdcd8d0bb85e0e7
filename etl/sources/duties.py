"""What an agency must publish every year, and until when: the key `duties` of a source file."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from etl.sources.listing import RegularExpression
from etl.sources.values import Count, Text


def _month_day(value: str) -> str:
    try:
        date.fromisoformat(f"2023-{value}")  # no leap year: a day that every year has
    except ValueError as error:
        raise ValueError(f"{value!r} is no day of every year; write it as 04-01") from error
    return value


class Duty(BaseModel):
    """A document that is due once a year."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text = Field(
        description="what the document is called; duties of all sources with one name are shown together"
    )
    title: RegularExpression = Field(
        description="regular expression that its title contains; the year is the first 20xx before 年 in the title"
    )
    due: Annotated[str, AfterValidator(_month_day)] | None = Field(
        None,
        description="last day on which it is in time, month and day (`04-01`); none where only `within_days` counts",
    )
    years_after: Count = Field(1, ge=0, le=3, description="years between the year in its title and that of `due`")
    within_days: Annotated[Count, Field(ge=1, le=36_500)] | None = Field(
        None, description="days after its 成文日期 until which it is in time"
    )
    since: Count = Field(ge=1990, le=2100, description="first year that is asked for")
    agencies: tuple[Text, ...] = Field(
        (), description="who must publish it, as titles or publishers name them; default: the source's agency"
    )
    basis: Text = Field(description="law or rule and its article")
