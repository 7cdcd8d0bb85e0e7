"""A column's page that only leads to another page is not a list in any family: the error says where it leads."""

from datetime import date

import pytest

from etl.errors import GongkaiError
from etl.pipeline.survey.draft import draft
from etl.pipeline.survey.survey import survey_page
from etl.platforms.base import ListingRequest, NotAListing
from etl.platforms.listing import read_list_page
from etl.platforms.registry import all_platforms
from etl.web.page import read_page

URL = "http://www.yunxi.example/zwgk/"
LEAD = b'<script>htm="./zcfg/"; document.location.href=htm;</script>'


@pytest.mark.parametrize("name", [family.name for family in all_platforms() if family.lists])
def test_no_family_takes_it_for_an_empty_list(name: str) -> None:
    family = next(family for family in all_platforms() if family.name == name)
    with pytest.raises(NotAListing, match=f"only leads to {URL}zcfg/"):
        read_list_page(family, read_page(LEAD, URL, "text/html"), ListingRequest(URL, "政务公开"))


def test_a_draft_of_it_says_where_to_look() -> None:
    with pytest.raises(GongkaiError, match=f"only leads on to {URL}zcfg/"):
        draft(survey_page(LEAD, URL), date(2026, 5, 1))
