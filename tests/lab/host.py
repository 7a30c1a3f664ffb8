"""A throw-away host: an overlay over the golden layers, booted in its own namespaces, and gone without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from . import network, tree
from .certificates import Authority
from .errors import LabError

RECORDS = network.RUN / "hosts"
CGROUPS = Path("/sys/fs/cgroup")
CONTROLLERS = ("systemd", "unified", "memory", "cpu", "cpuacct", "pids")
BACKUP_DISK_MB = 64
BOOT_TIMEOUT_S = 30
COPIES_AGES_S = (2 * 86400, 86400, 3 * 3600)  # of the backups, oldest first: as a nightly timer would have left them

# systemd wants to write its limits; nspawn mounts the controllers of a hybrid machine read-only.
INIT = """#!/bin/sh
for controller in memory cpu cpuacct pids; do
    test -d /sys/fs/cgroup/$controller && mount -o remount,rw,bind /sys/fs/cgroup/$controller
done
exec /lib/systemd/systemd
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What must be known to take a host down, written before anything is made."""

    name: str
    number: int
    directory: str
    owner: int | None  # process that wants it gone with itself; None for a host a person asked for
    owner_started: int
    pid: int = 0  # of the host's systemd, seen from here
    pid_started: int = 0


class Host:
    """One booted host; a context manager, or `up()` and `down()`."""

    def __init__(
        self,
        name: str,
        *,
        flower: str = tree.FLOWER,
        packages: tuple[str, ...] = (),
        layers: list[Path] | None = None,
        keep: bool = False,
    ) -> None:
        self.name, self.flower, self.packages, self.keeps = name, flower, packages, keep
        self._layers = layers
        self.fqdn = f"{name}.{network.DOMAIN}"
        self.directory = tree.cache() / "hosts" / name
        self.upper = self.directory / "upper"
        self.root = self.directory / "root"
        self.state = self.directory / "state"  # /var/lib/flower of the host
        self.ssh_config = self.directory / "ssh_config"
        self.authority = Authority(tree.cache() / "ca")
        self.ca_file = self.authority.ca_file
        self.url = f"https://{self.fqdn}"
        self.number = 0

    @property
    def address(self) -> str:
        """IPv4 address of the host on the lab's bridge."""
        return f"{network.IPV4}.{self.number}"

    @property
    def address6(self) -> str:
        """IPv6 address of the host on the lab's bridge."""
        return f"{network.IPV6}{self.number:x}"

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    # --- life ------------------------------------------------------------------------------------------------------

    def up(self) -> None:
        """Boot, and return when sshd answers."""
        layers = self._layers if self._layers is not None else tree.golden(self.flower, self.packages)
        with network.exclusive():
            self._reserve()
        try:
            identity = self._identity(layers)
            for directory in (self.upper, self.directory / "work", self.root):
                directory.mkdir(parents=True, mode=0o755)
            tree.mount_overlay([identity, *layers], self.upper, self.directory / "work", self.root)
            self._disks()
            network.connect(self.name, self.number)
            network.publish(self.name, self.address)
            self._write_ssh_config()
            self._boot()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """End every process of the host and remove what `up` made, also after a boot that failed half-way."""
        record = _read(RECORDS / f"{self.name}.json")
        if record is not None:
            _take_down(record)

    def halt(self) -> None:
        """Shut the host down as its own `poweroff` would, so that services save; `down` is still to be called."""
        os.kill(self._pid(), signal.SIGRTMIN + 3)
        _await_end(_record(self.name), seconds=40)

    def keep(self, path: Path) -> None:
        """Turn what a halted host wrote, its state and backups included, into a layer."""
        copy = path.with_name(f".{path.name}")
        shutil.rmtree(copy, ignore_errors=True)
        subprocess.run(["cp", "-a", self.upper, copy], check=True)
        for source, target in ((self.state, "var/lib/flower"), (self.directory / "backup/flower", "srv/backup/flower")):
            (copy / target).mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", f"{source}/.", copy / target], check=True)
        copy.rename(path)

    def run(self, script: str, *, timeout: float = 300) -> str:
        """Run a shell script as root inside and return its output; LabError with its end when it fails."""
        command = ["nsenter", "--target", str(self._pid()), "--all", "env", "-i", "--chdir=/root"]
        command += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]
        command += [
            f"LAB_NAME={self.fqdn}",
            f"LAB_ADDRESS={self.address}",
            f"LAB_ADDRESS6={self.address6}",
            "bash",
            "-ec",
            script,
        ]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{self.name}: a script did not end in {timeout} s") from error
        if done.returncode:
            tail = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
            raise LabError(f"{self.name}: a script ended with {done.returncode}:\n{tail}")
        return done.stdout

    def ssh(self, *command: str, user: str = "audit") -> str:
        """Run a command over SSH as an ordinary user would, and return its output."""
        arguments = ["ssh", "-F", str(self.ssh_config), f"{user}@{self.name}", *command]
        return subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60).stdout

    def ready(self, *, timeout: float = 60) -> None:
        """Wait until Flower answers and its worker has been seen, as on a host that has been up for a while."""
        self.run(READY, timeout=timeout)

    # --- parts of up -----------------------------------------------------------------------------------------------

    def _reserve(self) -> None:
        RECORDS.mkdir(parents=True, exist_ok=True)
        records = _records()
        if any(record.name == self.name for record in records):
            raise LabError(f"host {self.name} is already up (or left over: `python -m tests.lab sweep`)")
        taken = {record.number for record in records}
        self.number = next(number for number in range(10, 250) if number not in taken)
        owner = None if self.keeps else os.getpid()
        record = Record(
            name=self.name,
            number=self.number,
            directory=str(self.directory),
            owner=owner,
            owner_started=_started(os.getpid()),
        )
        _write(record)

    def _identity(self, layers: list[Path]) -> Path:
        """A layer that tells this copy from the others: names, certificate, hosts file."""
        layer = self.directory / "identity"
        shutil.rmtree(self.directory, ignore_errors=True)
        etc = layer / "etc"
        etc.mkdir(parents=True)
        (etc / "hostname").write_text(f"{self.name}\n")
        (etc / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{self.address} {self.fqdn} {self.name}\n")
        (layer / "usr/local/sbin").mkdir(parents=True)
        init = layer / "usr/local/sbin/lab-init"
        init.write_text(INIT)
        init.chmod(0o755)
        template = f"golden.{network.DOMAIN}"
        source = tree.RECIPE / "files"
        for file in source.rglob("*"):
            below = file.relative_to(source)
            if file.is_file() and (template in file.read_text() or template in file.name):
                original = next(layer_ / below for layer_ in layers if (layer_ / below).exists())
                target = layer / str(below).replace(template, self.fqdn)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(original, target)
                target.write_text(target.read_text().replace(template, self.fqdn))
        self._lineage(etc / "letsencrypt")
        return layer

    def _lineage(self, letsencrypt: Path) -> None:
        archive, live = letsencrypt / "archive" / self.fqdn, letsencrypt / "live" / self.fqdn
        self.authority.issue(self.fqdn, archive)
        live.mkdir(parents=True)
        for file in sorted(archive.glob("*.pem")):
            numbered = file.with_name(f"{file.stem}1.pem")
            file.rename(numbered)
            (live / file.name).symlink_to(f"../../archive/{self.fqdn}/{numbered.name}")
        for directory in (letsencrypt / "archive", letsencrypt / "live"):
            directory.chmod(0o700)

    def _disks(self) -> None:
        """Flower's state on a real file system (an overlay is none to keep data on), the backups on a disk of their own."""
        subprocess.run(["cp", "-a", self.root / "var/lib/flower", self.state], check=False, capture_output=True)
        self.state.mkdir(exist_ok=True)
        image, mount = self.directory / "backup.img", self.directory / "backup"
        mount.mkdir()
        with image.open("wb") as file:
            file.truncate(BACKUP_DISK_MB << 20)
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=1", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, mount], check=True)
        target = mount / "flower"
        if (self.root / "srv/backup/flower").exists():
            subprocess.run(["cp", "-a", self.root / "srv/backup/flower", target], check=True)
        else:
            target.mkdir(mode=0o700)
            celery = next(
                row for row in (self.root / "etc/passwd").read_text().splitlines() if row.startswith("celery:")
            )
            os.chown(target, *map(int, celery.split(":")[2:4]))
        for copy, age_s in zip(sorted(target.iterdir()), COPIES_AGES_S, strict=False):
            moment = time.time() - age_s
            os.utime(copy, (moment, moment))
            copy.rename(copy.with_name(time.strftime("flower-%Y%m%d-%H%M%S.tar.gz", time.gmtime(moment))))
        (self.root / "var/lib/flower").mkdir(exist_ok=True)

    def _boot(self) -> None:
        for group in _cgroups(self.name):
            group.mkdir(parents=True, exist_ok=True)
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--directory", str(self.root)]
        command += [f"--machine={self.name}", f"--network-namespace-path=/run/netns/{network.namespace(self.name)}"]
        command += ["--capability=CAP_NET_ADMIN", "--resolv-conf=off", "--timezone=off", "--link-journal=no"]
        command += [f"--bind={self.state}:/var/lib/flower", f"--bind={self.directory}/backup:/srv/backup"]
        command += ["--console=pipe", "--kill-signal=SIGRTMIN+3", "/usr/local/sbin/lab-init"]
        joins = "".join(f"echo $$ > {group}/cgroup.procs; " for group in _cgroups(self.name))
        with (self.directory / "console.log").open("wb") as console:
            process = subprocess.Popen(
                ["sh", "-c", f'{joins} exec "$@"', "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + BOOT_TIMEOUT_S
        with contextlib.suppress(OSError), Path(f"/proc/{process.pid}/oom_score_adj").open("w") as score:
            score.write("0")
        known = False
        while not (known := known or self._remember_pid(process.pid)) or not _answers(self.address, 22):
            if process.poll() is not None or time.monotonic() > deadline:
                tail = (self.directory / "console.log").read_text(errors="replace")[-2000:]
                raise LabError(f"{self.name} did not come up in {BOOT_TIMEOUT_S} s:\n{tail}")
            time.sleep(0.05)

    def _remember_pid(self, nspawn: int) -> bool:
        children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()
        for child in map(int, children):
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                record = _record(self.name)
                _write(Record(**{**asdict(record), "pid": child, "pid_started": _started(child)}))
                return True
        return False

    def _write_ssh_config(self) -> None:
        keys = [file.read_text().split()[:2] for file in sorted((self.root / "etc/ssh").glob("ssh_host_*.pub"))]
        known = self.directory / "known_hosts"
        known.write_text("".join(f"{self.address},{self.name},{self.fqdn} {' '.join(key)}\n" for key in keys))
        self.ssh_config.write_text(
            f"Host {self.name} {self.fqdn} {self.address}\n  HostName {self.address}\n  HostKeyAlias {self.name}\n"
            f"  IdentitiesOnly yes\n  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n"
            f"Match user plain\n  IdentityFile {tree.key('plain')}\nMatch user *\n  IdentityFile {tree.key('audit')}\n"
        )

    def _pid(self) -> int:
        record = _record(self.name)
        if not _alive(record.pid, record.pid_started):
            raise LabError(f"host {self.name} is not running")
        return record.pid


READY = """
until curl -sf -o /dev/null http://127.0.0.1:5555/healthcheck; do sleep 0.1; done
auth=$(sed -n 's/^FLOWER_BASIC_AUTH=\\([^,]*\\).*/\\1/p' /etc/flower/flower.env)
until curl -sf -u "$auth" 'http://127.0.0.1:5555/api/workers?status=true' | grep -q true; do sleep 0.2; done
until curl -sf 'http://127.0.0.1:9090/api/v1/query?query=min(up)' | grep -q '"1"'; do sleep 0.3; done
"""


def hosts() -> list[Record]:
    """Every host that is recorded on this machine, alive or left over."""
    return [record for record in _records() if record]


def sweep(*, everything: bool = False) -> list[str]:
    """Take down hosts whose system or whose owner is gone (or all of them); returns their names."""
    swept = []
    for record in _records():
        orphan = record.owner is not None and not _alive(record.owner, record.owner_started)
        if everything or orphan or not (record.pid == 0 or _alive(record.pid, record.pid_started)):
            _take_down(record)
            swept.append(record.name)
    return swept


def _take_down(record: Record) -> None:
    directory = Path(record.directory)
    for _ in range(100):
        pids = _members(record.name)
        if not pids:
            break
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    for mount in (directory / "root", directory / "backup"):
        while os.path.ismount(mount):
            _umount(mount)
    for group in _cgroups(record.name):
        for part in sorted((group, *group.rglob("*/")), reverse=True):
            with contextlib.suppress(OSError):
                part.rmdir()
        with contextlib.suppress(OSError):
            group.parent.rmdir()
    network.unpublish(record.name)
    with network.exclusive():
        others = [other for other in _records() if other.name != record.name]
        network.disconnect(record.name, last=not others)
        shutil.rmtree(directory, ignore_errors=True)
        (RECORDS / f"{record.name}.json").unlink(missing_ok=True)


def _umount(mount: Path) -> None:
    for _ in range(50):
        if subprocess.run(["umount", mount], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "--lazy", mount], check=True)


def _cgroups(name: str) -> list[Path]:
    """The control groups of a host: in every hierarchy of a hybrid machine, in the one of a unified machine."""
    if (CGROUPS / "cgroup.controllers").exists():
        return [CGROUPS / "flower-audit-lab" / name]
    return [
        CGROUPS / controller / "flower-audit-lab" / name
        for controller in CONTROLLERS
        if (CGROUPS / controller).exists()
    ]


def _members(name: str) -> set[int]:
    files = [file for group in _cgroups(name) if group.exists() for file in group.rglob("cgroup.procs")]
    found: set[int] = set()
    for file in files:
        with contextlib.suppress(OSError):
            found.update(map(int, file.read_text().split()))
    return found


def _await_end(record: Record, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _members(record.name):
        if time.monotonic() > deadline:
            raise LabError(f"{record.name} did not shut down in {seconds} s")
        time.sleep(0.1)


def _answers(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=0.5) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _started(pid: int) -> int:
    """Start time of a process in clock ticks: with it a number names one process for ever.  Source: proc(5)."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _alive(pid: int, started: int) -> bool:
    try:
        return _started(pid) == started
    except OSError:
        return False


def _records() -> list[Record]:
    return [record for file in sorted(RECORDS.glob("*.json")) if (record := _read(file))]


def _record(name: str) -> Record:
    record = _read(RECORDS / f"{name}.json")
    if record is None:
        raise LabError(f"host {name} is not up")
    return record


def _read(file: Path) -> Record | None:
    with contextlib.suppress(FileNotFoundError):
        return Record(**json.loads(file.read_text()))
    return None


def _write(record: Record) -> None:
    file = RECORDS / f"{record.name}.json"
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(asdict(record)))
    partial.rename(file)
