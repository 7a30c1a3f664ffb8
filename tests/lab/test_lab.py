"""The lab itself: hosts that come up, and go without a trace."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from . import ledger, matrix, mirror, network, scripts, tree
from .errors import LabError
from .host import Host
from .scripts import State

CRASH = """
import os, sys
from tests.lab import Host
host = Host(sys.argv[1])
host.up()
os._exit(1)
"""


def traces(name: str) -> list[str]:
    """What of a host can still be seen on this machine."""
    seen = [str(group) for group in ledger.cgroups(name) if group.exists()]
    seen += [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if f"/{name}/" in line]
    seen += [line for line in network.HOSTS_FILE.read_text().splitlines() if f" {name}." in line]
    places = (Path("/run/netns", network.namespace(name)), tree.cache() / "hosts" / name, ledger.HOSTS / f"{name}.json")
    return seen + [str(place) for place in places if place.exists()]


def test_every_script_is_understood() -> None:
    states = scripts.every()
    assert len({state.name for state in states}) == len(states)
    assert all(state.title for state in states)


@pytest.mark.parametrize(
    ("kind", "text", "complaint"),
    [
        ("states", "# Something\ntrue\n", "a state orders failures"),
        ("variants", "# Something\n# fails: a.b\n", "a variant orders none"),
        ("states", "# Something\n# fail: a.b\n", "no line of metadata"),
        ("variants", "# Something\n# suite: potato\n", "no suite is called 'potato'"),
        ("variants", "# Something\n# edge: yes\n", "which of two hosts"),
        ("variants", "# Something\ntrue\n# on the edge\ntrue\n", "which of two hosts"),
    ],
)
def test_scripts_without_sense_are_refused(tmp_path: Path, kind: str, text: str, complaint: str) -> None:
    script = tmp_path / kind / "x.sh"
    script.parent.mkdir()
    script.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        scripts.read(script)


def test_scripts_are_bash() -> None:
    for file in tree.HERE.glob("**/*.sh"):
        subprocess.run(["bash", "-n", file], check=True)


APT_HELPER = "/usr/lib/apt/apt-helper"


@pytest.mark.skipif(not Path(APT_HELPER).exists(), reason=f"needs {APT_HELPER}")
def test_another_suite_is_looked_for_on_the_mirror_of_this_machines_own(tmp_path: Path) -> None:
    own = platform.freedesktop_os_release()["VERSION_CODENAME"]
    uri = f"file://{tmp_path}/"
    known = {(uri, own, "main"), (uri, f"{own}-updates", "main"), (uri, "other", "main")}
    with pytest.raises(LabError, match=f"mirror of Debian {own} does not have potato"):
        mirror.guessed(known, "potato")
    for release in ("potato", "potato-updates"):
        (tmp_path / "dists" / release).mkdir(parents=True)
        (tmp_path / "dists" / release / "InRelease").write_text("Suite: potato\n")
    assert mirror.guessed(known, "potato") == {(uri, "potato", "main"), (uri, "potato-updates", "main")}
    with pytest.raises(LabError, match="no package source"):
        mirror.guessed(set(), "potato")


@pytest.fixture
def state() -> State:
    return State(
        name="x",
        title="X",
        good=False,
        script="",
        fails=frozenset({"a.one", "a.two"}),
        may=frozenset({"a.three"}),
        packages=(),
        flower=tree.FLOWER,
        suite=tree.SUITE,
        options=(),
        certificate="",
        policy=(),
        account=True,
        ipv6=False,
    )


def test_a_verdict_names_what_was_missed_and_what_nobody_ordered(state: State) -> None:
    said = {"a.one": "fail", "a.two": "unknown", "a.three": "unknown", "a.four": "bug", "a.five": "pass"}
    verdict = matrix.Verdict(state=state, outcomes=said, trouble="", seconds=1)
    assert verdict.caught == {"a.one"}
    assert verdict.missed == {"a.two"}
    assert verdict.unordered == {"a.four": "bug"}
    assert not verdict.right
    assert "MISSED a.two (unknown)" in matrix.line(verdict)


def test_golden_host_is_well(golden_host: Host) -> None:
    assert golden_host.run("systemctl is-system-running --wait").strip() == "running"
    assert golden_host.ssh("sudo -n id -u").strip() == "0"
    assert golden_host.ssh("sudo -n true || echo refused", user="plain").strip() == "refused"


def test_golden_host_knows_no_mirror(golden_host: Host) -> None:
    assert (
        golden_host.run("cat /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/pip.conf 2>/dev/null || true") == ""
    )
    assert not golden_host.run("ip route show default")


def test_name_and_certificate_are_right(golden_host: Host) -> None:
    import ssl

    context = ssl.create_default_context(cafile=str(golden_host.ca_file))
    with urllib.request.urlopen(f"{golden_host.url}/healthcheck", context=context, timeout=10) as answer:
        assert answer.read() == b"OK"


def test_memory_limit_takes_effect(golden_host: Host) -> None:
    with pytest.raises(LabError):
        golden_host.run("systemd-run -q --wait -p MemoryMax=20M python3 -c 'bytearray(200 << 20)'")


def test_two_hosts_at_once_and_no_trace_of_them(new_host: Callable[..., Host]) -> None:
    one, two = new_host(), new_host()
    assert one.address != two.address
    assert (
        one.run(f"curl -sk -o /dev/null -w %{{http_code}} https://{two.address} || true") == "000"
    )  # no name, no answer
    for host in (one, two):
        host.down()
        assert traces(host.name) == []


def test_a_host_whose_owner_crashed_is_swept(lab: None) -> None:
    name = f"crash-{os.getpid()}"
    crashed = subprocess.run([sys.executable, "-c", CRASH, name], cwd=tree.HERE.parents[1], check=False)
    assert crashed.returncode == 1
    assert ledger.find(name) is not None
    assert name in ledger.sweep()
    assert traces(name) == []


def test_the_audit_changes_nothing_on_the_host(new_host: Callable[..., Host], tmp_path: Path) -> None:
    host = new_host()
    before = _files(host)
    outcomes = matrix.audit(host, tmp_path, options=["--flower-user=ops"])
    assert len(outcomes) > 50
    changed = {path for path, stamp in _files(host).items() if before.get(path) != stamp}
    gone = before.keys() - _files(host).keys()
    allowed = ("var/log/", "var/lib/prometheus/", "var/lib/celery/", "var/lib/redis/", "run/", "tmp/", "state/")
    assert [path for path in changed if not path.startswith(allowed)] == []
    assert [path for path in gone if not path.startswith(allowed)] == []
    assert json.loads((tmp_path / "flower-audit.json").read_text())["schema"] == 1


def _files(host: Host) -> dict[str, tuple[int, int]]:
    places = {"": host.upper, "state/": host.state, "backup/": host.directory / "backup"}
    return {
        f"{prefix}{file.relative_to(place)}": (file.lstat().st_mtime_ns, file.lstat().st_size)
        for prefix, place in places.items()
        for file in place.rglob("*")
        if not file.is_dir()
    }
