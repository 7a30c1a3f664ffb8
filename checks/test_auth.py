"""Who gets in, as seen from outside.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.api import Api
from flower_audit.facts.control import Control
from flower_audit.facts.cross_site import CrossSite
from flower_audit.facts.headers import Headers
from flower_audit.facts.oauth_login import OauthLogin
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.facts.version import Version
from flower_audit.facts.websocket import Websocket
from flower_audit.model import Severity
from flower_audit.policy import Policy
from flower_audit.visit import listed

AUTHENTICATION = "Authentication Setup"


@check(
    "auth.pages-require-login",
    severity=Severity.CRITICAL,
    section=AUTHENTICATION,
    covers=("Authentication enabled",),
)
def test_pages_require_login(routes: Routes) -> None:
    """No page of Flower is shown without a login.

    Why: the pages show every task with its arguments, and hold the buttons that stop workers.
    Fix: set `FLOWER_BASIC_AUTH=user:password` (or OAuth) in the environment of the service and restart it.
    Source: https://flower.readthedocs.io/en/latest/auth.html
    """
    shown = routes.open_pages
    assert not shown, Finding(
        f"shown to anybody: {listed(shown)}",
        wanted="401 or a redirect to a login",
        where=shown[0].url,
        fix=routes.fix_of_the_proxy,
    )


@check(
    "auth.api-requires-login",
    severity=Severity.CRITICAL,
    section=AUTHENTICATION,
    covers=("Authentication enabled",),
)
def test_api_requires_login(routes: Routes) -> None:
    """The API tells nothing without a login.

    Why: it lists tasks with arguments and results, for scripts.
    Fix: set `FLOWER_BASIC_AUTH`, and take `FLOWER_UNAUTHENTICATED_API` out of the environment of the service.
    Source: https://flower.readthedocs.io/en/latest/api.html
    """
    shown = routes.open_api
    assert not shown, Finding(
        f"answered to anybody: {listed(shown)}",
        wanted="401 or a redirect to a login",
        where=shown[0].url,
        fix=routes.fix_of_the_proxy,
    )


@check(
    "auth.control-requires-login",
    severity=Severity.CRITICAL,
    section=AUTHENTICATION,
    covers=("Authentication enabled",),
)
def test_control_requires_login(control: Control) -> None:
    """Nobody controls workers or starts tasks without a login.

    Why: one request shuts a worker down or runs any task with any arguments.
    Fix: set `FLOWER_BASIC_AUTH`, and take `FLOWER_UNAUTHENTICATED_API` out of the environment of the service.
    Source: https://flower.readthedocs.io/en/latest/api.html
    """
    assert not control.reached, Finding(
        f"open to anybody: {control.reached}",
        wanted="401 or a redirect to a login",
        where=control.url,
        fix=control.fix,
    )


@check("auth.websocket-requires-login", severity=Severity.CRITICAL, section=AUTHENTICATION)
def test_websocket_requires_login(websocket: Websocket, routes: Routes) -> None:
    """No event socket opens without a login.

    Why: up to Flower 1.0 the sockets send every task event, and never ask for the password.
    Fix: upgrade Flower: 1.1 and later have no sockets.
    Source: flower/api/events.py of 0.9.7.
    """
    only_if(websocket.opened or routes.asks_for_login, "no login is asked for at all")
    assert not websocket.opened, Finding("101 without credentials", wanted="401", where=websocket.url)


@check("auth.api-usable", severity=Severity.MEDIUM, section="Troubleshooting", covers=("Test credentials",))
def test_api_is_usable(routes: Routes, api: Api) -> None:
    """The API works for those who log in.

    Why: Flower 1.1 and 1.2 answer 405 to every API request as soon as a login is configured.
    Fix: upgrade to Flower 2 or later.
    Source: https://github.com/mher/flower/issues/1231
    """
    read = routes.at("/api/workers")
    only_if(routes.asks_for_login, "no login is asked for")
    only_if(read is not None and (read.status == 405 or bool(api.asked_as)), "no account was given to ask the API with")
    dead = 405 in {read.status if read else None, api.workers_status}
    assert not dead, Finding("405 to every API request", wanted="200 with credentials", where="/api/workers")


@check("auth.cross-site-refused", severity=Severity.MEDIUM, section=AUTHENTICATION)
def test_cross_site_requests_are_refused(cross_site: CrossSite) -> None:
    """Requests that another site makes in a colleague's browser are refused.

    Why: the browser sends the password along; a page on any site can then stop workers and start tasks.
    Fix: upgrade to Flower 2.2 or later, and let the proxy pass `Host $http_host`.
    Source: https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Sec-Fetch-Site
    """
    assert not cross_site.accepted, Finding(
        cross_site.accepted, wanted="403", where="POST /api/worker/shutdown/…", fix=cross_site.fix
    )


@check(
    "auth.oauth-login-redirects",
    severity=Severity.HIGH,
    section=AUTHENTICATION,
    covers=("OAuth troubleshooting",),
)
def test_oauth_login_redirects(oauth_login: OauthLogin) -> None:
    """An anonymous visit ends at the provider's page, with the client's id and a state.

    Why: without a provider nobody can log in; without a state a stranger's login can be put into a colleague's browser.
    Fix: set `auth_provider=flower.views.auth.GoogleAuth2LoginHandler` (or another); before 2.2 only Okta gets a state.
    Source: https://flower.readthedocs.io/en/latest/auth.html
    """
    old = "upgrade to Flower 2.2 or later: before, only Okta is sent a state"
    assert not oauth_login.defect, Finding(
        oauth_login.defect,
        wanted="a redirect to the provider with client_id and state",
        where=oauth_login.url,
        fix=old if oauth_login.provider and not oauth_login.has_state else "",
    )


@check("auth.not-bypassed", severity=Severity.CRITICAL, section=AUTHENTICATION, covers=("Authentication enabled",))
def test_login_is_not_bypassed(routes: Routes) -> None:
    """No other way in goes round the login.

    Why: a login at the proxy is worth nothing where Flower's own port, plain HTTP or the bare address answers without.
    Fix: let Flower listen on 127.0.0.1 and close its port in the firewall; give every site of the proxy the login.
    Source: https://flower.readthedocs.io/en/latest/reverse-proxy.html
    """
    only_if(routes.asks_for_login, "the public URL asks for no login that could be bypassed")
    open_visits = routes.bypasses
    ways = ", ".join(sorted({visit.way for visit in open_visits}))
    assert not open_visits, Finding(
        f"open by way of {ways}: {listed(open_visits)}", wanted="a login, or no answer", where=open_visits[0].url
    )


@check(
    "auth.wrong-password-refused",
    severity=Severity.CRITICAL,
    section=AUTHENTICATION,
    covers=("Test credentials",),
)
def test_wrong_password_is_refused(routes: Routes) -> None:
    """Made-up users and wrong passwords are refused.

    Why: a cache, or a proxy that only looks whether there is a header, lets anybody in.
    Fix: ask with `curl -u nobody:nothing`; then look for caching and `satisfy any` in the proxy's configuration.
    Source: RFC 7617.
    """
    only_if(routes.asks_for_login, "no login is asked for")
    admitted = routes.admitted
    assert not admitted, Finding(
        f"wrong credentials were let in at {listed(admitted)}", wanted="401", where=admitted[0].url
    )


@check(
    "auth.accounts-work",
    severity=Severity.MEDIUM,
    section="Troubleshooting",
    covers=("Team access tested", "Test credentials"),
)
def test_accounts_work(api: Api, routes: Routes) -> None:
    """Every declared account is let in.

    Why: a comma or a quote in a password locks its user out, and nobody notices before the incident.
    Fix: compare the account with `FLOWER_BASIC_AUTH` (`user:password,user:password`, no spaces, no quotes); where it is
    right there, see whether Flower was restarted since, and whether the proxy hands `Authorization` on.
    Source: https://flower.readthedocs.io/en/latest/config.html#basic-auth
    """
    only_if(bool(api.logins), "no account is declared")
    only_if(routes.login_scheme == "basic", "no password is asked for at the front page")
    out = ", ".join(f"{login.name} ({login.front.status})" for login in api.tried if not login.admitted)
    assert not out, Finding(f"not let in: {out}", wanted="200 with its password", where=api.logins[0].front.url)


@check("auth.cookie-flags", severity=Severity.MEDIUM, section=AUTHENTICATION)
def test_cookies_are_guarded(headers: Headers, site: Site, policy: Policy) -> None:
    """Cookies are kept to https and out of scripts.

    Why: a session cookie that travels over plain HTTP, or that a script can read, is a login for whoever sees it.
    Fix: nginx: `proxy_cookie_flags ~ secure samesite=lax;`, and `httponly` for the session; or HSTS on every answer.
    Source: RFC 6265bis, 4.1.2; Flower itself never sets Secure.
    """
    only_if(bool(headers.cookies), "no answer sets a cookie")
    only_if(site.over_tls, "the public URL is not https")
    kept_to_https = not headers.without_hsts(policy.hsts_min_seconds)
    bare = ", ".join(headers.unguarded_cookies(secure_anyway=kept_to_https))
    assert not bare, Finding(bare, wanted="Secure; HttpOnly and SameSite for a session", where="Set-Cookie")


@check("auth.no-cors-wildcard", severity=Severity.HIGH, section=AUTHENTICATION)
def test_no_cors_wildcard(headers: Headers) -> None:
    """No answer may be read by every web page.

    Why: with `Access-Control-Allow-Origin: *` any page a colleague opens can read Flower through his browser.
    Fix: turn the login on, Flower sends it only without; before 1.2 `proxy_hide_header Access-Control-Allow-Origin;`.
    Source: https://fetch.spec.whatwg.org/#http-access-control-allow-origin
    """
    echoed = headers.origin_echoed
    assert not echoed, Finding(
        f"whatever Origin asks is echoed: {', '.join(echoed)}",
        wanted="no Access-Control-Allow-Origin, or that of a site you trust",
        where=echoed[0],
        fix="take `Access-Control-Allow-Origin $http_origin` out of the proxy's site, and reload it",
    )
    found = headers.open_to_any_origin
    assert not found, Finding(", ".join(found[:3]), wanted="no Access-Control-Allow-Origin: *", where=found[0])


@check("auth.version-not-vulnerable", severity=Severity.HIGH, section="Installation")
def test_version_has_no_advisory(version: Version) -> None:
    """This release of Flower has no published advisory.

    Why: CVE-2022-30034: before 1.2.0 the OAuth login could be bypassed, and requests forged from other sites.
    Fix: upgrade Flower to 2 or later in the environment of the service, and restart it.
    Source: https://github.com/advisories/GHSA-q4qm-xhf9-4p8f (the only one known on 2026-11-22)
    """
    assert not version.before("1.2.0"), Finding(
        f"Flower {version} ({version.found_by}) has CVE-2022-30034", wanted="1.2.0 or later"
    )
