"""A Prometheus on Flower's own host, as it answers there over loopback, and its rule files."""

from collections.abc import Mapping
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.json_api import Reply
from flower_audit.parsers.alertmanager import Routing, Silence, read_silences, read_status
from flower_audit.parsers.embedded import host_program, read_answer
from flower_audit.parsers.prometheus_api import PrometheusServer, read_server, rule_patterns
from flower_audit.probe import Output, probe

PROGRAM = host_program(
    "local_prometheus",
    arguments="",
    about="Find a Prometheus in /proc and ask its API, and its Alertmanager's, over loopback with GET.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPrometheus:
    """What runs on the host.

    Shape: `server` is None where it could not be asked, `problem` then says why; `rule_texts` maps rule files to their
    text, None where unreadable; `not_reloaded` are patterns of `rule_files` that are written and not in force;
    `routing` is its Alertmanager's, None where that is not on this host or gave no status (`alertmanager_status`: 0 for
    no answer, else HTTP's); `alertmanager_counters` are the lines of its /metrics about notifications.
    """

    url: str = ""
    config_file: str = ""
    server: PrometheusServer | None = None
    problem: str = ""
    rule_texts: Mapping[str, str | None]
    not_reloaded: tuple[str, ...] = ()
    routing: Routing | None = None
    alertmanager_status: int | None = None
    alertmanager_counters: str = ""
    silences: tuple[Silence, ...] = ()


@probe(PROGRAM, limit_s=30, cap=32_000_000, private=True, partial=True)
def local_prometheus(out: Output) -> LocalPrometheus:
    """Source: /proc, the API on loopback, the rule files it names.

    Absent: no Prometheus runs on this host.
    """
    if out.truncated or out.rc == 124:
        return LocalPrometheus(problem="the answers of this host's Prometheus were too long or too slow", rule_texts={})
    try:
        found = read_answer(out)
    except Unobservable as error:
        return LocalPrometheus(problem=str(error), rule_texts={})
    if not found:
        raise Absent("no Prometheus runs on this host")
    if "problem" in found:
        return LocalPrometheus(url=found["url"], problem=found["problem"], rule_texts={})
    problem = ""
    server = None
    try:
        server = read_server(found["url"], {path: Reply(*pair) for path, pair in found["answers"].items()})
    except Unobservable as error:
        problem = f"the Prometheus at {found['url']} on this host: {error}"
    routings = [read_status(url, Reply(*pair)) for url, pair in found["alertmanagers"].items()]
    return LocalPrometheus(
        url=found["url"],
        config_file=found["config_file"],
        server=server,
        problem=problem,
        rule_texts=found["rule_files"],
        not_reloaded=_not_reloaded(found.get("written_patterns", ""), server),
        routing=next((routing for routing in routings if routing), None),
        alertmanager_status=max((status for status, _ in found["alertmanagers"].values()), default=None),
        alertmanager_counters=found.get("alertmanager_counters", ""),
        silences=tuple(one for pair in found.get("silences", []) for one in read_silences(Reply(*pair))),
    )


def _not_reloaded(written: str, server: PrometheusServer | None) -> tuple[str, ...]:
    """Prometheus shows its patterns with the folder of its configuration before them."""
    patterns = rule_patterns(written)
    in_force = server.rule_patterns if server else patterns
    return tuple(one for one in patterns if not any(loaded == one or loaded.endswith(f"/{one}") for loaded in in_force))
