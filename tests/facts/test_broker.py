"""A real Redis in every state, and a real RabbitMQ, asked by the very command that runs on a host."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.broker import Broker, broker

PASSWORD = "s3cret-p@ss/word"
QUOTED = "s3cret-p%40ss%2Fword"
SLEEP = "import time; time.sleep(300)"

Ask = Callable[..., Broker]


@contextmanager
def process(*words: str, **environment: str) -> Iterator[str]:
    """A process with Flower's command line and environment; what it runs is of no matter here."""
    clean = {"PATH": os.environ["PATH"], **environment}
    with subprocess.Popen([sys.executable, "-c", SLEEP, *words], env=clean, stdin=subprocess.DEVNULL) as child:
        try:
            yield str(child.pid)
        finally:
            child.kill()


@contextmanager
def connected(port: int, url: str) -> Iterator[str]:
    """A process with Flower's command line that holds a connection to a port."""
    holds = f"import socket; s = socket.create_connection(('127.0.0.1', {port})); print(1, flush=True); {SLEEP}"
    environment = {"PATH": os.environ["PATH"], "CELERY_BROKER_URL": url}
    words = [sys.executable, "-c", holds, "celery", "-A", "proj", "flower"]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield str(child.pid)
        finally:
            child.kill()


@pytest.fixture
def ask(ask_here: Callable[..., Any]) -> Ask:
    def asked(url: str, **environment: str) -> Broker:
        with process("celery", "flower", CELERY_BROKER_URL=url, **environment) as pid:
            found = ask_here(broker, pid=pid)
        assert "s3cret" not in repr(found)
        assert isinstance(found, Broker)
        return found

    return asked


@pytest.fixture(scope="module")
def redis(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., int]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("needs redis-server or valkey-server")

    def start(*options: str) -> int:
        port: int = servers.free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", *options]
        servers.start([*command, "--dir", str(tmp_path_factory.mktemp("redis"))], port)
        return port

    return start


@pytest.fixture(scope="module")
def closed(redis: Callable[..., int]) -> int:
    return redis(
        *("--requirepass", PASSWORD, "--maxmemory-policy", "volatile-lru", "--maxmemory", "64mb"),
        *["--user", "pinger", "on", "nopass", "~*", "-@all", "+ping", "+select"],
    )


def test_a_redis_with_a_password(ask: Ask, closed: int) -> None:
    found = ask(f"redis://:{QUOTED}@localhost:{closed}/3")
    assert (found.answers, found.lets_anybody_in, found.defects) == (True, "", ())
    assert found.refusal.startswith("NOAUTH")
    assert (found.evicts, found.maxmemory) == ("volatile-lru", 64 * 1024**2)
    assert (found.database, found.local, found.tls, found.where) == ("3", True, False, "CELERY_BROKER_URL")


def test_a_wrong_password_is_told_from_a_missing_one(ask: Ask, closed: int) -> None:
    wrong = ask(f"redis://:s3cret-no@localhost:{closed}/0")
    assert (wrong.answers, wrong.stage) == (False, "AUTH")
    assert wrong.error.startswith("WRONGPASS")
    missing = ask(f"redis://localhost:{closed}/0")
    assert missing.answers is False
    assert missing.error.startswith("NOAUTH")


def test_a_password_in_the_place_of_the_user(ask: Ask, closed: int) -> None:
    found = ask(f"redis://{QUOTED}@localhost:{closed}/0")
    assert found.answers is False
    assert "in the place of the user name" in found.defects[0]


def test_a_user_who_may_not_ask_for_info(ask: Ask, closed: int) -> None:
    found = ask(f"redis://pinger:any@localhost:{closed}/0")
    assert found.answers is True
    with pytest.raises(Unobservable, match="INFO is refused"):
        _ = found.evicts


def test_an_open_redis(ask: Ask, redis: Callable[..., int]) -> None:
    port = redis("--databases", "2")
    found = ask(f"redis://127.0.0.1:{port}/1")
    assert (found.answers, bool(found.lets_anybody_in), found.evicts) == (True, True, "")
    beyond = ask(f"redis://127.0.0.1:{port}/9")
    assert (beyond.answers, beyond.stage) == (False, "SELECT 9")
    assert "out of range" in beyond.error


