"""One request to a route of Flower, and what it gave away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal

from flower_audit.http_messages import Answer, Failure, Origin, Request, Trouble
from flower_audit.parsers.access import Access, Kind, asset_prefix, read_access, shows_flower
from flower_audit.parsers.response_headers import ResponseHeaders, read_headers
from flower_audit.parsers.web_address import split_url

Way = Literal["public URL", "plain HTTP", "Flower's port", "address", "unknown host", "outside the prefix"]
Credentials = Literal["none", "made-up user", "wrong password"]

NOBODY = "flower-audit"
"""Stands where a worker, a task or a user is named; nothing is called so."""

PAGES = ("/", "/workers", "/dashboard", "/tasks", f"/task/{NOBODY}", f"/worker/{NOBODY}", "/broker")
API = ("/api/workers", "/api/tasks?limit=1", "/api/task/types", "/api/queues/length")
CONTROL = (
    f"/api/worker/shutdown/{NOBODY}",
    f"/api/worker/pool/restart/{NOBODY}",
    f"/api/task/revoke/{NOBODY}",
    f"/api/task/async-apply/{NOBODY}",
)
MISSING = "/flower-audit-no-such-page"
SCRIPT = "/static/js/flower.js"
OTHERS = ("/healthcheck", SCRIPT, MISSING, "/metrics")
SHORT = ("/", "/workers", "/tasks", "/api/workers")
"""What decides whether a way in is open."""

ELSEWHERE_ORIGIN = "https://flower-audit.invalid"
"""What a browser says of itself when a page of somebody else's site asks."""

EXPOSITION = re.compile(rb"(?m)^# (?:HELP|TYPE) [a-zA-Z_:]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request and what it gave away.

    Shape: `path` is below the prefix; `status` is None and `trouble` set where nothing came back, `note` says why in a
    sentence; `realm` is that of a Basic login; `by_flower` tells that Flower itself answered (its page, login, health
    check or script); `digest` is the SHA-256 of a 200's body, `exposition` tells that it holds Prometheus metrics;
    `asset_prefix` is what stands before `/static/` in the links of Flower's page, None where it is none;
    `from_elsewhere` tells that it was asked for as a page of another site would, with its Origin.
    """

    way: Way
    path: str
    kind: Kind
    url: str
    credentials: Credentials = "none"
    status: int | None = None
    access: Access = Access.FAILED
    location: str = ""
    realm: str = ""
    trouble: Trouble | None = None
    note: str = ""
    by_flower: bool = False
    headers: ResponseHeaders = field(default_factory=ResponseHeaders)
    digest: str = ""
    exposition: bool = False
    asset_prefix: str | None = None
    from_elsewhere: bool = False

    def __str__(self) -> str:
        came = self.status if self.status is not None else self.trouble
        return f"{self.url} ({came})"


def plan_visit(  # noqa: PLR0917 - a row of a table
    way: Way,
    origin: Origin,
    prefix: str,
    path: str,
    credentials: Credentials = "none",
    secret: tuple[str, str] | None = None,
) -> tuple[Visit, Request]:
    """A visit to come, and its request."""
    kind: Kind = "control" if path in CONTROL else "api" if path in API else "page"
    visit = Visit(way=way, path=path, kind=kind, url=f"{origin.url}{prefix}{path}", credentials=credentials)
    return visit, Request(origin=origin, path=f"{prefix}{path}", credentials=secret)


def listed(visits: Sequence[Visit], most: int = 5) -> str:
    """The paths and statuses of some visits, in a line."""
    shown = [f"{visit.path} ({visit.status})" for visit in visits[:most]]
    return ", ".join(shown) + (f" and {len(visits) - most} more" if len(visits) > most else "")


def read_visit(visit: Visit, result: Answer | Failure, prefix: str) -> Visit:
    """The visit with what came back."""
    if isinstance(result, Failure):
        return replace(visit, access=Access.FAILED, trouble=result.trouble, note=result.text)
    location = result.header("location")
    access = read_access(
        visit.kind,
        url=visit.url,
        status=result.status,
        location=location,
        content_type=result.header("content-type"),
        body=result.body,
    )
    realm = _realm(result.header("www-authenticate"))
    health = visit.path == "/healthcheck" and result.status == 200 and result.body.strip() == b"OK"
    login = realm == "flower" or split_url(location).path == f"{prefix}/login"
    return replace(
        visit,
        status=result.status,
        access=access,
        location=location[:200],
        realm=realm,
        by_flower=shows_flower(result.body) or health or login,
        headers=read_headers(result.headers),
        digest=sha256(result.body).hexdigest() if result.status == 200 else "",
        asset_prefix=asset_prefix(result.body),
        exposition=result.status == 200 and EXPOSITION.search(result.body) is not None,
    )


def _realm(challenge: str) -> str:
    """The realm of a Basic challenge; `?` where it has none."""
    if not challenge.lower().startswith("basic"):
        return ""
    _, _, value = challenge.partition("realm=")
    return value.split(",")[0].strip().strip('"')[:80] or "?"
