"""Whether something limits the requests of one visitor: by the proxy's configuration, or by a bounded burst."""

from dataclasses import dataclass

from flower_audit.errors import NotAsked, Unobservable, Unreachable
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.site import Site
from flower_audit.http_client import Client
from flower_audit.http_messages import Request
from flower_audit.probe import Trail, fact
from flower_audit.target import Target

MOST = 300
PARALLEL = 20
LIMIT_S = 10.0
NEEDS = "needs --flower-host=ssh://… or --flower-connection, or --flower-active"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Shape: `defect` is a sentence, empty where a limit is in effect; `where` names the proxy's file or the URL."""

    defect: str
    where: str
    proxy: Proxy | None = None


@fact()
def rate_limit(
    target: Target, trail: Trail, proxy: Proxy | Unobservable | None = None, site: Site | Unobservable | None = None
) -> RateLimit:
    """Source: the proxy's configuration; where that tells nothing, with --flower-active, a burst of at most 300 GET.

    NotAsked: neither was allowed.  Unobservable: the configuration cannot be read, or the burst was not answered.
    """
    if isinstance(proxy, Proxy) and not (_stands_behind_another(proxy, site) and proxy.rate_limit_defect):
        defect = proxy.rate_limit_defect
        at = next((site for site in proxy.others if defect.startswith(site.as_door)), proxy)
        return RateLimit(defect=defect, where=at.where, proxy=at)
    if isinstance(proxy, Unobservable) and not target.active:
        raise proxy
    if not isinstance(site, Site):
        raise site or NotAsked(NEEDS)
    if not target.active:
        raise NotAsked("needs --flower-active" if target.connection else NEEDS)
    if site.problem:
        raise Unreachable("url", site.problem)
    request = Request(origin=site.origin, path=f"{site.prefix}/")
    burst = Client(timeout_s=target.timeout_s, trail=trail).burst(request, MOST, PARALLEL, LIMIT_S)
    if burst.failure or (burst.refused_with and burst.sent <= PARALLEL and burst.refused_with == 503):
        raise Unobservable(f"the burst tells nothing: {burst}")
    return RateLimit(defect="" if burst.refused_with else str(burst), where=site.url)


def _stands_behind_another(proxy: Proxy, site: Site | Unobservable | None) -> bool:
    """Whether people reach something else first, for they use TLS and this has none: the limit may be there."""
    return isinstance(site, Site) and site.over_tls and not any(listen.tls for listen in proxy.listens)
