"""Captures of an address in the formats of Memento (RFC 7089) and of CDX servers."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from etl.archive.queries.mementos import Around, Memento
from etl.export.cdxj import url_key

LINK_FORMAT = "application/link-format"
CDX_FIELDS = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length", "capture_id", "outcome", "redirect")
"""Fields of a line of the index. The first seven are those of other CDX servers. `digest`: as in WACZ files; `length`:
bytes of the body; `redirect`: the address that answered, if it is another one."""


def http_date(moment: datetime) -> str:
    """The time in the format of `Memento-Datetime`."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def replay_address(base: str, capture: int) -> str:
    """The address of the bytes of a capture."""
    return f"{base}/captures/{capture}/bytes"


def links_of_memento(base: str, url: str) -> str:
    """The header Link of a capture: its original address, and where its other captures are listed."""
    return ", ".join(_links(base, url))


def links_of_timegate(base: str, url: str, around: Around) -> str:
    """The header Link of a TimeGate, with the first, the chosen and the last capture."""
    mementos = []
    for each in {each.capture: each for each in (around.first, around.closest, around.last)}.values():
        ends = [name for name, end in (("first", around.first), ("last", around.last)) if each.capture == end.capture]
        mementos.append(_memento(base, each, " ".join([*ends, "memento"])))
    return ", ".join([*_links(base, url), *mementos])


def _links(base: str, url: str) -> list[str]:
    return [
        f'<{_uri(url)}>; rel="original"',
        f'<{base}/timegate/{_uri(url)}>; rel="timegate"',
        f'<{base}/timemap/link/{_uri(url)}>; rel="timemap"; type="{LINK_FORMAT}"',
    ]


def _memento(base: str, each: Memento, relation: str) -> str:
    return f'<{replay_address(base, each.capture)}>; rel="{relation}"; datetime="{http_date(each.fetched_at)}"'


def link_timemap(base: str, url: str, versions: Sequence[Memento], after: int | None) -> str:
    """A TimeMap as application/link-format. `after`: the capture after which the next TimeMap begins, None if there is
    none."""
    lines = _links(base, url)
    lines += [_memento(base, each, "memento") for each in versions]
    if after is not None:
        following = f"{base}/timemap/link/{after}/{_uri(url)}"
        lines.append(f'<{following}>; rel="timemap next"; type="{LINK_FORMAT}"')
    return ",\n".join(lines) + "\n"


def json_timemap(base: str, url: str, versions: Sequence[Memento], after: int | None) -> dict[str, Any]:
    """The same as JSON, in the form of MemGator and the Time Travel service."""
    mementos = [{"datetime": _iso(each.fetched_at), "uri": replay_address(base, each.capture)} for each in versions]
    return {
        "original_uri": url,
        "timegate_uri": f"{base}/timegate/{_uri(url)}",
        "timemap_uri": {name: f"{base}/timemap/{part}/{_uri(url)}" for name, part in _FORMS.items()},
        "mementos": {"first": mementos[0], "last": mementos[-1], "list": mementos} if mementos else {"list": []},
        "next": f"{base}/timemap/json/{after}/{_uri(url)}" if after is not None else None,
    }


_FORMS = {"link_format": "link", "json_format": "json"}


def cdx_line(each: Memento) -> dict[str, str]:
    """A capture as a line of the index. Every value is text, as in other CDX servers."""
    mime = each.content_type.partition(";")[0].strip().lower()
    line = {
        "urlkey": url_key(each.url),
        "timestamp": f"{each.fetched_at.astimezone(UTC):%Y%m%d%H%M%S}",
        "url": each.url,
        "mime": mime or "unk",
        "status": str(each.status or "-"),
        "digest": f"sha256:{each.sha256}",
        "length": str(each.size),
        "capture_id": str(each.capture),
        "outcome": each.outcome,
    }
    return line | ({"redirect": each.final_url} if each.final_url != each.url else {})


def cdxj(line: dict[str, str]) -> str:
    """The line as CDXJ: key, timestamp, and the other fields as JSON."""
    rest = {name: value for name, value in line.items() if name not in ("urlkey", "timestamp")}
    return f"{line['urlkey']} {line['timestamp']} {json.dumps(rest, ensure_ascii=False)}\n"


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _uri(url: str) -> str:
    """The address in a form that is allowed in a header."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")
