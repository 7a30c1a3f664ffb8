"""The unit that runs the broker."""

from dataclasses import replace

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.broker_unit import BrokerUnit, broker_unit
from flower_audit.facts.sockets import Socket, Sockets
from flower_audit.parsers.broker_url import broker_url
from tests.checks.test_service import SERVICE

from .stand_ins import options

VALKEY = Socket(address="127.0.0.1", port=6379, program="valkey-server", pids=(7,), unit="valkey-server.service")


def having(*listening: Socket) -> Sockets:
    return Sockets(listening=listening, addresses=(), complete=True)


def told(url: str, *listening: Socket, after: tuple[str, ...] = ()) -> BrokerUnit:
    given = replace(options(), broker=broker_url(url, "CELERY_BROKER_URL"))
    return broker_unit(given, replace(SERVICE, after=("network.target", *after)), having(*listening))


def test_who_listens_is_the_broker_and_not_whom_the_unit_names() -> None:
    found = told("redis://:secret@127.0.0.1/0", VALKEY, after=("redis-server.service",))
    assert (found.name, found.unawaited) == ("valkey-server.service", "valkey-server.service")
    assert told("redis://localhost/0", VALKEY, after=("valkey-server.service",)).unawaited == ""
    assert told("redis://localhost:6380/0", VALKEY).unawaited == ""


def test_a_unix_socket() -> None:
    listener = Socket(address="unix:/run/valkey/valkey.sock", port=0, unit="valkey-server.service")
    assert told("redis+socket:///run/valkey/valkey.sock", VALKEY, listener).listening == "valkey-server.service"


def test_a_broker_that_is_down_is_the_one_that_is_waited_for() -> None:
    assert told("redis://localhost/0", after=("valkey-server.service",)).name == "valkey-server.service"


@pytest.mark.parametrize("unit", ["docker.service", "shop-tunnel.service"])
def test_what_stands_for_a_broker_need_not_be_waited_for_itself(unit: str) -> None:
    found = told("redis://localhost/0", replace(VALKEY, unit=unit), after=("redis-container.service",))
    assert (found.listening, found.unawaited) == (unit, "")


def test_nothing_is_known() -> None:
    assert told("redis://cache.internal/0", VALKEY, after=("redis.service",)) == BrokerUnit()
    assert told("redis://localhost/0", replace(VALKEY, unit="user@1000.service")).name == ""
    assert told("redis://localhost/0", VALKEY, replace(VALKEY, unit="redis-server.service")).name == ""
    nothing = Unobservable("no ss")
    assert broker_unit(nothing, nothing, nothing) == BrokerUnit()
    assert broker_unit() == BrokerUnit()
