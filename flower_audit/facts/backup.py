"""Backups of Flower's database: what makes them, where they lie, and whether the newest is whole."""

from dataclasses import dataclass
from typing import Literal

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.options import Options
from flower_audit.parsers.embedded import host_program, read_answer
from flower_audit.probe import Output, probe

PROGRAM = host_program(
    "dbm_keys",
    "process_paths",
    "database_files",
    "backup_jobs",
    "backup_archives",
    "backup_copies",
    arguments='"$db" "$pid"',
    about="Find what copies the database, the copies, and the keys in the newest; nothing is unpacked to a disk.",
)
REMEDIES = {
    "has run out": "write `OnCalendar=daily` and `Persistent=true` into its [Timer], then `systemctl daemon-reload` "
    "and `systemctl restart` it",
    "for the name of a user": "put the user who runs it between the times and the command",
    "a name with a dot": "take the dot out of the file's name",
    "is not executable": "chmod 0755 it",
    "no cron daemon": "systemctl enable --now cron, or a systemd timer instead",
}
"""What to do about each thing that keeps a job from running, by words of the sentence that tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A timer or cron line whose command, or the script that it runs, copies the database.

    Shape: `name` is the timer, or the crontab with its line; `where` the script; `result` and `status` are what systemd
    or the journal tell of the last run, empty for cron; `has_run` is None where nobody keeps that; `problem` says why
    it never runs; `remote` is the kind of a place elsewhere that it copies to.
    """

    kind: Literal["timer", "cron"]
    name: str
    where: str
    service: str = ""
    active: bool = True
    enabled: str = ""
    has_run: bool | None = None
    result: str = ""
    status: str = ""
    remote: str = ""
    places: tuple[str, ...] = ()
    problem: str = ""

    @property
    def will_run(self) -> bool:
        """It is set to run again, also after a restart of the machine."""
        enabled = self.kind == "cron" or self.enabled in {"enabled", "enabled-runtime", "static", "generated", ""}
        return self.active and enabled and not self.problem

    @property
    def remedy(self) -> str:
        """What makes it run again; empty where nothing better is known than the general advice."""
        if not self.problem:
            unmask = f"systemctl unmask {self.name} && " if self.enabled.startswith("masked") else ""
            return f"{unmask}systemctl enable --now {self.name}" if self.kind == "timer" else ""
        return next((remedy for words, remedy in REMEDIES.items() if words in self.problem), "")

    @property
    def succeeded(self) -> bool:
        """Its last run ended well, as systemd says."""
        return self.result == "success" and self.status in {"0", ""}

    @property
    def ending(self) -> str:
        """How its last run ended, to go on from “the last run”."""
        if self.result == "success":  # a dash before the command in ExecStart=
            return f"ended with exit status {self.status}, which the unit ignores"
        if self.status in {"0", ""}:  # that of the main command, and not of ExecStartPre= or ExecStartPost=
            return f"ended with {self.result or 'an error'}"
        return f"ended with {self.result} (exit status {self.status})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy.  Units: `age_s` seconds since it was written, `size` bytes.  Shape: `exposed` = anybody may read it."""

    path: str
    age_s: float
    size: int
    mode: int
    exposed: bool
    same_file_system: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was found of backups.

    Shape: `copies` are the newest ten, then up to ten older ones that anybody may read; `count` is that of all, files
    with several names once; `searched` are the folders looked through; `keys` are those of the database in the newest
    copy; `problem` says what is wrong with that copy, `undecided` why its inside is not seen.
    """

    jobs: tuple[Job, ...] = ()
    searched: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()
    count: int = 0
    family: str = ""
    keys: tuple[str, ...] = ()
    problem: str = ""
    undecided: str = ""

    @property
    def job(self) -> Job | None:
        """The job that is most likely to make the backups: one that will run, before one that will not."""
        return min(self.jobs, key=lambda job: not job.will_run, default=None)

    @property
    def remote(self) -> str:
        """The kind of a place on another machine that a job copies to, empty for none."""
        return next((job.remote for job in self.jobs if job.remote), "")

    @property
    def newest(self) -> Copy | None:
        """The newest copy on this host."""
        return self.copies[0] if self.copies else None

    @property
    def exposed(self) -> tuple[Copy, ...]:
        """The copies that anybody on the host may read."""
        return tuple(copy for copy in self.copies if copy.exposed)

    @property
    def searched_text(self) -> str:
        """Where copies were looked for, for a message."""
        return ", ".join(self.searched) or "no usual folder for backups exists"

    def require_copies_here(self) -> None:
        """Unobservable: a job copies to another machine and no copy stays on this one."""
        if not self.copies and self.remote:
            raise Unobservable(f"the backups go to {self.remote}, which the audit does not look into")

    def require_a_look_inside(self) -> None:
        """Unobservable: the newest copy is of a kind that cannot be opened."""
        self.require_copies_here()
        if self.undecided:
            raise Unobservable(self.undecided)

    def require_a_visible_origin(self) -> None:
        """Unobservable: copies appear, yet by nothing that runs on this host."""
        if not self.jobs and len(self.copies) > 1:
            folder = self.copies[0].path.rpartition("/")[0]
            raise Unobservable(f"copies lie in {folder}, but no timer or cron line of this host is seen to make them")


def _path(options: Options) -> dict[str, str]:
    if not options.persistent:
        raise Absent("Flower runs without persistent=True, so there is no database to back up")
    return {"db": options.db_path}


@probe(PROGRAM, root=True, limit_s=30, variables=_path)
def backup(out: Output) -> Backup:
    """Source: systemd's timers, crontabs, the scripts they run, and the copies themselves.

    Absent: persistence is off.  Unobservable: no python3 on the host, no root, too much to look through.
    """
    found = read_answer(out)
    if found["apart"] and not found["jobs"]:
        raise Unobservable("Flower's database lies in a container; which folder of the host that is, is not known here")
    live = found["database"]
    devices = {file["device"] for file in live}
    newest = found["newest"] or {}
    return Backup(
        jobs=tuple(_job(item) for item in found["jobs"]),
        searched=tuple(found["searched"]),
        copies=tuple(
            Copy(
                path=item["path"],
                # A copy that keeps the time of the file it was made of is as fresh as that file.
                age_s=0.0
                if item["mtime"] in {file["mtime"] for file in live}
                else round(found["now"] - item["mtime"], 1),
                size=item["size"],
                mode=item["mode"],
                exposed=item["exposed"],
                same_file_system=item["device"] in devices,
            )
            for item in found["copies"]
        ),
        count=found["count"],
        family=newest.get("family", ""),
        keys=tuple(newest.get("keys", ())),
        problem=newest.get("problem", ""),
        undecided=newest.get("undecided", ""),
    )


def _job(item: dict[str, object]) -> Job:
    has_run, result, status = None, str(item.get("result", "")), str(item.get("status", ""))
    if item["kind"] == "timer" and "result" in item:
        remembered = str(item["remembered"])
        has_run = bool(item["ended"] or remembered)
        if remembered:
            result, status = remembered, ""
    places = item["places"]
    return Job(
        kind="timer" if item["kind"] == "timer" else "cron",
        name=str(item["name"]),
        where=str(item["where"]),
        service=str(item.get("service", "")),
        active=bool(item.get("active", True)),
        enabled=str(item.get("enabled", "")),
        has_run=has_run,
        result=result,
        status=status,
        remote=str(item["remote"]),
        places=tuple(str(place) for place in places) if isinstance(places, list) else (),
        problem=str(item["problem"]),
    )
