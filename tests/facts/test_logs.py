"""Logs of real processes: where they write, what the text says, and that no secret leaves."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import Absent
from flower_audit.facts.logs import Logs, logs
from flower_audit.parsers.log_reader import summary

WRITES = """
import sys, time
file = open(sys.argv[1], sys.argv[2])
for line in sys.stdin:
    file.write(line); file.flush()
print("done", flush=True)
time.sleep(300)
"""
NOW = time.strftime("%y%m%d %H:%M:%S")
OLD = "250101 03:00:00"


@contextmanager
def writer(path: Path, text: str, mode: str = "a", *, words: tuple[str, ...] = (), **environment: str) -> Iterator[str]:
    command = [sys.executable, "-c", WRITES, str(path), mode, *words]
    clean = {"PATH": os.environ["PATH"], **environment}
    child = subprocess.Popen(
        command, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(text)
        child.stdin.close()
        assert child.stdout.readline() == "done\n"
        yield str(child.pid)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.fixture
def look(ask_here: Callable[..., Any]) -> Callable[..., Logs]:
    return lambda pid: ask_here(logs, pid=pid)


def test_a_log_file_is_found_by_what_is_open(look: Callable[..., Logs], tmp_path: Path) -> None:
    path = tmp_path / "flower.log"
    with writer(
        path, f"[I {NOW} command:1] Visit me\n[E {NOW} web:1] Uncaught\nTraceback (most recent call last):\n"
    ) as pid:
        found = look(pid)
    (file,) = found.files
    assert (file.path, file.current, file.appends) == (str(path), True, True)
    assert file.first_line_age_s is not None
    assert 0 <= file.first_line_age_s < 3600  # since this module was imported
    assert (found.errors, found.tracebacks, found.busiest_hour) == (1, 1, 1)
    assert found.streams == ("pipe", "null")
    assert found.read == (str(path),)


def test_a_log_that_was_renamed_or_is_not_appended_to(look: Callable[..., Logs], tmp_path: Path) -> None:
    path = tmp_path / "flower.log"
    with writer(path, "x\n", "w") as pid:
        assert look(pid).files[0].appends is False
        path.unlink()
        path.write_text("")
        assert look(pid).files[0].current is False


def test_secrets_of_the_process_are_not_shown(look: Callable[..., Logs], tmp_path: Path) -> None:
    text = f"[E {NOW} x:1] cannot reach redis://:s3cret-word@h/0 as admin, an0ther-word or third-word\n"
    environment = {"CELERY_BROKER_URL": "redis://:s3cret-word@h/0", "FLOWER_BASIC_AUTH": "admin:an0ther-word,b:unused"}
    with writer(tmp_path / "flower.log", text, words=("--oauth2_secret=third-word",), **environment) as pid:
        (sample,) = look(pid).samples
    assert sample.count("[redacted]") == 3
    assert "-word" not in sample


def test_without_flower_there_is_no_log(ask_here: Callable[..., Any]) -> None:
    with pytest.raises(Absent):
        ask_here(logs, pid="")


def test_only_the_last_day_counts() -> None:
    text = f"[E {OLD} web:1] old\nTraceback (most recent call last):\n[I {NOW} x:1] new\n[E {NOW} x:1] now\n"
    found = summary(text, [])
    assert (found["errors"], found["tracebacks"]) == (1, 0)


def test_the_signs_of_known_failures() -> None:
    text = (
        f"[E {NOW} events:1] Failed to capture events: 'Error 111', trying again in 2 seconds.\n"
        f"[W {NOW} x:1] Substantial drift from celery@a may mean clocks are out of sync.\n"
        f"[E {NOW} events:1] Failed to load state from 'flower.db', moving it aside\n"
    )
    found = summary(text, [])
    assert (found["capture_failures"], found["drift_warnings"], found["save_failures"]) == (1, 1, 1)


def test_a_password_in_a_url_is_masked_whoever_it_belongs_to() -> None:
    found = summary(f"[E {NOW} x:1] amqp://guest:guest@h//, redis://:**@h:6379/0", [])
    assert "guest:[redacted]@" in found["samples"][0]
    assert "redis://:**@" in found["samples"][0]
