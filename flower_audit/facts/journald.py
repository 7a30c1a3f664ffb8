"""How large systemd's journal may grow, and whether it outlives a restart."""

import json
import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe

DEFAULT_SHARE = 0.10
DEFAULT_LIMIT = 4 * 1024**3
UNITS = {"": 1, "B": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5, "E": 1024**6}
PIECE = r"(\d+(?:\.\d+)?)\s*([BKMGTPE]?)\s*"
ROUNDING = 0.01
"""journald rounds its bounds to whole pages, and a percentage of a disk is not exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journald:
    """The settings of the journal: those of the running journald and those of its files, the worse of both.

    Shape: `storage` is journald.conf's; `max_use_given` says that SystemMaxUse= (RuntimeMaxUse= for a volatile journal)
    is set and not a default; `where` is the file that sets it; `not_restarted` says that the running journald goes by
    others than the files by now; `passed_over` is a bound that systemd does not understand.  Units: `max_use` in bytes.
    """

    storage: str
    persistent: bool
    max_use: int
    max_use_given: bool = False
    where: str = ""
    forwards_to_syslog: bool = False
    active: bool = True
    not_restarted: bool = False
    passed_over: str = ""

    @property
    def reason(self) -> str:
        """Why the files do not do what they seem to say, to go on from what is in force; else empty."""
        if self.passed_over:
            return f"; systemd does not understand {self.passed_over} (K, M and G are units, MB and comments are not)"
        return "; the running journald is older than its files" if self.not_restarted else ""

    @property
    def fix(self) -> str:
        """What to do about a running journald that is older than its files, else empty."""
        return "see that the files are right, then `systemctl restart systemd-journald`" if self.not_restarted else ""


@probe(
    r"""
[ -d /run/systemd/journal ] || [ -e /etc/systemd/journald.conf ] || { echo absent; exit 0; }
systemd-analyze cat-config systemd/journald.conf 2>/dev/null ||
  for file in /etc/systemd/journald.conf /usr/lib/systemd/journald.conf.d/*.conf \
    /run/systemd/journald.conf.d/*.conf /etc/systemd/journald.conf.d/*.conf; do
    [ -f "$file" ] && printf '# %s\n' "$file" && cat "$file"
  done
printf '\n@found\n'
[ -d /var/log/journal ] && echo folder=yes
[ -e /run/systemd/journal/socket ] && echo active=yes
printf 'machine=%s\n' "$(cat /etc/machine-id 2>/dev/null)"
for file in /var/log/journal/*/system.journal; do [ -e "$file" ] && echo written=yes && break; done
pid=$(systemctl show systemd-journald.service --property=MainPID --value 2>/dev/null)
# What journald says of its journal at its start, and when it moves from /run to the disk.
[ "${pid:-0}" -gt 0 ] && journalctl -q -b --no-pager -n 1 -o json --output-fields=JOURNAL_PATH,MAX_USE \
  MESSAGE_ID=ec387f577b844b8fa948f33cad9a75e6 "_PID=$pid" 2>/dev/null | head -c 2000 | sed 's/^/said=/'
for place in /var/log/journal /var/log /run; do
  [ -d "$place" ] && printf 'size %s %s\n' "$place" "$(stat -f -c '%S %b' "$place")"
done
"""
)
def journald(out: Output) -> Journald:
    """Source: journald.conf(5) with its drop-ins, /var/log/journal, what journald itself logs of its bounds.

    Absent: the host has no systemd journal.
    """
    text = out.succeeded()
    if text.strip() == "absent":
        raise Absent("this host has no systemd journal")
    configuration, found, facts = text.partition("\n@found\n")
    if not found:
        raise Unobservable("the answer about the journal is incomplete")
    settings, places = _read(configuration)
    storage = settings.get("Storage", "auto")
    persistent = storage == "persistent" or (storage == "auto" and "folder=yes" in facts)
    name = "SystemMaxUse" if persistent else "RuntimeMaxUse"
    given = _bytes(settings.get(name, ""), _size_of(facts, "/var/log/journal" if persistent else "/run"))
    default = given if given is not None else _default(facts, persistent)
    keeps, max_use = _said(facts) or (persistent, default)
    return Journald(
        storage=storage,
        persistent=keeps and persistent,
        max_use=max(max_use, given or 0),
        max_use_given=given is not None,
        where=places.get(name, ""),
        forwards_to_syslog=settings.get("ForwardToSyslog", "").lower() in {"yes", "true", "1", "on"},
        active="active=yes" in facts,
        passed_over=f"{name}={settings[name][:40]}" if settings.get(name) and given is None else "",
        not_restarted=keeps != persistent or (given is not None and abs(max_use - given) > ROUNDING * given),
    )


def _said(facts: str) -> tuple[bool, int] | None:
    """Whether the running journald writes to the disk, and its bound in bytes; None where nothing tells."""
    match = re.search(r"(?m)^said=(\{.*\})$", facts)
    try:
        said = json.loads(match[1]) if match else {}
    except ValueError:
        return None
    path, bound = str(said.get("JOURNAL_PATH", "")), str(said.get("MAX_USE", ""))
    return (path.startswith("/var/"), int(bound)) if path and re.fullmatch(r"\d{1,20}", bound) else None


def _read(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The last value of each setting of [Journal], and the file that it stands in."""
    settings: dict[str, str] = {}
    places: dict[str, str] = {}
    file = section = ""
    for line in text.splitlines():
        if match := re.fullmatch(r"# (/\S+\.conf)", line):
            file, section = match[1], ""
        elif match := re.fullmatch(r"\[(\w+)\]\s*", line):
            section = match[1]
        elif section == "Journal" and (match := re.fullmatch(r"\s*(\w+)\s*=\s*(.*?)\s*", line)):
            settings[match[1]], places[match[1]] = match[2], file
    return settings, places


def _bytes(value: str, total: int) -> int | None:
    """A size as systemd reads it, a percentage being one of the file system; None where it is empty or not valid.

    `1G500M` is one, `500MB`, `500m` and `500M # a comment` are none: systemd passes over them with a warning.
    """
    if re.fullmatch(f"(?:{PIECE})+", value):
        return int(sum(float(number) * UNITS[unit] for number, unit in re.findall(PIECE, value)))
    if match := re.fullmatch(r"(\d+)%", value):
        return total * int(match[1]) // 100
    return None


def _size_of(facts: str, place: str) -> int:
    match = re.search(rf"(?m)^size {re.escape(place)} (\d+) (\d+)$", facts)
    return int(match[1]) * int(match[2]) if match else 0


def _default(facts: str, persistent: bool) -> int:
    """A tenth of the file system, at most 4 GiB."""
    total = (
        (_size_of(facts, "/var/log/journal") or _size_of(facts, "/var/log")) if persistent else _size_of(facts, "/run")
    )
    return min(int(total * DEFAULT_SHARE), DEFAULT_LIMIT) if total else DEFAULT_LIMIT
