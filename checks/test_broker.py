"""The broker, asked from Flower's host with Flower's own URL.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.broker import Broker
from flower_audit.facts.broker_unit import BrokerUnit
from flower_audit.facts.options import Options
from flower_audit.model import Severity

TROUBLESHOOTING = "Troubleshooting"


@check(
    "broker.reachable",
    severity=Severity.CRITICAL,
    section=TROUBLESHOOTING,
    covers=("Check broker connectivity",),
)
def test_broker_answers(broker: Broker, broker_unit: BrokerUnit | None = None) -> None:
    """The broker answers Flower's own URL, password and database included.

    Why: without its broker Flower shows pages that look healthy and are empty; /healthcheck says OK all the same.
    Fix: correct the URL where Flower gets it from, or start the broker, then `systemctl restart` Flower's unit.
    Source: redis.io/docs/latest/commands/auth, AMQP 0-9-1 connection handshake.
    """
    unit = broker_unit.name if broker_unit and not broker.stage else ""
    assert broker.answers, Finding(
        f"{broker.place} says: {broker.error or 'nothing'}"[:300],
        wanted="an answer to PING, or an open AMQP connection",
        where=broker.where,
        fix=f"correct the URL, or start the broker: `systemctl status {unit}` tells what keeps it" if unit else "",
    )


@check("broker.url-valid", severity=Severity.HIGH, section="Basic Configuration")
def test_broker_url_is_valid(broker: Broker) -> None:
    """The broker's URL means what it seems to mean.

    Why: `redis://password@host` sends the password as a user name, and a `#` or `/` in a password cuts the URL short.
    Fix: write `redis://:password@host:6379/0` or `amqp://user:password@host:5672/vhost`, special characters %-encoded.
    Source: kombu, Connection URLs; redis.io/docs/latest/commands/auth.
    """
    defects = broker.defects
    assert not defects, Finding(
        "; ".join(defects)[:300], wanted="scheme://user:password@host:port/database", where=broker.where
    )


@check("broker.requires-password", severity=Severity.HIGH, section=TROUBLESHOOTING)
def test_broker_requires_a_password(broker: Broker) -> None:
    """The broker refuses whoever brings no credentials.

    Why: whoever may write to the queue runs code on every worker; a Redis without password obeys any local process and
    any request that can be forged from this host.
    Fix: Redis: `requirepass` in redis.conf and `redis://:password@host` for Flower and the workers; RabbitMQ: delete
    `guest`, or leave `loopback_users.guest = true`.
    Source: redis.io/docs/latest/operate/oss_and_stack/management/security, rabbitmq.com/docs/access-control.
    """
    entrance = broker.lets_anybody_in
    assert not entrance, Finding(
        entrance,
        wanted="NOAUTH, or a refused login",
        where=broker.place,
        fix=f"`requirepass` in {broker.configuration}, then `redis://:password@host` for Flower and the workers"
        if broker.kind == "redis"
        else "",
    )


@check("broker.tls-when-remote", severity=Severity.MEDIUM, section=TROUBLESHOOTING)
def test_remote_broker_is_reached_over_tls(broker: Broker) -> None:
    """A broker on another host is reached over TLS.

    Why: the password and every task's arguments cross the network.
    Fix: use `rediss://` with `?ssl_cert_reqs=required`, or `amqps://`, for Flower and the workers. Flower itself takes
    a CA of your own from the system's (`update-ca-certificates`) or from `broker_use_ssl`, not from the URL.
    Source: kombu, Connection URLs; redis.io/docs/latest/operate/oss_and_stack/management/security/encryption.
    """
    only_if(broker.on_another_host, "the broker is on Flower's own host")
    assert broker.encrypted, Finding(
        f"{broker.scheme}:// to {broker.host}", wanted="rediss:// or amqps://", where=broker.where
    )


@check("broker.management-api", severity=Severity.LOW, section="Basic Configuration")
def test_rabbitmq_management_api_answers(broker: Broker, options: Options) -> None:
    """Flower reaches RabbitMQ's management API.

    Why: without it the broker page and the queue lengths stay empty, with status 200.
    Fix: `rabbitmq-plugins enable rabbitmq_management`, and
    `broker_api=http://user:password@host:15672/api/`, with the slash at its end.
    Source: https://flower.readthedocs.io/en/latest/config.html#broker-api
    """
    only_if(broker.kind == "rabbitmq", "only RabbitMQ has a management API")
    assert broker.management_given or options.broker_api_set, Finding(
        "broker_api is not set", wanted="the URL of the management API"
    )
    assert broker.management_works, Finding(
        f"the management API does not answer: {broker.management_error}",
        wanted="200 from /api/overview",
        where="broker_api",
    )


@check("broker.no-eviction", severity=Severity.MEDIUM, section=TROUBLESHOOTING)
def test_redis_keeps_what_it_was_given(broker: Broker) -> None:
    """Redis or Valkey never throws queued tasks away to make room.

    Why: with an eviction policy, tasks and kombu's bindings vanish silently when memory runs out.
    Fix: `maxmemory-policy noeviction` in redis.conf or valkey.conf, and
    `redis-cli CONFIG SET maxmemory-policy noeviction` at once.
    Source: Celery, Using Redis, Key eviction; redis.io/docs/latest/develop/reference/eviction.
    """
    only_if(broker.kind == "redis", "only Redis and its like evict keys")
    policy = broker.evicts
    setting = "maxmemory-policy noeviction"
    assert not policy, Finding(
        f"maxmemory-policy {policy}",
        wanted="noeviction",
        where=broker.place,
        fix=f"`{setting}` in {broker.configuration}, and `{broker.command_line} CONFIG SET {setting}` at once",
    )
