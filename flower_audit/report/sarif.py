"""The report as SARIF 2.1.0, for code scanning.

Only failures are results, since GitHub makes an alert of every result whatever its `kind`; a waived one carries its
suppression.  What gave no verdict is a notification of the run, so that nothing vanishes.
"""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from flower_audit.model import Outcome, Report, Result, Severity
from flower_audit.report.inert import visible
from flower_audit.report.summary import OUTCOME_WORDS, remark, worst_first

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""GitHub's ranks: above 9.0 critical, from 7.0 high, from 4.0 medium."""

_NOTIFIED = {Outcome.BUG: "error", Outcome.UNKNOWN: "warning", Outcome.MANUAL: "note", Outcome.NOT_RUN: "note"}


def render(report: Report) -> str:
    """Write one run."""
    results = worst_first(report.results)
    rules = list({result.check: result for result in sorted(results, key=lambda r: r.check)}.values())
    index = {rule.check: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "semanticVersion": report.tool.version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"flower-audit/{quote(','.join(t.name for t in report.targets), safe=',')}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.summary.outcomes.get(Outcome.BUG),
                "startTimeUtc": report.started_at,
                "toolExecutionNotifications": [_notification(r, index) for r in results if r.outcome in _NOTIFIED],
            }
        ],
        "results": [_result(r, index) for r in results if r.outcome in {Outcome.FAIL, Outcome.WAIVED}],
        "properties": {"gate": report.gate.reason, "coverage": report.summary.coverage},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(result: Result) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": result.check,
        "name": "".join(part.capitalize() for part in result.check.replace(".", "-").split("-")),
        "shortDescription": {"text": _text(result.title)},
        "fullDescription": {"text": _text(result.why or result.title)},
        "help": {"text": _text("\n".join(filter(None, (result.why, f"Source: {result.source}"))))},
        "defaultConfiguration": {"level": _LEVELS[result.severity]},
        "properties": {
            "tags": list(dict.fromkeys(["security", visible(result.section), *map(visible, result.covers)])),
            "security-severity": _SCORES[result.severity],
            "problem.severity": {"note": "recommendation"}.get(_LEVELS[result.severity], _LEVELS[result.severity]),
        },
    }
    return rule


def _result(result: Result, index: dict[str, int]) -> dict[str, Any]:
    identity = f"{result.check}[{result.case}]@{result.target}"
    fingerprint = hashlib.sha256(identity.encode()).hexdigest()
    message = f"{result.target}: {result.message or result.observed}"
    if result.fix and result.outcome is Outcome.FAIL:
        message += f"\nFix: {result.fix}"
    told: dict[str, Any] = {
        "ruleId": result.check,
        "ruleIndex": index[result.check],
        "kind": "fail",
        "level": _LEVELS[result.severity],
        "message": {"text": _text(message)},
        "locations": [_location(result)],
        "partialFingerprints": {"flowerAudit/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint[:16]}:1"},
        "properties": {"target": result.target, "observed": result.observed, "wanted": result.wanted},
    }
    if result.outcome is Outcome.WAIVED:
        told["suppressions"] = [{"kind": "external", "status": "accepted", "justification": visible(remark(result))}]
    return told


def _location(result: Result) -> dict[str, Any]:
    """A place for viewers that know only files: `<target>/<path on the host, else the check's id>`."""
    path = result.where if result.where.startswith("/") else result.check
    uri = quote(f"{result.target.replace('/', '_')}/{path.lstrip('/')}", safe="/")
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": f"{result.target}/{result.check}", "kind": "resource"}],
    }


def _notification(result: Result, index: dict[str, int]) -> dict[str, Any]:
    reason = result.message or result.title
    return {
        "level": _NOTIFIED[result.outcome],
        "message": {"text": _text(f"{result.target}: {OUTCOME_WORDS[result.outcome]}: {reason}")},
        "associatedRule": {"id": result.check, "index": index[result.check]},
    }


def _text(text: str) -> str:
    """Plain text: in SARIF, braces hold places for arguments and `[a](b)` is a link."""
    return visible(text).replace("{", "{{").replace("}", "}}").replace("](", "] (") or "-"
