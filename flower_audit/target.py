"""What is audited: a target is the ways in to one Flower, with the accounts that may be used there."""

import re
from datetime import date as calendar_date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

WAYS = ("host", "process", "url", "prometheus", "alertmanager", "grafana", "statement")
"""The ways in.  A check is `not_run` when one that it needs was not given."""

OPTION_OF_WAY = {
    "host": "--flower-host=ssh://… or --flower-connection",
    "process": "--flower-host=ssh://… or --flower-connection",
    "url": "--flower-url",
    "prometheus": "--flower-prometheus",
    "alertmanager": "--flower-alertmanager",
    "grafana": "--flower-grafana",
    "statement": "attestations: in flower-audit.yml",
}


def _day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("write a day as 2026-12-31: year, month, day")
    if not isinstance(value, str | calendar_date):
        raise ValueError("this is no day; write one as 2026-12-31: year, month, day")  # noqa: TRY004 - pydantic's way
    return value


Day = Annotated[calendar_date, BeforeValidator(_day)]
"""A day as a file spells it: in one form only, so that nobody mistakes a month for a day."""


class Account(BaseModel):
    """One account the audit may log in with.  The password stays in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, pattern=r"^[^:]+$")]
    password_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    may: Literal["all", "read"] = "all"


class Attestation(BaseModel):
    """A person's dated statement for a check that only a person can answer.

    Units: `valid_days` counts from `date`; None leaves it to the policy.
    Shape: `link` is the URL of the runbook or protocol, or a file where the audit runs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: Annotated[str, Field(pattern=r"^people\.[a-z0-9-]+$")]
    by: Annotated[str, Field(min_length=1)]
    date: Day
    valid_days: Annotated[int, Field(gt=0)] | None = None
    link: str | None = None


class Access(BaseModel):
    """The ways in to one Flower, as a target of flower-audit.yml spells them.

    Shape: `url` is what users open, `http_url` its plain form where that is not port 80 of the same host;
    `connection` is a testinfra host spec, None for a black-box audit;
    `rules` is what evaluates alert rules where `prometheus` does not; `active` allows three POSTs that change
    nothing and a bounded burst of requests.
    Units: `timeout_s` bounds one request, and the wait for a connection.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = None
    http_url: str | None = None
    connection: str | None = None
    sudo: bool = False
    sudo_user: str | None = None
    ca: str | None = None
    unit: str | None = None
    prometheus: str | None = None
    rules: str | None = None
    alertmanager: str | None = None
    grafana: str | None = None
    accounts: tuple[Account, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    ssh_config: str | None = None
    ssh_identity_file: str | None = None
    ssh_extra_args: str | None = None
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 10.0
    active: bool = False


class Target(Access):
    """One Flower to audit, with the name it has in the report.

    Shape: `process_id` is set where one process of this machine is looked at and not the machine, as in the demo;
    `about` is a sentence for the report's head.
    """

    name: str
    about: str = ""
    process_id: int | None = None

    def ways(self) -> frozenset[str]:
        """The ways in that were given: with a host connection the public URL is found on the host."""
        given = {way for way in ("prometheus", "alertmanager", "grafana") if getattr(self, way)}
        if self.connection:
            given |= {"process", "url"} if self.process_id else {"host", "process", "url"}
        if self.url:
            given.add("url")
        return frozenset(given | {"statement"})
