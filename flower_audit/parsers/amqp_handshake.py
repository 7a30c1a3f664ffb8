"""The AMQP 0-9-1 handshake with RabbitMQ: up to an open virtual host, and a clean close.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
Sources: AMQP 0-9-1 specification 1.4.2, rabbitmq.com/docs/access-control (guest is limited to loopback).
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from flower_audit.parsers.broker_connection import REPLY_LIMIT, Refused, connect, own_address
from flower_audit.parsers.celery_command_line import Broker


def talk_amqp(broker: Broker, local: bool | None, found: dict[str, Any]) -> None:
    """As Flower, and as `guest` by another address than loopback, which RabbitMQ refuses by default."""
    try:
        login(broker, found, broker.username or "guest", broker.password or "guest")
        found["reachable"] = True
    finally:
        if found.get("answered"):
            talk_as_guest(broker, local, found)


def talk_as_guest(broker: Broker, local: bool | None, found: dict[str, Any]) -> None:
    """Whether `guest` may come in from beyond loopback; not asked where this host has no other address."""
    address = own_address() if local else broker.host
    if not address:
        return
    try:
        login(broker, {}, "guest", "guest", address)
        found["guest_beyond_loopback"] = True
    except (OSError, Refused, struct.error):
        found["guest_beyond_loopback"] = False


def login(broker: Broker, found: dict[str, Any], username: str, password: str, host: str = "") -> None:
    """The handshake up to an open virtual host, and a clean close.  Raises Refused with the broker's own words."""
    with connect(broker, found, host) as connection:
        connection.sendall(b"AMQP\x00\x00\x09\x01")
        start = method(connection, (10, 10))
        found["answered"] = True
        found["version"] = property_of(start, b"version")
        found["product"] = property_of(start, b"product")
        found["stage"] = "login"
        capability = short(b"authentication_failure_close") + b"t\x01"
        properties = short(b"product") + b"S" + long(b"flower-audit")
        properties += short(b"capabilities") + b"F" + long(capability)
        response = b"\0" + username.encode() + b"\0" + password.encode()
        send(connection, (10, 11), long(properties) + short(b"PLAIN") + long(response) + short(b"en_US"))
        tune = method(connection, (10, 30))
        send(connection, (10, 31), tune[:6] + b"\0\0")
        found["stage"] = "virtual host " + broker.database[:60]
        send(connection, (10, 40), short(broker.database.encode()) + short(b"") + b"\0")
        method(connection, (10, 41))
        send(connection, (10, 50), struct.pack(">H", 200) + short(b"bye") + b"\0\0\0\0")
        method(connection, (10, 51))


def short(text: bytes) -> bytes:
    """A short string of AMQP."""
    return struct.pack(">B", len(text[:255])) + text[:255]


def long(text: bytes) -> bytes:
    """A long string, or a table, of AMQP."""
    return struct.pack(">I", len(text)) + text


def send(connection: socket.socket, name: tuple[int, int], body: bytes) -> None:
    """One method frame on channel 0."""
    payload = struct.pack(">HH", *name) + body
    connection.sendall(struct.pack(">BHI", 1, 0, len(payload)) + payload + b"\xce")


def method(connection: socket.socket, wanted: tuple[int, int]) -> bytes:
    """The body of the next method frame.  Raises Refused where it is another one than wanted."""
    while True:
        head = receive(connection, 7)
        if head[:4] == b"AMQP" or head[0] not in (1, 8):
            raise Refused("the answer is not AMQP 0-9-1")
        size = struct.unpack(">I", head[3:])[0]
        if size > REPLY_LIMIT:
            raise Refused("the answer is not AMQP 0-9-1")
        payload = receive(connection, size + 1)[:-1]
        if head[0] == 1:
            break
    name = struct.unpack(">HH", payload[:4])
    if name == wanted:
        return payload[4:]
    if name == (10, 50):
        code, length = struct.unpack(">HB", payload[4:7])
        said = payload[7 : 7 + length].decode("utf-8", "replace")
        raise Refused(f"{code} {said}")
    raise Refused(f"method {name} came instead of {wanted}")


def receive(connection: socket.socket, size: int) -> bytes:
    """Exactly so many bytes.  Raises Refused where the broker closes before."""
    read = b""
    while len(read) < size:
        chunk = connection.recv(size - len(read))
        if not chunk:
            raise Refused("the broker closed the connection")
        read += chunk
    return read


def property_of(start: bytes, name: bytes) -> str:
    """A text property of the server, from the method Connection.Start."""
    mark = short(name) + b"S"
    at = start.find(mark) + len(mark)
    if at < len(mark):
        return ""
    length = struct.unpack(">I", start[at : at + 4])[0]
    return start[at + 4 : at + 4 + min(length, 40)].decode("utf-8", "replace")
