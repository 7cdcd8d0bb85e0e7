"""All checks of an installation, in the order in which a person would look."""

from collections.abc import Iterator
from functools import partial

from etl.doctor.airflow import check_airflow
from etl.doctor.bucket import check_bucket
from etl.doctor.database import check_agreement, check_application, check_owner, check_reader, check_stamps
from etl.doctor.findings import Check, Finding, run
from etl.doctor.machine import (
    check_disk,
    check_hosts,
    check_models,
    check_ports,
    check_services,
    check_settings,
    check_sources,
)
from etl.settings import Settings

_NEEDS = {
    "database and bucket": {"database", "bucket"},
    "time stamps": {"database"},
    "hosts of sources": {"database"},
}


def examine(settings: Settings) -> Iterator[Finding]:
    """What is found, good and bad, each as soon as it is looked at. Writes nothing but a probe that it removes."""
    checks: dict[str, Check] = {
        "settings": partial(check_settings, settings),
        "source files": partial(check_sources, settings),
        "disk": partial(check_disk, settings),
        "services of this machine": partial(check_services, settings),
        "ports": partial(check_ports, settings),
        "database": partial(check_application, settings),
        "role of readers": partial(check_reader, settings),
        "role of the owner": partial(check_owner, settings),
        "bucket": partial(check_bucket, settings),
        "database and bucket": partial(check_agreement, settings),
        "time stamps": partial(check_stamps, settings),
        "hosts of sources": partial(check_hosts, settings),
        "Airflow": partial(check_airflow, settings),
        "models for scans": check_models,
    }
    faulty: set[str] = set()
    for name, check in checks.items():
        if faulty & _NEEDS.get(name, set()):
            continue  # its fault is named already
        for finding in run(name, check):
            if finding.state == "fault":
                faulty.add(name)
            yield finding
