"""Below a list of one page many sites print 首页 上一页 下一页 尾页 that lead nowhere: such a list is whole."""

import re
from itertools import product

import pytest

from tests.support.paged_lists import CASES, following, read

STEPS = ("首页", "上一页", "下一页", "尾页")
DEAD = (
    "<span>{}</span>",
    '<a href="#">{}</a>',
    '<a href="">{}</a>',
    '<a href="javascript:void(0);">{}</a>',
    '<a href="javascript:;" onclick="return false">{}</a>',
    '<a class="page-link" title="{0}">{0}</a>',
    '<li class="item"><a href="#">{}</a></li>',
    '<p><font color="gray">{}</font></p>',
    "{} ",
)
HANDLES = (' class="next"', ' id="nextPage"', ' onclick="turn(2)"', ' data-to="2"', ' v-on:click="on()"')
"""By which a script finds 下一页."""


def pager(form: str, handle: str = "") -> str:
    steps = (re.sub(r"(?<=^<)\w+", rf"\g<0>{handle}", form) if step == "下一页" else form for step in STEPS)
    return f"<div>{' '.join(each.format(step) for each, step in zip(steps, STEPS, strict=True))}</div>"


@pytest.mark.parametrize("family", ["trs_wcm", "ucap", "generic"])
@pytest.mark.parametrize("form", DEAD)
def test_steps_that_no_script_can_tell_apart_end_a_short_list(family: str, form: str) -> None:
    listing = read(CASES[family], pager(form))
    assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize(("form", "handle"), [*product(DEAD[:-1], HANDLES), ("<button>{}</button>", "")])
def test_a_step_that_a_script_can_find_makes_the_list_unfinished(form: str, handle: str) -> None:
    listing = read(CASES["generic"], pager(form, handle))
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


@pytest.mark.parametrize("form", DEAD)
def test_dead_steps_below_a_full_page_do_not_say_that_it_is_the_last(form: str) -> None:
    listing = read(CASES["generic"], pager(form), count=20)
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]
