"""What happens to documents: how they are edited, how they end, and where they move."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tests.support.changing_site import ChangingSite, Document
from tests.support.site_changes.registry import LASTING, Undo, for_a_day, lasting, some

MENU = "".join(f'<a href="/m/{n}.html">政务公开栏目第{n}号及其服务事项</a>' for n in range(40))


@lasting
def title_edited(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        each.state = replace(each.state, title=f"{each.state.title}（修订）")


@lasting
def one_character_edited(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        first, *rest = each.state.paragraphs
        place = chance.randrange(len(first))
        first = first[:place] + chance.choice("甲乙丙丁戊") + first[place + 1 :]
        each.state = replace(each.state, paragraphs=(first, *rest))


@lasting
def number_edited(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        last = site.paragraph(each.number, "专项工作")
        each.state = replace(each.state, paragraphs=(*each.state.paragraphs[:-1], last))


@lasting
def date_changed(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        each.state = replace(each.state, day=each.state.day + timedelta(days=chance.choice((-1, 1, 30))))


@lasting
def file_added(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        added = (f"f{len(each.state.files)}.txt", f"附表 {chance.random()}".encode() * 20)
        each.state = replace(each.state, files=(*each.state.files, added))


@lasting
def file_replaced(site: ChangingSite, chance: Random) -> None:
    for each in [each for each in site.live() if each.state.files][:1]:
        (name, _), *rest = each.state.files
        each.state = replace(each.state, files=((name, f"新附表 {chance.random()}".encode() * 20), *rest))


@lasting
def file_removed(site: ChangingSite, chance: Random) -> None:
    for each in [each for each in site.live() if each.state.files][:1]:
        each.state = replace(each.state, files=each.state.files[1:])


@lasting
def split_or_joined(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        each.state = replace(each.state, parts=3 - each.state.parts)


@lasting
def as_it_was(site: ChangingSite, chance: Random) -> None:
    edited = [each for each in site.live() if len(site.shown.get(each.path, ())) > 1]
    for each in edited[:1]:
        each.state = site.shown[each.path][0][1]


@lasting
def deleted(site: ChangingSite, chance: Random) -> None:
    for each in some(site, chance):
        each.deleted = True


@lasting
def deleted_but_listed(site: ChangingSite, chance: Random) -> None:
    status = chance.choice((404, 410))
    for each in some(site, chance, 2):
        each.answers = lambda request: site.missing(status)


@lasting
def back_again(site: ChangingSite, chance: Random) -> None:
    for each in [each for each in site.documents.values() if each.deleted or each.answers][:1]:
        each.deleted, each.answers = False, None


Answer = Callable[[ChangingSite, Document], Response]


def _taken_down(words: str, *, dated: bool) -> Answer:
    def answer(site: ChangingSite, document: Document) -> Response:
        day = f'<div class="info">发布日期：{document.state.day}　来源：县政府办</div>' if dated else ""
        head = f'<div class="menu">{MENU}</div><h1>{document.state.title}</h1>{day}'
        return site.html(f'{head}<div class="content"><p>{words}</p></div>')

    return answer


ENDS: dict[str, Answer] = {
    "front page": lambda site, _: site.front(),
    "redirect to the front page": lambda site, _: RedirectResponse("/", 302),
    "redirect to a missing page": lambda site, _: RedirectResponse("/404.html", 302),
    "redirect to a list": lambda site, _: RedirectResponse(next(iter(site.columns.values())).path, 302),
    "missing under status 200": lambda site, _: site.missing(200),
    "scripts alone": lambda site, _: site.html("<div id=app></div><script src='/js/app.js'></script>"),
    "no text": _taken_down("", dated=False),
    "该信息已失效": _taken_down("该信息已失效", dated=True),
    "该文件已过期": _taken_down("该文件已过期，不再公开。", dated=True),
    "已被删除": _taken_down("对不起，您访问的信息已被删除。", dated=True),
    "已移至": _taken_down("该信息已移至新平台，请到新平台查看。", dated=True),
    "不存在": _taken_down("您要查看的内容不存在或已过期！", dated=False),
}


def _ends(answer: Answer) -> Callable[[ChangingSite, Random], None]:
    def change(site: ChangingSite, chance: Random) -> None:
        for each in some(site, chance, 2):
            each.answers = lambda request, each=each: answer(site, each)  # type: ignore[misc]
            if chance.random() < 0.5:
                each.columns = set()

    return change


LASTING.update({f"ends: {name}": _ends(answer) for name, answer in ENDS.items()})


def _one_fails(site: ChangingSite, chance: Random, answer: Callable[[Request], Response]) -> Undo:
    failing = some(site, chance, 1)
    for each in failing:
        each.answers, each.fails = answer, True

    def undo() -> None:
        for each in failing:
            each.answers, each.fails = None, False

    return undo


@for_a_day
def one_document_404(site: ChangingSite, chance: Random) -> Undo:
    return _one_fails(site, chance, lambda request: site.missing())


@for_a_day
def one_document_home(site: ChangingSite, chance: Random) -> Undo:
    return _one_fails(site, chance, lambda request: RedirectResponse("/", 302))


# Where they move.


def _move(documents: list[Document], letter: str, status: int) -> None:
    for each in documents:
        each.moved_from[each.path] = status
        each.path = f"/show/{letter}{each.number}-{len(each.moved_from)}.html"


@lasting
def moved_with_redirect(site: ChangingSite, chance: Random) -> None:
    _move(some(site, chance), "n", chance.choice((301, 302)))


@lasting
def moved_without_redirect(site: ChangingSite, chance: Random) -> None:
    _move(some(site, chance), "n", 404)


@lasting
def all_moved(site: ChangingSite, chance: Random) -> None:
    _move(site.live(), "r", chance.choice((301, 302, 404)))


@lasting
def token_in_addresses(site: ChangingSite, chance: Random) -> None:
    number = chance.randint(10**10, 10**11 - 1)
    forms = (";jsessionid=A{:X}", "?t=17{}", "?_=17{}", "?sid={:x}abcdef012345", "?random=0.{}", "?timestamp={}", "")
    site.token = chance.choice(forms).format(number)
