"""What the parser says of the wild styles, and what a real nginx does with them."""

import contextlib
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .test_nginx import WILD, dump_of, flowers_place

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx")


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what reached it; 404 for paths that end in /missing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(404 if self.path.endswith("/missing") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class UnixServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)  # type: ignore[arg-type] # a path, for this family

    def get_request(self) -> tuple[Any, Any]:
        return self.socket.accept()[0], ("unix", 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    paths = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [*command, "-subj", "/CN=x", "-out", str(paths[0]), "-keyout", str(paths[1])], check=True, capture_output=True
    )
    return paths


@contextlib.contextmanager
def echo(folder: Path) -> Iterator[str]:
    """The upstream, on a free port, which is given, and on `flower.sock` in the folder."""
    tcp = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    unix = UnixServer(str(folder / "flower.sock"), Echo)  # type: ignore[arg-type] # a path, for this family
    for server in (tcp, unix):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"127.0.0.1:{tcp.server_address[1]}"
    finally:
        for server in (tcp, unix):
            server.shutdown()
            server.server_close()


@contextlib.contextmanager
def running(path: Path, folder: Path, certificate: tuple[Path, Path]) -> Iterator[dict[int, int]]:
    """nginx with the style's text, moved to free ports and to an upstream of ours; gives where its ports went."""
    with echo(folder) as upstream, started(path, folder, certificate, upstream) as ports:
        yield ports


@contextlib.contextmanager
def started(path: Path, folder: Path, certificate: tuple[Path, Path], upstream: str) -> Iterator[dict[int, int]]:
    ports: dict[int, int] = {}

    def move(match: re.Match[str]) -> str:
        number = int(match["port"])
        ports.setdefault(number, free_port())
        return f"{match['before']}{ports[number]}"

    text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("# configuration file"))
    if path.read_text().startswith("# configuration file"):
        files = dict(
            re.findall(r"# configuration file (\S+):\n(.*?)(?=# configuration file|\Z)", path.read_text(), re.S)
        )
        site = next(body for name, body in files.items() if "sites-enabled" in name)
        text = re.sub(r"include (\S+);", lambda m: files.get(m[1], ""), site)
    text = re.sub(r"listen +\[::\][^;]*;", "", text)
    text = re.sub(r"(?P<before>listen +)(?P<port>\d+)", move, text)
    text = re.sub(r"(localhost|127\.0\.0\.1):5555", upstream, text)
    text = text.replace("/run/flower/flower.sock", str(folder / "flower.sock"))
    text = re.sub(r"ssl_certificate +[^;]+;", f"ssl_certificate {certificate[0]};", text)
    text = re.sub(r"ssl_certificate_key +[^;]+;", f"ssl_certificate_key {certificate[1]};", text)
    text = text.replace("/etc/nginx/htpasswd", str(folder / "htpasswd"))
    (folder / "htpasswd").write_text("ops:{PLAIN}ops\n")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; {temporary}\n{text}\n}}"
    )
    assert NGINX
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline and process.poll() is None:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", min(ports.values())), 1):
                    break
                time.sleep(0.02)
            assert process.poll() is None, (folder / "error.log").read_text()
            yield ports
        finally:
            process.terminate()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes


def ask(port: int, host: str, path: str, *, tls: bool, login: str = "b3BzOm9wcw==") -> Answer:
    connection: http.client.HTTPConnection
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    sent = {"Host": host, "Connection": "Upgrade", "Upgrade": "websocket"}
    sent |= {"Authorization": f"Basic {login}"} if login else {}
    with contextlib.closing(connection):
        connection.request("GET", path, headers=sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def host_of(names: tuple[str, ...], wanted: dict[str, Any]) -> str:
    return str(wanted.get("ask") or next((name for name in names if not name.startswith(("~", "*"))), "nobody.test"))


REAL = [
    path
    for path in WILD
    if not json.loads(path.with_suffix(".json").read_text()).keys() & {"not_for_nginx", "unresolved"}
]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_nginx_does_what_the_parser_says(path: Path, tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    place, wanted = flowers_place(path)
    listen = place.listens[0] if not any(one.tls for one in place.listens) else next(o for o in place.listens if o.tls)
    host = host_of(place.server_names, wanted)
    with running(path, tmp_path, certificate) as ports:
        answer = ask(ports[listen.port], host, f"{place.prefix}/tasks", tls=listen.tls)
        if place.shadowed:
            assert answer.status == 404
            return
        assert answer.status == 200
        seen = json.loads(answer.body)
        assert seen["path"] == place.tasks_path
        for name, setting in place.request_headers.items():
            assert (name in seen["headers"]) == bool(setting.value), name
        assert ("upgrade" in seen["headers"] and "upgrade" in seen["headers"]["connection"].lower()) == place.upgrades
        for name in ("x-real-ip", "x-forwarded-for", "x-forwarded-proto"):
            assert (name in seen["headers"]) == (name in place.request_headers), name
        missing = ask(ports[listen.port], host, f"{place.prefix}/missing", tls=listen.tls)
        for header in place.response_headers:
            assert answer.headers.get(header.name), header.name
            assert bool(missing.headers.get(header.name)) == header.on_errors, header.name
        for name in ("strict-transport-security", "x-frame-options"):
            assert bool(answer.headers.get(name)) == any(one.name == name for one in place.response_headers), name
        if 80 in ports and place.redirects_to_https is not None:
            plain = ask(ports[80], host, "/", tls=False)
            assert (plain.headers.get("Location") or "").startswith("https://") == place.redirects_to_https


LIMITED = [path for path in REAL if json.loads(path.with_suffix(".json").read_text()).get("rate_limits") is not None]


@pytest.mark.parametrize("path", LIMITED, ids=lambda path: path.stem)
def test_a_limit_refuses_where_the_parser_says(path: Path, tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    place, wanted = flowers_place(path)
    listen = place.listens[0]
    with running(path, tmp_path, certificate) as ports:
        host = host_of(place.server_names, wanted)
        answers = {ask(ports[listen.port], host, f"{place.prefix}/x", tls=listen.tls).status for _ in range(70)}
    assert (503 in answers) == any(limit.counts for limit in place.rate_limits)


def test_dumps_are_whole() -> None:
    assert all(dump_of(path).startswith("# configuration file /") for path in WILD)
