"""What systemd itself says of Flower's unit: how exposed the service is, and what is wrong with its files."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The verdicts of systemd-analyze.

    Shape: `score` is from 0 (closed) to 10 (open), None where this systemd does not tell it; `complaints` are what
    `verify` says of the unit's own files.
    """

    score: float | None
    complaints: tuple[str, ...]


@probe(
    r"""[ -d /run/systemd/system ] && [ -n "$unit" ] || { echo absent; exit 0; }
command -v systemd-analyze >/dev/null 2>&1 || { echo no-tool; exit 0; }
if grep -q '/user@[0-9]*\.service/' "/proc/$pid/cgroup" 2>/dev/null; then echo user-unit; exit 0; fi
# What a generator wrote, for a quadlet or a script of SysV, is found by its path alone.
file=$(systemctl show "$unit" --property=FragmentPath --value)
case $file in /run/systemd/generator*) ;; *) file=$unit;; esac
systemd-analyze verify --man=no "$file" 2>&1 | grep -F "${unit%%[@.]*}" | head -n 40 | sed 's/^/verify: /'
systemd-analyze security --no-pager "$unit" 2>/dev/null | grep 'Overall exposure level'
exit 0""",
    root=True,
)
def exposure(out: Output) -> Exposure:
    """Source: systemd-analyze(1) `verify` and `security`.  Absent: no unit, or a user's unit, which they do not judge.
    Unobservable: the tool is not installed.
    """
    text = out.succeeded()
    if text.startswith(("absent", "user-unit")):
        raise Absent("no unit of the system's service manager runs Flower")
    if text.startswith("no-tool"):
        raise Unobservable("systemd-analyze is not installed")
    found = re.search(r"Overall exposure level.*?:\s*([\d.]+)", text)
    lines = re.findall(r"^verify: (.+)$", text, re.MULTILINE)
    return Exposure(
        score=float(found[1]) if found else None,
        complaints=tuple(line.strip()[:200] for line in lines),
    )
