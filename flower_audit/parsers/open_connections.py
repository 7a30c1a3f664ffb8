"""Brokers that a process is connected to, from /proc: all there is to see where code names the broker.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
Source: proc(5), /proc/net/tcp.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

from flower_audit.parsers.celery_command_line import Broker, read_process_file


def peers_of(pid: str) -> set[tuple[str, int]]:
    """Addresses and ports that a process holds TCP connections to."""
    held = set()
    for descriptor in Path("/proc", pid, "fd").iterdir():
        try:
            held.add(os.readlink(descriptor))  # noqa: PTH115 - Path.readlink is younger than Python 3.7
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in read_process_file(pid, f"net/{table}").decode().splitlines()[1:]:
            fields = line.split()
            if len(fields) >= 10 and fields[3] == "01" and f"socket:[{fields[9]}]" in held:
                address, _, port = fields[2].partition(":")
                found.add((address_of(address), int(port, 16)))
    return found


def connected_brokers(pid: str) -> list[Broker]:
    """Brokers on their usual ports that a process is connected to; AMQP first, for Redis may be a result backend."""
    found = set()
    for address, port in peers_of(pid):
        scheme = {6379: "redis", 5672: "amqp"}.get(port)
        if scheme:
            found.add((scheme, address, port))
    return [Broker(scheme, address, port, "", "", "", "", {}, []) for scheme, address, port in sorted(found)]


def network_of(pid: str) -> str:
    """The network namespace of a process."""
    return os.readlink(f"/proc/{pid}/ns/net")  # noqa: PTH115 - Path.readlink is younger than Python 3.7


def address_of(packed: str) -> str:
    """An address as /proc/net/tcp prints it: 32-bit words in the host's own byte order."""
    words = [int(packed[at : at + 8], 16) for at in range(0, len(packed), 8)]
    raw = b"".join(struct.pack("=I", word) for word in words)
    if len(raw) == 16 and raw[:12] == b"\0" * 10 + b"\xff\xff":
        raw = raw[12:]
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)
