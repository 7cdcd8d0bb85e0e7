"""What happens to lists."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tests.support.changing_site import FIRST_DAY, ChangingSite, Column
from tests.support.site_changes.registry import Undo, any_list, for_a_day, lasting, some


@lasting
def added_at_the_top(site: ChangingSite, chance: Random) -> None:
    for _ in range(chance.randint(1, 8)):
        site.write(any_list(site, chance)[0])


@lasting
def added_in_the_middle(site: ChangingSite, chance: Random) -> None:
    ranks = [each.rank for each in site.live()]
    for _ in range(chance.randint(1, 3)):
        site.write(any_list(site, chance)[0], rank=chance.choice(ranks) - chance.randint(1, 9))


@lasting
def back_dated(site: ChangingSite, chance: Random) -> None:
    site.write(any_list(site, chance)[0], day=FIRST_DAY - timedelta(days=300), rank=-chance.randint(1, 100))


@lasting
def pinned(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance, 4):
        each.rank += 100_000


@lasting
def new_list(site: ChangingSite, chance: Random) -> None:
    if (number := len(site.columns) + 1) < 5:
        states = next(iter(site.columns.values())).states
        site.columns[f"栏目{number}"] = Column(f"/gk/l{number}.html", f"栏目{number}", states=states)
        for _ in range(4):
            site.write(f"栏目{number}")


@lasting
def also_in_another_list(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        each.columns = each.columns | {any_list(site, chance)[0]}


@lasting
def moved_to_another_list(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        each.columns = {any_list(site, chance)[0]}


@lasting
def list_at_another_address(site: ChangingSite, chance: Random) -> None:
    column = any_list(site, chance)[1]
    old, column.path = column.path, column.path.replace(".html", "x.html")
    was, code = site.everything, chance.choice((301, 302, 404))

    def everything(request: Request) -> Response | None:
        if request.url.path == old and code != 404:
            return RedirectResponse(f"{column.path}?{request.url.query}", code)
        return was(request) if was else None

    site.everything = everything


@lasting
def order_reversed(site: ChangingSite, chance: Random) -> None:
    column = any_list(site, chance)[1]
    column.reverse = not column.reverse


@lasting
def sorted_otherwise(site: ChangingSite, chance: Random) -> None:
    ranks = chance.sample(range(len(site.documents)), len(site.documents))
    for each, rank in zip(site.documents.values(), ranks, strict=True):
        each.rank = rank * 10


@lasting
def old_years_leave_the_list(site: ChangingSite, chance: Random) -> None:
    name, column = any_list(site, chance)
    column.longest = max(3, len(site.listed(name)) - chance.randint(1, 4))


@lasting
def total_wrong_by_a_few(site: ChangingSite, chance: Random) -> None:
    any_list(site, chance)[1].off_by = chance.choice((-2, -1, 0, 1, 3))


@lasting
def page_size_changed(site: ChangingSite, chance: Random) -> None:
    any_list(site, chance)[1].size = chance.choice((3, 5, 10))


@for_a_day
def new_ones_shown_late(site: ChangingSite, chance: Random) -> Undo:
    name, column = any_list(site, chance)
    site.write(name)
    site.write(name)
    column.hidden = 2
    return lambda: setattr(column, "hidden", 0)


def _answered(column: Column, answers: Callable[[Request, int], Response | None]) -> Undo:
    column.answers = answers
    return lambda: setattr(column, "answers", None)


@for_a_day
def list_empty(site: ChangingSite, chance: Random) -> Undo:
    column = any_list(site, chance)[1]
    return _answered(column, lambda request, page: site.list_page(column, 1, []))


@for_a_day
def list_shows_its_first_page_only(site: ChangingSite, chance: Random) -> Undo:
    name, column = any_list(site, chance)
    return _answered(column, lambda request, page: site.list_page(column, 1, site.listed(name)[: column.size]))


@for_a_day
def list_of_yesterday(site: ChangingSite, chance: Random) -> Undo:
    name, column = any_list(site, chance)
    rows = site.listed(name)
    site.write(name)
    return _answered(column, lambda request, page: site.list_page(column, page, rows))


@for_a_day
def further_pages_of_yesterday(site: ChangingSite, chance: Random) -> Undo:
    name, column = any_list(site, chance)
    rows = site.listed(name)
    site.write(name)
    return _answered(column, lambda request, page: site.list_page(column, page, rows) if page > 1 else None)


@for_a_day
def pager_broken_at_three(site: ChangingSite, chance: Random) -> Undo:
    column = any_list(site, chance)[1]
    shown = chance.choice((0, 1, 2, 99))

    def answers(request: Request, page: int) -> Response | None:
        if page < 3:
            return None
        return site.list_page(column, shown) if shown else site.html("<h1>运行时错误</h1>", 500)

    return _answered(column, answers)


@for_a_day
def list_rests(site: ChangingSite, chance: Random) -> Undo:
    words = "本栏目正在整理，敬请期待。" * 3
    return _answered(any_list(site, chance)[1], lambda request, page: site.html(f"<h1>栏目维护中</h1><p>{words}</p>"))


@for_a_day
def redesigned_lists(site: ChangingSite, chance: Random) -> Undo:
    site.list_template = "ol"
    return lambda: setattr(site, "list_template", "ul")


# While a list is walked.


def _at_the_second_page(site: ChangingSite, chance: Random, act: Callable[[str], object]) -> Undo:
    name, column = any_list(site, chance)
    requests = [0]

    def during(path: str) -> None:
        if path == column.path:
            requests[0] += 1
            if requests[0] == 2:
                act(name)

    site.during = during
    return lambda: setattr(site, "during", None)


@for_a_day
def added_while_walked(site: ChangingSite, chance: Random) -> Undo:
    return _at_the_second_page(site, chance, site.write)


@for_a_day
def removed_while_walked(site: ChangingSite, chance: Random) -> Undo:
    def remove(name: str) -> None:
        for each in site.listed(name)[:1]:
            each.deleted = True

    return _at_the_second_page(site, chance, remove)


@for_a_day
def exchanged_while_walked(site: ChangingSite, chance: Random) -> Undo:
    def exchange(name: str) -> None:
        for each in site.listed(name)[:1]:
            each.deleted = True
            site.write(name, rank=-500)

    return _at_the_second_page(site, chance, exchange)


@for_a_day
def page_size_changed_while_walked(site: ChangingSite, chance: Random) -> Undo:
    def change(name: str) -> None:
        site.columns[name].size += 4

    return _at_the_second_page(site, chance, change)
