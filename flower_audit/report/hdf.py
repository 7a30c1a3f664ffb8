"""The report in Heimdall's data format (InSpec's `exec-json`): a control for each check, a result for each target."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from flower_audit.model import Outcome, Report, Result, Severity
from flower_audit.report.inert import visible
from flower_audit.report.summary import remark, sections_of

_IMPACTS = {
    Severity.CRITICAL: 0.9,
    Severity.HIGH: 0.7,
    Severity.MEDIUM: 0.5,
    Severity.LOW: 0.3,
    Severity.INFO: 0.1,
}
_STATUSES = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.BUG: "error",
    Outcome.UNKNOWN: "error",
}
"""The rest is `skipped`.  Heimdall reads an error as a profile error and a control of impact 0 as not applicable."""


def render(report: Report) -> str:
    """Write one profile with all checks."""
    controls: dict[str, list[Result]] = {}
    for result in sorted(report.results, key=lambda r: (r.check, r.target, r.case)):
        controls.setdefault(result.check, []).append(result)
    profile = {
        "name": report.tool.name,
        "version": report.tool.version,
        "title": "Audit of a production Flower",
        "summary": visible(f"{report.gate.reason}. {report.summary.coverage}."),
        "sha256": hashlib.sha256(" ".join(controls).encode()).hexdigest(),
        "supports": [],
        "attributes": [{"name": name, "options": {"value": value}} for name, value in report.policy.items()],
        "groups": [
            {"id": visible(section), "title": visible(section), "controls": _names_in(section, controls)}
            for section in sections_of(report.results)
        ],
        "status": "loaded",
        "controls": [_control(name, results, report.started_at) for name, results in controls.items()],
    }
    document = {
        "platform": {
            "name": report.tool.name,
            "release": report.tool.version,
            "target_id": visible(", ".join(target.name for target in report.targets)),
        },
        "version": report.tool.version,
        "statistics": {"duration": report.duration_s},
        "profiles": [profile],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _names_in(section: str, controls: dict[str, list[Result]]) -> list[str]:
    return [name for name, results in controls.items() if results[0].section == section]


def _control(name: str, results: Sequence[Result], started_at: str) -> dict[str, Any]:
    first = results[0]
    applicable = any(result.outcome is not Outcome.NOT_APPLICABLE for result in results)
    fixes = dict.fromkeys(visible(result.fix) for result in results if result.fix)
    waived = [visible(remark(result)) for result in results if result.outcome is Outcome.WAIVED]
    control: dict[str, Any] = {
        "id": name,
        "title": visible(first.title),
        "desc": visible(first.why),
        "descriptions": [
            {"label": "check", "data": visible(first.source)},
            {"label": "fix", "data": "\n".join(fixes)},
        ],
        "impact": _IMPACTS[first.severity] if applicable else 0.0,
        "refs": [],
        "tags": {
            "severity": first.severity,
            "section": visible(first.section),
            "covers": [*map(visible, first.covers)],
        },
        "code": "",
        "source_location": {"ref": name, "line": 1},
        "results": [_result(result, started_at) for result in results],
    }
    if waived:
        control["waiver_data"] = {"justification": "; ".join(waived), "run": True, "skipped_due_to_waiver": False}
    return control


def _result(result: Result, started_at: str) -> dict[str, Any]:
    case = f" [{result.case}]" if result.case else ""
    status = _STATUSES.get(result.outcome, "skipped")
    told = visible(result.message or result.observed)
    named: dict[str, Any] = {
        "status": status,
        "code_desc": visible(f"{result.target}{case}: {result.title}"),
        "run_time": result.duration_s,
        "start_time": started_at,
    }
    if status == "skipped":
        named["skip_message"] = f"{result.outcome.value.replace('_', ' ')}: {told}"
    elif told:
        named["message"] = told
    return named
