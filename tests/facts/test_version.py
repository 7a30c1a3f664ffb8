"""The release by the package, else by the script; where two look alike, that is said."""

from dataclasses import replace

import pytest
from packaging.version import Version as Release

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.fingerprint import Fingerprint
from flower_audit.facts.package import Package
from flower_audit.facts.version import version

from .stand_ins import process

PACKAGE = Package(venv="/opt/venv", python="3.11.2", versions={"flower": "2.1.0"}, requires_python=">=3.10")
SCRIPT = Fingerprint(releases=(Release("1.1.0"), Release("1.2.0")))


def test_the_package_decides() -> None:
    assert version(PACKAGE, SCRIPT).releases == (Release("2.1.0"),)


def test_a_package_that_is_younger_than_the_process_does_not() -> None:
    assert version(replace(PACKAGE, installed=1000), SCRIPT, process(started=2000)).release == Release("2.1.0")
    with pytest.raises(Unobservable, match="restart it"):
        version(replace(PACKAGE, installed=2000), SCRIPT, process(started=1000))


@pytest.mark.parametrize("package", [None, Unobservable("needs root")])
def test_without_it_the_script_does(package: Unobservable | None) -> None:
    found = version(package, SCRIPT)
    assert found.release == Release("1.2.0")
    assert not found.before("1.1")
    assert found.before("2.0")
    with pytest.raises(Unobservable, match=r"1\.1\.0 or 1\.2\.0"):
        found.before("1.2.0")


def test_neither_tells() -> None:
    with pytest.raises(Unobservable, match="not served"):
        version(None, Fingerprint(reason="not served"))
    with pytest.raises(Unreachable):
        version(Unobservable("needs root"), Unreachable("url", "refused"))
