"""Where engines put what a container prints: conmon's command line as podman writes it, Docker's hostconfig.json."""

import json
from pathlib import Path

import pytest

from flower_audit.parsers.container_log import EngineLog, log_of_conmon, log_of_docker

ID = "5047008500b0" + "0" * 52
USERDATA = f"/var/lib/containers/storage/overlay-containers/{ID}/userdata"


def conmon(*words: str) -> EngineLog:
    return log_of_conmon(["/usr/bin/conmon", "--api-version", "1", "-c", ID, "-n", "flower", *words])


def test_podman() -> None:
    assert conmon("-l", "journald").kind == "journal"
    assert conmon("-l", "none").kind == "null"
    assert conmon("-l", "passthrough").kind == ""
    file = conmon("-l", f"k8s-file:{USERDATA}/ctr.log", "--log-size-max", "10485760")
    assert file == EngineLog("file", f"{USERDATA}/ctr.log", "--log-opt max-size=10485760", ID)
    assert conmon("-l", f"k8s-file:{USERDATA}/ctr.log").bounded == ""
    assert conmon().kind == ""


@pytest.mark.parametrize(
    ("settings", "kind", "bounded"),
    [
        ({"Type": "json-file", "Config": {}}, "file", ""),
        ({"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}, "file", "max-size=10m"),
        ({"Type": "json-file", "Config": None}, "file", ""),
        ({"Type": "local", "Config": {}}, "file", "the driver `local`"),
        ({"Type": "journald", "Config": {}}, "journal", ""),
        ({"Type": "none", "Config": {}}, "null", ""),
        ({"Type": "syslog", "Config": {}}, "", ""),
        ("json-file", "", ""),
    ],
)
def test_docker(tmp_path: Path, settings: object, kind: str, bounded: str) -> None:
    (tmp_path / "hostconfig.json").write_text(json.dumps({"Binds": [], "LogConfig": settings}))
    found = log_of_docker(tmp_path, ID)
    assert (found.kind, found.bounded, found.container) == (kind, bounded, ID)
    assert kind != "file" or found.path.startswith(str(tmp_path))


def test_a_folder_that_is_not_dockers(tmp_path: Path) -> None:
    assert log_of_docker(tmp_path, ID).kind == ""
