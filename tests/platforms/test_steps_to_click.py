"""What a reader would click to see more of a list, in the markup of the libraries that draw pagers."""

import pytest

from etl.platforms.paging.steps_to_click import steps_to_click
from etl.web.page import read_page

ELEMENT = (
    "<div class='el-pagination'><button class='btn-prev' disabled><i class='el-icon-arrow-left'></i></button>"
    "<ul class='el-pager'><li class='number active'>1</li><li class='number'>2</li></ul>"
    "<button class='btn-next'><i class='el-icon-arrow-right'></i></button></div>"
)
ANT = (
    "<ul class='ant-pagination'><li title='上一页' class='ant-pagination-prev ant-pagination-disabled'><a></a></li>"
    "<li class='ant-pagination-item ant-pagination-item-active'><a>1</a></li>"
    "<li class='ant-pagination-item'><a>2</a></li>"
    "<li title='下一页' class='ant-pagination-next'><a class='ant-pagination-item-link'></a></li></ul>"
)
LAYUI = (
    "<div class='layui-laypage'><a class='layui-laypage-prev layui-disabled' data-page='0'>上一页</a>"
    "<span class='layui-laypage-curr'><em>1</em></span><a data-page='2'>2</a>"
    "<a class='layui-laypage-next' data-page='2'>下一页</a></div>"
)
TABLES = (
    "<div class='dataTables_paginate'><a class='paginate_button previous disabled'>Previous</a>"
    "<span><a class='paginate_button current'>1</a><a class='paginate_button'>2</a></span>"
    "<a class='paginate_button next'>Next</a></div>"
)


@pytest.mark.parametrize(
    ("markup", "first"),
    [
        (ELEMENT, "btn-next"),
        (ANT, "ant-pagination-next"),
        (LAYUI, "layui-laypage-next"),
        (TABLES, "paginate_button next"),
        ("<div class='pager'><a class='next'>›</a></div>", "next"),
        ("<div class='page'><a class='on'>1</a><a class='two'>2</a><a>3</a></div>", "two"),
        ("<div class='page'><a>1</a><img class='step' src='/img/next.png'></div>", "step"),
        ("<p class='more'>加载更多</p>", "more"),
        ("<button class='btn-next'></button>", "btn-next"),
        ("<div class='slide'><a class='next'>›</a></div><a class='n'>下一页</a>", "n"),
        ("<div class='page'><a class='next disabled'>下一页</a></div>", None),
        ("<a class='all'>更多专题</a><a class='home'>首页</a>", None),
        ("<div style='display:none'><a class='n'>下一页</a></div>", None),
    ],
)
def test_the_likeliest_step_comes_first(markup: str, first: str | None) -> None:
    page = read_page(f"<html><body>{markup}</body></html>".encode(), "http://www.yunxi.example/zc/")
    steps = [step for step in steps_to_click(page)]
    names = [each.get("class") or each.getparent().get("class") for each in steps]
    assert (names[0] if names else None) == first
