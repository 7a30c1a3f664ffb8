"""Where the host finds the paths of a process that has mounts or a root directory of its own, as in a container.

A symbolic link below /proc/<pid>/root would lead out into the host's files if the kernel followed it, so each one is
followed here, within that root.  Runs on the audited host (3.7 or later, standard library only): see `embedded`.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """One path of a process.

    Shape: `opened` is what the host opens; `called` what a person calls it, on the host where it has a name there;
    `reached` is the path by which others on the host come to it, empty where none is known.
    """

    opened: str
    called: str
    reached: str


class Mount(NamedTuple):
    """A line of mountinfo.  Shape: `root` is the folder of the file system that is seen at `point`."""

    device: str
    root: str
    point: str
    options: str
    type: str
    super_options: str


def place_of(pid: str, path: str) -> Place:
    """Where a path of a process lies.  Raises OSError where its links go round in circles."""
    root = root_of(pid)
    if not root:
        return Place(path, path, path)
    plain = without_links(root, path)
    if not has_own_root(pid):
        return Place(root + plain, path, root + plain)
    found = on_host(mounts_of(pid), mounts_of("self"), plain)
    return Place(root + plain, found or path, found)


def root_of(pid: str) -> str:
    """What to put before a path of a process: nothing, or the door to its own mounts (a container, PrivateTmp=)."""
    if not pid:
        return ""
    own, other = (os.readlink(f"/proc/{each}/ns/mnt") for each in ("self", pid))  # noqa: PTH115 - Python 3.7
    return "" if own == other else f"/proc/{pid}/root"


def has_own_root(pid: str) -> bool:
    """Whether its files are others than the host's: those of a container's image, or of RootDirectory=."""
    return bool(pid) and not os.path.samefile(f"/proc/{pid}/root/", "/")  # noqa: PTH121 - Python 3.7


def without_links(root: str, path: str) -> str:
    """A path as a process sees it, its links followed below that process's root: of DynamicUser= it has one."""
    for _ in range(40):
        parts = Path(path).parts
        heads = [str(Path(*parts[:count])) for count in range(2, len(parts) + 1)]
        link = next((head for head in heads if Path(root + head).is_symlink()), None)
        if link is None:
            return path
        target = os.readlink(root + link)  # noqa: PTH115 - Python 3.7
        path = os.path.normpath(Path(link).parent / target / Path(path).relative_to(link))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def on_host(inside: list[Mount], outside: list[Mount], path: str) -> str:
    """The host's own name of a path without links inside a container; empty where the host has not mounted it."""
    under = mount_under(inside, path)
    if under is None:
        return ""
    place = under.root.rstrip("/") + below(path, under.point)
    same = [mount for mount in outside if mount.device == under.device and is_below(place, mount.root)]
    if not same:
        return ""
    best = max(same, key=lambda mount: len(mount.root))
    return (best.point.rstrip("/") + below(place, best.root)) or "/"


def mount_under(mounts: list[Mount], path: str, device: str = "") -> Mount | None:
    """The mount that a path lies on: the closest, and of those mounted over each other the last."""
    found = None
    for mount in mounts:
        if is_below(path, mount.point):
            rank = (mount.device == device, len(mount.point))
            if found is None or rank >= (found.device == device, len(found.point)):
                found = mount
    return found


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return (path.rstrip("/") + "/").startswith(folder.rstrip("/") + "/")


def below(path: str, folder: str) -> str:
    """What of a path comes after a folder, with its slash."""
    return path[len(folder.rstrip("/")) :]


def mounts_of(pid: str) -> list[Mount]:
    """The mounts that a process sees.  Source: proc(5), mountinfo."""
    found = []
    for line in Path("/proc", pid, "mountinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        fields = [field.replace("\\040", " ") for field in line.split()]
        dash = fields.index("-")
        found.append(Mount(fields[2], fields[3], fields[4], fields[5], fields[dash + 1], fields[-1]))
    return found