def test_a_password_that_redis_does_not_ask_for(ask_here: Ask, ask: Ask, redis: Callable[..., int]) -> None:
    port = redis()
    assert ask(f"redis://:{QUOTED}@127.0.0.1:{port}/0").answers is False
    with connected(port, f"redis://:{QUOTED}@127.0.0.1:{port}/0") as pid:
        assert ask_here(broker, pid=pid).answers is True


def test_a_default_user_who_may_only_ping_is_not_open(ask: Ask, redis: Callable[..., int]) -> None:
    users = f"--user default on nopass ~* -@all +ping --user flower on >{PASSWORD} ~* &* +@all"
    port = redis(*users.split())
    found = ask(f"redis://flower:{QUOTED}@127.0.0.1:{port}/0")
    assert (found.answers, found.lets_anybody_in) == (True, "")
    assert found.refusal.startswith("NOPERM")


@pytest.mark.parametrize(("mode", "let_in"), [("770", False), ("777", True)])
def test_a_unix_socket(ask: Ask, redis: Callable[..., int], tmp_path: Path, mode: str, let_in: bool) -> None:
    path = tmp_path / "redis.sock"
    redis("--unixsocket", str(path), "--unixsocketperm", mode)
    found = ask(f"redis+socket://{path}?virtual_host=1")
    assert (found.answers, found.database, found.local) == (True, "1", True)
    assert bool(found.lets_anybody_in) is let_in


def test_nothing_listens(ask: Ask, servers: Any) -> None:
    found = ask(f"redis://127.0.0.1:{servers.free_port()}/0")
    assert found.answers is False
    assert "refused" in found.error
    with pytest.raises(Unobservable, match="refused"):
        _ = found.lets_anybody_in


def test_a_name_that_does_not_resolve(ask: Ask) -> None:
    found = ask("redis://redis.invalid/0")
    assert found.answers is False
    assert found.local is None


@pytest.mark.parametrize("speaks", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b""])
def test_something_else_listens(ask: Ask, raw_server: Callable[..., int], speaks: bytes) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(speaks)

    for scheme in ("redis", "amqp"):
        found = ask(f"{scheme}://:{QUOTED}@127.0.0.1:{raw_server(behave)}/")
        assert found.answers is False
        assert found.error


def test_a_server_that_repeats_the_password_does_not_spread_it(ask: Ask, raw_server: Callable[..., int]) -> None:
    def behave(connection: socket.socket) -> None:
        while said := connection.recv(4096):
            connection.sendall(b"-ERR unknown command, with args: " + said.replace(b"\r\n", b" ") + b"\r\n")

    assert "[redacted]" in ask(f"redis://:{QUOTED}@127.0.0.1:{raw_server(behave)}/0").error


def test_tls_is_verified_before_a_password_is_sent(
    ask: Ask, redis: Callable[..., int], authority: Any, servers: Any
) -> None:
    leaf = authority.issue("localhost", by=authority.root)
    port = servers.free_port()
    options = ("--tls-port", str(port), "--tls-cert-file", str(leaf.pem), "--tls-key-file", str(leaf.key_pem))
    redis(
        *options, "--tls-ca-cert-file", str(authority.root.pem), "--tls-auth-clients", "no", "--requirepass", PASSWORD
    )
    trusted = ask(f"rediss://:{QUOTED}@localhost:{port}/0?ssl_cert_reqs=required&ssl_ca_certs={authority.root.pem}")
    assert (trusted.answers, trusted.tls, trusted.tls_verified) == (True, True, True)
    unknown = ask(f"rediss://:{QUOTED}@localhost:{port}/0?ssl_cert_reqs=required")
    with pytest.raises(Unobservable, match="certificate verify failed"):
        _ = unknown.answers
    assert ask(f"rediss://:{QUOTED}@localhost:{port}/0?ssl_cert_reqs=none").answers is True
    with pytest.raises(Unobservable, match="cannot be read"):
        _ = ask(f"rediss://:{QUOTED}@localhost:{port}/0?ssl_ca_certs=ca.pem").answers


def test_tls_that_only_the_code_knows_of(
    ask_here: Ask, redis: Callable[..., int], authority: Any, servers: Any
) -> None:
    leaf = authority.issue("localhost", by=authority.root)
    port = servers.free_port()
    options = ("--tls-port", str(port), "--tls-cert-file", str(leaf.pem), "--tls-key-file", str(leaf.key_pem))
    redis(*options, "--tls-ca-cert-file", str(authority.root.pem), "--tls-auth-clients", "no")
    with connected(port, f"redis://127.0.0.1:{port}/0") as pid:
        found = ask_here(broker, pid=pid)
    assert found.connected
    with pytest.raises(Unobservable, match="may switch TLS on"):
        _ = found.answers
    with pytest.raises(Unobservable, match="does not ask for TLS"):
        _ = found.encrypted


