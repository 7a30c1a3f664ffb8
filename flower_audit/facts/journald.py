"""How large systemd's journal may grow, and whether it outlives a restart."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe

DEFAULT_SHARE = 0.10
DEFAULT_LIMIT = 4 * 1024**3
UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5, "E": 1024**6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Journald:
    """The effective settings of the journal.

    Shape: `storage` is journald.conf's; `max_use_given` says that SystemMaxUse= (RuntimeMaxUse= for a volatile journal)
    is set and not a default; `where` is the file that sets it.  Units: `max_use` in bytes.
    """

    storage: str
    persistent: bool
    max_use: int
    max_use_given: bool = False
    where: str = ""
    forwards_to_syslog: bool = False
    active: bool = True


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
for place in /var/log/journal /var/log /run; do
  [ -d "$place" ] && printf 'size %s %s\n' "$place" "$(stat -f -c '%S %b' "$place")"
done
"""
)
def journald(out: Output) -> Journald:
    """Source: journald.conf(5) with its drop-ins, /var/log/journal.

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
    return Journald(
        storage=storage,
        persistent=persistent,
        max_use=given if given is not None else _default(facts, persistent),
        max_use_given=given is not None,
        where=places.get(name, ""),
        forwards_to_syslog=settings.get("ForwardToSyslog", "").lower() in {"yes", "true", "1", "on"},
        active="active=yes" in facts,
    )


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
    """A size as systemd reads it, a percentage being one of the file system; None where it is empty or not valid."""
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGTPE]?)B?", value, re.IGNORECASE):
        return int(float(match[1]) * UNITS[match[2].upper()])
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
