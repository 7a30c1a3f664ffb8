"""The result of an audit, as it is written to JSON: schema 1."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How much a broken rule matters, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical, growing as it matters less."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """What became of one check on one target, in the order a reader wants them."""

    FAIL = "fail"
    BUG = "bug"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    MANUAL = "manual"
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    NOT_APPLICABLE = "not_applicable"
    NOT_RUN = "not_run"


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


Text = Annotated[str, AfterValidator(_encodable)]
"""Text that every file can hold: undecodable bytes of a hostile answer become question marks."""


class Record(BaseModel):
    """Base of all that is written: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Evidence(Record):
    """One command run or one request made, and what came back.

    Shape: `source` is the command or `GET https://…`; `status` is the return code or HTTP status;
    `excerpt` is redacted and cut, `total_bytes` says of how much.
    """

    kind: Literal["command", "request", "handshake", "query", "statement"]
    source: Text
    status: int | None = None
    duration_s: float | None = None
    excerpt: Text = ""
    total_bytes: int = 0
    truncated: bool = False


class Result(Record):
    """One check on one target.

    Shape: `message` of a failure is `observed`, `wanted` and `where` in one sentence, and then what a waiver says of
    it; of any other outcome it is the reason, which for `not_run` names the option that would let the check run.
    """

    check: Text
    target: Text
    case: Text = ""
    outcome: Outcome
    severity: Severity
    section: Text
    covers: tuple[Text, ...] = ()
    title: Text
    message: Text = ""
    observed: Text = ""
    wanted: Text = ""
    where: Text = ""
    why: Text = ""
    fix: Text = ""
    source: Text = ""
    evidence: tuple[Evidence, ...] = ()
    duration_s: float = 0.0


class Tool(Record):
    """What wrote the report."""

    name: Text = "flower-audit"
    version: Text


class AuditedTarget(Record):
    """What was audited and how it was looked at.

    Shape: `found` maps a system's name to the version or description found (`Flower: 2.2.0`);
    `looked_as` is e.g. `audit with sudo`; `ways` are the ways in that were given.
    """

    name: Text
    url: Text | None = None
    connection: Text | None = None
    looked_as: Text = ""
    ways: tuple[Text, ...] = ()
    found: dict[Text, Text] = Field(default_factory=dict)
    active: bool = False
    requests: tuple[Evidence, ...] = ()


class Statement(Record):
    """What a person stated for a check that only a person can answer.  Units: `valid_days` counts from `date`."""

    target: Text
    check: Text
    by: Text
    date: Text
    valid_days: int | None = None
    link: Text | None = None


class Summary(Record):
    """How many results of each outcome, and the coverage sentence."""

    outcomes: dict[Outcome, int]
    failed_by_severity: dict[Severity, int]
    verdicts: int
    total: int
    coverage: Text


class Gate(Record):
    """Whether the audit lets a release through, and the one reason.

    Shape: `scope` is `new` where only what is worse than the baseline counts.
    """

    passed: bool
    fail_on: Severity
    reason: Text
    scope: Literal["all", "new"] = "all"


class Change(Record):
    """One check on one target that has another outcome than in an older report.

    Absent: `before` is None for what the older report does not have, `after` for what the newer one does not have.
    """

    check: Text
    target: Text
    case: Text = ""
    severity: Severity
    title: Text
    before: Outcome | None = None
    after: Outcome | None = None
    message: Text = ""


class Comparison(Record):
    """What became of every check since an older report, the baseline.

    Shape: a check that fails (or could not be checked) now and is not in the baseline stands with the new failures
    (or the newly unknown); `changed` holds every other change of outcome; `unchanged` is a count.
    """

    started_at: Text
    tool: Tool
    new_failures: tuple[Change, ...] = ()
    newly_unknown: tuple[Change, ...] = ()
    fixed: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    added: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    unchanged: int = 0


class WaiverUse(StrEnum):
    """What a waiver did in this audit, in the order in which somebody should look at it."""

    ENDED = "ended"
    MATCHES_NOTHING = "matches_nothing"
    NOT_NEEDED = "not_needed"
    NOT_BEGUN = "not_begun"
    IN_FORCE = "in_force"
    UNDECIDED = "undecided"


class WaiverState(Record):
    """One waiver of the configuration, and what became of it.

    Shape: `failing` are the broken rules that it covers, as `check@target`; `remark` is a sentence.
    Units: `until` is the last day in UTC (ISO 8601), `days_left` counts from the day of the audit, negative when over.
    """

    check: Text
    target: Text
    reason: Text
    approver: Text
    granted: Text
    until: Text
    days_left: int
    use: WaiverUse
    failing: tuple[Text, ...] = ()
    remark: Text


class Report(Record):
    """Everything one run of the audit says.  Units: durations in seconds, times in UTC (RFC 3339)."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    tool: Tool
    started_at: Text
    duration_s: float
    targets: tuple[AuditedTarget, ...]
    summary: Summary
    gate: Gate
    policy: dict[str, str | int | float] = Field(default_factory=dict)
    waivers: tuple[WaiverState, ...] = ()
    attestations: tuple[Statement, ...] = ()
    baseline: Comparison | None = None
    results: tuple[Result, ...]
