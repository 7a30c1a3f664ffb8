"""The demo while it runs: everything in it is real, private, and as documented."""

import base64
import http.client
import json
import re
import socket
import ssl
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flower_audit.demo import GAPS, Demo, Gap, start_demo

DOCUMENT = Path(__file__).parents[2] / "docs" / "demo.md"
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with start_demo() as running:
        yield running


def get(demo: Demo, url: str, *, password: str | None = None) -> tuple[int, Message, str]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    context = ssl.create_default_context(cafile=demo.ca_file) if parts.scheme == "https" else None
    connection = (
        http.client.HTTPSConnection(parts.hostname, parts.port, timeout=5, context=context)
        if context
        else http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    )
    headers = {}
    if password is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{demo.user}:{password}".encode()).decode()
    connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=headers)
    response = connection.getresponse()
    answer = response.status, response.headers, response.read().decode(errors="replace")
    connection.close()
    return answer


def test_only_the_password_opens_flower_on_both_ways_in(demo: Demo) -> None:
    for url in (demo.url, demo.direct_url):
        assert get(demo, url)[0] == 401
        assert get(demo, url, password="wrong")[0] == 401
        status, _, page = get(demo, url, password=demo.password)
        assert status == 200
        assert "/static/js/flower.js" in page
    assert len(demo.password) >= 20


def test_plain_http_is_sent_to_the_same_page_over_tls(demo: Demo) -> None:
    status, headers, _ = get(demo, demo.http_url + "tasks?limit=1")
    assert status == 301
    assert headers["Location"] == demo.url + "tasks?limit=1"


