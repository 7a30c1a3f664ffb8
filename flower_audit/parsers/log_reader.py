"""Where a process writes its log, and what its recent part says: counts and a few lines, without secrets.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flower_audit.parsers.celery_command_line import environment_of, read_process_file, words_of
from flower_audit.parsers.container_log import EngineLog, log_of_engine
from flower_audit.parsers.process_paths import Place, place_of

TAIL = 524_288
RECENT_S = 86_400
SECRET_NAME = re.compile(r"(?i)pass|secret|token|api_?key|basic_auth|broker|oauth2_key|_dsn$|_url$")
FLAG = re.compile(r"^--?(?:basic[-_]auth|oauth2[-_]secret|oauth2[-_]key|cookie[-_]secret|broker[-_]api|broker)$|^-b$")
FORMS = (
    re.compile(r"\[(?P<level>[DIWEC]) (?P<when>\d{6} \d\d:\d\d:\d\d) "),
    re.compile(r"(?P<when>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d).{0,40}?\b(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)\b"),
)
URL_PASSWORD = re.compile(r"(://[^\s:/@]*:)(?!\*+@)([^\s@/]+)(?=@)")
SIGNS = {
    "tracebacks": re.compile(r"^\s*Traceback \(most recent call last\)"),
    "capture_failures": re.compile(r"Failed to capture events"),
    "drift_warnings": re.compile(r"Substantial drift from"),
    "save_failures": re.compile(r"Failed to (save|load) state|No space left on device|[Rr]ead-only file system"),
}


def main(arguments: list[str]) -> None:
    """Print the log files of a process and what its log says, as JSON.  Shape: `arguments` are its pid and unit."""
    pid, unit = arguments
    if not pid:
        print("{}")
        return
    words = words_of(read_process_file(pid, "cmdline"))
    secrets = secrets_of(words, environment_of(read_process_file(pid, "environ")))
    engine = log_of_engine(pid)
    streams = [engine.kind if engine.kind and kind == "pipe" else kind for kind in streams_of(pid)]
    files = log_files(pid) + ([engine_file(engine)] if "file" in streams and engine.path else [])
    answer: dict[str, Any] = {"files": files, "streams": streams, "now": time.time()}
    for file in answer["files"]:
        file["first_line_age_s"] = first_line_age(file["link"], answer["now"])
    texts = {file["path"]: tail_of(file["link"]) for file in answer["files"]}
    journal = "journal" in answer["streams"] and (unit or engine.container)
    if journal:
        texts["journal"] = journal_of(unit, engine.container)
    answer["journal_unreadable"] = bool(journal and texts["journal"] is None)
    answer["read"] = [name for name, text in texts.items() if text is not None]
    answer.update(summary("\n".join(filter(None, texts.values())), secrets))
    print(json.dumps(answer))


def secrets_of(words: list[str], environ: dict[str, str]) -> list[str]:
    """Secret values of a process, the longest first."""
    given = {name: value for name, value in environ.items() if SECRET_NAME.search(name)}
    for place, word in enumerate(words):
        name, separator, value = word.partition("=")
        if FLAG.match(name):
            given[name] = value if separator else words[place + 1] if place + 1 < len(words) else ""
    found: set[str] = set()
    for name, value in given.items():
        if "://" in value:
            try:
                parts = [urlsplit(url).password or "" for url in value.split(";")]
            except ValueError:
                parts = []
        elif "basic_auth" in name.lower().replace("-", "_"):
            parts = [pair.partition(":")[2] for pair in value.split(",")]
        else:
            parts = [value]
        found.update(form for part in parts for form in (part, unquote(part)) if len(form) >= 6)
    return sorted(found, key=len, reverse=True)


def log_files(pid: str) -> list[dict[str, Any]]:
    """Regular files that a process has open for writing and that look like logs."""
    found: dict[str, dict[str, Any]] = {}
    for link in sorted(Path("/proc", pid, "fd").iterdir(), key=lambda link: int(link.name)):
        try:
            name = os.readlink(link)  # noqa: PTH115 - Path.readlink is younger than Python 3.7
            state = link.stat()
            flags = int(re.findall(r"flags:\s+(\d+)", Path("/proc", pid, "fdinfo", link.name).read_text())[0], 8)
            place = place_of(pid, name[: -len(" (deleted)")] if name.endswith(" (deleted)") else name)
        except (OSError, IndexError):
            continue
        path = place.called
        looks = path.endswith((".log", ".out", ".err")) or "/log/" in path or link.name in ("1", "2")
        if not stat.S_ISREG(state.st_mode) or not flags & 3 or not looks or path in found:
            continue
        found[path] = {
            "path": path,
            "link": str(link),
            "appends": bool(flags & os.O_APPEND),
            "by_engine": False,
            "bounded": "",
            **properties_of(place, state),
        }
    return list(found.values())[:10]


def engine_file(engine: EngineLog) -> dict[str, Any]:
    """The file that a container engine writes what its container prints to."""
    found = {"path": engine.path, "link": engine.path, "appends": True}
    found.update({"by_engine": True, "bounded": engine.bounded})
    try:
        return {**found, **properties_of(Place(engine.path, engine.path, engine.path), Path(engine.path).stat())}
    except OSError:
        return {**found, "current": True, "size": 0, "mode": 0, "exposed": False}


def properties_of(place: Place, opened: os.stat_result) -> dict[str, Any]:
    """What an open file and the one of its name have in common."""
    try:
        named = os.stat(place.opened)  # noqa: PTH116 - the very name, as the process wrote it
    except OSError:
        named = None
    return {
        "current": named is not None and (named.st_ino, named.st_dev) == (opened.st_ino, opened.st_dev),
        "size": opened.st_size,
        "mode": stat.S_IMODE(opened.st_mode),
        "exposed": bool(opened.st_mode & 0o004 and place.reached)
        and all(above.stat().st_mode & 0o001 for above in Path(place.reached).parents),
    }


def streams_of(pid: str) -> list[str]:
    """What standard output and error are: journal, file, pipe, null or terminal."""
    kinds = []
    for number in ("1", "2"):
        try:
            name = os.readlink(f"/proc/{pid}/fd/{number}")  # noqa: PTH115 - Path.readlink is younger than Python 3.7
        except OSError:
            continue
        signs = (("socket:", "journal"), ("pipe:", "pipe"), ("/dev/null", "null"), ("/dev/pts", "terminal"))
        kinds.append(next((kind for sign, kind in signs if name.startswith(sign)), "file"))
    return kinds


def tail_of(path: str) -> str | None:
    """The end of a file; None where it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a link of /proc
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
            return file.read(TAIL).decode("utf-8", "replace")
    except OSError:
        return None


