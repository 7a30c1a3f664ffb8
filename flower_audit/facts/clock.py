"""The host's clock against the auditor's."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How far the host's clock is off.

    Shape: `time_service` is the program that keeps it, empty where none was seen (a host may get its time from its
    hypervisor).  Units: `offset_s` in seconds, positive where the host is ahead: the least that fits the round trip, so
    0 where the host's time lies inside it; `uncertainty_s` is how long the round trip took.
    """

    offset_s: float
    uncertainty_s: float
    time_service: str = ""


@probe(
    r"""
date +%s.%N
for comm in /proc/[0-9]*/comm; do
  read -r name <"$comm" || continue
  case $name in chronyd|ntpd|ntpd-rs|openntpd|systemd-timesyn*|ptp4l|phc2sys) echo "$name"; break;; esac
done 2>/dev/null
exit 0
"""
)
def clock(out: Output) -> Clock:
    """Source: date(1), taken while the auditor's clock runs beside it.  Unobservable: `date` gives no number."""
    lines = out.succeeded().split()
    try:
        host = float(lines[0].replace("N", "0").replace("%", "")) if lines else float("nan")
    except ValueError as error:
        raise Unobservable("the host's date(1) gave no number of seconds") from error
    if not out.asked_at < out.answered_at or host != host:  # noqa: PLR0124 - only NaN differs from itself
        raise Unobservable("the round trip was not timed")
    offset = host - out.asked_at if host < out.asked_at else max(0.0, host - out.answered_at)
    return Clock(
        offset_s=round(offset, 2),
        uncertainty_s=round(out.answered_at - out.asked_at, 2),
        time_service=lines[1] if len(lines) > 1 else "",
    )
