"""Open or closed, told from real Flowers of four releases, bare and behind a real Caddy."""

import time
from typing import Any

import pytest
from packaging.version import Version

from flower_audit.errors import Unobservable
from flower_audit.facts.options import Options, Setting
from flower_audit.facts.reach import reach
from flower_audit.facts.redirect import redirect
from flower_audit.facts.routes import Routes, routes
from flower_audit.parsers.access import Access
from flower_audit.target import Target

RELEASES = ("1.2.0", "2.0.1", "2.1.0", "2.2.0")
BASIC = "--basic_auth=admin:long-enough-secret"

PROTECT = """
 basic_auth {
  admin $2a$04$Xk5vLnX0ZsVnv7lPBpWtUuiOt9MyplhZ0VJ2sOIYmOFrnDTi9pG2G
 }
"""


def look(target: Target, site: Any, trail: Any, **more: Any) -> Routes:
    return routes(target, site, trail, **more)


def paths(visits: Any) -> set[str]:
    return {visit.path for visit in visits}


@pytest.mark.parametrize("release", RELEASES)
def test_without_login_the_pages_are_open(release: str, flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = look(target, site_of(flowers(release).port), trail)
    assert {"/", "/tasks", "/broker", "/task/flower-audit", "/worker/flower-audit"} <= paths(found.open_pages)
    assert not found.asks_for_login
    assert found.login_scheme == "none"
    # From 2.0 on the API refuses by itself while every page is open: that is open nevertheless.
    assert bool(found.open_api) == (release == "1.2.0")
    assert bool(found.open_control) == (release == "1.2.0")


@pytest.mark.parametrize("release", RELEASES)
def test_with_basic_auth_every_route_is_closed(
    release: str, flowers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    found = look(target, site_of(flowers(release, BASIC).port), trail)
    assert found.open_pages == ()
    assert found.open_api == ()
    assert found.open_control == ()
    assert found.admitted == ()
    assert found.login_scheme == "basic"
    assert found.at("/").realm == "flower"  # type: ignore[union-attr]
    assert paths(found.of(credentials="made-up user")) == {"/", "/api/workers"}


@pytest.mark.parametrize("release", ["2.0.1", "2.1.0", "2.2.0"])
def test_an_unauthenticated_api_is_open_to_reading_and_control(
    release: str, flowers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    found = look(target, site_of(flowers(release, FLOWER_UNAUTHENTICATED_API="true").port), trail)
    assert "/api/workers" in paths(found.open_api)
    assert "/api/worker/shutdown/flower-audit" in paths(found.open_control)


def test_oauth_sends_to_a_login(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers(
        "2.2.0",
        "--auth=.*@example.com",
        "--auth_provider=flower.views.auth.GoogleAuth2LoginHandler",
        "--oauth2_key=key",
        "--oauth2_secret=secret",
        "--oauth2_redirect_uri=https://flower.test/login",
        FLOWER_COOKIE_SECRET="a" * 40,
    )
    found = look(target, site_of(running.port), trail)
    assert found.open_pages == ()
    assert found.open_api == ()
    assert found.open_control == ()
    assert found.login_scheme == "redirect"
    assert found.admitted == ()


def test_a_login_at_the_proxy_protects(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers("2.2.0")
    proxied = caddy(f"{PROTECT} reverse_proxy 127.0.0.1:{running.port}")
    found = look(target, site_of(proxied.https, "https"), trail)
    assert found.open_pages == ()
    assert found.open_api == ()
    assert found.open_control == ()
    assert found.bypasses == ()
    assert found.at("/").realm not in {"", "flower"}  # type: ignore[union-attr]


def test_a_proxy_that_guards_the_pages_only_leaves_the_rest_open(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0", FLOWER_UNAUTHENTICATED_API="true")
    guard = PROTECT.replace("basic_auth {", "@pages not path /api/*\n basic_auth @pages {")
    found = look(target, site_of(caddy(f"{guard} reverse_proxy 127.0.0.1:{running.port}").https, "https"), trail)
    assert found.open_pages == ()
    assert "/api/workers" in paths(found.open_api)
    assert len(found.open_control) == 4


def test_a_proxy_that_guards_the_front_page_only_leaves_the_other_pages_open(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    guard = PROTECT.replace("basic_auth {", "@front path / /workers\n basic_auth @front {")
    running = flowers("2.2.0")
    found = look(target, site_of(caddy(f"{guard} reverse_proxy 127.0.0.1:{running.port}").https, "https"), trail)
    assert {"/tasks", "/broker", "/task/flower-audit"} <= paths(found.open_pages)


def test_a_proxy_that_guards_reading_but_not_control_cannot_be_judged_by_reading(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0", FLOWER_UNAUTHENTICATED_API="true")
    guard = PROTECT.replace(
        "basic_auth {", "@read not path /api/worker/* /api/task/revoke/* /api/task/async-apply/*\n basic_auth @read {"
    )
    found = look(target, site_of(caddy(f"{guard} reverse_proxy 127.0.0.1:{running.port}").https, "https"), trail)
    assert found.open_api == ()
    with pytest.raises(Unobservable, match="only a POST tells"):
        _ = found.open_control


def test_a_single_sign_on_elsewhere_protects(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    proxied = caddy(" redir https://login.example.com/?rd=https://flower.test{uri} 302")
    found = look(target, site_of(proxied.https, "https"), trail)
    assert found.open_pages == ()
    assert found.login_scheme == "redirect"


def test_a_site_that_has_moved_is_not_protected_but_unknown(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = look(target, site_of(caddy(" redir https://new.example.com{uri} 301").https, "https"), trail)
    with pytest.raises(Unobservable, match="audit that URL"):
        _ = found.open_pages


def test_plain_http_that_serves_flower_goes_round_the_login(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0")
    proxied = caddy(
        f"{PROTECT} reverse_proxy 127.0.0.1:{running.port}", plain=f"reverse_proxy 127.0.0.1:{running.port}"
    )
    site = site_of(proxied.https, "https")
    found = look(target.model_copy(update={"http_url": f"http://flower.test:{proxied.http}/"}), site, trail)
    assert {visit.way for visit in found.bypasses} == {"plain HTTP"}
    plain = redirect(site, found)
    assert plain.shows_flower
    assert plain.status == 200


def test_plain_http_at_the_bare_address_goes_round_the_login(
    flowers: Any, caddy: Any, servers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running, port = flowers("2.2.0"), servers.free_port()
    known = "@known host flower.test\n redir @known https://flower.test{uri} 301\n"
    others = f"http://:{port} {{\n bind 127.0.0.1\n {known} reverse_proxy 127.0.0.1:{running.port}\n}}\n"
    proxied = caddy(f"{PROTECT} reverse_proxy 127.0.0.1:{running.port}", others=others)
    named = target.model_copy(update={"http_url": f"http://flower.test:{port}/"})
    found = look(named, site_of(proxied.https, "https"), trail)
    assert {visit.way for visit in found.bypasses} == {"address", "unknown host"}
    assert all(visit.url.startswith("http://") for visit in found.bypasses)


def test_flowers_own_port_goes_round_the_login_of_the_proxy(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any, own_address: str
) -> None:
    running = flowers("2.2.0", address=own_address)
    proxied = caddy(f"{PROTECT} reverse_proxy {own_address}:{running.port}")
    options = options_of(port=running.port)
    site = site_of(proxied.https, "https", machine="flower1", outside=(own_address,))
    found = look(target, site, trail, options=options)
    assert found.open_pages == ()
    assert "/tasks" in {visit.path for visit in found.bypasses}
    assert {visit.way for visit in found.bypasses} == {"Flower's port"}


def test_an_unknown_host_that_shows_flower_goes_round_the_login(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0")
    others = f"https://:HTTPS {{\n bind 127.0.0.1\n TLS\n reverse_proxy 127.0.0.1:{running.port}\n}}\n"
    proxied = caddy(f"{PROTECT} reverse_proxy 127.0.0.1:{running.port}", others=others)
    found = look(target, site_of(proxied.https, "https"), trail)
    assert {visit.way for visit in found.bypasses} == {"address", "unknown host"}
    assert found.shown_to_strangers


def test_an_unknown_host_gets_nothing_from_a_site_of_its_own(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0", BASIC)
    found = look(target, site_of(caddy(f"reverse_proxy 127.0.0.1:{running.port}").https, "https"), trail)
    assert found.shown_to_strangers == ()
    assert found.bypasses == ()


def test_a_dead_upstream_is_told_from_a_login(caddy: Any, servers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(f"reverse_proxy 127.0.0.1:{servers.free_port()}").https, "https")
    found = look(target, site, trail)
    with pytest.raises(Unobservable):
        _ = found.open_pages
    assert "502" in reach(site, found).gateway_error


def test_another_web_server_is_not_a_protected_flower(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(' respond "<h1>Welcome</h1>" 200').https, "https")
    found = look(target, site, trail)
    with pytest.raises(Unobservable, match="does not look like Flower"):
        _ = found.open_pages
    with pytest.raises(Unobservable, match="nothing of Flower"):
        reach(site, found)


def test_redirects_within_the_site_are_followed(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0")
    proxied = caddy(f" redir / /tasks 302\n reverse_proxy 127.0.0.1:{running.port}")
    front = look(target, site_of(proxied.https, "https"), trail).at("/")
    assert front is not None
    assert front.access is Access.OPEN
    assert front.url.endswith("/tasks")


def test_a_redirect_to_itself_ends(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = look(target, site_of(caddy(" redir * {uri} 302").https, "https"), trail)
    with pytest.raises(Unobservable):
        _ = found.open_pages


def test_what_is_refused_at_the_front_and_open_behind(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    running = flowers("2.2.0")
    proxied = caddy(f" respond / 403\n reverse_proxy 127.0.0.1:{running.port}")
    assert "/tasks" in paths(look(target, site_of(proxied.https, "https"), trail).open_pages)


def test_a_server_that_answers_once_and_then_no_more_costs_little(
    raw_server: Any, target: Any, site_of: Any, trail: Any
) -> None:
    silent = raw_server(lambda connection: [connection.recv(1), time.sleep(6)])
    started = time.monotonic()
    found = look(target.model_copy(update={"timeout_s": 0.5}), site_of(silent), trail)
    assert time.monotonic() - started < 6
    for question in ("open_pages", "open_api", "open_control", "admitted", "bypasses"):
        with pytest.raises(Unobservable):
            getattr(found, question)


def test_the_audit_asks_little_and_says_who_it_is(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    look(target, site_of(flowers("2.2.0", BASIC).port), trail)
    assert 20 <= len(trail.sources) <= 45
    assert all(source.startswith("GET ") for source in trail.sources)
    assert not any("long-enough-secret" in text for text in (*trail.sources, *trail.excerpts))


def options_of(**values: Any) -> Options:
    """Flower's options, those named set and all others at their defaults."""
    held = {
        "port": 5555,
        "address": "",
        "unix_socket": "",
        "url_prefix": None,
        "certfile": None,
        "keyfile": None,
        **values,
    }
    settings = {name: Setting(value=value) for name, value in held.items()}
    return Options(release=Version("2.2.0"), settings=settings, workdir="/opt")
