"""Whether what is in front of Flower reaches it."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.api import Api
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Shape: `gateway_error` is an answer with 502, 503 or 504, `upstream_defect` a sentence; empty where none."""

    gateway_error: str = ""
    upstream_defect: str = ""


@fact()
def reach(site: Site, routes: Routes, proxy: Proxy | Unobservable | None = None, api: Api | None = None) -> Reach:
    """Source: answers at the public URL, to accounts too; the proxy's configuration where they do not decide.

    Unobservable: something in front of Flower answers everything by itself, and its configuration is not known.
    """
    failed = next((visit for visit in routes.of() if visit.status in {502, 503, 504}), None)
    if failed is not None:
        return Reach(gateway_error=str(failed))
    if any(visit.by_flower for visit in routes.of()) or (api is not None and any(one.admitted for one in api.logins)):
        return Reach()
    if isinstance(proxy, Proxy) and proxy.reaches is not None:
        wrong = f"it sends to {', '.join(proxy.upstreams)}, Flower listens on {', '.join(proxy.flower_places)}"
        return Reach(upstream_defect="" if proxy.reaches else wrong)
    reason = f" ({proxy})" if isinstance(proxy, Unobservable) else ""
    raise Unobservable(f"nothing of Flower was seen at {site.url}: what is in front of it answers by itself{reason}")
