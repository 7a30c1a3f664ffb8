"""What is up, written down before it is made, so that it can be taken down whatever happened in between."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from . import network
from .errors import LabError

HOSTS = network.RUN / "hosts"
CGROUPS = Path("/sys/fs/cgroup")
CONTROLLERS = ("systemd", "unified", "memory", "cpu", "cpuacct", "pids", "blkio", "cpuset", "devices", "freezer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What must be known to take a host down."""

    name: str
    number: int
    directory: str
    owner: int | None  # process that wants it gone with itself; None for a host a person asked for
    owner_started: int
    pid: int = 0  # of the host's systemd, seen from here; 0 until it runs
    pid_started: int = 0

    @property
    def running(self) -> bool:
        """Whether the host's systemd lives."""
        return _lives(self.pid, self.pid_started)

    @property
    def orphaned(self) -> bool:
        """Whether the process that asked for the host is gone."""
        return self.owner is not None and not _lives(self.owner, self.owner_started)


def entries() -> list[Entry]:
    """Every host on record, running or left over."""
    found = []
    for file in sorted(HOSTS.glob("*.json")):
        with contextlib.suppress(FileNotFoundError):  # taken down meanwhile
            found.append(Entry(**json.loads(file.read_text())))
    return found


def find(name: str) -> Entry | None:
    """The entry of one host."""
    return next((entry for entry in entries() if entry.name == name), None)


def write(entry: Entry) -> None:
    """Record a host, or what became known of it."""
    HOSTS.mkdir(parents=True, exist_ok=True)
    file = HOSTS / f"{entry.name}.json"
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(asdict(entry)))
    partial.rename(file)


def sweep(*, everything: bool = False) -> list[str]:
    """Take down hosts whose system or whose owner is gone (or all of them); returns their names."""
    swept = []
    for entry in entries():
        if everything or entry.orphaned or (entry.pid and not entry.running):
            take_down(entry)
            swept.append(entry.name)
    return swept


def take_down(entry: Entry) -> None:
    """End every process of a host and remove its mounts, control groups, network, name and files."""
    directory = Path(entry.directory)
    begun = time.monotonic()
    while pids := members(entry.name):
        waited_s = time.monotonic() - begun
        if waited_s > 10:
            raise LabError(f"{entry.name}: processes {sorted(pids)} do not end")
        # With its systemd all of the host ends, and nspawn cleans up behind it; if not, everybody is ended.
        for pid in [entry.pid] if entry.running else pids if waited_s > 1 or not entry.pid else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    for mount in (directory / "root", directory / "backup", Path("/run/systemd/nspawn/propagate", entry.name)):
        while mount.is_mount():
            _umount(mount)
    with contextlib.suppress(OSError):
        Path("/run/systemd/nspawn/propagate", entry.name).rmdir()
    for group in cgroups(entry.name):
        for part, _, _ in os.walk(group, topdown=False):
            with contextlib.suppress(OSError):
                Path(part).rmdir()
        with contextlib.suppress(OSError):
            group.parent.rmdir()
    network.unpublish(entry.name)
    with network.exclusive():
        others = [other for other in entries() if other.name != entry.name]
        network.disconnect(entry.name, entry.number, last=not others)
        shutil.rmtree(directory, ignore_errors=True)
        (HOSTS / f"{entry.name}.json").unlink(missing_ok=True)


def cgroups(name: str) -> list[Path]:
    """The control groups of a host: in every hierarchy of a hybrid machine, in the one of a unified machine."""
    if (CGROUPS / "cgroup.controllers").exists():
        return [CGROUPS / "flower-audit-lab" / name]
    hierarchies = [CGROUPS / controller for controller in CONTROLLERS if (CGROUPS / controller).exists()]
    return [hierarchy / "flower-audit-lab" / name for hierarchy in hierarchies]


def members(name: str) -> set[int]:
    """Processes of a host, seen from here."""
    found: set[int] = set()
    for group in cgroups(name):
        for part, _, _ in os.walk(group):  # which passes over what vanishes meanwhile
            with contextlib.suppress(OSError):
                found.update(map(int, Path(part, "cgroup.procs").read_text().split()))
    return found - {0}


def started(pid: int) -> int:
    """Start time of a process in clock ticks: with it a number names one process for ever.  Source: proc(5)."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _lives(pid: int, since: int) -> bool:
    try:
        return started(pid) == since
    except OSError:
        return False


def _umount(mount: Path) -> None:
    for _ in range(50):
        if subprocess.run(["umount", mount], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "--lazy", mount], check=True)
