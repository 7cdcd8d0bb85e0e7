"""robots.txt according to RFC 9309: with status 4xx everything is allowed; if the file is unreachable, nothing is."""

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
"""RFC 9309, 2.3.1.2: five redirects must be followed, also to other hosts; with more, the file counts as missing."""
MAX_CRAWL_DELAY_SECONDS = 60.0
"""Maximum for Crawl-delay; longer values are reduced to this."""

_AGENT_LINE = re.compile(r"\A\s*+user[- ]?agent(?:\s*+:|\s)(?P<name>[^#]*+)", re.IGNORECASE)
"""The same form as in Protego, which also accepts a space instead of the colon."""
_OTHERS = "other-crawlers"
_AGENT_NAME = re.compile(r"[\w-]+")
"""A crawler's name (RFC 9309, 2.2.1), without the version after it."""
_PATH_LINE = re.compile(r"\A\s*+(?P<rule>al{1,2}ow|d[ia]s{1,2}al{1,2}ow)(?:\s*+:|\s)(?P<paths>[^#]*+)", re.IGNORECASE)
_DELAY_LINE = re.compile(
    r"\A\s*+crawl-?delay(?:\s*+:|\s)\s*+(?P<whole>\d+)(?:[.,](?P<part>\d+))?(?![\de])", re.IGNORECASE
)
_AS_TYPED = str.maketrans("：＊／", ":*/", "\ufeff")
"""Characters that Chinese input methods and editors write instead of those of the format."""


class RobotsRules:
    """The rules of a host's robots.txt for this crawler. `outcome`, `reason`: those of a page that it forbids."""

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
            self._parsed = Protego.parse(_as_meant(robots.text, self._agent, host))

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
    """The robots.txt in an answer. An answer that still redirects after the maximum of redirects counts as missing."""
    status = 404 if answer.status // 100 == 3 else answer.status
    return CachedRobots(status, _text(answer.body), datetime.now(UTC))


def _text(body: bytes) -> str:
    """The file's text: decoded as UTF-8 (RFC 9309, 2.2), or by its byte order mark; UTF-16 is also detected without
    one.

    Its media type is ignored: some servers declare it as HTML, and a page that is sent instead of it contains no rules.
    """
    if b"\0" in body[:2]:
        return body.decode("utf-16-le" if body[1:2] == b"\0" else "utf-16-be", "replace")
    return decode(body)[0]


def _as_meant(text: str, agent: str, host: str) -> str:
    """The file in a form that Protego can read.

    Corrects common mistakes: a path without its slash, with its host, in quotes or with backslashes, several paths in
    one line, a delay with a unit.
    Gives all other crawlers the same name, because Protego stores each rule once for each crawler of its group: a
    file of half a megabyte would give 300 million rules.
    """
    lines = []
    for line in re.split(r"\r\n?|\n", text.translate(_AS_TYPED)):
        if match := _AGENT_LINE.match(line):
            short = _AGENT_NAME.match(match["name"].strip("*\"' \t;").lower())
            name = "*" if short is None else short[0]
            lines.append(f"User-agent: {name if name == '*' or name in agent.lower() else _OTHERS}")
        elif (match := _PATH_LINE.match(line)) and match["paths"].strip():
            paths = [_path(written, host) for written in match["paths"].split()]
            lines += [f"{match['rule']}: {path}" for path in paths]
        elif match := _DELAY_LINE.match(line):
            lines.append(f"Crawl-delay: {match['whole']}.{match['part'] or 0}")
        else:
            lines.append(line)
    return "\n".join(lines)


def _path(written: str, host: str) -> str:
    """The path of a rule, from the root of the host."""
    written = written.strip("\"'").replace("\\", "/")
    written = f"/{written[2:]}" if written.startswith("./") else written
    path = re.sub(rf"\A(?:https?:)?//{re.escape(host)}(?::\d+)?(?=/|\Z)", "", written, flags=re.IGNORECASE) or "/"
    path = path.removesuffix(";") or "/"
    return path if path.startswith(("/", "*", "%")) or "://" in path else f"/{path}"
