"""A throw-away host: an overlay over the golden layers, booted in its own namespaces, and gone without a trace."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Self

from . import ledger, network, tree
from .certificates import LINEAGE, Authority
from .errors import LabError

BACKUP_DISK_MB = 64
BOOT_TIMEOUT_S = 60  # on a machine that boots others at the same time
HALT_TIMEOUT_S = 40
COPIES_AGES_S = (2 * 86400, 86400, 3 * 3600)  # of the backups, oldest first: as a nightly timer would have left them

# systemd wants to write its limits; nspawn mounts the controllers of a hybrid machine read-only.  An OCI runtime wants
# to make its groups in all of them.
INIT = """#!/bin/sh
controllers='memory cpu cpuacct pids'
[ -x /usr/bin/podman ] && controllers="$controllers blkio cpuset devices freezer"
for controller in $controllers; do
    test -d /sys/fs/cgroup/$controller && mount -o remount,rw,bind /sys/fs/cgroup/$controller
done
exec /lib/systemd/systemd
"""

# Flower answers, its worker has been seen, and every target of Prometheus is up.  None of that takes less than seconds,
# and to ask often costs the other hosts what they need to boot.
READY = """
sleep 2
until curl -sf http://127.0.0.1:5555/metrics | grep -q '^flower_worker_online.* 1'; do sleep 0.5; done
until [ "$(curl -sf http://127.0.0.1:9090/api/v1/targets | grep -o '"health":"up"' | wc -l)" = 4 ]; do sleep 0.5; done
"""


class Host:
    """One booted host; a context manager, or `up()` and `down()`."""

    def __init__(
        self,
        name: str,
        *,
        flower: str = tree.FLOWER,
        packages: tuple[str, ...] = (),
        suite: str = tree.SUITE,
        layers: list[Path] | None = None,
        keep: bool = False,
    ) -> None:
        self.name, self.flower, self.packages, self.keeps = name, flower, packages, keep
        self.suite, self._layers = suite, layers
        self.fqdn = f"{name}.{network.DOMAIN}"
        self.url = f"https://{self.fqdn}"
        self.directory = tree.cache() / "hosts" / name
        self.upper = self.directory / "upper"
        self.root = self.directory / "root"
        self.state = self.directory / "state"  # /var/lib/flower of the host
        self.ssh_config = self.directory / "ssh_config"
        self._nspawn: subprocess.Popen[bytes] | None = None
        self.authority = Authority(tree.cache() / "ca")
        self.ca_file = self.authority.ca_file

    @property
    def address(self) -> str:
        """IPv4 address of the host on the lab's bridge."""
        return f"{network.IPV4}.{self._entry().number}"

    @property
    def address6(self) -> str:
        """IPv6 address of the host on the lab's bridge."""
        return f"{network.IPV6}{self._entry().number:x}"

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    # --- life ---------------------------------------------------------------------------------------------------------

    def up(self) -> None:
        """Boot, and return when sshd answers."""
        layers = self._layers if self._layers is not None else tree.golden(self.flower, self.packages, self.suite)
        self._reserve()
        try:
            shutil.rmtree(self.directory, ignore_errors=True)
            for directory in (self.upper, self.directory / "work", self.root):
                directory.mkdir(parents=True, mode=0o755)
            tree.mount_overlay([self._identity(layers), *layers], self.upper, self.directory / "work", self.root)
            self._disks()
            network.connect(self.name, self._entry().number)
            network.publish(self.name, self.address)
            self._write_ssh_config()
            self._boot()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """End every process of the host and remove what `up` made, also after a boot that failed half-way."""
        entry = ledger.find(self.name)
        if entry is not None:
            ledger.take_down(entry)
        if self._nspawn is not None:
            self._nspawn.wait()

    def halt(self) -> None:
        """Shut the host down as its own `poweroff` would, so that services save; `down` is still to be called."""
        os.kill(self._pid(), signal.SIGRTMIN + 3)
        deadline = time.monotonic() + HALT_TIMEOUT_S
        while ledger.members(self.name):
            if time.monotonic() > deadline:
                raise LabError(f"{self.name} did not shut down in {HALT_TIMEOUT_S} s")
            time.sleep(0.1)

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
        """Run a bash script as root inside and return its output; LabError with its end when it fails."""
        command = ["nsenter", "--target", str(self._pid()), "--all", "env", "-i", "--chdir=/root"]
        command += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]
        command += [f"LAB_NAME={self.fqdn}", f"LAB_ADDRESS={self.address}", f"LAB_ADDRESS6={self.address6}"]
        command += ["bash", "-ec", script]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{self.name}: a script did not end in {timeout} s") from error
        if done.returncode:
            tail = "\n".join(done.stdout.splitlines()[-20:])
            raise LabError(f"{self.name}: a script ended with {done.returncode}:\n{tail}")
        return done.stdout

    def ssh(self, *command: str, user: str = "audit") -> str:
        """Run a command over SSH as an ordinary user would, and return its output."""
        arguments = ["ssh", "-F", str(self.ssh_config), f"{user}@{self.name}", *command]
        return subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60).stdout

    def ready(self, *, timeout: float = 60) -> None:
        """Wait until the host looks like one that has been up for a while."""
        self.run(READY, timeout=timeout)

    def renew(self, kind: str) -> None:
        """Put another certificate in the place of the host's own, which is kept as number 0; nothing is reloaded."""
        lineage = self.root / "etc/letsencrypt/archive" / self.fqdn
        for name in LINEAGE:
            shutil.copy2(lineage / f"{name}1.pem", lineage / f"{name}0.pem")
        self.authority.issue_kind(kind, self.fqdn, lineage)
        for name in LINEAGE:
            (lineage / f"{name}.pem").rename(lineage / f"{name}1.pem")

    # --- parts of up --------------------------------------------------------------------------------------------------

    def _reserve(self) -> None:
        with network.exclusive():
            entries = ledger.entries()
            if any(entry.name == self.name for entry in entries):
                raise LabError(f"host {self.name} is already up, or left over (`python -m tests.lab down {self.name}`)")
            taken = {entry.number for entry in entries}
            ledger.write(
                ledger.Entry(
                    name=self.name,
                    number=next(number for number in range(10, 250) if number not in taken),
                    directory=str(self.directory),
                    owner=None if self.keeps else os.getpid(),
                    owner_started=ledger.started(os.getpid()),
                )
            )

    def _identity(self, layers: list[Path]) -> Path:
        """A layer that tells this copy from the others: names, certificate, hosts file."""
        layer = self.directory / "identity"
        etc = layer / "etc"
        etc.mkdir(parents=True)
        (etc / "hostname").write_text(f"{self.name}\n")
        (etc / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{self.address} {self.fqdn} {self.name}\n")
        init = layer / "usr/local/sbin/lab-init"
        init.parent.mkdir(parents=True)
        init.write_text(INIT)
        init.chmod(0o755)
        template, recipe = f"golden.{network.DOMAIN}", tree.RECIPE / "files"
        for file in (file for file in recipe.rglob("*") if file.is_file()):
            below = file.relative_to(recipe)
            if template in file.name or template in file.read_text():
                target = layer / str(below).replace(template, self.fqdn)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(next(other / below for other in layers if (other / below).exists()), target)
                target.write_text(target.read_text().replace(template, self.fqdn))
                if target != layer / below:  # an overlay's whiteout: under the template's own name nothing is seen
                    os.mknod(layer / below, stat.S_IFCHR, os.makedev(0, 0))
        self._lineage(etc / "letsencrypt")
        return layer

    def _lineage(self, letsencrypt: Path) -> None:
        """Certificate and key, laid out as certbot does."""
        archive, live = letsencrypt / "archive" / self.fqdn, letsencrypt / "live" / self.fqdn
        self.authority.issue(self.fqdn, archive)
        live.mkdir(parents=True)
        for name in LINEAGE:
            (archive / f"{name}.pem").rename(archive / f"{name}1.pem")
            (live / f"{name}.pem").symlink_to(f"../../archive/{self.fqdn}/{name}1.pem")
        for directory in (archive.parent, live.parent):
            directory.chmod(0o700)

    def _disks(self) -> None:
        """Flower's state on a real file system (an overlay is none to keep data on), backups on a disk of their own."""
        (self.root / "var/lib/flower").mkdir(exist_ok=True)
        (self.directory / "private").mkdir(mode=0o700)  # the same for units with DynamicUser=
        subprocess.run(["cp", "-a", self.root / "var/lib/flower", self.state], check=True)
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
            users = (row.split(":") for row in (self.root / "etc/passwd").read_text().splitlines())
            os.chown(target, *next((int(row[2]), int(row[3])) for row in users if row[0] == "celery"))
        for copy, age_s in zip(sorted(target.iterdir()), COPIES_AGES_S, strict=False):
            moment = time.time() - age_s
            os.utime(copy, (moment, moment))
            copy.rename(copy.with_name(time.strftime("flower-%Y%m%d-%H%M%S.tar.gz", time.gmtime(moment))))

    def _boot(self) -> None:
        groups = ledger.cgroups(self.name)
        for group in groups:
            group.mkdir(parents=True, exist_ok=True)
            for part in (group.parent, group):  # a cpuset takes no process before it has processors
                for setting in ("cpuset.cpus", "cpuset.mems"):
                    if (part / setting).exists():
                        (part / setting).write_text((part.parent / setting).read_text())
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--directory", str(self.root)]
        command += [f"--machine={self.name}", f"--network-namespace-path=/run/netns/{network.namespace(self.name)}"]
        command += ["--capability=CAP_NET_ADMIN", "--resolv-conf=off", "--timezone=off", "--link-journal=no"]
        command += [f"--bind={self.state}:/var/lib/flower", f"--bind={self.directory}/private:/var/lib/private"]
        command += [f"--bind={self.directory}/backup:/srv/backup"]
        if (self.root / "usr/bin/podman").exists():  # no overlay goes on top of an overlay
            (self.directory / "containers").mkdir()
            command += [f"--bind={self.directory}/containers:/var/lib/containers"]
        command += ["--console=pipe", "--kill-signal=SIGRTMIN+3", "/usr/local/sbin/lab-init"]
        join = "".join(f"echo $$ > {group}/cgroup.procs; " for group in groups)
        with (self.directory / "console.log").open("wb") as console:
            self._nspawn = subprocess.Popen(
                ["sh", "-c", f'{join} exec "$@"', "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + BOOT_TIMEOUT_S
        known = False
        while not (known := known or self._remember_pid(self._nspawn.pid)) or not _ssh_answers(self.address):
            if self._nspawn.poll() is not None or time.monotonic() > deadline:
                tail = (self.directory / "console.log").read_text(errors="replace")[-2000:]
                raise LabError(f"{self.name} did not come up in {BOOT_TIMEOUT_S} s:\n{tail}")
            time.sleep(0.05)

    def _remember_pid(self, nspawn: int) -> bool:
        try:
            children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()
            inits = [int(child) for child in children if Path(f"/proc/{child}/comm").read_text() == "systemd\n"]
        except OSError:
            return False
        for pid in inits:
            ledger.write(replace(self._entry(), pid=pid, pid_started=ledger.started(pid)))
        return bool(inits)

    def _write_ssh_config(self) -> None:
        keys = [file.read_text().split()[:2] for file in sorted((self.root / "etc/ssh").glob("ssh_host_*.pub"))]
        known = self.directory / "known_hosts"
        known.write_text("".join(f"{self.name} {' '.join(key)}\n" for key in keys))
        self.ssh_config.write_text(
            f"Host {self.name} {self.fqdn} {self.address}\n  HostName {self.address}\n  HostKeyAlias {self.name}\n"
            f"  IdentitiesOnly yes\n  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n"
            f"Match user plain\n  IdentityFile {tree.key('plain')}\nMatch user *\n  IdentityFile {tree.key('audit')}\n"
        )

    def _pid(self) -> int:
        entry = self._entry()
        if not entry.running:
            raise LabError(f"host {self.name} is not running")
        return entry.pid

    def _entry(self) -> ledger.Entry:
        entry = ledger.find(self.name)
        if entry is None:
            raise LabError(f"host {self.name} is not up")
        return entry


def _ssh_answers(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=0.5) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
