"""What the parser says of the wild Caddyfiles, and what a real Caddy does with them."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flower_audit.parsers.frontend import PROBED_PATHS

from .test_caddy import WILD, flowers_place
from .test_nginx_behaviour import Answer, ask, echo, free_port

CADDY = shutil.which("caddy")
pytestmark = pytest.mark.skipif(CADDY is None, reason="needs caddy")


@contextlib.contextmanager
def running(path: Path, folder: Path) -> Iterator[int]:
    """Caddy with the style's JSON on one plain free port, and an upstream of ours."""
    configuration = json.loads(path.with_suffix(".adapted.json").read_text())
    place, _ = flowers_place(path)
    name = place.server_where.rpartition("(")[2].rstrip(")")
    server: dict[str, Any] = configuration["apps"]["http"]["servers"][name]
    port = free_port()
    # TLS and its automation are not what is tried here; who answers which path is.
    server = {"listen": [f"127.0.0.1:{port}"], "routes": server["routes"], "automatic_https": {"disable": True}}
    with echo(folder) as upstream:
        text = json.dumps({"admin": {"disabled": True}, "apps": {"http": {"servers": {"s": server}}}})
        text = text.replace("127.0.0.1:5555", upstream).replace("localhost:5555", upstream)
        text = text.replace("/run/flower/flower.sock", str(folder / "flower.sock"))
        (folder / "caddy.json").write_text(text)
        assert CADDY
        environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        command = [CADDY, "run", "--config", str(folder / "caddy.json")]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                deadline = time.monotonic() + 10
                while time.monotonic() < deadline and process.poll() is None:
                    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                        break
                    time.sleep(0.02)
                assert process.poll() is None
                yield port
            finally:
                process.terminate()


def get(port: int, host: str, path: str) -> Answer | None:
    try:
        return ask(port, host, path, tls=False, login="")
    except OSError:
        return None  # `abort` closes the connection


@pytest.mark.parametrize("path", WILD, ids=lambda path: path.stem)
def test_caddy_does_what_the_parser_says(path: Path, tmp_path: Path) -> None:
    place, _ = flowers_place(path)
    host = place.server_names[0] if place.server_names else "anything.test"
    with running(path, tmp_path) as port:
        answers = {
            below: get(port, host, f"{place.prefix}{below}" or "/") for below in (*PROBED_PATHS, "/missing", "/tasks")
        }
    tasks = answers["/tasks"]
    if place.shadowed or place.restricted:
        # The request comes from an address that is in no office's network.
        assert tasks is None or tasks.status in {403, 404}
        return
    assert tasks is not None
    if place.authentication is not None:
        assert tasks.status in {401, 502}, "asked for a login, or whoever is asked about logins does not run"
    else:
        assert json.loads(tasks.body)["path"] == place.tasks_path
        for header in place.response_headers:
            assert tasks.headers.get(header.name), header.name
    for below, answer in answers.items():
        if (f"{place.prefix}{below}" or "/") in place.unguarded:
            assert answer is not None
            assert json.loads(answer.body)["path"]


def test_basic_auth_lets_the_right_one_in(tmp_path: Path) -> None:
    """The test's own instrument: a login that is right reaches the upstream."""
    path = next(one for one in WILD if one.stem == "wrong_half")
    with running(path, tmp_path) as port:
        assert ask(port, "x", "/api/workers", tls=False, login="").status == 401
        wrong = base64.b64encode(b"admin:nonsense").decode()
        assert ask(port, "x", "/api/workers", tls=False, login=wrong).status == 401
