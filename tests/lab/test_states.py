"""The golden host, two variants and a dozen bad states: a sample of what `python -m tests.lab matrix` proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from flower_audit import catalogue

from . import matrix, scripts

CONNECTIONS = frozenset({"connection.host", "connection.url"})
SAMPLE = (
    "golden",
    "journal-only",
    "url-prefix",
    "auth-none",
    "service-root",
    "service-no-memory-limit",
    "secrets-in-unit",
    "config-not-restarted",
    "firewall-ipv4-only",
    "broker-evicts-at-runtime",
    "persistence-clean-stop-only",
    "backup-truncated",
    "logging-rotation-skipped",
    "https-hsts-not-on-errors",
    "alerting-nobody-hears",
)


PROVEN_ELSEWHERE = {"auth.websocket-requires-login": "tests/facts/test_websocket.py"}
"""Flower 1.0 asks a password for its metrics, so that no lab host with it would ever be ready: a process is."""


def test_every_check_is_ordered_to_fail() -> None:
    states = scripts.every()
    ordered = {check for state in states for check in state.fails}
    assert catalogue.ids() - ordered == set(PROVEN_ELSEWHERE)
    assert ordered | {check for state in states for check in state.may} <= catalogue.ids() | CONNECTIONS


@pytest.fixture(scope="module")
def proven(lab: None) -> Iterator[Callable[[str], matrix.Verdict]]:
    """All of the sample is put to work at once, three hosts at a time."""
    states = {state.name: state for state in scripts.every()}
    with ThreadPoolExecutor(3) as pool:
        futures: dict[str, Future[matrix.Verdict]] = {}

        def verdict(name: str) -> matrix.Verdict:
            if not futures:
                futures.update({each: pool.submit(matrix.prove, states[each]) for each in SAMPLE})
            return futures[name].result()

        yield verdict
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", SAMPLE)
def test_says_what_was_ordered_and_nothing_else(proven: Callable[[str], matrix.Verdict], name: str) -> None:
    verdict = proven(name)
    assert verdict.right, matrix.line(verdict)
