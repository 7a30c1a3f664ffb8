"""Whether Flower sees the host that the browser asked for: by a POST it must not refuse, or by the proxy's files."""

from dataclasses import dataclass
from uuid import uuid4

from packaging.version import Version as Release

from flower_audit.errors import Absent, NotAsked, Unobservable
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.facts.version import Version
from flower_audit.http_client import Client
from flower_audit.http_messages import Failure, Request
from flower_audit.probe import Trail, fact
from flower_audit.target import Target
from flower_audit.visit import NOBODY

SINCE = Release("2.2")
REFUSAL = b"Cross-origin request forbidden"
NEEDS = "needs --flower-host=ssh://… or --flower-connection, or --flower-active"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostHeader:
    """Shape: `seen` is a sentence on what a POST at the public URL showed, empty where all is well, None where none was
    sent or decided; `where` names the proxy's file or that URL; `unknown` is why the proxy's files are not known.
    """

    where: str
    seen: str | None = None
    proxy: Proxy | None = None
    unknown: Unobservable | None = None

    @property
    def defect(self) -> str:
        """In which way the host is lost, empty where it is not.

        NotAsked: neither the host's files nor a POST were allowed.  Unobservable: the files cannot be read.
        """
        if self.seen is not None:
            return self.seen
        if self.proxy is not None:
            return self.proxy.host_defect
        raise self.unknown or NotAsked(NEEDS)


@fact(way="url")
def host_header(  # noqa: PLR0917 - other facts, given by name
    target: Target,
    trail: Trail,
    site: Site | Unobservable | None = None,
    routes: Routes | Unobservable | None = None,
    version: Version | Unobservable | None = None,
    proxy: Proxy | Unobservable | None = None,
) -> HostHeader:
    """Source: with --flower-active a POST for a worker that cannot exist, its Origin that of the public URL; Flower
    2.2 compares that with the Host it sees before it asks for a password.  Else the proxy's configuration.

    Absent: nothing is in front of Flower.
    """
    known = proxy if isinstance(proxy, Proxy) else None
    if known is None and isinstance(site, Site) and site.is_flower_itself:
        raise Absent("Flower is opened without a proxy")
    compares = isinstance(version, Version) and min(version.releases) >= SINCE
    if target.active and compares and isinstance(site, Site) and isinstance(routes, Routes) and routes.asks_for_login:
        seen = _posted(target, site, trail)
        if seen is not None:
            return HostHeader(where=known.where if known else site.url, seen=seen, proxy=known)
    if proxy is None and target.connection:
        raise Absent("no proxy on this host fronts Flower")
    if proxy is None and isinstance(version, Unobservable):
        raise NotAsked(NEEDS)
    return HostHeader(
        where=known.where if known else "", proxy=known, unknown=proxy if isinstance(proxy, Unobservable) else None
    )


def _posted(target: Target, site: Site, trail: Trail) -> str | None:
    """What Flower says of the origin; None where something else answered."""
    path = f"{site.prefix}/api/worker/shutdown/{NOBODY}-{uuid4().hex}.invalid"
    request = Request(origin=site.origin, path=path, headers={"Origin": site.origin.url}, method="POST")
    result = Client(timeout_s=target.timeout_s, trail=trail).get(request)
    if isinstance(result, Failure):
        return None
    if result.status == 403 and REFUSAL in result.body:
        return f"a POST with the origin {site.origin.url} is refused: Flower sees another Host"
    by_flower = result.status == 401 and not result.header("www-authenticate")  # its API sends no challenge
    return "" if by_flower or (result.status == 403 and b"_xsrf" in result.body) else None
