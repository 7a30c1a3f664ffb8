"""Where a container engine puts what its container prints.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
Sources: conmon(8), `--log-path`; https://docs.docker.com/engine/logging/configure/
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from flower_audit.parsers.celery_command_line import read_process_file, words_of
from flower_audit.parsers.process_paths import place_of

KINDS = {"journald": "journal", "k8s-file": "file", "json-file": "file", "local": "file", "none": "null", "off": "null"}


class EngineLog(NamedTuple):
    """What becomes of a container's output.

    Shape: `kind` is journal, file or null, empty where it is not told or Flower runs in no container; `bounded` says
    what keeps the file small, empty where nothing does.
    """

    kind: str
    path: str
    bounded: str
    container: str


def log_of_engine(pid: str) -> EngineLog:
    """The log of the container that a process runs in."""
    above = parent_of(pid)
    while above not in ("", "0", "1"):
        words = words_of(read_process_file(above, "cmdline"))
        if words and words[0].rpartition("/")[2] == "conmon":
            return log_of_conmon(words)
        above = parent_of(above)
    ids = re.findall(r"[/-]([0-9a-f]{64})\b", read_process_file(pid, "cgroup").decode("utf-8", "replace"))
    if not ids:
        return EngineLog("", "", "", "")
    # Docker keeps the container's /etc/hostname and its settings in one folder.
    return log_of_docker(Path(place_of(pid, "/etc/hostname").called).parent, ids[0])


def log_of_conmon(words: list[str]) -> EngineLog:
    """The log as conmon, which podman and CRI-O put above a container, was told to write it."""
    containers = [words[place + 1] for place, word in enumerate(words[:-1]) if word in ("-c", "--cid")]
    drivers = [words[place + 1] for place, word in enumerate(words[:-1]) if word in ("-l", "--log-path")]
    sizes = [words[place + 1] for place, word in enumerate(words[:-1]) if word == "--log-size-max"]
    driver, _, path = drivers[-1].partition(":") if drivers else ("", "", "")
    limit = f"--log-opt max-size={sizes[-1]}" if sizes and sizes[-1] not in ("0", "-1") else ""
    return EngineLog(KINDS.get(driver, ""), path, limit, containers[0] if containers else "")


def log_of_docker(folder: Path, container: str) -> EngineLog:
    """The log as Docker keeps the settings of a container in its folder."""
    try:
        settings = json.loads((folder / "hostconfig.json").read_bytes()[:1_000_000])["LogConfig"]
        driver, given = str(settings["Type"]), settings.get("Config") or {}
        size = given.get("max-size", "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return EngineLog("", "", "", container)
    limit = f"max-size={size}" if size else ""
    if driver == "local":  # five files of 20 MB, unless it is told otherwise
        return EngineLog("file", str(folder / "local-logs/container.log"), limit or "the driver `local`", container)
    return EngineLog(KINDS.get(driver, ""), str(folder / f"{container}-json.log"), limit, container)


def parent_of(pid: str) -> str:
    """The parent's id, empty where the process is gone."""
    found = re.search(r"^PPid:\s*(\d+)", read_process_file(pid, "status").decode("utf-8", "replace"), re.MULTILINE)
    return found.group(1) if found else ""
