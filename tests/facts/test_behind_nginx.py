"""What nginx alone does to Flower: prefixes, headers that get lost, limits, websockets; all seen from outside."""

import time
from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.headers import headers
from flower_audit.facts.prefix import prefix
from flower_audit.facts.reach import reach
from flower_audit.facts.routes import routes
from flower_audit.facts.tls import tls

BASIC = "--basic_auth=admin:long-enough-secret"
HSTS = 'add_header Strict-Transport-Security "max-age=31536000"'
YEAR = 31_536_000


@pytest.mark.parametrize(
    ("url_prefix", "pass_to", "fits"),
    [
        ("flower", "/", False),  # the guide's own block: every page is 404
        ("flower", "", True),
        ("flower", "/flower/", True),
        ("", "/", False),  # pages load, and all their links lead elsewhere
    ],
)
def test_prefixes(
    url_prefix: str, pass_to: str, fits: bool, flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0", BASIC, *([f"--url_prefix={url_prefix}"] if url_prefix else []))
    port = nginx(f"location /flower/ {{ proxy_pass http://127.0.0.1:{running.port}{pass_to}; }}")
    site = site_of(port, "https", prefix="/flower")
    found = prefix(site, routes(target, site, trail))
    assert (found.defect == "") is fits


def test_hsts_without_always_is_lost_on_the_401(
    flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any
) -> None:
    to_flower = f"proxy_pass http://127.0.0.1:{flowers('2.2.0', BASIC).port};"
    site = site_of(nginx(f"{HSTS}; location / {{ {to_flower} }}"), "https")
    bare = headers(routes(target, site, trail)).without_hsts(YEAR)
    assert any("(401)" in one for one in bare)
    assert not any("(200)" in one for one in bare)
    site = site_of(nginx(f"{HSTS} always; location / {{ {to_flower} }}"), "https")
    assert headers(routes(target, site, trail)).without_hsts(YEAR) == ()
    site = site_of(nginx(f"{HSTS} always; location / {{ add_header X-A b always; {to_flower} }}"), "https")
    assert len(headers(routes(target, site, trail)).without_hsts(YEAR)) == 5


def test_a_version_in_the_server_header(flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any) -> None:
    to_flower = f"location / {{ proxy_pass http://127.0.0.1:{flowers('2.2.0', BASIC).port}; }}"
    found = headers(routes(target, site_of(nginx(to_flower), "https"), trail))
    assert found.leaks[0].startswith("server: nginx/1.")
    hidden = headers(routes(target, site_of(nginx(f"server_tokens off; {to_flower}"), "https"), trail))
    assert hidden.leaks == ()


@pytest.mark.parametrize("status", [503, 429])
def test_a_strict_limit_slows_the_audit_and_changes_no_verdict(
    status: int, flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0", BASIC)
    port = nginx(
        f"limit_req zone=flower burst=16 nodelay; limit_req_status {status};\n"
        f"location / {{ proxy_pass http://127.0.0.1:{running.port}; }}",
        http="limit_req_zone $binary_remote_addr zone=flower:1m rate=8r/s;",
    )
    started = time.monotonic()
    site = site_of(port, "https")
    found = routes(target, site, trail)
    assert found.open_pages == ()
    assert found.open_api == ()
    assert found.open_control == ()
    assert reach(site, found).gateway_error == ""
    assert time.monotonic() - started < 40


def test_a_service_that_is_down_is_not_waited_for_as_a_limit(nginx: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(nginx("return 503;"), "https")
    started = time.monotonic()
    found = routes(target, site, trail)
    assert time.monotonic() - started < 8
    assert "(503)" in reach(site, found).gateway_error
    with pytest.raises(Unobservable):
        _ = found.open_pages


def test_a_redirect_to_https_is_no_login(flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers("2.2.0")
    port = nginx(
        f"location /tasks {{ auth_basic x; proxy_pass http://127.0.0.1:{running.port}; }}"
        "location / { return 301 https://www.flower.test$request_uri; }"
    )
    found = routes(target, site_of(port, "https"), trail)
    assert not found.asks_for_login
    assert found.login_scheme == "none"


def test_the_auditors_own_address_may_be_refused(
    flowers: Any, nginx: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0")
    port = nginx(f"deny all; location / {{ proxy_pass http://127.0.0.1:{running.port}; }}")
    found = routes(target, site_of(port, "https"), trail)
    assert found.login_scheme == "refused"
    assert not found.asks_for_login
    for question in ("open_pages", "open_api", "open_control"):
        with pytest.raises(Unobservable, match="from here"):
            getattr(found, question)


def test_old_protocols(nginx: Any, target: Any, site_of: Any, trail: Any) -> None:
    old = nginx("ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0; return 401;")
    assert tls(target, site_of(old, "https"), trail).outdated == ("TLS 1.0", "TLS 1.1")
    new = nginx("ssl_protocols TLSv1.2 TLSv1.3; return 401;")
    assert tls(target, site_of(new, "https"), trail).outdated == ()
