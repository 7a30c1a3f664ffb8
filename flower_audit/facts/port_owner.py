"""Whose the port is that Flower is configured for: also when Flower could not start because it is somebody else's."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.endpoints import DEFAULT_PORT
from flower_audit.facts.options import Options
from flower_audit.facts.process import Process
from flower_audit.facts.sockets import Socket, Sockets
from flower_audit.probe import Output, probe

# Only the port is let through: the lines around it may hold passwords.
COMMAND = r"""
[ -n "$unit$pid" ] || { echo absent; exit 0; }
command -v systemctl > /dev/null && [ -n "$unit" ] && {
  systemctl show "$unit" -p ExecStart --value | sed -n 's/.*--port[= ]*\([0-9]\{1,5\}\).*/flag \1/p'
  systemctl show "$unit" -p ActiveState --value | sed 's/^/state /'
  systemctl show "$unit" -p EnvironmentFiles --value | sed 's/ (ignore_errors=.*//' | while read -r f; do
    sed -n "s/^ *\(export  *\)\{0,1\}FLOWER_PORT=[\"']\{0,1\}\([0-9]\{1,5\}\).*/environment \2/p" "$f" 2>/dev/null
  done | tail -n 1
  systemctl show "$unit" -p Environment --value | sed -n 's/.*FLOWER_PORT=\([0-9]\{1,5\}\).*/environment \1/p'
}
[ -n "$workdir" ] && [ -z "$root" ] &&
  sed -n 's/^port *= *\([0-9]\{1,5\}\) *\(#.*\)\{0,1\}$/file \1/p' "$workdir/flowerconfig.py" 2>/dev/null | tail -n 1
true
"""
# Importing an application takes a few seconds, and more on a busy host.
STARTING_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOwner:
    """Who listens on Flower's port.

    Shape: `holders` are sentences about every process that listens there, `strangers` those that are not Flower.
    `running` tells whether Flower itself runs.
    """

    port: int
    holders: tuple[str, ...]
    strangers: tuple[str, ...]
    running: bool


@probe(COMMAND)
def port_owner(
    out: Output,
    sockets: Sockets,
    process: Process | Unobservable | None = None,
    options: Options | Unobservable | None = None,
) -> PortOwner:
    """Source: ss(8), Flower's options; where it does not run, its unit and files.

    Absent: no Flower on this host, it listens on a unix socket, or it is stopped and nobody has its port.
    Unobservable: whose the port is was not told, or Flower has only just been started.
    """
    told = dict(line.split(" ", 1) for line in out.succeeded().splitlines() if " " in line)
    running = process if isinstance(process, Process) else None
    if isinstance(process, Unobservable):
        raise process
    if running is None and "state" not in told:
        raise Absent("no Flower runs on this host, and no unit of it is known")
    if isinstance(options, Options) and options.unix_socket:
        raise Absent("Flower listens on a unix socket and has no port")
    if isinstance(options, Options) and options.container is not None:
        raise Absent("the container engine holds the port for Flower, and starts no container whose port is taken")
    planned = next((told[source] for source in ("flag", "file", "environment") if source in told), str(DEFAULT_PORT))
    port = options.port if isinstance(options, Options) else int(planned)
    holders = sockets.on_port(port)
    if running is None and not holders:
        raise Absent(f"Flower does not run, and nobody listens on port {port}")
    if running is not None and not holders and running.age_s < STARTING_S:
        raise Unobservable(f"Flower was started {running.age_s} s ago and does not listen yet")
    strangers = tuple(item for item in holders if running is None or not _is_of(item, running))
    return PortOwner(
        port=port,
        holders=tuple(map(_say, holders)),
        strangers=tuple(map(_say, strangers)),
        running=running is not None,
    )


def _is_of(socket: Socket, process: Process) -> bool:
    """Whether a socket is that process's, or of another one of its unit (Flower hands none on by itself)."""
    return process.pid in socket.pids or bool(process.unit and socket.unit == process.unit)


def _say(socket: Socket) -> str:
    unit = f", {socket.unit}" if socket.unit else ""
    return f"{socket.place} is held by {re.sub(r'[^ -~]', '?', socket.program)[:40]} (pid {socket.pids[0]}{unit})"
