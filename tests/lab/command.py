"""Commands of this machine that the lab needs to succeed."""

from __future__ import annotations

import subprocess

from .errors import LabError


def run(command: list[str], *, stdin: str = "") -> str:
    """What a command printed; LabError with the end of its output where it fails."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise LabError(f"{' '.join(command)[:300]} ended with {done.returncode}:\n{tail}")
    return done.stdout
