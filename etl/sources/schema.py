"""The schema of a source file: one catalog that the archive crawls. `docs/sources.md` explains each key."""

import re
import ssl
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FilePath,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from etl.clock import CHINA
from etl.fields import DATE_FIELDS
from etl.input_words import did_you_mean
from etl.reason_codes import Code
from etl.regions import NO_REGION, PROVINCES
from etl.sources.duties import Duty
from etl.sources.listing import FieldName, Listing
from etl.sources.schedule import checked_schedule, cron_line
from etl.sources.typed import typed_address
from etl.sources.values import Count, Days, Number, Share, Text, Whole
from etl.web.urls import Address, canonical_url, column_address, in_scope

_NOT_IN_HOSTS = re.compile(r"[\s:/?#*@,;]")


def _host(value: str) -> str:
    """The host in the form in which addresses have it: lower case, names in Chinese as ASCII."""
    wildcard, name = ("*.", value[2:]) if value.startswith("*.") else ("", value)
    is_name = name.isprintable() and name and not _NOT_IN_HOSTS.search(name)
    host = urlsplit(canonical_url(f"http://{name}/")).netloc if is_name else ""
    if not host:
        raise ValueError(
            f"{value!r} is no host: its name alone, without https://, port or path, such as www.example.gov.cn"
        )
    return wildcard + host


def _region(value: str) -> str:
    if not re.fullmatch(r"\d{6}", value, re.ASCII):
        raise ValueError("is no code of a region: six digits in quotes")
    if value[:2] not in PROVINCES and value != NO_REGION:
        raise ValueError("does not begin with the code of a province (GB/T 2260)")
    return value


Lookups = dict[FieldName, Annotated[dict[str, str], Field(min_length=1)]]


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _lookups(value: Lookups) -> Lookups:
    for name in value.keys() & DATE_FIELDS:
        for odd, meaning in value[name].items():
            if meaning and not _is_day(meaning):
                raise ValueError(f"{name}.{odd}: {meaning!r} is no day (yyyy-mm-dd), nor empty for none")
    return value


def _day(value: object) -> date:
    day = date.fromisoformat(value) if isinstance(value, str) and _is_day(value) else value
    if type(day) is not date:
        raise ValueError("must be a day, such as 2026-11-29")
    return day


def _day_or_never(value: object) -> object:
    """What `verified` may be; a day that has not come yet is a slip, and would hide that nobody looked."""
    if value == "never":
        return value
    try:
        day = _day(value)
    except ValueError as error:
        raise ValueError(f"{error}, or `never`") from error
    if day > datetime.now(CHINA).date():
        raise ValueError(f"{day} has not come yet")
    return day


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    """One list of the catalog."""

    url: Annotated[str, AfterValidator(typed_address), AfterValidator(column_address)] = Field(
        description="address of the list's first page"
    )
    name: str = Field("", description="what the site calls the list")
    post: str = Field(
        "", description="what the site's script posts to that address, a form (`a=1&b=2`) or JSON; GET when left out"
    )
    whole: bool = Field(False, description="whether someone saw that the list's first page has all of its documents")

    @property
    def request(self) -> tuple[str, str]:
        """What names the list, with http or https: its address without the scheme, and what is posted to it."""
        return self.url.partition("://")[2], self.post


class Pace(_Part):
    """How fast the site is requested."""

    delay: Number = Field(2.0, ge=0, le=3600, description="seconds between two requests to one host")
    concurrency: Count = Field(2, ge=1, le=16, description="concurrent requests to the site")
    retry_delay: Number = Field(5.0, ge=0, le=600, description="seconds before the first retry; doubles each time")


class Limits(_Part):
    """Upper limits of a run."""

    pages: Count = Field(20_000, ge=1, description="documents listed in a run; the rest end as `limit`")
    listing_pages: Count = Field(5_000, ge=1, description="listing pages walked in a run")
    bytes: Whole = Field(50_000_000, ge=1_000, le=1_000_000_000, description="size of one response, unpacked")
    resources: Count = Field(
        500, ge=0, description="style sheets and pictures of the site's look fetched in a run; 0 keeps none"
    )
    seconds: Number = Field(60, gt=0, le=600, description="time for one response, first to last byte")
    redirects: Count = Field(5, ge=0, le=20, description="redirects followed for one page")
    retries: Count = Field(2, ge=0, le=5, description="retries after a transient failure")


