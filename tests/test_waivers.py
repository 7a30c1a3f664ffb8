"""Which waiver holds, what a waived rule says, and which waivers nobody needs any more."""

from datetime import date

import pytest

from flower_audit.configuration import Waiver, parse
from flower_audit.errors import UsageError
from flower_audit.model import Report, Result, Severity, Tool, WaiverState, WaiverUse
from flower_audit.report.since import needing_somebody
from flower_audit.report.summary import summarise
from flower_audit.waivers import best_of, is_live, remark, states

TODAY = date(2026, 11, 22)
CHECKS = ("https.hsts", "https.headers", "auth.api-requires-login")


def result(check: str, outcome: str, target: str = "production") -> Result:
    told = {"check": check, "target": target, "outcome": outcome, "severity": "high"}
    return Result.model_validate({**told, "section": "SSL/TLS Setup", "title": f"{check} holds"})


def waiver(check: str = "https.hsts", until: str = "2026-12-31", **more: object) -> Waiver:
    told = {"check": check, "reason": "the parent domain", "approver": "Kim", "granted": "2026-01-01", "until": until}
    return Waiver.model_validate({**told, **more})


@pytest.mark.parametrize(
    ("granted", "until", "live"),
    [
        ("2026-01-01", "2026-11-22", True),  # until the end of its last day
        ("2026-01-01", "2026-11-21", False),
        ("2026-11-22", "2026-12-01", True),
        ("2026-11-23", "2026-12-01", True),  # already the next day where its approver lives
        ("2026-11-24", "2026-12-01", False),
    ],
)
def test_a_waiver_holds_from_its_first_day_to_the_end_of_its_last(granted: str, until: str, live: bool) -> None:
    assert is_live(waiver(until=until, granted=granted), TODAY) is live


def test_a_live_waiver_wins_over_an_ended_one_and_the_longest_over_the_rest() -> None:
    ended, short = waiver(until="2026-02-01"), waiver("https.*", until="2026-11-30")
    long = waiver("*", until="2027-01-01", target="prod*")
    assert best_of([ended, short], "https.hsts", "production", TODAY) == short
    assert best_of([short, long, ended], "https.hsts", "production", TODAY) == long
    assert best_of([short, long], "https.hsts", "staging", TODAY) == short
    assert best_of([ended], "https.hsts", "production", TODAY) == ended
    assert best_of([ended], "https.headers", "production", TODAY) is None


def test_a_target_whose_name_looks_like_a_glob_is_still_itself() -> None:
    one = waiver(target="[::1]:8443")
    assert one.covers("https.hsts", "[::1]:8443")
    found = state(one, result("https.hsts", "waived", target="[::1]:8443"), audited=("[::1]:8443",))
    assert found.use is WaiverUse.IN_FORCE


def test_a_broken_rule_says_what_its_waiver_means() -> None:
    assert remark(waiver(), TODAY) == "waived until 2026-12-31 by Kim: the parent domain"
    assert remark(waiver(until="2026-05-31"), TODAY) == "its waiver by Kim ended on 2026-05-31"
    assert remark(waiver(granted="2026-12-01"), TODAY) == "its waiver by Kim begins on 2026-12-01"


def state(one: Waiver, *results: Result, audited: tuple[str, ...] = ("production",)) -> WaiverState:
    (found,) = states([one], results, checks=CHECKS, targets={"production", "staging"}, audited=audited, today=TODAY)
    return found


