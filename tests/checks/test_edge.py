"""Reach, prefix, ports and what Flower says of its broker: kept, and broken one way at a time."""

from dataclasses import replace
from typing import Any

import pytest
from flower_audit.checks import test_edge as checks

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.api import Api
from flower_audit.facts.metrics_exposure import MetricsExposure
from flower_audit.facts.ports import Port, Ports
from flower_audit.facts.prefix import Prefix
from flower_audit.facts.reach import Reach
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.http_messages import Origin
from flower_audit.parsers.access import Access
from flower_audit.policy import Policy
from flower_audit.visit import Visit

ORIGIN = Origin(scheme="https", address="192.0.2.1", port=443, host="flower.test")
SITE = Site(origin=ORIGIN, found_by="--flower-url", addresses=("192.0.2.1",))


def visit(path: str = "/", **more: Any) -> Visit:
    values: dict[str, Any] = {"way": "public URL", "status": 401, "access": Access.REFUSED} | more
    return Visit(path=path, kind="page", url=f"https://flower.test/flower{path}", **values)


def finding(call: Any, *arguments: Any) -> Any:
    with pytest.raises(AssertionError) as raised:
        call(*arguments)
    return raised.value.args[0]


def test_reached() -> None:
    checks.test_proxy_reaches_flower(Reach(), SITE)
    assert "502" in finding(checks.test_proxy_reaches_flower, Reach(gateway_error="https://x/ (502)"), SITE).observed
    assert finding(checks.test_proxy_reaches_flower, Reach(upstream_defect="elsewhere"), SITE).observed == "elsewhere"


PREFIX = Prefix(of_url="/flower", front=visit(), script=visit("/s.js", status=200), of_links="/flower")


@pytest.mark.parametrize(
    "change",
    [
        {"front": visit(status=404, access=Access.NOT_FOUND)},
        {"of_links": ""},
        {"of_links": None, "of_login": ""},
        {"script": visit("/s.js", status=404)},
        {"outside": (visit(),)},
    ],
)
def test_prefix(change: dict[str, Any]) -> None:
    checks.test_prefix_is_consistent(PREFIX)
    assert finding(checks.test_prefix_is_consistent, replace(PREFIX, **change)).observed


def test_no_prefix() -> None:
    with pytest.raises(NotApplicable):
        checks.test_prefix_is_consistent(replace(PREFIX, of_url="", of_links=""))


def test_strangers() -> None:
    gone = visit(way="unknown host", status=None, trouble="tls", access=Access.FAILED)
    checks.test_unknown_host_is_not_served(Routes(visits=(gone,)), SITE)
    shown = Routes(visits=(visit(way="address", realm="flower", by_flower=True),))
    assert "address" in finding(checks.test_unknown_host_is_not_served, shown, SITE).observed
    assert finding(checks.test_unknown_host_is_not_served, shown, SITE).fix == ""
    plain = Routes(visits=(replace(shown.visits[0], url="http://192.0.2.1/"),))
    assert "listen 80 default_server" in finding(checks.test_unknown_host_is_not_served, plain, SITE).fix
    with pytest.raises(NotApplicable, match="without a proxy"):
        checks.test_unknown_host_is_not_served(shown, replace(SITE, is_flower_itself=True))


def test_ports() -> None:
    closed = Port(address="192.0.2.1", number=5555, service="Flower itself", state="refused")
    checks.test_private_ports_are_closed(Ports(ports=(closed, replace(closed, number=6379, state="filtered"))))
    found = finding(checks.test_private_ports_are_closed, Ports(ports=(replace(closed, state="open"),)))
    assert (found.observed, found.where) == ("open: 5555 (Flower itself)", "192.0.2.1")


def test_metrics() -> None:
    closed = MetricsExposure(url="https://flower.test/metrics", status=403, shown=False)
    checks.test_metrics_are_not_public(closed)
    assert "200" in finding(checks.test_metrics_are_not_public, replace(closed, status=200, shown=True)).observed


API = Api(asked_as="admin", workers_status=200, workers={"w1": True}, queues_status=200, queues={"celery": 0})


def test_workers() -> None:
    checks.test_workers_are_visible(API, Policy())
    found = finding(checks.test_workers_are_visible, replace(API, workers={"w1": False}), Policy())
    assert found.observed == "0 of 1 known workers online"
    with pytest.raises(Unobservable):
        checks.test_workers_are_visible(replace(API, workers=None, workers_problem="405"), Policy())


def test_broker() -> None:
    checks.test_flower_sees_its_broker(API)
    down = replace(API, queues=None, queues_status=500, queues_problem="500")
    assert finding(checks.test_flower_sees_its_broker, down).observed.startswith("500")
    assert "no queue" in finding(checks.test_flower_sees_its_broker, replace(API, queues={})).observed
    with pytest.raises(Unobservable):
        checks.test_flower_sees_its_broker(replace(API, queues=None, queues_status=401, queues_problem="401"))
