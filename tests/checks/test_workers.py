"""Workers on Flower's host."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from flower_audit.checks import test_workers as checks

from flower_audit.errors import Unobservable
from flower_audit.facts.broker import Broker
from flower_audit.facts.clock import Clock
from flower_audit.facts.workers import Worker, Workers
from flower_audit.policy import Policy

BROKER = Broker(
    kind="redis",
    where="CELERY_BROKER_URL",
    scheme="redis",
    host="localhost",
    port=6379,
    database="0",
    local=True,
    addresses=("127.0.0.1",),
)
WORKER = Worker(
    pid=7,
    name="celery@shop",
    sends_events=True,
    where="CELERY_BROKER_URL",
    scheme="redis",
    host="127.0.0.1",
    port=6379,
    database="0",
    local=True,
    addresses=("127.0.0.1",),
)
ASKS: Any = SimpleNamespace(enable_events=True)
ASKS_NOT: Any = SimpleNamespace(enable_events=False)


def of(*workers: Worker) -> Workers:
    return Workers(processes=workers)


def test_events_come_by_either_side() -> None:
    checks.test_workers_send_events(of(WORKER), ASKS_NOT)
    checks.test_workers_send_events(of(replace(WORKER, sends_events=False)), ASKS)
    with pytest.raises(AssertionError, match="process 7"):
        checks.test_workers_send_events(of(WORKER, replace(WORKER, sends_events=False)), ASKS_NOT)


def test_a_worker_of_another_application_is_none_of_flowers() -> None:
    stranger = replace(WORKER, pid=8, related=False, sends_events=False, database="5")
    checks.test_workers_send_events(of(WORKER, stranger), ASKS_NOT)
    checks.test_workers_use_the_same_broker(of(WORKER, stranger), BROKER)


def test_of_workers_that_nothing_ties_to_flower_one_on_its_broker_will_do() -> None:
    stranger = replace(WORKER, related=False, database="5")
    checks.test_workers_use_the_same_broker(of(stranger, replace(WORKER, related=False)), BROKER)
    with pytest.raises(AssertionError, match="/5"):
        checks.test_workers_use_the_same_broker(of(stranger), BROKER)


@pytest.mark.parametrize(
    "worker",
    [
        WORKER,
        replace(WORKER, host="redis.internal", local=None, addresses=("127.0.0.1",)),
        replace(WORKER, where="connection", database=""),
        replace(WORKER, host="LOCALHOST"),
    ],
)
def test_the_same_broker_by_another_name_is_the_same(worker: Worker) -> None:
    checks.test_workers_use_the_same_broker(of(worker), BROKER)


@pytest.mark.parametrize(
    "worker",
    [
        replace(WORKER, database="1"),
        replace(WORKER, port=6380),
        replace(WORKER, host="redis.internal", local=False, addresses=("10.0.0.9",)),
        replace(WORKER, path="/run/redis.sock"),
    ],
)
def test_another_broker_or_database_fails(worker: Worker) -> None:
    with pytest.raises(AssertionError, match="process 7"):
        checks.test_workers_use_the_same_broker(of(worker), BROKER)


def test_what_a_container_calls_redis_cannot_be_compared() -> None:
    with pytest.raises(Unobservable, match="cannot be compared"):
        checks.test_workers_use_the_same_broker(
            of(replace(WORKER, host="redis", local=None, other_network=True, addresses=())), BROKER
        )
    with pytest.raises(Unobservable, match="application's code"):
        checks.test_workers_use_the_same_broker(of(replace(WORKER, where="")), BROKER)


@pytest.mark.parametrize(("offset_s", "right"), [(0.0, True), (-5.0, True), (5.1, False), (-3600.0, False)])
def test_the_clock_may_be_a_little_off(offset_s: float, right: bool) -> None:
    clock = Clock(offset_s=offset_s, uncertainty_s=0.3)
    if right:
        checks.test_clock_is_right(clock, Policy())
    else:
        with pytest.raises(AssertionError, match="no time service"):
            checks.test_clock_is_right(clock, Policy())
