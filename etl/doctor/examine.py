"""All checks of an installation, in the order in which a person would look."""

from collections.abc import Iterator, Sequence
from importlib import import_module

from etl.doctor.findings import Check, Finding, fault, run
from etl.settings import Settings

_CHECKS = {
    "packages": ("packages", "check_packages"),
    "settings": ("machine", "check_settings"),
    "source files": ("machine", "check_sources"),
    "disk": ("machine", "check_disk"),
    "services of this machine": ("machine", "check_services"),
    "ports": ("machine", "check_ports"),
    "database": ("database", "check_application"),
    "role of readers": ("database", "check_reader"),
    "role of the owner": ("database", "check_owner"),
    "bucket": ("bucket", "check_bucket"),
    "database and bucket": ("database", "check_agreement"),
    "time stamps": ("database", "check_stamps"),
    "hosts of sources": ("machine", "check_hosts"),
    "Airflow": ("airflow", "check_airflow"),
    "models for scans": ("machine", "check_models"),
}
"""Module of this package and function, by what is looked at."""
_NEEDS = {"database and bucket": {"database", "bucket"}, "time stamps": {"database"}, "hosts of sources": {"database"}}


def examine(settings: Settings, wrong: Sequence[str]) -> Iterator[Finding]:
    """What is found, good and bad, each as soon as it is looked at. Writes nothing but a probe that it removes.

    `wrong` says what is wrong with settings whose defaults are looked at instead (`readable_settings`).
    """
    yield from (fault("settings", f"{words}; looked at with its default", "see docs/settings.md") for words in wrong)
    faulty: set[str] = set()
    for name, place in _CHECKS.items():
        if faulty & _NEEDS.get(name, set()):
            continue  # its fault is named already
        for finding in run(name, _check(*place, settings)):
            if finding.state == "fault":
                faulty.add(name)
            yield finding


def _check(module: str, function: str, settings: Settings) -> Check:
    """The check, whose module is imported when it runs: a package that one of them lacks stops no other."""
    return lambda: getattr(import_module(f"etl.doctor.{module}"), function)(settings)
