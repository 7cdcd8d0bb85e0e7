"""Checks the archive for problems: reports each new problem once, and each one that is over."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from etl.alerts.problems import Problem, open_problems
from etl.alerts.sending import Delivery, send
from etl.archive.storage.archive import Database
from etl.catalog.load import readable_sources
from etl.settings import Settings

AT_ONCE = 5
"""Up to so many new problems of one check get a message each; more get one message together, as all runs fail when the
storage is down."""
Reported = dict[str, str]
"""Key → title of each problem that was reported and is not over."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, with the keys of the new problems and of the problems that are over, which are reported by it."""

    title: str
    body: str
    new: Mapping[str, str]
    over: tuple[str, ...] = ()


def find_problems(archive: Database, settings: Settings) -> list[Problem]:
    """The problems of all readable sources, and of the archive, at this moment."""
    with archive.engine.connect() as connection:
        return list(
            open_problems(
                connection,
                readable_sources(settings.source_folders),
                now=datetime.now(UTC),
                dark_days=settings.dark_days,
                address=settings.public_url,
            )
        )


def messages(problems: Iterable[Problem], reported: Reported) -> list[Message]:
    """The messages for problems that were not reported yet, and for reported ones that are over."""
    present = list(problems)
    keys, subjects = {each.key for each in present}, {each.subject for each in present}
    new = [each for each in present if each.key not in reported and not each.silenced]
    # A problem that began again, with another key, has not recovered.
    over = {key: title for key, title in reported.items() if key not in keys}
    recovered = {key: title for key, title in over.items() if not any(key.startswith(f"{each} ") for each in subjects)}
    if len(new) > AT_ONCE:
        news = [_together(new)]
    else:
        news = [Message(each.title, _body(each), {each.key: each.title}) for each in new]
    if recovered:
        body = "\n".join(recovered.values())
        news.append(Message(f"已恢复 recovered：{len(recovered)}", body, {}, tuple(recovered)))
    # The earlier keys of such problems are removed with any message that is delivered.
    if replaced := over.keys() - recovered.keys():
        news = [Message(each.title, each.body, each.new, (*each.over, *replaced)) for each in news]
    return news


def _together(problems: list[Problem]) -> Message:
    body = "\n\n".join(f"{each.title}\n{_body(each)}".strip() for each in problems)
    title = f"{len(problems)} 个问题 problems"
    return Message(title, body, {each.key: each.title for each in problems})


def _body(problem: Problem) -> str:
    return "\n".join([*problem.lines, *filter(None, [problem.link])]) or problem.title


def watch(archive: Database, settings: Settings, reported: Reported, keep: Callable[[Reported], None]) -> Reported:
    """Sends messages about new problems and problems that are over. After each delivered message, calls `keep` with the
    problems that are reported now.

    Raises `Unavailable` if a message could not be delivered to any address; it is sent again at the next check. Raises
    `GongkaiError` with the failed addresses if a message was delivered to some only.
    """
    failed: list[str] = []
    for message in messages(find_problems(archive, settings), reported):
        failed += send(settings, f"[gongkai] {message.title}", message.body).failed
        reported = {key: title for key, title in {**reported, **message.new}.items() if key not in message.over}
        keep(reported)
    Delivery((), tuple(dict.fromkeys(failed))).raise_if_failed()
    return reported


def send_test(settings: Settings) -> Delivery:
    """Sends a test message. Raises as `send` does."""
    body = "这是 gongkai 的测试消息，收到即表示设置正确。This is a test of gongkai's alerts: the setting is right."
    if settings.public_url:
        body += f"\n{settings.public_url}"
    return send(settings, "[gongkai] 测试 test", body)
