"""The text of a first flower-audit.yml: what was found in force, everything else as a comment to be made so.

A line that begins with `#` and a space is prose; one without the space is a setting that holds when the `#` goes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import yaml

from flower_audit import catalogue
from flower_audit.model import AuditedTarget
from flower_audit.policy import Policy
from flower_audit.report.inert import one_line
from flower_audit.target import Target

WRITTEN = ("connection", "sudo", "http_url", "ca", "prometheus", "alertmanager", "ssh_config", "ssh_identity_file")
DEFAULT_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found on a target.

    Shape: `url` and `unit` are empty where not found; `head` is what a report would say of it; `problems` are
    sentences on what could not be looked at.
    """

    url: str
    unit: str
    is_root: bool
    head: AuditedTarget
    problems: tuple[str, ...] = ()


def write(name: str, target: Target, seen: Seen) -> str:
    """The file, ending with a newline."""
    return "\n".join([*_head(name, target, seen), *_target(name, target, seen), *_policy(), *_waivers(name)]) + "\n"


def _head(name: str, target: Target, seen: Seen) -> Iterator[str]:
    yield "# What flower-audit looks at.  Audit with:"
    yield f"#   pytest --flower-host={one_line(name)}"
    yield "# A line with # and no space behind it is a setting you can put in force by taking the # away."
    if seen.head.found:
        yield "#"
        yield "# Found:"
        for system, version in seen.head.found.items():
            yield f"#   {one_line(system)} {one_line(version)}".rstrip()[:120]
    if seen.head.looked_as:
        yield f"# Looked as {one_line(seen.head.looked_as)}."
    for problem in seen.problems:
        yield f"# Could not look: {one_line(problem)[:300]}"
    if target.connection and not seen.is_root and not target.sudo:
        needing = sum(catalogue.privilege_needed(check) == "root" for check in catalogue.published())
        yield f"# Without root {needing} checks cannot be answered: see sudo below."
    yield ""


def _target(name: str, target: Target, seen: Seen) -> Iterator[str]:
    yield "targets:"
    yield f"  {_scalar(name)}:"
    yield "    # what users open"
    yield f"    url: {_scalar(seen.url)}" if seen.url else "    #url: https://flower.example.com/"
    known = {key: getattr(target, key) for key in WRITTEN}
    for key, value in known.items():
        if value:
            yield f"    {key}: {_scalar(value)}"
    if seen.unit:
        yield f"    unit: {_scalar(seen.unit)}"
    if target.timeout_s != DEFAULT_TIMEOUT_S:
        yield f"    timeout_s: {target.timeout_s:g}"
    if not target.connection:
        yield "    # a look at the host answers most checks: any testinfra host spec"
        yield "    #connection: ssh://audit@flower1.internal"
    if not target.sudo and not seen.is_root:
        yield "    # sudo without a password (NOPASSWD) where the connection is not root's"
        yield "    #sudo: true"
    yield "    # what watches this Flower; found by itself where it runs on the same host"
    if not target.prometheus:
        yield "    #prometheus: http://prometheus.internal:9090"
    if not target.alertmanager:
        yield "    #alertmanager: http://alertmanager.internal:9093"
    yield "    # accounts to log in with; passwords stay in the environment.  `may: read` is proved not to control"
    yield "    #accounts:"
    yield "      #- {name: admin, password_env: FLOWER_ADMIN_PASSWORD}"
    yield "      #- {name: viewer, password_env: FLOWER_VIEWER_PASSWORD, may: read}"
    yield "    # what only people can tell: who stated it, and when"
    yield "    #attestations:"
    yield f"      #- {{check: people.restore-tested, by: Kim, date: {_day(0)}}}"
    yield "    # up to three POSTs that change nothing and a burst of requests, to prove what reading leaves open"
    yield "    #active: true"
    yield ""


def _policy() -> Iterator[str]:
    yield "# The least severity that fails the gate."
    yield "#fail_on: high"
    yield ""
    yield "# Every number the checks compare with; these are the defaults."
    yield "#policy:"
    for key, value in Policy().model_dump().items():
        yield f"  #{key}: {_scalar(value)}"
    yield ""


def _waivers(name: str) -> Iterator[str]:
    yield "# Known deviations that somebody accepted until the end of a day (UTC).  The check still runs; afterwards it"
    yield "# fails again.  check and target may be globs."
    yield "#waivers:"
    yield "  #- check: https.hsts"
    yield f"    #target: {_scalar(name)}"
    yield "    #reason: the parent domain still serves plain http"
    yield "    #approver: Kim"
    yield f"    #granted: {_day(0)}"
    yield f"    #until: {_day(90)}"


def _scalar(value: object) -> str:
    """The value as YAML on one line: plain where that reads back as the same, else quoted."""
    if isinstance(value, str):
        try:
            plain = yaml.safe_load(f"k: {value}") == {"k": value}
        except (yaml.YAMLError, ValueError):
            plain = False
        return value if plain and value == one_line(value) else json.dumps(value)
    return json.dumps(value)


def _day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()
