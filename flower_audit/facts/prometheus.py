"""The Prometheus that watches Flower: the one that was named, else the one on Flower's host."""

from flower_audit.errors import NotAsked, Unobservable
from flower_audit.facts.local_prometheus import LocalPrometheus
from flower_audit.parsers.local_prometheus import FIRST
from flower_audit.parsers.prometheus_api import PrometheusServer, read_server
from flower_audit.probe import Trail, fact
from flower_audit.prometheus_connection import PrometheusApi
from flower_audit.target import OPTION_OF_WAY, Target


@fact()
def prometheus(target: Target, trail: Trail, local_prometheus: LocalPrometheus | None = None) -> PrometheusServer:
    """Source: GET on the API of --flower-prometheus, else of the Prometheus on the host.

    NotAsked: none was named and none runs on the host.  Unobservable: it does not answer as a Prometheus.
    """
    if target.prometheus:
        api = PrometheusApi(target.prometheus, target, trail)
        return read_server(api.name, api.ask(FIRST))
    if local_prometheus is None:
        raise NotAsked(
            f"needs {OPTION_OF_WAY['prometheus']}" + (" (none runs on the host)" if target.connection else "")
        )
    if local_prometheus.server is None:
        raise Unobservable(local_prometheus.problem)
    return local_prometheus.server
