"""The database in which Flower keeps its tasks over a restart, as it lies on disk."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.options import Options
from flower_audit.parsers.embedded import host_program, read_answer
from flower_audit.probe import Output, probe

PROGRAM = host_program(
    "dbm_keys",
    "process_paths",
    "database_files",
    arguments='"$db" "$pid"',
    about="Read the names of the database's keys, its files' modes and its file system; no value is read or unpickled.",
)
VOLATILE_TYPES = frozenset({"tmpfs", "ramfs", "devtmpfs"})
VOLATILE_FOLDERS = ("/tmp/", "/var/tmp/", "/run/", "/var/run/", "/dev/shm/")  # noqa: S108 - looked for, not written to
REQUIRED_KEY = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFile:
    """One file of the database.

    Shape: `mode` as in chmod; `exposed` says that anybody on the host gets at it, through its folders as well.
    Units: `size` in bytes, `mtime` in seconds since 1970.
    """

    path: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: float
    device: int
    exposed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """What lies at the path of `db`.

    Shape: `family` is gnu, ndbm, dumb or sqlite3, empty where there is no file or it is damaged; `problem` says what is
    wrong with the bytes, `unreadable` why they were not read; `keys` maps names to the sizes of their values in bytes;
    `corrupt` are files that Flower moved aside, `whole_aside` the family of one that is whole (Flower's Python has no
    module for it); `folder` is None where the directory does not exist; `writable` is None where the process is not
    known; `container_layer` says that it lies on no volume but in the container itself, `anonymous_volume` on one that
    no name brings back.  In a container, `path` is the host's, where it has one.
    Units: `saved_age_s` seconds since the youngest file was written.
    """

    path: str
    files: tuple[DatabaseFile, ...] = ()
    family: str = ""
    keys: dict[str, int]
    problem: str = ""
    unreadable: str = ""
    corrupt: tuple[str, ...] = ()
    whole_aside: str = ""
    folder: DatabaseFile | None = None
    writable: bool | None = None
    mount_point: str = "/"
    file_system: str = ""
    read_only: bool = False
    container_layer: bool = False
    anonymous_volume: bool = False
    saved_age_s: float | None = None

    @property
    def exists(self) -> bool:
        """There is a file, be it an empty one."""
        return bool(self.files)

    @property
    def holds_a_save(self) -> bool:
        """A save has happened: an empty placeholder, made when Flower starts, holds no key."""
        return REQUIRED_KEY in self.keys

    @property
    def accepts_saves(self) -> bool:
        """Nothing seen keeps Flower from writing here: neither the directory's mode nor a read-only mount."""
        return self.writable is not False and not self.read_only

    @property
    def exposed(self) -> tuple[DatabaseFile, ...]:
        """The files that anybody on the host may read or change."""
        return tuple(file for file in self.files if file.exposed)

    def require_a_readable_file(self) -> None:
        """Unobservable: there are files, and they could not be read."""
        if self.unreadable:
            raise Unobservable(f"{self.path} was not read: {self.unreadable}")

    def require_a_save_is_due(self, interval_ms: int) -> None:
        """Unobservable: Flower started so lately that its first save is still to come."""
        due_s = interval_ms / 1000 + 30
        if not self.holds_a_save and interval_ms and self.saved_age_s is not None and self.saved_age_s < due_s:
            raise Unobservable(f"Flower's first save is due within {due_s:.0f} s; look again then")

    @property
    def volatile_fix(self) -> str:
        """What to do where it lies in a container, empty elsewhere."""
        if not (self.container_layer or self.anonymous_volume):
            return ""
        return "a volume with a name, such as `-v flower-data:/data`, for the folder of `db`; copy the file there first"

    @property
    def volatile(self) -> str:
        """Why the place does not outlive a restart of the machine, empty where it does."""
        if self.file_system in VOLATILE_TYPES:
            return f"{self.mount_point} is a {self.file_system}, which is emptied when the machine restarts"
        if self.path.startswith(VOLATILE_FOLDERS):
            return f"{self.path.rpartition('/')[0]} is cleaned up by the system"
        if self.container_layer:
            return f"{self.mount_point} is a layer of a container, and goes away with it"
        if self.anonymous_volume:
            return f"{self.mount_point} is a volume without a name, which the next container does not get"
        return ""


def _path(options: Options) -> dict[str, str]:
    if not options.persistent:
        raise Absent("Flower runs without persistent=True, so it keeps no database")
    return {"db": options.db_path}


@probe(PROGRAM, way="process", owner=True, limit_s=15, variables=_path)
def database(out: Output) -> Database:
    """Source: the files themselves; gdbm, Berkeley DB, dbm.dumb and SQLite formats.

    Absent: persistence is off.  Unobservable: no python3 on the host, neither root nor Flower's own user.
    """
    found = read_answer(out)
    files = tuple(DatabaseFile(**item) for item in found["files"])
    folder = DatabaseFile(**found["folder"]) if found["folder"] else None
    keys = found["keys"] or {"family": "", "sizes": {}}
    if found["wal"] and REQUIRED_KEY not in keys["sizes"]:
        raise Unobservable("the database has an SQLite write-ahead log that is not merged yet; look again after a save")
    return Database(
        path=found["path"],
        files=files,
        family=keys["family"],
        keys=keys["sizes"],
        problem=found["problem"],
        unreadable=found.get("unreadable", ""),
        corrupt=tuple(found["corrupt"]),
        whole_aside=found.get("whole_aside", ""),
        folder=folder,
        writable=_may_write(folder, found["process"]),
        mount_point=found["mount"].get("point", "/"),
        file_system=found["mount"].get("type", ""),
        read_only=found["mount"].get("read_only", False),
        container_layer=found["mount"].get("layer", False),
        anonymous_volume=found["mount"].get("anonymous", False),
        saved_age_s=round(found["now"] - max(file.mtime for file in files), 1) if files else None,
    )


def _may_write(folder: DatabaseFile | None, process: dict[str, list[int]] | None) -> bool | None:
    """Whether the process may create files in the directory, by its mode; None without a directory or a process."""
    if folder is None or not process:
        return None
    if 0 in process["uid"]:
        return True
    if folder.uid in process["uid"]:
        return folder.mode & 0o300 == 0o300
    shift = 0o030 if folder.gid in process["groups"] else 0o003
    return folder.mode & shift == shift
