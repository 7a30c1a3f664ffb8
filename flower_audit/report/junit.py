"""The report as JUnit XML, as Jenkins and GitLab read it: a suite for each target, a case for each result."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET  # written only: nothing of a target is parsed

from flower_audit.model import Outcome, Report, Result
from flower_audit.report.inert import visible
from flower_audit.report.summary import OUTCOME_WORDS, worst_first

_ELEMENTS = {
    Outcome.FAIL: "failure",
    Outcome.BUG: "error",
    Outcome.UNKNOWN: "error",
    Outcome.WAIVED: "skipped",
    Outcome.MANUAL: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.NOT_RUN: "skipped",
}
"""JUnit knows four outcomes; the message of the element says which of ours it was."""


def render(report: Report) -> str:
    """Write the suites in the order of the targets."""
    suites = ET.Element(
        "testsuites", {"name": "flower-audit", "time": _seconds(report.duration_s), **_counts(report.results)}
    )
    names = dict.fromkeys([target.name for target in report.targets] + [result.target for result in report.results])
    for name in names:
        results = worst_first(result for result in report.results if result.target == name)
        duration = _seconds(sum(result.duration_s for result in results))
        about = {"name": visible(name), "timestamp": report.started_at.removesuffix("Z"), "time": duration}
        skipped = str(sum(_ELEMENTS.get(result.outcome) == "skipped" for result in results))
        suite = ET.SubElement(suites, "testsuite", {**about, **_counts(results), "skipped": skipped})
        properties = ET.SubElement(suite, "properties")
        for key, value in (("gate", report.gate.reason), ("coverage", report.summary.coverage)):
            ET.SubElement(properties, "property", {"name": key, "value": visible(value)})
        suite.extend([_case(result) for result in results])
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _case(result: Result) -> ET.Element:
    name = f"{result.check}[{result.case}]" if result.case else result.check
    case = ET.Element(
        "testcase",
        {
            "classname": f"flower_audit.{visible(result.section)}",
            "name": visible(name),
            "time": _seconds(result.duration_s),
        },
    )
    if element := _ELEMENTS.get(result.outcome):
        said = f"{OUTCOME_WORDS[result.outcome]}: {result.message or result.observed}"
        child = ET.SubElement(case, element, {"type": f"{result.severity} {result.outcome}", "message": visible(said)})
        child.text = visible(_details(result))
    return case


def _details(result: Result) -> str:
    told = {
        "Rule": result.title,
        "Found": result.observed,
        "Wanted": result.wanted,
        "Where": result.where,
        "Why": result.why,
        "Fix": result.fix,
        "Source": result.source,
    }
    return "\n".join(f"{name}: {text}" for name, text in told.items() if text)


def _counts(results: Sequence[Result]) -> dict[str, str]:
    def count(element: str) -> str:
        return str(sum(_ELEMENTS.get(result.outcome) == element for result in results))

    return {"tests": str(len(results)), "failures": count("failure"), "errors": count("error")}


def _seconds(duration: float) -> str:
    return f"{duration:.3f}"
