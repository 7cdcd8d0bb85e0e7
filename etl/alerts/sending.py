"""Sends messages with Apprise: by mail, to chats (DingTalk, WeCom, Feishu, Slack …) and to webhooks."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from etl.errors import GongkaiError, Unavailable
from etl.settings import Settings


def addresses(settings: Settings) -> list[str]:
    """The addresses of the setting. Raises `GongkaiError` if there is none."""
    urls = settings.alert_urls.get_secret_value().split() if settings.alert_urls else []
    if not urls:
        raise GongkaiError("GONGKAI_ALERT_URLS is not set", hint="see docs/alerts.md")
    return urls


@dataclass(frozen=True, slots=True)
class Delivery:
    """`taken`: addresses to which a message was delivered. `failed`: the others, with the reasons. Secrets in addresses
    are masked."""

    taken: tuple[str, ...]
    failed: tuple[str, ...]

    def raise_if_failed(self) -> None:
        """Raises `GongkaiError` with the addresses to which it was not delivered, if there are any."""
        if self.failed:
            raise GongkaiError(
                f"not delivered to {', '.join(self.failed)}", hint="check GONGKAI_ALERT_URLS and that service"
            )


def send(settings: Settings, title: str, body: str) -> Delivery:
    """Sends one message to every address.

    Raises `GongkaiError` for an address of an unknown service, and `Unavailable` if it was delivered to none; then it
    can be sent again.
    """
    # Imported here, as it takes half a second to load and is only needed for sending.
    from apprise import Apprise  # noqa: PLC0415

    services = [Apprise.instantiate(url) for url in addresses(settings)]
    if None in services:
        number = services.index(None) + 1
        raise GongkaiError(f"address {number} of GONGKAI_ALERT_URLS is of no known service", hint="see docs/alerts.md")
    taken: list[str] = []
    failed: list[str] = []
    for service in services:
        name = str(service.url(privacy=True)).partition("?")[0]  # type: ignore[union-attr]
        with _log_of_apprise() as log_lines:
            if service.notify(body=body, title=title):  # type: ignore[union-attr]
                taken.append(name)
            else:
                failed.append(f"{name} ({log_lines[-1]})" if log_lines else name)
    if not taken:
        raise Unavailable(f"not delivered to {', '.join(failed)}", hint="check GONGKAI_ALERT_URLS and that service")
    return Delivery(tuple(taken), tuple(failed))


@contextmanager
def _log_of_apprise() -> Iterator[list[str]]:
    """The warnings that Apprise logs until the block ends. It reports the reason of a failure only there."""
    log_lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log_lines.append(" ".join(record.getMessage().split()))

    handler, logger = Keeping(logging.WARNING), logging.getLogger("apprise")
    logger.addHandler(handler)
    try:
        yield log_lines
    finally:
        logger.removeHandler(handler)
