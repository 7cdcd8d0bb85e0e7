"""A small client of Airflow's REST API, for the demo."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from etl.errors import GongkaiError
from etl.local.process import Notice, no_notice

TIMEOUT = 30.0
"""Seconds after which an unanswered request is sent again."""
PATIENCE = 300.0
"""Seconds after which an unanswered request fails: on a busy machine the API server may just be slow."""


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """The latest try of a task in a run. `map_index` is -1 for a task that is not mapped."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int


@dataclass(frozen=True, slots=True)
class DagImportError:
    """A DAG file that Airflow could not load, and the last line of the traceback."""

    file: str
    error: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of task slots: all, those that are free, and the tasks that wait for one."""

    name: str
    slots: int
    open: int
    queued: int


class AirflowClient:
    """Airflow's API as one user. Every method raises GongkaiError when Airflow does not answer or refuses.

    Requests that are not answered in time are repeated for `PATIENCE` seconds; `notice` is called meanwhile.
    """

    def __init__(self, base_url: str, user: str, password: str, *, notice: Notice = no_notice) -> None:
        self.base_url = base_url
        self._notice = notice
        self._login = {"username": user, "password": password}
        # A proxy in the environment is for requests to sites, never for our own Airflow.
        self._http = httpx.Client(base_url=base_url, timeout=TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def wait_for_dag(self, dag_id: str, timeout: float) -> None:
        """Wait until Airflow knows the DAG. The error after `timeout` seconds names the DAG files that are broken."""
        deadline = time.monotonic() + timeout
        while not self.has_dag(dag_id):
            if time.monotonic() > deadline:
                broken = "; ".join(f"{broken.file}: {broken.error}" for broken in self.import_errors())
                raise GongkaiError(
                    f"Airflow does not know the DAG {dag_id} after {timeout:.0f} s", hint=broken or "see its DAG files"
                )
            time.sleep(0.2)

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs start."""
        self._request("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run now; returns its id."""
        # The id is chosen here, so that a repeated request does not start a second run.
        run_id = f"manual__{datetime.now(UTC).isoformat(timespec='seconds')}_{secrets.token_hex(4)}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf or {})}
        path = f"/api/v2/dags/{dag_id}/dagRuns"
        answer = self._send("POST", path, json=body)
        if answer.status_code != httpx.codes.CONFLICT:
            self._require_success("POST", path, answer)
        return run_id

    def run_state(self, dag_id: str, run_id: str) -> str:
        """`queued`, `running`, `success` or `failed`."""
        return str(self._request("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def run_states(self, runs: Mapping[str, str]) -> dict[str, str]:
        """The state of each run, by DAG; `runs` gives the run's id by DAG. One request, however many there are."""
        states: dict[str, str] = {}
        body = {"dag_ids": list(runs), "order_by": "-run_after", "page_limit": 100}
        read = 0
        while len(states) < len(runs):
            page = self._request("POST", "/api/v2/dags/~/dagRuns/list", json=body | {"page_offset": read})["dag_runs"]
            if not page:
                missing = ", ".join(f"{dag_id} {runs[dag_id]}" for dag_id in runs.keys() - states.keys())
                raise GongkaiError(f"Airflow does not know the run {missing}", hint=self.base_url)
            states |= {row["dag_id"]: row["state"] for row in page if row["dag_run_id"] == runs[row["dag_id"]]}
            read += len(page)
        return states

    def runs(self, dag_id: str) -> list[str]:
        """The ids of all runs of a DAG. Those that an asset started begin with `asset_triggered`."""
        return [str(row["dag_run_id"]) for row in self._pages(f"/api/v2/dags/{dag_id}/dagRuns", "dag_runs")]

    def task_instances(self, dag_id: str, run_id: str) -> list[TaskInstance]:
        """The tasks of a run."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return [
            TaskInstance(row["task_id"], row["map_index"], row["state"], row["try_number"])
            for row in self._pages(path, "task_instances")
        ]

    def import_errors(self) -> list[DagImportError]:
        """The DAG files that Airflow could not load."""
        return [
            DagImportError(row["filename"], row["stack_trace"].strip().splitlines()[-1])
            for row in self._pages("/api/v2/importErrors", "import_errors")
        ]

    def paused_dags(self) -> list[str]:
        """The ids of DAGs that are paused."""
        return sorted(str(row["dag_id"]) for row in self._pages("/api/v2/dags", "dags", paused=True))

    def pools(self) -> list[Pool]:
        """The pools."""
        return [
            Pool(row["name"], row["slots"], row["open_slots"], row["queued_slots"])
            for row in self._pages("/api/v2/pools", "pools")
        ]

    def connection(self, name: str) -> str | None:
        """The target of a Connection, `host:port/schema`; None if there is no such Connection."""
        answer = self._send("GET", f"/api/v2/connections/{name}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        self._require_success("GET", name, answer)
        row = answer.json()
        return f"{row['host']}:{row['port']}/{row['schema']}"

    def has_dag(self, dag_id: str) -> bool:
        """Whether a DAG file makes this DAG."""
        answer = self._send("GET", f"/api/v2/dags/{dag_id}")
        return answer.status_code == httpx.codes.OK and not answer.json()["is_stale"]

    def _pages(self, path: str, key: str, **params: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self._request("GET", path, params={"limit": 100, "offset": len(rows), **params})
            rows += page[key]
            if not page[key] or len(rows) >= page["total_entries"]:
                return rows

    def _request(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The JSON object that Airflow answers with."""
        answer = self._send(method, path, **options)
        self._require_success(method, path, answer)
        body: dict[str, Any] = answer.json()
        return body

    def _require_success(self, method: str, path: str, answer: httpx.Response) -> None:
        if answer.is_error:
            raise GongkaiError(
                f"Airflow refuses {method} {path}: {answer.status_code} {answer.text[:300]}", hint=self.base_url
            )

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Airflow's response. Repeats a request that timed out, so it must be harmless to send twice."""
        began = time.monotonic()
        while True:
            try:
                if "Authorization" not in self._http.headers:
                    self._http.headers["Authorization"] = f"Bearer {self._token()}"
                return self._http.request(method, path, **options)
            except httpx.TransportError as error:
                waited = time.monotonic() - began
                if not isinstance(error, httpx.TimeoutException) or waited > PATIENCE:
                    raise GongkaiError(
                        f"Airflow at {self.base_url} does not answer: {error or type(error).__name__}",
                        hint="see `gongkai status`; the same command again goes on where it stopped",
                    ) from error
                self._notice(f"for Airflow to answer {method} {path} ({waited:.0f} s)")

    def _token(self) -> str:
        answer = self._http.post("/auth/token", json=self._login)
        if answer.is_error:
            raise GongkaiError(
                f"Airflow refuses the login of {self._login['username']}: {answer.status_code}",
                hint="its password is in secrets.json of the state folder",
            )
        return str(answer.json()["access_token"])
