"""Requests of other sites: refused since 2.2."""

from typing import Any

import pytest
from packaging.version import Version as Release

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.cross_site import cross_site
from flower_audit.facts.routes import routes
from flower_audit.facts.version import Version

BASIC = "--basic_auth=admin:long-enough-secret"


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize(("release", "accepted"), [("2.0.1", True), ("2.1.0", True), ("2.2.0", False)])
def test_real_releases(
    active: bool, release: str, accepted: bool, flowers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    target = target.model_copy(update={"active": active})
    site = site_of(flowers(release, BASIC).port)
    version = Version(releases=(Release(release),), found_by="test")
    found = cross_site(target, site, routes(target, site, trail), version, trail)
    assert bool(found.accepted) is accepted
    assert sum(source.startswith("POST") for source in trail.sources) == (active and release == "2.2.0")


def test_in_1_2_a_login_switches_off_all_that_could_be_abused(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    version = Version(releases=(Release("1.2.0"),), found_by="test")
    site = site_of(flowers("1.2.0", BASIC).port)
    with pytest.raises(Absent, match="405"):
        cross_site(target, site, routes(target, site, trail), version, trail)
    # Behind a login of the proxy alone its API works, for another site too.
    site = site_of(caddy(' header WWW-Authenticate `Basic realm="x"`\n respond "" 401').https, "https")
    assert cross_site(target, site, routes(target, site, trail), version, trail).accepted


def test_without_a_login_there_is_nothing_to_abuse(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(flowers("2.2.0").port)
    version = Version(releases=(Release("2.2.0"),), found_by="test")
    with pytest.raises(Absent):
        cross_site(target, site, routes(target, site, trail), version, trail)


def test_a_login_of_the_proxy(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(' header WWW-Authenticate `Basic realm="x"`\n respond "" 401').https, "https")
    version = Version(releases=(Release("2.2.0"),), found_by="package")
    visited = routes(target, site, trail)
    for active in (False, True):
        with pytest.raises(Unobservable):
            cross_site(target.model_copy(update={"active": active}), site, visited, version, trail)
