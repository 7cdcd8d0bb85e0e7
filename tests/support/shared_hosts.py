"""Invented hosts that several small sources share, as a city's portal has the catalogs of its offices."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from typing import Any

import yaml
from starlette.requests import Request

from demo.files import docx, scan
from demo.server import Resource, Site, serve
from etl.sources.schema import Source

HOSTS, OFFICES, DOCUMENTS = 10, 4, 12
"""Hosts, sources of each host, documents of each source."""
SCANNED = ("GONGKAI 2023", "SCAN OF OFFICE 1")
PAGE = """<html><head><title>{title}</title></head><body><div class="wz"><h1 class="bt">{title}</h1>
<dl class="sx"><dt>索引号：</dt><dd>{index}</dd><dt>发布日期：</dt><dd>2023-05-{day:02}</dd></dl>
<div class="nr">{text}</div>{files}</div></body></html>"""


@dataclass
class SharedHost(Site):
    """One host: the list of office `n` is `/n/`, its documents are `/n/1.html` …, their files `/n/1.docx`."""

    number: int = 0
    requested: Condition = field(default_factory=Condition)
    """Notified of each request."""

    def resource_at(self, request: Request, body: bytes) -> Resource | None:
        with self.requested:
            self.requested.notify_all()
        office, _, name = request.url.path.strip("/").partition("/")
        if not office.isdigit():
            return None
        if not name:
            return Resource(request.url.path, self.list_of(int(office)).encode())
        stem, _, ending = name.partition(".")
        match ending:
            case "html":
                return Resource(request.url.path, self.document(int(office), int(stem)).encode())
            case "docx":
                file = docx(name, [f"附件：第{self.number}号第{office}处第{stem}件"])
            case _:
                file = scan(name, SCANNED)
        return Resource(request.url.path, file.data, file.media_type)

    def list_of(self, office: int) -> str:
        rows = "".join(
            f'<tr><td><a href="/{office}/{n}.html">{self.title(office, n)}</a></td>'
            f'<td class="rq">2023-05-{n:02}</td></tr>'
            for n in range(DOCUMENTS, 0, -1)
        )
        return f'<html><body><table class="lb">{rows}</table></body></html>'

    def title(self, office: int, n: int) -> str:
        return f"云溪市第{self.number}区第{office}处关于第{n}项工作安排的通知"

    def document(self, office: int, n: int) -> str:
        text = "".join(
            f"<p>第{part}条 第{self.number}区第{office}处按第{n}项工作的安排，于{part}月底前完成登记、核对和公示。</p>"
            for part in range(1, 8)
        )
        ending = {1: "docx", 2: "pdf" if (self.number, office) == (0, 1) else ""}.get(n, "")
        files = f'<p><a href="/{office}/{n}.{ending}">附件：工作安排表.{ending}</a></p>' if ending else ""
        index = f"{self.number:03}{office:03}/2023-{n:05}"
        return PAGE.format(title=self.title(office, n), index=index, day=n, text=text, files=files)

    def source_of(self, path: str) -> str:
        """The id of the source to which the path belongs."""
        return f"host{self.number}-office{path.split('/')[1]}"

    def source(self, office: int, delay: float) -> dict[str, Any]:
        """The source file of an office."""
        return {
            "id": self.source_of(f"/{office}/"),
            "name": f"云溪市第{self.number}区第{office}处信息公开",
            "agency": f"云溪市第{self.number}区第{office}处",
            "region": "539100",
            "platform": "generic",
            "listing": {
                "rows": "table.lb tr",
                "fields": {"published_date": "td.rq"},
                "body": ["div.nr"],
                "header": ["dl.sx"],
            },
            "columns": [{"url": f"{self.base}/{office}/", "name": "通知"}],
            "hosts": ["127.0.0.1"],
            # A test that runs in China's night would meet the runs of the default.
            "schedule": "0 0 29 2 *",
            "pace": {"delay": delay, "concurrency": 2, "retry_delay": 0.1},
            "allow_private_addresses": True,
            "assertions": {"min_records": DOCUMENTS, "max_age_days": 36500},
            "verified": "never",
        }


@contextmanager
def shared_hosts(requested: Condition, hosts: int = HOSTS) -> Iterator[list[SharedHost]]:
    """That many hosts, served."""
    sites = [SharedHost(f"host{number}", number=number, requested=requested) for number in range(hosts)]
    with ExitStack() as stack:
        for site in sites:
            stack.enter_context(serve(site))
        yield sites


def sources(sites: list[SharedHost], delay: float, offices: int = OFFICES) -> list[Source]:
    """The sources of that many offices of each host."""
    return [Source.model_validate(site.source(office, delay)) for site in sites for office in range(offices)]


def write_sources(sites: list[SharedHost], delay: float, folder: Path) -> None:
    """Their source files."""
    folder.mkdir(exist_ok=True)
    for site in sites:
        for office in range(OFFICES):
            draft = site.source(office, delay)
            (folder / f"{draft['id']}.yaml").write_text(yaml.safe_dump(draft, allow_unicode=True), encoding="utf-8")
