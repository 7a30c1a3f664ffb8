"""Whether Flower refuses requests that another site makes in a colleague's browser."""

from dataclasses import dataclass
from uuid import uuid4

from packaging.version import Version as Release

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.facts.version import Version
from flower_audit.http_client import Client
from flower_audit.http_messages import Failure, Request
from flower_audit.probe import Trail, fact
from flower_audit.target import Target
from flower_audit.visit import NOBODY

SINCE = Release("2.2")
API_WITH_LOGIN = Release("2.0")
"""Releases before, and from 1.1 on, switch the API off where a login is configured, and nothing else takes a POST."""
HEADERS = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Origin": "https://flower-audit.invalid"}
REFUSAL = b"Cross-site request forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossSite:
    """Shape: `accepted` is a sentence on why such a request is carried out, empty where it is refused.

    `fix` is what to do where it is not the release that lets it through.
    """

    accepted: str
    fix: str = ""


@fact(way="url")
def cross_site(target: Target, site: Site, routes: Routes, version: Version, trail: Trail) -> CrossSite:
    """Source: Flower's release; with --flower-active a POST marked cross-site, to a worker that cannot exist.

    Absent: no login is asked for, so that nothing is gained by another's; or nothing is to be had by one (1.1 and 1.2).
    Unobservable: the login is not Flower's own, and no POST was allowed.
    """
    if not routes.asks_for_login:
        raise Absent("no login is asked for that another site could abuse")
    reads = routes.at("/api/workers")
    if max(version.releases) < API_WITH_LOGIN and reads is not None and reads.status == 405:
        raise Absent(f"Flower {version} answers 405 to every request that changes something: see auth.api-usable")
    if max(version.releases) < SINCE:
        return CrossSite(accepted=f"Flower {version} does not look where a request comes from; 2.2 does")
    if not target.active:
        front = routes.at("/")
        if front is not None and front.by_flower and min(version.releases) >= SINCE:
            return CrossSite(accepted="")
        raise Unobservable("the login is not Flower's own; whether it looks where a POST comes from, only one tells")
    path = f"{site.prefix}/api/worker/shutdown/{NOBODY}-{uuid4().hex}.invalid"
    request = Request(origin=site.origin, path=path, headers=HEADERS, method="POST")
    result = Client(timeout_s=target.timeout_s, trail=trail).get(request)
    if isinstance(result, Failure):
        raise Unobservable(result.text)
    # Flower 2.2 looks at this before it looks at the password.
    refused = result.status == 403 and REFUSAL in result.body
    if not refused and result.status in {401, 302, 303} and result.header("www-authenticate"):
        raise Unobservable(f"something in front of Flower answered the POST with {result.status}")
    if refused:
        return CrossSite(accepted="")
    return CrossSite(
        accepted=f"a POST marked cross-site was answered with {result.status}",
        fix="let the proxy hand on Sec-Fetch-Site, Origin and Host as they came: no `proxy_set_header Sec-Fetch-Site`, "
        "and `proxy_set_header Host $http_host`",
    )
