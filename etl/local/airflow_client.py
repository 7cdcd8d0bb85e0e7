"""A small client of Airflow's REST API: what the demo and the command line ask of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from etl.errors import GongkaiError


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """One try of a task of a run; `map_index` is -1 for a task that is not mapped."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int


@dataclass(frozen=True, slots=True)
class DagImportError:
    """A DAG file that Airflow could not load, and the end of the traceback."""

    file: str
    error: str


class AirflowClient:
    """Airflow as one user. Every method raises GongkaiError when Airflow does not answer or refuses."""

    def __init__(self, base_url: str, user: str, password: str) -> None:
        self.base_url = base_url
        self._login = {"username": user, "password": password}
        # A proxy of the environment is for the sites, never for our own Airflow.
        self._http = httpx.Client(base_url=base_url, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def wait_for_dag(self, dag_id: str, timeout: float) -> None:
        """Wait until the DAG is known; the error after `timeout` seconds tells which DAG files are broken."""
        deadline = time.monotonic() + timeout
        while not self._known(dag_id):
            if time.monotonic() > deadline:
                broken = "; ".join(f"{found.file}: {found.error}" for found in self.import_errors())
                raise GongkaiError(
                    f"Airflow does not know the DAG {dag_id} after {timeout:.0f} s", hint=broken or "see its DAG files"
                )
            time.sleep(0.2)

    def unpause(self, dag_id: str) -> None:
        self._ask("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run now; gives its id."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        return str(self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """`queued`, `running`, `success` or `failed`."""
        return str(self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def runs(self, dag_id: str) -> list[str]:
        """The ids of all runs; those that an asset started begin with `asset_triggered`."""
        return [str(row["dag_run_id"]) for row in self._pages(f"/api/v2/dags/{dag_id}/dagRuns", "dag_runs")]

    def task_instances(self, dag_id: str, run_id: str) -> list[TaskInstance]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return [
            TaskInstance(row["task_id"], row["map_index"], row["state"], row["try_number"])
            for row in self._pages(path, "task_instances")
        ]

    def import_errors(self) -> list[DagImportError]:
        return [
            DagImportError(row["filename"], row["stack_trace"].strip().splitlines()[-1])
            for row in self._pages("/api/v2/importErrors", "import_errors")
        ]

    def _known(self, dag_id: str) -> bool:
        return self._send("GET", f"/api/v2/dags/{dag_id}").status_code == httpx.codes.OK

    def _pages(self, path: str, key: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self._ask("GET", path, params={"limit": 100, "offset": len(rows)})
            rows += page[key]
            if not page[key] or len(rows) >= page["total_entries"]:
                return rows

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self._send(method, path, **options)
        if answer.is_error:
            raise GongkaiError(
                f"Airflow refuses {method} {path}: {answer.status_code} {answer.text[:300]}", hint=self.base_url
            )
        found: dict[str, Any] = answer.json()
        return found

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            if "Authorization" not in self._http.headers:
                self._http.headers["Authorization"] = f"Bearer {self._token()}"
            return self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise GongkaiError(
                f"Airflow at {self.base_url} does not answer: {error or type(error).__name__}",
                hint="see `gongkai status`",
            ) from error

    def _token(self) -> str:
        answer = self._http.post("/auth/token", json=self._login)
        if answer.is_error:
            raise GongkaiError(
                f"Airflow refuses the login of {self._login['username']}: {answer.status_code}",
                hint="its password is in secrets.json of the state folder",
            )
        return str(answer.json()["access_token"])
