"""The options of a real Flower process, read from /proc as on any host, and held against what it really does."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.container import Container, Published
from flower_audit.facts.options import Options, options
from flower_audit.facts.package import Package
from flower_audit.probe import Output, observation_of

flower = pytest.importorskip("flower")

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")

PACKAGE = Package(venv="/venv", python="3.11", versions={"flower": flower.__version__}, requires_python="")

CONFIG = """
import os
port = int(os.environ["HTTP_PORT"])
address = "127.0.0.1"
basic_auth = ["ops:" + os.environ["OPS_PASSWORD"], "dev:changeme"]
max_tasks = 7000
PERSISTENT = True
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def observe(pid: int | str) -> Options:
    declared = observation_of(options)
    assert declared is not None
    assert declared.command is not None
    environment = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "pid": str(pid), "unit": ""}
    run = subprocess.run(
        ["sh", "-c", declared.command], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    return options(Output(rc=run.returncode, stdout=run.stdout, stderr=run.stderr), PACKAGE)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """A Flower with a configuration file in its working directory: process id, port, folder."""
    (tmp_path / "flowerconfig.py").write_text(CONFIG)
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FLOWER_", "CELERY_"))}
    environment |= {
        "HTTP_PORT": str(port),
        "OPS_PASSWORD": "Zk3-vq9Lp2-wMx7r",
        "FLOWER_MAX_TASKS": "5",
        "FLOWER_BASICAUTH": "typo:typo",
        "CELERY_BROKER_URL": "redis://:s3cret-of-the-broker@127.0.0.1:1/2",
    }
    celery = [sys.executable, "-m", "celery", "flower", "--url_prefix=f", "--loglevel=info"]
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(celery, cwd=tmp_path, env=environment, stdout=quiet, stderr=quiet)
    try:
        deadline = time.monotonic() + 30
        while status(f"http://127.0.0.1:{port}/f/healthcheck") != 200:
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.1)
        yield running.pid, port, tmp_path
    finally:
        running.kill()
        running.wait()


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_a_real_process(process: tuple[int, int, Path]) -> None:
    pid, port, folder = process
    found = observe(pid)
    assert found.local_url == f"http://127.0.0.1:{port}/f"
    assert status(f"{found.local_url}/workers") == 401
    assert found.authentication == "basic"
    assert found.accounts.names == ("ops", "dev")
    assert found.accounts.placeholders == ("dev",)
    assert found.accounts.shortest == 16
    assert found.max_tasks == 7000
    assert found.persistent is False
    assert found.workdir == str(folder)
    assert found.db_path == f"{folder}/flower"
    assert found.settings["port"].where == f"{folder}/flowerconfig.py:3"
    assert found.settings["url_prefix"].source == "flag"
    assert found.broker is not None
    assert (found.broker.host, found.broker.port, found.broker.database) == ("127.0.0.1", 1, "2")
    assert found.broker.has_password
    kinds = sorted(problem.kind for problem in found.problems)
    assert kinds == ["shadowed", "unknown-name", "unknown-name", "unknown-name"]
    assert not any(secret in repr(found) for secret in ("Zk3", "s3cret", "typo:typo"))


def test_a_file_that_was_changed_since_is_not_believed(process: tuple[int, int, Path]) -> None:
    pid, _, folder = process
    config = folder / "flowerconfig.py"
    later = time.time() + 60
    os.utime(config, (later, later))
    found = observe(pid)
    assert "changed after Flower started" in found.changed_since_start[0]
    with pytest.raises(Unobservable, match="restart Flower"):
        _ = found.authentication
    assert found.max_tasks == 7000


def test_a_file_that_was_put_in_place_with_its_old_time(process: tuple[int, int, Path]) -> None:
    pid, _, folder = process
    config, old = folder / "flowerconfig.py", time.time() - 86_400
    time.sleep(3)
    (folder / "new").write_text(config.read_text())
    os.utime(folder / "new", (old, old))
    born = subprocess.run(["stat", "-c", "%W", folder / "new"], capture_output=True, text=True, check=True).stdout
    if born.strip() in {"0", "-", "?"}:
        pytest.skip("this file system does not keep when a file was made")
    (folder / "new").replace(config)
    assert "changed after Flower started" in observe(pid).changed_since_start[0]


