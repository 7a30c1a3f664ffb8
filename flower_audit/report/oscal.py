"""The report as OSCAL assessment results: an observation and a finding for each verdict."""

import json
from typing import Any
from uuid import UUID, uuid5

from flower_audit.model import AuditedTarget, Evidence, Outcome, Report, Result
from flower_audit.report.inert import one_line, visible
from flower_audit.report.summary import OUTCOME_WORDS, versions, worst_first

VERSION = "1.1.2"
LONGEST_SOURCE = 500
_NAMESPACE = UUID("6f1c2f0e-5d0e-5b4e-9a53-2f6d1f7a0c11")
"""Names of one report give the same identifiers every time it is rendered."""

_VERDICTS = {Outcome.PASS: "satisfied", Outcome.FAIL: "not-satisfied", Outcome.WAIVED: "not-satisfied"}


def render(report: Report) -> str:
    """Write one set of results; what gave no verdict is an observation without a finding."""
    run = f"{report.started_at} {' '.join(target.name for target in report.targets)}"
    results = worst_first(report.results)
    numbered = list(enumerate(results))
    findings = [_finding(run, number, r) for number, r in numbered if r.outcome in _VERDICTS]
    reviewed: dict[str, Any] = {
        "uuid": _id(run, "result"),
        "title": _line(report.gate.reason),
        "description": _text(report.summary.coverage),
        "start": report.started_at,
        "local-definitions": {"components": [_component(run, target) for target in report.targets]},
        "reviewed-controls": {"control-selections": [{"include-all": {}}]},
        "observations": [_observation(run, number, r, report) for number, r in numbered],
    }
    if findings:  # an empty list is against the schema
        reviewed["findings"] = findings
    document = {
        "uuid": _id(run),
        "metadata": {
            "title": "Audit of a production Flower",
            "last-modified": report.started_at,
            "version": report.tool.version,
            "oscal-version": VERSION,
        },
        "import-ap": {"href": "#flower-audit"},
        "results": [reviewed],
    }
    return json.dumps({"assessment-results": document}, indent=2, ensure_ascii=False) + "\n"


def _component(run: str, target: AuditedTarget) -> dict[str, Any]:
    return {
        "uuid": _id(run, "target", target.name),
        "type": "service",
        "title": _line(target.name),
        "description": _text("; ".join(filter(None, (target.url, target.connection, *versions(target))))),
        "status": {"state": "operational"},
    }


def _observation(run: str, number: int, result: Result, report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {
        "uuid": _id(run, "observation", str(number)),
        "title": _line(f"{result.check}: {result.title}"),
        "description": _text(f"{OUTCOME_WORDS[result.outcome]}: {result.message or result.observed or result.title}"),
        "props": [_property("outcome", result.outcome), _property("severity", result.severity)],
        "methods": ["EXAMINE" if result.outcome is Outcome.MANUAL else "TEST"],
        "subjects": [{"subject-uuid": _id(run, "target", result.target), "type": "component"}],
        "collected": report.started_at,
    }
    if result.evidence:
        told["relevant-evidence"] = [{"description": _evidence(one)} for one in result.evidence]
    return told


def _finding(run: str, number: int, result: Result) -> dict[str, Any]:
    state = {"state": _VERDICTS[result.outcome], "reason": "pass" if result.outcome is Outcome.PASS else "fail"}
    told: dict[str, Any] = {
        "uuid": _id(run, "finding", str(number)),
        "title": _line(result.title),
        "description": _text(result.message or result.why or result.title),
        "target": {"type": "objective-id", "target-id": result.check, "status": state},
        "related-observations": [{"observation-uuid": _id(run, "observation", str(number))}],
    }
    if result.outcome is not Outcome.PASS and result.fix:
        told["remarks"] = _text(f"Fix: {result.fix}")
    return told


def _evidence(evidence: Evidence) -> str:
    status = "" if evidence.status is None else f" (answered {evidence.status})"
    return _text(f"{evidence.kind}: {evidence.source[:LONGEST_SOURCE]}{status}")


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _text(text: str) -> str:
    return visible(text).strip() or "-"


def _line(text: str) -> str:
    return one_line(text) or "-"


def _id(*names: str) -> str:
    return str(uuid5(_NAMESPACE, "\0".join(names)))
