"""What Redis answers to anybody, and to Flower's own credentials.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
Source: redis.io/docs/latest/develop/reference/protocol-spec, and its command reference.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from flower_audit.parsers.broker_connection import REPLY_LIMIT, Refused, connect
from flower_audit.parsers.celery_command_line import Broker


def talk_redis_as_anybody(broker: Broker, found: dict[str, Any]) -> None:
    """Without credentials: `open` says whether commands are obeyed, `refusal` how they are refused."""
    if broker.path:
        found["socket_mode"] = Path(broker.path).stat().st_mode & 0o777
    with connect(broker, found) as anybody, anybody.makefile("rb") as reader:
        reply = ask(anybody, reader, "PING")
        found["answered"] = True
        if reply == "+PONG":  # an ACL may let anybody ping and nothing else
            reply = ask(anybody, reader, "LLEN", "flower-audit-no-such-key")
        if reply.startswith(":"):
            found["open"] = True
        elif reply.startswith(("-NOAUTH", "-NOPERM", "-DENIED")):
            found["open"] = False
        found["refusal"] = reply[1:60] if reply.startswith("-") else ""
        if found.get("open"):
            note_information(ask(anybody, reader, "INFO"), found)


def talk_redis(broker: Broker, found: dict[str, Any]) -> None:
    """With Flower's credentials, in the order of redis-py: AUTH, SELECT, PING."""
    with connect(broker, found) as flower, flower.makefile("rb") as reader:
        found["stage"] = "AUTH"
        if broker.password or broker.username:
            words = [broker.username, broker.password] if broker.username else [broker.password]
            expect(ask(flower, reader, "AUTH", *words), "+OK")
        found["stage"] = f"SELECT {broker.database[:10]}"
        if broker.database != "0":
            expect(ask(flower, reader, "SELECT", broker.database), "+OK")
        found["stage"] = "PING"
        expect(ask(flower, reader, "PING"), "+PONG")
        found["reachable"] = True
        note_information(ask(flower, reader, "INFO"), found)


def note_information(text: str, found: dict[str, Any]) -> None:
    """What INFO tells; a user without the right to it gets an error, and nothing is noted."""
    values = dict(line.partition(":")[::2] for line in text.splitlines() if ":" in line and text[0] != "-")
    for name, key in (("eviction", "maxmemory_policy"), ("maxmemory", "maxmemory"), ("config_file", "config_file")):
        if key in values:
            found[name] = values[key][:200]
    # The others tell the Redis they are compatible with as redis_version.
    for software in ("Valkey", "Dragonfly", "Redis"):
        if f"{software.lower()}_version" in values:
            found["software"], found["version"] = software, values[f"{software.lower()}_version"][:30]
            return


def talk_sentinel(broker: Broker, found: dict[str, Any]) -> None:
    """A sentinel only says where the broker is; the master's name stands in the application's settings."""
    with connect(broker, found) as anybody:
        ask(anybody, anybody.makefile("rb"), "PING")
        found["answered"] = True


def ask(connection: socket.socket, reader: Any, *words: str) -> str:
    """One Redis command and the reply: its first line with the type's sign, or the text of a bulk reply."""
    parts = [word.encode() for word in words]
    connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
    first: bytes = reader.readline(REPLY_LIMIT)
    line = first.decode("utf-8", "replace").rstrip("\r\n")
    if not line:
        raise Refused(f"the broker closed the connection at {words[0]}")
    if line[0] not in "+-:$*":
        raise Refused("the answer is not Redis protocol")
    if line[0] == "$" and line[1:].isdigit():
        bulk: bytes = reader.read(min(int(line[1:]) + 2, REPLY_LIMIT))
        return bulk.decode("utf-8", "replace")
    return line


def expect(reply: str, wanted: str) -> None:
    """Raise Refused with the broker's own words where the reply is another one."""
    if reply != wanted:
        raise Refused(reply.lstrip("-"))
