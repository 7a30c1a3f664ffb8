"""Timers and cron lines that copy a database, and the places they copy it to.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
Sources: systemd.timer(5), crontab(5), run-parts(8).
"""

from __future__ import annotations

import pwd
import re
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

UNIT_FOLDERS = (
    *("/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"),
    *("/usr/lib/systemd/system", "/lib/systemd/system"),
)
CRONTABS = ("/etc/crontab", "/etc/anacrontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/*", "/var/spool/cron/*")
RUN_PARTS = ("/etc/cron.hourly/*", "/etc/cron.daily/*", "/etc/cron.weekly/*", "/etc/cron.monthly/*")
SCRIPT_LIMIT = 65_536
MAX_FILES = 400
COPYING = re.compile(
    r"\b(cp|tar|rsync|zip|gzip|pigz|zstd|xz|bzip2|7za?|cpio|dd|install|scp|sftp|sqlite3|gdbm_dump|restic|borg|borgmatic|"
    r"rclone|duplicity|rdiff-backup|rsnapshot|aws|gsutil|gcloud|azcopy|mc|s3cmd|lftp|shutil|tarfile|zipfile|copy2?|"
    r"copytree|[\w-]*backup[\w-]*)\b"
)
REMOTE = (
    ("object storage", re.compile(r"\b(s3|gs|az|b2|swift)://|\bs3:https?://|\baws\s+s3\b|\bgsutil\b|\bazcopy\b")),
    ("rclone", re.compile(r"\brclone\s+\w+[^\n]*\s[\w-]+:")),
    ("another host", re.compile(r"(?<![\w/])([\w.-]+@)?[\w-][\w.-]*::?/?[\w./~-]*/(?=[\s\w\x22$.-]|$)")),
    ("another host", re.compile(r"\b(sftp|ssh|rsync|rest|ftps?):(//)?[\w$]")),
)
COPIES_AWAY = re.compile(r"\b(scp|rsync|sftp|ssh|borg|restic|duplicity|lftp|rclone|aws|gsutil|azcopy|s3cmd|mc)\b")
STATE = ("/var/lib/", "/opt/", "/home/")
SYSTEM_PLACES = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/etc/", "/proc/", "/sys/", "/dev/", "/run/")


def jobs_for(database: str) -> list[dict[str, Any]]:
    """Timers and cron lines whose command, or the script it runs, copies the database."""
    crontabs = [file for pattern in CRONTABS for file in sorted(Path("/").glob(pattern[1:]))]
    scripts = [file for pattern in RUN_PARTS for file in sorted(Path("/").glob(pattern[1:]))]
    timers = timers_for(database, UNIT_FOLDERS)
    return [*timers, *crontab_jobs_for(database, crontabs), *run_parts_for(database, scripts)][:8]


def timers_for(database: str, folders: tuple[str, ...]) -> list[dict[str, Any]]:
    """The timers, with what systemd says of their last run; of units with the same name the one found first counts."""
    found, seen = [], set()
    for folder in folders:
        for timer in sorted(Path(folder).glob("*.timer"))[:MAX_FILES]:
            if timer.name in seen:
                continue
            seen.add(timer.name)
            unit = value_of(text_of(timer), "Unit") or timer.stem + ".service"
            text, script = unit_text(unit, folders)
            if copies(text, database):
                job = {"kind": "timer", "name": timer.name, "where": script or unit, "service": unit, "problem": ""}
                found.append({**job, **places_in(text, database), **state_of(timer.name, unit)})
    return found


def unit_text(unit: str, folders: tuple[str, ...]) -> tuple[str, str]:
    """Everything that a service runs, drop-ins applied, and the first script among it."""
    names = [unit, re.sub(r"@.*\.", "@.", unit)]
    fragments = [Path(folder, name) for name in names for folder in folders if Path(folder, name).exists()]
    drop_ins = [file for name in names for folder in folders for file in Path(folder, name + ".d").glob("*.conf")]
    text = "\n".join(text_of(file) for file in [*fragments[:1], *sorted(set(drop_ins), key=lambda file: file.name)])
    commands: dict[str, list[str]] = {}
    for name, value in re.findall(r"(?m)^(Exec\w+|Environment)=[-@:+!]*(.*)$", text.replace("\\\n", " ")):
        commands[name] = [*commands.get(name, []), value] if value.strip() else []  # an empty one takes all back
    settings = re.sub(r"[\x22\x27]", "", "\n".join(commands.pop("Environment", []))).replace(" ", "\n")
    return with_scripts("\n".join([settings, *(line for lines in commands.values() for line in lines)]))


