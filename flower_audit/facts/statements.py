"""What only people can tell: their dated statements in flower-audit.yml."""

import datetime as dt
from dataclasses import dataclass

from flower_audit.errors import Manual
from flower_audit.policy import Policy
from flower_audit.probe import fact
from flower_audit.target import Attestation, Target

UNFILLED = frozenset(
    {"todo", "tbd", "fixme", "name", "your name", "somebody", "someone", "nobody", "n/a", "none", "xxx"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One live statement.  Shape: `link` is empty where none was given.  Units: `age_days` in whole days."""

    check: str
    by: str
    date: dt.date
    age_days: int
    ends: dt.date
    link: str = ""

    @property
    def names_somebody(self) -> bool:
        """`by` was filled in."""
        return any(letter.isalpha() for letter in self.by) and self.by.strip(" .<>[]").lower() not in UNFILLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """Shape: `given` are all statements of this target; `today` is a date in UTC."""

    given: tuple[Attestation, ...]
    today: dt.date
    max_age_days: int

    def live(self, check: str, what: str) -> Statement:
        """The newest statement for a check that still counts.  `what` is what to state.

        Raises Manual where there is none, or the newest has ended, or is dated in the future.
        """
        wanted = sorted((one for one in self.given if one.check == check), key=lambda one: one.date)
        if not wanted:
            raise Manual(
                f"nobody has stated it: {what}, then write `attestations: - {{check: {check}, by: …, date: …}}`"
            )
        newest = wanted[-1]
        if newest.date > self.today:
            raise Manual(f"the statement of {newest.by} is dated {newest.date}, which is still to come")
        ends = newest.date + dt.timedelta(days=newest.valid_days or self.max_age_days)
        if ends < self.today:
            raise Manual(f"the statement of {newest.by} of {newest.date} ended on {ends}: {what} again")
        age_days = (self.today - newest.date).days
        return Statement(
            check=check, by=newest.by, date=newest.date, age_days=age_days, ends=ends, link=newest.link or ""
        )


@fact(way="statement")
def statements(target: Target, policy: Policy) -> Statements:
    """Source: `attestations` of flower-audit.yml."""
    today = dt.datetime.now(dt.UTC).date()
    return Statements(given=target.attestations, today=today, max_age_days=policy.statement_max_age_days)
