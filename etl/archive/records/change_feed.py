"""The change feed's one way in: events in the order of their commits, and the journal that can tell them again.

The journal object is written under the lock that orders commits, last before the commit. A transaction that dies
between the two leaves an object which the next transaction, numbering its own events from the same seq, overwrites:
so the journal never holds more than the tail of one transaction that did not happen. Each line names its transaction,
so that such a tail can be told from history which the database has lost (`etl.archive.storage.consistency`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB

from etl.archive.storage.bucket import Store
from etl.archive.storage.consistency import current_transaction, require_unused_change_seq
from etl.archive.storage.layout import journal_key
from etl.archive.storage.models import Change


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One event: a kind of `change.kind`, and what a rebuild needs to make its rows again.

    `values` are the columns of the version that it made (None where it made none), `texts` the contents by hash that
    were new with it, `corrections` the rows of `correction` that go with it.
    """

    kind: str
    record: int
    version: int
    page: int
    source: str
    run: int | None = None
    reason: str = ""
    values: Mapping[str, Any] | None = None
    read_with: str = ""
    texts: Mapping[str, str] | None = None
    corrections: Sequence[Mapping[str, Any]] = ()


def publish(connection: Connection, store: Store, events: Sequence[ChangeEvent]) -> None:
    """Numbers the events and writes their journal. The last thing a transaction does: others wait until it ends.

    Raises `StoreError`, and `DatabaseBehindBucket` where the bucket has events of that number already.
    """
    if not events:
        return
    told = [{name: getattr(event, name) for name in _TOLD} for event in events]
    first, now = connection.execute(_PUBLISH, {"events": told}).one()
    require_unused_change_seq(connection, store, first)
    by = current_transaction(connection)
    lines = [asdict(event) | {"seq": seq, "at": now, "writer": by} for seq, event in enumerate(events, first)]
    store.write_log(journal_key(first), [_json(line) for line in lines])


_TOLD = ("kind", "record", "version", "source", "run", "reason")
_PUBLISH = select(func.archive.publish_all(bindparam("events", type_=JSONB)), func.now())


def _json(value: Any) -> Any:
    """The value as JSON: times and dates in ISO 8601."""
    if isinstance(value, Mapping):
        return {name: _json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def last_seq(engine: Engine) -> int:
    """The number of the last event; 0 where there is none."""
    with engine.connect() as connection:
        return connection.scalar(select(func.max(Change.change_seq))) or 0
