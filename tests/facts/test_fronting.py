"""Whether anything stands before Flower."""

from dataclasses import replace

import pytest

from flower_audit.errors import Absent, Unobservable, Unreachable
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.fronting import fronting
from flower_audit.facts.nginx import Instance, Nginx
from flower_audit.facts.site import Site
from flower_audit.http_client import Origin

from .stand_ins import options
from .test_proxy import GOOD

ORIGIN = Origin(scheme="http", address="192.0.2.10", port=5555, host="flower.example.com")
DIRECT = Site(origin=ORIGIN, found_by="--flower-url", addresses=("192.0.2.10",), is_flower_itself=True)
OPEN = Endpoints(places=("*:5555",))
LOOPBACK = Endpoints(places=("127.0.0.1:5555",))
DEAD = Unreachable("url", "refused")


def test_a_proxy_on_the_host() -> None:
    found = fronting(options(), LOOPBACK, proxy=GOOD)
    assert (found.by, found.on_this_host, found.stopped) == ("nginx (/etc/nginx/sites-enabled/flower)", True, "")
    assert fronting(options(), LOOPBACK, proxy=replace(GOOD, running=False)).stopped == GOOD.file


def test_a_proxy_elsewhere() -> None:
    found = fronting(options(), OPEN, site=replace(DIRECT, is_flower_itself=False))
    assert found.by
    assert not found.on_this_host


def test_nothing_and_what_to_write() -> None:
    old = Nginx(
        instances=(Instance(pid=1, version="1.26.3", config="", valid=True, problem="", dump="", available=""),)
    )
    found = fronting(options(url_prefix="flower"), OPEN, site=DIRECT, nginx=old)
    assert found.by == ""
    assert "server_name flower.example.com;" in found.advice
    assert "http2 on;" in found.advice
    assert "location /flower/ {" in found.advice
    assert "proxy_pass http://127.0.0.1:5555;" in found.advice


def test_a_dead_url_decides_only_where_nobody_else_could_front_it() -> None:
    assert fronting(options(), LOOPBACK, site=DEAD).by == ""
    with pytest.raises(Unobservable, match="refused"):
        fronting(options(), OPEN, site=DEAD)


def test_a_host_without_flower() -> None:
    assert fronting(None, Endpoints(places=()), proxy=GOOD).on_this_host
    with pytest.raises(Absent):
        fronting(None, Endpoints(places=()), site=DIRECT)


def test_what_is_in_front_is_known_without_the_options() -> None:
    assert fronting(Unobservable("for root"), LOOPBACK, proxy=GOOD).on_this_host
    with pytest.raises(Unobservable, match="for root"):
        fronting(Unobservable("for root"), LOOPBACK, site=DIRECT)


def test_a_configuration_that_cannot_be_read() -> None:
    with pytest.raises(Unobservable, match="for root"):
        fronting(options(), LOOPBACK, proxy=Unobservable("for root"), site=DIRECT)
