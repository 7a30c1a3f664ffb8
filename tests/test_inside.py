"""Paths of a Flower with a root of its own: its links end in that root, never in the host's files."""

import os
import subprocess
from pathlib import Path

import pytest

from flower_audit.inside import INSIDE, ON_HOST
from flower_audit.parsers.process_paths import Mount, on_host, place_of, without_links

LINKS = {
    "absolute": "/etc/passwd",
    "upwards": "../../../../../../../../etc/passwd",
    "app": "/srv/real",
    "srv/real/relative": "../real/file",
    "round": "again",
    "again": "round",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "srv/real").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("the container's\n")
    (tmp_path / "srv/real/file").write_text("a file\n")
    for name, target in LINKS.items():
        (tmp_path / name).symlink_to(target)
    return tmp_path


PLACES = [
    ("/absolute", "/etc/passwd"),
    ("/upwards", "/etc/passwd"),
    ("/app/file", "/srv/real/file"),
    ("/app/relative", "/srv/real/file"),
    ("/app/../etc/passwd", "/srv/etc/passwd"),
    ("/not/there", "/not/there"),
    ("/", ""),
]


@pytest.mark.parametrize(("path", "found"), PLACES)
def test_the_shell_finds_it(root: Path, path: str, found: str) -> None:
    run = subprocess.run(
        ["sh", "-c", f'{INSIDE}inside "$1"', "sh", path],
        env={"root": str(root), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"{root}{found}\n"


@pytest.mark.parametrize("command", ["inside /round", "on_host /round"])
def test_the_shell_gives_up_on_links_in_a_circle(root: Path, command: str) -> None:
    environment = {"root": str(root), "PATH": os.environ["PATH"], "pid": "self"}
    run = subprocess.run(["sh", "-c", ON_HOST + command], env=environment, capture_output=True, check=False)
    assert run.returncode != 0
    assert not run.stdout


def test_without_a_root_of_its_own_nothing_changes() -> None:
    run = subprocess.run(
        ["sh", "-c", f"{ON_HOST}on_host /etc/passwd"], env={"root": ""}, capture_output=True, check=True
    )
    assert run.stdout == b"/etc/passwd\n"


def test_python_finds_the_same(root: Path) -> None:
    for path, found in PLACES[:4]:
        assert without_links(str(root), path) == found
    with pytest.raises(OSError, match="symbolic links"):
        without_links(str(root), "/round")


def mount(device: str, root: str, point: str) -> Mount:
    return Mount(device, root, point, "rw", "ext4", "rw")


def test_a_volume_has_a_name_on_the_host() -> None:
    # As of Docker: https://docs.docker.com/engine/storage/volumes/; /var is a file system of its own here.
    inside = [
        mount("0:50", "/", "/"),
        mount("8:2", "/lib/docker/volumes/flower/_data", "/data"),
        mount("8:1", "/opt/flower/flowerconfig.py", "/data/flowerconfig.py"),
    ]
    outside = [
        mount("8:1", "/", "/"),
        mount("8:2", "/", "/var"),
        mount("0:50", "/", "/var/lib/docker/overlay2/1/merged"),
    ]
    assert on_host(inside, outside, "/data/flower.db") == "/var/lib/docker/volumes/flower/_data/flower.db"
    assert on_host(inside, outside, "/data") == "/var/lib/docker/volumes/flower/_data"
    assert on_host(inside, outside, "/data/flowerconfig.py") == "/opt/flower/flowerconfig.py"
    assert on_host(inside, outside, "/database") == "/var/lib/docker/overlay2/1/merged/database"
    assert on_host(inside, outside[:2], "/database") == ""


def test_a_process_of_the_host_itself() -> None:
    assert place_of(str(os.getpid()), "/etc/passwd").opened == "/etc/passwd"
