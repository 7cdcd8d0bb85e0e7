"""Mistakes in a source file that its schema cannot see: keys that contradict each other, its family, or the machine.

They are refused in files alone. The archive also keeps what files said at their last runs, and must go on reading that.
"""

import re
import ssl
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from etl.clock import CHINA
from etl.platforms.registry import all_platforms, platform
from etl.sources.schema import Source
from etl.web.data import read_json

_ANYBODY = re.compile(r"\*\.(?:(?:gov|com|org|net|edu|ac|mil)\.)?[a-z]{2,}")
"""A wildcard that allows the sites of everybody: a top-level domain, or one below which anybody registers names."""


def mistakes(source: Source) -> Iterator[str]:
    """`key: reason` of each mistake. The platform must exist."""
    family = platform(source.platform)
    if not family.lists:
        yield f"platform: {family.name} has no code for lists, only for documents"
    if source.listing and not family.accepts_selectors:
        names = ", ".join(item.name for item in all_platforms() if item.accepts_selectors)
        yield f"listing: {family.name} needs no selectors; this key is for {names}"
    seen = set()
    for number, column in enumerate(source.columns):
        if column.request in seen:
            yield f"columns.{number}.url: {column.url} is there twice: each list once, with http or with https"
        seen.add(column.request)
        if not source.allows(column.url):
            yield f"columns.{number}.url: {_elsewhere(column.url, source)}"
        if "#" in column.url and not family.reads_fragments:
            reason = f"{family.name} reads nothing after #, so the list that it names would be another one"
            yield f"columns.{number}.url: {column.url}: {reason}"
        if column.post and (reason := _fault_of_body(column.post)):
            yield f"columns.{number}.post: {reason}"
    yield from _templates(source)
    yield from _hosts(source)
    yield from _duties(source)
    if source.tls.ca and (reason := _fault_of_certificates(str(source.tls.ca))):
        yield f"tls.ca: {source.tls.ca} {reason}"


def _duties(source: Source) -> Iterator[str]:
    year = datetime.now(CHINA).year
    for number, duty in enumerate(source.duties):
        if duty.due is None and duty.within_days is None:
            yield f"duties.{number}: needs due or within_days: else nothing is ever late"
        if duty.since > year:
            yield f"duties.{number}.since: {duty.since} has not come yet"


def _elsewhere(url: str, source: Source) -> str:
    return f"{url} is on none of the hosts {', '.join(source.hosts)}"


def _templates(source: Source) -> Iterator[str]:
    for key in ("address", "pages"):
        form = getattr(source.listing, key, None) or ""
        host = urlsplit(form).netloc
        if host and "{" not in host and not source.allows(form if "://" in form else f"http:{form}"):
            yield f"listing.{key}: {_elsewhere(form, source)}"


def _hosts(source: Source) -> Iterator[str]:
    for number, host in enumerate(source.hosts):
        if _ANYBODY.fullmatch(host):
            yield f"hosts.{number}: {host} allows everybody's sites: name those of the agency"
        elif not source.allow_private_addresses and _is_private(host):
            yield f"hosts.{number}: {host} is no public address: needs `allow_private_addresses: true`"


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        label = host.rpartition(".")[2]
        return label == "localhost" or label.isdigit()  # programs read 2130706433 as 127.0.0.1


def _fault_of_body(post: str) -> str:
    """Why this can be no body of a request, empty if it can: a form, JSON or XML."""
    if post.lstrip().startswith(("{", "[")):
        try:
            read_json(post)
        except ValueError as error:
            return f"is not valid JSON: {error}"
    elif "=" not in post and not post.lstrip().startswith("<"):
        return "is neither a form such as `pageNo=1&pageSize=20` nor JSON"
    return ""


def _fault_of_certificates(path: str) -> str:
    try:
        ssl.create_default_context().load_verify_locations(cafile=path)
    except ssl.SSLError:
        return "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""
