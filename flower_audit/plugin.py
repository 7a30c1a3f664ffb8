"""The pytest plugin: options always, everything else only when `--flower-host` is given.

This module is imported by every pytest run on a machine that has flower-audit, so it imports nothing heavier
than pytest itself.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the `--flower-…` options."""
    group = parser.getgroup("flower-audit", "audit of a production Flower")
    add = group.addoption
    add(
        "--flower-host",
        action="append",
        default=[],
        metavar="TARGET",
        help="what to audit (repeatable): a URL, a host spec such as ssh://audit@flower1 or docker://flower, "
        "a host name, a target of flower-audit.yml, or `demo`",
    )
    add("--flower-url", metavar="URL", help="what users open, where --flower-host is a host spec")
    add("--flower-connection", metavar="SPEC", help="testinfra host spec, where --flower-host is a URL")
    add("--flower-prometheus", metavar="URL", help="the Prometheus that watches this Flower")
    add("--flower-rules", metavar="URL", help="what evaluates its alert rules instead: vmalert, a ruler")
    add("--flower-alertmanager", metavar="URL", help="its Alertmanager")
    add("--flower-grafana", metavar="URL", help="its Grafana")
    add("--flower-unit", metavar="UNIT", help="systemd unit of Flower (default: found on the host)")
    add("--flower-ca", metavar="FILE", help="CA certificates that the public URL is verified with")
    add(
        "--flower-user",
        metavar="NAME",
        help="account to log in with; its password is read from the environment variable FLOWER_AUDIT_PASSWORD",
    )
    add("--flower-config", metavar="FILE", help="configuration (default: flower-audit.yml here or in pytest's rootdir)")
    add("--flower-report", metavar="DIR", help="folder for the reports (default: reports)")
    add(
        "--flower-format",
        action="append",
        default=[],
        metavar="FORMAT",
        help="write this format too, beside json and html (repeatable); FORMAT:- prints it, alone, on standard output",
    )
    add(
        "--flower-fail-on",
        metavar="SEVERITY",
        choices=("critical", "high", "medium", "low", "info"),
        help="least severity that fails the gate (default: high)",
    )
    add(
        "--flower-baseline",
        metavar="FILE",
        help="the flower-audit.json of an earlier audit, to say what changed since",
    )
    add(
        "--flower-gate",
        choices=("all", "new"),
        help="what counts for the gate: `all` failures (default), or only what is `new` since --flower-baseline",
    )
    add("--flower-timeout", metavar="SECONDS", type=float, help="limit of one request or connection (default: 10)")
    add(
        "--flower-active",
        action="store_true",
        help="up to three POSTs for a worker that cannot exist, and a bounded burst of requests; the report says so",
    )


@pytest.hookimpl(trylast=True)  # when pytest's own reporter exists
def pytest_configure(config: pytest.Config) -> None:
    """Start an audit when one was asked for."""
    if config.option.flower_host:
        from flower_audit.audit import start  # noqa: PLC0415 - an unrelated pytest run must cost next to nothing

        start(config)
