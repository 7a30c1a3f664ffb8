"""Accepts and rejects of install.*."""

from dataclasses import replace

import pytest
from flower_audit.checks import test_install as checks
from packaging.version import Version

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.options import Options, options_of_start
from flower_audit.facts.package import Package
from flower_audit.parsers.flower_start import Start

GOOD = Package(
    venv="/opt/flower/venv",
    python="3.11.2",
    versions={"flower": "2.2.0", "celery": "5.7.0", "redis": "8.1.0", "amqp": "5.4.2"},
    requires_python=">=3.10",
)


def without(name: str) -> Package:
    return replace(GOOD, versions={key: value for key, value in GOOD.versions.items() if key != name})


def broker(url: str) -> Options:
    return options_of_start(Start(argv=("celery", "-b", url, "flower"), environ={}, workdir="/"), Version("2.2.0"))


def test_flower_installed() -> None:
    checks.test_flower_is_installed(GOOD)
    with pytest.raises(AssertionError, match="/opt/flower/venv: flower is not installed"):
        checks.test_flower_is_installed(without("flower"))
    with pytest.raises(AssertionError, match=r"/opt/flower/venv: it is in lib/python3\.9"):
        checks.test_flower_is_installed(replace(without("flower"), left_behind="it is in lib/python3.9, …"))


def test_flower_current() -> None:
    checks.test_flower_is_current(GOOD)
    for old in ("1.2.0", "0.9.7"):
        with pytest.raises(AssertionError, match=f"Flower {old}"):
            checks.test_flower_is_current(replace(GOOD, versions={"flower": old}))
    with pytest.raises(NotApplicable):
        checks.test_flower_is_current(without("flower"))


def test_python_supported() -> None:
    checks.test_python_fits_flower(GOOD)
    with pytest.raises(AssertionError, match=r"Python 3\.9"):
        checks.test_python_fits_flower(replace(GOOD, python="3.9"))
    with pytest.raises(AssertionError, match=r"/usr/bin/python3\.9 is gone"):
        checks.test_python_fits_flower(replace(without("flower"), interpreter_gone="/usr/bin/python3.9"))
    with pytest.raises(Unobservable):
        checks.test_python_fits_flower(replace(GOOD, python=""))


def test_celery_compatible() -> None:
    checks.test_celery_fits_flower(GOOD)
    with pytest.raises(AssertionError, match=r"celery>=5\.0\.5 \(found 4\.4\.7\)"):
        checks.test_celery_fits_flower(replace(GOOD, unmet=("celery>=5.0.5 (found 4.4.7)",)))
    with pytest.raises(AssertionError, match="celery is not installed"):
        checks.test_celery_fits_flower(without("celery"))


def test_broker_client() -> None:
    checks.test_broker_client_is_installed(GOOD, broker("redis://h/0"))
    checks.test_broker_client_is_installed(GOOD, broker("amqp://u:p@h//"))
    for url in ("redis://h/0", "rediss://h/0", "sentinel://h:26379"):
        with pytest.raises(AssertionError, match="no client for"):
            checks.test_broker_client_is_installed(without("redis"), broker(url))
    with pytest.raises(NotApplicable):
        checks.test_broker_client_is_installed(GOOD, broker("memory://"))
    application = options_of_start(Start(argv=("celery", "-A", "a", "flower"), environ={}, workdir="/"), Version("2"))
    with pytest.raises(Unobservable, match="application"):
        checks.test_broker_client_is_installed(GOOD, application)
