"""Start the demo and stop it: the side of the process that wants it."""

import json
import os
import selectors
import signal
import site
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import IO, Any

import flower_audit
from flower_audit.demo.deployment import USER, WORKER
from flower_audit.demo.programs import Program, find_programs
from flower_audit.errors import UsageError

STOP_TIMEOUT_S = 10.0
INHERITED = (
    *("PATH", "TMPDIR", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
)


class StartFailed(UsageError):
    """The demo did not come up; the message holds the end of the log of the program that stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demo.  Its certificate is for `localhost`; every port is on 127.0.0.1 alone.

    `url` is Caddy over TLS, `http_url` its redirect there, `direct_url` Flower itself, `engine` a sentence that names
    the programs, `processes` their ids by name.  Units: started_in_s in seconds.
    """

    url: str
    http_url: str
    direct_url: str
    ca_file: Path
    user: str = USER
    password: str = field(repr=False)
    worker: str = WORKER
    tasks_succeeded: int
    tasks_failed: int
    folder: Path
    engine: str
    processes: dict[str, int]
    started_in_s: float


@contextmanager
def start_demo(*, timeout_s: float = 30.0) -> Iterator[Demo]:
    """Run the demo for the length of a `with` block.  Units: timeout_s in seconds, for the start.

    A supervisor process starts everything and ends everything, the folder too, as soon as the pipe from this process
    closes: at the end of the block, and just as well when this process crashes.
    Raises UsageError when a package is missing, StartFailed when a program does not come up.
    """
    began = time.monotonic()
    broker, caddy = find_programs()
    command = [sys.executable, "-P", "-m", "flower_audit.demo.supervisor", str(broker.path), str(caddy.path)]
    supervisor = subprocess.Popen(  # noqa: S603 - this package's own module, no shell
        [*command, str(timeout_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
        start_new_session=True,  # Ctrl-C in a terminal is for us; the supervisor must outlive it to clean up
    )
    assert supervisor.stdin is not None  # for mypy: both are pipes
    assert supervisor.stdout is not None
    messages = _Messages(supervisor.stdout)
    folder = None
    try:
        deadline = began + timeout_s + STOP_TIMEOUT_S
        folder = Path(messages.next(deadline=deadline)["folder"])
        started = messages.next(deadline=deadline)
        if "failed" in started:
            raise StartFailed(started["failed"])
        yield Demo(
            folder=folder,
            ca_file=folder / "tls" / "ca.crt",
            engine=_engine(broker, caddy),
            started_in_s=time.monotonic() - began,
            **started,
        )
    finally:
        with suppress(BrokenPipeError):
            supervisor.stdin.close()
        messages.drain(deadline=time.monotonic() + STOP_TIMEOUT_S)
        # Nothing is left of its process group, unless the supervisor itself was killed or hangs.  It is not yet
        # waited for, so that its id still names this group and no other.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(supervisor.pid, signal.SIGKILL)
        supervisor.wait()
        supervisor.stdout.close()
        if folder is not None:
            rmtree(folder, ignore_errors=True)


class _Messages:
    """What the supervisor says: one JSON object a line.  Anything else it prints is kept to explain its end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._unread = b""
        self._noise = b""

    def next(self, *, deadline: float) -> dict[str, Any]:
        """Return the next message.  Units: deadline on `time.monotonic`.  Raises StartFailed when there is none."""
        while True:
            line, newline, rest = self._unread.partition(b"\n")
            if not newline:
                if chunk := self._read(deadline):
                    self._unread += chunk
                    continue
                text = (self._noise + self._unread).decode(errors="replace")[-2000:].strip()
                raise StartFailed(
                    f"the demo's supervisor ended or hung before the demo was up:\n{text or '(no output)'}"
                )
            self._unread = rest
            if line.startswith(b"{"):
                message: dict[str, Any] = json.loads(line)
                return message
            self._noise += line + newline

    def drain(self, *, deadline: float) -> None:
        """Wait until the supervisor has closed its end, which is when it exits."""
        while self._read(deadline):
            pass

    def _read(self, deadline: float) -> bytes:
        with selectors.DefaultSelector() as selector:
            selector.register(self._stream, selectors.EVENT_READ)
            ready = selector.select(max(0.0, deadline - time.monotonic()))
        return os.read(self._stream.fileno(), 65536) if ready else b""


def _environment() -> dict[str, str]:
    """Return the little of our environment that the demo needs: no FLOWER_* or CELERY_* of the user's may change it."""
    ours = {name: os.environ[name] for name in INHERITED if name in os.environ}
    package_root = str(Path(flower_audit.__file__).parents[1])
    path = [package_root, *filter(None, ours.get("PYTHONPATH", "").split(os.pathsep))]
    ours["PYTHONPATH"] = os.pathsep.join(path)
    if user_base := site.getuserbase():
        ours["PYTHONUSERBASE"] = user_base  # it follows HOME, and HOME will be the demo's folder
    return ours


def _engine(broker: Program, caddy: Program) -> str:
    return f"{broker}, {caddy}"
