"""Each rule of `auth` seen from outside: kept by a good Flower, broken one way at a time."""

from dataclasses import replace
from typing import Any

import pytest
from flower_audit.checks import test_auth as checks
from packaging.version import Version as Release

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.api import Api, Login
from flower_audit.facts.control import Control
from flower_audit.facts.cross_site import CrossSite
from flower_audit.facts.headers import Headers
from flower_audit.facts.oauth_login import OauthLogin
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.facts.version import Version
from flower_audit.facts.websocket import Websocket
from flower_audit.http_messages import Origin
from flower_audit.parsers.access import Access
from flower_audit.parsers.response_headers import Cookie, ResponseHeaders
from flower_audit.policy import Policy
from flower_audit.visit import API, CONTROL, ELSEWHERE_ORIGIN, PAGES, Visit

YEAR = ResponseHeaders(hsts_s=31_536_000)
ORIGIN = Origin(scheme="https", address="192.0.2.1", port=443, host="flower.test")
SITE = Site(origin=ORIGIN, found_by="--flower-url", addresses=("192.0.2.1",))


def visit(path: str, **more: Any) -> Visit:
    kind = "control" if path in CONTROL else "api" if path in API else "page"
    values: dict[str, Any] = {"way": "public URL", "status": 401, "access": Access.REFUSED, "headers": YEAR}
    values |= {"realm": "flower" if kind == "page" else ""} | more
    return Visit(path=path, kind=kind, url=f"https://flower.test{path}", **values)


CLOSED = Routes(
    visits=(
        *(visit(path) for path in (*PAGES, *API)),
        *(visit(path, status=405, access=Access.METHOD, realm="") for path in CONTROL),
        *(visit(path, credentials="made-up user") for path in ("/", "/api/workers")),
        *(visit(path, way="plain HTTP", status=301, access=Access.HTTPS) for path in ("/", "/workers")),
        *(visit(path, way="Flower's port", status=None, trouble="refused", access=Access.FAILED) for path in ("/",)),
    )
)


def but(path: str, way: str = "public URL", credentials: str = "none", **values: Any) -> Routes:
    """The closed Flower with one visit changed."""
    return Routes(
        visits=tuple(
            replace(one, **values) if (one.path, one.way, one.credentials) == (path, way, credentials) else one
            for one in CLOSED.visits
        )
    )


OPEN = {"status": 200, "access": Access.OPEN}
ALL_OPEN = Routes(visits=tuple(replace(one, **OPEN) for one in CLOSED.visits))


def finding(call: Any, *arguments: Any) -> Any:
    with pytest.raises(AssertionError) as raised:
        call(*arguments)
    return raised.value.args[0]


def test_closed_pages_are_accepted() -> None:
    checks.test_pages_require_login(CLOSED)


@pytest.mark.parametrize("path", PAGES)
def test_one_open_page_is_enough(path: str) -> None:
    found = finding(checks.test_pages_require_login, but(path, **OPEN))
    assert path in found.observed
    assert found.where == f"https://flower.test{path}"


def test_pages_that_fail_are_not_closed() -> None:
    with pytest.raises(Unobservable):
        checks.test_pages_require_login(but("/tasks", status=502, access=Access.FAILED, note="502"))
    with pytest.raises(Unobservable):
        checks.test_pages_require_login(Routes(visits=()))


def test_closed_api_is_accepted_and_an_open_one_not() -> None:
    checks.test_api_requires_login(CLOSED)
    assert "/api/task/types" in finding(checks.test_api_requires_login, but("/api/task/types", **OPEN)).observed


def test_control_is_open_where_reading_is() -> None:
    assert CLOSED.open_control == ()
    assert "/api/worker/shutdown/flower-audit" in [one.path for one in but("/api/workers", **OPEN).open_control]


def test_control() -> None:
    checks.test_control_requires_login(Control(reached=""))
    reached = Control(reached="/api/worker/shutdown/x (405)", url="https://flower.test/api/worker/shutdown/x")
    assert "/api/worker/shutdown/x" in finding(checks.test_control_requires_login, reached).observed


def test_cross_site() -> None:
    checks.test_cross_site_requests_are_refused(CrossSite(accepted=""))
    assert "2.1.0" in finding(checks.test_cross_site_requests_are_refused, CrossSite(accepted="Flower 2.1.0")).observed
    hidden = CrossSite(accepted="a POST was answered with 401", fix="let the proxy hand them on")
    assert finding(checks.test_cross_site_requests_are_refused, hidden).fix == hidden.fix


def test_a_proxy_that_logs_everybody_in() -> None:
    assert finding(checks.test_pages_require_login, ALL_OPEN).fix == ""
    opened = replace(ALL_OPEN, flower_asks=True)
    for check in (checks.test_pages_require_login, checks.test_api_requires_login):
        assert "proxy_set_header Authorization" in finding(check, opened).fix


LOGIN = OauthLogin(
    url="https://flower.test/login",
    status=302,
    provider="accounts.google.com",
    over_tls=True,
    names_client=True,
    has_state=True,
)


@pytest.mark.parametrize(
    "change", [{"provider": "", "status": 404}, {"over_tls": False}, {"names_client": False}, {"has_state": False}]
)
def test_oauth(change: dict[str, Any]) -> None:
    checks.test_oauth_login_redirects(LOGIN)
    assert finding(checks.test_oauth_login_redirects, replace(LOGIN, **change)).observed


