"""The audit over real SSH with sudo: few calls, nothing without privilege, and no secret in anything it writes."""

from __future__ import annotations

import base64
import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from flower_audit import catalogue
from flower_audit.gather import Gatherer
from flower_audit.policy import Policy
from flower_audit.report import FORMATS
from flower_audit.target import Target

from .host import Host


def pytest_command(host: Host, folder: Path, *options: str, user: str = "audit") -> list[str]:
    command = [sys.executable, "-m", "pytest", f"--flower-host=ssh://{user}@{host.name}", "-p", "no:cacheprovider"]
    command += [f"--ssh-config={host.ssh_config}", f"--flower-url={host.url}", f"--flower-ca={host.ca_file}"]
    return [*command, f"--flower-report={folder}", *options]


def audit(host: Host, folder: Path, *options: str, user: str = "audit") -> subprocess.CompletedProcess[str]:
    command = pytest_command(host, folder, *options, user=user)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=180)


def outcomes(folder: Path) -> dict[str, str]:
    document = json.loads((folder / "flower-audit.json").read_text())
    return {one["check"]: one["outcome"] for one in document["results"]}


def target(host: Host) -> Target:
    return Target(
        name=host.name,
        url=host.url,
        connection=f"ssh://audit@{host.name}",
        sudo=True,
        ca=str(host.ca_file),
        ssh_config=str(host.ssh_config),
    )


def test_all_facts_of_all_checks_take_two_calls(golden_host: Host) -> None:
    names = {name for check in catalogue.published() for name in check.facts} - {"policy", "target"}
    gatherer = Gatherer(target(golden_host), Policy(), names)
    began = time.monotonic()
    gatherer.gather()
    assert gatherer.host_calls == 2
    commands = [one for one in gatherer.requests if one.kind == "command"]
    assert len(commands) >= 30
    print(f"{len(commands)} commands, {len(gatherer.requests)} requests in all: {time.monotonic() - began:.1f} s")


def test_without_sudo_nothing_that_needs_root_is_judged(golden_host: Host, tmp_path: Path) -> None:
    done = audit(golden_host, tmp_path, "--sudo", user="plain")
    seen = outcomes(tmp_path)
    assert done.returncode == 1
    assert "sudo: a password is required" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    privileged = [check.id for check in catalogue.published() if catalogue.privilege_needed(check) != "nothing"]
    assert len(privileged) > 40
    wrong = {check: seen[check] for check in privileged if seen.get(check) in {"pass", "fail", "bug"}}
    assert wrong == {}
    assert "fail" not in seen.values()


def test_a_changed_host_key_is_said_and_nothing_is_looked_at(golden_host: Host, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    other = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    known = tmp_path / "known_hosts"
    known.write_text(f"{golden_host.address} {other}\n{golden_host.name} {other}\n")
    config = tmp_path / "ssh_config"
    text = golden_host.ssh_config.read_text()
    config.write_text(re.sub(r"(?im)^(\s*(?:Global|User)KnownHostsFile\s+).*$", rf"\g<1>{known}", text))
    done = audit(golden_host, tmp_path, "--sudo", f"--ssh-config={config}", "-k", "service")
    assert done.returncode == 1
    assert "host key" in done.stdout
    seen = outcomes(tmp_path)
    assert seen.pop("connection.host") == "unknown"
    assert set(seen.values()) == {"not_run"}


def test_no_secret_is_in_anything_that_is_written(new_host: Callable[..., Host], tmp_path: Path) -> None:
    host = new_host()
    canaries = {
        name: f"Cn-{name}/{secrets.token_urlsafe(9)}+=" for name in ("environment", "header", "log", "configuration")
    }
    host.run(
        f"""
        printf 'PAYMENT_API_TOKEN=%s\\n' '{canaries["environment"]}' >> /etc/flower/flower.env
        printf '\\n# client_secret = "%s"\\n' '{canaries["configuration"]}' >> /etc/flower/flowerconfig.py
        systemctl restart flower
        echo 'Authorization: Basic {base64.b64encode(canaries["log"].encode()).decode()}' | systemd-cat -t celery
        sed -i '0,/add_header/s||add_header X-Api-Key "{canaries["header"]}" always;\\n    add_header|' \
          $(grep -rl add_header /etc/nginx/ | grep -v modules | head -n 1)
        nginx -t 2>/dev/null && systemctl reload nginx
        """
    )
    time.sleep(2)
    environment = host.run("cat /etc/flower/flower.env")
    for pair in re.search(r"^FLOWER_BASIC_AUTH=(.*)$", environment, re.MULTILINE)[1].split(","):  # type: ignore[index] # it is there
        user, _, canaries[f"password of {user}"] = pair.strip("\"'").partition(":")
    canaries["broker"] = re.search(r"://[^:]*:([^@]+)@", environment)[1]  # type: ignore[index] # it is there
    done = audit(host, tmp_path, "--sudo", "-v", f"--flower-format={','.join(FORMATS)}")
    assert sum(outcome == "pass" for outcome in outcomes(tmp_path).values()) > 80
    written = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    assert len(written) >= len(FORMATS)
    written |= {"stdout": done.stdout, "stderr": done.stderr}
    leaks = [
        f"{name} in {place}"
        for name, secret in canaries.items()
        for form in forms(secret)
        for place, text in written.items()
        if form in text
    ]
    assert leaks == []


def forms(secret: str) -> set[str]:
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode().rstrip("="),
    }


def test_the_audit_says_who_looked(golden_host: Host, tmp_path: Path) -> None:
    audit(golden_host, tmp_path, "--sudo", "-k", "service.running")
    (looked,) = json.loads((tmp_path / "flower-audit.json").read_text())["targets"]
    assert looked["looked_as"] == "audit with root"
