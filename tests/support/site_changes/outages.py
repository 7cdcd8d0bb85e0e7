"""What happens to the whole site: bad days, and other clothes for the same content."""

from collections.abc import Callable
from random import Random

from starlette.responses import RedirectResponse, Response

from tests.support.changing_site import ChangingSite
from tests.support.site_changes.registry import FOR_A_DAY, Undo, for_a_day, lasting

Answer = Callable[[ChangingSite], Response]
ANSWERS: dict[str, Answer] = {
    "502": lambda site: Response("", 502),
    "404": lambda site: site.missing(),
    "home": lambda site: RedirectResponse("/", 302),
    "missing under status 200": lambda site: site.missing(200),
    "captcha": lambda site: site.html("<p>请完成安全验证后继续访问</p>"),
    "maintenance": lambda site: site.html("<h1>网站升级改版，暂停访问，请稍后再来</h1>"),
    "front page": lambda site: site.front(),
    "scripts alone": lambda site: site.html("<div id=app></div><script src='/js/app.js'></script>"),
}


def _instead(site: ChangingSite, answer: Answer, stands_in: Callable[[str], bool]) -> Undo:
    was = site.everything
    site.everything = lambda request: answer(site) if stands_in(request.url.path) else was(request) if was else None
    return lambda: setattr(site, "everything", was)


def _is_document(path: str) -> bool:
    return path.startswith("/show/")


def _is_content(path: str) -> bool:
    return path not in ("/", "/robots.txt")


def _for_a_day(answer: Answer, stands_in: Callable[[str], bool]) -> Callable[[ChangingSite, Random], Undo]:
    return lambda site, chance: _instead(site, answer, stands_in)


FOR_A_DAY.update({f"all pages: {name}": _for_a_day(answer, _is_content) for name, answer in ANSWERS.items()})
FOR_A_DAY.update({f"all documents: {name}": _for_a_day(answer, _is_document) for name, answer in ANSWERS.items()})


@for_a_day
def half_of_the_documents_404(site: ChangingSite, chance: Random) -> Undo:
    failing = {each.path for each in site.live() if chance.random() < 0.5}
    return _instead(site, ANSWERS["404"], failing.__contains__)


def _robots(site: ChangingSite, path: str) -> Undo:
    site.robots = f"User-agent: *\nDisallow: {path}\n"
    return lambda: setattr(site, "robots", "")


@for_a_day
def robots_forbids_all(site: ChangingSite, chance: Random) -> Undo:
    return _robots(site, "/")


@for_a_day
def robots_forbids_documents(site: ChangingSite, chance: Random) -> Undo:
    return _robots(site, "/show/")


@lasting
def redesigned_pages(site: ChangingSite, chance: Random) -> None:
    site.template = "table" if site.template == "div" else "div"


@lasting
def counters_and_recommendations(site: ChangingSite, chance: Random) -> None:
    site.churn = not site.churn


@lasting
def other_charset(site: ChangingSite, chance: Random) -> None:
    site.charset = "gbk" if site.charset == "utf-8" else "utf-8"


@lasting
def packed_or_not(site: ChangingSite, chance: Random) -> None:
    site.gzip = not site.gzip


@lasting
def other_validators(site: ChangingSite, chance: Random) -> None:
    site.validators = chance.choice(("none", "honest"))
