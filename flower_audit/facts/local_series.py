"""What the Prometheus on Flower's host holds of the series that its rules select."""

from collections.abc import Mapping
from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.local_prometheus import LocalPrometheus
from flower_audit.json_api import Reply
from flower_audit.parsers.alert_delivery import questions as delivery_questions
from flower_audit.parsers.embedded import host_program, read_answer
from flower_audit.parsers.series_questions import questions
from flower_audit.probe import Output, probe

PROGRAM = host_program(
    "local_prometheus",
    arguments='"$questions"',
    about="Ask the Prometheus on this host, over loopback and with GET, about notifications and what its rules select.",
)


def _questions(local_prometheus: LocalPrometheus) -> Mapping[str, str]:
    if local_prometheus.server is None:
        raise Unobservable(local_prometheus.problem)
    return {"questions": "\n".join([local_prometheus.url, *delivery_questions(), *questions(local_prometheus.server)])}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSeries:
    """Answers by path.  Shape: `problem` is a sentence where there are none."""

    replies: Mapping[str, Reply]
    problem: str = ""


@probe(PROGRAM, limit_s=30, cap=32_000_000, private=True, partial=True, variables=_questions)
def local_series(out: Output) -> LocalSeries:
    """Source: GET on the API of the host's own Prometheus."""
    if out.truncated or out.rc == 124:
        return LocalSeries(replies={}, problem="the answers of this host's Prometheus were too long or too slow")
    answers = read_answer(out)
    if not isinstance(answers, dict):
        raise Unobservable("the program on the host gave no answers")
    return LocalSeries(replies={path: Reply(*pair) for path, pair in answers.items()})
