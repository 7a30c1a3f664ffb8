"""The text of Flower's unit and its drop-ins, as they stand on disk now."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.parsers.secret_names import holds_secret, secrets_in_words
from flower_audit.parsers.systemd_unit import read_unit, words
from flower_audit.probe import Output, probe

CLIENT = re.compile(r"[-@:+!]*\S*\b(podman|docker|nerdctl)\s")
OUTDATED = {
    "MemoryLimit": "MemoryMax",
    "CPUShares": "CPUWeight",
    "StartLimitInterval": "StartLimitIntervalSec",
    "BlockIOWeight": "IOWeight",
    "PermissionsStartOnly": "the + prefix of the command",
}
"""Settings that systemd is about to drop, and what stands in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFile:
    """Flower's unit on disk.

    Shape: `files` is the fragment and its drop-ins; `secrets` are `NAME (file:line)` of variables in `Environment=`
    and `option (file:line)` of commands that hold one; `full_privileges` is the `file:line` of a command that a
    plus exempts from User= and all restrictions, else empty; `outdated` maps settings in use to what replaces them;
    `malformed` are `file:line`; `accounts_in_environment` are `User=` or `Group=` written as a variable, where they
    do nothing; `made_from` is what a generator made the unit from, such as a quadlet, else empty; `runs_container` says
    that it starts a client of podman or Docker.
    """

    files: tuple[str, ...]
    secrets: tuple[str, ...]
    outdated: dict[str, str]
    malformed: tuple[str, ...]
    accounts_in_environment: tuple[str, ...]
    has_install_section: bool
    full_privileges: str = ""
    made_from: str = ""
    runs_container: bool = False

    @property
    def place(self) -> str:
        """The file to edit."""
        return self.made_from or self.files[0]


@probe(
    r"""command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ] && [ -n "$unit" ] || { echo absent; exit 0; }
owner=$(sed -n 's#.*/user@\([0-9]*\)\.service/.*#\1#p' "/proc/$pid/cgroup" 2>/dev/null | tail -n 1)
if [ -z "$owner" ]; then systemctl cat "$unit"
elif [ "$owner" = "$(id -u)" ]; then XDG_RUNTIME_DIR=/run/user/$owner systemctl --user cat "$unit"
else
  setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups \
    env XDG_RUNTIME_DIR="/run/user/$owner" systemctl --user cat "$unit"
fi""",
    private=True,
)
def unit_file(out: Output) -> UnitFile:
    """Source: systemctl(1) `cat`.  Absent: no unit.  Unobservable: a file of it may not be read."""
    if out.stdout.strip() == "absent":
        raise Absent("no systemd unit starts Flower")
    if "Permission denied" in out.stderr:
        raise Unobservable("a file of the unit may not be read without root")
    unit = read_unit(out.succeeded())
    directives = unit.all("Environment")
    return UnitFile(
        files=unit.files,
        secrets=tuple(
            f"{name} ({directive.file}:{directive.line})"
            for directive in directives
            for name, value in directive.assignments().items()
            if holds_secret(name, value)
        )
        + tuple(
            f"{name.replace('=', '')} ({directive.file}:{directive.line})"
            for directive in unit.directives
            if directive.section == "Service" and directive.name.startswith("Exec")
            for name in secrets_in_words(words(directive.value))
        ),
        outdated={
            directive.name: OUTDATED[directive.name]
            for directive in unit.directives
            if directive.section == "Service" and directive.name in OUTDATED and directive.value
        },
        malformed=unit.malformed,
        accounts_in_environment=tuple(
            f"{name} ({directive.file}:{directive.line})"
            for directive in directives
            for name in ("User", "Group")
            if name in directive.assignments()
        ),
        has_install_section=any(directive.section == "Install" for directive in unit.directives),
        full_privileges=next(
            (
                f"{directive.file}:{directive.line}"
                for directive in unit.all("ExecStart")
                if re.match(r"[-@:!]*\+", directive.value)
            ),
            "",
        ),
        made_from=next((directive.value for directive in unit.all("SourcePath", "Unit")), ""),
        runs_container=any(CLIENT.match(directive.value) for directive in unit.all("ExecStart")),
    )
