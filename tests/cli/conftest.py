"""A demo that runs for the whole session, audits of it in processes of their own, and the command in this one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flower_audit.baseline import load
from flower_audit.cli import main
from flower_audit.demo import Demo, start_demo
from flower_audit.model import Report

Audit = Callable[..., "Audited"]
Run = Callable[..., Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    status: int
    text: str
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "reports" / "flower-audit.json"

    @property
    def report(self) -> Report:
        return load(self.path)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with start_demo() as running:
        yield running


@pytest.fixture(scope="session")
def audit(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """`audit("-k", "https", configuration="…")`: an audit of the demo from outside, in a folder of its own."""

    def run(*options: str, configuration: str = "", host: str = "") -> Audited:
        folder = tmp_path_factory.mktemp("audit")
        if configuration:
            (folder / "flower-audit.yml").write_text(configuration)
        target = [f"--flower-host={host or demo.url}"]
        if not host:
            target.append(f"--flower-ca={demo.ca_file}")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", ".", *target, *options]
        environment = {**os.environ, "COLUMNS": "120", "PYTEST_ADDOPTS": ""}
        done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
        return Audited(status=done.returncode, text=done.stdout + done.stderr, folder=folder)

    return run


@pytest.fixture(scope="session")
def audited(audit: Audit) -> Audited:
    """One audit that many tests read."""
    return audit("-k", "https")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("list", "--json")`: the command in this process."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def call(*arguments: str, color: bool = False) -> Result:
        return CliRunner().invoke(main, [str(one) for one in arguments], prog_name="flower-audit", color=color)

    return call