def test_a_broker_that_hangs_is_not_reachable(ask: Ask, raw_server: Callable[..., int]) -> None:
    found = ask(f"redis://127.0.0.1:{raw_server(lambda _: time.sleep(10))}/0")
    assert found.answers is False
    assert "timed out" in found.error


def test_a_sentinel_is_not_the_broker(ask: Ask, raw_server: Callable[..., int]) -> None:
    found = ask(f"sentinel://127.0.0.1:{raw_server(lambda connection: connection.sendall(b'+PONG' + bytes([13, 10])))}")
    with pytest.raises(Unobservable, match="which master"):
        _ = found.answers


def test_the_first_of_several_that_answers(ask: Ask, servers: Any, closed: int) -> None:
    dead = f"redis://127.0.0.1:{servers.free_port()}/0"
    assert ask(f"{dead};redis://:{QUOTED}@127.0.0.1:{closed}/0").port == closed


def test_other_transports_are_not_spoken(ask: Ask) -> None:
    with pytest.raises(Unobservable, match="sqs://"):
        ask("sqs://key:s3cret-p@")
    assert "no transport of kombu" in ask("redsi://localhost/0").defects[0]


def test_a_broker_that_only_the_code_knows(ask_here: Ask, closed: int) -> None:
    with process("celery", "-A", "proj", "flower") as pid, pytest.raises(Unobservable, match="application's code"):
        ask_here(broker, pid=pid)


def test_without_flower_there_is_none(ask_here: Ask) -> None:
    with pytest.raises(Absent):
        ask_here(broker, pid="")


@pytest.fixture(scope="module")
def rabbitmq(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of a node's AMQP and management listeners; its files and its epmd are its own."""
    program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    if not program.exists():
        pytest.skip("needs rabbitmq-server")
    folder = tmp_path_factory.mktemp("rabbitmq")
    ports = [servers.free_port() for _ in range(4)]
    (folder / "plugins").write_text("[rabbitmq_management].\n")
    (folder / "rabbit.conf").write_text(
        f"listeners.tcp.default = {ports[0]}\nmanagement.tcp.port = {ports[1]}\nmanagement.tcp.ip = 127.0.0.1\n"
    )
    environment = {
        "PATH": f"{os.environ['PATH']}:/usr/sbin",
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"audit{ports[0]}@localhost",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbit.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_DIST_PORT": str(ports[2]),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "ERL_EPMD_PORT": str(ports[3]),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    node = subprocess.Popen(
        [program],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not all(listens(port) for port in ports[:2]):
            assert time.monotonic() < deadline, "RabbitMQ does not start"
            time.sleep(0.2)
        yield ports[0], ports[1]
    finally:
        os.killpg(node.pid, signal.SIGKILL)  # there is nothing in it to keep
        node.wait(30)
        subprocess.run(["epmd", "-port", str(ports[3]), "-kill"], env=environment, capture_output=True, check=False)


def listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def test_a_real_rabbitmq(ask: Ask, rabbitmq: tuple[int, int], own_address: str) -> None:
    amqp, http = rabbitmq
    assert own_address
    api = f"http://guest:guest@127.0.0.1:{http}/api/"
    found = ask(f"amqp://guest:guest@localhost:{amqp}//", FLOWER_BROKER_API=api)
    assert (found.answers, found.lets_anybody_in, found.uses_guest) == (True, "", True)
    assert (found.management_given, found.management_works) == (True, True)
    assert found.version.startswith(("3.", "4."))


def test_a_rabbitmq_that_refuses(ask: Ask, rabbitmq: tuple[int, int]) -> None:
    amqp, http = rabbitmq
    api = f"http://guest:s3cret-no@127.0.0.1:{http}/api/"
    wrong = ask(f"amqp://flower:{QUOTED}@localhost:{amqp}//", FLOWER_BROKER_API=api)
    assert wrong.answers is False
    assert wrong.error.startswith("403 ACCESS_REFUSED")
    assert (wrong.management_works, wrong.management_error) == (False, "HTTP 401")
    missing = ask(f"amqp://guest:guest@localhost:{amqp}/nowhere")
    assert missing.error.startswith("530 NOT_ALLOWED")
    assert missing.stage == "virtual host nowhere"
