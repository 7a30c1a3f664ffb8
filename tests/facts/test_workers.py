"""Worker processes of this machine, found by the command that runs on a host."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from flower_audit.facts.broker import Broker
from flower_audit.facts.workers import Worker, Workers, workers
from flower_audit.parsers.worker_processes import is_worker

SLEEP = "import time; time.sleep(300)"
URL = "redis://:s3cret-word@127.0.0.1:6399/2"


@contextmanager
def process(folder: Path, *words: str, **environment: str) -> Iterator[int]:
    clean = {"PATH": os.environ["PATH"], **environment}
    with subprocess.Popen(
        [sys.executable, "-c", SLEEP, *words], env=clean, cwd=folder, stdin=subprocess.DEVNULL
    ) as child:
        try:
            yield child.pid
        finally:
            child.kill()


@pytest.fixture
def look(ask_here: Callable[..., Any], tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`look([("celery", "worker", "-E"), …])`: those workers as seen beside a Flower of the same folder."""
    with ExitStack() as running:

        def find(*commands: tuple[str, ...], **environment: str) -> tuple[list[Worker], Workers]:
            flower = running.enter_context(process(tmp_path, "celery", "flower", CELERY_BROKER_URL=URL))
            pids = [running.enter_context(process(tmp_path, *words, **environment)) for words in commands]
            found: Workers = ask_here(workers, pid=str(flower))
            assert "s3cret" not in repr(found)
            return [one for pid in pids for one in found.processes if one.pid == pid], found

        yield find


@pytest.mark.skipif(os.geteuid() != 0, reason="reads the environment of other users' processes")
def test_workers_are_found_with_their_broker(look: Callable[..., Any]) -> None:
    (first, second, third), _ = look(
        ("celery", "-A", "proj", "-b", URL, "worker", "-E", "-n", "a@shop"),
        ("/opt/venv/bin/celery", "--broker=amqp://u:s3cret-word@localhost/v", "worker"),
        ("celery", "-A", "proj", "worker", "--task-events"),
        CELERY_BROKER_URL="redis://:s3cret-word@127.0.0.1:6399/3",
    )
    assert (first.name, first.sends_events, first.place) == ("a@shop", True, "redis://127.0.0.1:6399/2")
    assert (second.sends_events, second.place, second.related) == (False, "amqp://localhost:5672/v", True)
    (combined, level), _ = look(("celery", "worker", "-BE"), ("celery", "worker", "-lERROR"))
    assert (combined.sends_events, level.sends_events) == (True, False)
    assert (third.sends_events, third.database, third.where) == (True, "3", "CELERY_BROKER_URL")


@pytest.mark.skipif(os.geteuid() != 0, reason="reads the environment of other users' processes")
def test_a_worker_elsewhere_is_named_and_a_stranger_is_not(look: Callable[..., Any], tmp_path: Path) -> None:
    broker = Broker(kind="redis", where="-b", scheme="redis", host="localhost", port=6399, database="2", local=True)
    (same, other), found = look(("celery", "-b", URL, "worker"), ("celery", "-b", "redis://127.0.0.1:6399/5", "worker"))
    mine = [one for one in found.elsewhere(broker) if one.pid in {same.pid, other.pid}]
    assert mine == [other]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("/venv/bin/python /venv/bin/celery -A proj worker -E", True),
        ("python -m celery -A proj worker", True),
        ("celery -A proj flower", False),
        ("celery multi start worker", False),
        ("vim worker celery.py", False),
        ("gunicorn worker", False),
    ],
)
def test_what_is_a_worker(words: str, expected: bool) -> None:
    assert is_worker(words.split()) is expected
