"""The report as gauges for node_exporter's textfile collector (write it into its folder, as `*.prom`)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from flower_audit.model import Outcome, Report, Severity
from flower_audit.report.inert import visible


def render(report: Report) -> str:
    """Write the exposition text: one family after another, each with its help and type."""
    results = report.results
    outcomes = Counter((result.target, result.outcome) for result in results)
    failed = Counter((result.target, result.severity) for result in results if result.outcome is Outcome.FAIL)
    targets = [target.name for target in report.targets]
    started = datetime.fromisoformat(report.started_at).timestamp()
    families = [
        _family("info", "Version of flower-audit that wrote this.", [({"version": report.tool.version}, 1)]),
        _family("start_time_seconds", "When the audit began, in seconds since the epoch.", [({}, started)]),
        _family("duration_seconds", "How long the audit took.", [({}, report.duration_s)]),
        _family("gate_passed", "1 where the gate passed, 0 where it failed.", [({}, int(report.gate.passed))]),
        _family("verdicts", "Results that gave a verdict: pass, fail or waived.", [({}, report.summary.verdicts)]),
        _family("checks", "All results, with a verdict or without.", [({}, report.summary.total)]),
        _family(
            "results",
            "Results of each outcome.",
            [({"target": t, "outcome": o}, outcomes[t, o]) for t in targets for o in Outcome],
        ),
        _family(
            "failures",
            "Failures of each severity.",
            [({"target": t, "severity": s}, failed[t, s]) for t in targets for s in Severity],
        ),
        _family(
            "check_outcome",
            "1 for the outcome that a check had.",
            [
                (
                    {
                        "target": r.target,
                        "check": r.check,
                        "case": r.case,
                        "severity": r.severity,
                        "outcome": r.outcome,
                    },
                    1,
                )
                for r in results
            ],
        ),
    ]
    return "".join(families)


def _family(name: str, about: str, samples: Iterable[tuple[dict[str, str], float]]) -> str:
    metric = f"flower_audit_{name}"
    lines = {f"{metric}{_labels(labels)}": value for labels, value in samples}
    text = "".join(f"{series} {value:.15g}\n" for series, value in lines.items())
    return f"# HELP {metric} {about}\n# TYPE {metric} gauge\n{text}" if text else ""


def _labels(labels: dict[str, str]) -> str:
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items() if value)
    return f"{{{told}}}" if told else ""


def _escaped(value: str) -> str:
    return visible(value).replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
