"""robots.txt as in RFC 9309: 4xx means that everything is allowed, an unreachable file that nothing is."""

import re
from datetime import UTC, datetime, timedelta

from protego import Protego

from etl.fetch.exchange import Answer
from etl.fetch.host_registry import CachedRobots
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
from etl.web.charset import decode

ROBOTS_LIFETIME = timedelta(hours=24)
"""RFC 9309, 2.4: a cached file should not be used for longer."""
MAX_ROBOTS_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least 500 KiB must be parsed; the rest is ignored."""
MAX_ROBOTS_REDIRECTS = 5
"""RFC 9309, 2.3.1.2: so many must be followed, also to other hosts; after more the file counts as missing."""
MAX_CRAWL_DELAY_SECONDS = 60.0
"""Longer values of Crawl-delay are cut to this."""

_AGENT_LINE = re.compile(r"\A\s*+user[- ]?agent(?:\s*+:|\s)(?P<name>[^#]*+)", re.IGNORECASE)
"""As Protego reads it, which takes a space for the colon too."""
_OTHERS = "other-crawlers"


class RobotsRules:
    """A host's robots.txt, read for this crawler. `outcome` and `reason` are those of a forbidden address."""

    def __init__(self, host: str, robots: CachedRobots, user_agent: str) -> None:
        self._agent = user_agent.partition("/")[0]
        self._parsed: Protego | None = None
        self._all_refused = not robots.answered
        self.outcome = Outcome.NETWORK_ERROR if robots.status is None else Outcome.ROBOTS
        if self._all_refused:
            self.reason = (
                encode_reason(Code.ROBOTS_UNREACHABLE, host=host, error=Reason.from_stored(robots.text or "no answer"))
                if robots.status is None
                else encode_reason(Code.ROBOTS_STATUS, host=host, status=robots.status)
            )
        else:
            self.reason = encode_reason(Code.ROBOTS_DISALLOWS, host=host)
        if robots.status is not None and robots.status < 300:
            self._parsed = Protego.parse(_for_few_agents(robots.text, self._agent))

    def allow(self, url: str) -> bool:
        """Whether the address may be requested."""
        if self._parsed is None:
            return not self._all_refused
        return bool(self._parsed.can_fetch(url, self._agent))

    @property
    def crawl_delay(self) -> float:
        """Seconds between requests as set by the file, at most `MAX_CRAWL_DELAY_SECONDS`."""
        delay = self._parsed.crawl_delay(self._agent) if self._parsed else None
        return min(float(delay or 0), MAX_CRAWL_DELAY_SECONDS)


def robots_of(answer: Answer) -> CachedRobots:
    """What the answer to a request for robots.txt sets; one that still leads on after all redirects sets nothing."""
    status = 404 if answer.status // 100 == 3 else answer.status
    return CachedRobots(status, _text(answer.body), datetime.now(UTC))


def _text(body: bytes) -> str:
    """The file's text: UTF-8 (RFC 9309, 2.2), or as its byte order mark says; UTF-16 also without one.

    Its media type decides nothing: servers send it as HTML too, and pages that are sent instead of it hold no rules.
    """
    if b"\0" in body[:2]:
        return body.decode("utf-16-le" if body[1:2] == b"\0" else "utf-16-be", "replace")
    return decode(body)[0]


def _for_few_agents(text: str, agent: str) -> str:
    """The file with all other crawlers under one name.

    Protego keeps every rule once for each crawler of its group: of half a megabyte it would make 300 million.
    """
    lines = text.replace("：", ":").splitlines()  # typed so, and meant
    for number, line in enumerate(lines):
        if found := _AGENT_LINE.match(line):
            name = found["name"].strip().lower().replace("*", "") or "*"
            lines[number] = f"User-agent: {name if name == '*' or name in agent.lower() else _OTHERS}"
    return "\n".join(lines)