def state_of(timer: str, service: str) -> dict[str, Any]:
    """What systemd says of a timer and the service it starts; empty where systemd does not run."""
    wanted = "ActiveState,SubState,UnitFileState,Result,ExecMainStatus,ExecMainExitTimestamp"
    try:
        answers = [
            subprocess.run(  # noqa: S603 - the name of a unit that was found on disk
                ["systemctl", "show", name, "--property=" + wanted],  # noqa: S607 - root's own PATH
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=5,
                check=False,
            ).stdout.decode("utf-8", "replace")
            for name in (timer, service)
        ]
    except (OSError, subprocess.TimeoutExpired):
        return {}
    first, second = [dict(line.partition("=")[::2] for line in answer.splitlines()) for answer in answers]
    run_out = f"{timer} has run out: none of its times comes again before the next boot"
    return {
        "problem": run_out if first.get("SubState") == "elapsed" else "",
        "active": first.get("ActiveState", "") == "active",
        "enabled": first.get("UnitFileState", "")[:20],
        "result": second.get("Result", "")[:30],
        "status": second.get("ExecMainStatus", "")[:10],
        "ended": second.get("ExecMainExitTimestamp", "")[:40],
        "remembered": "" if second.get("ExecMainExitTimestamp") else remembered_result(service),
    }


