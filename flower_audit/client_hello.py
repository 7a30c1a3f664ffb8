"""A TLS ClientHello written by hand, to offer protocols and suites that this machine's own OpenSSL may not know.

Only the first flight is exchanged: a server that answers from ServerHello to ServerHelloDone accepts what was offered.
Source: RFC 5246, RFC 6101, RFC 6066 (server name), RFC 8422 (groups).
"""

import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Literal

Old = Literal["SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"]

VERSIONS: dict[Old, int] = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302, "TLS 1.2": 0x0303}

FORWARD_SECRET = (
    0xC02F,
    0xC030,
    0xC02B,
    0xC02C,
    0xCCA8,
    0xCCA9,
    0xC013,
    0xC014,
    0xC009,
    0xC00A,
    0x009E,
    0x0033,
    0x0039,
)
STATIC_RSA = (0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035, 0x0041, 0x0084, 0x000A, 0x0005, 0x0004)
"""Suites whose key exchange is RSA: whoever obtains the key later can read what was recorded."""

SIGNATURES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)
GROUPS = (0x001D, 0x0017, 0x0018, 0x0019)

ALERT, HANDSHAKE = 21, 22
SERVER_HELLO, SERVER_HELLO_DONE = 2, 14
ANSWER_CAP = 131_072


def write(version: Old, suites: Sequence[int], host: str) -> bytes:
    """The record of a ClientHello that offers this version and no newer one; no server name for an IP address."""
    number = VERSIONS[version]
    extensions = b""
    if number > 0x0300:
        extensions += _extension(0x000A, _vector16(b"".join(struct.pack("!H", group) for group in GROUPS)))
        extensions += _extension(0x000B, b"\x01\x00")
        extensions += _extension(0xFF01, b"\x00")
        if host:
            name = host.encode("idna") if not host.isascii() else host.encode()
            extensions += _extension(0x0000, _vector16(b"\x00" + _vector16(name)))
    if number >= 0x0303:
        extensions += _extension(0x000D, _vector16(b"".join(struct.pack("!H", one) for one in SIGNATURES)))
    body = struct.pack("!H", number) + os.urandom(32) + b"\x00"
    body += _vector16(b"".join(struct.pack("!H", suite) for suite in suites)) + b"\x01\x00"
    if extensions:
        body += _vector16(extensions)
    message = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return struct.pack("!BHH", HANDSHAKE, min(number, 0x0301), len(message)) + message


def read(answer: bytes) -> tuple[int | None, int | None, bool]:
    """The version and suite of a ServerHello (None where there is none), and whether the first flight is whole."""
    messages = b""
    while len(answer) >= 5:
        kind, _, length = struct.unpack("!BHH", answer[:5])
        if kind != HANDSHAKE:
            break
        messages += answer[5 : 5 + length]
        answer = answer[5 + length :]
    version = suite = None
    while len(messages) >= 4:
        length = int.from_bytes(messages[1:4])
        if len(messages) < 4 + length:
            break
        body = messages[4 : 4 + length]
        if messages[0] == SERVER_HELLO and length >= 38:
            version = int.from_bytes(body[:2])
            after_session = 35 + body[34]
            suite = int.from_bytes(body[after_session : after_session + 2])
        if messages[0] == SERVER_HELLO_DONE:
            return version, suite, True
        messages = messages[4 + length :]
    return version, suite, False


def offer(endpoint: tuple[str, int], host: str, version: Old, suites: Sequence[int], limit_s: float) -> int | None:
    """The suite that the server picks, None where it refuses.

    Raises OSError (TimeoutError among them) where it cannot be asked or does not answer; a connection that is closed
    or reset after the offer is a refusal.
    """
    deadline = time.monotonic() + limit_s
    answer = b""
    with socket.create_connection(endpoint, timeout=limit_s) as connection:
        try:
            connection.sendall(write(version, suites, host))
            while len(answer) < ANSWER_CAP:
                connection.settimeout(max(0.05, deadline - time.monotonic()))
                chunk = connection.recv(16_384)
                answer += chunk
                found, suite, whole = read(answer)
                if whole:
                    return suite if found == VERSIONS[version] and suite in suites else None
                if not chunk or answer[0] == ALERT:
                    break
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no answer to a {version} ClientHello")
        except ConnectionError:
            return None
    return None


def _extension(number: int, body: bytes) -> bytes:
    return struct.pack("!H", number) + _vector16(body)


def _vector16(body: bytes) -> bytes:
    return struct.pack("!H", len(body)) + body