@pytest.mark.parametrize(
    ("one", "outcomes", "use", "said"),
    [
        (waiver(), {"https.hsts": "waived"}, WaiverUse.IN_FORCE, "ends in 39 days: https.hsts@production"),
        (waiver(until="2026-11-22"), {"https.hsts": "waived"}, WaiverUse.IN_FORCE, "ends today: "),
        (waiver(until="2026-11-23"), {"https.hsts": "waived"}, WaiverUse.IN_FORCE, "ends in 1 day: "),
        (waiver(until="2026-05-31"), {"https.hsts": "fail"}, WaiverUse.ENDED, "what it covered fails again"),
        (waiver(until="2026-05-31"), {"https.hsts": "pass"}, WaiverUse.ENDED, "nothing that it covers fails: delete"),
        (waiver(), {"https.hsts": "pass"}, WaiverUse.NOT_NEEDED, "what it covers does not fail: delete it"),
        (waiver(), {"https.hsts": "not_applicable"}, WaiverUse.NOT_NEEDED, "delete it"),
        (waiver(), {"https.hsts": "unknown"}, WaiverUse.UNDECIDED, "not all that it covers was judged"),
        (waiver(), {}, WaiverUse.UNDECIDED, "not all that it covers was judged"),
        (waiver("https.*"), {"https.hsts": "pass"}, WaiverUse.UNDECIDED, "not all"),
        (waiver("https.*"), {"https.hsts": "pass", "https.headers": "pass"}, WaiverUse.NOT_NEEDED, "delete it"),
        (waiver("https.*"), {"https.hsts": "pass", "https.headers": "waived"}, WaiverUse.IN_FORCE, "https.headers@"),
        (waiver("https.hts"), {"https.hsts": "fail"}, WaiverUse.MATCHES_NOTHING, "did you mean 'https.hsts'?"),
        (waiver("tls.*"), {"https.hsts": "fail"}, WaiverUse.MATCHES_NOTHING, "no check is called 'tls.*'"),
        (waiver(target="prodction"), {}, WaiverUse.MATCHES_NOTHING, "did you mean 'production'?"),
        (waiver(target="staging"), {"https.hsts": "pass"}, WaiverUse.UNDECIDED, "not all"),
        (waiver(granted="2026-12-01"), {"https.hsts": "fail"}, WaiverUse.NOT_BEGUN, "begins on 2026-12-01"),
    ],
)
def test_what_became_of_a_waiver(one: Waiver, outcomes: dict[str, str], use: WaiverUse, said: str) -> None:
    found = state(one, *(result(check, outcome) for check, outcome in outcomes.items()))
    assert found.use is use
    assert said in found.remark


def test_a_waiver_is_found_for_each_target_it_covers() -> None:
    broken = [result("https.hsts", "waived", target=name) for name in ("production", "staging")]
    found = state(waiver(), *broken, audited=("production", "staging"))
    assert found.failing == ("https.hsts@production", "https.hsts@staging")
    assert (found.granted, found.until, found.days_left) == ("2026-01-01", "2026-12-31", 39)


def test_only_waivers_that_need_somebody_are_announced() -> None:
    broken = result("https.hsts", "waived")
    told = [state(waiver(until=until), broken) for until in ("2026-12-07", "2026-12-06", "2026-11-22", "2026-05-31")]
    told += [state(waiver("tls.*")), state(waiver("https.headers", target="staging"))]
    summary, gate = summarise([broken], Severity.HIGH)
    report = Report(
        tool=Tool(version="0"),
        started_at="2026-11-22T00:00:00Z",
        duration_s=0,
        targets=(),
        summary=summary,
        gate=gate,
        waivers=tuple(told),
        results=(broken,),
    )
    lines = list(needing_somebody(report))
    assert [line.partition(" (")[0] for line in lines] == [
        "ends soon: https.hsts",
        "ends soon: https.hsts",
        "ended: https.hsts",
        "matches nothing: tls.*",
    ]
    assert lines[0].endswith("(granted by Kim): ends in 14 days: https.hsts@production")


def test_those_to_look_at_come_first() -> None:
    given = [waiver(), waiver("https.headers", until="2026-12-01"), waiver("tls.*"), waiver(until="2026-05-31")]
    results = [result("https.hsts", "waived"), result("https.headers", "waived")]
    found = states(given, results, checks=CHECKS, targets=(), audited=("production",), today=TODAY)
    assert [one.use for one in found] == [
        WaiverUse.ENDED,
        WaiverUse.MATCHES_NOTHING,
        WaiverUse.IN_FORCE,
        WaiverUse.IN_FORCE,
    ]
    assert found[2].check == "https.headers"


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("31.12.2026", "f:2: waivers.0.until: write a day as 2026-12-31: year, month, day"),
        ("12/31/2026", "f:2: waivers.0.until: write a day as"),
        ("2026-1-5", "f:2: waivers.0.until: write a day as"),
        ("20261231", "f:2: waivers.0.until: this is no day"),
        ("1767139200", "f:2: waivers.0.until: this is no day"),
        ("2026-02-30", "f:2: waivers.0.until: input should be a valid date"),
        ("2026-12-31T23:00:00+02:00", "f:2: waivers.0.until: write a day as"),
        ("2025-12-31", "f:2: waivers.0: until 2025-12-31 is before granted 2026-01-01"),
        ("~", "f:2: waivers.0.until: this is no day"),
    ],
)
def test_a_day_that_can_be_misread_is_refused_with_its_line(until: str, said: str) -> None:
    text = f"waivers:\n- {{check: a, reason: r, approver: b, granted: 2026-01-01, until: {until}}}\n"
    with pytest.raises(UsageError) as raised:
        parse(text, "f")
    assert str(raised.value).startswith(said)


def test_a_waiver_without_an_end_is_refused() -> None:
    with pytest.raises(UsageError, match=r"f:2: waivers.0.until: this key is required"):
        parse("waivers:\n- {check: a, reason: r, approver: b, granted: 2026-01-01}\n", "f")
