"""Flower's log: where the process writes it, and what its last day says."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.parsers.embedded import host_program, read_answer
from flower_audit.probe import Output, probe

PROGRAM = host_program(
    "celery_command_line",
    "process_paths",
    "container_log",
    "log_reader",
    arguments='"$pid" "$unit"',
    about="Find the files that Flower holds open for its log, and count errors in the last day; no secret is printed.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """A file that the process writes its log to.

    Shape: `current` is False where the process goes on writing to a file that was renamed or deleted; `appends` says
    that it was opened for appending, without which a truncated log keeps its size; `exposed` that anybody may read it;
    `by_engine` that the container engine writes it, and `bounded` is what the engine keeps it small with.
    Units: `size` in bytes; `first_line_age_s` in seconds, None where its lines tell no time.
    """

    path: str
    current: bool = True
    appends: bool = True
    size: int = 0
    first_line_age_s: float | None = None
    mode: int = 0o640
    exposed: bool = False
    by_engine: bool = False
    bounded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """Where the log goes and what it says.

    Shape: `streams` tell standard output and error (journal, file, pipe, null, terminal); `read` names what was read
    (files, `journal`); `samples` are the last lines of errors, masked.
    Units: counts of the last 24 hours; `busiest_hour` is the largest number of error lines in one hour.
    """

    files: tuple[LogFile, ...] = ()
    streams: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    errors: int = 0
    busiest_hour: int = 0
    tracebacks: int = 0
    capture_failures: int = 0
    drift_warnings: int = 0
    save_failures: int = 0
    samples: tuple[str, ...] = ()

    @property
    def sign(self) -> str:
        """The worst known failure of which the log tells, empty for none; a burst of other errors is not among them."""
        if self.tracebacks:
            return f"{self.tracebacks} traceback(s)"
        if self.save_failures:
            return f"{self.save_failures} time(s) the state could not be saved or loaded"
        if self.drift_warnings:
            return f"{self.drift_warnings} warning(s) that the clocks of workers differ"
        return ""

    @property
    def journal(self) -> bool:
        """The log goes to systemd's journal."""
        return "journal" in self.streams

    def require_text(self) -> None:
        """Unobservable: the log goes where it could not be read."""
        if not self.read:
            places = ", ".join(dict.fromkeys(self.streams)) or "nowhere that is known"
            raise Unobservable(f"Flower's log could not be read: its output goes to {places}")


@probe(PROGRAM, way="process", owner=True, limit_s=15, private=True)
def logs(out: Output) -> Logs:
    """Source: /proc/<pid>/fd, the files themselves, journalctl(1).

    Absent: Flower does not run.  Unobservable: no python3 on the host, neither root nor Flower's own user.
    """
    found = read_answer(out)
    if not found:
        raise Absent("Flower does not run, so it writes no log")
    names = LogFile.__dataclass_fields__
    return Logs(
        files=tuple(LogFile(**{name: item[name] for name in names}) for item in found["files"]),
        streams=tuple(found["streams"]),
        read=tuple(found["read"]),
        errors=found["errors"],
        busiest_hour=found["busiest_hour"],
        tracebacks=found["tracebacks"],
        capture_failures=found["capture_failures"],
        drift_warnings=found["drift_warnings"],
        save_failures=found["save_failures"],
        samples=tuple(found["samples"]),
    )
