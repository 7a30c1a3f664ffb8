"""Room on the file system that Flower's database lies on."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.options import Options
from flower_audit.inside import INSIDE
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSpace:
    """Free room, as an unprivileged user sees it.

    Units: bytes; inodes are None on file systems that make them as needed (btrfs).
    """

    folder: str
    total: int
    free: int
    inodes_total: int | None = None
    inodes_free: int | None = None

    @property
    def free_percent(self) -> float:
        """Free bytes in percent."""
        return round(100 * self.free / self.total, 1) if self.total else 0.0

    @property
    def inodes_free_percent(self) -> float:
        """Free inodes in percent; 100 where the file system does not count them."""
        if not self.inodes_total or self.inodes_free is None:
            return 100.0
        return round(100 * self.inodes_free / self.inodes_total, 1)


def _path(options: Options) -> dict[str, str]:
    if not options.persistent:
        raise Absent("Flower runs without persistent=True, so it writes no database")
    return {"db": options.db_path}


@probe(
    INSIDE
    + r"""
folder=${db%/*}
while [ -n "$folder" ] && [ ! -d "$(inside "$folder")" ]; do folder=${folder%/*}; done
echo "${folder:-/}"
stat -f -c '%S %b %a %c %d' "$(inside "${folder:-/}")"
""",
    way="process",
    variables=_path,
)
def disk_space(out: Output) -> DiskSpace:
    """Source: statfs(2).  Absent: persistence is off.  Unobservable: no `stat -f`, as outside Linux."""
    folder, _, numbers = out.succeeded().strip().rpartition("\n")
    if len(numbers.split()) != 5 or not all(number.isdigit() for number in numbers.split()):
        raise Unobservable("stat -f gave no answer in the form of Linux")
    block, total, free, inodes, inodes_free = map(int, numbers.split())
    return DiskSpace(
        folder=folder,
        total=total * block,
        free=free * block,
        inodes_total=inodes or None,
        inodes_free=inodes_free if inodes else None,
    )
