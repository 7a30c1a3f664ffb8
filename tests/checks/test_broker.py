"""What a broker's answers mean."""

from dataclasses import replace
from typing import Any

import pytest
from flower_audit.checks import test_broker as checks

from flower_audit.check import Finding
from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.broker import Broker
from flower_audit.facts.broker_unit import BrokerUnit

REDIS = Broker(
    kind="redis",
    where="CELERY_BROKER_URL",
    scheme="redis",
    host="localhost",
    port=6379,
    database="0",
    has_password=True,
    local=True,
    reachable=True,
    open_to_anybody=False,
    refusal="NOAUTH Authentication required.",
    eviction="noeviction",
)
VALKEY = replace(REDIS, software="Valkey", version="8.1.1", config_file="/etc/valkey/valkey.conf")
RABBITMQ = replace(
    REDIS,
    kind="rabbitmq",
    scheme="amqp",
    port=5672,
    database="/",
    open_to_anybody=None,
    guest_beyond_loopback=False,
    eviction="",
)


class Options:
    def __init__(self, *, broker_api_set: bool) -> None:
        self.broker_api_set = broker_api_set


def rejected(check: Any, *facts: Any) -> Finding:
    with pytest.raises(AssertionError) as caught:
        check(*facts)
    finding = caught.value.args[0]
    assert isinstance(finding, Finding)
    return finding


@pytest.mark.parametrize("healthy", [REDIS, RABBITMQ])
def test_a_good_broker_passes(healthy: Broker) -> None:
    checks.test_broker_answers(healthy)
    checks.test_broker_url_is_valid(healthy)
    checks.test_broker_requires_a_password(healthy)


def test_a_broker_that_refuses_is_not_reachable() -> None:
    finding = rejected(checks.test_broker_answers, replace(REDIS, reachable=False, error="WRONGPASS invalid pair"))
    assert "WRONGPASS" in finding.observed
    assert finding.where == "CELERY_BROKER_URL"


def test_a_broker_that_is_down_is_looked_for_in_its_own_unit() -> None:
    down, unit = replace(REDIS, reachable=False, error="Connection refused"), BrokerUnit(awaited=("valkey.service",))
    assert "systemctl status valkey.service" in rejected(checks.test_broker_answers, down, unit).fix
    assert rejected(checks.test_broker_answers, replace(down, stage="AUTH"), unit).fix == ""


def test_a_container_or_a_private_ca_leaves_it_open() -> None:
    with pytest.raises(Unobservable, match="network namespace"):
        checks.test_broker_answers(replace(REDIS, reachable=None))
    with pytest.raises(Unobservable, match="self-signed"):
        checks.test_broker_answers(replace(REDIS, reachable=None, tls_verified=False, error="self-signed certificate"))


def test_a_password_in_the_place_of_the_user_is_a_wrong_url() -> None:
    defect = "the password stands in the place of the user name: write redis://:password@host"
    assert defect in rejected(checks.test_broker_url_is_valid, replace(REDIS, url_defects=(defect,))).observed


def test_a_url_in_code_cannot_be_judged() -> None:
    with pytest.raises(Unobservable, match="application's code"):
        checks.test_broker_url_is_valid(replace(REDIS, where="connection"))


def test_an_open_redis_fails() -> None:
    finding = rejected(checks.test_broker_requires_a_password, replace(REDIS, open_to_anybody=True))
    assert finding.where == "redis://localhost:6379/0"
    finding = rejected(checks.test_broker_requires_a_password, replace(VALKEY, open_to_anybody=True))
    assert "`requirepass` in /etc/valkey/valkey.conf" in finding.fix


def test_a_unix_socket_is_guarded_by_its_mode() -> None:
    checks.test_broker_requires_a_password(replace(REDIS, open_to_anybody=True, socket_mode=0o770))
    rejected(checks.test_broker_requires_a_password, replace(REDIS, open_to_anybody=True, socket_mode=0o777))


def test_guest_from_beyond_loopback_fails() -> None:
    rejected(checks.test_broker_requires_a_password, replace(RABBITMQ, guest_beyond_loopback=True))
    with pytest.raises(Unobservable, match="loopback alone"):
        checks.test_broker_requires_a_password(replace(RABBITMQ, guest_beyond_loopback=None))


def test_not_asked_is_not_refused() -> None:
    with pytest.raises(Unobservable, match="refused"):
        checks.test_broker_requires_a_password(replace(REDIS, open_to_anybody=None, error="Connection refused"))


def test_tls_matters_for_another_host() -> None:
    with pytest.raises(NotApplicable, match="own host"):
        checks.test_remote_broker_is_reached_over_tls(REDIS)
    remote = replace(REDIS, local=False, host="redis.internal")
    assert "redis.internal" in rejected(checks.test_remote_broker_is_reached_over_tls, remote).observed
    checks.test_remote_broker_is_reached_over_tls(replace(remote, scheme="rediss", tls=True))
    with pytest.raises(Unobservable, match="does not resolve"):
        checks.test_remote_broker_is_reached_over_tls(replace(REDIS, local=None))


def test_the_management_api_must_be_set_and_answer() -> None:
    unset: Any = Options(broker_api_set=False)
    given: Any = Options(broker_api_set=True)
    with pytest.raises(NotApplicable):
        checks.test_rabbitmq_management_api_answers(REDIS, unset)
    rejected(checks.test_rabbitmq_management_api_answers, RABBITMQ, unset)
    finding = rejected(
        checks.test_rabbitmq_management_api_answers,
        replace(RABBITMQ, management_given=True, management_answers=False, management_error="HTTP 401"),
        given,
    )
    assert "HTTP 401" in finding.observed
    checks.test_rabbitmq_management_api_answers(
        replace(RABBITMQ, management_given=True, management_answers=True), given
    )
    with pytest.raises(Unobservable, match="file"):
        checks.test_rabbitmq_management_api_answers(RABBITMQ, given)


def test_eviction_loses_tasks() -> None:
    checks.test_redis_keeps_what_it_was_given(REDIS)
    assert (
        "allkeys-lru"
        in rejected(checks.test_redis_keeps_what_it_was_given, replace(REDIS, eviction="allkeys-lru")).observed
    )
    fix = rejected(checks.test_redis_keeps_what_it_was_given, replace(VALKEY, eviction="allkeys-lru")).fix
    assert "in /etc/valkey/valkey.conf" in fix
    assert "valkey-cli --askpass CONFIG SET" in fix
    with pytest.raises(NotApplicable):
        checks.test_redis_keeps_what_it_was_given(RABBITMQ)
    with pytest.raises(Unobservable, match="INFO is refused"):
        checks.test_redis_keeps_what_it_was_given(replace(REDIS, eviction=""))
