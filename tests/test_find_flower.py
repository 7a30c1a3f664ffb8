"""Which processes of a host have files of their own, and which unit they belong to, by /proc as engines leave it.

Docker: https://docs.docker.com/engine/containers/runmetrics/#find-the-cgroup-for-a-given-container; podman: as recorded
in the lab; Kubernetes: the names that kubelet and containerd give.
"""

import subprocess
from pathlib import Path

import pytest

from flower_audit.script import FIND_FLOWER

FUNCTIONS = FIND_FLOWER[: FIND_FLOWER.index("take() {")]
ID = "8d1c0bfa6e45" + "0" * 52


def ask(function: str, folder: Path) -> tuple[int, str]:
    """Run one of the script's functions on a folder in the place of one in /proc."""
    command = f'{FUNCTIONS}\n{function} "$1"'
    run = subprocess.run(["sh", "-c", command, "sh", f"..{folder}"], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout.strip()


@pytest.mark.parametrize(
    ("cgroup", "contained", "unit"),
    [
        (f"0::/system.slice/docker-{ID}.scope", True, ""),
        (f"12:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}", True, ""),
        (f"0::/machine.slice/libpod-{ID}.scope/container", True, ""),
        (f"0::/system.slice/flower.service/libpod-payload-{ID}", True, "flower.service"),
        (f"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container", True, ""),
        (f"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope", True, ""),
        ("0::/system.slice/containerd.service", False, ""),
        ("0::/system.slice/docker.service", False, ""),
        ("0::/system.slice/flower.service", False, "flower.service"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/flower.service", False, "flower.service"),
        ("0::/system.slice/mydocker-flower.service", False, "mydocker-flower.service"),
        ("0::/user.slice/user-0.slice/session-3.scope", False, ""),
    ],
)
def test_control_groups(tmp_path: Path, cgroup: str, contained: bool, unit: str) -> None:
    (tmp_path / "cgroup").write_text(f"{cgroup}\n")
    (tmp_path / "status").write_text("NSpid:\t4711\n")
    assert (ask("is_contained", tmp_path)[0] == 0) is contained
    assert ask("unit_of", tmp_path)[1] == unit


def test_a_process_namespace_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("0::/\n")
    (tmp_path / "status").write_text("NSpid:\t4711\t1\n")
    assert ask("is_contained", tmp_path)[0] == 0


def test_a_root_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("NSpid:\t4711\n")
    (tmp_path / "cgroup").write_text(f"0::/docker/{ID}\n")
    root = tmp_path / "root"
    root.symlink_to("/")  # the audit looks from inside of the same container
    assert ask("is_apart", tmp_path)[0] == 1
    root.unlink()
    root.symlink_to(tmp_path)
    assert ask("is_apart", tmp_path)[0] == 0
    root.unlink()  # as for another user, who may not look
    assert ask("is_apart", tmp_path)[0] == 0
    (tmp_path / "cgroup").write_text("0::/system.slice/flower.service\n")
    assert ask("is_apart", tmp_path)[0] == 1


def test_the_unit_of_the_monitor_above(tmp_path: Path) -> None:
    monitor, flower = tmp_path / "monitor", tmp_path / "flower"
    for folder, cgroup, parent in (
        (monitor, "/system.slice/flower.service", "1"),
        (flower, f"/machine.slice/libpod-{ID}.scope", ""),
    ):
        folder.mkdir()
        (folder / "cgroup").write_text(f"0::{cgroup}\n")
        (folder / "status").write_text(f"PPid:\t{parent}\n")
    assert ask("unit_of", flower)[1] == ""
    assert ask("unit_of", monitor)[1] == "flower.service"
