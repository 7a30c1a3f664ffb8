"""Runs the demo's programs, and ends them and their folder as soon as whoever asked for them is gone.

Its own process, `python -m flower_audit.demo.supervisor BROKER CADDY TIMEOUT_S`, because only another process can
clean up after a crash.  Standard input is a pipe that nobody writes to: when it closes, for whatever reason, the demo
ends.  Standard output tells, a JSON object a line, the folder and then what was started or why it failed.
"""

import base64
import ctypes
import http.client
import json
import os
import re
import secrets
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from flower_audit.demo import deployment
from flower_audit.demo.certificates import write_certificates
from flower_audit.demo.ports import reserve_port

PR_SET_PDEATHSIG = 1
POLL_INTERVAL_S = 0.05
LOG_TAIL_LINES = 15
OUTCOMES = re.compile(r'^flower_events_total\{.*type="task-(succeeded|failed)".*\} ([\d.]+)$', re.MULTILINE)
ONLINE = f'flower_worker_online{{worker="{deployment.WORKER}"}} 1.0'


class Failed(Exception):
    """The demo cannot come up."""


class Supervisor:
    """The programs of one demo.  Units: deadline on `time.monotonic`."""

    def __init__(self, folder: Path, *, deadline: float) -> None:
        self.folder = folder
        self.deadline = deadline
        self.asked_by = os.getppid()
        self.password = secrets.token_urlsafe(18)
        self.broker_password = secrets.token_urlsafe(18)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str, **environment: str) -> None:
        """Start a program in the demo's folder, its output in NAME.log.  Secrets go into the environment only."""
        own = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        with self.log(name).open("wb") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603 - programs found by the demo, no shell
                command,
                cwd=self.folder,
                env={**os.environ, **own, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with(os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads
            )

    def start_all(self, broker: str, caddy: str) -> dict[str, object]:
        """Start everything, run a few tasks, and return what the other side wants to know once all of it is up."""
        ports = deployment.Ports(
            broker=reserve_port(), flower=reserve_port(), https=reserve_port(), http=reserve_port()
        )
        broker_url = deployment.broker_url(ports, self.broker_password)
        celery = (sys.executable, "-P", "-m", "celery", "-A", "flower_audit.demo.tasks")
        self.write("redis.conf", deployment.redis_conf(ports, self.broker_password))
        self.write("flowerconfig.py", deployment.flowerconfig(ports, self.folder))
        self.write("Caddyfile", deployment.caddyfile(ports, self.folder))

        self.start("broker", broker, "redis.conf")
        self.start(
            "flower", *celery, "flower",
            CELERY_BROKER_URL=broker_url, FLOWER_BASIC_AUTH=f"{deployment.USER}:{self.password}",
        )  # fmt: skip
        self.start(
            "worker", *celery, "worker", "--task-events", "--pool=threads", "--concurrency=2",
            f"--hostname={deployment.WORKER}", "--without-mingle", "--heartbeat-interval=1", "--loglevel=INFO",
            CELERY_BROKER_URL=broker_url,
        )  # fmt: skip
        self.folder.joinpath("tls").mkdir()
        write_certificates(self.folder / "tls", days_left=deployment.CERTIFICATE_DAYS_LEFT)
        self.start("caddy", caddy, "run", "--config", "Caddyfile", "--adapter", "caddyfile")
        counts = self.run_tasks(broker_url, ports.flower)
        self.wait_for("caddy", "answer over TLS", lambda: self.page_over_tls(ports.https)[0] == 200)
        return {
            "url": f"https://localhost:{ports.https}/",
            "http_url": f"http://localhost:{ports.http}/",
            "direct_url": f"http://127.0.0.1:{ports.flower}/",
            "password": self.password,
            **counts,
            "processes": {"supervisor": os.getpid(), **{name: p.pid for name, p in self.processes.items()}},
        }

    def run_tasks(self, broker_url: str, flower: int) -> dict[str, int]:
        """Send the tasks once Flower listens to the worker, for it sees only what happens after; wait until it has."""
        from flower_audit.demo.tasks import WORK, app  # noqa: PLC0415 - slow, and Flower takes as long to start

        app.conf.broker_url = broker_url
        self.wait_for("flower", "see the worker", lambda: ONLINE in self.page(flower, "/metrics")[1])
        for name, arguments in WORK:
            app.send_task(name, arguments)
        # Flower asked for workers before there was one; as a visitor does, have it ask again.
        refresh = f"/api/workers?refresh=1&workername={deployment.WORKER}"
        self.wait_for("flower", "ask the worker", lambda: _knows_worker(*self.page(flower, refresh)))

        def outcomes() -> dict[str, int]:
            counts = {"tasks_succeeded": 0, "tasks_failed": 0}
            for outcome, value in OUTCOMES.findall(self.page(flower, "/metrics")[1]):
                counts[f"tasks_{outcome}"] += int(float(value))
            return counts

        self.wait_for("worker", "run the tasks", lambda: sum(outcomes().values()) == len(WORK))
        return outcomes()

    def page(self, port: int, path: str) -> tuple[int, str]:
        """Return status and text of a page of Flower, (0, "") when nobody answers yet."""
        return self.get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), path)

    def page_over_tls(self, port: int) -> tuple[int, str]:
        """Return status and text of the first page through Caddy, whose certificate must hold."""
        context = ssl.create_default_context(cafile=self.folder / "tls" / "ca.crt")
        return self.get(http.client.HTTPSConnection("localhost", port, timeout=5, context=context), "/")

    def get(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
        """Return status and text with the password given, (0, "") when nobody answers."""
        token = base64.b64encode(f"{deployment.USER}:{self.password}".encode()).decode()
        try:
            connection.request("GET", path, headers={"Authorization": f"Basic {token}"})
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def wait_for(self, name: str, what: str, is_true: Callable[[], bool]) -> None:
        """Poll until the condition holds.  Raises Failed when any program ends before, or at the deadline."""
        while not is_true():
            self.pause(POLL_INTERVAL_S)
            for other, process in self.processes.items():
                if process.poll() is not None:
                    raise Failed(
                        f"{other} ended with status {process.returncode} at its start:\n{self.log_tail(other)}"
                    )
            if time.monotonic() > self.deadline:
                raise Failed(f"{name} did not {what} in time:\n{self.log_tail(name)}")

    def pause(self, seconds: float) -> None:
        """Wait, and exit when whoever asked for the demo is gone.

        A closed pipe says so at once.  The parent's id is asked too, since a process forked by the parent may keep
        the pipe open for longer.
        """
        closed, _, _ = select.select([sys.stdin], [], [], seconds)
        if closed or os.getppid() != self.asked_by:
            sys.exit()

    def stop(self) -> None:
        """End all programs.  None has anything worth saving, so none is asked politely."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()

    def write(self, name: str, text: str) -> None:
        """Write a configuration file."""
        self.folder.joinpath(name).write_text(text, encoding="utf-8")

    def log(self, name: str) -> Path:
        """Return where the program's output goes."""
        return self.folder / f"{name}.log"

    def log_tail(self, name: str) -> str:
        """Return the last lines of a program's log, without the passwords."""
        text = self.log(name).read_text(encoding="utf-8", errors="replace")
        for secret in (self.password, self.broker_password):
            text = text.replace(secret, "[redacted]")
        return "\n".join(text.splitlines()[-LOG_TAIL_LINES:]) or "(its log is empty)"


def _die_with(supervisor: int) -> Callable[[], None]:
    """Return what a child does before it becomes a program: ask Linux to be killed when the supervisor is."""
    prctl = ctypes.CDLL(None).prctl

    def die_with() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:  # it was killed before prctl
            os._exit(1)

    return die_with


def _knows_worker(status: int, text: str) -> bool:
    return status == 405 or deployment.WORKER in text  # Flower 1.1 and 1.2 shut the API when a password is set


def _say(**message: object) -> None:
    print(json.dumps(message), flush=True)


def _exit(_number: int, _frame: object) -> NoReturn:
    sys.exit()


def main(broker: str, caddy: str, timeout_s: str) -> None:
    """Run the demo until standard input closes."""
    endings = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for ending in endings:
        signal.signal(ending, _exit)
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="flower-audit-demo-", ignore_cleanup_errors=True) as name:
        supervisor = Supervisor(Path(name), deadline=time.monotonic() + float(timeout_s))
        try:
            _say(folder=name)
            _say(**supervisor.start_all(broker, caddy))
            while True:
                supervisor.pause(1.0)
        except Failed as failure:
            _say(failed=str(failure))
        finally:
            for ending in endings:
                signal.signal(ending, signal.SIG_IGN)
            supervisor.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
