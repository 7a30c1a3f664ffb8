"""The series of the last day that alert rules select, and the workers that Prometheus shows online."""

from flower_audit.errors import Unobservable
from flower_audit.facts.local_series import LocalSeries
from flower_audit.parsers.prometheus_api import PrometheusServer
from flower_audit.parsers.series_questions import Seen, questions, read_seen
from flower_audit.probe import Trail, fact
from flower_audit.prometheus_connection import PrometheusApi
from flower_audit.target import Target


@fact()
def series(
    target: Target, trail: Trail, rule_server: PrometheusServer, local_series: LocalSeries | None = None
) -> Seen:
    """Source: GET on /api/v1/series, label values and a few queries.

    Unobservable: Prometheus did not answer them.
    """
    if target.prometheus:
        api = PrometheusApi(target.prometheus, target, trail)
        return read_seen(rule_server, api.ask(questions(rule_server)))
    if local_series is None or local_series.problem:
        raise Unobservable(local_series.problem if local_series else "the host's Prometheus was not asked again")
    return read_seen(rule_server, local_series.replies)