def remembered_result(service: str) -> str:
    """How a service ended last, from the journal: systemd itself forgets it with each start of the machine."""
    command = ["journalctl", "--unit", service, "-n", "200", "-o", "cat", "--no-pager", "-q"]
    try:
        run = subprocess.run(  # noqa: S603 - the name of a unit that was found on disk
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    for line in reversed(run.stdout.decode("utf-8", "replace").splitlines()):
        failed = re.match(re.escape(service) + r": Failed with result .([\w-]+).\.$", line)
        if failed:
            return failed.group(1)
        if re.match(re.escape(service) + r": (Deactivated successfully|Succeeded)\.$", line):
            return "success"
    return ""


def crontab_jobs_for(database: str, files: list[Path]) -> list[dict[str, Any]]:
    """Lines of crontabs."""
    found = []
    for file in files[:MAX_FILES]:
        content = text_of(file)
        settings = "\n".join(re.findall(r"^\s*\w+\s*=.*$", content, re.MULTILINE))
        for number, line in enumerate(content.splitlines(), 1):
            if not re.match(r"\s*[@\d*]", line):
                continue
            text, script = with_scripts(settings + "\n" + line.replace("\\%", "%"))
            if copies(text, database):
                ignored = ignored_name(file) if file.parent.name == "cron.d" else ""
                problem = ignored or stranger_in(line, file) or no_cron()
                job = {"kind": "cron", "name": f"{file}:{number}", "where": script or str(file), "problem": problem}
                found.append({**job, **places_in(text, database)})
    return found


def run_parts_for(database: str, files: list[Path]) -> list[dict[str, Any]]:
    """Scripts of /etc/cron.daily and its like."""
    found = []
    for file in files[:MAX_FILES]:
        text, _ = with_scripts(str(file))
        if copies(text, database):
            problem = ignored_name(file) or no_cron()
            if not file.stat().st_mode & 0o111:
                problem = "the script is not executable, so run-parts skips it"
            job = {"kind": "cron", "name": str(file), "where": str(file), "problem": problem}
            found.append({**job, **places_in(text, database)})
    return found


def ignored_name(file: Path) -> str:
    """Why Debian's cron and run-parts pass a file over, empty where they do not."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", file.name) or not Path("/etc/debian_version").exists():
        return ""
    return f"cron passes over {file.name}: a name with a dot is ignored there"


def stranger_in(line: str, file: Path) -> str:
    """Why cron refuses a line of the system's crontabs, whose word after the times is a user's name."""
    if "cron.d" not in file.parts and file.name != "crontab":
        return ""
    words = line.split()
    user = "".join(words[1 if words[0].startswith("@") else 5 :][:1])
    try:
        pwd.getpwnam(user)
    except KeyError:
        return f"cron refuses the line: it takes {user[:60]} for the name of a user"
    return ""


def no_cron() -> str:
    """What is wrong where no cron daemon runs, empty where one does."""
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() in ("cron", "crond", "anacron", "fcron", "busybox"):
                return ""
        except OSError:
            continue
    return "no cron daemon runs on this host"


def text_of(file: Path) -> str:
    """A text file, cut; empty where it is none, or cannot be read."""
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as opened:
            content = opened.read(SCRIPT_LIMIT)
    except OSError:
        return ""
    return "" if b"\0" in content else content.decode("utf-8", "replace")


def value_of(text: str, name: str) -> str:
    """The last value of a setting in a unit."""
    values = re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)
    return values[-1].strip() if values else ""


def with_scripts(commands: str) -> tuple[str, str]:
    """Commands with the text of the scripts they name, and of the settings that those name, variables filled in."""
    text, first = commands, ""
    seen: set[str] = set()
    for _ in range(2):
        for name in re.findall(r"(?<![\w.])/[\w./+@-]+", expand(text)):
            if name in seen or len(seen) > MAX_FILES:
                continue
            seen.add(name)
            if name.startswith(("/proc/", "/sys/", "/dev/")):
                continue
            content = text_of(Path(name))
            if content and not name.endswith((".log", ".db", ".dir")):
                first = first or name
                text += "\n" + content
    without_comments = re.sub(r"(?m)^\s*#.*$", "", text)
    return expand(without_comments), first


def expand(text: str) -> str:
    """The text with its own plain assignments filled in where they are used."""
    for _ in range(3):
        known = dict(
            re.findall(
                r"^\s*(?:export\s+|readonly\s+|local\s+)?(\w+)=[\x22\x27]?([^\s\x22\x27`;(]*)", text, re.MULTILINE
            )
        )
        text = re.sub(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))", partial(value_in, known), text)
    return text


def value_in(known: dict[str, str], match: re.Match[str]) -> str:
    """What stands for a variable: its value, else its default, else itself."""
    return known.get(match.group(1) or match.group(3)) or match.group(2) or match.group(0)


def copies(text: str, database: str) -> bool:
    """Whether commands copy a database or its folder, under any name: that of a DynamicUser= is a link to another."""
    return any(copies_by_name(text, name) for name in {database, str(Path(database).resolve())})


def copies_by_name(text: str, database: str) -> bool:
    """Whether commands copy a database or the folder that it lies in, by this name."""
    folder, _, name = database.rpartition("/")
    named: object = re.search(rf"{re.escape(database)}(?![\w-])", text) or (
        folder.count("/") > 1 and re.search(rf"{re.escape(folder)}(?![\w-])", text)
    )
    parent, _, last = folder.rpartition("/")
    changed = rf"-C\s*[\x22\x27]?{re.escape(parent)}/?[\x22\x27]?\s[^\n]*(?<![\w/.-]){re.escape(last)}(?![\w.-])"
    named = named or (last and re.search(changed, text))
    # The bare name, after `cd` or a variable; below another folder for state it is another instance's database.
    mentions = re.finditer(rf"(?<![\w./@+-])([\w./@+-]*/)?{re.escape(name)}(?![\w-])", text) if "." in name else []
    named = named or any(not str(mention.group(1) or "").startswith(STATE) for mention in mentions)
    return bool(named and COPYING.search(text))


def places_in(text: str, database: str) -> dict[str, Any]:
    """Folders on this host that commands name, other than the database's own, and the kind of any place elsewhere."""
    found: list[str] = []
    stem = Path(database).name.partition(".")[0].lower()
    for path in re.findall(r"(?<![\w.:@])/[\w./+@%{}$*`()-]+", text):
        whole = re.split(r"[$%*`{(]", path)[0]
        cut = whole if whole == path else whole.rpartition("/")[0]
        folder = Path(cut)
        try:
            if folder.is_file() and (stem not in folder.name.lower() or str(folder).startswith(database)):
                continue  # a script, a setting, or the database itself
            folder = folder if folder.is_dir() else folder.parent
            usable = folder.is_dir() and folder != Path("/")
        except OSError:
            continue
        inside_system = (str(folder) + "/").startswith(SYSTEM_PLACES)
        if usable and not inside_system and str(folder) not in found:
            found.append(str(folder))
    remote = next((kind for kind, sign in REMOTE if sign.search(text)), "") if COPIES_AWAY.search(text) else ""
    own = str(Path(database).parent)
    return {"places": sorted(found, key=lambda place: place == own)[:8], "remote": remote}