def first_line_age(path: str, now: float) -> float | None:
    """Seconds since the first line of a log that tells its time; None where none of the first ones does."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a link of /proc
            head = file.read(8192).decode("utf-8", "replace")
    except OSError:
        return None
    for form in FORMS:
        found = form.search(head)
        if found:
            return now - seconds_of(found.group("when"))
    return None


def journal_of(unit: str, container: str) -> str | None:
    """The last day of a unit and of a container in the journal; None where this user may not read it."""
    if not any(Path(place).glob("*/*.journal") for place in ("/var/log/journal", "/run/log/journal")):
        return None
    command = ["journalctl", "--since=-24h", "-n", "3000", "-o", "cat", "--no-pager", "-q"]
    matches = [f"_SYSTEMD_UNIT={unit}", f"_SYSTEMD_USER_UNIT={unit}"] if unit else []
    matches += [f"CONTAINER_ID_FULL={container}"] if container else []
    command += " + ".join(matches).split()
    try:
        run = subprocess.run(command, capture_output=True, timeout=8, check=False)  # noqa: S603 - the name of a unit
    except (OSError, subprocess.TimeoutExpired):
        return None
    if run.returncode or b"not seeing messages" in run.stderr or (not run.stdout and os.geteuid() != 0):
        return None
    return run.stdout.decode("utf-8", "replace")[-TAIL:]


def summary(text: str, secrets: list[str]) -> dict[str, Any]:
    """Counts over the last day, and the last lines of errors without the secrets that may stand in them."""
    counts = dict.fromkeys(SIGNS, 0)
    hours: dict[str, int] = {}
    samples: list[str] = []
    recent, level, hour = True, "", ""
    for line in text.splitlines():
        begun = next(filter(None, (form.search(line[:300]) for form in FORMS)), None)
        if begun:
            seconds = seconds_of(begun.group("when"))
            recent, hour = time.time() - seconds < RECENT_S, begun.group("when")[:-6]
            level = begun.group("level")[0]
        if not recent:
            continue
        if begun and level in "EC":
            hours[hour] = hours.get(hour, 0) + 1
            samples.append(line)
        for name, sign in SIGNS.items():
            counts[name] += bool(sign.search(line))
    return {
        **counts,
        "errors": sum(hours.values()),
        "busiest_hour": max(hours.values(), default=0),
        "samples": [without(sample, secrets)[:160] for sample in samples[-3:]],
    }


def seconds_of(when: str) -> float:
    """A time of the host's own clock and zone."""
    form = "%y%m%d %H:%M:%S" if when[:6].isdigit() else "%Y-%m-%d %H:%M:%S"
    try:
        return datetime.strptime(when.replace("T", " "), form).timestamp()
    except ValueError:
        return 0.0


def without(text: str, secrets: list[str]) -> str:
    """A line of a log without what is secret in it."""
    for secret in secrets:
        text = text.replace(secret, "[redacted]")
    return URL_PASSWORD.sub(r"\1[redacted]", text)
