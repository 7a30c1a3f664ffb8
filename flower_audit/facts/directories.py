"""The folders that Flower works in, and who owns them."""

import re
from dataclasses import dataclass

from flower_audit.facts.options import Options
from flower_audit.inside import INSIDE
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One folder.

    Shape: `purpose` is `working directory`, `database` or `log`; `mode` is octal text, empty where it does not exist.
    """

    purpose: str
    path: str
    exists: bool
    mode: str = ""
    uid: int = -1
    owner: str = ""
    gid: int = -1

    @property
    def open_to_others(self) -> bool:
        """Anybody may write in it; a sticky folder such as /tmp counts too."""
        return self.exists and int(self.mode, 8) & 0o002 != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Directories:
    """The folders of the running Flower."""

    found: tuple[Directory, ...]

    @property
    def missing(self) -> tuple[Directory, ...]:
        """Those that do not exist."""
        return tuple(directory for directory in self.found if not directory.exists)

    @property
    def open_to_others(self) -> tuple[Directory, ...]:
        """Those in which anybody may write."""
        return tuple(directory for directory in self.found if directory.open_to_others)

    def foreign(self, uid: int) -> tuple[Directory, ...]:
        """Those that neither the user nor root owns."""
        return tuple(directory for directory in self.found if directory.exists and directory.uid not in {0, uid})

    def locked(self, uid: int) -> tuple[Directory, ...]:
        """Folders for data and logs that the user neither owns nor may write in as a member of their group."""
        return tuple(
            directory
            for directory in self.found
            if directory.exists
            and directory.purpose != "working directory"
            and uid not in {0, directory.uid}
            and not int(directory.mode, 8) & 0o020
        )


def _paths(options: Options) -> dict[str, str]:
    return {
        "database": options.db_path.rpartition("/")[0] if options.persistent else "",
        "log": options.log_file.rpartition("/")[0],
        "work": options.workdir,
    }


@probe(
    INSIDE
    + r"""look() {
  [ -n "$2" ] || return 0
  case $root in '') path=/proc/$pid/root$2;; *) path=$(inside "$2");; esac
  # A container's users have other names than the host's.
  case $root in '') owner=%U;; *) owner=%u;; esac
  if [ -d "$path" ]; then echo "$1|$(stat -L -c "%a|%u|$owner|%g" "$path")|$2"; else echo "$1||||$2"; fi
}
look 'working directory' "$work"; look database "$database"; look log "$log"
exit 0""",
    root=True,
    variables=_paths,
)
def directories(out: Output) -> Directories:
    """As the process sees them.  Source: stat(1)."""
    found = []
    for line in out.succeeded().splitlines():
        match = re.fullmatch(r"([a-z ]+)\|(\d*)\|(\d*)\|([^|]*)\|(\d*)\|?(/.*)", line)
        if match:
            purpose, mode, uid, owner, gid, path = match.groups()
            found.append(
                Directory(
                    purpose=purpose,
                    path=path,
                    exists=bool(mode),
                    mode=mode.rjust(4, "0") if mode else "",
                    uid=int(uid or -1),
                    owner=owner,
                    gid=int(gid or -1),
                )
            )
    return Directories(found=tuple(found))
