"""The files of one dbm database on disk: its family, its keys, and who may do what to them.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from pathlib import Path
from typing import Any

from flower_audit.parsers.dbm_keys import Keys, Malformed, read_dumb_keys, read_keys
from flower_audit.parsers.process_paths import (
    Place,
    mount_under,
    mounts_of,
    place_of,
    root_of,
    without_links,
)

SUFFIXES = ("", ".db", ".dat", ".dir", ".bak", ".pag")
CONTAINER_SIGNS = ("/docker/", "/containers/storage/", "containerd", "/crio/", "/lxc/")
ANONYMOUS = re.compile(r"/volumes/[0-9a-f]{64}/_data(/|$)")
TEXT_LIMIT = 1_000_000


def main(arguments: list[str]) -> None:
    """Print what is known of the database, as JSON.  Shape: `arguments` are its path and Flower's pid."""
    path, pid = arguments
    places = {suffix: place_of(pid, path + suffix) for suffix in (*SUFFIXES, "-wal")}
    folder = place_of(pid, str(Path(path).parent))
    answer: dict[str, Any] = {"path": places[""].called, "corrupt": [], "keys": None, "problem": ""}
    answer["now"] = time.time()
    answer["folder"] = properties_of(folder)
    if answer["folder"]:
        beside = sorted(file.name for file in Path(folder.opened).iterdir())
        names = [name for name in beside if name.startswith(Path(path).name)][:200]
        answer["corrupt"] = [name for name in names if name.endswith(".corrupt")][:10]
        answer["whole_aside"] = whole_family(folder.opened, answer["corrupt"])
    answer["files"] = [found for found in (properties_of(places[suffix]) for suffix in SUFFIXES) if found]
    answer["mount"] = mount_of(without_links(root_of(pid), path), answer["folder"].get("device", 0), pid or "self")
    answer["process"] = identity_of(pid) if pid else None
    try:
        keys = database_at({suffix: place.opened for suffix, place in places.items()})
    except Malformed as error:
        answer["problem"] = str(error)
    except OSError as error:
        answer["unreadable"] = error.strerror or "it cannot be read"
    else:
        if keys:
            answer["keys"] = {"family": keys.family, "sizes": keys.sizes}
    wal = places["-wal"].opened
    answer["wal"] = Path(wal).stat().st_size if Path(wal).is_file() else 0
    print(json.dumps(answer))


def database_at(paths: dict[str, str]) -> Keys | None:
    """The keys of the database whose files are at these paths, by suffix; None where there is none.

    Raises Malformed, OSError.  Where files of several families lie beside each other, as after a change of Python, the
    youngest counts.
    """
    families = []
    for suffix in ("", ".db", ".pag", ".dir"):
        file = Path(paths[suffix])
        if file.is_file() and (suffix != ".dir" or Path(paths[".dat"]).is_file()):
            families.append((file.stat().st_mtime, suffix))
    if not families:
        return None
    suffix = max(families)[1]
    if suffix == ".dir":
        with open_plain(paths[".dir"]) as file:
            return read_dumb_keys(file.read(TEXT_LIMIT), Path(paths[".dat"]).stat().st_size)
    with open_plain(paths[suffix]) as file:
        return read_keys(file, os.fstat(file.fileno()).st_size)


def whole_family(folder: str, names: list[str]) -> str:
    """The family of the first of these files that is a whole database with keys, empty where none is."""
    for name in names:
        try:
            with open_plain(str(Path(folder, name))) as file:
                keys = read_keys(file, os.fstat(file.fileno()).st_size)
        except (Malformed, OSError):
            continue
        if keys.sizes:
            return keys.family
    return ""


def open_plain(path: str) -> Any:
    """A regular file, open for reading; a pipe put in its place does not hold the reader up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Malformed("it is no regular file")
    return os.fdopen(descriptor, "rb")


def properties(path: str) -> dict[str, Any]:
    """Mode, owner, size, age and device of a file of the host; empty where it does not exist."""
    return properties_of(Place(path, path, path))


def properties_of(place: Place) -> dict[str, Any]:
    """Mode, owner, size, age and device of a file; empty where it does not exist."""
    try:
        found = os.stat(place.opened)  # noqa: PTH116 - the same call for text paths of either kind
    except OSError:
        return {}
    above = Path(place.reached).parents if place.reached else []
    return {
        "path": place.called,
        "mode": stat.S_IMODE(found.st_mode),
        "exposed": bool(found.st_mode & 0o006 and place.reached) and all(one.stat().st_mode & 0o001 for one in above),
        "uid": found.st_uid,
        "gid": found.st_gid,
        "size": found.st_size,
        "mtime": found.st_mtime,
        "device": found.st_dev,
    }


def mount_of(path: str, device: int, pid: str) -> dict[str, Any]:
    """The mount that a path lies on, as the process sees it: its point, type, and whether it is read-only.

    Shape: `layer` says that it is the container's own file system, `anonymous` that it is a volume without a name.
    """
    found = mount_under(mounts_of(pid), path, f"{os.major(device)}:{os.minor(device)}")
    if found is None:
        return {}
    signs = found.super_options + (found.root if found.point == "/" else "")
    return {
        "point": found.point,
        "type": found.type,
        "read_only": "ro" in found.options.split(","),
        "layer": any(sign in signs for sign in CONTAINER_SIGNS),
        "anonymous": bool(ANONYMOUS.search(found.root)),
    }


def identity_of(pid: str) -> dict[str, list[int]]:
    """The file-system user and the groups of a process."""
    found: dict[str, list[int]] = {}
    for line in Path("/proc", pid, "status").read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, values = line.partition(":")
        if name in ("Uid", "Gid", "Groups"):
            found[name.lower()] = [int(value) for value in values.split()]
    return {"uid": found["uid"][3:], "groups": found["gid"][3:] + found.get("groups", [])}
