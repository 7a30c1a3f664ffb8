"""Thresholds of the audit: every number a check compares with, and its default."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(gt=0)]


class Policy(BaseModel):
    """What this team asks of its Flower.  Defaults are the guide's, or upstream's advice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    certificate_min_days_left: Positive = 21
    hsts_min_seconds: Positive = 31_536_000
    password_min_length: Positive = 14
    tasks_max: Positive = 100_000
    state_save_interval_min_ms: Positive = 10_000
    memory_headroom_percent: Annotated[int, Field(ge=0, lt=100)] = 10
    disk_min_free_percent: Annotated[int, Field(ge=0, lt=100)] = 10
    journal_max_bytes: Positive = 8 * 1024**3
    backup_max_age_hours: Positive = 26
    backup_min_copies: Positive = 3
    workers_min: Positive = 1
    clock_max_offset_seconds: Positive = 5
    scrape_interval_max_seconds: Positive = 60
    statement_max_age_days: Positive = 365
    hardening_max_exposure: Annotated[float, Field(ge=0, le=10)] = 7.0
    proxy_timeout_min_seconds: Positive = 60
    error_lines_max_per_hour: Positive = 60
    websocket: Literal["when-supported", "required"] = "when-supported"
    access_control: Literal["optional", "required"] = "optional"
    rate_limit: Literal["optional", "required"] = "required"
