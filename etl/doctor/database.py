"""The archive's database: reached as each role, its schema, what its roles may, its clock, and whether it is behind."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import SecretStr
from sqlalchemy import Connection, text

from etl.archive.preservation.time_stamps import authority_of, stamp_state
from etl.archive.storage.archive import open_archive, open_database
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.database import connect, require_schema_revision, translate_database_errors
from etl.archive.storage.models import REVISION
from etl.doctor.findings import Finding, fault, good, note
from etl.settings import Settings

CLOCK_TOLERANCE = 5.0
"""Seconds between the clocks of this machine and another. Turns of hosts are given by the database's clock."""
_ROLES = "as a superuser, run migrations/roles.sql; `gongkai up` does so by itself"
_LIMITS = text("""
SELECT rolconnlimit, rolsuper OR rolcreatedb OR rolcreaterole AS mighty,
    ARRAY(SELECT unnest(setconfig) FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0) AS settings
FROM pg_roles r WHERE rolname = current_user
""")
_RIGHTS = text("""
SELECT has_schema_privilege('archive', 'USAGE') AS reads_archive,
    has_schema_privilege('public', 'CREATE') AS makes_tables,
    has_database_privilege(current_database(), 'TEMPORARY') AS makes_temporary
""")
_READER_SETTINGS = ("statement_timeout", "idle_in_transaction_session_timeout")


def check_application(settings: Settings) -> Iterator[Finding]:
    """The application's role: reaches the database, and finds the schema of this version."""
    if (url := _url(settings.database_url)) is None:
        yield fault("database", "GONGKAI_DATABASE_URL is not set", "run `gongkai up`, or see docs/settings.md")
        return
    engine = connect(url)
    with translate_database_errors(engine), engine.connect() as connection:
        began = datetime.now(UTC)
        database_time = connection.scalar(text("SELECT clock_timestamp()"))
        middle = began + (datetime.now(UTC) - began) / 2
        mighty = connection.execute(_LIMITS).one().mighty
    yield good("database", f"reached as {engine.url.username} at {engine.url.host}:{engine.url.port}")
    yield clock("clock of the database", (database_time - middle).total_seconds() if database_time else 0.0)
    if mighty:
        yield fault("role of the application", f"{engine.url.username} may make roles or databases", _ROLES)
    else:
        yield good("role of the application", f"{engine.url.username} may make neither roles nor databases")
    require_schema_revision(engine)
    yield good("schema", f"at revision {REVISION}")


def clock(check: str, seconds: float) -> Finding:
    """A clock that is so many seconds ahead of this machine's (behind it, if negative)."""
    if abs(seconds) <= CLOCK_TOLERANCE:
        return good(check, f"differs by {abs(seconds):.1f} s")
    direction = "ahead of" if seconds > 0 else "behind"
    return fault(
        check,
        f"is {abs(seconds):.0f} s {direction} this machine's",
        "set both clocks by NTP: the pace of hosts, times of captures and signed requests depend on them",
    )


def check_reader(settings: Settings) -> Iterator[Finding]:
    """The role of downstream readers: reads api_v1 alone, with limits, so that enough is left to the archive."""
    if (url := _url(settings.database_reader_url)) is None:
        yield note("role of readers", "GONGKAI_DATABASE_READER_URL is not set", "set it if downstream jobs read here")
        return
    engine = connect(url)
    with translate_database_errors(engine), engine.connect() as connection:
        missing = [*_missing_limits(connection)]
    if missing:
        yield fault("role of readers", f"{engine.url.username} {', '.join(missing)}", _ROLES)
    else:
        yield good("role of readers", f"{engine.url.username} reads api_v1 alone, with limits")


def _missing_limits(connection: Connection) -> Iterator[str]:
    limits, rights = connection.execute(_LIMITS).one(), connection.execute(_RIGHTS).one()
    if limits.rolconnlimit < 0:
        yield "has no limit of connections"
    values = {setting.partition("=")[0]: setting.partition("=")[2] for setting in limits.settings}
    for name in _READER_SETTINGS:
        if values.get(name, "0") == "0":
            yield f"has no {name}"
    if values.get("default_transaction_read_only") != "on":
        yield "is not read-only by default"
    if limits.mighty or rights.makes_tables or rights.makes_temporary:
        yield "may make tables, databases or roles"
    if rights.reads_archive:
        yield "may look into schema archive"


def check_owner(settings: Settings) -> Iterator[Finding]:
    """The owner, whom migrations and rebuilds need."""
    if (url := _url(settings.database_owner_url)) is None:
        yield note(
            "role of the owner",
            "GONGKAI_DATABASE_OWNER_URL is not set",
            "set it for `gongkai migrate` and `gongkai rebuild`",
        )
        return
    engine = connect(url)
    with translate_database_errors(engine), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    yield good("role of the owner", f"reached as {engine.url.username}")


def check_agreement(settings: Settings) -> Iterator[Finding]:
    """Whether the database knows all that its bucket holds; every writer refuses where it does not."""
    require_database_in_sync(open_archive(settings))
    yield good("database and bucket", "the database knows the newest runs and changes of the bucket")


def _url(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def check_stamps(settings: Settings) -> Iterator[Finding]:
    """Daily roots: whether there are any, and whether time stamps cover them."""
    authority = authority_of(settings)
    with open_database(settings).engine.connect() as connection:
        state = stamp_state(connection)
    if state.root is None:
        yield note("daily roots", "none yet", "DAG audit_fixity makes them, or `gongkai stamp` (docs/proofs.md)")
        return
    yield good("daily roots", f"the newest is of {state.root}")
    without = f"daily roots without a time stamp: {state.unstamped}"
    if authority is None:
        yield note("time stamps", without, "name an authority in GONGKAI_STAMP_URL (docs/proofs.md)")
    elif state.unstamped:
        yield fault("time stamps", without, "`gongkai stamp` asks the authority again; its error says what is wrong")
    else:
        yield good("time stamps", f"that of {state.stamp} covers all")
