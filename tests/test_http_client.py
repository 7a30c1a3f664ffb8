"""The HTTP client against servers that behave and servers that do not."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.http_client import BODY_CAP, Client, resolve
from flower_audit.http_messages import Answer, Failure, Origin, Request


class Notes:
    def __init__(self) -> None:
        self.noted: list[tuple[str, str]] = []

    def note(self, kind: str, source: str, *, excerpt: str = "", **more: Any) -> None:  # noqa: ARG002 - Trail's signature
        self.noted.append((source, excerpt))


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    listening: list[socket.socket] = []

    def handle(behave: Callable[[socket.socket], None], connection: socket.socket) -> None:
        with connection:
            try:
                behave(connection)
            except OSError:
                return

    def start(behave: Callable[[socket.socket], None]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def accept() -> None:
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                threading.Thread(target=handle, args=(behave, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        port: int = server.getsockname()[1]
        return port

    yield start
    for server in listening:
        server.close()


def ask(port: int, path: str = "/", *, timeout_s: float = 3, **more: Any) -> tuple[Answer | Failure, Notes]:
    notes = Notes()
    origin = Origin(scheme="http", address="127.0.0.1", port=port, host="flower.test")
    return Client(timeout_s=timeout_s, trail=notes).get(Request(origin=origin, path=path, **more)), notes


def answer(status: str, *headers: str, body: bytes = b"") -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.recv(65_536)
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
        connection.sendall(head.encode() + b"\r\n\r\n" + body)

    return behave


def test_an_answer_and_its_evidence(serve: Any) -> None:
    asked: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        asked.append(connection.recv(65_536))
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nSet-Cookie: a=secret\r\nX-A: 1\r\nX-A: 2\r\n\r\nsecret"
        )

    got, notes = ask(serve(behave), credentials=("admin", "the-password"))
    assert isinstance(got, Answer)
    assert (got.status, got.body) == (200, b"secret")
    assert got.all_headers("x-a") == ("1", "2")
    assert b"Host: flower.test" in asked[0]
    assert b"User-Agent: flower-audit/" in asked[0]
    assert b"Authorization: Basic YWRtaW46dGhlLXBhc3N3b3Jk" in asked[0]
    assert len(notes.noted) == 1
    told = " ".join(notes.noted[0])
    assert "secret" not in told, "neither cookies nor bodies are evidence"
    assert "the-password" not in told
    assert "the-password" not in repr(got)


def test_no_redirect_is_followed_and_no_cookie_kept(serve: Any) -> None:
    asked: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        asked.append(connection.recv(65_536))
        connection.sendall(
            b"HTTP/1.1 302 F\r\nLocation: /x\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )

    port = serve(behave)
    origin = Origin(scheme="http", address="127.0.0.1", port=port, host="flower.test")
    results = Client(timeout_s=3, trail=Notes()).get_all([Request(origin=origin, path=path) for path in ("/a", "/b")])
    assert [result.status for result in results if isinstance(result, Answer)] == [302, 302]
    assert len(asked) == 2
    assert not any(b"Cookie" in request for request in asked)


def test_a_body_without_end_is_cut(serve: Any) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    got, _ = ask(serve(behave))
    assert isinstance(got, Answer)
    assert len(got.body) == BODY_CAP


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX"])
def test_a_server_that_drips_or_says_nothing_ends_in_time(drip: bytes, serve: Any) -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(drip)
        while True:
            time.sleep(0.1)
            if drip:
                connection.sendall(b"x")
            elif not connection.recv(65_536):
                return

    started = time.monotonic()
    got, _ = ask(serve(behave), timeout_s=0.5)
    assert isinstance(got, Failure)
    assert got.trouble == "timeout"
    assert time.monotonic() - started < 2


def test_a_silent_server_is_not_asked_forty_times(serve: Any) -> None:
    port = serve(lambda connection: [connection.recv(1), time.sleep(3)])
    origin = Origin(scheme="http", address="127.0.0.1", port=port, host="flower.test")
    started = time.monotonic()
    results = Client(timeout_s=0.4, trail=Notes()).get_all([Request(origin=origin, path=f"/{n}") for n in range(40)])
    assert {result.trouble for result in results if isinstance(result, Failure)} == {"timeout"}
    assert len(results) == 40
    assert time.monotonic() - started < 3


def test_a_port_that_drops_is_filtered_to_the_end() -> None:
    """A listener whose queue is full drops what comes, as a firewall does."""
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            client = opened.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        origin = Origin(scheme="http", address="127.0.0.1", port=server.getsockname()[1], host="flower.test")
        requests = [Request(origin=origin, path=f"/{number}") for number in range(12)]
        results = Client(timeout_s=0.4, trail=Notes()).get_all(requests)
    assert {result.trouble for result in results if isinstance(result, Failure)} == {"filtered"}
    assert len(results) == 12


def test_a_rate_limit_is_waited_for(serve: Any) -> None:
    statuses = iter(["429 Too Many Requests", "200 OK"])

    def behave(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(f"HTTP/1.1 {next(statuses)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    got, _ = ask(serve(behave))
    assert isinstance(got, Answer)
    assert got.status == 200


@pytest.mark.parametrize(
    ("behave", "trouble"),
    [
        (lambda connection: connection.close(), "protocol"),
        (lambda connection: connection.sendall(b"220 mail.example.com ESMTP\r\n"), "protocol"),
        (answer("200 OK", "Content-Length: 3", body=b"x"), "protocol"),
    ],
)
def test_what_is_not_http(behave: Any, trouble: str, serve: Any) -> None:
    got, _ = ask(serve(behave))
    assert isinstance(got, Failure)
    assert got.trouble == trouble
    assert "did not answer as HTTP" in got.text


def test_a_refused_connection() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        got, _ = ask(port)
    assert isinstance(got, Failure)
    assert (got.trouble, got.text) == ("refused", f"127.0.0.1:{port} refuses the connection")


def test_tls_with_a_server_that_has_none(serve: Any) -> None:
    port = serve(answer("400 Bad Request"))
    origin = Origin(scheme="https", address="127.0.0.1", port=port, host="flower.test")
    got = Client(timeout_s=3, trail=Notes()).get(Request(origin=origin, path="/"))
    assert isinstance(got, Failure)
    assert got.trouble == "tls"
    assert "no TLS handshake" in got.text


def test_hostile_headers_do_no_harm(serve: Any) -> None:
    got, notes = ask(serve(answer("200 OK", "X-Evil: \x1b[31m\xff", "Location: http://[", body=b"\xff\xfe")))
    assert isinstance(got, Answer)
    assert notes.noted


def test_names_that_do_not_resolve() -> None:
    assert "127.0.0.1" in resolve("localhost", 80, 5) or "::1" in resolve("localhost", 80, 5)
    for name in ("nosuch.invalid", "a" * 64 + ".invalid", "x..y"):
        with pytest.raises(Unobservable, match="does not resolve"):
            resolve(name, 80, 20)