def test_no_process_is_absent_and_one_that_is_gone_is_not() -> None:
    with pytest.raises(Absent):
        observe("")
    with pytest.raises(Unobservable):
        observe(2**22 + 1)


def test_an_unknown_release_is_unobservable() -> None:
    start = "== started 1\n== workdir /\n== argv\n celery\n flower\n== environ\n A=b\n"
    with pytest.raises(Unobservable, match="release is not known"):
        options(Output(rc=0, stdout=start), Package(venv="/v", python="", versions={}, requires_python=""))
    assert options(Output(rc=0, stdout=start), PACKAGE).port == 5555


def test_a_release_that_was_installed_under_the_running_process() -> None:
    start = "== started 1000\n== workdir /\n== argv\n celery\n flower\n== environ\n A=b\n"
    older = replace(PACKAGE, installed=900)
    assert options(Output(rc=0, stdout=start), older).changed_since_start == ()
    upgraded = options(Output(rc=0, stdout=start), replace(PACKAGE, installed=2000))
    assert "was installed after this process had started" in upgraded.changed_since_start[0]


def test_hostile_text_does_not_become_a_section() -> None:
    start = (
        "== started 1\n== workdir /\n== argv\n celery\n flower\n"
        "== environ\n FLOWER_DB=x\x01== argv\x01 --basic_auth=a:b\n"
        "== config 1 flowerconfig.py\n port = 1\n # == argv\n #  --basic_auth=a:b\n"
    )
    found = options(Output(rc=0, stdout=start), PACKAGE)
    assert found.authentication == "none"
    assert found.port == 1
    assert found.settings["db"].value == "x\n== argv\n --basic_auth=a:b"


def test_a_unix_socket_and_addresses() -> None:
    def of(*flags: str) -> Options:
        argv = "\n".join(f" {word}" for word in ("celery", "flower", *flags))
        text = f"== started 1\n== workdir /w\n== argv\n{argv}\n== environ\n"
        return options(Output(rc=0, stdout=text), PACKAGE)

    assert of("--unix_socket=/run/f.sock").local_url == ""
    assert of("--address=::1").local_url == "http://[::1]:5555"
    assert of("--address=0.0.0.0", "--port=80").local_url == "http://127.0.0.1:80"
    assert of("--certfile=a", "--keyfile=b").local_url == "https://127.0.0.1:5555"
    assert of("--log_file_prefix=f.log").log_file == "/w/f.log"
    assert of("--purge_offline_workers=0").purge_offline_workers_s == 0
    assert of().purge_offline_workers_s is None


def test_ports_of_a_container_are_those_that_it_publishes() -> None:
    text = "== started 1\n== workdir /w\n== argv\n celery\n flower\n --address=0.0.0.0\n== environ\n"

    def of(published: dict[int, tuple[Published, ...]] | None, *, own_network: bool = True) -> Options:
        container = Container(engine="podman", name="flower", own_network=own_network, published=published)
        return options(Output(rc=0, stdout=text), PACKAGE, container)

    local = of({5555: (Published(address="127.0.0.1", port=8800),)})
    assert (local.port, local.address, local.local_url) == (8800, "127.0.0.1", "http://127.0.0.1:8800")
    both = of({5555: (Published(address="127.0.0.1", port=8800), Published(address="", port=5555))})
    assert (both.port, both.address) == (5555, "")
    shared = of(None, own_network=False)
    assert (shared.port, shared.address) == (5555, "0.0.0.0")
    with pytest.raises(Unobservable, match="did not tell its ports"):
        _ = of(None).port
    with pytest.raises(Unobservable, match="publishes no port"):
        _ = of({}).address