def test_the_certificate_holds_with_the_demos_own_authority_only(demo: Demo) -> None:
    port = urlsplit(demo.url).port
    with socket.create_connection(("localhost", port)) as plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
    with (
        socket.create_connection(("localhost", port)) as plain,
        ssl.create_default_context(cafile=demo.ca_file).wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        assert tls.version() == "TLSv1.3"
    assert not list(demo.folder.glob("**/pki")), "Caddy made an authority of its own, which it might install"


def test_flower_knows_the_worker_and_its_tasks(demo: Demo) -> None:
    _, _, text = get(demo, demo.url + "api/tasks", password=demo.password)
    tasks = list(json.loads(text).values())
    assert sorted((task["name"], task["state"], task["worker"]) for task in tasks) == [
        ("orders.charge_card", "FAILURE", demo.worker),
        ("orders.send_receipt", "SUCCESS", demo.worker),
        ("orders.send_receipt", "SUCCESS", demo.worker),
        ("reports.count_orders", "SUCCESS", demo.worker),
    ]
    assert (demo.tasks_succeeded, demo.tasks_failed) == (3, 1)
    _, _, text = get(demo, demo.url + "api/workers", password=demo.password)
    assert "orders.send_receipt" in json.loads(text)[demo.worker]["registered"]
    _, _, text = get(demo, demo.url + "api/queues/length", password=demo.password)
    assert json.loads(text)["active_queues"] == [{"name": "celery", "messages": 0}]


def test_the_broker_wants_a_password(demo: Demo) -> None:
    port = re.search(r"^port (\d+)$", (demo.folder / "redis.conf").read_text(), re.MULTILINE)
    assert port is not None
    with socket.create_connection(("127.0.0.1", int(port[1])), timeout=5) as broker:
        broker.sendall(b"PING\r\n")
        assert broker.recv(100).startswith(b"-NOAUTH")


def no_header(*names: str) -> Callable[[Demo], None]:
    def proof(demo: Demo) -> None:
        for path in ("", "healthcheck"):
            headers = get(demo, demo.url + path)[1]
            assert not [name for name in names if name in headers]

    return proof


def ends_in_12_days(demo: Demo) -> None:
    with (
        socket.create_connection(("localhost", urlsplit(demo.url).port)) as plain,
        ssl.create_default_context(cafile=demo.ca_file).wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        certificate = tls.getpeercert()
    assert certificate is not None
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    assert (end - datetime.now(UTC)).days == 12


def metrics_are_public(demo: Demo) -> None:
    status, _, text = get(demo, demo.url + "metrics")
    assert status == 200
    assert "orders.charge_card" in text


def tells_versions(demo: Demo) -> None:
    assert re.search(r"TornadoServer/\d", str(get(demo, demo.url)[1].get_all("Server")))


def never_limits(demo: Demo) -> None:
    assert {get(demo, demo.url, password="wrong")[0] for _ in range(40)} == {401}


def cookie_without_secure(demo: Demo) -> None:
    cookies = get(demo, demo.url, password=demo.password)[1].get_all("Set-Cookie") or []
    cookies += get(demo, demo.url + "workers", password=demo.password)[1].get_all("Set-Cookie") or []
    assert cookies
    assert not [cookie for cookie in cookies if "secure" in cookie.lower()]


def database_in_the_temporary_directory(demo: Demo) -> None:
    assert list(demo.folder.glob("flower.db*"))
    assert demo.folder.is_relative_to(tempfile.gettempdir())


PROOFS: dict[str, Callable[[Demo], None]] = {
    "https.expires-later": ends_in_12_days,
    "https.hsts": no_header("Strict-Transport-Security"),
    "https.headers": no_header("Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"),
    "https.no-version-leak": tells_versions,
    "monitoring.metrics-not-public": metrics_are_public,
    "auth.cookie-flags": cookie_without_secure,
    "persistence.path-durable": database_in_the_temporary_directory,
    "proxy.rate-limit": never_limits,
}


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.check)
def test_each_gap_is_really_there_and_documented(demo: Demo, gap: Gap) -> None:
    PROOFS[gap.check](demo)
    assert f"| `{gap.check}` | {gap.what} | {gap.why} |" in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_lists_no_gap_that_is_not_there() -> None:
    listed = re.findall(r"^\| `([a-z.-]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(gap.check for gap in GAPS)


def test_the_folder_is_private(demo: Demo) -> None:
    assert stat.S_IMODE(demo.folder.stat().st_mode) == 0o700
    open_to_others = [path for path in demo.folder.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert not open_to_others


def test_the_engine_names_the_programs_with_their_versions(demo: Demo) -> None:
    assert re.match(r"(Redis|Valkey) \d[\d.]+ \(.+\), Caddy \d[\d.]+ \(.+\)", demo.engine)


def test_the_password_shows_nowhere(demo: Demo) -> None:
    assert demo.password not in repr(demo)
    assert not [log for log in demo.folder.glob("*.log") if demo.password in log.read_text(errors="replace")]


@linux
def test_no_secret_stands_in_a_command_line(demo: Demo) -> None:
    broker = re.search(r"^requirepass (.+)$", (demo.folder / "redis.conf").read_text(), re.MULTILINE)
    assert broker is not None
    for pid in demo.processes.values():
        arguments = Path(f"/proc/{pid}/cmdline").read_text()
        assert demo.password not in arguments
        assert broker[1] not in arguments


@linux
def test_everything_listens_on_loopback_only(demo: Demo) -> None:
    ours = {
        re.sub(r"\D", "", str(link.readlink()))
        for pid in demo.processes.values()
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if str(link.readlink()).startswith("socket:")
    }
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
    listening = [row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in ours]
    assert listening == ["0100007F"] * 4
    udp = [line.split() for table in ("udp", "udp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
    assert not [row for row in udp if row[9] in ours]


def test_a_second_demo_runs_beside_the_first(demo: Demo) -> None:
    with start_demo() as second:
        assert second.folder != demo.folder
        assert get(second, second.url, password=demo.password)[0] == 401
        assert get(second, second.url, password=second.password)[0] == 200
    assert get(demo, demo.url, password=demo.password)[0] == 200
