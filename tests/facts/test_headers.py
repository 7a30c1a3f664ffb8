"""Headers as real Flowers and a real Caddy send them."""

from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.headers import headers
from flower_audit.facts.routes import Routes, routes

BASIC = "--basic_auth=admin:long-enough-secret"
GOOD = """
 header {
  Strict-Transport-Security "max-age=31536000"
  X-Frame-Options DENY
  X-Content-Type-Options nosniff
  Referrer-Policy same-origin
  -Server
 }
"""
YEAR = 31_536_000


def test_flower_alone_protects_little(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = headers(routes(target, site_of(flowers("2.2.0", BASIC).port), trail))
    assert len(found.answers) == 5
    assert len(found.without_hsts(YEAR)) == 5
    assert found.lacking[0].endswith("X-Frame-Options or frame-ancestors, Referrer-Policy")
    assert found.leaks[0].startswith("server: TornadoServer/")
    assert found.open_to_any_origin == ()


def test_a_proxy_that_adds_all(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    proxied = caddy(f"{GOOD} reverse_proxy 127.0.0.1:{flowers('2.2.0', BASIC).port} {{\n header_down -Server\n }}")
    found = headers(routes(target, site_of(proxied.https, "https"), trail))
    assert {visit.status for visit in found.answers} >= {200, 401, 404}
    assert (found.without_hsts(YEAR), found.lacking, found.leaks) == ((), (), ())


def test_hsts_that_is_lost_on_errors(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    lost = GOOD.replace("header {", "@found path /healthcheck\n header @found {")
    proxied = caddy(f"{lost} reverse_proxy 127.0.0.1:{flowers('2.2.0', BASIC).port}")
    found = headers(routes(target, site_of(proxied.https, "https"), trail))
    assert any("(401)" in bare for bare in found.without_hsts(YEAR))
    assert not any("healthcheck" in bare for bare in found.without_hsts(YEAR))


@pytest.mark.parametrize(("release", "open_to_all"), [("1.2.0", True), ("2.1.0", True), ("2.2.0", False)])
def test_any_origin(release: str, open_to_all: bool, flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = headers(routes(target, site_of(flowers(release).port), trail))
    assert bool(found.open_to_any_origin) is open_to_all


def test_a_proxy_that_echoes_the_origin(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    echo = 'header ?Access-Control-Allow-Origin "{header.Origin}"'
    proxied = caddy(f"{echo}\n reverse_proxy 127.0.0.1:{flowers('2.2.0', BASIC).port}")
    found = headers(routes(target, site_of(proxied.https, "https"), trail))
    assert found.open_to_any_origin == ()
    assert [path.rpartition("/")[2] for path in found.origin_echoed] == ["healthcheck (200)", "workers (401)"]


def test_cookies(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = headers(routes(target, site_of(flowers("2.2.0").port), trail))
    assert [cookie.name for cookie in found.cookies] == ["_xsrf"]
    assert found.unguarded_cookies(secure_anyway=False) == ("_xsrf without Secure",)
    assert found.unguarded_cookies(secure_anyway=True) == ()


def test_a_session_cookie_wants_more(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    proxied = caddy(' header Set-Cookie "user=abc; Path=/"\n respond "" 200')
    found = headers(routes(target, site_of(proxied.https, "https"), trail))
    assert found.unguarded_cookies(secure_anyway=True) == ("user without HttpOnly", "user without SameSite")


def test_nothing_answered() -> None:
    with pytest.raises(Unobservable):
        headers(Routes(visits=()))
