"""Where copies of a database lie, and what the newest holds.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
"""

from __future__ import annotations

import json
import os
import re
import resource
import stat
import time
from pathlib import Path
from typing import Any

from flower_audit.parsers.backup_archives import inspection
from flower_audit.parsers.backup_jobs import jobs_for
from flower_audit.parsers.database_files import properties
from flower_audit.parsers.process_paths import place_of

USUAL_PLACES = (
    *("/var/backups", "/var/backup", "/backup", "/backups", "/srv/backup", "/srv/backups", "/opt/backups"),
    *("/mnt/backup", "/mnt/backups", "/root/backups", "/home/backup"),
)
ARCHIVE_NAME = re.compile(r"\.(tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst|zip|7z|gpg|age|enc|db|dump|bak|dat|dir)(\.\d+)?$")
NOT_A_COPY = re.compile(r"\.(sha\d*|sha256sum|md5|asc|sig|log|txt|json|sh|py|lock|tmp|part|corrupt|service|timer)$")
MAX_ENTRIES = 4000
MAX_DEPTH = 6
MOST_COPIES = 10
MEMORY_LIMIT = 512 << 20


def main(arguments: list[str]) -> None:
    """Print the backup jobs, the copies found, and what the newest one holds, as JSON."""
    path, pid = arguments
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    lies = place_of(pid, path)
    database = lies.called
    jobs = jobs_for(database)
    # /var/lib/<name> of a DynamicUser= is a link to /var/lib/private: under its other name the database is no copy.
    real = os.path.realpath(database)
    dedicated = [os.path.realpath(place) for job in jobs for place in job["places"]]
    own = str(Path(real).parent)
    usual = [*USUAL_PLACES, own + "/backup", own + "/backups", own]
    searched = list(
        dict.fromkeys(
            [*(place for place in dedicated if place != own), *map(os.path.realpath, filter(os.path.isdir, usual))]
        )
    )
    copies: dict[str, dict[str, Any]] = {}
    for place in searched:
        if copies and place not in dedicated:
            break  # where the job writes is what counts; the usual places are a guess
        for found in copies_in(place, real, place in dedicated and place != own):
            copies.setdefault(found["path"], found)
    newest_first = sorted(copies.values(), key=lambda copy: copy["mtime"], reverse=True)
    # A second name of the same file is no second copy.
    count = len({(copy["device"], copy.get("inode", copy["path"])) for copy in newest_first})
    answer: dict[str, Any] = {"jobs": jobs, "searched": searched, "count": count, "now": time.time()}
    older = [copy for copy in newest_first[MOST_COPIES:] if copy["exposed"]]
    answer["copies"] = newest_first[:MOST_COPIES] + older[:MOST_COPIES]
    answer["database"] = [found for found in (properties(database + end) for end in ("", ".db", ".dat")) if found]
    there = Path(lies.opened).parent
    answer["apart"] = lies.opened != path and there.is_dir() and not (lies.reached and Path(own).is_dir())
    answer["newest"] = inspection(newest_first[0]) if newest_first else None
    print(json.dumps(answer))


def copies_in(place: str, database: str, dedicated: bool) -> list[dict[str, Any]]:
    """Files below a folder that look like copies: the parts of a dumb database count as one."""
    own = Path(database)
    stem = own.name.partition(".")[0].lower()
    live = {str(own) + suffix for suffix in ("", ".db", ".dat", ".dir", ".bak", ".pag", "-wal", "-shm")}
    found: dict[str, dict[str, Any]] = {}
    entries = 0
    for folder, folders, files in os.walk(place):
        if place == str(own.parent) or folder.count("/") - place.rstrip("/").count("/") >= MAX_DEPTH:
            folders.clear()
        if folder == str(own.parent) and place != folder:
            continue
        if "snapshots" in folders and "keys" in folders and "config" in files:
            folders.clear()
            found[folder] = {**properties(folder), "kind": "restic repository"}
            continue
        for name in files:
            entries += 1
            path = f"{folder}/{name}"
            relative = path[len(place) :].lower()
            named = stem in relative or "flower" in relative
            if not named and not (dedicated and ARCHIVE_NAME.search(name)):
                continue
            if path in live or NOT_A_COPY.search(name) or name.startswith(own.name + ".tmp") or Path(path).is_symlink():
                continue
            one = properties(path)
            if not one or not stat.S_ISREG(Path(path).stat().st_mode):
                continue
            one["inode"] = Path(path).stat().st_ino
            if not dedicated and not ARCHIVE_NAME.search(name) and own.name not in name:
                continue
            base = re.sub(r"\.(dat|dir|bak)$", "", path)
            parts = found[base]["parts"] + [path] if base in found else [path]
            youngest = max(one["mtime"], found[base]["mtime"] if base in found else 0)
            exposed = one["exposed"] or (base in found and found[base]["exposed"])
            whole = {"path": base if len(parts) > 1 else path, "parts": parts, "mtime": youngest, "exposed": exposed}
            found[base] = {**one, **whole}
        if entries > MAX_ENTRIES:
            break
    for copy in found.values():
        copy["kind"] = copy.get("kind", "file")
    return list(found.values())
