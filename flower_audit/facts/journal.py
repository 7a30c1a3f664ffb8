"""What systemd's journal tells of Flower's unit over the last day: starts, restarts, kills."""

import json
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe

STARTED = "39f53479d3a045ac8e11786248231fbf"
RESTART = "5eb03494b6584870a536b337290809b3"
FAILED = "d9b373ed55a64feb8242e02dbe79a49c"
OUT_OF_MEMORY = {"fe6faa94e7774663a0da52717891d8ef", "d989611b15e44c9dbf31e3c81256e4ed"}
"""MESSAGE_IDs of sd-messages.h: unit started, automatic restart scheduled, unit failed, killed for memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Events of the last 24 hours.

    Shape: `restarts` are automatic ones, `starts` all; `out_of_memory` counts kills of the unit's processes for memory.
    Units: `last_restart` in seconds since 1970 (UTC), None without one; `covers_s` is how far back the journal reaches.
    """

    starts: int
    restarts: int
    failures: int
    out_of_memory: int
    last_restart: int | None
    covers_s: int


@probe(
    r"""[ -d /run/systemd/system ] && [ -n "$unit" ] || { echo absent; exit 0; }
command -v journalctl >/dev/null 2>&1 || { echo no-tool; exit 0; }
echo "now $(date +%s)"
ask() {
  journalctl --quiet --no-pager --output=json \
    --output-fields=MESSAGE_ID,_PID,JOB_RESULT,UNIT,UNIT_RESULT,USER_UNIT "$@"
}
owner=$(sed -n 's#.*/user@\([0-9]*\)\.service/.*#\1#p' "/proc/$pid/cgroup" 2>/dev/null | tail -n 1)
if [ -n "$owner" ]; then ask --since=-24h --lines=2000 "USER_UNIT=$unit" "_UID=$owner" 2>/dev/null
else ask --since=-24h --lines=2000 "UNIT=$unit" 2>/dev/null; fi
echo oldest; journalctl --quiet --no-pager --output=short-unix 2>/dev/null | head -n 1 | cut -c 1-17
echo kernel
journalctl --quiet --no-pager --since=-24h --dmesg --grep='oom-kill:.*'"${unit%.service}" --output=cat 2>/dev/null \
  | head -n 20
exit 0""",
    root=True,
)
def journal(out: Output) -> Journal:
    """Source: journalctl(1), sd-messages.h.  Absent: no unit.  Unobservable: no journal, or it may not be read."""
    text = out.succeeded()
    if text.startswith("absent"):
        raise Absent("no systemd unit starts Flower")
    if text.startswith("no-tool"):
        raise Unobservable("journalctl is not installed")
    head, _, tail = text.partition("\noldest\n")
    oldest, _, kernel = tail.partition("\nkernel\n")
    now = int(head.split("\n", 1)[0].removeprefix("now "))
    try:
        began = float(oldest.split()[0])
    except (IndexError, ValueError) as error:
        raise Unobservable("the journal is empty or is not kept") from error
    ids: list[tuple[str, int]] = []
    for line in head.split("\n")[1:]:
        try:
            entry = json.loads(line)
            ids.append((str(entry.get("MESSAGE_ID", "")), int(entry["__REALTIME_TIMESTAMP"]) // 1_000_000))
        except (ValueError, KeyError, AttributeError, TypeError):
            continue
    restarts = [moment for identity, moment in ids if identity == RESTART]
    memory = sum(identity in OUT_OF_MEMORY for identity, _ in ids)
    return Journal(
        starts=sum(identity == STARTED for identity, _ in ids),
        restarts=len(restarts),
        failures=sum(identity == FAILED for identity, _ in ids),
        out_of_memory=memory or sum(bool(line.strip()) for line in kernel.split("\n")),
        last_restart=max(restarts, default=None),
        covers_s=max(0, now - int(began)),
    )
