"""Compares daily roots and time stamps with each other and with the links of the chain.

A forger who rewrites the whole chain must also rewrite the roots, and has no time stamps over these.
"""

from collections.abc import Iterable

from etl.archive.preservation.daily_roots import Link, root_over
from etl.archive.preservation.log_check import check_log
from etl.archive.storage.bucket import Store, sha256
from etl.archive.storage.layout import ROOTS, STAMPS, chain_key, root_key
from etl.archive.storage.log_object import DamagedLog


class RootCheck:
    """Reads roots and stamps when it is created. Then `add` takes the links in order, and `end` finishes the check.

    `logs`: SHA-256 and size in bytes of each root and stamp. Every method raises `DamagedLog`.
    """

    def __init__(self, store: Store) -> None:
        self.logs: dict[str, tuple[str, int]] = {}
        self._roots = [check_log(key, self._read(store, key)).roots[0] for key in sorted(store.list_logs(ROOTS))]
        for key in store.list_logs(STAMPS):
            [stamp] = check_log(key, self._read(store, key)).stamps
            if stamp.root != self.logs.get(root_key(stamp.day), ("", 0))[0]:
                raise DamagedLog(key, f"it stamps another {root_key(stamp.day)}, or that one is missing")
        self._waiting = self._roots[::-1]
        self._links: list[Link] = []

    def _read(self, store: Store, key: str) -> bytes:
        body = store.read_log_bytes(key)
        self.logs[key] = sha256(body), len(body)
        return body

    def add(self, link: Link) -> None:
        """Takes the next link."""
        if not self._waiting or link.number < self._waiting[-1].first_link:
            return
        self._links.append(link)
        root = self._waiting[-1]
        if link.number >= root.last_link:
            if root_over(root.day, root.before, self._links) != root:
                raise DamagedLog(root_key(root.day), "it is not the root over its links: it or they were changed")
            self._waiting.pop()
            self._links.clear()

    def end(self, named: Iterable[str]) -> None:
        """Finishes the check after the last link. `named`: the logs that the links name.

        The last roots may be missing, because a copy of the bucket may have been made while they were written.
        """
        if self._waiting:
            root = self._waiting[-1]
            raise DamagedLog(chain_key(root.last_link), f"it is missing, {root_key(root.day)} is the root over it")
        last = root_key(self._roots[-1].day) if self._roots else ""
        if lost := sorted(key for key in named if key.startswith(ROOTS) and key < last and key not in self.logs):
            raise DamagedLog(lost[0], f"it is missing, {last} comes after it")
        before, link = None, 0
        for root in self._roots:
            key = root_key(root.day)
            if (root.before, root.first_link) != (before, link + 1):
                raise DamagedLog(key, "it does not go on from the root before it: that one is missing or was changed")
            before, link = self.logs[key][0], root.last_link