class Assertions(_Part):
    """Conditions for a run to be green."""

    min_records: Count = Field(ge=1, description="records that the source must have")
    max_age_days: Count = Field(ge=1, le=36_500, description="age of the newest document, in days, at most")
    max_drop: Share = Field(0.2, description="share by which a full walk may list less than the last good one")


class Tls(_Part):
    """Exceptions for a site whose TLS is broken or old, for this source alone; certificates are always verified."""

    ca: FilePath | None = Field(None, description="PEM file with the certificates that the site fails to send")
    ciphers: str | None = Field(None, description="OpenSSL cipher string for a site that offers only old ones")
    legacy_renegotiation: bool = Field(
        False,
        description="whether servers may lack secure renegotiation (RFC 5746); who sits between could add to requests",
    )
    minimum: Literal["TLSv1", "TLSv1.1"] | None = Field(
        None, description="oldest version of TLS, for a site that has not got 1.2; implies `security_level: 0`"
    )
    security_level: Literal[0, 1] | None = Field(
        None, description="OpenSSL's: 1 allows RSA and DH of 1024 bits, 0 shorter ones and SHA-1 too"
    )
    reason: str = Field("", description="why the exception is needed; required with any of the other keys")

    @property
    def level(self) -> int:
        """OpenSSL's security level that is in force; 2 without an exception."""
        if self.security_level is not None:
            return self.security_level
        return 0 if self.minimum else 2

    @property
    def openssl_ciphers(self) -> str:
        """The cipher string that the exceptions need; empty for Python's, which has none of what old servers offer."""
        if self.ciphers is None and self.level == 2:
            return ""
        ciphers = self.ciphers or "DEFAULT"
        return ciphers if self.level == 2 else f"{ciphers}:@SECLEVEL={self.level}"

    @model_validator(mode="after")
    def _explained(self) -> Self:
        excepted = ", ".join(self.model_dump(exclude={"reason"}, exclude_defaults=True))
        if excepted and not self.reason.strip():
            raise ValueError(f"reason: missing, and {excepted} must have one")
        if self.ciphers:
            try:
                ssl.create_default_context().set_ciphers(self.ciphers)
            except ssl.SSLError as error:
                raise ValueError(f"ciphers: OpenSSL does not know {self.ciphers!r}") from error
        return self


DARK = "dark"
"""What a silence names for a source without a good run; else it names the code of a reason."""


def _silent_reason(value: str) -> str:
    if value not in (codes := [*Code, DARK]):
        raise ValueError(f"{value!r} is no code of docs/reasons.md, nor `{DARK}`{did_you_mean(value, codes)}")
    return value


class Silence(_Part):
    """A reason for which nobody is to be woken until a day."""

    reason: Annotated[str, AfterValidator(_silent_reason)] = Field(
        description="code of the reason of a red or amber run, or `dark`"
    )
    until: Annotated[date, BeforeValidator(_day)] = Field(
        description="last day of the silence; afterwards you are told that it ended"
    )
    why: Text = Field(description="why nobody need be woken")


def _origin(value: str) -> str:
    parts = urlsplit(canonical_url(typed_address(value)))
    if parts.path != "/" or parts.query:
        raise ValueError("must be scheme and host only, such as http://www.example.gov.cn")
    return f"{parts.scheme}://{parts.netloc}"


Origin = Annotated[str, AfterValidator(_origin)]


