"""Literal facts that tests of several facts need."""

from typing import Any

from packaging.version import Version

from flower_audit.facts.options import Options, Setting
from flower_audit.facts.process import Process


def options(**values: Any) -> Options:
    """Flower 2.2.0 with the options given, and its defaults where these tests look at them."""
    told: dict[str, Any] = {"port": 5555, "address": "127.0.0.1", "unix_socket": "", "url_prefix": "", **values}
    settings = {name: Setting(value=value) for name, value in told.items()}
    return Options(release=Version("2.2.0"), settings=settings, workdir="/opt/app")


def process(**values: Any) -> Process:
    """A Flower that has run for an hour, under flower.service."""
    told: dict[str, Any] = {
        "pid": 66,
        "uid": 999,
        "user": "celery",
        "gid": 999,
        "shell": "/usr/sbin/nologin",
        "program": "celery",
        "arguments": (),
        "cwd": "/opt/app",
        "unit": "flower.service",
        "started": 1_790_000_000,
        "age_s": 3600,
        "rss": 1,
        "limit_nofile": None,
        "umask": "0022",
        **values,
    }
    return Process(**told)
