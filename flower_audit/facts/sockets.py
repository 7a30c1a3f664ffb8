"""Who listens where on the host."""

import ipaddress
import re
from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.probe import Output, probe

COMMAND = r"""
command -v ss > /dev/null || { echo '@@missing'; exit 0; }
echo "@@user $(id -u)"
echo '@@tcp'; ss -H -ltnpe || { echo '@@failed'; exit 0; }
echo '@@unix'; ss -H -lxpe
echo '@@addresses'; ip -o addr show 2>/dev/null | awk '{print $2, $4}'
echo '@@modes'
ss -H -lxpe | grep -vE '"(systemd[^"]*|dbus-[^"]*|init)"' | awk '$5 ~ /^\// {print $5}' | sort -u | head -n 100 |
  awk '{p = $0; while (p != "") {print p; sub(/\/[^\/]*$/, "", p)}}' | sort -u | tr '\n' '\000' |
  xargs -0 stat -c '%a %n' 2>/dev/null
true
"""
USERS = re.compile(r'\("(?P<name>[^"]*)",pid=(?P<pid>\d+)')
UNIT = re.compile(r"cgroup:\S*?([^/\s]+\.service)(?=\s|$|/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """One listening socket.

    Shape: `address` is `*` for both families, `0.0.0.0` or `[::]` for one of them, or `unix:/path` (then `port` is 0);
    `pids` and `program` are empty where the kernel did not tell; `open_to_all` tells whether every local user may
    connect to a unix socket, None where its permissions are not known.
    """

    address: str
    port: int
    program: str = ""
    pids: tuple[int, ...] = ()
    unit: str = ""
    open_to_all: bool | None = None

    @property
    def place(self) -> str:
        """`address:port`, or `unix:/path`."""
        return self.address if self.address.startswith("unix:") else f"{self.address}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only this host reaches it."""
        if self.address.startswith("unix:"):
            return True
        try:
            return ipaddress.ip_address(self.address.strip("[]").partition("%")[0]).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """Everything that listens.

    Shape: `complete` tells whether the processes of all users are named; `addresses` are the host's own.
    """

    listening: tuple[Socket, ...]
    addresses: tuple[str, ...]
    complete: bool

    def on_port(self, port: int) -> tuple[Socket, ...]:
        """The TCP sockets that listen on a port.  Unobservable: whose they are is not known."""
        found = tuple(item for item in self.listening if item.port == port and port)
        if any(not item.pids for item in found):
            why = "it may belong to another container" if self.complete else "that is told to root only"
            raise Unobservable(f"whose the socket on port {port} is was not told: {why}")
        return found

    def of(self, pid: int) -> tuple[Socket, ...]:
        """The sockets that a process listens on.  Unobservable: none is known to be its, and some are nobody's."""
        found = tuple(item for item in self.listening if pid in item.pids)
        if not found and not self.complete:
            raise Unobservable("which process listens where can be told by root only")
        return found

    def programs_on(self, *ports: int) -> tuple[str, ...]:
        """The names of the programs that listen on any of the ports beyond loopback."""
        return tuple(
            dict.fromkeys(i.program for i in self.listening if i.port in ports and i.program and not i.is_local)
        )


@probe(COMMAND)
def sockets(out: Output) -> Sockets:
    """Source: ss(8).  Unobservable: no ss, or it failed."""
    text = out.succeeded()
    if "@@missing" in text:
        raise Unobservable("the host has no ss (iproute2), so who listens where cannot be told")
    if "@@failed" in text:
        raise Unobservable(f"ss failed: {out.stderr.strip()[:200]}")
    parts = dict(part.partition("\n")[::2] for part in re.split(r"^@@", text, flags=re.MULTILINE)[1:])
    user = next((name for name in parts if name.startswith("user ")), "")
    if not {"tcp", "unix", "modes"} <= set(parts):
        raise Unobservable("the answer about listening sockets was cut short")
    modes = {path: mode for mode, _, path in (line.partition(" ") for line in parts["modes"].splitlines())}
    listening = [_tcp(line) for line in parts["tcp"].splitlines() if len(line.split()) >= 5]
    listening += [
        _unix(line, modes)
        for line in parts["unix"].splitlines()
        if line.startswith("u_str") and len(line.split()) >= 5 and line.split()[4].startswith(("/", "@"))
    ]
    addresses = (line.split()[1].partition("/")[0] for line in parts.get("addresses", "").splitlines() if " " in line)
    return Sockets(listening=tuple(listening), addresses=tuple(addresses), complete=user == "user 0")


def _tcp(line: str) -> Socket:
    address, _, port = line.split()[3].rpartition(":")
    program, pids, unit = _owner(line)
    number = int(port) if port.isdigit() else 0
    return Socket(address=address.partition("%")[0], port=number, program=program, pids=pids, unit=unit)


def _unix(line: str, modes: dict[str, str]) -> Socket:
    path = line.split()[4]
    program, pids, unit = _owner(line)
    open_to_all = _open_to_all(path, modes)
    return Socket(address=f"unix:{path}", port=0, program=program, pids=pids, unit=unit, open_to_all=open_to_all)


def _owner(line: str) -> tuple[str, tuple[int, ...], str]:
    found = [(match["name"], int(match["pid"])) for match in USERS.finditer(line)]
    unit = UNIT.search(line)
    return found[0][0] if found else "", tuple(dict.fromkeys(pid for _, pid in found)), unit[1] if unit else ""


def _open_to_all(path: str, modes: dict[str, str]) -> bool | None:
    """Connecting needs write permission on the socket and search permission on every folder above it."""
    if path not in modes:
        return None
    folder = path.rpartition("/")[0]
    while folder:
        if folder in modes and not int(modes[folder], 8) & 0o001:
            return False
        folder = folder.rpartition("/")[0]
    return bool(int(modes[path], 8) & 0o002)
