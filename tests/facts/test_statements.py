"""When a statement counts."""

import datetime as dt

import pytest

from flower_audit.errors import Manual
from flower_audit.facts.statements import Statements, statements
from flower_audit.policy import Policy
from flower_audit.target import Attestation, Target

TODAY = dt.date(2026, 11, 22)


def stated(*dates: dt.date, valid_days: int | None = None) -> Statements:
    given = tuple(
        Attestation(check="people.access-tested", by=f"Ada {date}", date=date, valid_days=valid_days) for date in dates
    )
    return Statements(given=given, today=TODAY, max_age_days=100)


@pytest.mark.parametrize(
    ("age_days", "valid_days", "counts"),
    [(100, None, True), (101, None, False), (30, 30, True), (31, 30, False), (300, 400, True), (0, None, True)],
)
def test_the_last_day_counts(age_days: int, valid_days: int | None, counts: bool) -> None:
    found = stated(TODAY - dt.timedelta(days=age_days), valid_days=valid_days)
    if counts:
        assert found.live("people.access-tested", "x").age_days == age_days
    else:
        with pytest.raises(Manual, match=r"ended on .*: let the team log in again"):
            found.live("people.access-tested", "let the team log in")


def test_the_newest_counts_wherever_it_stands() -> None:
    old, new = TODAY - dt.timedelta(days=400), TODAY - dt.timedelta(days=4)
    assert stated(new, old).live("people.access-tested", "x").by == f"Ada {new}"


def test_a_statement_about_something_else() -> None:
    with pytest.raises(Manual, match="nobody has stated it"):
        stated(TODAY).live("people.documentation", "x")


def test_dates_are_those_of_utc() -> None:
    found = statements(Target(name="t"), Policy(statement_max_age_days=7))
    assert abs(found.today - dt.datetime.now(dt.UTC).date()) <= dt.timedelta(days=1)
    assert (found.given, found.max_age_days) == ((), 7)
