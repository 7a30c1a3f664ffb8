"""Celery workers that run on a host, and which broker each was told to use.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from flower_audit.parsers.broker_connection import addresses_of, is_local
from flower_audit.parsers.celery_command_line import (
    broker_given,
    environment_of,
    is_legacy,
    option,
    read_process_file,
    split_url,
    words_of,
)
from flower_audit.parsers.open_connections import connected_brokers, network_of

MAX_WORKERS = 50
EVENTS = re.compile("-[BD]*E[BDE]*$")  # short options without a value may be written together: -BE
WRAPPERS = ("sh", "bash", "dash", "sudo", "su", "timeout", "env", "nice", "ssh", "grep", "runuser", "setpriv", "tini")


def main(arguments: list[str]) -> None:
    """Print the workers of this host as JSON.  Shape: `arguments` are Flower's pid and its environment's path."""
    flower, venv = arguments
    own = traits_of(flower, words_of(read_process_file(flower, "cmdline"))) if flower else set()
    commands = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            words = words_of(read_process_file(folder.name, "cmdline"))
            if (
                is_worker(words)
                and read_process_file(folder.name, "comm").decode("utf-8", "replace").strip() not in WRAPPERS
            ):
                commands[folder.name] = words
    masters = [pid for pid in commands if parent_of(pid) not in commands]
    workers = [described(pid, commands[pid], own, venv) for pid in sorted(masters, key=int)[:MAX_WORKERS]]
    print(json.dumps({"workers": workers}))


def is_worker(words: list[str]) -> bool:
    """Whether a command line is a Celery worker's."""
    for place, word in enumerate(words):
        if word.rpartition("/")[2] == "celery":
            return "worker" in words[place + 1 :] and "multi" not in words[place + 1 :]
    return False


def parent_of(pid: str) -> str:
    """The parent's id, empty where the process is gone."""
    for line in read_process_file(pid, "status").decode("utf-8", "replace").splitlines():
        if line.startswith("PPid:"):
            return line.split()[1]
    return ""


def traits_of(pid: str, words: list[str]) -> set[str]:
    """What ties processes of one application together: its folder, its interpreter's environment, its name."""
    found = set()
    application = option(words, "-A", "--app")
    if application:
        found.add("app " + application)
    found.update("bin " + word.rpartition("/")[0] for word in words[:2] if word.startswith("/") and "/bin/" in word)
    try:
        folder = os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - Path.readlink is younger than Python 3.7
    except OSError:
        folder = "/"
    if folder not in ("/", "/root"):
        found.add("cwd " + folder)
    return found - {"bin /usr/bin", "bin /usr/local/bin", "bin /bin"}


def described(pid: str, words: list[str], flower: set[str], venv: str) -> dict[str, Any]:
    """One worker."""
    given, where = broker_given(words, environment_of(read_process_file(pid, "environ")), "worker", is_legacy(venv))
    if where == "default" and Path("/proc", pid, "cwd", "celeryconfig.py").exists():
        given, where = "", "the application"
    brokers = [split_url(url) for url in given.split(";") if url.strip()] or connected_brokers(pid)
    return {
        "pid": int(pid),
        "name": (option(words, "-n", "--hostname") or "")[:100],
        "sends_events": any(word in ("--task-events", "--events") or EVENTS.match(word) for word in words),
        "where": where,
        "related": bool(flower & traits_of(pid, words)),
        "other_network": network_of(pid) != network_of("self"),
        "brokers": [
            {
                "scheme": broker.scheme,
                "host": broker.host[:255],
                "port": broker.port,
                "path": broker.path[:255],
                "database": broker.database[:100],
                "addresses": addresses_of(broker),
                "local": is_local(broker),
            }
            for broker in brokers[:3]
        ],
    }
