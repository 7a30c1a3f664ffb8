"""Debian's packages for a host, by way of this machine's own apt settings: none of them is written down here."""

from __future__ import annotations

import platform
import tempfile

from .command import run
from .errors import LabError


def sources(suite: str) -> str:
    """One-line sources of a suite, as this machine's settings name them, or as those of its own suite suggest."""
    targets = [
        "apt-get",
        "indextargets",
        "--format",
        "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
        "Created-By: Packages",
    ]
    rows = [line.split("|") for line in run(targets).splitlines()]
    debian = {(uri, release, component) for origin, uri, release, component in rows if origin == "Debian"}
    named = {row for row in debian if row[1].partition("-")[0] == suite}
    return "".join(f"deb {' '.join(row)}\n" for row in sorted(named or guessed(debian, suite)))


def guessed(debian: set[tuple[str, str, str]], suite: str) -> set[tuple[str, str, str]]:
    """Sources of a suite this machine does not know, from those of its own on the same mirror, which must have it."""
    own = platform.freedesktop_os_release()["VERSION_CODENAME"]
    found = {
        (uri, suite + release.removeprefix(own), component)
        for uri, release, component in debian
        if release.partition("-")[0] == own
    }
    if not found:
        raise LabError(f"this machine has no package source of Debian {suite} or {own} (did `apt-get update` run?)")
    with tempfile.TemporaryDirectory(prefix="lab-release-") as directory:
        for uri, release in sorted({row[:2] for row in found}):
            release_file = f"{uri.rstrip('/')}/dists/{release}/InRelease"
            try:
                run(["/usr/lib/apt/apt-helper", "download-file", release_file, f"{directory}/InRelease"])
            except LabError as error:
                raise LabError(f"this machine's mirror of Debian {own} does not have {release}") from error
    return found


def options() -> dict[str, str]:
    """This machine's own way to its mirror: proxies, and dates not checked where a snapshot is used."""
    wanted = ("Acquire::http::Proxy ", "Acquire::https::Proxy ", "Acquire::Check-Valid-Until ", "Acquire::Check-Date ")
    lines = [line for line in run(["apt-config", "dump"]).splitlines() if line.startswith(wanted)]
    return {name: value.strip('";') for name, value in (line.split(" ", 1) for line in lines)}
