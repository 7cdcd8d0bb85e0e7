"""What a site renames or writes otherwise in its lists is read all the same or named: nothing that a family goes by is
lost in silence.

The lists of each demo site, with forty documents in each column, are walked once for each name in their pages: a key of
data that is called otherwise or has no value, a class or id, an attribute that is gone, an element of another kind.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from demo import demo_platforms, demo_site, trs_wcm
from demo.publishing import PublishedSite
from demo.server import Site
from tests.support.answered_walks import Walked
from tests.support.demo_walks import DemoWalks
from tests.support.share import QUICK

DOCUMENTS, ROWS = 40, 15
CHANGES = 4 if QUICK else 15
Change = Callable[[str], str]

_KEY = re.compile(r'"([A-Za-z_]\w*)"\s*:')
_NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
_ATTRIBUTE = re.compile(r'\s([A-Za-z][\w:-]*)="')
_ELEMENT = re.compile(r"<([a-z][a-z0-9]*)\b")
_NEEDED = frozenset("html head body script meta title base a li ul tr table rss sitemapindex".split())
"""Elements without which there are no rows, or no page."""
_OF_LINKS = ("href", "src", "rel")
_DAY = r"(\d\d)(\d\d)-(\d\d)-(\d\d)(?=\s*[<\]])"
OTHERWISE = {
    "hosts in capitals": (r'href="/(?!/)', 'href="HTTP://WWW.YUNXI.EXAMPLE/'),
    "addresses without a scheme": (r'href="/(?!/)', 'href="//www.yunxi.example/'),
    "blanks before addresses": (r'href="', 'href=" \n'),
    "values without quotes": (r'="([\w./:-]+)"', r"=\1"),
    "elements in capitals": (r"</?[a-z][a-z0-9]*", lambda tag: tag[0].upper()),
    "rows that are not closed": (r"</li>", ""),
    "no comments": (r"<!--.*?-->", ""),
    "no scripts": (r"(?i)<script\b.*?</script>", ""),
    "columns before titles": (r"(<li[^>]*>\s*)(?=<a )", r'\1<a href="/zwgk/lm/">[部门文件]</a>'),
    "agencies before titles": (r"(<li[^>]*>\s*)(?=<a )", r'\1<a href="/zwgk/bm/">市财政局</a> | '),
    "steps as arrows": ("下一页|下页", "»"),
    "steps as pictures": ("(?<=>)(?:下一页|下页)(?=<)", '<img src="/images/n01.gif">'),
    "no totals": (r"共\s*\d+\s*[条页篇项个]", ""),
    "days in Chinese": (_DAY, r"\1\2年\3月\4日"),
    "days without a century": (_DAY, r"\2-\3-\4"),
}
"""What is written otherwise → (pattern, what stands in its place)."""


@pytest.fixture(params=sorted(set(demo_platforms().values())))
def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The demo site of each family with so many documents in each column, as many on a page as sites show, and no
    faults."""
    site = demo_site(request.param)
    if isinstance(site, PublishedSite):
        few = site.slice
        monkeypatch.setattr(site, "slice", lambda column, page, size: few(column, page, max(size, ROWS)))
    longer = tuple(replace(column, size=max(column.size, ROWS)) for column in trs_wcm.COLUMNS)
    monkeypatch.setattr(trs_wcm, "COLUMNS", longer)
    site.faults.clear()
    for column in sorted({posting.column for posting in site.postings.values()}):
        own = [posting for posting in site.postings.values() if posting.column == column and not posting.href]
        for place in range(len(own), DOCUMENTS if own else 0):
            document = own[place % len(own)].document
            title, key = f"{document.title}（第{place}批）", f"{document.key}-{place}"
            day = document.published_date - timedelta(days=3 * place)
            site.put(replace(document, key=key, title=title, published_date=day), key=key, column=column)
    return site


def changes(pages: str) -> Iterator[tuple[str, Change]]:
    """(what it does, the change) for each name in the pages."""

    def sub(pattern: str, replacement: str) -> Change:
        return lambda text: re.sub(pattern, replacement, text)

    for key in sorted(set(_KEY.findall(pages))):
        yield f"key {key} renamed", sub(rf'"{key}"(\s*:)', rf'"{key}X"\1')
        yield f"key {key} null", sub(rf'"{key}"(\s*:\s*)("[^"]*"|-?[\d.]+|true|false)', rf'"{key}"\1null')
    for name in sorted({name for names in _NAMES.findall(pages) for name in names.split()}):
        yield f"class or id {name} renamed", sub(rf"(?<![\w/.-]){re.escape(name)}(?![\w/.-])", f"x{name[::-1]}")
    for name in sorted(set(_ATTRIBUTE.findall(pages)).difference(_OF_LINKS)):
        yield f"attribute {name} dropped", sub(rf'(?<=[\w"\'])\s{re.escape(name)}="[^"]*"', "")
    for tag in sorted(set(_ELEMENT.findall(pages)).difference(_NEEDED)):
        yield f"element {tag} replaced", sub(rf"<(/?){tag}\b", r"<\1div")


def silent(changed: Walked, plain: Walked, *, missing: bool) -> bool:
    """Whether documents, which `missing` says, or titles are missing and nothing says so."""
    return (missing or _untitled(changed) > _untitled(plain)) and not (
        changed.red or changed.amber or changed.open_ends
    )


@pytest.mark.generated
def test_a_list_that_a_site_writes_otherwise_is_read_or_named(site: Site) -> None:
    walks = DemoWalks(site)
    plain = walks.walk()
    changes = {
        what: lambda text, pattern=pattern, other=other: re.sub(pattern, other, text, flags=re.DOTALL)
        for what, (pattern, other) in random.Random(site.platform).sample(list(OTHERWISE.items()), CHANGES)
    }
    walked = {what: walks.walk(change) for what, change in changes.items()}
    every = plain.entries.keys()
    assert [
        what for what, each in walked.items() if silent(each, plain, missing=not every <= each.entries.keys())
    ] == []


@pytest.mark.generated
def test_a_name_that_a_site_changes_is_read_or_named(site: Site) -> None:
    walks = DemoWalks(site)
    plain = walks.walk()
    assert plain.red == []
    assert len(plain.entries) > DOCUMENTS
    every = list(changes("\n".join(walks.texts)))
    sample = random.Random(site.platform).sample(every, min(CHANGES, len(every)))
    walked = {what: walks.walk(change) for what, change in sample}
    count = len(plain.entries)
    assert [what for what, each in walked.items() if silent(each, plain, missing=len(each.entries) < count)] == []


def _untitled(walked: Walked) -> int:
    return sum(1 for entry in walked.entries.values() if not entry.title)
