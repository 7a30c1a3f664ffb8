"""A private bridge, a network namespace and an address for each host, and its name in this machine's hosts file."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .errors import LabError

BRIDGE = "flowerlab"
IPV4 = "10.213.77"
IPV6 = "fd5f:1a6d::"
DOMAIN = "flower.test"  # a reserved top level name: resolves nowhere else
RUN = Path("/run/flower-audit-lab")
HOSTS_FILE = Path("/etc/hosts")
MARK = "# flower-audit lab"


def ip(*arguments: str) -> None:
    """Run ip(8)."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Several lab commands may run at once; what they share is changed by one at a time."""
    RUN.mkdir(mode=0o755, exist_ok=True)
    with (RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def connect(name: str, number: int) -> None:
    """Make the namespace of a host and plug it into the bridge."""
    space, outer = namespace(name), f"{BRIDGE}{number}"
    with exclusive():
        if not Path(f"/sys/class/net/{BRIDGE}").exists():
            ip("link", "add", BRIDGE, "type", "bridge")
            ip("address", "add", f"{IPV4}.1/24", "dev", BRIDGE)
            ip("address", "add", f"{IPV6}1/64", "dev", BRIDGE, "nodad")
            ip("link", "set", BRIDGE, "up")
    ip("netns", "add", space)
    # Always the same hardware address for an address: a new one would have to wait until old neighbours are forgotten.
    inner = ["name", "host0", "address", f"02:00:5e:10:00:{number:02x}", "netns", space]
    ip("link", "add", outer, "type", "veth", "peer", *inner)
    ip("link", "set", outer, "master", BRIDGE, "up")
    ip("-n", space, "link", "set", "lo", "up")
    ip("-n", space, "link", "set", "host0", "up")
    ip("-n", space, "address", "add", f"{IPV4}.{number}/24", "dev", "host0")
    ip("-n", space, "address", "add", f"{IPV6}{number:x}/64", "dev", "host0", "nodad")


def disconnect(name: str, number: int, *, last: bool) -> None:
    """Take the veth pair and the namespace away, and the bridge with the last host."""
    # By name, not only with its namespace: the kernel lets go of a namespace when it has time for that.
    if Path(f"/sys/class/net/{BRIDGE}{number}").exists():
        ip("link", "delete", f"{BRIDGE}{number}")
    if Path(f"/run/netns/{namespace(name)}").exists():
        ip("netns", "delete", namespace(name))
    if last and Path(f"/sys/class/net/{BRIDGE}").exists():
        ip("link", "delete", BRIDGE)


def namespace(name: str) -> str:
    """Name of a host's network namespace."""
    return f"flower-lab-{name}"


def publish(name: str, address: str) -> None:
    """Let this machine resolve the host's name."""
    _rewrite(name, f"{address} {name}.{DOMAIN} {MARK}")


def unpublish(name: str) -> None:
    """Forget the host's name."""
    _rewrite(name, None)


def _rewrite(name: str, line: str | None) -> None:
    with exclusive():
        mine = f" {name}.{DOMAIN} {MARK}"
        kept = [row for row in HOSTS_FILE.read_text().splitlines() if not row.endswith(mine)]
        text = "\n".join([*kept, line] if line else kept) + "\n"
        partial = HOSTS_FILE.with_name("hosts.flower-lab")
        partial.write_text(text)
        partial.chmod(0o644)
        try:
            partial.rename(HOSTS_FILE)  # at once: somebody resolves a name at every moment
        except OSError:  # in a container the file is often a mount of its own
            partial.unlink()
            HOSTS_FILE.write_text(text)
