"""Whether Flower's metrics are shown at the public URL, or at the same proxy under another name or without TLS."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.routes import Routes
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsExposure:
    """Shape: `shown` tells that anybody gets 200 at `url`."""

    url: str
    status: int
    shown: bool


@fact()
def metrics_exposure(routes: Routes) -> MetricsExposure:
    """Source: GET /metrics without credentials.  Unobservable: no answer, or an error of the proxy.

    Flower's own port is not among the ways: Prometheus may ask there (see network.private-ports-closed).
    """
    ways = [visit for visit in routes.visits if visit.path == "/metrics" and visit.way != "Flower's port"]
    visit = next((visit for visit in ways if visit.exposition), routes.at("/metrics"))
    if visit is None or visit.status is None or visit.status >= 500:
        raise Unobservable(f"/metrics did not answer: {visit.note or visit if visit else 'it was not asked for'}")
    return MetricsExposure(url=visit.url, status=visit.status, shown=visit.exposition)
