"""The result of an audit, as it is written to JSON: schema 1."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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


class Record(BaseModel):
    """Base of all that is written: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Evidence(Record):
    """One command run or one request made, and what came back.

    Shape: `source` is the command or `GET https://…`; `status` is the return code or HTTP status;
    `excerpt` is redacted and cut, `total_bytes` says of how much.
    """

    kind: Literal["command", "request", "handshake", "query", "statement"]
    source: str
    status: int | None = None
    duration_s: float | None = None
    excerpt: str = ""
    total_bytes: int = 0
    truncated: bool = False


class Result(Record):
    """One check on one target."""

    check: str
    target: str
    case: str = ""
    outcome: Outcome
    severity: Severity
    section: str
    covers: tuple[str, ...] = ()
    title: str
    message: str = ""
    observed: str = ""
    wanted: str = ""
    where: str = ""
    why: str = ""
    fix: str = ""
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    duration_s: float = 0.0


class Tool(Record):
    """What wrote the report."""

    name: str = "flower-audit"
    version: str


class AuditedTarget(Record):
    """What was audited and how it was looked at.

    Shape: `found` maps a system's name to the version or description found (`Flower: 2.2.0`);
    `looked_as` is e.g. `audit with sudo`; `ways` are the ways in that were given.
    """

    name: str
    url: str | None = None
    connection: str | None = None
    looked_as: str = ""
    ways: tuple[str, ...] = ()
    found: dict[str, str] = Field(default_factory=dict)
    active: bool = False
    requests: tuple[Evidence, ...] = ()


class Summary(Record):
    """How many results of each outcome, and the coverage sentence."""

    outcomes: dict[Outcome, int]
    failed_by_severity: dict[Severity, int]
    verdicts: int
    total: int
    coverage: str


class Gate(Record):
    """Whether the audit lets a release through, and the one reason."""

    passed: bool
    fail_on: Severity
    reason: str


class Report(Record):
    """Everything one run of the audit says.  Units: durations in seconds, times in UTC (RFC 3339)."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    tool: Tool
    started_at: str
    duration_s: float
    targets: tuple[AuditedTarget, ...]
    summary: Summary
    gate: Gate
    policy: dict[str, str | int | float] = Field(default_factory=dict)
    results: tuple[Result, ...]