def test_a_login_without_state_is_no_matter_of_the_provider() -> None:
    assert "2.2" in finding(checks.test_oauth_login_redirects, replace(LOGIN, has_state=False)).fix
    assert finding(checks.test_oauth_login_redirects, replace(LOGIN, provider="")).fix == ""


def test_an_event_socket_that_opens() -> None:
    checks.test_websocket_requires_login(Websocket(url="https://flower.test/x", status=401), CLOSED)
    assert (
        "101"
        in finding(
            checks.test_websocket_requires_login, Websocket(url="https://flower.test/x", status=101), CLOSED
        ).observed
    )
    with pytest.raises(NotApplicable):
        checks.test_websocket_requires_login(Websocket(url="https://flower.test/x", status=404), ALL_OPEN)


FRONT = visit("/", **OPEN, by_flower=True)
API_OF_ADMIN = Api(logins=(Login(name="admin", front=FRONT),), asked_as="admin", workers_status=200, workers={})


def test_a_dead_api() -> None:
    checks.test_api_is_usable(CLOSED, API_OF_ADMIN)
    dead = but("/api/workers", status=405, access=Access.METHOD)
    assert "405" in finding(checks.test_api_is_usable, dead, Api()).observed
    assert "405" in finding(checks.test_api_is_usable, CLOSED, replace(API_OF_ADMIN, workers_status=405)).observed
    with pytest.raises(NotApplicable, match="no login"):
        checks.test_api_is_usable(ALL_OPEN, API_OF_ADMIN)


@pytest.mark.parametrize(("path", "way"), [("/workers", "plain HTTP"), ("/", "Flower's port")])
def test_another_way_in(path: str, way: str) -> None:
    checks.test_login_is_not_bypassed(CLOSED)
    found = finding(checks.test_login_is_not_bypassed, but(path, way, **OPEN))
    assert way in found.observed
    with pytest.raises(NotApplicable):
        checks.test_login_is_not_bypassed(ALL_OPEN)
    with pytest.raises(Unobservable, match=way):
        checks.test_login_is_not_bypassed(but(path, way, status=None, trouble="timeout", access=Access.FAILED))


def test_wrong_credentials_let_in() -> None:
    checks.test_wrong_password_is_refused(CLOSED)
    found = finding(checks.test_wrong_password_is_refused, but("/", credentials="made-up user", **OPEN))
    assert "wrong credentials" in found.observed


def test_accounts() -> None:
    checks.test_accounts_work(API_OF_ADMIN, CLOSED)
    out = replace(FRONT, status=401, access=Access.REFUSED)
    both = (Login(name="admin", front=FRONT), Login(name="viewer", front=out))
    assert finding(checks.test_accounts_work, Api(logins=both), CLOSED).observed == "not let in: viewer (401)"
    with pytest.raises(Unobservable, match="not set"):
        checks.test_accounts_work(Api(logins=(Login(name="admin", front=out, problem="not set"),)), CLOSED)
    with pytest.raises(NotApplicable, match="no password"):
        checks.test_accounts_work(API_OF_ADMIN, ALL_OPEN)


def cookies(*set_by: Cookie, hsts_s: int | None = 31_536_000) -> Headers:
    return Headers(answers=(visit("/", headers=ResponseHeaders(hsts_s=hsts_s, cookies=set_by)),))


GUARDED = Cookie(name="user", secure=True, http_only=True, same_site="lax")


def test_cookie_flags() -> None:
    checks.test_cookies_are_guarded(cookies(GUARDED, Cookie(name="_xsrf")), SITE, Policy())
    for flag, value in {"http_only": False, "same_site": "none"}.items():
        bare = replace(GUARDED, **{flag: value})
        assert "user without" in finding(checks.test_cookies_are_guarded, cookies(bare), SITE, Policy()).observed
    without_hsts = cookies(Cookie(name="_xsrf"), hsts_s=None)
    assert finding(checks.test_cookies_are_guarded, without_hsts, SITE, Policy()).observed == "_xsrf without Secure"
    with pytest.raises(NotApplicable):
        checks.test_cookies_are_guarded(cookies(), SITE, Policy())


def test_any_origin() -> None:
    checks.test_no_cors_wildcard(cookies())
    wild = Headers(answers=(visit("/", headers=ResponseHeaders(cors="*")),))
    assert "https://flower.test/" in finding(checks.test_no_cors_wildcard, wild).observed
    asked = visit("/api/workers", headers=ResponseHeaders(cors=ELSEWHERE_ORIGIN), from_elsewhere=True)
    echo = Headers(answers=(visit("/"),), from_elsewhere=(asked,))
    assert "echoed" in finding(checks.test_no_cors_wildcard, echo).observed


@pytest.mark.parametrize("release", ["1.2.0", "2.2.0"])
def test_releases_without_an_advisory(release: str) -> None:
    checks.test_version_has_no_advisory(Version(releases=(Release(release),), found_by="package"))


@pytest.mark.parametrize("releases", [("0.9.7", "1.0.0"), ("1.1.0",)])
def test_releases_with_one(releases: tuple[str, ...]) -> None:
    old = Version(releases=tuple(map(Release, releases)), found_by="script")
    assert "CVE-2022-30034" in finding(checks.test_version_has_no_advisory, old).observed


def test_a_release_that_may_have_one() -> None:
    either = Version(releases=(Release("1.1.0"), Release("1.2.0")), found_by="script")
    with pytest.raises(Unobservable):
        checks.test_version_has_no_advisory(either)
