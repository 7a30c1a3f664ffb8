"""Which Host a real Flower sees behind a real nginx: by a POST that stops nothing."""

from typing import Any

import pytest
from packaging.version import Version as Release

from flower_audit.errors import Absent, NotAsked, Unobservable, Unreachable
from flower_audit.facts.host_header import host_header
from flower_audit.facts.routes import routes
from flower_audit.facts.version import Version

BASIC = ("--basic_auth=admin:long-enough-secret",)
OAUTH = (
    "--auth=.*@example.com",
    "--auth_provider=flower.views.auth.GoogleAuth2LoginHandler",
    "--oauth2_key=key",
    "--oauth2_secret=secret",
    "--oauth2_redirect_uri=https://flower.test/login",
)
NEW = Version(releases=(Release("2.2.0"),), found_by="test")
OLD = Version(releases=(Release("2.1.0"),), found_by="test")


@pytest.fixture
def active(target: Any) -> Any:
    return target.model_copy(update={"active": True})


@pytest.mark.parametrize("login", [BASIC, OAUTH], ids=["basic", "oauth"])
@pytest.mark.parametrize(
    ("line", "kept"),
    [("proxy_set_header Host $http_host;", True), ("", False), ("proxy_set_header Host $host;", False)],
)
def test_behind_nginx_on_an_odd_port(
    line: str, kept: bool, login: Any, flowers: Any, nginx: Any, active: Any, site_of: Any, trail: Any
) -> None:
    site = site_of(
        nginx(f"location / {{ proxy_pass http://127.0.0.1:{flowers('2.2.0', *login).port}; {line} }}"), "https"
    )
    found = host_header(active, trail, site, routes(active, site, trail), NEW)
    assert (found.defect == "") is kept
    assert sum(source.startswith("POST") for source in trail.sources) == 1


def test_no_post_without_leave_or_use(
    flowers: Any, nginx: Any, target: Any, active: Any, site_of: Any, trail: Any
) -> None:
    site = site_of(nginx(f"location / {{ proxy_pass http://127.0.0.1:{flowers('2.1.0', *BASIC).port}; }}"), "https")
    visited = routes(target, site, trail)
    for asked, version in ((target, NEW), (active, OLD)):
        with pytest.raises(NotAsked, match="flower-active"):
            _ = host_header(asked, trail, site, visited, version).defect
    with pytest.raises(NotAsked):
        host_header(target, trail, site, visited, Unobservable("no script"))
    assert not any(source.startswith("POST") for source in trail.sources)


def test_a_login_of_the_proxy_tells_nothing(caddy: Any, active: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(' header WWW-Authenticate `Basic realm="x"`\n respond "" 401').https, "https")
    found = host_header(active, trail, site, routes(active, site, trail), NEW)
    assert found.seen is None


def test_what_is_not_known(target: Any, trail: Any, site_of: Any) -> None:
    host = target.model_copy(update={"connection": "ssh://a@b"})
    with pytest.raises(Absent):
        host_header(host, trail)
    with pytest.raises(Absent):
        host_header(target, trail, site_of(5555, is_flower_itself=True))
    with pytest.raises(Unreachable, match="lost"):
        _ = host_header(host, trail, proxy=Unreachable("host", "the connection was lost")).defect