class Source(_Part):
    """One catalog, as described by its source file. docs/sources.md explains each key."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)] = Field(
        description="short name; lower-case words joined by hyphens, never changed"
    )
    name: Text = Field(description="what people call the catalog")
    agency: Text = Field(description="the body that must disclose")
    region: Annotated[str, AfterValidator(_region)] = Field(
        description="GB/T 2260 code of the agency's region, six digits in quotes"
    )
    platform: str = Field(description="the family of the site: `gongkai sources platforms` lists them")
    columns: tuple[Column, ...] = Field(min_length=1, description="the lists to walk")
    listing: Listing | None = Field(None, description="where rows and fields are, for platforms that accept selectors")
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(
        min_length=1, description="hosts that the crawler may visit; `*.` before a name allows its subdomains"
    )
    schedule: Annotated[str, AfterValidator(checked_schedule)] = Field(
        "@daily", description="cron line or preset, Asia/Shanghai"
    )
    pace: Pace = Field(default_factory=Pace, description="how fast the site is requested")
    limits: Limits = Field(default_factory=Limits, description="upper limits of a run")
    assertions: Assertions = Field(description="conditions for a run to be green")
    lookups: Annotated[Lookups, AfterValidator(_lookups)] = Field(
        default_factory=dict,
        description="by field, odd values that the site writes and what they mean (`validity: {'1': 有效}`)",
    )
    expects: dict[FieldName, Share] = Field(
        default_factory=dict, description="by field, the share of the latest records that must have it"
    )
    duties: tuple[Duty, ...] = Field((), description="what agencies must publish every year, and until when")
    silences: tuple[Silence, ...] = Field(
        (), description="reasons of red and amber runs for which no alert is sent until a day"
    )
    recheck_after_days: Days = Field(30, description="age in days after which a known page is fetched again")
    recheck_at_most_days: Days = Field(
        360, description="the longest such interval; it grows with the page's age, twelvefold in a year"
    )
    full_walk_days: Days = Field(
        30, description="age in days of the last full walk after which a crawl walks every list to its end"
    )
    twins: dict[Origin, Origin] = Field(
        default_factory=dict,
        description="other addresses of the site (`http://a.gov.cn`), each with the one under which it is stored",
    )
    tls: Tls = Field(default_factory=Tls, description="exceptions for a site whose TLS is broken or old")
    allow_private_addresses: bool = Field(
        False,
        description="whether hosts may resolve to loopback or private addresses; for the demo and intranets",
    )
    verified: Annotated[date | Literal["never"], BeforeValidator(_day_or_never)] = Field(
        description="day on which someone last checked the live site, or `never`"
    )

    @field_validator("twins")
    @classmethod
    def _stored_under_a_host(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for twin, origin in value.items():
            if origin in value:
                raise ValueError(f"{twin}: {origin} is itself a twin: name the address under which pages are stored")
            if "hosts" in info.data and not in_scope(origin, info.data["hosts"]):
                raise ValueError(f"{twin}: {origin} is on none of the hosts {', '.join(info.data['hosts'])}")
        return value

    @property
    def cron(self) -> str | None:
        """The cron line on which the source is crawled, in China's time; None where it is crawled by hand only."""
        return cron_line(self.schedule, self.id)

    def allows(self, url: str) -> bool:
        """Whether the address is on one of the source's hosts."""
        return in_scope(url, self.hosts)

    def canonical(self, url: str, base: str = "") -> Address:
        """The canonical form of the address, on the twin under which the site is stored. Raises `ValueError`."""
        address = canonical_url(url, base)
        if not self.twins:
            return address
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        return Address(self.twins[origin] + address.removeprefix(origin)) if origin in self.twins else address


_OF_CRAWLS = frozenset(
    "schedule pace limits silences duties expects recheck_after_days recheck_at_most_days full_walk_days tls".split()
)
"""Keys that only crawls need, and that may be left out."""


def archived_source(definition: Mapping[str, Any]) -> Source:
    """The source as its file was at its last run, for whoever reads its stored pages: without what only crawls need. A
    file of that time may have values there that are refused today, or certificates that are on another machine."""
    values = {key: value for key, value in definition.items() if key not in _OF_CRAWLS}
    return Source.model_validate(values | {"assertions": {"min_records": 1, "max_age_days": 36500}})


def adhoc_source(id: str, name: str, url: str, hosts: Sequence[str]) -> Source:
    """A source without a file, for pages that are imported or looked at once."""
    return Source.model_validate(
        {
            "id": id,
            "name": name,
            "agency": "—",
            "region": "000000",
            "platform": "",
            "columns": [{"url": url}],
            "hosts": hosts,
            "assertions": {"min_records": 1, "max_age_days": 36500},
            "verified": "never",
        }
    )
