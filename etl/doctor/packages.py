"""The Python packages that gongkai asks for."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from etl.doctor.findings import INSTALL, Finding, fault, good
from etl.settings import Settings


def check_packages(_: Settings) -> Iterator[Finding]:
    """Whether each package that gongkai's own metadata names is installed, in a version that it allows."""
    requirements = [Requirement(line) for line in requires("gongkai") or ()]
    needed = [each for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = [(each.name, problem) for each in needed if (problem := _problem(each))]
    for name, problem in wrong:
        yield fault(f"package {name}", problem, INSTALL)
    if not wrong:
        yield good("packages", f"all {len(needed)} are installed")


def _problem(requirement: Requirement) -> str:
    """What is wrong with an installed package; empty if nothing is."""
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return "is missing"
    fits = requirement.specifier.contains(installed, prereleases=True)
    return "" if fits else f"is {installed}, not {requirement.specifier}"
