"""The files of one dbm database on disk: its family, its keys, and who may do what to them.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
"""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path
from typing import Any

from flower_audit.parsers.dbm_keys import Keys, Malformed, read_dumb_keys, read_keys

SUFFIXES = ("", ".db", ".dat", ".dir", ".bak", ".pag")
CONTAINER_SIGNS = ("/docker/", "/containers/storage/", "containerd", "/crio/", "/lxc/")
TEXT_LIMIT = 1_000_000


def main(arguments: list[str]) -> None:
    """Print what is known of the database, as JSON.  Shape: `arguments` are its path and Flower's pid."""
    path, pid = arguments
    root = root_of(pid)
    base = root + path
    answer: dict[str, Any] = {"path": path, "files": [], "corrupt": [], "keys": None, "problem": ""}
    answer["now"] = time.time()
    folder = Path(base).parent
    answer["folder"] = properties(str(folder), root)
    if answer["folder"]:
        names = sorted(file.name for file in folder.iterdir() if file.name.startswith(Path(path).name))[:200]
        answer["corrupt"] = [name for name in names if name.endswith(".corrupt")][:10]
    answer["files"] = [found for found in (properties(base + suffix, root) for suffix in SUFFIXES) if found]
    answer["mount"] = mount_of(without_links(root, path), answer["folder"].get("device", 0), pid or "self")
    answer["process"] = identity_of(pid) if pid else None
    try:
        keys = database_at(base)
    except Malformed as error:
        answer["problem"] = str(error)
    except OSError as error:
        answer["unreadable"] = error.strerror or "it cannot be read"
    else:
        if keys:
            answer["keys"] = {"family": keys.family, "sizes": keys.sizes}
    wal = base + "-wal"
    answer["wal"] = Path(wal).stat().st_size if Path(wal).is_file() else 0
    print(json.dumps(answer))


def database_at(base: str) -> Keys | None:
    """The keys of the database at a path without suffixes; None where there is none.  Raises Malformed, OSError.

    Where files of several families lie beside each other, as after a change of Python, the youngest counts.
    """
    families = []
    for suffix in ("", ".db", ".pag", ".dir"):
        file = Path(base + suffix)
        if file.is_file() and (suffix != ".dir" or Path(base + ".dat").is_file()):
            families.append((file.stat().st_mtime, suffix))
    if not families:
        return None
    suffix = max(families)[1]
    if suffix == ".dir":
        with open_plain(base + ".dir") as file:
            return read_dumb_keys(file.read(TEXT_LIMIT), Path(base + ".dat").stat().st_size)
    with open_plain(base + suffix) as file:
        return read_keys(file, os.fstat(file.fileno()).st_size)


def open_plain(path: str) -> Any:
    """A regular file, open for reading; a pipe put in its place does not hold the reader up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Malformed("it is no regular file")
    return os.fdopen(descriptor, "rb")


def properties(path: str, root: str = "") -> dict[str, Any]:
    """Mode, owner, size, age and device of a file; empty where it does not exist."""
    try:
        found = os.stat(path)  # noqa: PTH116 - the same call for text paths of either kind
    except OSError:
        return {}
    return {
        "path": path[len(root) :],
        "mode": stat.S_IMODE(found.st_mode),
        "exposed": bool(found.st_mode & 0o006) and all(above.stat().st_mode & 0o001 for above in Path(path).parents),
        "uid": found.st_uid,
        "gid": found.st_gid,
        "size": found.st_size,
        "mtime": found.st_mtime,
        "device": found.st_dev,
    }


def root_of(pid: str) -> str:
    """What to put before a path of a process: nothing, or the door to its own mounts (a container, PrivateTmp=)."""
    if not pid:
        return ""
    own, other = (os.readlink(f"/proc/{each}/ns/mnt") for each in ("self", pid))  # noqa: PTH115 - Python 3.7
    return "" if own == other else f"/proc/{pid}/root"


def without_links(root: str, path: str) -> str:
    """A path as a process sees it, its links followed below that process's root: of DynamicUser= it has one."""
    for _ in range(40):
        parts = Path(path).parts
        heads = [str(Path(*parts[:count])) for count in range(2, len(parts) + 1)]
        link = next((head for head in heads if Path(root + head).is_symlink()), None)
        if link is None:
            break
        target = os.readlink(root + link)  # noqa: PTH115 - Python 3.7
        path = os.path.normpath(Path(link).parent / target / Path(path).relative_to(link))
    return path


def mount_of(path: str, device: int, pid: str) -> dict[str, Any]:
    """The mount that a path lies on, as the process sees it: its point, type, and whether it is read-only."""
    best: dict[str, Any] = {}
    closest = (False, 0)
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc", pid, "mountinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split()
        point = fields[4].replace("\\040", " ")
        rank = (fields[2] == number, len(point))
        if (path + "/").startswith(point.rstrip("/") + "/") and rank >= closest:
            closest, dash = rank, fields.index("-")
            best = {"point": point, "type": fields[dash + 1], "read_only": "ro" in fields[5].split(",")}
            best["layer"] = any(sign in fields[-1] for sign in CONTAINER_SIGNS)
    return best


def identity_of(pid: str) -> dict[str, list[int]]:
    """The file-system user and the groups of a process."""
    found: dict[str, list[int]] = {}
    for line in Path("/proc", pid, "status").read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, values = line.partition(":")
        if name in ("Uid", "Gid", "Groups"):
            found[name.lower()] = [int(value) for value in values.split()]
    return {"uid": found["uid"][3:], "groups": found["gid"][3:] + found.get("groups", [])}
